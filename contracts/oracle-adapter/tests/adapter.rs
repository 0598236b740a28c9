//! The adapter against feeds of every kind.

extern crate alloc;

mod common;

use alloy_primitives::{Address, U256};
use alloy_sol_types::{SolCall, SolError, SolValue};
use breakwater_interfaces::oracle::{
    IOracleAdapter::{self, *},
    Quote, Status,
};
use motsu::prelude::*;
use oracle_adapter::{
    errors::Error,
    sources::{GAS_NEEDED, GAS_SHARE},
    OracleAdapter,
};

use common::*;

const OK: u8 = Status::Ok as u8;
const STALE: u8 = Status::Stale as u8;
const DISAGREE: u8 = Status::Disagree as u8;
const NO_QUORUM: u8 = Status::NoQuorum as u8;

type Adapter = Contract<OracleAdapter>;

#[motsu::test]
fn price_is_the_median_and_low_the_lowest_of_the_fresh_ones(
    adapter: Adapter,
    first: Contract<Feed>,
    second: Contract<Feed>,
    third: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    answers(&first, owner, 2_010 * ONE);
    answers(&second, owner, 2_000 * ONE);
    answers(&third, owner, 2_004 * ONE);
    set_feeds(&adapter, owner, token, &[&first, &second, &third], 2);

    let expected = (
        scaled(2_004 * ONE),
        scaled(2_000 * ONE),
        U256::from(80 * PERCENT),
        OK,
    );
    assert_eq!(quote(&adapter, owner, token), expected);
    assert_eq!(
        adapter.sender(owner).price(token).motsu_unwrap(),
        scaled(2_004 * ONE)
    );
}

#[motsu::test]
fn median_of_two_is_their_mean(
    adapter: Adapter,
    first: Contract<Feed>,
    second: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    answers(&first, owner, 2_010 * ONE);
    answers(&second, owner, 2_000 * ONE);
    set_feeds(&adapter, owner, token, &[&first, &second], 2);
    let (mid, low, _, status) = quote(&adapter, owner, token);
    assert_eq!(
        (mid, low, status),
        (scaled(2_005 * ONE), scaled(2_000 * ONE), OK)
    );
}

#[motsu::test]
fn loan_asset_is_worth_one_without_sources(adapter: Adapter, asset: Address, owner: Address) {
    construct(&adapter, asset, owner);
    let one = ten_to(36);
    assert_eq!(quote(&adapter, owner, asset), (one, one, U256::ZERO, OK));
    assert_eq!(adapter.sender(owner).asset(), asset);
    assert_eq!(adapter.sender(owner).price(asset).motsu_unwrap(), one);
}

#[motsu::test]
fn unknown_token_has_no_price(adapter: Adapter, asset: Address, token: Address, owner: Address) {
    construct(&adapter, asset, owner);
    let nothing = (U256::ZERO, U256::ZERO, U256::ZERO, NO_QUORUM);
    assert_eq!(quote(&adapter, owner, token), nothing);
    let unknown = Error::from(UnknownToken { token });
    assert_eq!(
        adapter.sender(owner).price(token).motsu_unwrap_err(),
        unknown
    );
    let error = adapter
        .sender(owner)
        .get_quote(U256::ONE, asset, token)
        .motsu_unwrap_err();
    assert_eq!(error, unknown);
    assert!(adapter.sender(owner).sources_of(token).1.is_empty());
}

/// Both the age limit and, one second on, what the vault and a caller of `price` see then. O1.
#[motsu::test]
fn age_of_exactly_the_limit_is_fresh_and_a_second_more_is_stale(
    adapter: Adapter,
    feed: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    answers(&feed, owner, 2_000 * ONE);
    set_feeds(&adapter, owner, token, &[&feed], 1);

    VM::context().increase_time(HOUR.into());
    assert_eq!(quote(&adapter, owner, token).3, OK);

    VM::context().increase_time(1);
    // The last good price stays to be seen, but not as one.
    let last = scaled(2_000 * ONE);
    let expected = (last, last, U256::from(80 * PERCENT), STALE);
    assert_eq!(quote(&adapter, owner, token), expected);
    let unavailable = Error::from(PriceUnavailable {
        token,
        status: STALE,
    });
    assert_eq!(
        adapter.sender(owner).price(token).motsu_unwrap_err(),
        unavailable
    );
    let error = adapter
        .sender(owner)
        .get_quote(U256::ONE, token, asset)
        .motsu_unwrap_err();
    assert_eq!(error, unavailable);
}

#[motsu::test]
fn spread_of_exactly_the_limit_is_agreement_and_a_little_more_is_not(
    adapter: Adapter,
    first: Contract<Feed>,
    second: Contract<Feed>,
    third: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    answers(&first, owner, 2_000 * ONE - 10 * ONE);
    answers(&second, owner, 2_000 * ONE);
    answers(&third, owner, 2_000 * ONE + 10 * ONE);
    set_feeds(&adapter, owner, token, &[&first, &second, &third], 3);
    // 20 of 2,000 is 1 %.
    assert_eq!(quote(&adapter, owner, token).3, OK);

    answers(&third, owner, 2_000 * ONE + 10 * ONE + 1);
    let (mid, low, _, status) = quote(&adapter, owner, token);
    assert_eq!(
        (mid, low, status),
        (scaled(2_000 * ONE), scaled(1_990 * ONE), DISAGREE)
    );
    let unavailable = Error::from(PriceUnavailable {
        token,
        status: DISAGREE,
    });
    assert_eq!(
        adapter.sender(owner).price(token).motsu_unwrap_err(),
        unavailable
    );
    let error = adapter
        .sender(owner)
        .get_quote(U256::ONE, asset, token)
        .motsu_unwrap_err();
    assert_eq!(error, unavailable);
}

/// O1: each way in which an answer is no price.
#[motsu::test]
fn answer_that_is_no_price_leaves_its_source_out(
    adapter: Adapter,
    good: Contract<Feed>,
    bad: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    answers(&good, owner, 2_000 * ONE);
    answers(&bad, owner, 2_000 * ONE);
    set_feeds(&adapter, owner, token, &[&good, &bad], 1);
    let now = VM::context().block_timestamp();
    let low_of_good = scaled(2_000 * ONE);
    // A worthless answer would show in `low` if it counted, and in the status as a spread.
    let negative = U256::MAX - U256::from(2_000 * ONE) + U256::ONE;
    for (answer, updated_at) in [
        (U256::ZERO, now),
        (negative, now),
        (U256::from(1_990 * ONE), 0),
        (U256::from(1_990 * ONE), now + 1),
        // Too large for the 1e36 scale.
        (U256::MAX >> 1, now),
    ] {
        bad.sender(owner).set_answer(answer, U256::from(updated_at));
        let (mid, low, _, status) = quote(&adapter, owner, token);
        assert_eq!((mid, low, status), (low_of_good, low_of_good, OK));
    }
    // With a quorum of two the same answers mean that there is none.
    set_feeds(&adapter, owner, token, &[&good, &bad], 2);
    let nothing = (U256::ZERO, U256::ZERO, NO_QUORUM);
    let (mid, low, _, status) = quote(&adapter, owner, token);
    assert_eq!((mid, low, status), nothing);
}

/// What each of too few fresh sources says counts, however old, but nothing that is no price does.
#[motsu::test]
fn stale_quote_is_of_all_answers_that_are_prices(
    adapter: Adapter,
    fresh: Contract<Feed>,
    older: Contract<Feed>,
    oldest: Contract<Feed>,
    rubbish: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    let feeds = [&fresh, &older, &oldest, &rubbish];
    for feed in feeds {
        answers(feed, owner, 2_000 * ONE);
    }
    set_feeds(&adapter, owner, token, &feeds, 2);
    let now = VM::context().block_timestamp();
    answers_at(&older, owner, 1_900 * ONE, now - u64::from(HOUR) - 1);
    answers_at(&oldest, owner, 1_500 * ONE, 1);

    let negative = U256::MAX - U256::from(ONE);
    for (answer, updated_at) in [
        (U256::ZERO, U256::ONE),
        (negative, U256::ONE),
        (U256::from(ONE), U256::from(now + 1)),
        (U256::from(ONE), U256::MAX),
        (U256::from(ONE), U256::ZERO),
        // More than 256 bits, once scaled.
        (U256::MAX >> 1, U256::ONE),
    ] {
        rubbish.sender(owner).set_answer(answer, updated_at);
        let (mid, low, _, status) = quote(&adapter, owner, token);
        assert_eq!(
            (mid, low, status),
            (scaled(1_900 * ONE), scaled(1_500 * ONE), STALE)
        );
    }

    // Once enough are fresh again, the old ones count no more.
    answers(&rubbish, owner, 2_004 * ONE);
    let (mid, low, _, status) = quote(&adapter, owner, token);
    assert_eq!(
        (mid, low, status),
        (scaled(2_002 * ONE), scaled(2_000 * ONE), OK)
    );
    // And alone, an old answer is no quorum of two.
    for feed in [&fresh, &oldest, &rubbish] {
        feed.sender(owner).set_broken(true);
    }
    let (mid, low, _, status) = quote(&adapter, owner, token);
    assert_eq!((mid, low, status), (U256::ZERO, U256::ZERO, NO_QUORUM));
}

#[motsu::test]
fn answer_carried_over_from_an_earlier_round_is_stale(
    adapter: Adapter,
    feed: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    answers(&feed, owner, 2_000 * ONE);
    set_feeds(&adapter, owner, token, &[&feed], 1);
    feed.sender(owner).set_rounds(U256::from(9), U256::from(9));
    assert_eq!(quote(&adapter, owner, token).3, OK);
    feed.sender(owner).set_rounds(U256::from(9), U256::from(8));
    assert_eq!(quote(&adapter, owner, token).3, STALE);
}

#[motsu::test]
fn round_ids_beyond_80_bits_are_rubbish(
    adapter: Adapter,
    feed: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    answers(&feed, owner, 2_000 * ONE);
    set_feeds(&adapter, owner, token, &[&feed], 1);
    let largest = (U256::ONE << 80) - U256::ONE;
    feed.sender(owner).set_rounds(largest, largest);
    assert_eq!(quote(&adapter, owner, token).3, OK);
    let too_large = largest + U256::ONE;
    feed.sender(owner).set_rounds(too_large, too_large);
    assert_eq!(quote(&adapter, owner, token).3, NO_QUORUM);
}

#[motsu::test]
fn too_few_fresh_sources_are_stale_and_too_few_answering_ones_no_quorum(
    adapter: Adapter,
    first: Contract<Feed>,
    second: Contract<Feed>,
    third: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    for feed in [&first, &second, &third] {
        answers(feed, owner, 2_000 * ONE);
    }
    set_feeds(&adapter, owner, token, &[&first, &second, &third], 2);
    let old = VM::context().block_timestamp() - u64::from(HOUR) - 1;

    answers_at(&first, owner, 2_000 * ONE, old);
    assert_eq!(quote(&adapter, owner, token).3, OK);
    second.sender(owner).set_broken(true);
    // One fresh, one old, one dead: two answer, one is fresh.
    assert_eq!(quote(&adapter, owner, token).3, STALE);
    first.sender(owner).set_broken(true);
    assert_eq!(quote(&adapter, owner, token).3, NO_QUORUM);
}

/// Compound, November 2020: one venue said 1.30 for a dollar and 89 million were liquidated.
#[motsu::test]
fn incident_03_one_venue_out_of_line_moves_nobody(
    adapter: Adapter,
    first: Contract<Feed>,
    second: Contract<Feed>,
    outlier: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    answers(&first, owner, ONE);
    answers(&second, owner, ONE);
    answers(&outlier, owner, ONE + ONE / 10 * 3);
    set_feeds(&adapter, owner, token, &[&first, &second, &outlier], 2);
    // No price to sell at, so nothing is liquidated on it; it is back once the venue is.
    assert_eq!(quote(&adapter, owner, token).3, DISAGREE);
    answers(&outlier, owner, ONE);
    assert_eq!(quote(&adapter, owner, token).3, OK);
}

/// LUNA, May 2022: a feed stood at its floor of 0.10. Floors of feeds are not configured yet; what catches it until then is the
/// spread to sources without that floor.
#[motsu::test]
fn incident_05_feed_at_its_floor_disagrees_with_those_below_it(
    adapter: Adapter,
    floored: Contract<Feed>,
    second: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    answers(&floored, owner, ONE / 10);
    answers(&second, owner, ONE / 100);
    set_feeds(&adapter, owner, token, &[&floored, &second], 2);
    assert_eq!(quote(&adapter, owner, token).3, DISAGREE);
}

/// Moonwell, February 2026: a leg of the price was missing. A feed's scale is its own word, read when it is set; one that does not
/// tell it, or tells nonsense, is refused.
#[motsu::test]
fn incident_06_feed_that_does_not_tell_its_scale_is_refused(
    adapter: Adapter,
    feed: Contract<Feed>,
    asset: Address,
    token: Address,
    no_contract: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    let set = |feed: Address| {
        adapter
            .sender(owner)
            .set_sources(
                token,
                TOKEN_DECIMALS,
                vec![feed],
                vec![HOUR],
                1,
                U256::from(PERCENT),
                U256::ZERO,
            )
            .motsu_res()
    };
    let refused = |feed: Address| Err(Error::from(InvalidFeed { feed }));
    assert_eq!(set(no_contract), refused(no_contract));

    feed.sender(owner).set_decimals(U256::from(25));
    assert_eq!(set(feed.address()), refused(feed.address()));
    feed.sender(owner).set_decimals(U256::from(256 + 8));
    assert_eq!(set(feed.address()), refused(feed.address()));
    feed.sender(owner).set_decimals(U256::from(24));
    feed.sender(owner).set_broken(true);
    assert_eq!(set(feed.address()), refused(feed.address()));
    feed.sender(owner).set_broken(false);
    feed.sender(owner).set_length(U256::from(31));
    assert_eq!(set(feed.address()), refused(feed.address()));
    feed.sender(owner).set_length(U256::ZERO);
    assert_eq!(set(feed.address()), Ok(()));
}

/// Moonwell again: two sources of which one misses a factor of 2,200 give no price. (One alone can't be caught before
/// there is a last good price to compare with.)
#[motsu::test]
fn incident_06_mis_scaled_feed_disagrees_with_a_right_one(
    adapter: Adapter,
    right: Contract<Feed>,
    wrong: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    answers(&right, owner, 2_200 * ONE);
    answers(&wrong, owner, ONE + ONE / 100 * 12);
    set_feeds(&adapter, owner, token, &[&right, &wrong], 2);
    assert_eq!(quote(&adapter, owner, token).3, DISAGREE);
}

/// Resupply, June 2025: a division by an oracle's value rounded to zero and every position was solvent. A price that can be
/// divided by has 8 significant digits.
#[motsu::test]
fn incident_10_price_with_fewer_than_8_digits_is_no_price(
    adapter: Adapter,
    feed: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    // 36 + 6 − 24 − 18: prices are answers.
    feed.sender(owner).set_decimals(U256::from(24));
    let now = U256::from(VM::context().block_timestamp());
    feed.sender(owner).set_answer(ten_to(7), now);
    adapter
        .sender(owner)
        .set_sources(
            token,
            18,
            vec![feed.address()],
            vec![HOUR],
            1,
            U256::from(PERCENT),
            U256::ZERO,
        )
        .motsu_unwrap();
    let (mid, _, _, status) = quote(&adapter, owner, token);
    assert_eq!((mid, status), (ten_to(7), OK));

    feed.sender(owner).set_answer(ten_to(7) - U256::ONE, now);
    assert_eq!(quote(&adapter, owner, token).3, NO_QUORUM);
    let error = adapter
        .sender(owner)
        .get_quote(ten_to(18), asset, token)
        .motsu_unwrap_err();
    assert_eq!(
        error,
        PriceUnavailable {
            token,
            status: NO_QUORUM
        }
        .into()
    );
}

/// A source that fails in any way takes part in nothing, and the other tokens of the batch are not touched.
#[motsu::test]
fn incident_34_failing_source_of_one_token_blocks_no_other(
    adapter: Adapter,
    good: Contract<Feed>,
    bad: Contract<Feed>,
    asset: Address,
    token: Address,
    other: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    answers(&good, owner, 2_000 * ONE);
    answers(&bad, owner, 2_000 * ONE);
    set_feeds(&adapter, owner, token, &[&bad], 1);
    set_feeds(&adapter, owner, other, &[&good, &bad], 1);

    let faults: [&dyn Fn(); 3] = [
        &|| bad.sender(owner).set_broken(true),
        &|| {
            bad.sender(owner).set_broken(false);
            bad.sender(owner).set_length(U256::from(159));
        },
        // Wants more than its share: on chain, burns it all.
        &|| {
            bad.sender(owner).set_length(U256::ZERO);
            bad.sender(owner).set_gas_wanted(U256::from(GAS_SHARE + 1));
        },
    ];
    for fault in faults {
        assert_eq!(quote(&adapter, owner, token).3, OK);
        fault();
        let quotes = adapter
            .sender(owner)
            .quotes(vec![token, other, asset])
            .motsu_unwrap();
        let statuses: Vec<u8> = quotes.iter().map(|quote| quote.3).collect();
        assert_eq!(statuses, [NO_QUORUM, OK, OK]);
        bad.sender(owner).set_broken(false);
        bad.sender(owner).set_length(U256::ZERO);
        bad.sender(owner).set_gas_wanted(U256::ZERO);
    }
}

#[motsu::test]
fn longer_answers_than_asked_for_are_accepted(
    adapter: Adapter,
    feed: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    answers(&feed, owner, 2_000 * ONE);
    set_feeds(&adapter, owner, token, &[&feed], 1);
    feed.sender(owner).set_length(U256::from(10_000));
    assert_eq!(quote(&adapter, owner, token).3, OK);
}

/// Whoever sends a transaction chooses its gas: a feed that fails for want of it must not look like a dead one.
#[motsu::test]
fn incident_35_starving_a_source_of_gas_reverts_instead_of_leaving_it_out(
    adapter: Adapter,
    hungry: Contract<Feed>,
    frugal: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    answers(&hungry, owner, 2_000 * ONE);
    answers(&frugal, owner, 1_990 * ONE);
    hungry.sender(owner).set_gas_wanted(U256::from(150_000));
    set_feeds(&adapter, owner, token, &[&hungry, &frugal], 1);
    assert_eq!(quote(&adapter, owner, token).3, OK);

    VM::context().set_gas_left(120_000);
    let error = adapter.sender(owner).quotes(vec![token]).motsu_unwrap_err();
    let starved = InsufficientGas {
        available: U256::from(120_000),
        needed: U256::from(GAS_NEEDED),
    };
    assert_eq!(error, Error::from(starved));

    // Little gas is no harm as long as every source answers.
    hungry.sender(owner).set_gas_wanted(U256::from(50_000));
    let (mid, _, _, status) = quote(&adapter, owner, token);
    assert_eq!((mid, status), (scaled(1_995 * ONE), OK));

    // A feed that fails with all it was promised is dead, at exactly the gas that promises it.
    hungry.sender(owner).set_broken(true);
    VM::context().set_gas_left(GAS_NEEDED);
    assert_eq!(quote(&adapter, owner, token).0, scaled(1_990 * ONE));
    VM::context().set_gas_left(GAS_NEEDED - 1);
    assert!(adapter
        .sender(owner)
        .quotes(vec![token])
        .motsu_res()
        .is_err());
    let error = adapter.sender(owner).price(token).motsu_unwrap_err();
    assert!(matches!(error, Error::InsufficientGas(_)));
}

/// With the gas that is demanded, a caller that keeps one part in 64 and pays for the call passes the full share on.
#[test]
fn incident_35_demanded_gas_covers_the_share() {
    let after_call_costs = GAS_NEEDED - 2_600;
    assert!(after_call_costs - after_call_costs / 64 >= GAS_SHARE);
}

#[motsu::test]
fn quote_of_an_amount_rounds_down_between_any_two_tokens(
    adapter: Adapter,
    first: Contract<Feed>,
    second: Contract<Feed>,
    asset: Address,
    ether: Address,
    coin: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    answers(&first, owner, 2_000 * ONE);
    answers(&second, owner, 3 * ONE);
    set_feeds(&adapter, owner, ether, &[&first], 1);
    set_feeds(&adapter, owner, coin, &[&second], 1);
    let quote = |amount, base, other| {
        adapter
            .sender(owner)
            .get_quote(amount, base, other)
            .motsu_unwrap()
    };
    assert_eq!(
        quote(ten_to(18), ether, asset),
        U256::from(2_000) * ten_to(6)
    );
    // 2000/3 coins, rounded down.
    assert_eq!(
        quote(ten_to(18), ether, coin),
        U256::from(2_000) * ten_to(18) / U256::from(3)
    );
    assert_eq!(
        quote(ten_to(6), asset, ether),
        ten_to(18) / U256::from(2_000)
    );
    assert_eq!(quote(U256::from(123), ether, ether), U256::from(123));
    assert_eq!(quote(U256::ZERO, ether, coin), U256::ZERO);
    // Less than one base unit of the loan asset is nothing.
    assert_eq!(quote(U256::from(499_999_999), ether, asset), U256::ZERO);
    assert_eq!(quote(U256::from(500_000_000), ether, asset), U256::ONE);

    // The product needs 512 bits, the result fits.
    assert_eq!(quote(U256::MAX, ether, ether), U256::MAX);
    let error = adapter
        .sender(owner)
        .get_quote(U256::MAX, ether, coin)
        .motsu_unwrap_err();
    assert_eq!(error, MathOverflow {}.into());
}

#[motsu::test]
fn a_whole_token_is_quoted_right_for_all_decimals(owner: Address, token: Address, asset: Address) {
    const DECIMALS: [u8; 6] = [0, 2, 6, 8, 18, 24];
    for asset_decimals in DECIMALS {
        for token_decimals in DECIMALS {
            for feed_decimals in DECIMALS {
                let adapter = Adapter::new();
                let feed = Contract::<Feed>::new();
                adapter
                    .sender(owner)
                    .constructor(asset, asset_decimals, owner)
                    .motsu_unwrap();
                // 2,000 of the loan asset for one token.
                feed.sender(owner).set_decimals(U256::from(feed_decimals));
                feed.sender(owner).set_answer(
                    U256::from(2_000) * ten_to(feed_decimals.into()),
                    U256::from(VM::context().block_timestamp()),
                );
                adapter
                    .sender(owner)
                    .set_sources(
                        token,
                        token_decimals,
                        vec![feed.address()],
                        vec![HOUR],
                        1,
                        U256::from(PERCENT),
                        U256::ZERO,
                    )
                    .motsu_unwrap();
                let one_token = ten_to(token_decimals.into());
                let value = U256::from(2_000) * ten_to(asset_decimals.into());
                let result = adapter
                    .sender(owner)
                    .get_quote(one_token, token, asset)
                    .motsu_unwrap();
                assert_eq!(
                    result, value,
                    "asset {asset_decimals}, token {token_decimals}"
                );
                let result = adapter
                    .sender(owner)
                    .get_quote(value, asset, token)
                    .motsu_unwrap();
                assert_eq!(result, one_token);
            }
        }
    }
}

/// The ABI's view of a quote is the interface's.
#[motsu::test]
fn quotes_are_encoded_as_the_interface_says(
    adapter: Adapter,
    feed: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    answers(&feed, owner, 2_000 * ONE);
    set_feeds(&adapter, owner, token, &[&feed], 1);
    let calldata = quotesCall {
        tokens: vec![asset, token],
    }
    .abi_encode();
    let data = adapter.static_call_raw(owner, calldata).unwrap();
    let quotes = quotesCall::abi_decode_returns_validate(&data).unwrap();
    let one = ten_to(36);
    let price = scaled(2_000 * ONE);
    let quote = |price, volatility| Quote {
        mid: price,
        low: price,
        volatility,
        status: OK,
    };
    assert_eq!(
        quotes,
        [
            quote(one, U256::ZERO),
            quote(price, U256::from(80 * PERCENT))
        ]
    );
    assert_eq!(data, quotes.abi_encode());
}

#[motsu::test]
fn errors_reach_a_solidity_caller_with_their_arguments(
    adapter: Adapter,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    let data = adapter
        .static_call_raw(owner, priceCall { token }.abi_encode())
        .unwrap_err();
    assert_eq!(
        UnknownToken::abi_decode(&data).unwrap(),
        UnknownToken { token }
    );
}

#[motsu::test]
fn every_function_of_the_interface_is_routed(adapter: Adapter, owner: Address) {
    for selector in IOracleAdapter::IOracleAdapterCalls::SELECTORS {
        // A known function without its arguments fails with a message or an error of its own; an unknown one with nothing.
        let mut calldata = selector.to_vec();
        calldata.resize(4 + 32 * 12, 0);
        let result = adapter.call_raw(owner, calldata);
        let is_routed = result
            .as_ref()
            .map_or_else(|error| !error.is_empty(), |_| true);
        assert!(is_routed, "{selector:02x?}");
    }
    assert_eq!(
        adapter.call_raw(owner, [1, 2, 3, 4]).unwrap_err(),
        Vec::<u8>::new()
    );
}
