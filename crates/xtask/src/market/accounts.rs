//! The borrowers: who they are, how much they hold, how far they go. All follows from the seed.

use fastrand::Rng;

/// Every how manieth account has two collaterals.
pub(crate) const TWO_COLLATERALS_EVERY: usize = 3;
/// Value of an account's collateral, dollars: spread evenly by its logarithm.
pub(crate) const SIZES: (f64, f64) = (4_000.0, 150_000.0);
/// Part of the second collateral, in an account that has two.
pub(crate) const SECOND_PART: (f64, f64) = (0.2, 0.6);

/// An account before it is opened.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Plan {
    /// Debt over what may be borrowed.
    pub(crate) leverage: f64,
    /// Value of its collateral, dollars.
    pub(crate) size: f64,
    /// Part of that in the second collateral, 0 if it has none.
    pub(crate) second_part: f64,
}

/// `count` accounts of a seed, with debts of this part of what they may borrow, from the most careful to the boldest. Each has a
/// stretch of the range of its own, so that all of it is covered whatever the seed.
pub(crate) fn plan(seed: u64, count: usize, leverage: (f64, f64)) -> Vec<Plan> {
    let mut random = Rng::with_seed(seed);
    let mut plans: Vec<Plan> = (0..count)
        .map(|index| {
            let place = (index as f64 + random.f64()) / count as f64;
            let (least, most) = (SIZES.0.ln(), SIZES.1.ln());
            let second_part = between(SECOND_PART, random.f64());
            Plan {
                leverage: between(leverage, place),
                size: between((least, most), random.f64()).exp(),
                second_part: match index % TWO_COLLATERALS_EVERY {
                    2 => second_part,
                    _ => 0.0,
                },
            }
        })
        .collect();
    // Which account is bold says nothing about its number.
    random.shuffle(&mut plans);
    plans
}

fn between((from, to): (f64, f64), place: f64) -> f64 {
    from + (to - from) * place
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNTS: usize = 60;
    const LEVERAGE: (f64, f64) = (0.40, 0.99);

    fn plan(seed: u64) -> Vec<Plan> {
        super::plan(seed, ACCOUNTS, LEVERAGE)
    }

    #[test]
    fn every_seed_covers_the_whole_range_of_leverage_evenly() {
        for seed in 0..50 {
            let mut leverages: Vec<f64> = plan(seed).iter().map(|plan| plan.leverage).collect();
            leverages.sort_by(f64::total_cmp);
            assert_eq!(leverages.len(), ACCOUNTS);
            for (index, leverage) in leverages.iter().enumerate() {
                let stretch = |end: usize| between(LEVERAGE, end as f64 / ACCOUNTS as f64);
                assert!((stretch(index)..=stretch(index + 1)).contains(leverage));
            }
        }
    }

    #[test]
    fn a_third_of_the_accounts_has_two_collaterals() {
        let two = plan(7).iter().filter(|plan| plan.second_part > 0.0).count();
        assert_eq!(two, ACCOUNTS / TWO_COLLATERALS_EVERY);
    }

    #[test]
    fn sizes_stay_within_their_bounds() {
        let plans = plan(3);
        assert!(plans
            .iter()
            .all(|plan| (SIZES.0..=SIZES.1).contains(&plan.size)));
    }

    #[test]
    fn the_seed_alone_decides() {
        assert_eq!(plan(1), plan(1));
        assert_ne!(plan(1), plan(2));
    }
}
