//! What `eth_estimateGas` says is enough, and little more than what is needed.

use breakwater_devnode::{
    node::{dump_state, NodeConfig},
    Address,
};
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{json, Value};

use crate::{
    programs::{call, Call, Kind, Machine, Step, World, BOTH},
    server::{number, Node},
};

/// An estimate may be too large by this much, in parts of a thousand.
const TOLERANCE_PERMILLE: u64 = 6;

/// A contract's steps, nested: what it does itself, then calls of contracts made in the same way.
#[derive(Clone, Debug)]
struct Plan {
    machine: Machine,
    own: Vec<u8>,
    calls: Vec<(Kind, Plan)>,
    /// Slots that hold something before: setting them to zero gives a refund.
    held: u8,
}

fn plans() -> impl Strategy<Value = Plan> {
    let machine = prop::sample::select(BOTH.to_vec());
    let kind = prop::sample::select(vec![Kind::Call, Kind::Delegate, Kind::Static]);
    let leaf = (
        machine.clone(),
        prop::collection::vec(0_u8..7, 0..4),
        0_u8..6,
    )
        .prop_map(|(machine, own, held)| Plan {
            machine,
            own,
            calls: Vec::new(),
            held,
        });
    leaf.prop_recursive(4, 8, 2, move |inner| {
        let calls = prop::collection::vec((kind.clone(), inner), 1..3);
        (
            machine.clone(),
            prop::collection::vec(0_u8..7, 0..4),
            calls,
            0_u8..6,
        )
            .prop_map(|(machine, own, calls, held)| Plan {
                machine,
                own,
                calls,
                held,
            })
    })
}

/// Deploys what a plan says; a static call may not write, so nothing below one does.
fn deploy(world: &mut World, plan: &Plan, writes: bool) -> Address {
    let mut steps: Vec<Step> = plan
        .own
        .iter()
        .map(|step| match step {
            0 if writes => Step::Store(9, 9),
            1 if writes => Step::Log(1, 2),
            2 if writes => Step::AppendStorage(3),
            3 => Step::AppendBalance(world.user),
            4 if writes => Step::StoreTransient(1, 1),
            5 => Step::AppendBytes(vec![7; 900]),
            _ => Step::AppendCaller,
        })
        .collect();
    if writes {
        steps.extend((0..plan.held).map(|slot| Step::Store(20 + slot, 0)));
    }
    for (kind, inner) in &plan.calls {
        let to = deploy(world, inner, writes && *kind != Kind::Static);
        let call = Call::new(*kind, to);
        // A failure within is passed on, so that success means that all of it was done.
        steps.push(Step::CallOrRevert(call));
    }
    let address = world.deploy(plan.machine, &steps);
    for slot in 0..plan.held {
        let key = breakwater_devnode::U256::from(20 + u64::from(slot));
        world
            .chain
            .set_storage(address, key, breakwater_devnode::U256::from(1));
    }
    address
}

/// A node with the state of a world.
fn node_with(world: &World) -> Node {
    let node = Node::start(NodeConfig::default());
    let dump = alloy_primitives::hex::encode_prefixed(dump_state(&world.chain));
    node.get("anvil_loadState", json!([dump]));
    node
}

/// Sends with a gas limit, and takes it back: whether it succeeded, and the gas that it used.
fn tried(node: &Node, tx: &Value, gas: u64) -> (bool, u64) {
    let snapshot = node.get("evm_snapshot", json!([]));
    let mut tx = tx.clone();
    tx["gas"] = json!(format!("{gas:#x}"));
    let sent = node.ask("eth_sendTransaction", &json!([tx]));
    let result = match sent {
        Ok(hash) => {
            let receipt = node.get("eth_getTransactionReceipt", json!([hash]));
            (receipt["status"] == "0x1", number(&receipt["gasUsed"]))
        }
        // Less than a transaction costs at all.
        Err(_) => (false, 0),
    };
    assert_eq!(node.get("evm_revert", json!([snapshot])), true);
    result
}

/// Checks an estimate. Returns it, and what was used with it.
fn check(node: &Node, tx: &Value) -> (u64, u64) {
    let estimate = number(&node.get("eth_estimateGas", json!([tx])));
    let (enough, used) = tried(node, tx, estimate);
    assert!(enough, "{estimate} is not enough: {tx}");
    let less = estimate - 1 - estimate * TOLERANCE_PERMILLE / 1_000;
    let (too_much, _) = tried(node, tx, less);
    assert!(!too_much, "{estimate} is wasteful, {less} is enough: {tx}");
    (estimate, used)
}

#[test]
fn an_estimate_is_enough_and_not_wasteful_for_contracts_and_programs_that_call_each_other() {
    let config = ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let mut runner = TestRunner::new(config);
    runner
        .run(&plans(), |plan| {
            let mut world = World::new();
            let to = deploy(&mut world, &plan, true);
            let node = node_with(&world);
            check(&node, &json!({ "from": node.accounts()[0], "to": to }));
            Ok(())
        })
        .unwrap();
}

#[test]
fn an_estimate_counts_what_is_refunded_only_later() {
    for machine in BOTH {
        let mut world = World::new();
        let plan = Plan {
            machine,
            own: Vec::new(),
            calls: Vec::new(),
            held: 5,
        };
        let to = deploy(&mut world, &plan, true);
        let node = node_with(&world);
        let (estimate, used) = check(&node, &json!({ "from": node.accounts()[0], "to": to }));
        // A fifth at most comes back, after the transaction has had it.
        assert!(estimate > used + 5_000, "{estimate} {used}");
    }
}

#[test]
fn an_estimate_counts_the_64th_that_callers_keep() {
    for machine in BOTH {
        let mut world = World::new();
        // The innermost needs much; each caller needs that and a 63rd more.
        let mut to = world.deploy(
            machine,
            &(0..20).map(|slot| Step::Store(slot, 1)).collect::<Vec<_>>(),
        );
        for _ in 0..6 {
            to = world.deploy(machine, &[Step::CallOrRevert(call(to))]);
        }
        let node = node_with(&world);
        let (estimate, used) = check(&node, &json!({ "from": node.accounts()[0], "to": to }));
        assert!(estimate > used + used / 64, "{estimate} {used}");
    }
}

#[test]
fn a_transfer_is_estimated_exactly_and_a_creation_is_enough() {
    let node = Node::start(NodeConfig::default());
    let accounts = node.accounts();
    let transfer = json!({ "from": accounts[0], "to": accounts[1], "value": "0x1" });
    assert_eq!(node.get("eth_estimateGas", json!([transfer])), "0x5208");
    let init = crate::programs::init_code(&crate::programs::evm(&[Step::AppendCaller]));
    let init = alloy_primitives::hex::encode_prefixed(init);
    check(&node, &json!({ "from": accounts[0], "data": init }));
}

#[test]
fn what_cannot_succeed_has_no_estimate_but_a_reason() {
    let mut world = World::new();
    let reverting = world.deploy(Machine::Evm, &[Step::AppendCaller, Step::Revert]);
    let endless = world.deploy(Machine::Wasm, &[Step::Loop]);
    let node = node_with(&world);
    let error = node
        .ask("eth_estimateGas", &json!([{ "to": reverting }]))
        .unwrap_err();
    assert_eq!(error["code"], 3, "{error}");
    assert_eq!(error["data"].as_str().unwrap().len(), 66, "{error}");
    let error = node
        .ask("eth_estimateGas", &json!([{ "to": endless }]))
        .unwrap_err();
    assert_eq!(error["message"], "out of gas", "{error}");
}
