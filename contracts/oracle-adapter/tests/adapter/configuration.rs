//! Who may set what, what is refused, and what is read back.

use alloy_primitives::{Address, B256, I256, U256};
use breakwater_interfaces::oracle::{
    IOracleAdapter::{self, IOracleAdapterErrors as Error},
    Leg, Parameters,
};

use crate::common::*;

#[motsu::test]
fn only_the_owner_configures() {
    let world = World::new();
    let source = feed(2_000 * ONE);
    let sources = IOracleAdapter::setSourcesCall {
        token: TOKEN,
        parameters: parameters(1),
        legs: chainlinks(&[&source]),
        expectedPrice: scaled(2_000 * ONE),
    };
    let refused = Error::NotAuthorized(IOracleAdapter::NotAuthorized { caller: MALLORY });
    assert!(world
        .call(MALLORY, sources.clone())
        .is_err_and(|error| error == refused));
    let feed = IOracleAdapter::setSequencerFeedCall {
        feed: MALLORY,
        grace: U256::ZERO,
    };
    assert!(world
        .call(MALLORY, feed)
        .is_err_and(|error| error == refused));
    assert!(world.call(OWNER, sources).is_ok());
}

#[motsu::test]
fn everything_is_read_back_as_set_and_logged() {
    let world = World::new();
    let (chainlink, pyth_source, pool_source) = (feed(2_000 * ONE), source(), source());
    pyth(&pyth_source, 2_000, 0, 0, now());
    pool(&pool_source, 0, 1_800, 1 << 20);
    let _tokens = pool_tokens(&pool_source, 18, 6);
    let (vault, _asset) = rate_vault(6, n(1_000_000));
    let legs = vec![
        Leg {
            first: n(1 << 20),
            second: n(1 << 60),
            ..Leg::chainlink(0, chainlink.address(), 3_600)
        },
        Leg::pyth(
            1,
            pyth_source.address(),
            B256::repeat_byte(7),
            60,
            U256::from(PERCENT),
        ),
        // Ether is 10^12 coins at tick 0; so many to a token would be far off, so the value is fixed below it.
        Leg::uniswap_v3(2, pool_source.address(), 1_800, n(1 << 19)),
        Leg::erc4626(2, vault.address(), U256::from(5 * PERCENT)),
        Leg::fixed(2, n(2_000_000_000)),
    ];
    let parameters = Parameters {
        gapVolatility: U256::from(70 * PERCENT),
        haltDuration: n(300),
        ..parameters(3)
    };
    let expected = scaled(2_000 * ONE);
    world
        .configure(parameters.clone(), legs.clone(), expected)
        .unwrap();
    let sources = world
        .view(IOracleAdapter::sourcesOfCall { token: TOKEN })
        .unwrap();
    assert_eq!(sources.parameters, parameters);
    let found: Vec<Leg> = sources.legs.iter().map(|state| state.leg.clone()).collect();
    assert_eq!(found, legs);
    let exponents: Vec<I256> = sources.legs.iter().map(|state| state.exponent).collect();
    assert_eq!(
        exponents,
        [-8, 0, 12, -6, -18].map(|e| I256::try_from(e).unwrap())
    );
    world.adapter.assert_emitted(&IOracleAdapter::SourcesSet {
        token: TOKEN,
        parameters,
        legs,
        expectedPrice: expected,
    });
    let nobody = Address::repeat_byte(0x99);
    let unknown = world
        .view(IOracleAdapter::sourcesOfCall { token: nobody })
        .unwrap();
    assert_eq!(
        (unknown.parameters, unknown.legs),
        (Parameters::default(), vec![])
    );
}

/// O4
#[motsu::test]
fn a_configuration_moves_the_price_by_a_twentieth_at_most_unless_the_owner_expects_more() {
    let world = World::new();
    let (first, other) = (feed(2_000 * ONE), feed(2_000 * ONE));
    let required =
        Error::ExpectedPriceRequired(IOracleAdapter::ExpectedPriceRequired { token: TOKEN });
    let set =
        |source: &Source, expected| world.configure(parameters(1), chainlinks(&[source]), expected);
    assert_eq!(set(&first, U256::ZERO), Err(required));
    assert_eq!(set(&first, scaled(2_000 * ONE)), Ok(()));
    for (answer, is_accepted) in [
        (1_900, true),
        (1_899, false),
        (2_099, true),
        (2_101, false),
        (200, false),
        (20_000, false),
    ] {
        answers(&other, answer * ONE);
        assert_eq!(set(&other, U256::ZERO).is_ok(), is_accepted, "{answer}");
        assert_eq!(set(&first, U256::ZERO), Ok(()));
        // The memory is untouched by a change that moves nothing.
        assert_near(world.memory().lastPrice, scaled(2_000 * ONE));
    }
    answers(&other, 1_000 * ONE);
    assert!(matches!(set(&other, U256::ZERO), Err(Error::PriceMoved(_))));
    assert!(matches!(
        set(&other, scaled(2_000 * ONE)),
        Err(Error::PriceMoved(_))
    ));
    assert_eq!(set(&other, scaled(1_001 * ONE)), Ok(()));
    // Everything begins anew with it.
    assert_near(world.memory().lastPrice, scaled(1_000 * ONE));
    assert_near(world.memory().average, scaled(1_000 * ONE));
    assert_eq!(world.mid(), (scaled(1_000 * ONE), OK));
}

#[motsu::test]
fn sources_without_a_good_price_are_refused_even_by_force() {
    let world = World::new();
    let (first, second) = (feed(2_000 * ONE), feed(2_200 * ONE));
    let set = |expected| world.configure(parameters(2), chainlinks(&[&first, &second]), expected);
    assert_eq!(set(scaled(2_100 * ONE)), Err(unavailable(DISAGREE)));
    answers_at(&second, n(u128::from(2_000 * ONE)), now() - 3_601);
    assert_eq!(set(scaled(2_000 * ONE)), Err(unavailable(STALE)));
    assert_eq!(world.status(), NO_QUORUM);
    answers(&second, 2_000 * ONE);
    assert_eq!(set(scaled(2_000 * ONE)), Ok(()));
}

#[motsu::test]
fn fewer_sources_replace_more() {
    let world = World::new();
    let feeds = [feed(2_000 * ONE), feed(2_000 * ONE), feed(1_990 * ONE)];
    world.set_feeds(&[&feeds[0], &feeds[1], &feeds[2]], 3, scaled(2_000 * ONE));
    world.set_feeds(&[&feeds[2]], 1, scaled(1_990 * ONE));
    assert_eq!(world.mid(), (scaled(1_990 * ONE), OK));
    let sources = world.view(IOracleAdapter::sourcesOfCall { token: TOKEN });
    assert_eq!(sources.unwrap().legs.len(), 1);
}

#[motsu::test]
fn parameters_out_of_range_are_refused_by_name() {
    let world = World::new();
    let source = feed(2_000 * ONE);
    let refusal = |spoil: &dyn Fn(&mut Parameters)| {
        let mut spoilt = parameters(1);
        spoil(&mut spoilt);
        world.configure(spoilt, chainlinks(&[&source]), scaled(2_000 * ONE))
    };
    assert_eq!(refusal(&|_| ()), Ok(()));
    type Field = fn(&mut Parameters) -> &mut U256;
    let wad = |parts: u64| U256::from(u128::from(parts) * 1_000_000_000_000);
    let cases: [(&[u8], Field, U256, U256); 13] = [
        (b"decimals", |p| &mut p.decimals, U256::ZERO, n(24)),
        (b"quorum", |p| &mut p.quorum, n(1), n(4)),
        (b"maxSpread", |p| &mut p.maxSpread, wad(1), wad(500_000)),
        (
            b"gapVolatility",
            |p| &mut p.gapVolatility,
            wad(10_000),
            wad(10_000_000),
        ),
        (
            b"resolution",
            |p| &mut p.resolution,
            U256::ZERO,
            wad(10_000),
        ),
        (
            b"breakerFactor",
            |p| &mut p.breakerFactor,
            wad(1_000_000),
            wad(20_000_000),
        ),
        (
            b"breakerFloor",
            |p| &mut p.breakerFloor,
            wad(10_000),
            wad(16_000_000),
        ),
        (b"sampleInterval", |p| &mut p.sampleInterval, n(1), n(3_600)),
        (b"maxGap", |p| &mut p.maxGap, n(60), n(7 * 86_400)),
        (
            b"volatilityWindow",
            |p| &mut p.volatilityWindow,
            n(3_600),
            n(30 * 86_400),
        ),
        (b"averageWindow", |p| &mut p.averageWindow, n(60), n(43_200)),
        (b"haltDuration", |p| &mut p.haltDuration, n(60), n(3_600)),
        (b"deadAfter", |p| &mut p.deadAfter, n(3_600), n(90 * 86_400)),
    ];
    for (name, field, least, most) in cases {
        let set = |value: U256| refusal(&|p: &mut Parameters| *field(p) = value);
        for value in [most + n(1), U256::MAX, n(u128::MAX)] {
            assert_eq!(set(value), Err(out_of_bounds(name, value)));
        }
        if !least.is_zero() {
            let value = least - n(1);
            assert_eq!(set(value), Err(out_of_bounds(name, value)));
        }
        // Decimals move the price, four of a quorum are not there; the others are accepted at their bounds.
        if name != b"decimals" && name != b"quorum" {
            assert_eq!((set(least), set(most)), (Ok(()), Ok(())), "{name:?}");
        }
    }
}

#[motsu::test]
fn sources_that_are_none_too_many_out_of_order_or_the_same_twice_are_refused() {
    let world = World::new();
    let feeds: Vec<Source> = (0..13).map(|_| feed(2_000 * ONE)).collect();
    let set =
        |quorum: u8, legs: Vec<Leg>| world.configure(parameters(quorum), legs, scaled(2_000 * ONE));
    let leg = |source: u8, index: usize| Leg::chainlink(source, feeds[index].address(), HOUR);
    let invalid = |legs: u128, sources: u128, quorum: u128| {
        Err(Error::InvalidSources(IOracleAdapter::InvalidSources {
            legs: n(legs),
            sources: n(sources),
            quorum: n(quorum),
        }))
    };
    assert_eq!(set(1, vec![]), invalid(0, 0, 1));
    let five = (0..5).map(|index| leg(index as u8, index)).collect();
    assert_eq!(set(1, five), invalid(5, 5, 1));
    let thirteen = (0..13).map(|index| leg(0, index)).collect();
    assert!(matches!(set(1, thirteen), Err(Error::InvalidSources(_))));
    assert_eq!(set(3, vec![leg(0, 0), leg(1, 1)]), invalid(2, 2, 3));
    assert_eq!(set(1, vec![leg(1, 0)]), invalid(1, 1, 1));
    assert_eq!(set(1, vec![leg(0, 0), leg(2, 1)]), invalid(2, 2, 1));
    assert!(matches!(
        set(1, vec![leg(0, 0), leg(1, 1), leg(0, 2)]),
        Err(Error::InvalidSources(_))
    ));
    let twice = Error::DuplicateSource(IOracleAdapter::DuplicateSource {
        target: feeds[0].address(),
    });
    assert_eq!(set(2, vec![leg(0, 0), leg(1, 0)]), Err(twice));
    // One leg in common is no duplicate.
    let chains = vec![
        leg(0, 0),
        Leg::fixed(0, ten_to(18)),
        leg(1, 0),
        Leg::fixed(1, ten_to(18) + n(1)),
    ];
    assert_eq!(set(2, chains), Ok(()));
    let asset = IOracleAdapter::setSourcesCall {
        token: ASSET,
        parameters: parameters(1),
        legs: vec![leg(0, 0)],
        expectedPrice: ten_to(36),
    };
    let as_number = U256::from_be_slice(ASSET.as_slice());
    assert!(world
        .call(OWNER, asset)
        .is_err_and(|error| error == out_of_bounds(b"token", as_number)));
}

/// Moonwell again: a source's scale is its own word, read when it is set; one that does not tell it, or tells nonsense, is refused.
#[motsu::test]
fn incident_06_a_source_that_is_not_of_its_kind_is_refused() {
    let world = World::new();
    let set = |leg: Leg| world.configure(parameters(1), vec![leg], scaled(2_000 * ONE));
    let nobody = Address::repeat_byte(0x99);
    let invalid = |target| Err(Error::InvalidFeed(IOracleAdapter::InvalidFeed { target }));
    let zero = Err(Error::ZeroAddress(IOracleAdapter::ZeroAddress {}));
    let kinds = |target| {
        [
            Leg::chainlink(0, target, HOUR),
            Leg::pyth(0, target, B256::ZERO, 60, U256::from(PERCENT)),
            Leg::uniswap_v3(0, target, 1_800, U256::ZERO),
            Leg::erc4626(0, target, U256::ZERO),
        ]
    };
    for leg in kinds(nobody) {
        assert_eq!(set(leg), invalid(nobody));
    }
    for leg in kinds(Address::ZERO) {
        assert_eq!(set(leg), zero);
    }
    let source = feed(2_000 * ONE);
    let chainlink = Leg::chainlink(0, source.address(), HOUR);
    for count in [25, 256 + 8] {
        decimals(&source, count);
        assert_eq!(set(chainlink.clone()), invalid(source.address()));
    }
    decimals(&source, 8);
    source.sender(OWNER).set_length(31);
    assert_eq!(set(chainlink.clone()), invalid(source.address()));
    source.sender(OWNER).set_length(0);
    assert_eq!(set(chainlink.clone()), Ok(()));
    // An ERC-4626 vault without a rate.
    let (vault, _asset) = rate_vault(6, U256::ZERO);
    assert_eq!(
        set(Leg::erc4626(0, vault.address(), U256::ZERO)),
        invalid(vault.address())
    );
}

#[motsu::test]
fn what_a_kind_has_no_use_for_or_no_bounds_for_is_refused() {
    let world = World::new();
    let source = feed(2_000 * ONE);
    let (vault, _asset) = rate_vault(6, n(1_000_000));
    pool(&source, 0, 600, 1);
    let _tokens = pool_tokens(&source, 18, 18);
    pyth(&source, 2_000, 0, 0, now());
    let address = source.address();
    let refusal = |leg: Leg, name: &[u8], value: U256| {
        let result = world.configure(parameters(1), vec![leg], scaled(2_000 * ONE));
        assert_eq!(result, Err(out_of_bounds(name, value)));
    };
    let id = B256::ZERO;
    refusal(Leg::chainlink(0, address, 0), b"period", n(0));
    refusal(Leg::chainlink(0, address, 604_801), b"period", n(604_801));
    refusal(
        Leg::pyth(0, address, id, 0, U256::from(PERCENT)),
        b"period",
        n(0),
    );
    refusal(Leg::pyth(0, address, id, 60, U256::ZERO), b"second", n(0));
    let wide = U256::from(10 * PERCENT) + n(1_000_000_000_000);
    refusal(Leg::pyth(0, address, id, 60, wide), b"second", wide);
    refusal(
        Leg::uniswap_v3(0, address, 299, U256::ZERO),
        b"period",
        n(299),
    );
    let endless = (U256::MAX >> 8) << 8;
    refusal(Leg::fixed(0, U256::ZERO), b"first", n(0));
    refusal(Leg::fixed(0, endless), b"first", endless);
    let fast = U256::from(101 * PERCENT);
    refusal(Leg::erc4626(0, vault.address(), fast), b"first", fast);
    let bounded = Leg {
        first: n(1_000),
        second: n(1_000),
        ..Leg::chainlink(0, address, HOUR)
    };
    refusal(bounded, b"first", n(1_000));
    for (leg, name) in [
        (Leg::uniswap_v3(0, address, 600, U256::ZERO), "second"),
        (Leg::erc4626(0, vault.address(), U256::ZERO), "second"),
        (Leg::fixed(0, n(1)), "second"),
    ] {
        refusal(
            Leg {
                second: n(1),
                ..leg
            },
            name.as_bytes(),
            n(1),
        );
    }
    for leg in [
        Leg::erc4626(0, vault.address(), U256::ZERO),
        Leg::fixed(0, n(1)),
    ] {
        refusal(
            Leg {
                period: n(1),
                ..leg
            },
            b"period",
            n(1),
        );
    }
    let unknown = Leg {
        kind: n(5),
        ..Leg::chainlink(0, address, HOUR)
    };
    refusal(unknown, b"kind", n(5));
}

#[motsu::test]
fn the_grace_period_is_at_most_a_day() {
    let world = World::new();
    let call = |grace| IOracleAdapter::setSequencerFeedCall {
        feed: MALLORY,
        grace: n(grace),
    };
    assert!(world
        .call(OWNER, call(86_401))
        .is_err_and(|error| error == out_of_bounds(b"grace", n(86_401))));
    assert!(world.call(OWNER, call(86_400)).is_ok());
    world
        .adapter
        .assert_emitted(&IOracleAdapter::SequencerFeedSet {
            feed: MALLORY,
            grace: n(86_400),
        });
}
