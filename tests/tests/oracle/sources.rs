//! Sources: Chainlink's proxy and aggregator as published, Pyth's published test contract, an ERC-4626 vault of OpenZeppelin, and chains.

use alloy_sol_types::{sol, SolValue};
use breakwater_tests::{
    devnode::Tx,
    external::IToken,
    interfaces::oracle::{IOracleAdapter, Leg},
    Address, B256, DOLLAR, I256, U256, WAD,
};

use crate::desk::*;

sol! {
    interface IFluxAggregator {
        function changeOracles(address[] removed, address[] added, address[] addedAdmins, uint32 minSubmissions, uint32 maxSubmissions, uint32 restartDelay) external;
        function submit(uint256 roundId, int256 submission) external;
    }

    interface IAggregatorProxy {
        function proposeAggregator(address aggregator) external;
        function confirmAggregator(address aggregator) external;
        function phaseId() external view returns (uint16);
    }

    interface ITestPyth {
        function bring(bytes32 id, int64 price, uint64 confidence, int32 exponent, uint64 publishTime) external;
    }

    interface IRateVault {
        function deposit(uint256 assets, address receiver) external returns (uint256 shares);
    }
}

/// A tenth of a dollar and a million dollars: least and largest answer of the aggregators here.
const LEAST: u64 = DOLLAR / 10;
const MOST: u64 = 1_000_000 * DOLLAR;

/// An aggregator of Chainlink with two oracles, of which `quorum` make a round.
fn aggregator(desk: &mut Desk, quorum: u32) -> (Address, [Address; 2]) {
    let link = Address::repeat_byte(0x11);
    let arguments = (
        link,
        U256::ZERO,
        U256::from(600),
        Address::ZERO,
        word(LEAST),
        word(MOST),
        U256::from(8),
        "TOKEN / USD".to_owned(),
    )
        .abi_encode_params();
    let aggregator = desk.create("FluxAggregator", &arguments);
    let oracles = [desk.suite.user("oracle 1"), desk.suite.user("oracle 2")];
    let call = IFluxAggregator::changeOraclesCall {
        removed: vec![],
        added: oracles.to_vec(),
        addedAdmins: oracles.to_vec(),
        minSubmissions: quorum,
        maxSubmissions: 2,
        restartDelay: 0,
    };
    desk.suite.send(desk.owner, aggregator, &call).unwrap();
    (aggregator, oracles)
}

fn submit(desk: &mut Desk, aggregator: Address, oracle: Address, round: u64, answer: u64) -> bool {
    let call = IFluxAggregator::submitCall {
        roundId: U256::from(round),
        submission: word(answer),
    };
    desk.suite.send(oracle, aggregator, &call).is_ok()
}

fn proxy_of(desk: &mut Desk, aggregator: Address) -> Address {
    let arguments = (aggregator, Address::ZERO).abi_encode_params();
    desk.create("EACAggregatorProxy", &arguments)
}

/// The proxy's owner moves it to another aggregator, in two steps.
fn change_phase(desk: &mut Desk, proxy: Address, aggregator: Address) {
    let propose = IAggregatorProxy::proposeAggregatorCall { aggregator };
    desk.suite.send(desk.owner, proxy, &propose).unwrap();
    let confirm = IAggregatorProxy::confirmAggregatorCall { aggregator };
    desk.suite.send(desk.owner, proxy, &confirm).unwrap();
}

fn bounded(proxy: Address) -> Leg {
    Leg {
        first: U256::from(LEAST),
        second: U256::from(MOST),
        ..Leg::chainlink(0, proxy, HOUR)
    }
}

#[test]
fn chainlinks_proxy_is_read_across_a_change_of_phase_and_not_before_the_new_one_has_an_answer() {
    let mut desk = Desk::new();
    let (first, [oracle, _]) = aggregator(&mut desk, 1);
    for round in 1..=3 {
        assert!(submit(&mut desk, first, oracle, round, 2_000 * DOLLAR));
    }
    let proxy = proxy_of(&mut desk, first);
    desk.set(standard(1), vec![bounded(proxy)], price_of(2_000))
        .unwrap();
    assert_eq!(desk.mid(), (price_of(2_000), OK));
    // Round 1 of phase 2 comes after round 3 of phase 1.
    let (second, [oracle, _]) = aggregator(&mut desk, 1);
    change_phase(&mut desk, proxy, second);
    let phase = desk.suite.view(proxy, &IAggregatorProxy::phaseIdCall {});
    assert_eq!(phase.unwrap(), 2);
    assert_eq!(desk.mid(), (price_of(2_000), NO_QUORUM));
    assert!(submit(&mut desk, second, oracle, 1, 2_010 * DOLLAR));
    assert_eq!(desk.mid(), (price_of(2_010), OK));
}

#[test]
fn incident_05_an_aggregator_that_stands_at_its_least_or_largest_answer_has_no_price() {
    for edge in [LEAST, MOST] {
        let mut desk = Desk::new();
        let (aggregator, [oracle, _]) = aggregator(&mut desk, 1);
        assert!(submit(&mut desk, aggregator, oracle, 1, DOLLAR));
        let proxy = proxy_of(&mut desk, aggregator);
        desk.set(standard(1), vec![bounded(proxy)], price_of(1))
            .unwrap();
        // The aggregator itself refuses what is beyond its bounds, and so goes on giving what came before.
        let beyond = if edge == LEAST { LEAST - 1 } else { MOST + 1 };
        assert!(!submit(&mut desk, aggregator, oracle, 2, beyond));
        assert_eq!(desk.mid(), (price_of(1), OK));
        desk.pass(u64::from(HOUR) + 1);
        assert_eq!(desk.mid(), (price_of(1), STALE));
        // An answer that stands at the bound may stand for anything beyond it.
        assert!(submit(&mut desk, aggregator, oracle, 2, edge));
        assert_eq!(desk.mid(), (price_of(1), NO_QUORUM), "{edge}");
    }
}

#[test]
fn a_round_that_too_few_oracles_have_answered_is_not_read() {
    let mut desk = Desk::new();
    let (aggregator, [one, two]) = aggregator(&mut desk, 2);
    let proxy = proxy_of(&mut desk, aggregator);
    assert!(submit(&mut desk, aggregator, one, 1, 2_000 * DOLLAR));
    let set = desk.set(standard(1), vec![bounded(proxy)], price_of(2_000));
    assert_unavailable(set, NO_QUORUM);
    assert!(submit(&mut desk, aggregator, two, 1, 2_000 * DOLLAR));
    desk.set(standard(1), vec![bounded(proxy)], price_of(2_000))
        .unwrap();
    // Half of the second round: the first one stands.
    assert!(submit(&mut desk, aggregator, one, 2, 1_990 * DOLLAR));
    assert_eq!(desk.mid(), (price_of(2_000), OK));
    assert!(submit(&mut desk, aggregator, two, 2, 1_990 * DOLLAR));
    assert_eq!(desk.mid(), (price_of(1_990), OK));
}

fn bring(
    desk: &mut Desk,
    pyth: Address,
    id: B256,
    price: i64,
    confidence: u64,
    exponent: i32,
    time: u64,
) {
    let call = ITestPyth::bringCall {
        id,
        price,
        confidence,
        exponent,
        publishTime: time,
    };
    desk.suite.send(desk.owner, pyth, &call).unwrap();
}

#[test]
fn pyths_price_confidence_exponent_and_time_are_read_and_an_older_update_changes_nothing() {
    let mut desk = Desk::new();
    let pyth = desk.create("TestPyth", &[]);
    let id = B256::repeat_byte(0x1d);
    // Half a per cent.
    let most = U256::from(WAD / 200);
    let leg = Leg::pyth(0, pyth, id, 60, most);
    let set = desk.set(standard(1), vec![leg.clone()], price_of(2_000));
    assert!(
        set.is_err(),
        "Pyth reverts for a feed that it does not have"
    );
    let now = desk.suite.now();
    bring(&mut desk, pyth, id, 2_000 * DOLLAR as i64, DOLLAR, -8, now);
    desk.set(standard(1), vec![leg], price_of(2_000)).unwrap();
    assert_eq!(desk.mid(), (price_of(2_000), OK));
    desk.pass(10);
    // A minute ago it was another price: Pyth keeps the newer one (incident 39: publish times only go forward).
    bring(
        &mut desk,
        pyth,
        id,
        1_000 * DOLLAR as i64,
        DOLLAR,
        -8,
        now - 60,
    );
    assert_eq!(desk.mid(), (price_of(2_000), OK));
    // Another exponent, the same price.
    bring(&mut desk, pyth, id, 2_000_000, 1_000, -3, now + 1);
    assert_eq!(desk.mid(), (price_of(2_000), OK));
    // Confidence at its limit, and beyond it.
    bring(&mut desk, pyth, id, 2_000_000, 10_000, -3, now + 2);
    assert_eq!(desk.status(), OK);
    bring(&mut desk, pyth, id, 2_000_000, 10_001, -3, now + 3);
    assert_eq!(desk.status(), NO_QUORUM);
    for price in [0, -2_000_000] {
        bring(
            &mut desk,
            pyth,
            id,
            price,
            0,
            -3,
            now + 4 + u64::from(price == 0),
        );
        assert_eq!(desk.status(), NO_QUORUM, "{price}");
    }
    let now = desk.suite.now();
    bring(&mut desk, pyth, id, 2_000_000, 0, -3, now + 1);
    assert_eq!(desk.status(), NO_QUORUM, "a second ahead");
    desk.pass(1);
    assert_eq!(desk.status(), OK);
    desk.pass(60);
    assert_eq!(desk.status(), OK);
    desk.pass(1);
    assert_eq!(desk.status(), STALE);
}

#[test]
fn incident_04_a_donation_to_an_erc4626_vault_raises_its_price_by_the_growth_cap_at_most() {
    let mut desk = Desk::new();
    let asset = desk.create(
        "TestToken",
        &("Dollar".to_owned(), "USD".to_owned(), 6_u16).abi_encode_params(),
    );
    let vault = desk.create("RateVault", &asset.abi_encode());
    let user = desk.suite.user("saver");
    let million = U256::from(1_000_000_000_000_u64);
    desk.suite.give(asset, user, million).unwrap();
    let approve = IToken::approveCall {
        spender: vault,
        value: U256::MAX,
    };
    desk.suite.send(user, asset, &approve).unwrap();
    let deposit = IRateVault::depositCall {
        assets: million,
        receiver: user,
    };
    desk.suite.send(user, vault, &deposit).unwrap();
    // A share has the asset's 6 decimals; 10 % a year.
    desk.token = vault;
    let parameters = breakwater_tests::interfaces::oracle::Parameters::standard(6, 1);
    let one = U256::from(10).pow(U256::from(36));
    let leg = Leg::erc4626(0, vault, U256::from(WAD / 10));
    desk.set(parameters, vec![leg], one).unwrap();
    assert_near(desk.quote().mid, one);
    // The vault doubles; the price does not.
    desk.suite.give(asset, vault, million).unwrap();
    assert_near(desk.quote().mid, one);
    desk.pass(365 * 86_400);
    let (mid, status) = desk.mid();
    assert_eq!(status, OK);
    assert_near(mid, one + one / U256::from(10));
}

#[test]
fn chains_of_legs_are_to_scale_for_decimals_from_0_to_24_on_every_side() {
    let whole = |decimals: u8, units: u64| {
        I256::try_from(U256::from(units) * U256::from(10).pow(U256::from(decimals))).unwrap()
    };
    for (token, first, second) in [
        (18, 8, 18),
        (0, 0, 24),
        (24, 24, 0),
        (6, 18, 8),
        (8, 1, 1),
        (18, 24, 24),
        (24, 0, 0),
    ] {
        let mut desk = Desk::new();
        // 3 of one thing, 700 of another for each: 2,100; and 2,800 over 4 by the second leg inverted.
        let legs = [(3, 700, false, 2_100), (2_800, 4, true, 700)];
        for (one, other, is_inverse, expected) in legs {
            let one = desk.feed_with(first, whole(first, one));
            let other = desk.feed_with(second, whole(second, other));
            let second = Leg::chainlink(0, other, HOUR);
            let second = if is_inverse {
                second.inverted()
            } else {
                second
            };
            let chain = vec![Leg::chainlink(0, one, HOUR), second];
            let parameters = breakwater_tests::interfaces::oracle::Parameters::standard(token, 1);
            let price =
                U256::from(expected) * U256::from(10).pow(U256::from(42 - u32::from(token)));
            desk.set(parameters, chain, price).unwrap();
            let (mid, status) = desk.mid();
            assert_eq!(status, OK, "{token} {first} {is_inverse}");
            // An inverse has no end of digits: it is cut off behind some thirty.
            let cut = price / U256::from(10).pow(U256::from(24));
            assert!(mid <= price && price - mid <= cut, "{mid}, {price}");
            // ERC-7726 both ways: a whole token is so many dollars.
            let unit = U256::from(10).pow(U256::from(token));
            let dollars = U256::from(expected * 1_000_000);
            let asset = desk.suite.asset;
            let mut convert = |amount, base, quote| {
                let call = IOracleAdapter::getQuoteCall {
                    inAmount: amount,
                    base,
                    quote,
                };
                desk.suite.view(desk.oracle, &call).unwrap()
            };
            let token = desk.token;
            let converted = convert(unit, token, asset);
            assert!(converted <= dollars && dollars - converted <= U256::from(is_inverse));
            assert_near(convert(dollars, asset, token), unit);
        }
    }
}

#[test]
fn what_backs_a_token_is_one_view() {
    let (mut desk, feeds) = Desk::over(2, 2, 2_000);
    let token = desk.token;
    let call = IOracleAdapter::sourcesOfCall { token };
    let sources = desk.suite.view(desk.oracle, &call).unwrap();
    assert_eq!(sources.parameters, standard(2));
    let targets: Vec<Address> = sources.legs.iter().map(|state| state.leg.target).collect();
    assert_eq!(targets, feeds);
    let readings = desk
        .suite
        .view(desk.oracle, &IOracleAdapter::readingsCall { token })
        .unwrap();
    let prices: Vec<(U256, u8)> = readings.iter().map(|now| (now.price, now.state)).collect();
    assert_eq!(prices, [(price_of(2_000), 0), (price_of(2_000), 0)]);
    // In all its words it is ABI-encoded as the interface says: any client prints it.
    let raw = Tx::call(
        desk.owner,
        desk.oracle,
        alloy_sol_types::SolCall::abi_encode(&call),
    );
    assert!(desk.suite.chain.call(raw).unwrap().is_success());
}

#[test]
fn a_fixed_leg_is_its_value_alone_and_in_a_chain() {
    let mut desk = Desk::new();
    let tenth_more = U256::from(WAD / 10 * 11);
    desk.set(
        standard(1),
        vec![Leg::fixed(0, tenth_more)],
        price_of(11) / U256::from(10),
    )
    .unwrap();
    assert_eq!(desk.mid(), (price_of(11) / U256::from(10), OK));
    // It is always fresh.
    desk.pass(30 * 86_400);
    assert_eq!(desk.mid(), (price_of(11) / U256::from(10), OK));
    // Times a feed, and divided by: 2,000 · 1.1 and 2,000 / 1.25.
    let feed = desk.feed(2_000 * DOLLAR);
    for (fixed, expected) in [
        (Leg::fixed(0, tenth_more), 2_200),
        (Leg::fixed(0, U256::from(WAD / 4 * 5)).inverted(), 1_600),
    ] {
        let legs = vec![fixed, Leg::chainlink(0, feed, HOUR)];
        desk.set(standard(1), legs, price_of(expected)).unwrap();
        assert_near(desk.mid().0, price_of(expected));
        assert_eq!(desk.status(), OK);
    }
    // A chain is as old as its feed.
    desk.pass(u64::from(HOUR) + 1);
    assert_eq!(desk.status(), STALE);
    let failure = desk
        .set(standard(1), vec![Leg::fixed(0, U256::ZERO)], price_of(1))
        .unwrap_err();
    assert!(
        failure.is::<IOracleAdapter::ParameterOutOfBounds>(),
        "{failure}"
    );
}
