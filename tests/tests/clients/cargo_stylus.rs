//! cargo-stylus, as its users call it.
//!
//! Left out, for it needs more than a node by nature: `deploy` and `verify` without `--no-verify` build in docker, in an image
//! from the network; `replay` runs a debugger around itself, which its own option `--child` leaves out here.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use alloy_primitives::U256;
use alloy_sol_types::{sol, SolCall};
use breakwater_devnode::{abi::ArbWasm, ARB_WASM_ADDRESS};
use breakwater_tests::{interfaces::vault::IVault, PROGRAMS};
use serde_json::{json, Value};

use crate::common::{clients, output, run, target, Node, KEY, SENDER};

/// Where cargo-stylus looks for the contract that deploys programs with a constructor.
const DEPLOYER: &str = "0xcEcba2F1DC234f70Dd89F2041029807F8D03A990";

sol! {
    interface ICounter {
        function number() external view returns (uint256);
        function increment() external;
    }
    interface IToken {
        function mint(address to, uint256 value) external;
        function approve(address spender, uint256 value) external returns (bool);
    }
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

/// The program `<name>.wasm` as it is deployed.
pub(crate) fn program(name: &str) -> PathBuf {
    let folder = std::env::var_os("BREAKWATER_WASM_DIR")
        .map_or_else(|| target().join("wasm"), PathBuf::from);
    folder.join(format!("{name}.wasm"))
}

/// cargo-stylus as it is installed for tests.
fn tool() -> PathBuf {
    let binary = std::env::var_os("BREAKWATER_CARGO_STYLUS").map_or_else(
        || target().join("clients/cargo-stylus-0.10.10/bin/cargo-stylus"),
        PathBuf::from,
    );
    assert!(
        binary.is_file(),
        "cargo-stylus is not installed: `cargo xtask test` installs it to {}",
        binary.display()
    );
    binary
}

/// `cargo stylus COMMAND --endpoint NODE …`, in a folder.
fn cargo_stylus(node: &Node, folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(tool());
    // A list of constructor arguments takes all that follows.
    let (name, rest) = arguments.split_at(if arguments[0] == "cache" { 2 } else { 1 });
    command
        .arg("stylus")
        .args(name)
        .args(["--endpoint", &node.url()])
        .args(rest)
        .current_dir(folder)
        .env("NO_COLOR", "1");
    command
}

/// A command line of a document, with the tool that the tests install; in a folder.
pub(crate) fn cargo_stylus_line(folder: &Path, line: &str) -> Command {
    let mut command = Command::new(tool());
    command
        .args(line.split_whitespace().skip(1))
        .current_dir(folder)
        .env("NO_COLOR", "1");
    command
}

/// Runs it, and returns what it said, without colours.
pub(crate) fn said(command: &mut Command) -> String {
    let output = output(command);
    let text = [output.stdout, output.stderr].concat();
    let text = without_colours(&String::from_utf8_lossy(&text));
    assert!(output.status.success(), "{command:?}\n{text}");
    text
}

pub(crate) fn without_colours(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once('m').map_or("", |(_, rest)| rest));
    }
    plain
}

/// The address that `deploy` has printed.
pub(crate) fn deployed(text: &str) -> String {
    let (_, rest) = text
        .split_once("deployed code at address: ")
        .unwrap_or_else(|| panic!("no address: {text}"));
    rest.split_whitespace().next().unwrap().to_owned()
}

fn ask<C: SolCall>(node: &Node, to: &str, call: C) -> C::Return {
    let data = format!("0x{}", hex::encode(call.abi_encode()));
    let answer = node.request("eth_call", json!([{ "to": to, "data": data }, "latest"]));
    let answer = hex::decode(answer.as_str().unwrap().trim_start_matches("0x")).unwrap();
    C::abi_decode_returns(&answer).unwrap()
}

/// Deploys a program of the suite without activating it.
fn deploy_unactivated(node: &Node, name: &str) -> String {
    let wasm = program(name);
    let text = said(&mut cargo_stylus(
        node,
        &repository(),
        &[
            "deploy",
            "--no-verify",
            "--no-activate",
            "--contract",
            "none",
            "--private-key",
            KEY,
            "--wasm-file",
            wasm.to_str().unwrap(),
        ],
    ));
    let address = deployed(&text);
    let code = node.request("eth_getCode", json!([address, "latest"]));
    assert!(code.as_str().unwrap().starts_with("0xeff000"), "{code}");
    address
}

fn activate(node: &Node, address: &str) -> Command {
    let arguments = ["activate", "--private-key", KEY, "--address", address];
    cargo_stylus(node, &repository(), &arguments)
}

#[test]
fn cargo_stylus_checks_every_program_of_the_suite() {
    let node = Node::start();
    for name in PROGRAMS {
        let wasm = program(name);
        let arguments = [
            "check",
            "--contract",
            "none",
            "--wasm-file",
            wasm.to_str().unwrap(),
        ];
        let text = said(&mut cargo_stylus(&node, &repository(), &arguments));
        assert!(text.contains("contract size: "), "{name}: {text}");
        assert!(text.contains("wasm data fee: "), "{name}: {text}");
    }
    // What the chain would not activate is refused, with the chain's reason.
    let bad = std::env::temp_dir().join(format!("breakwater-bad-{}.wasm", std::process::id()));
    std::fs::write(&bad, b"\0asm\x01\0\0\0").unwrap();
    let arguments = [
        "check",
        "--contract",
        "none",
        "--wasm-file",
        bad.to_str().unwrap(),
    ];
    let refused = output(&mut cargo_stylus(&node, &repository(), &arguments));
    std::fs::remove_file(&bad).unwrap();
    assert!(!refused.status.success());
}

#[test]
fn cargo_stylus_deploys_and_activates_a_program_of_the_suite() {
    let node = Node::start();
    let address = deploy_unactivated(&node, "oracle-adapter");
    let text = said(&mut activate(&node, &address));
    assert!(text.contains("successfully activated contract"), "{text}");
    let version = ask(
        &node,
        &ARB_WASM_ADDRESS.to_string(),
        ArbWasm::programVersionCall {
            program: address.parse().unwrap(),
        },
    );
    assert_eq!(
        version,
        ask(
            &node,
            &ARB_WASM_ADDRESS.to_string(),
            ArbWasm::stylusVersionCall {}
        )
    );
    // A second time there is nothing to activate, and the tool says so.
    let again = output(&mut activate(&node, &address));
    assert!(!again.status.success());
}

#[test]
fn cargo_stylus_puts_a_program_into_the_cache() {
    let node = Node::start();
    let address = deploy_unactivated(&node, "oracle-adapter");
    said(&mut activate(&node, &address));
    let status = ["cache", "status", "--address", &address];
    let before = said(&mut cargo_stylus(&node, &repository(), &status));
    assert!(before.contains("not yet cached"), "{before}");
    let bid = ["cache", "suggest-bid", &address];
    said(&mut cargo_stylus(&node, &repository(), &bid));
    let place = ["cache", "bid", "--private-key", KEY, &address, "0"];
    said(&mut cargo_stylus(&node, &repository(), &place));
    let after = said(&mut cargo_stylus(&node, &repository(), &status));
    assert!(after.contains("is cached"), "{after}");
    assert!(!output(&mut cargo_stylus(&node, &repository(), &place))
        .status
        .success());
}

#[test]
fn cargo_stylus_checks_and_deploys_a_project_and_runs_its_constructor() {
    let node = Node::start();
    assert_deployer_is_compiled(&node);
    let folder = clients().join("counter");
    let builds = target().join("clients").join("counter");
    let command = |arguments: &[&str]| {
        let mut command = cargo_stylus(&node, &folder, arguments);
        command.env("CARGO_TARGET_DIR", &builds);
        command
    };
    let text = said(&mut command(&["check"]));
    assert!(text.contains("contract size: "), "{text}");
    let deploy = |arguments: &[&str]| {
        let fixed = ["deploy", "--no-verify", "--private-key", KEY];
        command(&[&fixed, arguments].concat())
    };
    let address = deployed(&said(&mut deploy(&["--constructor-args", "41"])));
    assert_eq!(
        ask(&node, &address, ICounter::numberCall {}),
        U256::from(41)
    );
    node.send(&address, ICounter::incrementCall {}.abi_encode());
    assert_eq!(
        ask(&node, &address, ICounter::numberCall {}),
        U256::from(42)
    );
    // Wrong arguments are refused before anything is sent.
    let wrong = output(&mut deploy(&[]));
    assert!(!wrong.status.success());
}

/// The node has the contract that runs constructors where cargo-stylus expects it, as it is compiled today.
fn assert_deployer_is_compiled(node: &Node) {
    let folder = std::env::var_os("BREAKWATER_SOLIDITY_DIR")
        .map_or_else(|| target().join("solidity"), PathBuf::from);
    let text = std::fs::read_to_string(folder.join("CargoStylusDeployer.json")).unwrap();
    let compiled: Value = serde_json::from_str(&text).unwrap();
    let tx = json!({ "from": SENDER, "data": compiled["bytecode"] });
    let hash = node.request("eth_sendTransaction", json!([tx]));
    let receipt = node.request("eth_getTransactionReceipt", json!([hash]));
    let code = |address: &Value| node.request("eth_getCode", json!([address, "latest"]));
    assert_eq!(
        code(&json!(DEPLOYER)),
        code(&receipt["contractAddress"]),
        "crates/devnode/src/node/cargo_stylus_deployer.bin is the runtime code of CargoStylusDeployer.sol"
    );
}

#[test]
fn cargo_stylus_traces_and_replays_a_deposit_into_the_vault() {
    let node = Node::start();
    let world = node.load_suite();
    let address = |name: &str| world["addresses"][name].as_str().unwrap().to_owned();
    let (vault, asset) = (address("vault"), address("asset"));
    let (sender, assets) = (SENDER.parse().unwrap(), U256::from(5_000_000));
    let mint = IToken::mintCall {
        to: sender,
        value: assets,
    };
    node.send(&asset, mint.abi_encode());
    let approve = IToken::approveCall {
        spender: vault.parse().unwrap(),
        value: assets,
    };
    node.send(&asset, approve.abi_encode());
    let deposit = IVault::depositCall {
        assets,
        receiver: sender,
    };
    let receipt = node.send(&vault, deposit.abi_encode());
    let hash = receipt["transactionHash"].as_str().unwrap();

    // By the script that it sends, and by the tracer's name.
    let trace = |arguments: &[&str]| {
        let arguments = [&["trace", "--tx", hash], arguments].concat();
        let text = run(&mut cargo_stylus(&node, &repository(), &arguments));
        serde_json::from_str::<Value>(text.trim()).unwrap()
    };
    let steps = trace(&[]);
    assert_eq!(steps, trace(&["--use-native-tracer"]));
    let steps = steps.as_array().unwrap();
    let named = |name: &str| {
        steps
            .iter()
            .filter(|step| step["name"] == name)
            .collect::<Vec<_>>()
    };
    assert_eq!(steps[0]["name"], "user_entrypoint");
    assert_eq!(steps.last().unwrap()["name"], "user_returned");
    assert!(!named("storage_load_bytes32").is_empty());
    assert_eq!(named("read_args").len(), 1);
    let calls = named("call_contract");
    assert!(
        calls.iter().any(|call| call["address"]
            .as_str()
            .unwrap()
            .eq_ignore_ascii_case(&asset)),
        "the deposit pulls the asset: {calls:?}"
    );
    let ink = |step: &Value, name: &str| step[name].as_u64().unwrap();
    assert!(steps
        .iter()
        .all(|step| ink(step, "startInk") >= ink(step, "endInk")));
    assert!(steps
        .windows(2)
        .all(|pair| ink(&pair[0], "endInk") >= ink(&pair[1], "startInk")));

    let folder = repository().join("contracts").join("vault");
    let builds = BuildFolder::new(
        folder.join("target"),
        target().join("clients").join("replay"),
    );
    let arguments = ["replay", "--child", "--contract", "vault", "--tx", hash];
    let mut command = cargo_stylus(&node, &folder, &arguments);
    let text = said(command.env("CARGO_TARGET_DIR", &builds.link));
    assert!(text.contains("call completed successfully"), "{text}");
}

/// `replay` builds the project natively, and looks for the result in the folder `target` of the project itself: a link, which
/// goes away with the value.
struct BuildFolder {
    link: PathBuf,
}

impl BuildFolder {
    fn new(link: PathBuf, to: PathBuf) -> Self {
        std::fs::create_dir_all(&to).unwrap();
        let _ = std::fs::remove_file(&link);
        #[cfg(unix)]
        std::os::unix::fs::symlink(to.canonicalize().unwrap(), &link).unwrap();
        Self { link }
    }
}

impl Drop for BuildFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.link);
    }
}
