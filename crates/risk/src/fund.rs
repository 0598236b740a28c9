//! What the insurance fund is worth, to those who come and to those who leave, and what it owes.
//!
//! The fund holds vault shares, collateral that it absorbed (its inventory), and a right to what open claims still bring it. It has two
//! values: shares are issued at the high one and redeemed at the low one, so nobody buys into a gain that is known and not there yet,
//! and nobody leaves with one. Both count in loan asset what is beside the vault shares:
//!
//! * high: the inventory at mid prices, less arrears, and all that is pending at face;
//! * low: the inventory at low prices less the backstop discount (what a sale brings at least), less arrears; nothing pending.

use alloy_primitives::U256;

/// What the fund has beside its vault shares, in loan asset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Inventory at mid prices.
    pub mid: U256,
    /// Inventory at low prices, less the backstop discount.
    pub low: U256,
    /// What may still come: recoveries of losses that the fund bore, penalties of open claims; and what has come and is not yet minted, interest
    /// reserve likewise.
    pub pending: U256,
    /// What sales of inventory owe the lenders.
    pub arrears: U256,
}

impl Beside {
    /// Most that it can turn out to be worth: for those who come. No recovery raises this: `pending` falls by it, and what of it pays arrears
    /// does not come to the fund.
    #[must_use]
    pub fn high(&self) -> U256 {
        self.mid
            .saturating_sub(self.arrears)
            .saturating_add(self.pending)
    }

    /// Least that it is worth now: for those who leave.
    #[must_use]
    pub fn low(&self) -> U256 {
        self.low.saturating_sub(self.arrears)
    }
}

/// What the fund owes lenders of losses that its vault shares did not cover while it had inventory, in loan asset.
///
/// A claim counts what was added here as paid by the fund, so what is recovered of it goes to the fund first, and from there to the
/// lenders as long as they are owed something. So lenders never get more than they lost, nor the fund more than it paid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrears {
    /// Paid by sales of inventory, and by recoveries.
    pub due: U256,
    /// No inventory is left to pay it: paid by recoveries only.
    pub beyond: U256,
}

impl Arrears {
    /// A loss of which `shared` was not covered, while the inventory is worth `inventory`. Returns what of it is owed now.
    pub fn add(&mut self, shared: U256, inventory: U256) -> U256 {
        let added = shared.min(inventory.saturating_sub(self.due));
        self.due = self.due.saturating_add(added);
        added
    }

    /// Limits what sales owe to what the inventory is worth, nothing once it is gone; and what only recoveries can pay to what open claims
    /// may still bring the fund, `recoverable`.
    pub fn limit(&mut self, inventory: U256, recoverable: U256) {
        let excess = self.due.saturating_sub(inventory);
        self.due = self.due.saturating_sub(excess);
        self.beyond = self.beyond.saturating_add(excess).min(recoverable);
    }

    /// A sale that brought `payment`. Returns what of it is the lenders'.
    pub fn pay_from_sale(&mut self, payment: U256) -> U256 {
        let paid = payment.min(self.due);
        self.due = self.due.saturating_sub(paid);
        paid
    }

    /// A recovery of `amount` for the fund. Returns what of it is the lenders'.
    pub fn pay_from_recovery(&mut self, amount: U256) -> U256 {
        // First what nothing else can pay: it would be lost to the lenders if the recoverable ran out on what sales pay too.
        let first = amount.min(self.beyond);
        self.beyond = self.beyond.saturating_sub(first);
        let second = self.pay_from_sale(amount.saturating_sub(first));
        first.saturating_add(second)
    }

    /// A claim ended, and `unrecovered` of what counts as paid by the fund never came back: no recovery can pay that much any more.
    pub fn abandon(&mut self, unrecovered: U256) {
        self.beyond = self.beyond.saturating_sub(unrecovered);
    }

    /// Whether nothing is owed.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.due.is_zero() && self.beyond.is_zero()
    }
}

/// Longest that prices which are not good make those wait who may leave, seconds: 3 days.
pub const LONGEST_WAIT: u64 = 3 * 24 * 3600;

/// For how long, in all, those who may leave had to wait because a collateral in use had no good price.
///
/// Known from samples, which anybody may take: between two of them the state is that of the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WaitClock {
    /// Seconds of waits that are over.
    pub total: u64,
    /// When the present one began, seconds since 1970; 0: there is none.
    pub since: u64,
}

impl WaitClock {
    /// A sample at `now`. Returns whether something changed.
    pub fn sample(&mut self, waits: bool, now: u64) -> bool {
        let before = *self;
        if !waits {
            self.total = self.at(now);
            self.since = 0;
        } else if self.since == 0 {
            self.since = now;
        }
        *self != before
    }

    /// Seconds waited until `now`.
    #[must_use]
    pub fn at(&self, now: u64) -> u64 {
        let present = if self.since == 0 {
            0
        } else {
            now.saturating_sub(self.since)
        };
        self.total.saturating_add(present)
    }
}

/// Whether who may leave from `claimable_from` on has to wait at `now`, if prices are not good: for [`LONGEST_WAIT`] at most, whatever
/// prices do. So nobody who makes them flicker keeps anybody in.
#[must_use]
pub fn has_to_wait(claimable_from: u64, now: u64) -> bool {
    now < claimable_from.saturating_add(LONGEST_WAIT)
}

/// Last moment at which a request may be claimed: its window, longer by what was waited since the request, `waited` seconds, by
/// [`LONGEST_WAIT`] at most.
#[must_use]
pub fn claimable_until(claimable_from: u64, window: u64, waited: u64) -> u64 {
    claimable_from
        .saturating_add(window)
        .saturating_add(waited.min(LONGEST_WAIT))
}
