//! A node, and a world for clients to work in.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Duration,
};

use breakwater_devnode::node::{self, NodeConfig, RunningNode};
use breakwater_tests::{Programs, Suite, SuiteConfig};
use serde_json::{json, Value};

/// Key of the node's first funded account, and its address.
pub(crate) const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
pub(crate) const SENDER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

/// A running node; it ends with the value.
pub(crate) struct Node {
    running: Option<RunningNode>,
    runtime: tokio::runtime::Runtime,
}

impl Node {
    /// A node on a free port whose time is that of a deployed suite: programs stay active for a year.
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        let config = NodeConfig {
            port: 0,
            genesis_time: SuiteConfig::default().start_time,
            ..NodeConfig::default()
        };
        let running = runtime.block_on(node::start(config)).unwrap();
        Self {
            running: Some(running),
            runtime,
        }
    }

    /// Where it listens, without the scheme.
    pub(crate) fn address(&self) -> String {
        self.running.as_ref().unwrap().address().to_string()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Carries out a request; panics with the node's answer if that is an error.
    pub(crate) fn request(&self, method: &str, params: Value) -> Value {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let body = body.to_string();
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        let head = format!(
            "POST / HTTP/1.1\r\nHost: node\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (_, content) = answer.split_once("\r\n\r\n").unwrap();
        let answer: Value = serde_json::from_str(content).unwrap();
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Deploys the suite. Returns its state and its addresses.
    pub(crate) fn load_suite(&self) -> Value {
        let world = described(&suite());
        self.request("anvil_loadState", json!([world["dump"]]));
        world
    }

    /// Sends a transaction of the first funded account and returns its receipt; it must succeed.
    pub(crate) fn send(&self, to: &str, data: Vec<u8>) -> Value {
        let data = format!("0x{}", hex::encode(data));
        let tx = json!({ "from": SENDER, "to": to, "data": data });
        let hash = self.request("eth_sendTransaction", json!([tx]));
        let receipt = self.request("eth_getTransactionReceipt", json!([hash]));
        assert_eq!(receipt["status"], "0x1", "{receipt}");
        receipt
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }
}

/// The folder of the clients' scripts and packages.
pub(crate) fn clients() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients")
}

/// Cargo's target folder.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
        PathBuf::from,
    )
}

/// Panics unless the npm packages are installed: a client that is missing is no reason to leave its test out.
pub(crate) fn require_packages() {
    assert!(
        clients().join("node_modules").join(".installed-from").is_file(),
        "the npm packages of tests/clients are not installed: `cargo xtask test` installs them (or `npm ci --ignore-scripts` there)"
    );
}

/// A deployed suite, ready to be loaded into a node.
pub(crate) fn suite() -> Suite {
    Suite::deploy(SuiteConfig::default(), &Programs::find().unwrap()).unwrap()
}

/// State and addresses of a suite, in hexadecimal.
pub(crate) fn described(suite: &Suite) -> Value {
    json!({
        "dump": format!("0x{}", hex::encode(node::dump_state(&suite.chain))),
        "addresses": {
            "vault": suite.modules.vault,
            "oracle": suite.modules.oracle,
            "auction": suite.modules.auction,
            "fund": suite.modules.fund,
            "asset": suite.asset,
            "weth": suite.weth(),
            "feeds": suite.collaterals[0].feeds,
        },
    })
}

/// Runs a command to its end and returns what it printed. Panics with all of it if it fails.
pub(crate) fn run(command: &mut Command) -> String {
    let output = output(command);
    let (text, errors) = (
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    );
    assert!(
        output.status.success(),
        "{command:?} ended with {}\n{text}\n{errors}",
        output.status
    );
    text
}

pub(crate) fn output(command: &mut Command) -> Output {
    command
        .output()
        .unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"))
}
