//! `cargo xtask devnode` as a process: its settings, its errors, and what is left when it is killed.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    sync::{
        atomic::{AtomicBool, Ordering},
        Arc,
    },
    time::{Duration, Instant},
};

use serde_json::{json, Value};

fn devnode(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("devnode").args(arguments);
    command
}

/// A node in a process of its own; it is killed with the value.
struct Node {
    process: Child,
    address: String,
    /// What it has printed before it was ready.
    printed: String,
}

impl Node {
    fn start(arguments: &[&str]) -> Self {
        let mut process = devnode(&[&["--port", "0"], arguments].concat())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut printed = String::new();
        let address = loop {
            let Some(line) = lines.next() else {
                // A signal of somebody else's is told apart from an error of the node's.
                panic!("ended, {:?}: {printed}", process.wait());
            };
            let line = line.unwrap();
            printed.push_str(&line);
            printed.push('\n');
            if let Some((_, rest)) = line.split_once("listening on http://") {
                break rest.split_whitespace().next().unwrap().to_owned();
            }
        };
        // The rest is read, so that the node can go on printing.
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            process,
            address,
            printed,
        }
    }

    fn ask(&self, method: &str, params: &Value) -> Value {
        ask(&self.address, method, params).unwrap_or_else(|| panic!("{method}: no answer"))
    }

    /// Ends it as an operating system ends what it wants gone: without a word (SIGKILL).
    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The result of a request; none if the node is gone, or was while it answered.
fn ask(address: &str, method: &str, params: &Value) -> Option<Value> {
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
    let mut stream = TcpStream::connect(address).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .ok()?;
    let request = format!(
        "POST / HTTP/1.1\r\nHost: node\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (_, content) = answer.split_once("\r\n\r\n")?;
    let answer: Value = serde_json::from_str(content).ok()?;
    assert!(answer.get("error").is_none(), "{method} {params}: {answer}");
    answer.get("result").cloned()
}

/// A file name that nobody uses; the file goes away with the value.
struct File(PathBuf);

impl File {
    fn new(name: &str) -> Self {
        let name = format!("breakwater-devnode-{}-{name}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    fn name(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Sends transfers without a pause until the node is gone. Returns the blocks that it saw closed, and the receipts it got.
fn sender(
    address: String,
    from: String,
    to: String,
    stop: Arc<AtomicBool>,
) -> (Vec<Value>, Vec<Value>) {
    let (mut blocks, mut receipts) = (Vec::new(), Vec::new());
    let mut step = || -> Option<()> {
        let tx = json!({ "from": from, "to": to, "value": "0x1", "gas": "0x5208" });
        let hash = ask(&address, "eth_sendTransaction", &json!([tx]))?;
        let receipt = ask(&address, "eth_getTransactionReceipt", &json!([hash]))?;
        if !receipt.is_null() {
            receipts.push(receipt);
        }
        let block = ask(&address, "eth_getBlockByNumber", &json!(["latest", true]))?;
        blocks.push(block);
        Some(())
    };
    while !stop.load(Ordering::Relaxed) && step().is_some() {}
    (blocks, receipts)
}

/// Kills a node again and again while two clients send, and looks for all that they were told.
fn is_killed_and_goes_on(file: &File, arguments: &[&str]) {
    let arguments = [arguments, &["--state", file.name()]].concat();
    let (mut blocks, mut receipts) = (Vec::new(), Vec::new());
    let mut height = 0;
    for round in 0..5_u64 {
        let node = Node::start(&arguments);
        let accounts = node.ask("eth_accounts", &json!([]));
        let stop = Arc::new(AtomicBool::new(false));
        let clients: Vec<_> = [0, 1]
            .into_iter()
            .map(|index| {
                let account = |index: usize| accounts[index].as_str().unwrap().to_owned();
                let (address, stop) = (node.address.clone(), stop.clone());
                let (from, to) = (account(index), account(index + 2));
                std::thread::spawn(move || sender(address, from, to, stop))
            })
            .collect();
        // At another moment each time.
        std::thread::sleep(Duration::from_millis(2_100 + 173 * round));
        node.kill();
        stop.store(true, Ordering::Relaxed);
        for client in clients {
            let (seen, got) = client.join().unwrap();
            blocks.extend(seen);
            receipts.extend(got);
        }

        let node = Node::start(&arguments);
        assert!(node.printed.contains("state: "), "{}", node.printed);
        for block in &blocks {
            let now = node.ask("eth_getBlockByNumber", &json!([block["number"], true]));
            assert_eq!(now, *block, "round {round}");
        }
        for receipt in &receipts {
            let now = node.ask(
                "eth_getTransactionReceipt",
                &json!([receipt["transactionHash"]]),
            );
            assert_eq!(now, *receipt, "round {round}");
        }
        let number = |value: &Value| {
            u64::from_str_radix(value.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
        };
        let now = number(&node.ask("eth_blockNumber", &json!([])));
        assert!(
            now > height,
            "round {round}: nothing happened after block {height}"
        );
        height = now;
        // What was looked at need not be looked at again.
        blocks.truncate(1);
        receipts.truncate(20);
        node.kill();
    }
}

#[test]
fn a_node_that_is_killed_loses_nothing_older_than_its_last_block() {
    is_killed_and_goes_on(&File::new("killed"), &[]);
}

#[test]
fn a_node_that_makes_blocks_by_time_and_is_killed_loses_nothing_older_than_its_last_block() {
    is_killed_and_goes_on(&File::new("killed-by-time"), &["--block-time", "1"]);
}

#[test]
fn every_setting_has_its_effect() {
    let node = Node::start(&[
        "--chain-id",
        "7",
        "--accounts",
        "3",
        "--genesis-time",
        "1600000000",
    ]);
    assert_eq!(node.ask("eth_chainId", &json!([])), "0x7");
    assert_eq!(node.ask("net_version", &json!([])), "7");
    assert_eq!(
        node.ask("eth_accounts", &json!([]))
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let genesis = node.ask("eth_getBlockByNumber", &json!(["0x0", false]));
    assert_eq!(genesis["timestamp"], "0x5f5e1000");
    for account in 0..3 {
        assert!(
            node.printed.contains(&format!("({account}) 0x")),
            "{}",
            node.printed
        );
    }
}

#[test]
fn a_block_time_makes_blocks_with_and_without_transactions() {
    let node = Node::start(&["--block-time", "1"]);
    let accounts = node.ask("eth_accounts", &json!([]));
    let tx = json!({ "from": accounts[0], "to": accounts[1], "value": "0x1" });
    let hash = node.ask("eth_sendTransaction", &json!([tx]));
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let receipt = node.ask("eth_getTransactionReceipt", &json!([hash]));
        let number = node.ask("eth_blockNumber", &json!([]));
        if receipt["status"] == "0x1" && number != "0x1" {
            break;
        }
        assert!(Instant::now() < deadline, "no block: {receipt}");
        std::thread::sleep(Duration::from_millis(50));
    }
    let time = |block: &str| {
        let block = node.ask("eth_getBlockByNumber", &json!([block, false]));
        let text = block["timestamp"].as_str().unwrap().to_owned();
        u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap()
    };
    assert_eq!(time("0x2") - time("0x1"), 1);
}

/// The error output of a command that fails with this status.
fn refusal(arguments: &[&str], status: i32) -> String {
    let Output {
        status: ended,
        stderr,
        ..
    } = devnode(arguments).output().unwrap();
    let text = String::from_utf8(stderr).unwrap();
    assert_eq!(ended.code(), Some(status), "{arguments:?}: {text}");
    assert!(text.starts_with("error: "), "{text}");
    assert!(!text.contains("panicked"), "{text}");
    text
}

#[test]
fn what_is_wrong_with_the_settings_is_said() {
    for (arguments, said) in [
        (&["--port", "70000"][..], "cannot parse argument \"70000\""),
        (&["--block-time", "soon"], "cannot parse argument \"soon\""),
        (&["--chain", "7"], "invalid option '--chain'"),
        (&["--state"], "missing argument for option '--state'"),
        (&["--accounts", "10001"], "--accounts must be at most 10000"),
    ] {
        let text = refusal(arguments, 2);
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn a_port_that_is_taken_and_a_file_that_is_no_state_are_named() {
    let node = Node::start(&[]);
    let (_, port) = node.address.rsplit_once(':').unwrap();
    let text = refusal(&["--port", port], 1);
    assert!(
        text.contains(&format!("127.0.0.1:{port}: the port is in use")),
        "{text}"
    );
    assert!(text.contains("what to do: "), "{text}");

    let file = File::new("notes");
    std::fs::write(&file.0, "my notes\n").unwrap();
    let text = refusal(&["--port", "0", "--state", file.name()], 1);
    assert!(
        text.contains(file.name()) && text.contains("line 1 is damaged"),
        "{text}"
    );
    assert!(text.contains("what to do: "), "{text}");
    assert_eq!(std::fs::read_to_string(&file.0).unwrap(), "my notes\n");
    let folder = std::env::temp_dir();
    let text = refusal(&["--port", "0", "--state", folder.to_str().unwrap()], 1);
    assert!(text.contains("directory"), "{text}");
}
