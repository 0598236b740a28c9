//! A node, and a world for clients to work in.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use breakwater_devnode::node::{self, NodeConfig, RunningNode};
use breakwater_tests::{Programs, Suite, SuiteConfig};
use serde_json::{json, Value};

/// A running node; it ends with the value.
pub(crate) struct Node {
    running: Option<RunningNode>,
    runtime: tokio::runtime::Runtime,
}

impl Node {
    /// A node on a free port.
    pub(crate) fn start(config: NodeConfig) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        let config = NodeConfig { port: 0, ..config };
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

/// True if the packages are installed; else says that `test` is skipped.
pub(crate) fn has_clients(test: &str) -> bool {
    let installed = clients().join("node_modules").join("ethers").is_dir();
    if !installed {
        println!("skipped: {test}: npm packages of tests/clients are missing; `cargo xtask test` installs them");
    }
    installed
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
