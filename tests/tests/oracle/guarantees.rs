//! O1 to O4 on the compiled programs, over random sources, answers, times and pokes.

use breakwater_risk::{
    time_weighted_average::advance,
    volatility::{squared_return, update},
};
use breakwater_tests::{
    external::IMockFeed,
    interfaces::oracle::{IOracleAdapter, Parameters},
    Address, DOLLAR, I256, U256, WAD,
};

use crate::desk::*;

/// What a feed was told to say.
#[derive(Clone, Copy, Debug)]
struct Said {
    answer: i128,
    at: u64,
    broken: bool,
}

impl Said {
    /// A price that may count: fresh, or only too old.
    fn is_price(&self, now: u64) -> bool {
        !self.broken && self.answer > 0 && self.at <= now && self.at != 0
    }

    fn is_fresh(&self, now: u64) -> bool {
        self.is_price(now) && now - self.at <= u64::from(HOUR)
    }
}

fn tell(desk: &mut Desk, feed: Address, said: Said) {
    let broken = IMockFeed::setBrokenCall {
        broken: said.broken,
    };
    desk.suite.send(desk.owner, feed, &broken).unwrap();
    let answer = IMockFeed::setAnswerAtCall {
        answer: I256::try_from(said.answer).unwrap(),
        updatedAt: U256::from(said.at),
    };
    desk.suite.send(desk.owner, feed, &answer).unwrap();
}

/// O1, O2, O3: at each step the adapter is held against what the feeds were told to say.
#[test]
fn whatever_sources_say_a_good_price_is_the_median_of_a_fresh_quorum_that_agrees_and_halts_end() {
    const QUORUM: usize = 2;
    for seed in 1..=6 {
        let mut random = fastrand::Rng::with_seed(seed);
        let (mut desk, feeds) = Desk::over(3, QUORUM as u8, 2_000);
        let now = desk.suite.now();
        let first = Said {
            answer: i128::from(2_000 * DOLLAR),
            at: now,
            broken: false,
        };
        let mut said = [first; 3];
        let mut market = 2_000.0_f64;
        let mut halted_since = None;
        let mut oks = 0;
        for step in 0..150 {
            desk.pass(random.u64(1..=900));
            // The market walks, and now and then jumps.
            market *= if random.u8(..30) == 0 {
                [0.5, 0.7, 1.6, 2.0][random.usize(..4)]
            } else {
                1.0 + (random.f64() - 0.5) / 50.0
            };
            let now = desk.suite.now();
            for (feed, said) in feeds.iter().zip(&mut said) {
                let right = (market * DOLLAR as f64) as i128;
                match random.u8(..20) {
                    0 => said.answer = right * 10,
                    1 => said.answer = 0,
                    2 => said.answer = -right,
                    3 => said.broken = true,
                    4 => said.at = now + random.u64(1..=100),
                    5 => said.at = 0,
                    6..=8 => {}
                    _ => {
                        *said = Said {
                            answer: right + right * random.i128(-3..=3) / 1_000,
                            at: now,
                            broken: false,
                        };
                    }
                }
                tell(&mut desk, *feed, *said);
            }
            if random.bool() {
                desk.poke();
            }
            let quote = desk.quote();
            let fresh: Vec<i128> = {
                let mut answers: Vec<i128> = said
                    .iter()
                    .filter(|said| said.is_fresh(now))
                    .map(|said| said.answer)
                    .collect();
                answers.sort_unstable();
                answers
            };
            let answering = said.iter().filter(|said| said.is_price(now)).count();
            let context = format!("seed {seed}, step {step}, at {now}: {said:?}, {quote:?}");
            if fresh.len() < QUORUM {
                let expected = if answering < QUORUM { NO_QUORUM } else { STALE };
                assert_eq!(quote.status, expected, "{context}");
            } else {
                let median = match fresh.as_slice() {
                    [low, high] => (*low + *high) as f64 / 2.0,
                    _ => fresh[1] as f64,
                };
                let agree = fresh
                    .windows(2)
                    .any(|pair| (pair[1] - pair[0]) as f64 <= 0.02 * median);
                if !agree {
                    assert_eq!(quote.status, DISAGREE, "{context}");
                } else {
                    assert!([OK, HALTED].contains(&quote.status), "{context}");
                    if quote.status == OK {
                        let found = quote.mid.to::<u128>() as f64 / 1e16;
                        assert!((found / median - 1.0).abs() < 1e-9, "{context}");
                        assert!(!quote.low.is_zero() && quote.low <= quote.mid, "{context}");
                        oks += 1;
                    }
                }
            }
            // O3. A halt that somebody has noted lasts ten minutes at most.
            let token = desk.token;
            let memory = desk
                .suite
                .view(desk.oracle, &IOracleAdapter::memoryOfCall { token })
                .unwrap();
            let until = memory.upUntil.max(memory.downUntil).to::<u64>();
            assert!(until <= now + 600, "{context}");
            if quote.status == HALTED {
                halted_since.get_or_insert(now);
            } else {
                halted_since = None;
            }
        }
        assert!(oks > 50, "seed {seed}: {oks}");
    }
}

/// O3.
#[test]
fn a_halt_ends_within_its_bound_without_anybodys_help_and_the_new_price_stands() {
    for (jump, direction) in [(1_000, "down"), (4_000, "up")] {
        let (mut desk, feeds) = Desk::over(3, 2, 2_000);
        desk.pass(1_200);
        for feed in &feeds {
            desk.answer(*feed, jump * DOLLAR);
        }
        assert_eq!(desk.mid(), (price_of(2_000), HALTED), "{direction}");
        desk.poke();
        desk.pass(599);
        assert_eq!(desk.status(), HALTED);
        desk.pass(1);
        assert_eq!(desk.mid(), (price_of(jump), OK), "{direction}");
    }
}

/// O4.
#[test]
fn a_configuration_moves_the_price_by_a_twentieth_at_most_without_force() {
    let (mut desk, _) = Desk::over(1, 1, 2_000);
    for (dollars, allowed) in [
        (2_100, true),
        (2_000, true),
        (1_995, true),
        (2_205, false),
        (1_800, false),
        (20_000, false),
        (1, false),
    ] {
        let (feed, before) = (desk.feed(dollars * DOLLAR), desk.mid());
        let set = desk.set(standard(1), chainlinks(&[feed]), U256::ZERO);
        if allowed {
            set.unwrap();
            assert_eq!(desk.mid(), (price_of(dollars), OK));
            // So that the next is compared with 2,000 again.
            let back = desk.feed(2_000 * DOLLAR);
            desk.set(standard(1), chainlinks(&[back]), price_of(2_000))
                .unwrap();
        } else {
            let failure = set.unwrap_err();
            assert!(
                failure.is::<IOracleAdapter::PriceMoved>(),
                "{dollars}: {failure}"
            );
            assert_eq!(desk.mid(), before, "{dollars}");
            // Force is to say which price is expected, to a twentieth.
            let wrong = desk.set(standard(1), chainlinks(&[feed]), price_of(dollars * 2));
            assert!(wrong.unwrap_err().is::<IOracleAdapter::PriceMoved>());
        }
    }
    let feed = desk.feed(1_000 * DOLLAR);
    desk.set(standard(1), chainlinks(&[feed]), price_of(1_000))
        .unwrap();
    assert_eq!(desk.mid(), (price_of(1_000), OK));
}

/// What [`breakwater_risk`] makes of the samples of one poker.
struct Mirror {
    time: u64,
    last: U256,
    average: U256,
    volatility: u64,
}

impl Mirror {
    fn sample(&mut self, now: u64, price: U256) {
        let elapsed = now - self.time;
        let squared = squared_return(self.last, price);
        // The resolution of the standard parameters, 0.05 %, squared.
        let counted = if squared < U256::from(250_000_000_000_u64) {
            U256::ZERO
        } else {
            squared
        };
        self.average = advance(self.average, self.last, elapsed, 1_200);
        self.volatility = update(self.volatility, counted, elapsed, 86_400);
        if !counted.is_zero() {
            self.last = price;
        }
        self.time = now;
    }
}

/// Nobody gains by poking often, seldom or in bursts: bursts are single pokes; and whoever pokes at each step or at every fifth comes
/// to what the pure functions make of just these samples. That these make the same of either, but for chance, is tested beside
/// them over hundreds of paths: `sampling_often_or_seldom_comes_to_the_same_variance_on_average`.
#[test]
fn often_seldom_and_in_bursts_pokes_come_to_the_same() {
    let mut memories = vec![];
    for (every, times) in [(1, 1), (1, 5), (5, 1)] {
        let mut random = fastrand::Rng::with_seed(7);
        let (mut desk, feeds) = Desk::over(1, 1, 2_000);
        let mut market = 2_000.0_f64;
        let mut mirror = Mirror {
            time: desk.suite.now(),
            last: price_of(2_000),
            average: price_of(2_000),
            volatility: WAD,
        };
        for step in 0..400 {
            desk.pass(300);
            market *= 1.0 + (random.f64() - 0.5) / 60.0;
            let answer = (market * DOLLAR as f64) as u64;
            desk.answer(feeds[0], answer);
            if step % every == 0 {
                mirror.sample(desk.suite.now(), scaled(answer));
                for time in 0..times {
                    assert_eq!(desk.poke(), time == 0);
                }
            }
        }
        let token = desk.token;
        let memory = desk
            .suite
            .view(desk.oracle, &IOracleAdapter::memoryOfCall { token });
        let memory = memory.unwrap();
        assert_near(memory.volatility, U256::from(mirror.volatility));
        assert_near(memory.average, mirror.average);
        memories.push((memory, desk.quote()));
    }
    assert_eq!(memories[0], memories[1]);
}

/// The parameters' bounds: a configuration that nobody could mean is refused by name.
#[test]
fn a_spread_of_more_than_a_half_is_refused() {
    let (mut desk, feeds) = Desk::over(1, 1, 2_000);
    let parameters = Parameters {
        maxSpread: U256::from(WAD / 2 + 1_000_000_000_000),
        ..standard(1)
    };
    let failure = desk
        .set(parameters, chainlinks(&feeds), U256::ZERO)
        .unwrap_err();
    assert!(
        failure.is::<IOracleAdapter::ParameterOutOfBounds>(),
        "{failure}"
    );
}
