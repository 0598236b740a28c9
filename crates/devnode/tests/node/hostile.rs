//! Every method with parameters that make no sense, are of the wrong kind, or far too large.

use std::time::{Duration, Instant};

use breakwater_devnode::node::{method_names, NodeConfig};
use serde_json::{json, Value};

use crate::server::Node;

/// Requests for each method.
const ROUNDS: usize = 60;
/// Longer than this no single request may take, on a slow machine too.
const MOST_TIME: Duration = Duration::from_secs(20);
/// What a panic would look like: no error of these methods is the node's own fault.
const INTERNAL_ERROR: i64 = -32_603;

const ACCOUNT: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
const HASH: &str = "0x00000000000000000000000000000000000000000000000000000000000000aa";
/// Code that jumps to its own beginning for ever.
const ENDLESS: &str = "0x5b5f56";

/// The seed of `cargo xtask test`.
fn seed() -> u64 {
    let seed = std::env::var("PROPTEST_RNG_SEED").ok();
    seed.and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

/// Parameters that are right, for every method that takes any.
fn right(method: &str) -> Vec<Value> {
    let call =
        json!({ "from": ACCOUNT, "to": ACCOUNT, "value": "0x1", "data": "0x01", "gas": "0x10000" });
    let endless = json!({ "to": HASH[..42].to_owned() });
    let code = json!({ HASH[..42].to_owned(): { "code": ENDLESS, "stateDiff": { HASH: HASH } } });
    let typed = json!({
        "types": { "EIP712Domain": [{ "name": "name", "type": "string" }], "A": [{ "name": "b", "type": "uint256" }] },
        "primaryType": "A", "domain": { "name": "x" }, "message": { "b": 1 },
    });
    match method {
        "eth_getBalance" | "eth_getCode" | "eth_getTransactionCount" => {
            vec![json!(ACCOUNT), json!("latest")]
        }
        "eth_getStorageAt" => vec![json!(ACCOUNT), json!("0x0"), json!("latest")],
        "eth_getProof" => vec![json!(ACCOUNT), json!(["0x0"]), json!("latest")],
        "eth_feeHistory" => vec![json!("0x4"), json!("latest"), json!([1.5, 50])],
        "eth_call" => vec![
            endless,
            json!("latest"),
            code,
            json!({ "time": "0x70000000" }),
        ],
        "eth_estimateGas" | "eth_createAccessList" => vec![endless, json!("latest"), code],
        "debug_traceCall" => vec![
            endless,
            json!("latest"),
            json!({ "tracer": "callTracer", "tracerConfig": { "onlyTopCall": true }, "stateOverrides": code }),
        ],
        "debug_traceTransaction" => vec![json!(HASH), json!({ "tracer": "stylusTracer" })],
        "eth_sendTransaction" | "eth_signTransaction" => vec![call],
        "eth_sendRawTransaction" | "web3_sha3" => vec![json!("0x02f8")],
        "eth_sign" | "eth_signTypedData" | "eth_signTypedData_v4" => {
            vec![
                json!(ACCOUNT),
                if method == "eth_sign" {
                    json!("0x01")
                } else {
                    typed
                },
            ]
        }
        "personal_sign" => vec![json!("0x01"), json!(ACCOUNT)],
        "eth_getLogs" | "eth_newFilter" => {
            vec![
                json!({ "fromBlock": "0x0", "toBlock": "latest", "address": [ACCOUNT], "topics": [[HASH], null] }),
            ]
        }
        "eth_subscribe" => vec![json!("logs"), json!({ "address": ACCOUNT })],
        "evm_mine"
        | "evm_increaseTime"
        | "anvil_increaseTime"
        | "evm_revert"
        | "anvil_revert"
        | "eth_getFilterChanges"
        | "eth_getFilterLogs"
        | "eth_uninstallFilter"
        | "eth_unsubscribe" => {
            vec![json!("0x1")]
        }
        "anvil_mine" | "hardhat_mine" => vec![json!("0x2"), json!("0x3")],
        "evm_setTime"
        | "anvil_setTime"
        | "evm_setNextBlockTimestamp"
        | "anvil_setNextBlockTimestamp" => {
            vec![json!(1_700_000_100_u64)]
        }
        "evm_setAutomine" | "anvil_setAutomine" | "anvil_autoImpersonateAccount" => {
            vec![json!(true)]
        }
        "evm_setIntervalMining" | "anvil_setIntervalMining" => vec![json!(0)],
        "anvil_setBalance"
        | "hardhat_setBalance"
        | "anvil_setNonce"
        | "hardhat_setNonce"
        | "evm_setAccountNonce" => vec![json!(HASH[..42].to_owned()), json!("0x5")],
        "anvil_setCode" | "hardhat_setCode" => vec![json!(HASH[..42].to_owned()), json!("0x00")],
        "anvil_setStorageAt" | "hardhat_setStorageAt" => {
            vec![json!(HASH[..42].to_owned()), json!("0x0"), json!(HASH)]
        }
        "anvil_loadState" => vec![json!("0x7b7d")],
        name if name.ends_with("HashAndIndex") => vec![json!(HASH), json!("0x0")],
        name if name.contains("ByHash") || name.contains("Hash") || name.ends_with("Receipt") => {
            vec![json!(HASH), json!(true)]
        }
        name if name.ends_with("AndIndex") => vec![json!("latest"), json!("0x0")],
        name if name.contains("Block") || name.contains("ByNumber") => {
            vec![json!("latest"), json!(true)]
        }
        name if name.contains("mpersonat") => vec![json!(HASH[..42].to_owned())],
        _ => Vec::new(),
    }
}

/// Values that no method asks for.
fn nonsense(random: &mut fastrand::Rng) -> Value {
    let deep = |levels: usize, list: bool| {
        (0..levels).fold(json!(1), |inner, _| {
            if list {
                json!([inner])
            } else {
                json!({ "a": inner })
            }
        })
    };
    match random.u8(0..26) {
        0 => Value::Null,
        1 => json!(random.bool()),
        2 => json!(-1),
        3 => json!(u64::MAX),
        4 => json!(1.5e300),
        5 => json!(random.u64(..)),
        6 => json!(""),
        7 => json!("0x"),
        8 => json!("0x0"),
        9 => json!(format!("0x{}", "f".repeat(random.usize(1..70)))),
        10 => json!(format!("0x{}", "0".repeat(random.usize(1..200)))),
        11 => json!("0xzz\u{0}\u{7f}\u{10ffff}"),
        12 => json!("latest"),
        13 => json!("pending"),
        14 => json!("earliest"),
        15 => json!("a".repeat(random.usize(1..300_000))),
        16 => json!(format!("0x{}", "ab".repeat(random.usize(1..300_000)))),
        17 => json!([]),
        18 => json!({}),
        19 => deep(random.usize(1..100), true),
        20 => deep(random.usize(1..100), false),
        21 => json!(vec![0; random.usize(1..20_000)]),
        22 => json!({ "blockHash": HASH, "blockNumber": "0x1", "requireCanonical": 7 }),
        23 => {
            json!({ "fromBlock": "0xffffffffffffffff", "toBlock": "0x0", "topics": vec![json!([HASH]); 9] })
        }
        24 => {
            json!({ "to": null, "gas": "0xffffffffffffffff", "value": format!("0x{}", "f".repeat(64)), "data": ENDLESS })
        }
        _ => json!((0..random.usize(1..2_000))
            .map(|key| (format!("{key:#042x}"), json!({})))
            .collect::<serde_json::Map<_, _>>()),
    }
}

/// Changes something, here or further in.
fn spoil(value: &mut Value, random: &mut fastrand::Rng) {
    let deeper = random.u8(0..4) != 0;
    match value {
        Value::Object(fields) if deeper && !fields.is_empty() => {
            let place = random.usize(..fields.len());
            if let Some(inner) = fields.values_mut().nth(place) {
                spoil(inner, random);
            }
        }
        Value::Array(items) if deeper && !items.is_empty() => {
            let place = random.usize(..items.len());
            spoil(&mut items[place], random);
        }
        Value::String(text) if deeper && text.is_ascii() => {
            let place = random.usize(..=text.len());
            match random.u8(0..3) {
                0 => text.truncate(place),
                1 => text.insert(place, random.char('0'..='z')),
                _ => *text = text.replace('0', "f"),
            }
        }
        other => *other = nonsense(random),
    }
}

/// Wrong parameters: right ones with a fault or two, or nonsense altogether.
fn wrong(method: &str, random: &mut fastrand::Rng) -> Value {
    let mut params = Value::Array(right(method));
    match random.u8(0..8) {
        0 => return nonsense(random),
        1 => {
            return json!((0..random.usize(..6))
                .map(|_| nonsense(random))
                .collect::<Vec<_>>())
        }
        2 => {}
        _ => {
            for _ in 0..random.usize(1..3) {
                spoil(&mut params, random);
            }
        }
    }
    params
}

/// A node still does what it is for.
fn lives_on(node: &Node) {
    for (method, params) in [
        ("anvil_setIntervalMining", json!([0])),
        ("evm_setAutomine", json!([true])),
        ("anvil_autoImpersonateAccount", json!([false])),
    ] {
        node.get(method, params);
    }
    let (from, to) = (
        "0x00000000000000000000000000000000000abcde",
        "0x00000000000000000000000000000000000fedcb",
    );
    node.get("anvil_setBalance", json!([from, "0xde0b6b3a7640000"]));
    node.get("anvil_impersonateAccount", json!([from]));
    let before = node.get("eth_getBalance", json!([to, "latest"]));
    let tx = json!({ "from": from, "to": to, "value": "0x7", "gas": "0x5208" });
    let hash = node.get("eth_sendTransaction", json!([tx]));
    let receipt = node.get("eth_getTransactionReceipt", json!([hash]));
    assert_eq!(receipt["status"], "0x1", "{receipt}");
    let after = node.get("eth_getBalance", json!([to, "latest"]));
    assert_ne!(before, after);
}

#[test]
fn no_parameters_of_any_method_are_more_than_an_error() {
    let node = Node::start(NodeConfig::default());
    let mut random = fastrand::Rng::with_seed(seed());
    let mut requests = 0_usize;
    for method in method_names() {
        for _ in 0..ROUNDS {
            let params = wrong(method, &mut random);
            let started = Instant::now();
            let answer = node.ask(method, &params);
            let time = started.elapsed();
            let shown = || params.to_string().chars().take(2_000).collect::<String>();
            assert!(time < MOST_TIME, "{method} took {time:?}: {}", shown());
            if let Err(error) = answer {
                // The server's own answer to subscriptions over HTTP.
                let over_http = method.ends_with("subscribe");
                assert!(
                    over_http || error["code"] != INTERNAL_ERROR,
                    "{method} {}: {error}",
                    shown()
                );
                let message = error["message"].as_str().unwrap_or_default();
                assert!(!message.is_empty(), "{method}: {error}");
            }
            requests += 1;
        }
        lives_on(&node);
    }
    assert!(requests > 50 * method_names().len());
}

#[test]
fn right_parameters_are_right() {
    let node = Node::start(NodeConfig::default());
    for method in method_names() {
        if let Err(error) = node.ask(method, &json!(right(method))) {
            // Invalid parameters would make the fuzzing above shallow.
            assert!(
                error["code"] != -32_602
                    || ["anvil_loadState", "eth_sendRawTransaction"].contains(&method)
                    || method.contains("subscribe"),
                "{method}: {error}"
            );
        }
    }
}
