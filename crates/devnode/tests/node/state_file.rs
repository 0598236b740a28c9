//! A chain that is kept in a file: after the node has ended in whatever way, and after the file has been damaged.

use std::path::{Path, PathBuf};

use breakwater_devnode::node::NodeConfig;
use serde_json::{json, Value};

use crate::server::Node;

/// A file name that nobody uses; the file goes away with the value.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let name = format!("breakwater-node-{}-{name}.state", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn kept_in(path: &Path) -> NodeConfig {
    NodeConfig {
        state: Some(path.to_owned()),
        ..NodeConfig::default()
    }
}

fn refusal(path: &Path) -> String {
    match Node::try_start(kept_in(path)) {
        Ok(_) => panic!("a node has started from {}", path.display()),
        Err(error) => error.to_string(),
    }
}

/// Transfers, a contract, edits, a way back: some of everything that a file holds.
fn busy(node: &Node) {
    let accounts = node.accounts();
    for value in 1..5 {
        let tx = json!({ "from": accounts[0], "to": accounts[1], "value": format!("{value:#x}") });
        node.get("eth_sendTransaction", json!([tx]));
    }
    let tx = json!({ "from": accounts[2], "data": "0x6001600055600160015500" });
    node.get("eth_sendTransaction", json!([tx]));
    let snapshot = node.get("evm_snapshot", json!([]));
    node.get("anvil_setBalance", json!([accounts[3], "0x1"]));
    node.get("anvil_mine", json!([2]));
    node.get("evm_revert", json!([snapshot]));
    node.get("anvil_setNonce", json!([accounts[4], "0x77"]));
    node.get("evm_increaseTime", json!([50]));
    node.get("evm_mine", json!([]));
}

/// Blocks with their receipts, and the state.
fn all_of(node: &Node) -> Vec<Value> {
    let blocks = (0..=node.block_number()).map(|number| {
        let tag = format!("{number:#x}");
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
fn a_node_goes_on_where_the_last_one_ended() {
    let file = File::new("goes-on");
    let node = Node::start(kept_in(file.path()));
    busy(&node);
    let before = all_of(&node);
    drop(node);
    let node = Node::start(kept_in(file.path()));
    assert_eq!(all_of(&node), before);
    busy(&node);
    let more = all_of(&node);
    drop(node);
    let node = Node::start(kept_in(file.path()));
    assert_eq!(all_of(&node), more);
}

#[test]
fn the_state_of_older_blocks_can_be_looked_at_after_a_restart() {
    let file = File::new("older");
    let node = Node::start(kept_in(file.path()));
    let accounts = node.accounts();
    let then = node.get("eth_getBalance", json!([accounts[1], "latest"]));
    for _ in 0..3 {
        let tx = json!({ "from": accounts[0], "to": accounts[1], "value": "0x5" });
        node.get("eth_sendTransaction", json!([tx]));
    }
    drop(node);
    let node = Node::start(kept_in(file.path()));
    let at = |block: &str| node.get("eth_getBalance", json!([accounts[1], block]));
    assert_eq!(at("0x0"), then);
    assert_ne!(at("0x1"), then);
    assert_ne!(at("0x1"), at("0x2"));
    assert_eq!(at("0x3"), at("latest"));
}

#[test]
fn a_dump_is_loaded_by_another_node() {
    let node = Node::start(NodeConfig::default());
    busy(&node);
    let dump = node.get("anvil_dumpState", json!([]));
    let other = Node::start(NodeConfig::default());
    assert_eq!(other.get("anvil_loadState", json!([dump])), true);
    for account in node.accounts() {
        for method in ["eth_getBalance", "eth_getTransactionCount"] {
            let asked = json!([account, "latest"]);
            assert_eq!(other.get(method, asked.clone()), node.get(method, asked));
        }
    }
    // What is loaded is kept like any other edit.
    let file = File::new("loaded");
    let third = Node::start(kept_in(file.path()));
    third.get("anvil_loadState", json!([dump]));
    drop(third);
    let third = Node::start(kept_in(file.path()));
    let asked = json!([node.accounts()[1], "latest"]);
    assert_eq!(
        third.get("eth_getBalance", asked.clone()),
        node.get("eth_getBalance", asked)
    );
}

#[test]
fn a_file_that_ends_in_the_middle_of_a_line_gives_all_blocks_before_it() {
    let file = File::new("torn");
    let node = Node::start(kept_in(file.path()));
    busy(&node);
    let blocks = node.block_number();
    drop(node);
    let whole = std::fs::read(file.path()).unwrap();
    let mut before = 0;
    for cut in (0..whole.len()).step_by(whole.len() / 40 + 1) {
        std::fs::write(file.path(), &whole[..cut]).unwrap();
        let node = Node::start(kept_in(file.path()));
        let number = node.block_number();
        // Two blocks were taken back again.
        assert!(number <= blocks + 2);
        // A way back is in the file too, so the number may sink by as much as that.
        assert!(number + 2 >= before, "{number} {before}");
        before = number;
        // It goes on, and what it adds is kept.
        node.get("evm_mine", json!([]));
        drop(node);
        let node = Node::start(kept_in(file.path()));
        assert_eq!(node.block_number(), number + 1);
    }
    assert!(before + 3 >= blocks, "{before} {blocks}");
}

#[test]
fn damage_is_named_with_its_line_and_nothing_is_thrown_away() {
    let file = File::new("damaged");
    let node = Node::start(kept_in(file.path()));
    busy(&node);
    drop(node);
    let whole = std::fs::read(file.path()).unwrap();
    let second = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let mut spoilt = whole.clone();
    spoilt[second + 40] ^= 1;
    std::fs::write(file.path(), &spoilt).unwrap();
    let said = refusal(file.path());
    assert!(said.contains("line 2 is damaged"), "{said}");
    assert_eq!(std::fs::read(file.path()).unwrap(), spoilt);
    // A line that is missing in between is noticed as well.
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let without: Vec<u8> = [&lines[..2], &lines[3..]].concat().concat();
    std::fs::write(file.path(), without).unwrap();
    let said = refusal(file.path());
    assert!(said.contains("line 3 is damaged"), "{said}");
}

#[test]
fn a_file_that_is_none_of_ours_is_left_as_it_is() {
    let file = File::new("foreign");
    for content in [
        &b"my notes"[..],
        b"{}",
        b"a\nb\n",
        b"\x7fELF\0\0",
        &[b'x'; 10_000],
    ] {
        std::fs::write(file.path(), content).unwrap();
        let said = refusal(file.path());
        assert!(said.starts_with("state file "), "{said}");
        assert_eq!(std::fs::read(file.path()).unwrap(), content, "{said}");
    }
    let said = refusal(&std::env::temp_dir());
    assert!(said.contains("directory"), "{said}");
    let said = refusal(Path::new("/no/such/folder/a.state"));
    assert!(said.contains("No such file"), "{said}");
}

#[test]
fn a_file_is_of_one_chain_and_of_one_node() {
    let file = File::new("one-chain");
    let node = Node::start(kept_in(file.path()));
    let said = refusal(file.path());
    assert!(said.contains("another node uses it"), "{said}");
    drop(node);
    let other = NodeConfig {
        chain_id: 9,
        ..kept_in(file.path())
    };
    let said = Node::try_start(other).map(|_| ()).unwrap_err().to_string();
    assert!(said.contains("it is of chain 412346"), "{said}");
}
