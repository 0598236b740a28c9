//! What is no request at all: batches, bodies, frames and connections that are too many, too large or broken.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use breakwater_devnode::node::NodeConfig;
use serde_json::{json, Value};

use crate::server::{answer, Node};

const MEBIBYTE: usize = 1 << 20;

fn lives_on(node: &Node) {
    assert_eq!(node.get("eth_chainId", json!([])), "0x64aba");
}

fn request(id: usize) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "method": "eth_chainId", "params": [] })
}

#[test]
fn a_batch_is_answered_request_by_request_and_has_a_limit() {
    let node = Node::start(NodeConfig::default());
    let mut batch: Vec<Value> = (0..100).map(request).collect();
    batch.push(json!({ "jsonrpc": "2.0", "id": 100, "method": "no_such_method" }));
    batch.push(json!(7));
    batch.push(json!({ "jsonrpc": "2.0", "method": "eth_chainId" }));
    let answers = node
        .post(json!(batch).to_string().as_bytes())
        .unwrap()
        .json();
    let answers = answers.as_array().unwrap();
    // Without an id it is a notification, which is not answered.
    assert_eq!(answers.len(), 102);
    let right = answers
        .iter()
        .filter(|answer| answer["result"] == "0x64aba");
    assert_eq!(right.count(), 100);
    assert!(answers
        .iter()
        .any(|answer| answer["error"]["code"] == -32_601));
    assert!(answers
        .iter()
        .any(|answer| answer["error"]["code"] == -32_600));

    let too_many: Vec<Value> = (0..1_001).map(request).collect();
    let answer = node
        .post(json!(too_many).to_string().as_bytes())
        .unwrap()
        .json();
    assert!(answer["error"]["code"].is_i64(), "{answer}");
    let most: Vec<Value> = (0..1_000).map(request).collect();
    let answer = node
        .post(json!(most).to_string().as_bytes())
        .unwrap()
        .json();
    assert_eq!(answer.as_array().unwrap().len(), 1_000);
    let empty = node.post(b"[]").unwrap().json();
    assert!(empty["error"]["code"].is_i64(), "{empty}");
    lives_on(&node);
}

#[test]
fn bodies_that_are_no_requests_are_refused() {
    let node = Node::start(NodeConfig::default());
    let deep = |open: &str, close: &str, levels: usize| {
        format!("{}1{}", open.repeat(levels), close.repeat(levels))
    };
    let within =
        |inner: &str| format!(r#"{{"jsonrpc":"2.0","id":1,"method":"eth_call","params":{inner}}}"#);
    let mut bodies: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"{".to_vec(),
        b"null".to_vec(),
        b"\xff\xfe\x00".to_vec(),
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\"".to_vec(),
        b"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":7}".to_vec(),
        vec![0; MEBIBYTE],
        vec![b' '; MEBIBYTE],
    ];
    for levels in [127, 128, 10_000, MEBIBYTE] {
        bodies.push(deep("[", "]", levels).into_bytes());
        bodies.push(deep("{\"a\":", "}", levels).into_bytes());
        bodies.push(within(&deep("[", "]", levels)).into_bytes());
        bodies.push(within(&deep("{\"a\":", "}", levels)).into_bytes());
    }
    for body in bodies {
        let started = Instant::now();
        let answer = node.post(&body);
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        assert!(started.elapsed() < Duration::from_secs(20), "{shown}");
        let answer = answer.unwrap_or_else(|| panic!("no answer to {shown}"));
        if answer.status == 200 {
            let answer = answer.json();
            let first = answer.get(0).unwrap_or(&answer);
            assert!(first["error"]["code"].is_i64(), "{shown}: {answer}");
        } else {
            assert!(
                (400..500).contains(&answer.status),
                "{shown}: {}",
                answer.status
            );
        }
    }
    lives_on(&node);
}

#[test]
fn a_body_over_the_limit_is_refused_and_not_kept() {
    let node = Node::start(NodeConfig::default());
    for _ in 0..3 {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"web3_sha3","params":["0x{}"]}}"#,
            "00".repeat(20 * MEBIBYTE)
        );
        // An answer, or an end of the connection.
        if let Some(answer) = node.post(body.as_bytes()) {
            assert_eq!(answer.status, 413);
        }
        lives_on(&node);
    }
    // Under the limit it is an ordinary request.
    let large = format!("0x{}", "00".repeat(7 * MEBIBYTE));
    assert!(node.get("web3_sha3", json!([large])).is_string());
}

#[test]
fn other_verbs_and_broken_headers_do_no_harm() {
    let node = Node::start(NodeConfig::default());
    for head in [
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "DELETE /a?b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        "\u{0}\u{1}\u{2}\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
    ] {
        let mut stream = node.connect();
        stream.write_all(head.as_bytes()).unwrap();
        if let Some(answer) = answer(stream) {
            assert!((400..600).contains(&answer.status), "{head}: {}", answer.status);
        }
    }
    let mut stream = node.connect();
    // A header without an end: the node stops to read.
    let _ = stream.write_all(b"POST / HTTP/1.1\r\n");
    for _ in 0..64 {
        if stream.write_all(&[b'a'; 65_536]).is_err() {
            break;
        }
    }
    lives_on(&node);
}

#[test]
fn idle_connections_do_not_keep_others_out_for_ever() {
    let node = Node::start(NodeConfig::default());
    let mut idle: Vec<TcpStream> = (0..300).map(|_| node.connect()).collect();
    for stream in &mut idle {
        let _ = stream.write_all(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n");
    }
    drop(idle);
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let body = request(1).to_string();
        let answered = node
            .post(body.as_bytes())
            .is_some_and(|answer| answer.status == 200);
        if answered {
            break;
        }
        assert!(
            Instant::now() < deadline,
            "connections that have ended are still counted"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A connection turned into a WebSocket.
fn web_socket(node: &Node) -> TcpStream {
    let mut stream = node.connect();
    stream
        .write_all(
            b"GET / HTTP/1.1\r\nHost: node\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
              Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        )
        .unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    assert!(
        head.starts_with(b"HTTP/1.1 101"),
        "{}",
        String::from_utf8_lossy(&head)
    );
    stream
}

/// A frame of a client (RFC 6455), masked with zeros.
fn frame(kind: u8, length: u64, content: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x80 | kind, 0x80 | 127];
    frame.extend(length.to_be_bytes());
    frame.extend([0; 4]);
    frame.extend(content);
    frame
}

const TEXT: u8 = 1;

/// The text of the next frame that has one; none if the connection ends.
fn next_text(stream: &mut TcpStream) -> Option<String> {
    let mut head = [0; 2];
    stream.read_exact(&mut head).ok()?;
    let length = match head[1] & 0x7f {
        126 => {
            let mut bytes = [0; 2];
            stream.read_exact(&mut bytes).ok()?;
            usize::from(u16::from_be_bytes(bytes))
        }
        127 => return None,
        short => usize::from(short),
    };
    let mut content = vec![0; length];
    stream.read_exact(&mut content).ok()?;
    (head[0] & 0x0f == TEXT).then(|| String::from_utf8_lossy(&content).into_owned())
}

#[test]
fn broken_and_oversized_frames_end_at_most_their_own_connection() {
    let node = Node::start(NodeConfig::default());
    let text = |content: &str| frame(TEXT, content.len() as u64, content.as_bytes());
    let answered = [
        "{".to_owned(),
        "7".to_owned(),
        "[".repeat(MEBIBYTE),
        json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["logs", { "topics": "x" }] }).to_string(),
        json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": { "a": [] } }).to_string(),
        json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_subscribe" }).to_string(),
    ];
    for content in answered {
        let mut stream = web_socket(&node);
        stream.write_all(&text(&content)).unwrap();
        let answer = next_text(&mut stream).unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert!(answer["error"]["code"].is_i64(), "{answer}");
        // The same connection goes on.
        stream.write_all(&text(&request(5).to_string())).unwrap();
        let answer: Value = serde_json::from_str(&next_text(&mut stream).unwrap()).unwrap();
        assert_eq!(answer["result"], "0x64aba");
    }
    for broken in [
        frame(TEXT, u64::MAX, b"[]"),
        frame(TEXT, 1 << 40, b"[]"),
        frame(0x0b, 2, b"[]"),
        frame(TEXT, 3, b"\xff\xfe\xfd"),
        vec![0xff; 4_096],
    ] {
        let mut stream = web_socket(&node);
        let _ = stream.write_all(&broken);
        drop(stream);
        lives_on(&node);
    }
    let mut stream = web_socket(&node);
    let oversized = vec![b'['; 17 * MEBIBYTE];
    let _ = stream.write_all(&frame(TEXT, oversized.len() as u64, &oversized));
    lives_on(&node);
}

#[test]
fn subscriptions_of_a_connection_have_a_limit() {
    let node = Node::start(NodeConfig::default());
    let mut stream = web_socket(&node);
    let subscribe =
        json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_subscribe", "params": ["newHeads"] })
            .to_string();
    let mut refused = false;
    for _ in 0..300 {
        stream
            .write_all(&frame(TEXT, subscribe.len() as u64, subscribe.as_bytes()))
            .unwrap();
        let answer: Value = serde_json::from_str(&next_text(&mut stream).unwrap()).unwrap();
        refused |= answer.get("error").is_some();
    }
    assert!(refused, "300 subscriptions on one connection");
    lives_on(&node);
}
