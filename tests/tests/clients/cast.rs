//! Foundry's `cast`.

use std::process::Command;

use alloy_primitives::U256;
use alloy_sol_types::SolError;
use breakwater_tests::interfaces::vault::IVault;

use crate::common::{clients, output, require_packages, run, Node, KEY, SENDER};

/// `cast` with the node's address and these arguments.
fn cast(node: &Node, arguments: &[&str]) -> Command {
    let folder = clients().join("node_modules").join(".bin");
    let mut command = Command::new(folder.join("cast"));
    // No settings of the machine, no network.
    command
        .args(arguments)
        .args(["--rpc-url", &node.url()])
        .env("FOUNDRY_DISABLE_NIGHTLY_WARNING", "1")
        .env_remove("ETH_RPC_URL");
    command
}

fn said(node: &Node, arguments: &[&str]) -> String {
    run(&mut cast(node, arguments)).trim().to_owned()
}

#[test]
fn cast_sends_reads_and_decodes() {
    require_packages();
    let node = Node::start();
    assert_eq!(said(&node, &["chain-id"]), "412346");
    assert_eq!(said(&node, &["block-number"]), "0");
    assert_eq!(said(&node, &["gas-price"]), "100000000");
    assert_eq!(
        said(&node, &["balance", SENDER, "--ether"]),
        "10000.000000000000000000"
    );
    assert!(said(&node, &["client"]).starts_with("breakwater-devnode/v"));

    let world = node.load_suite();
    let address = |name: &str| world["addresses"][name].as_str().unwrap().to_owned();
    let (vault, asset) = (address("vault"), address("asset"));

    let send = |to: &str, call: &[&str]| {
        let arguments = [&["send", "--json", "--private-key", KEY, to], call].concat();
        let receipt: serde_json::Value = serde_json::from_str(&said(&node, &arguments)).unwrap();
        assert_eq!(receipt["status"], "0x1", "{receipt}");
        receipt
    };
    send(&asset, &["mint(address,uint256)", SENDER, "5000000"]);
    send(&asset, &["approve(address,uint256)", &vault, "5000000"]);
    let deposit = send(&vault, &["deposit(uint256,address)", "5000000", SENDER]);
    let held = said(
        &node,
        &["call", &vault, "maxWithdraw(address)(uint256)", SENDER],
    );
    assert_eq!(held.split_whitespace().next(), Some("5000000"));
    let hash = deposit["transactionHash"].as_str().unwrap();
    let logs = said(
        &node,
        &[
            "logs",
            "--from-block",
            "0",
            "--address",
            &vault,
            "Deposit(address,address,uint256,uint256)",
        ],
    );
    assert!(logs.contains(hash), "{logs}");
    assert!(
        said(&node, &["receipt", hash, "gasUsed"])
            .parse::<u64>()
            .unwrap()
            > 21_000
    );
    assert!(said(&node, &["tx", hash, "from"]).eq_ignore_ascii_case(SENDER));
    let call = [
        "call",
        &vault,
        "withdraw(uint256,address,address)",
        "5000001",
        SENDER,
        SENDER,
        "--from",
        SENDER,
    ];
    // The npm package's starter ends with 0 whatever cast ends with: what it says is what counts.
    let refused = output(&mut cast(&node, &call));
    let text = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(refused.stdout.is_empty(), "{refused:?}");
    assert!(text.contains("execution reverted"), "{text}");
    let error = IVault::ERC4626ExceededMaxWithdraw {
        owner: SENDER.parse().unwrap(),
        assets: U256::from(5_000_001),
        max: U256::from(5_000_000),
    };
    assert!(text.contains(&hex::encode(error.abi_encode())), "{text}");

    assert_eq!(said(&node, &["block", "latest", "-f", "hash"]).len(), 66);
    let nonce = said(&node, &["nonce", SENDER]);
    assert_eq!(nonce, "3");
    let storage = said(&node, &["storage", &asset, "0"]);
    assert_eq!(storage.len(), 66);
}
