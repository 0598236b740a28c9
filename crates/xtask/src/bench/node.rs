//! The node as its users have it: started as a process, asked over HTTP.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Instant,
};

use serde::Serialize;
use serde_json::{json, Value};

use super::{median, peak_memory};
use crate::error::{Error, Result};

/// What the line begins with that says where the node listens.
const LISTENING: &str = "listening on http://";

/// Figures of a node.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Figures {
    /// Median time from starting the process to its first answer, nanoseconds.
    pub(super) start_ns: u64,
    /// Transfers of ether, each a request and a block, that it took in a second.
    pub(super) per_second: f64,
    /// Most memory of its process before and after the transfers, bytes; none where the system does not say.
    pub(super) peak_before: Option<u64>,
    pub(super) peak_after: Option<u64>,
}

/// Starts a node `starts` times; the last one is sent `transfers` transfers.
///
/// # Errors
///
/// If the node does not start, or an answer is not what it should be.
pub(super) fn measure(starts: usize, transfers: u64) -> Result<Figures> {
    let mut times = Vec::new();
    for _ in 1..starts {
        times.push(Node::start()?.1);
    }
    let (mut node, time) = Node::start()?;
    times.push(time);
    let accounts = node.ask("eth_accounts", &json!([]))?;
    let transfer = json!([{ "from": accounts[0], "to": accounts[1], "value": "0x1" }]);
    let peak_before = peak_memory(node.process.id());
    let started = Instant::now();
    for _ in 0..transfers {
        node.ask("eth_sendTransaction", &transfer)?;
    }
    let seconds = started.elapsed().as_secs_f64();
    let peak_after = peak_memory(node.process.id());
    let blocks = node.ask("eth_blockNumber", &json!([]))?;
    if blocks != json!(format!("{transfers:#x}")) {
        return Err(Error::new(format!(
            "the node is at block {blocks} after {transfers} transfers"
        )));
    }
    Ok(Figures {
        start_ns: median(times),
        per_second: transfers as f64 / seconds,
        peak_before,
        peak_after,
    })
}

/// A node in a process of its own; it ends with this value.
struct Node {
    process: Child,
    connection: BufReader<TcpStream>,
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Node {
    /// Starts `xtask devnode` on a free port. Returns it with the nanoseconds until its first answer.
    fn start() -> Result<(Self, u64)> {
        let program = std::env::current_exe()
            .map_err(|error| Error::new(format!("cannot find this program: {error}")))?;
        let started = Instant::now();
        let mut process = Command::new(&program)
            .args(["devnode", "--port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(Error::io("run", &program))?;
        let output = process.stdout.take();
        let address = output.and_then(|output| {
            let lines = BufReader::new(output).lines().map_while(|line| line.ok());
            lines.filter_map(|line| address(&line)).next()
        });
        let connection = address.map(TcpStream::connect);
        let Some(Ok(connection)) = connection else {
            let _ = process.kill();
            let _ = process.wait();
            return Err(Error::new("the node did not start"));
        };
        // Small requests, each waiting for its answer.
        let _ = connection.set_nodelay(true);
        let mut node = Self {
            process,
            connection: BufReader::new(connection),
        };
        node.ask("eth_chainId", &json!([]))?;
        Ok((node, started.elapsed().as_nanos() as u64))
    }

    /// The result of a request.
    fn ask(&mut self, method: &str, params: &Value) -> Result<Value> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let failed = |what: &dyn std::fmt::Display| Error::new(format!("{method}: {what}"));
        let body = body.to_string();
        let request = format!(
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.connection
            .get_mut()
            .write_all(request.as_bytes())
            .map_err(|error| failed(&error))?;
        let answer = read_answer(&mut self.connection).map_err(|error| failed(&error))?;
        let mut answer: Value = serde_json::from_slice(&answer).map_err(|error| failed(&error))?;
        match answer.get_mut("result") {
            Some(result) => Ok(result.take()),
            None => Err(failed(&answer)),
        }
    }
}

/// The address in the line that names it.
fn address(line: &str) -> Option<String> {
    let (_, rest) = line.split_once(LISTENING)?;
    Some(rest.split_whitespace().next()?.to_owned())
}

/// The body of an HTTP answer of known length.
fn read_answer(connection: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if connection.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end().to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_from_the_line_that_the_node_prints() {
        let line =
            "devnode: chain 1, listening on http://127.0.0.1:8547 and ws://127.0.0.1:8547 (x)";
        assert_eq!(address(line).as_deref(), Some("127.0.0.1:8547"));
        assert_eq!(address("(0) 0xabc"), None);
    }

    #[test]
    fn answers_are_read_one_after_another_and_a_closed_connection_is_an_error() {
        let mut bytes: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n[1]";
        assert_eq!(read_answer(&mut bytes).unwrap(), b"{}");
        assert_eq!(read_answer(&mut bytes).unwrap(), b"[1]");
        assert!(read_answer(&mut bytes).is_err());
    }
}
