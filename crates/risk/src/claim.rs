//! The claim that an account's lots, and anybody who repays it, pay into.

use alloy_primitives::U256;

/// What is still due on an account's liquidated debt; amounts of the loan asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    /// Part that the lenders' assets count at face value.
    pub carrying: U256,
    /// Part recognised as a loss, and not recovered yet.
    pub written_off: U256,
    /// Penalty not paid yet; it goes to the fund.
    pub penalty: U256,
    /// Of the recognised loss, what the fund bore and has not got back; at most `written_off`.
    pub fund_paid: U256,
}

/// Where a payment went: `to_carrying + recovered + penalty + excess` is the payment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Payment {
    /// Paid toward carrying: cash for the lenders' assets, no gain.
    pub to_carrying: U256,
    /// Recovered of the written-off part, the fund's part included.
    pub recovered: U256,
    /// Of `recovered`, what goes to the fund; the rest is the lenders' gain.
    pub recovered_to_fund: U256,
    /// Penalty paid, to the fund.
    pub penalty: U256,
    /// What the claim had no use for; it stays the payer's.
    pub excess: U256,
}

impl Payment {
    /// The lenders' part of what was recovered.
    #[must_use]
    pub fn recovered_to_lenders(&self) -> U256 {
        self.recovered.saturating_sub(self.recovered_to_fund)
    }

    /// What the fund gives away if it is the payer: all but what a payment brings to it.
    #[must_use]
    pub fn beyond_fund(&self) -> U256 {
        self.to_carrying
            .saturating_add(self.recovered_to_lenders())
            .saturating_add(self.excess)
    }
}

impl Claim {
    /// All that is still due, penalty included; saturates.
    #[must_use]
    pub fn outstanding(&self) -> U256 {
        self.carrying
            .saturating_add(self.written_off)
            .saturating_add(self.penalty)
    }

    /// What payments may still bring the fund: recoveries of what it bore, and the penalty; saturates.
    #[must_use]
    pub fn due_to_fund(&self) -> U256 {
        self.fund_paid.saturating_add(self.penalty)
    }

    /// Applies a payment: to carrying, then to the written-off part (of it first to the fund, as far as the fund paid), then
    /// to the penalty. Nothing is paid twice: each part falls by what it took, so payments can be split, merged or come in any order
    /// (proof: `docs/liquidation.md` of this crate, 3).
    pub fn settle(&mut self, payment: U256) -> Payment {
        let mut rest = payment;
        let to_carrying = pay(&mut rest, &mut self.carrying);
        let recovered = pay(&mut rest, &mut self.written_off);
        let mut gain = recovered;
        let recovered_to_fund = pay(&mut gain, &mut self.fund_paid);
        let penalty = pay(&mut rest, &mut self.penalty);
        Payment {
            to_carrying,
            recovered,
            recovered_to_fund,
            penalty,
            excess: rest,
        }
    }
}

/// Moves as much as possible of `available` to `due`; returns how much.
fn pay(available: &mut U256, due: &mut U256) -> U256 {
    let paid = (*available).min(*due);
    // paid is at most each.
    *available = available.wrapping_sub(paid);
    *due = due.wrapping_sub(paid);
    paid
}
