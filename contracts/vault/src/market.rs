//! The pool's books: cash, loans, claims, and interest on them. Pure: words in, words out.

#[cfg(test)]
mod tests;

use alloy_primitives::U256;
use breakwater_fixed_point::{div_down, mul, mul_div_down, WAD};
use breakwater_risk::{compact, interest, shares};

use crate::errors::{amount_too_large, math_overflow, Fallible};

/// Shares that exist on paper besides those minted, so that the first depositor can't inflate the share price; also the
/// factor between base units of the asset and of a share (6 decimals).
pub(crate) const VIRTUAL_SHARES: u64 = 1_000_000;

/// Time over which lenders get what is recovered of a written-off loss: longer than any flash deposit.
pub(crate) const VESTING_PERIOD: u64 = 6 * 3600;

/// Debt of all accounts at which interest stops: 2^109, above any that is lent. A claim on it still fits its place in the books, so that
/// no length of time puts an account beyond liquidation.
const MAX_BORROW: U256 = U256::from_limbs([0, 1 << 45, 0, 0]);

/// Fractions of a base unit in which interest is kept between accruals: 2^32.
const FRACTIONS: U256 = U256::from_limbs([1 << 32, 0, 0, 0]);

/// Fractions of a base unit in which the reserve is kept between accruals: 2^16.
const RESERVE_FRACTIONS: U256 = U256::from_limbs([1 << 16, 0, 0, 0]);

/// Greatest interest reserve between two mintings: 96 bits.
const MAX_RESERVE: U256 = U256::from_limbs([u64::MAX, 0xffff_ffff, 0, 0]);

/// The pool's books, unpacked. Amounts in base units of the loan asset unless said otherwise.
#[derive(Clone, Copy)]
pub(crate) struct Market {
    /// Loan asset that came in and has not gone out, counted: donations are not in it.
    pub cash: U256,
    /// Vault shares in existence.
    pub total_shares: U256,
    /// What accounts owe, interest included (claims not).
    pub borrow_assets: U256,
    /// Borrow shares of all accounts.
    pub borrow_shares: U256,
    /// Claims, at what lenders' assets count them.
    pub carrying: U256,
    /// Carrying that was paid since interest was counted last, see [`Liquidity`].
    pub settled: u32,
    /// The part of it that the fund paid in shares, rounded up likewise: it is neither carrying nor cash.
    pub absorbed: u32,
    /// Recovered losses that vest until `vest_end`: all of it at [`VESTING_PERIOD`] before, nothing at `vest_end`.
    pub unvested: U256,
    /// End of the vesting, a timestamp.
    pub vest_end: u64,
    /// Interest that belongs to the insurance fund and has not been minted to it.
    pub reserve: U256,
    /// Reserve short of a whole base unit, in 2^-16 units.
    pub reserve_fraction: u16,
    /// Interest short of a whole base unit, in 2^-32 units.
    pub fraction: u32,
    /// Timestamp up to which interest is counted.
    pub last_accrual: u64,
    /// Rate at target utilisation, WAD a second: the rate model's memory.
    pub rate_at_target: u64,
}

/// What an accrual added.
pub(crate) struct Accrual {
    /// Interest, in assets.
    pub interest: U256,
    /// The fund's part of it.
    pub reserve: U256,
    /// Average borrow rate of the time passed, WAD a second.
    pub rate: U256,
}

/// Two 128-bit figures in a word.
#[inline(never)]
pub(crate) fn pack_halves(high: U256, low: U256) -> Fallible<U256> {
    let [high_0, high_1, high_2, high_3] = high.into_limbs();
    let [low_0, low_1, low_2, low_3] = low.into_limbs();
    if high_2 | high_3 != 0 {
        return Err(amount_too_large(high));
    }
    if low_2 | low_3 != 0 {
        return Err(amount_too_large(low));
    }
    Ok(U256::from_limbs([low_0, low_1, high_0, high_1]))
}

/// The two 128-bit figures of a word, (high, low).
#[inline(never)]
pub(crate) fn unpack_halves(word: U256) -> (U256, U256) {
    let [low_0, low_1, high_0, high_1] = word.into_limbs();
    (
        U256::from_limbs([high_0, high_1, 0, 0]),
        U256::from_limbs([low_0, low_1, 0, 0]),
    )
}

/// Cash and claims: the word that each payment on a claim changes. Amounts in base units of the loan asset.
#[derive(Clone, Copy)]
pub(crate) struct Liquidity {
    /// See [`Market::cash`].
    pub cash: U256,
    /// See [`Market::carrying`].
    pub carrying: U256,
    /// Carrying that payments have turned into cash since interest was counted last, rounded up, as
    /// [`breakwater_risk::compact`] writes bounds. Settlement counts no interest (that would cost two words more to read and to write), and a
    /// payment must not lower the rate of the time before it (V5): it does not, as this still counts as lent.
    pub settled: u32,
}

impl Liquidity {
    /// The lock, in the second limb: whether a call into the vault is under way. It is here since every call that moves money writes this word.
    const LOCK: u64 = 1 << 63;

    /// Whether the word says that a call into the vault is under way.
    pub(crate) fn is_locked(word: U256) -> bool {
        let [_, second, ..] = word.into_limbs();
        second & Self::LOCK != 0
    }

    /// The word with the lock set or not.
    pub(crate) fn with_lock(word: U256, locked: bool) -> U256 {
        let [first, second, third, last] = word.into_limbs();
        let lock = if locked { Self::LOCK } else { 0 };
        U256::from_limbs([first, (second & !Self::LOCK) | lock, third, last])
    }

    /// From the word. Low half: cash (120 bits), the shift of settled (7), the lock. High half: carrying (112), the mantissa of settled (16).
    #[inline(never)]
    pub(crate) fn unpack(word: U256) -> Self {
        let [cash_0, cash_1, carrying_0, carrying_1] = word.into_limbs();
        Self {
            cash: U256::from_limbs([cash_0, cash_1 & CASH_HIGH, 0, 0]),
            carrying: U256::from_limbs([carrying_0, carrying_1 & CARRYING_HIGH, 0, 0]),
            settled: ((carrying_1 >> 48) << 8 | (cash_1 >> 56) & 0x7f) as u32,
        }
    }

    /// The word, without lock.
    ///
    /// # Errors
    ///
    /// `AmountTooLarge` beyond 120 and 112 bits.
    #[inline(never)]
    pub(crate) fn pack(&self) -> Fallible<U256> {
        let [cash_0, cash_1, cash_rest @ ..] = self.cash.into_limbs();
        let [carrying_0, carrying_1, carrying_rest @ ..] = self.carrying.into_limbs();
        if cash_1 > CASH_HIGH || cash_rest != [0, 0] {
            return Err(amount_too_large(self.cash));
        }
        if carrying_1 > CARRYING_HIGH || carrying_rest != [0, 0] {
            return Err(amount_too_large(self.carrying));
        }
        let settled = u64::from(self.settled);
        Ok(U256::from_limbs([
            cash_0,
            cash_1 | (settled & 0x7f) << 56,
            carrying_0,
            carrying_1 | (settled >> 8) << 48,
        ]))
    }

    /// Turns carrying into cash, without interest up to now: of the time since it was counted last, the rate stays.
    pub(crate) fn collect(&mut self, amount: U256) {
        self.carrying = self.carrying.saturating_sub(amount);
        self.cash = self.cash.saturating_add(amount);
        self.settled = bound_plus(self.settled, amount);
    }
}

/// A bound like [`Liquidity::settled`], with `amount` more.
#[inline(never)]
fn bound_plus(bound: u32, amount: U256) -> u32 {
    let [low, high] = halves(settled_amount(bound));
    let sum = U256::from_limbs([low, high, 0, 0]).saturating_add(amount);
    // Amounts of 112 bits have a bound.
    compact::compact_bound_up(sum).unwrap_or(MAX_SETTLED)
}

/// The part above 64 bits of the greatest cash, and of the greatest carrying: 120 and 112 bits, far above the cap on total assets.
const CASH_HIGH: u64 = (1 << 56) - 1;
const CARRYING_HIGH: u64 = (1 << 48) - 1;
/// The same of the greatest unvested recovery: 104 bits.
const UNVESTED_HIGH: u64 = (1 << 40) - 1;
/// The greatest [`Liquidity::settled`]: above all carrying.
const MAX_SETTLED: u32 = 0xffff << 8 | 0x61;

/// The amount of [`Liquidity::settled`].
fn settled_amount(settled: u32) -> u128 {
    u128::from(settled >> 8).wrapping_shl(settled & 0x7f)
}

/// The low half of a word.
fn low_half(word: U256) -> u128 {
    let [low, high, ..] = word.into_limbs();
    u128::from(low) | u128::from(high) << 64
}

/// Times and the rate have 36 bits each: until the year 4147, and far above the greatest rate.
const MASK_36: u128 = (1 << 36) - 1;

/// The pool's clock word.
struct Clock(U256);

impl Clock {
    fn low(&self) -> u128 {
        low_half(self.0)
    }
}

const fn halves(value: u128) -> [u64; 2] {
    [value as u64, (value >> 64) as u64]
}

impl Market {
    /// Reads the books from their four words: liquidity, loans, shares, clock.
    #[inline(never)]
    pub(crate) fn unpack(liquidity: U256, loans: U256, shares: U256, clock: U256) -> Self {
        let Liquidity {
            cash,
            carrying,
            settled,
        } = Liquidity::unpack(liquidity);
        let (borrow_shares, borrow_assets) = unpack_halves(loans);
        let (unvested, total_shares) = unpack_halves(shares);
        let [unvested_0, unvested_1, ..] = unvested.into_limbs();
        let [_, _, reserve, high] = clock.into_limbs();
        let times = Clock(clock).low();
        Self {
            cash,
            total_shares,
            borrow_assets,
            borrow_shares,
            carrying,
            settled,
            absorbed: (unvested_1 >> 40) as u32,
            unvested: U256::from_limbs([unvested_0, unvested_1 & UNVESTED_HIGH, 0, 0]),
            vest_end: ((times >> 72) & MASK_36) as u64,
            reserve: U256::from_limbs([reserve, high & 0xffff_ffff, 0, 0]),
            reserve_fraction: (times >> 112) as u16,
            fraction: (high >> 32) as u32,
            last_accrual: ((times >> 36) & MASK_36) as u64,
            rate_at_target: (times & MASK_36) as u64,
        }
    }

    /// The books as four words, liquidity without lock.
    #[inline(never)]
    pub(crate) fn pack(&self) -> Fallible<[U256; 4]> {
        let times = (u128::from(self.rate_at_target) & MASK_36)
            | ((u128::from(self.last_accrual) & MASK_36) << 36)
            | ((u128::from(self.vest_end) & MASK_36) << 72)
            | (u128::from(self.reserve_fraction) << 112);
        let [times_0, times_1] = halves(times);
        // At most 96 bits.
        let [reserve, high, ..] = self.reserve.into_limbs();
        let [unvested_0, unvested_1, ..] = self.unvested.into_limbs();
        if unvested_1 > UNVESTED_HIGH {
            return Err(amount_too_large(self.unvested));
        }
        let unvested_1 = unvested_1 | u64::from(self.absorbed) << 40;
        let unvested = U256::from_limbs([unvested_0, unvested_1, 0, 0]);
        Ok([
            self.liquidity().pack()?,
            pack_halves(self.borrow_shares, self.borrow_assets)?,
            pack_halves(unvested, self.total_shares)?,
            U256::from_limbs([
                times_0,
                times_1,
                reserve,
                high | (u64::from(self.fraction) << 32),
            ]),
        ])
    }

    /// What of recovered losses has not vested at `now`.
    #[inline(never)]
    pub(crate) fn unvested_at(&self, now: u64) -> U256 {
        let left = U256::from(self.vest_end.saturating_sub(now).min(VESTING_PERIOD));
        mul_div_down(self.unvested, left, U256::from(VESTING_PERIOD)).unwrap_or_default()
    }

    /// What lenders own: `cash + borrow_assets + carrying − unvested − reserve`.
    #[inline(never)]
    pub(crate) fn total_assets(&self, now: u64) -> U256 {
        self.cash
            .saturating_add(self.borrow_assets)
            .saturating_add(self.carrying)
            .saturating_sub(self.unvested_at(now))
            .saturating_sub(self.reserve)
    }

    /// Takes off carrying what the fund paid in shares, without interest up to now, as [`Liquidity::collect`] does what comes in cash.
    pub(crate) fn absorb(&mut self, amount: U256) {
        self.carrying = self.carrying.saturating_sub(amount);
        self.settled = bound_plus(self.settled, amount);
        self.absorbed = bound_plus(self.absorbed, amount);
    }

    /// Cash and claims.
    pub(crate) fn liquidity(&self) -> Liquidity {
        Liquidity {
            cash: self.cash,
            carrying: self.carrying,
            settled: self.settled,
        }
    }

    /// Loans and claims over all that lenders have put in, WAD, as it was when interest was counted last: what has been paid on claims
    /// since then counts as a claim.
    #[inline(never)]
    pub(crate) fn utilisation(&self) -> U256 {
        // Each at most 120 bits.
        let used = low_half(self.borrow_assets).saturating_add(low_half(self.carrying));
        let total = used
            .saturating_add(low_half(self.cash))
            .saturating_add(settled_amount(self.absorbed));
        let used = used.saturating_add(settled_amount(self.settled)).min(total);
        let [used, total] = [used, total].map(|amount| {
            let [low, high] = halves(amount);
            U256::from_limbs([low, high, 0, 0])
        });
        interest::utilisation(used, total)
    }

    /// Brings interest up to `now`. Total: where a figure would leave its range, nothing is added.
    ///
    /// Interest and the fund's part of it are added in whole base units; the rest is kept for the next time. So however often
    /// somebody calls, a pool of an asset with few decimals goes on earning, and its fund too (incident 49).
    #[inline(never)]
    pub(crate) fn accrue(&mut self, now: u64, reserve_factor: U256) -> Accrual {
        let elapsed = now.saturating_sub(self.last_accrual);
        let (rate, rate_at_target) =
            interest::borrow_rate(self.utilisation(), elapsed, self.rate_at_target);
        let rate = U256::from(rate);
        self.settled = 0;
        self.absorbed = 0;
        if elapsed == 0 {
            return Accrual {
                interest: U256::ZERO,
                reserve: U256::ZERO,
                rate,
            };
        }
        self.rate_at_target = rate_at_target;
        self.last_accrual = now;
        let factor = mul(
            interest::compound_factor_minus_one(rate, elapsed),
            FRACTIONS,
        );
        let cap = MAX_BORROW.saturating_sub(self.borrow_assets);
        let fractions = mul_div_down(self.borrow_assets, factor.unwrap_or(U256::MAX), WAD)
            .unwrap_or(U256::MAX)
            .saturating_add(U256::from(self.fraction));
        let [low, ..] = fractions.into_limbs();
        self.fraction = low as u32;
        let interest = div_down(fractions, FRACTIONS).unwrap_or(cap).min(cap);
        let share = mul(interest, RESERVE_FRACTIONS).unwrap_or_default();
        let fractions = mul_div_down(share, reserve_factor, WAD)
            .unwrap_or_default()
            .saturating_add(U256::from(self.reserve_fraction));
        let [low, ..] = fractions.into_limbs();
        self.reserve_fraction = low as u16;
        let reserve = div_down(fractions, RESERVE_FRACTIONS).unwrap_or_default();
        self.borrow_assets = self.borrow_assets.saturating_add(interest);
        self.reserve = self.reserve.saturating_add(reserve).min(MAX_RESERVE);
        Accrual {
            interest,
            reserve,
            rate,
        }
    }

    /// Vault shares for `assets`, rounded down.
    #[inline(never)]
    pub(crate) fn shares_down(&self, assets: U256, now: u64) -> Fallible<U256> {
        let virtual_shares = U256::from(VIRTUAL_SHARES);
        shares::to_shares_down(
            assets,
            self.total_assets(now),
            self.total_shares,
            virtual_shares,
        )
        .ok_or_else(math_overflow)
    }

    /// Vault shares for `assets`, rounded up.
    #[inline(never)]
    pub(crate) fn shares_up(&self, assets: U256, now: u64) -> Fallible<U256> {
        let virtual_shares = U256::from(VIRTUAL_SHARES);
        shares::to_shares_up(
            assets,
            self.total_assets(now),
            self.total_shares,
            virtual_shares,
        )
        .ok_or_else(math_overflow)
    }

    /// Assets for vault `shares`, rounded down.
    #[inline(never)]
    pub(crate) fn assets_down(&self, shares: U256, now: u64) -> Fallible<U256> {
        let virtual_shares = U256::from(VIRTUAL_SHARES);
        shares::to_assets_down(
            shares,
            self.total_assets(now),
            self.total_shares,
            virtual_shares,
        )
        .ok_or_else(math_overflow)
    }

    /// Assets for vault `shares`, rounded up.
    #[inline(never)]
    pub(crate) fn assets_up(&self, shares: U256, now: u64) -> Fallible<U256> {
        let virtual_shares = U256::from(VIRTUAL_SHARES);
        shares::to_assets_up(
            shares,
            self.total_assets(now),
            self.total_shares,
            virtual_shares,
        )
        .ok_or_else(math_overflow)
    }

    /// Debt of `borrow_shares`, rounded up.
    #[inline(never)]
    pub(crate) fn debt_up(&self, borrow_shares: U256) -> Fallible<U256> {
        let virtual_shares = U256::from(VIRTUAL_SHARES);
        shares::to_assets_up(
            borrow_shares,
            self.borrow_assets,
            self.borrow_shares,
            virtual_shares,
        )
        .ok_or_else(math_overflow)
    }

    /// Adds `assets` of debt; returns the borrow shares, rounded up.
    #[inline(never)]
    pub(crate) fn add_debt(&mut self, assets: U256) -> Fallible<U256> {
        let virtual_shares = U256::from(VIRTUAL_SHARES);
        let added = shares::to_shares_up(
            assets,
            self.borrow_assets,
            self.borrow_shares,
            virtual_shares,
        )
        .ok_or_else(math_overflow)?;
        self.borrow_assets = self.borrow_assets.saturating_add(assets);
        self.borrow_shares = self.borrow_shares.saturating_add(added);
        Ok(added)
    }

    /// Takes `assets` off a debt of `debt` that stands at `borrow_shares`; returns the borrow shares burnt, rounded down:
    /// all of them if it was the whole debt.
    #[inline(never)]
    pub(crate) fn remove_debt(
        &mut self,
        assets: U256,
        debt: U256,
        borrow_shares: U256,
    ) -> Fallible<U256> {
        let burnt = if assets >= debt {
            borrow_shares
        } else {
            let virtual_shares = U256::from(VIRTUAL_SHARES);
            shares::to_shares_down(
                assets,
                self.borrow_assets,
                self.borrow_shares,
                virtual_shares,
            )
            .ok_or_else(math_overflow)?
            .min(borrow_shares)
        };
        // Debts are rounded up one by one, so the last of them may be a unit above the total.
        self.borrow_assets = self.borrow_assets.saturating_sub(assets);
        self.borrow_shares = self.borrow_shares.saturating_sub(burnt);
        Ok(burnt)
    }
}
