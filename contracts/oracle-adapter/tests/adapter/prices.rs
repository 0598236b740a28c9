//! Median, quorum, spread, and what is left out.

use alloy_primitives::{Address, U256};
use breakwater_interfaces::oracle::{
    IOracleAdapter::{self, IOracleAdapterErrors as Error},
    Leg,
};
use motsu::prelude::*;
use oracle_adapter::sources::{GAS_NEEDED, GAS_SHARE};

use crate::common::*;

#[motsu::test]
fn price_is_the_median_of_the_fresh_ones() {
    let world = World::new();
    let (first, second, third) = (feed(2_010 * ONE), feed(2_000 * ONE), feed(2_004 * ONE));
    world.set_feeds(&[&first, &second, &third], 2, scaled(2_004 * ONE));
    let quote = world.quote();
    assert_eq!((quote.mid, quote.status), (scaled(2_004 * ONE), OK));
    assert_eq!(quote.volatility, n(10_u128.pow(18)));
    assert_near(quote.low, scaled(2_004 * ONE));
    assert_eq!(world.price(TOKEN), Ok(scaled(2_004 * ONE)));
    third.sender(OWNER).set_broken(true);
    // Of two it is the mean.
    assert_eq!(world.mid(), (scaled(2_005 * ONE), OK));
}

#[motsu::test]
fn loan_asset_is_worth_one_without_sources_and_an_unknown_token_nothing() {
    let world = World::new();
    let quotes = world.quotes(vec![ASSET, TOKEN]).unwrap();
    assert_eq!(
        (quotes[0].mid, quotes[0].low, quotes[0].status),
        (ten_to(36), ten_to(36), OK)
    );
    assert_eq!(
        (quotes[1].mid, quotes[1].low, quotes[1].status),
        (U256::ZERO, U256::ZERO, NO_QUORUM)
    );
    assert_eq!(world.price(ASSET), Ok(ten_to(36)));
    let unknown = Error::UnknownToken(IOracleAdapter::UnknownToken { token: TOKEN });
    assert_eq!(world.price(TOKEN), Err(unknown.clone()));
    assert_eq!(world.convert(n(1), ASSET, TOKEN), Err(unknown.clone()));
    let poke = IOracleAdapter::pokeCall { token: TOKEN };
    assert_eq!(world.call(MALLORY, poke), Err(unknown));
}

/// Both the age limit and, one second on, what the vault and a caller of `price` see then. O1.
#[motsu::test]
fn age_of_exactly_the_limit_is_fresh_and_a_second_more_is_stale() {
    let world = World::new();
    let source = feed(2_000 * ONE);
    world.set_feeds(&[&source], 1, scaled(2_000 * ONE));
    pass(HOUR.into());
    assert_eq!(world.status(), OK);
    pass(1);
    // The last good price stays to be seen, but not as one.
    let (mid, status) = world.mid();
    assert_near(mid, scaled(2_000 * ONE));
    assert_eq!(status, STALE);
    assert_eq!(world.price(TOKEN), Err(unavailable(STALE)));
    assert_eq!(world.convert(n(1), TOKEN, ASSET), Err(unavailable(STALE)));
}

#[motsu::test]
fn spread_of_exactly_the_limit_is_agreement_and_a_little_more_is_not() {
    let world = World::new();
    let (first, second, third) = (feed(1_990 * ONE), feed(2_000 * ONE), feed(2_010 * ONE));
    world.set_feeds(&[&first, &second, &third], 3, scaled(2_000 * ONE));
    // 20 of 2,000 is 1 %.
    assert_eq!(world.status(), OK);
    answers(&third, 2_010 * ONE + 1);
    let (mid, status) = world.mid();
    assert_near(mid, scaled(2_000 * ONE));
    assert_eq!(status, DISAGREE);
    assert_eq!(world.price(TOKEN), Err(unavailable(DISAGREE)));
}

/// O1: each way in which an answer is no price.
#[motsu::test]
fn answer_that_is_no_price_leaves_its_source_out() {
    let world = World::new();
    let (good, bad) = (feed(2_000 * ONE), feed(2_000 * ONE));
    world.set_feeds(&[&good, &bad], 1, scaled(2_000 * ONE));
    let now = now();
    let negative = U256::ZERO - n(2_000 * u128::from(ONE));
    let bad_answers = [
        (U256::ZERO, now),
        (negative, now),
        (n(1_990 * u128::from(ONE)), 0),
        (n(1_990 * u128::from(ONE)), now + 1),
        // Too large for the 1e36 scale.
        (U256::MAX >> 1, now),
    ];
    for (answer, updated_at) in bad_answers {
        answers_at(&bad, answer, updated_at);
        assert_eq!(world.mid(), (scaled(2_000 * ONE), OK), "{answer}");
    }
    // With a quorum of two the same answers mean that there is none.
    answers(&bad, 2_000 * ONE);
    world.set_feeds(&[&good, &bad], 2, scaled(2_000 * ONE));
    for (answer, updated_at) in bad_answers {
        answers_at(&bad, answer, updated_at);
        assert_eq!(world.status(), NO_QUORUM, "{answer}");
    }
}

#[motsu::test]
fn too_few_fresh_sources_are_stale_and_too_few_answering_ones_no_quorum() {
    let world = World::new();
    let feeds = [feed(2_000 * ONE), feed(2_000 * ONE), feed(2_000 * ONE)];
    world.set_feeds(&[&feeds[0], &feeds[1], &feeds[2]], 2, scaled(2_000 * ONE));
    let old = now() - u64::from(HOUR) - 1;
    answers_at(&feeds[0], n(u128::from(2_000 * ONE)), old);
    assert_eq!(world.status(), OK);
    feeds[1].sender(OWNER).set_broken(true);
    // One fresh, one old, one dead: two answer, one is fresh.
    assert_eq!(world.status(), STALE);
    feeds[0].sender(OWNER).set_broken(true);
    assert_eq!(world.status(), NO_QUORUM);
}

/// Compound, November 2020: one venue said 1.30 for a dollar and 89 million were liquidated.
#[motsu::test]
fn incident_03_one_venue_out_of_line_moves_nobody() {
    let world = World::new();
    let (first, second, outlier) = (feed(ONE), feed(ONE), feed(ONE));
    world.set_feeds(&[&first, &second, &outlier], 2, scaled(ONE));
    answers(&outlier, ONE + ONE / 10 * 3);
    // The other two agree: the price is theirs.
    assert_eq!(world.mid(), (scaled(ONE), OK));
    // Without one of them nobody can tell who is right: no price to sell at, so nothing is liquidated on it.
    second.sender(OWNER).set_broken(true);
    assert_eq!(world.status(), DISAGREE);
    answers(&outlier, ONE);
    assert_eq!(world.status(), OK);
}

/// O2: one source among three moves the price from one honest one to the other at most.
#[motsu::test]
fn one_bad_source_among_three_changes_the_median_within_the_spread() {
    let world = World::new();
    let (first, second, bad) = (feed(2_000 * ONE), feed(2_002 * ONE), feed(2_001 * ONE));
    world.set_feeds(&[&first, &second, &bad], 2, scaled(2_001 * ONE));
    for answer in [1, 1_000, 1_979, 1_985, 2_001, 2_016, 2_025, 20_000] {
        answers(&bad, answer * ONE);
        let (mid, status) = world.mid();
        assert_eq!(status, OK, "{answer}");
        let honest = scaled(2_000 * ONE)..=scaled(2_002 * ONE);
        assert!(honest.contains(&mid), "{answer}: {mid}");
    }
}

/// A source that fails in any way takes part in nothing, and the other tokens of the batch are not touched.
#[motsu::test]
fn incident_34_failing_source_of_one_token_blocks_no_other() {
    let world = World::new();
    let other = Address::repeat_byte(0x71);
    let (good, bad) = (feed(2_000 * ONE), feed(2_000 * ONE));
    world.set_feeds(&[&bad], 1, scaled(2_000 * ONE));
    let sources = IOracleAdapter::setSourcesCall {
        token: other,
        parameters: parameters(1),
        legs: chainlinks(&[&good, &bad]),
        expectedPrice: scaled(2_000 * ONE),
    };
    world.call(OWNER, sources).unwrap();
    let faults: [&dyn Fn(); 4] = [
        &|| bad.sender(OWNER).set_broken(true),
        &|| bad.sender(OWNER).set_length(159),
        // Garbage of the right length.
        &|| round(&bad, U256::MAX, n(1), n(1), U256::MAX),
        // Wants more than its share: on chain, burns it all.
        &|| bad.sender(OWNER).set_gas_wanted(GAS_SHARE + 1),
    ];
    for fault in faults {
        assert_eq!(world.status(), OK);
        fault();
        let quotes = world.quotes(vec![TOKEN, other, ASSET]).unwrap();
        let statuses: Vec<u8> = quotes.iter().map(|quote| quote.status).collect();
        assert_eq!(statuses, [NO_QUORUM, OK, OK]);
        bad.sender(OWNER).set_broken(false);
        bad.sender(OWNER).set_length(0);
        bad.sender(OWNER).set_gas_wanted(0);
        answers(&bad, 2_000 * ONE);
    }
    // More than was asked for is cut, not fatal.
    bad.sender(OWNER).set_length(100_000);
    assert_eq!(world.status(), OK);
}

/// Whoever sends a transaction chooses its gas: a feed that fails for want of it must not look like a dead one.
#[motsu::test]
fn incident_35_starving_a_source_of_gas_reverts_instead_of_leaving_it_out() {
    let world = World::new();
    let (hungry, frugal) = (feed(2_000 * ONE), feed(1_990 * ONE));
    hungry.sender(OWNER).set_gas_wanted(150_000);
    world.set_feeds(&[&hungry, &frugal], 1, scaled(1_995 * ONE));
    assert_eq!(world.status(), OK);

    // Right after a sample a poke asks nobody.
    pass(60);
    VM::context().set_gas_left(120_000);
    let starved = Error::InsufficientGas(IOracleAdapter::InsufficientGas {
        available: n(120_000),
        needed: U256::from(GAS_NEEDED),
    });
    assert_eq!(world.quotes(vec![TOKEN]), Err(starved.clone()));
    let poke = IOracleAdapter::pokeCall { token: TOKEN };
    assert_eq!(world.call(MALLORY, poke), Err(starved));

    // Little gas is no harm as long as every source answers.
    hungry.sender(OWNER).set_gas_wanted(50_000);
    assert_eq!(world.mid(), (scaled(1_995 * ONE), OK));

    // A feed that fails with all it was promised is dead, at exactly the gas that promises it.
    hungry.sender(OWNER).set_broken(true);
    VM::context().set_gas_left(GAS_NEEDED);
    assert_eq!(world.mid(), (scaled(1_990 * ONE), OK));
    VM::context().set_gas_left(GAS_NEEDED - 1);
    assert!(matches!(world.price(TOKEN), Err(Error::InsufficientGas(_))));
}

/// With the gas that is demanded, a caller that keeps one part in 64 and pays for the call passes the full share on.
#[test]
fn incident_35_demanded_gas_covers_the_share() {
    let after_call_costs = GAS_NEEDED - 2_600;
    assert!(after_call_costs - after_call_costs / 64 >= GAS_SHARE);
}

/// Resupply, June 2025: a division by an oracle's value rounded to zero and every position was solvent. A price that can be
/// divided by has 8 significant digits.
#[motsu::test]
fn incident_10_price_with_fewer_than_8_digits_is_no_price() {
    let world = World::new();
    let source = source();
    // 36 + 6 − 24 − 18: prices are answers.
    decimals(&source, 24);
    answers_at(&source, ten_to(7), now());
    let legs = vec![Leg::chainlink(0, source.address(), HOUR)];
    world.configure(parameters(1), legs, ten_to(7)).unwrap();
    assert_eq!(world.mid(), (ten_to(7), OK));
    answers_at(&source, ten_to(7) - n(1), now());
    assert_eq!(world.status(), NO_QUORUM);
    assert_eq!(
        world.convert(ten_to(18), ASSET, TOKEN),
        Err(unavailable(NO_QUORUM))
    );
}

#[motsu::test]
fn quote_of_an_amount_rounds_down_between_any_two_tokens() {
    let world = World::new();
    let source = feed(3 * ONE);
    world.set_feeds(&[&source], 1, scaled(3 * ONE));
    let quote = |amount, base, other| world.convert(amount, base, other).unwrap();
    assert_eq!(quote(ten_to(18), TOKEN, ASSET), n(3_000_000));
    assert_eq!(quote(n(1_000_000), ASSET, TOKEN), ten_to(18) / n(3));
    assert_eq!(quote(n(123), TOKEN, TOKEN), n(123));
    // Less than one base unit of the loan asset is nothing.
    assert_eq!(quote(n(333_333_333_333), TOKEN, ASSET), U256::ZERO);
    assert_eq!(quote(n(333_333_333_334), TOKEN, ASSET), n(1));
    // The product needs 512 bits, the result fits.
    assert_eq!(quote(U256::MAX, TOKEN, TOKEN), U256::MAX);
    assert_eq!(
        world.convert(U256::MAX, ASSET, TOKEN),
        Err(Error::MathOverflow(IOracleAdapter::MathOverflow {}))
    );
}

#[motsu::test]
fn a_whole_token_is_quoted_right_for_all_decimals() {
    const DECIMALS: [u8; 6] = [0, 2, 6, 8, 18, 24];
    for asset_decimals in DECIMALS {
        for token_decimals in DECIMALS {
            for feed_decimals in DECIMALS {
                let world = World::with(asset_decimals.into());
                let source = source();
                // 2,000 of the loan asset for one token.
                decimals(&source, feed_decimals.into());
                let answer = n(2_000) * ten_to(feed_decimals.into());
                answers_at(&source, answer, now());
                let mut parameters = parameters(1);
                parameters.decimals = U256::from(token_decimals);
                let expected =
                    n(2_000) * ten_to(36 + u32::from(asset_decimals) - u32::from(token_decimals));
                let legs = vec![Leg::chainlink(0, source.address(), HOUR)];
                world.configure(parameters, legs, expected).unwrap();
                let one_token = ten_to(token_decimals.into());
                let value = n(2_000) * ten_to(asset_decimals.into());
                assert_eq!(world.convert(one_token, TOKEN, ASSET), Ok(value));
                assert_eq!(world.convert(value, ASSET, TOKEN), Ok(one_token));
            }
        }
    }
}

// ----- the sequencer -----

/// Unfair liquidations after an outage, and false positives of a check that nobody can switch off.
#[motsu::test]
fn incident_37_no_price_while_the_sequencer_is_down_nor_in_the_grace_period() {
    let world = World::new();
    let (source, uptime_feed) = (feed(2_000 * ONE), source());
    world.set_feeds(&[&source], 1, scaled(2_000 * ONE));
    let set = |feed: Address| {
        let call = IOracleAdapter::setSequencerFeedCall {
            feed,
            grace: n(1_800),
        };
        world.call(OWNER, call).unwrap();
    };
    let feed_of = || world.view(IOracleAdapter::sequencerFeedCall {}).unwrap();
    let up_since = || world.view(IOracleAdapter::sequencerUpSinceCall {}).unwrap();
    let status = || {
        // One call is two.
        let call = IOracleAdapter::liveQuoteCall { token: TOKEN };
        let both = world.view(call).unwrap();
        assert_eq!((both.quote, both.upSince), (world.quote(), up_since()));
        world.status()
    };
    // None is allowed, and says so.
    assert_eq!(feed_of().feed, Address::ZERO);
    assert_eq!(up_since(), 0);
    assert_eq!(status(), OK);

    uptime(&uptime_feed, 0, now() - 1_801);
    set(uptime_feed.address());
    assert_eq!(
        (feed_of().feed, feed_of().grace),
        (uptime_feed.address(), n(1_800))
    );
    assert_eq!(status(), OK);
    assert_eq!(up_since(), now() - 1_801);
    uptime(&uptime_feed, 1, now());
    assert_eq!(status(), SEQUENCER_DOWN);
    assert_eq!(up_since(), u64::MAX);
    assert_eq!(world.price(TOKEN), Err(unavailable(SEQUENCER_DOWN)));
    let (mid, _) = world.mid();
    assert_near(mid, scaled(2_000 * ONE));
    // Up again: the grace period runs to its last second.
    uptime(&uptime_feed, 0, now());
    pass(1_800);
    answers(&source, 2_000 * ONE);
    assert_eq!(status(), SEQUENCER_DOWN);
    assert!(!world.poke());
    pass(1);
    assert_eq!(status(), OK);
    // What does not answer, or has no round yet, is not up.
    uptime(&uptime_feed, 0, 0);
    assert_eq!(status(), SEQUENCER_DOWN);
    uptime(&uptime_feed, 0, now() + 1);
    assert_eq!(status(), SEQUENCER_DOWN);
    uptime_feed.sender(OWNER).set_broken(true);
    assert_eq!(status(), SEQUENCER_DOWN);
    // The owner may do without.
    set(Address::ZERO);
    assert_eq!(status(), OK);
}

/// One call is two: whatever the sources say, and whenever it is made, the answer and what is remembered are those of a poke and the
/// quotes after it.
#[motsu::test]
fn poking_and_asking_in_one_call_is_both_one_after_the_other() {
    let one_call = |world: &World, tokens: Vec<Address>| {
        let call = IOracleAdapter::pokeAndQuotesCall {
            token: TOKEN,
            tokens,
        };
        world.call(MALLORY, call)
    };
    let (first, second) = (World::new(), World::new());
    let tokens = vec![ASSET, TOKEN];
    // Nobody's sample, but quotes all the same.
    let quotes = one_call(&first, tokens.clone()).unwrap();
    assert_eq!(quotes, first.quotes(tokens.clone()).unwrap());
    let (mine, other) = (feed(2_000 * ONE), feed(2_000 * ONE));
    for (world, source) in [(&first, &mine), (&second, &other)] {
        world.set_feeds(&[source], 1, scaled(2_000 * ONE));
    }
    // Too early for a sample, due, a fall, a jump that halts, a source that fails, and that answers again.
    for (seconds, price) in [
        (1, 2_000),
        (600, 2_010),
        (600, 1_900),
        (600, 20_000),
        (600, 0),
        (3_600, 2_000),
    ] {
        pass(seconds);
        for source in [&mine, &other] {
            answers(source, price * ONE);
        }
        let quotes = one_call(&first, tokens.clone()).unwrap();
        second.poke();
        assert_eq!(quotes, second.quotes(tokens.clone()).unwrap(), "{price}");
        assert_eq!(first.memory(), second.memory(), "{price}");
    }
}
