//! The README's commands for the scripts, as they are printed: deploying a market, looking at it, operating it; and the example, which listens, while
//! somebody liquidates, and takes the lot.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use alloy_sol_types::{sol, SolCall};
use breakwater_tests::{
    account_of, documents,
    external::{IMockFeed, IToken},
    interfaces::vault::IVault,
    Address, DOLLAR, STABLE, U256, WAD,
};
use serde_json::json;

use crate::common::{described, run, suite, target, Node, KEY, SENDER};

sol! {
    interface IMint {
        function mint(address to, uint256 value) external;
    }
}

/// The README's lines for the scripts.
fn lines() -> Vec<String> {
    let readme = documents::read("README.md").unwrap();
    let blocks = readme.blocks_in("sh");
    let lines = blocks.iter().flat_map(|block| block.text.lines());
    lines
        .filter(|line| line.starts_with("npx tsx "))
        .map(str::to_owned)
        .collect()
}

/// Whether a line runs the example.
fn is_example(line: &str) -> bool {
    line.contains("examples/take.ts")
}

fn scripts() -> PathBuf {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts");
    assert!(
        scripts.join("node_modules/.bin/tsx").exists(),
        "the npm packages of scripts are not installed: `cargo xtask test` installs them (or `npm ci --ignore-scripts` there)"
    );
    scripts
}

/// A line of the README, against a node.
fn command(line: &str, node: &Node) -> Command {
    let folder = |variable: &str, name: &str| {
        std::env::var_os(variable).map_or_else(|| target().join(name), PathBuf::from)
    };
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().unwrap());
    command
        .args(words)
        .current_dir(scripts())
        .env("BREAKWATER_RPC", node.url())
        .env("BREAKWATER_KEY", KEY)
        .env("BREAKWATER_WASM_DIR", folder("BREAKWATER_WASM_DIR", "wasm"))
        .env(
            "BREAKWATER_SOLIDITY_DIR",
            folder("BREAKWATER_SOLIDITY_DIR", "solidity"),
        );
    command
}

#[test]
fn the_readmes_commands_deploy_a_market_show_it_and_operate_it() {
    let node = Node::start();
    let name = format!("breakwater-book-{}.json", std::process::id());
    let book = std::env::temp_dir().join(name);
    let _ = std::fs::remove_file(&book);
    let mut printed = String::new();
    let mut count = 0;
    for line in lines().iter().filter(|line| !is_example(line)) {
        // Not in the repository, where a reader's own may be.
        let (script, rest) = line.split_once(".ts ").unwrap();
        let line = format!("{script}.ts --book {} {rest}", book.display());
        printed.push_str(&run(&mut command(&line, &node)));
        count += 1;
    }
    std::fs::remove_file(&book).unwrap();
    assert!(count >= 5, "{count}");
    assert!(printed.contains("complete: "), "{printed}");
}

#[test]
fn the_example_listens_and_takes_the_first_lot_that_is_cheap_enough() {
    let mut suite = suite();
    let (owner, lender, weth) = (suite.user("owner"), suite.user("lender"), suite.weth());
    suite.lend(lender, U256::from(100_000 * STABLE)).unwrap();
    let collateral = [(weth, U256::from(10 * u128::from(WAD)))];
    let debt = U256::from(1_490 * STABLE);
    let account = suite.open_position(owner, 0, &collateral, debt).unwrap();
    assert_eq!(account, account_of(owner, 0));
    let feeds = suite.collaterals[0].feeds;
    let node = Node::start();
    let world = described(&suite);
    node.request("anvil_loadState", json!([world["dump"]]));
    // Past the cool-off; ether falls from 200 to 170.
    node.request("evm_increaseTime", json!([120]));
    for feed in feeds {
        let answer = (170 * DOLLAR as i64).try_into().unwrap();
        let call = IMockFeed::setAnswerCall { answer };
        node.send(&feed.to_string(), call.abi_encode());
    }
    let bidder: Address = SENDER.parse().unwrap();
    let call = IMint::mintCall {
        to: bidder,
        value: U256::from(5_000 * STABLE),
    };
    node.send(&suite.asset.to_string(), call.abi_encode());

    let vault = suite.modules.vault.to_string();
    let lines = lines();
    let line = lines.iter().find(|line| is_example(line));
    let line = line.expect("the README shows how the example is run");
    let mut example = command(&line.replace("$VAULT", &vault), &node)
        .args(["--seconds", "60"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(example.stdout.take().unwrap()).lines();
    let mut printed = Vec::new();
    for line in lines.by_ref() {
        printed.push(line.unwrap());
        if printed.last().is_some_and(|line| line == "listening") {
            break;
        }
    }
    let call = IVault::liquidateCall {
        account,
        token: weth,
        maxRepay: U256::MAX,
        keeper: bidder,
    };
    node.send(&vault, call.abi_encode());
    printed.extend(lines.map(Result::unwrap));
    let status = example.wait().unwrap();
    assert!(status.success(), "{printed:#?}");
    let has = |start: &str| printed.iter().any(|line| line.starts_with(start));
    assert!(has("account ") && has("took "), "{printed:#?}");
    let call = IToken::balanceOfCall { owner: bidder };
    let data = format!("0x{}", hex::encode(call.abi_encode()));
    let held = node.request("eth_call", json!([{ "to": weth, "data": data }, "latest"]));
    let held = held.as_str().unwrap().trim_start_matches("0x");
    assert!(!U256::from_str_radix(held, 16).unwrap().is_zero());
}
