//! The circuit breaker. The floor is a return of 25 %: a fall of 22.1 %, a rise of 28.4 %.

use alloy_primitives::U256;
use breakwater_interfaces::oracle::IOracleAdapter;
use breakwater_risk::volatility::squared_return;

use crate::common::*;

const HALT: u64 = 600;
/// Six windows of the average.
const REARM: u64 = 7_200;

/// A token at 2,000 whose volatility has come down, so that the floor decides.
fn calm() -> (World, Source) {
    let world = World::new();
    let source = feed(2_000 * ONE);
    world.set_feeds(&[&source], 1, scaled(2_000 * ONE));
    for _ in 0..24 {
        pass(3_600);
        answers(&source, 2_000 * ONE);
        assert!(world.poke());
    }
    pass(60);
    answers(&source, 2_000 * ONE);
    (world, source)
}

/// Lets time pass; the source stays fresh.
fn stand(source: &Source, answer: u64, seconds: u64) {
    pass(seconds);
    answers(source, answer * ONE);
}

#[motsu::test]
fn a_price_beyond_the_floor_halts_and_one_within_it_does_not() {
    let (world, source) = calm();
    for (answer, status) in [
        (1_561, OK),
        (1_556, HALTED),
        (200, HALTED),
        (2_564, OK),
        (2_572, HALTED),
        (20_000, HALTED),
    ] {
        answers(&source, answer * ONE);
        assert_eq!(world.status(), status, "{answer}");
    }
    // What is held back is worth its last good price.
    let (mid, _) = world.mid();
    assert_near(mid, scaled(2_000 * ONE));
    assert_eq!(world.price(TOKEN), Err(unavailable(HALTED)));
}

/// O3
#[motsu::test]
fn a_halt_ends_by_itself_and_then_the_new_price_stands() {
    let (world, source) = calm();
    answers(&source, 1_200 * ONE);
    assert!(!world.poke());
    let until = now() + HALT;
    world.adapter.assert_emitted(&IOracleAdapter::Halted {
        token: TOKEN,
        price: scaled(1_200 * ONE),
        average: world.memory().average,
        until: U256::from(until),
    });
    assert_eq!(world.memory().downUntil, U256::from(until));
    // Poking does not prolong it.
    for _ in 0..5 {
        stand(&source, 1_200, 100);
        assert!(!world.poke());
        assert_eq!(world.status(), HALTED);
    }
    stand(&source, 1_200, 99);
    assert_eq!(world.status(), HALTED);
    stand(&source, 1_200, 1);
    // With or without a poke.
    assert_eq!(world.mid(), (scaled(1_200 * ONE), OK));
    stand(&source, 1_100, 5_000);
    assert_eq!(world.mid(), (scaled(1_100 * ONE), OK));
    assert!(world.poke());
    assert_eq!(world.mid(), (scaled(1_100 * ONE), OK));
    assert_near(world.memory().lastPrice, scaled(1_100 * ONE));
}

#[motsu::test]
fn no_halt_in_the_same_direction_follows_within_rearm_and_one_in_the_other_does() {
    let (world, source) = calm();
    answers(&source, 1_200 * ONE);
    world.poke();
    stand(&source, 1_200, HALT);
    assert!(world.poke());
    // Further down: a crash goes on, and nobody waits again.
    stand(&source, 700, 60);
    assert_eq!(world.status(), OK);
    assert!(world.poke());
    // Up again, far: that is another matter.
    let average = world.memory().average;
    answers(&source, 4_000 * ONE);
    assert!(scaled(4_000 * ONE) > average * n(13) / n(10));
    assert_eq!(world.status(), HALTED);
    answers(&source, 700 * ONE);
    // To the last second of rearm, and not beyond.
    stand(&source, 700, 2_000);
    assert!(world.poke());
    stand(&source, 300, REARM - 2_060 - 1);
    assert_eq!(world.status(), OK);
    stand(&source, 300, 1);
    assert_eq!(world.status(), HALTED);
}

#[motsu::test]
fn by_the_end_of_rearm_the_average_has_caught_up() {
    for factor in [1, 5, 15, 26, 100] {
        let (world, source) = calm();
        let answer = 200 * factor;
        answers(&source, answer * ONE);
        if world.status() == OK {
            continue;
        }
        world.poke();
        stand(&source, answer, HALT);
        assert!(world.poke());
        // Not one poke more.
        for _ in 0..20 {
            stand(&source, answer, REARM / 10);
            assert_eq!(world.mid(), (scaled(answer * ONE), OK), "{factor}");
        }
    }
}

#[motsu::test]
fn an_error_that_is_taken_back_during_the_halt_has_moved_nothing() {
    let (world, source) = calm();
    for wrong in [200, 20_000] {
        let before = world.memory();
        answers(&source, wrong * ONE);
        assert_eq!(world.status(), HALTED);
        assert!(!world.poke());
        stand(&source, wrong, 300);
        assert_eq!(world.status(), HALTED);
        answers(&source, 2_000 * ONE);
        assert_eq!(world.mid(), (scaled(2_000 * ONE), OK));
        assert!(world.poke());
        let after = world.memory();
        assert_eq!(after.lastPrice, before.lastPrice);
        assert!(after.volatility <= before.volatility);
        // Within the same halt it is held back again.
        answers(&source, wrong * ONE);
        assert_eq!(world.status(), HALTED);
        stand(&source, 2_000, 60);
    }
}

/// The clock of a halt starts with a poke. Until then, and however long, nobody can act on the price: who waited for a silence to
/// pass off a wrong price as right would wait in vain.
#[motsu::test]
fn a_deviation_that_nobody_poked_is_held_back() {
    let (world, source) = calm();
    stand(&source, 20_000, 7 * 86_400);
    assert_eq!(world.status(), HALTED);
    assert!(!world.poke());
    stand(&source, 20_000, HALT);
    assert_eq!(world.status(), OK);
}

/// A steep fall that the market has shown to be its way is not halted: both limits must be passed.
#[motsu::test]
fn a_volatile_token_may_move_further() {
    let (world, source) = calm();
    // Falls and rises of 9 % every minute for an hour.
    for step in 0..60 {
        stand(&source, if step % 2 == 0 { 2_180 } else { 2_000 }, 60);
        assert!(world.poke());
    }
    assert!(world.memory().volatility > n(5 * 10_u128.pow(18)));
    // 5·σ·√(20 min) is over 30 %: this is beyond the floor, and not beyond that.
    stand(&source, 1_600, 60);
    let squared = squared_return(world.memory().average, scaled(1_600 * ONE));
    assert!(squared > n(62_500_000_000_000_000), "{squared}");
    assert_eq!(world.status(), OK);
}

/// The longer nobody looked, the further a price may have gone.
#[motsu::test]
fn after_a_silence_a_price_may_have_moved_further() {
    let (world, source) = calm();
    answers(&source, 1_500 * ONE);
    assert_eq!(world.status(), HALTED);
    stand(&source, 1_500, 4 * 86_400);
    assert_eq!(world.status(), OK);
}
