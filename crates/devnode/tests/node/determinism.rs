//! The same transactions give the same hashes.

use alloy_sol_types::SolCall;
use breakwater_devnode::{abi::ArbWasm, node::NodeConfig};
use serde_json::{json, Value};

use crate::{
    programs::{evm, init_code, module, wat, Step},
    server::{number, Node},
};

/// Deploys a contract and a program, calls them, mines and edits: returns the node's blocks with all that is in them.
fn history(node: &Node) -> Vec<Value> {
    let accounts = node.accounts();
    let (sender, other) = (&accounts[0], &accounts[1]);
    let hex = |bytes: &[u8]| format!("0x{}", alloy_primitives::hex::encode(bytes));
    let send = |tx: Value| {
        let hash = node.get("eth_sendTransaction", json!([tx]));
        let receipt = node.get("eth_getTransactionReceipt", json!([hash]));
        assert_eq!(receipt["status"], "0x1", "{receipt}");
        receipt
    };
    let steps = [Step::Store(1, 7), Step::Log(3, 4), Step::AppendTimestamp];
    let contract = init_code(&evm(&steps));
    let contract =
        send(json!({ "from": sender, "data": hex(&contract) }))["contractAddress"].clone();
    let code = breakwater_devnode::stylus_vm::code::compress(&module(&wat(&steps, 1))).unwrap();
    let program =
        send(json!({ "from": sender, "data": hex(&init_code(&code)) }))["contractAddress"].clone();
    let activation = ArbWasm::activateProgramCall {
        program: program.as_str().unwrap().parse().unwrap(),
    };
    let activate = hex(&activation.abi_encode());
    let arb_wasm = "0x0000000000000000000000000000000000000071";
    send(json!({ "from": sender, "to": arb_wasm, "data": activate, "value": "0xde0b6b3a7640000" }));
    for (index, to) in [&contract, &program, &json!(other)].into_iter().enumerate() {
        let value = if index == 2 { "0x5" } else { "0x0" };
        send(json!({ "from": other, "to": to, "value": value }));
        send(json!({ "from": sender, "to": to, "gasPrice": "0x5f5e100", "value": value }));
        send(json!({ "from": sender, "to": to, "value": value,
            "accessList": [{ "address": contract, "storageKeys": [] }] }));
    }
    node.get("evm_increaseTime", json!([1_000]));
    node.get("anvil_mine", json!([3, 7]));
    node.get(
        "anvil_setStorageAt",
        json!([contract, "0x9", format!("{:#066x}", 5)]),
    );
    send(json!({ "from": sender, "to": program }));

    let last = node.block_number();
    let blocks = (0..=last).map(|block| {
        let tag = format!("{block:#x}");
        json!([
            node.get("eth_getBlockByNumber", json!([tag, true])),
            node.get("eth_getBlockReceipts", json!([tag])),
        ])
    });
    let mut all: Vec<Value> = blocks.collect();
    all.push(node.get("anvil_dumpState", json!([])));
    all
}

#[test]
fn the_same_transactions_give_the_same_hashes() {
    let first = history(&Node::start(NodeConfig::default()));
    // Not in the same second.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let second = history(&Node::start(NodeConfig::default()));
    assert_eq!(first, second);

    // Blocks follow each other, and are named by hashes that differ.
    let blocks = &first[..first.len() - 1];
    for pair in blocks.windows(2) {
        assert_eq!(pair[1][0]["parentHash"], pair[0][0]["hash"]);
        assert_ne!(pair[1][0]["hash"], pair[0][0]["hash"]);
        assert!(number(&pair[1][0]["timestamp"]) >= number(&pair[0][0]["timestamp"]));
    }

    let other = NodeConfig {
        chain_id: 7,
        ..NodeConfig::default()
    };
    let third = history(&Node::start(other));
    assert_ne!(first[1], third[1], "another chain id is another signature");
}
