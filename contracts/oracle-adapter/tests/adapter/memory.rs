//! Samples: volatility, the average, and that nobody gains by when or how often they are taken.

use alloy_primitives::U256;
use breakwater_interfaces::oracle::{IOracleAdapter, Parameters};
use breakwater_risk::{
    time_weighted_average::advance,
    volatility::{squared_return, update},
};

use crate::common::*;

/// One fresh source at 2,000 and no breaker to speak of.
fn world() -> (World, Source) {
    let world = World::new();
    let source = feed(2_000 * ONE);
    let parameters = Parameters {
        breakerFloor: n(10 * 10_u128.pow(18)),
        ..parameters(1)
    };
    world
        .configure(parameters, chainlinks(&[&source]), scaled(2_000 * ONE))
        .unwrap();
    (world, source)
}

#[motsu::test]
fn setting_sources_is_the_first_sample() {
    let (world, _) = world();
    let memory = world.memory();
    assert_near(memory.lastPrice, scaled(2_000 * ONE));
    assert_near(memory.average, scaled(2_000 * ONE));
    assert_eq!(memory.sampledAt, U256::from(now()));
    assert_eq!(memory.volatility, n(10_u128.pow(18)));
    assert!(!world.poke());
}

#[motsu::test]
fn a_sample_updates_price_average_and_volatility_as_the_pure_functions_say() {
    let (world, source) = world();
    let mut expected = (scaled(2_000 * ONE), scaled(2_000 * ONE), 10_u64.pow(18));
    for (seconds, answer) in [(60, 2_010), (61, 1_990), (300, 2_100), (3_000, 2_050)] {
        pass(seconds);
        answers(&source, answer * ONE);
        assert!(world.poke());
        let price = scaled(answer * ONE);
        expected = (
            price,
            advance(expected.1, expected.0, seconds, 1_200),
            update(
                expected.2,
                squared_return(expected.0, price),
                seconds,
                86_400,
            ),
        );
        let memory = world.memory();
        assert_near(memory.lastPrice, expected.0);
        assert_near(memory.average, expected.1);
        assert_near(memory.volatility, U256::from(expected.2));
        assert_eq!(memory.sampledAt, U256::from(now()));
        assert_eq!(world.quote().volatility, memory.volatility);
    }
    world.adapter.assert_emitted(&IOracleAdapter::Sampled {
        token: TOKEN,
        price: scaled(2_010 * ONE),
        average: scaled(2_000 * ONE),
        volatility: U256::from(update(
            10_u64.pow(18),
            squared_return(scaled(2_000 * ONE), scaled(2_010 * ONE)),
            60,
            86_400,
        )),
    });
}

#[motsu::test]
fn bursts_within_a_block_or_an_interval_are_one_sample() {
    let (world, source) = world();
    pass(59);
    assert!(!world.poke());
    pass(1);
    answers(&source, 2_100 * ONE);
    assert!(world.poke());
    let after = world.memory();
    for answer in [1_500, 2_500, 2_000] {
        answers(&source, answer * ONE);
        assert!(!world.poke());
        assert_eq!(world.memory(), after);
    }
    pass(30);
    assert!(!world.poke());
    assert_eq!(world.memory(), after);
}

#[motsu::test]
fn low_is_the_lower_of_the_price_and_the_average() {
    let (world, source) = world();
    answers(&source, 2_200 * ONE);
    assert_near(world.quote().low, scaled(2_000 * ONE));
    answers(&source, 1_900 * ONE);
    assert_eq!(world.quote().low, scaled(1_900 * ONE));
    // A price that stands becomes the average, without a further sample.
    pass(60);
    answers(&source, 2_200 * ONE);
    assert!(world.poke());
    let mut before = world.quote().low;
    for _ in 0..3 {
        pass(1_200);
        answers(&source, 2_200 * ONE);
        let low = world.quote().low;
        assert!(low > before && low < scaled(2_200 * ONE));
        before = low;
    }
    assert!(before > scaled(2_189 * ONE));
}

#[motsu::test]
fn flicker_under_the_resolution_is_no_return_but_a_drift_of_small_steps_is() {
    let (world, source) = world();
    let calm = |world: &World| world.memory().volatility;
    // 0.04 % to and fro, for two hours: σ only decays.
    let mut expected = 10_u64.pow(18);
    for step in 0..120 {
        pass(60);
        answers(&source, 2_000 * ONE + (step % 2) * ONE / 10 * 8);
        assert!(world.poke());
        expected = update(expected, U256::ZERO, 60, 86_400);
    }
    assert_eq!(calm(&world), U256::from(expected));
    // The same steps, all upward: 0.04 % a minute.
    let before = calm(&world);
    for step in 0..120 {
        pass(60);
        answers(&source, 2_000 * ONE + step * ONE / 10 * 8);
        assert!(world.poke());
    }
    let decayed = update(before.to::<u64>(), U256::ZERO, 7_200, 86_400);
    assert!(calm(&world) > U256::from(decayed) + n(u128::from(PERCENT / 2)));
}

#[motsu::test]
fn silence_is_not_calm() {
    let (world, source) = world();
    // Two days of samples at one price: σ is under a half.
    for _ in 0..48 {
        pass(3_600);
        answers(&source, 2_000 * ONE);
        assert!(world.poke());
    }
    let calm = world.memory().volatility;
    assert!(calm < n(5 * 10_u128.pow(17)));
    pass(3 * 3_600);
    answers(&source, 2_000 * ONE);
    assert_eq!(world.quote().volatility, calm);
    pass(1);
    assert_eq!(world.quote().volatility, n(10_u128.pow(18)));
    // A sample does not make up for the silence before it.
    assert!(world.poke());
    assert_eq!(world.memory().volatility, n(10_u128.pow(18)));
}

#[motsu::test]
fn no_sample_is_taken_of_what_is_no_good_price() {
    let (world, source) = world();
    let before = world.memory();
    pass(60);
    source.sender(OWNER).set_broken(true);
    assert!(!world.poke());
    let memory = world.memory();
    assert_eq!(memory.failingSince, U256::from(now()));
    assert_eq!(
        (memory.lastPrice, memory.sampledAt),
        (before.lastPrice, before.sampledAt)
    );
    world
        .adapter
        .assert_emitted(&IOracleAdapter::SourcesFailing {
            token: TOKEN,
            status: NO_QUORUM,
        });
    // Found once; a later poke does not start the clock again.
    pass(60);
    assert!(!world.poke());
    assert_eq!(world.memory().failingSince, U256::from(now() - 60));
    source.sender(OWNER).set_broken(false);
    answers(&source, 2_000 * ONE);
    assert!(world.poke());
    assert_eq!(world.memory().failingSince, U256::ZERO);
}

#[motsu::test]
fn a_poke_right_after_a_sample_asks_no_source_and_the_next_one_notes_what_is_wrong() {
    let (world, source) = world();
    pass(60);
    answers(&source, 2_000 * ONE);
    assert!(world.poke());
    source.sender(OWNER).set_broken(true);
    pass(59);
    assert!(!world.poke());
    assert_eq!(world.memory().failingSince, U256::ZERO);
    // The quote says so at once.
    assert_eq!(world.status(), NO_QUORUM);
    pass(1);
    assert!(!world.poke());
    assert_eq!(world.memory().failingSince, U256::from(now()));
    // Once found failing, every poke looks: it is over with the first good price.
    source.sender(OWNER).set_broken(false);
    answers(&source, 2_000 * ONE);
    assert!(world.poke());
    assert_eq!(world.memory().failingSince, U256::ZERO);
}

/// O3: a halt that begins right after a sample ends later by a minute at most.
#[motsu::test]
fn a_halt_right_after_a_sample_starts_its_clock_within_a_minute() {
    let world = World::new();
    let source = feed(2_000 * ONE);
    // Samples an hour apart at most: the minute is not the interval.
    let parameters = Parameters {
        sampleInterval: U256::from(3_600),
        ..parameters(1)
    };
    world
        .configure(parameters, chainlinks(&[&source]), scaled(2_000 * ONE))
        .unwrap();
    answers(&source, 200 * ONE);
    pass(59);
    assert!(!world.poke());
    assert_eq!(
        (world.status(), world.memory().downUntil),
        (HALTED, U256::ZERO)
    );
    pass(1);
    assert!(!world.poke());
    assert_eq!(world.memory().downUntil, U256::from(now() + 600));
}

#[motsu::test]
fn the_last_good_price_counts_until_the_sources_have_failed_for_long_enough() {
    let (world, source) = world();
    source.sender(OWNER).set_broken(true);
    // Nobody has found them failing yet: nobody knows for how long.
    pass(10 * 86_400);
    assert_near(world.mid().0, scaled(2_000 * ONE));
    world.poke();
    pass(2 * 86_400 - 1);
    let quote = world.quote();
    assert_near(quote.mid, scaled(2_000 * ONE));
    assert_eq!((quote.low, quote.status), (quote.mid, NO_QUORUM));
    pass(1);
    let quote = world.quote();
    assert_eq!(
        (quote.mid, quote.low, quote.status),
        (U256::ZERO, U256::ZERO, NO_QUORUM)
    );
    // It lives again with its sources, also before anybody says so.
    source.sender(OWNER).set_broken(false);
    answers(&source, 2_000 * ONE);
    assert_eq!(world.mid(), (scaled(2_000 * ONE), OK));
    world.poke();
    source.sender(OWNER).set_broken(true);
    assert_near(world.mid().0, scaled(2_000 * ONE));
}

#[motsu::test]
fn samples_far_apart_or_close_together_come_to_the_same_average_of_a_price_that_stands() {
    let run = |steps: &[u64]| {
        let (world, source) = world();
        pass(60);
        answers(&source, 2_300 * ONE);
        world.poke();
        for step in steps {
            pass(*step);
            answers(&source, 2_300 * ONE);
            world.poke();
        }
        (world.memory().average, world.memory().volatility)
    };
    let often = run(&[60; 40]);
    let seldom = run(&[2_400]);
    let irregular = run(&[60, 600, 1, 1, 1, 137, 1_600]);
    for other in [seldom, irregular] {
        assert_near(other.0, often.0);
        assert_near(other.1, often.1);
    }
}
