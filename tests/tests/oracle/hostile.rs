//! Sources that misbehave: left out, and never fatal; too little gas is told apart.

use alloy_sol_types::{sol, SolCall, SolError, SolValue};
use breakwater_tests::{
    devnode::{Status, Tx},
    interfaces::oracle::IOracleAdapter,
    Address, DOLLAR, U256,
};

use crate::desk::*;

sol! {
    interface IHostileSource {
        function behave(uint256 behaviour) external;
        function setAnswer(int256 answer) external;
    }
}

/// What `HostileSource` can do, but for answering (0), lying (5) and needing much gas (8): no price comes of these.
const DEAD: [u64; 6] = [1, 2, 3, 4, 6, 7];

fn hostile(desk: &mut Desk, dollars: u64) -> Address {
    let arguments = word(dollars * DOLLAR).abi_encode();
    desk.create("HostileSource", &arguments)
}

fn behave(desk: &mut Desk, source: Address, behaviour: u64) {
    let behaviour = U256::from(behaviour);
    let call = IHostileSource::behaveCall { behaviour };
    desk.suite.send(desk.owner, source, &call).unwrap();
}

/// A hostile source between two good ones at 2,000 and 2,010.
fn three() -> (Desk, Address, [Address; 2]) {
    let mut desk = Desk::new();
    let good = [desk.feed(2_000 * DOLLAR), desk.feed(2_010 * DOLLAR)];
    let bad = hostile(&mut desk, 2_004);
    desk.set(
        standard(2),
        chainlinks(&[good[0], bad, good[1]]),
        price_of(2_004),
    )
    .unwrap();
    (desk, bad, good)
}

#[test]
fn incident_34_dead_reverting_gas_burning_and_talkative_sources_are_left_out() {
    let (mut desk, bad, _) = three();
    assert_eq!(desk.mid(), (price_of(2_004), OK));
    for behaviour in DEAD {
        behave(&mut desk, bad, behaviour);
        // Five right words with 100,000 bytes behind them are an answer like any other, and nobody copies the rubbish.
        let expected = if behaviour == 3 { 2_004 } else { 2_005 };
        assert_eq!(
            desk.mid(),
            (price_of(expected), OK),
            "behaviour {behaviour}"
        );
    }
    // No code at all.
    desk.suite.chain.set_code(bad, Vec::<u8>::new());
    assert_eq!(desk.mid(), (price_of(2_005), OK));
}

#[test]
fn incident_03_a_source_that_lies_moves_nothing_while_the_others_agree() {
    let (mut desk, bad, good) = three();
    behave(&mut desk, bad, 5);
    assert_eq!(desk.mid(), (price_of(2_010), OK));
    // Against one other it can't be told who lies.
    let broken = breakwater_tests::external::IMockFeed::setBrokenCall { broken: true };
    desk.suite.send(desk.owner, good[0], &broken).unwrap();
    let (last, status) = desk.mid();
    assert_eq!(status, DISAGREE);
    assert_near(last, price_of(2_004));
}

#[test]
fn a_batch_over_sources_that_burn_all_gas_costs_their_shares_and_answers() {
    let mut desk = Desk::new();
    let sources: Vec<Address> = (0..4).map(|_| hostile(&mut desk, 2_000)).collect();
    desk.set(standard(1), chainlinks(&sources), price_of(2_000))
        .unwrap();
    for source in sources {
        behave(&mut desk, source, 2);
    }
    let good = desk.suite.weth();
    let call = IOracleAdapter::quotesCall {
        tokens: vec![desk.token, good, desk.token],
    };
    let result = desk
        .suite
        .chain
        .call(Tx::call(desk.owner, desk.oracle, call.abi_encode()))
        .unwrap();
    assert!(result.is_success());
    let quotes = IOracleAdapter::quotesCall::abi_decode_returns(&result.output).unwrap();
    let statuses: Vec<u8> = quotes.iter().map(|quote| quote.status).collect();
    assert_eq!(statuses, [NO_QUORUM, OK, NO_QUORUM]);
    // Eight shares of 200,000, and little else.
    assert!(
        result.gas_used < 8 * 200_000 + 150_000,
        "{}",
        result.gas_used
    );
    println!(
        "three tokens, eight sources that burn all gas: {} gas",
        result.gas_used
    );
}

/// Whatever the gas of a call: it says what it says with plenty, or it reverts. It never drops a source that only lacked gas.
#[test]
fn incident_35_no_amount_of_gas_makes_a_source_seem_to_fail() {
    let (mut desk, bad, _) = three();
    // Needs most of its share: the first to fail for want of gas.
    behave(&mut desk, bad, 8);
    let tokens = vec![desk.token];
    let call = IOracleAdapter::quotesCall { tokens }.abi_encode();
    let attempt = |desk: &mut Desk, gas: u64| {
        let tx = Tx::call(desk.owner, desk.oracle, call.clone()).with_gas_limit(gas);
        desk.suite.chain.call(tx).unwrap()
    };
    let full = attempt(&mut desk, 10_000_000);
    assert!(full.is_success());
    let (mut refused, mut answered) = (0, 0);
    for gas in (22_000..=500_000).step_by(777) {
        let result = attempt(&mut desk, gas);
        if result.is_success() {
            assert_eq!(result.output, full.output, "{gas}");
            answered += 1;
        } else if matches!(result.status, Status::Reverted) {
            let error = IOracleAdapter::InsufficientGas::abi_decode(&result.output);
            assert!(error.is_ok(), "{gas}: {}", result.output);
            refused += 1;
        }
    }
    assert!(refused >= 5 && answered > 50, "{refused} {answered}");
}

#[test]
fn a_source_can_not_change_anything_when_it_is_asked() {
    // A static call: what writes in `latestRoundData` fails, and is left out like any that reverts.
    let (mut desk, bad, _) = three();
    // PUSH1 1, PUSH1 0, SSTORE: a write, and then five words of 32 bytes.
    let writer = hex::decode("600160005560a06000f3").unwrap();
    desk.suite.chain.set_code(bad, writer);
    assert_eq!(desk.mid(), (price_of(2_005), OK));
}
