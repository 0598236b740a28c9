//! A node, and requests to it over plain HTTP.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use breakwater_devnode::node::{self, NodeConfig, NodeError, RunningNode};
use serde_json::{json, Value};

/// Longer than this no answer may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A running node; it ends with the value.
pub(crate) struct Node {
    running: Option<RunningNode>,
    runtime: tokio::runtime::Runtime,
}

/// What a request brought.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }
}

impl Node {
    pub(crate) fn start(config: NodeConfig) -> Self {
        Self::try_start(config).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn try_start(config: NodeConfig) -> Result<Self, NodeError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap();
        let config = NodeConfig { port: 0, ..config };
        let running = runtime.block_on(node::start(config))?;
        Ok(Self {
            running: Some(running),
            runtime,
        })
    }

    pub(crate) fn address(&self) -> std::net::SocketAddr {
        self.running.as_ref().unwrap().address()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends a body; none if the node has closed the connection without an answer.
    pub(crate) fn post(&self, body: &[u8]) -> Option<Answer> {
        let head = format!(
            "POST / HTTP/1.1\r\nHost: node\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let mut stream = self.connect();
        stream.write_all(head.as_bytes()).unwrap();
        // A node that refuses a body need not read it.
        let _ = stream.write_all(body);
        answer(stream)
    }

    /// The node's answer to a request: its result, or its error.
    pub(crate) fn ask(&self, method: &str, params: &Value) -> Result<Value, Value> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let answer = self.post(body.to_string().as_bytes());
        let answer = answer.unwrap_or_else(|| panic!("{method}: no answer"));
        let answer = answer.json();
        match (answer.get("result"), answer.get("error")) {
            (Some(result), None) => Ok(result.clone()),
            (None, Some(error)) => Err(error.clone()),
            _ => panic!("{method}: neither result nor error: {answer}"),
        }
    }

    /// The result of a request that must succeed.
    pub(crate) fn get(&self, method: &str, params: Value) -> Value {
        self.ask(method, &params)
            .unwrap_or_else(|error| panic!("{method} {params}: {error}"))
    }

    /// The node's funded accounts.
    pub(crate) fn accounts(&self) -> Vec<String> {
        serde_json::from_value(self.get("eth_accounts", json!([]))).unwrap()
    }

    pub(crate) fn block_number(&self) -> u64 {
        number(&self.get("eth_blockNumber", json!([])))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }
}

/// Reads an answer to its end.
pub(crate) fn answer(mut stream: TcpStream) -> Option<Answer> {
    let mut bytes = Vec::new();
    let mut buffer = [0_u8; 65_536];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => bytes.extend(&buffer[..count]),
            // Whoever sends too much is cut off.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
            Err(error) => panic!("no answer within {PATIENCE:?}: {error}"),
        }
    }
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer {
        status,
        body: bytes[end + 4..].to_vec(),
    })
}

/// A quantity.
pub(crate) fn number(value: &Value) -> u64 {
    let text = value
        .as_str()
        .unwrap_or_else(|| panic!("no quantity: {value}"));
    u64::from_str_radix(text.trim_start_matches("0x"), 16).unwrap()
}
