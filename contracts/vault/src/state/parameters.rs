//! The parameters of the vault as a whole.

use alloy_primitives::U256;

use super::{
    ratio::{expand, shorten, LOW_32},
    slot, VaultState,
};
use crate::safety::Verb;

/// The parameters of the vault as a whole.
#[derive(Clone, Copy)]
pub(crate) struct Risk {
    /// Health that a liquidation aims at, WAD.
    pub target_health: U256,
    /// Discount to the low price at which the fund takes lots, WAD.
    pub backstop_discount: U256,
    /// The fund's part of interest, WAD.
    pub reserve_factor: U256,
    /// Seconds after which settled debt no longer counts against the caps.
    pub cap_period: u64,
    /// Seconds after a step that raises an account's risk within which it can't be liquidated unless insolvent.
    pub cool_off: u64,
    /// The keeper's reward as a part of the debt, WAD.
    pub chip: U256,
    /// Ends of the pauses of the first four verbs, hours since 1970.
    pub paused: [u64; 4],
}

/// Hours since 1970 in 21 bits: until the year 2209.
const HOURS: u64 = (1 << 21) - 1;
/// A cool-off has at most 300 seconds.
const COOL_OFF_BITS: u32 = 11;
const COOL_OFF: u64 = (1 << COOL_OFF_BITS) - 1;

/// Bits above the 64th of the least debt and of the least lot in the word that they share with the tip. With 24 decimals, more than
/// any asset has, they reach 309 and 154 tokens, and the tip 2.4.
const MIN_DEBT_HIGH_BITS: u32 = 24;
const MIN_LOT_HIGH_BITS: u32 = 23;
const TIP_HIGH_BITS: u32 = 17;

/// Greatest least debt of an account, loan asset: 88 bits.
pub(crate) const MAX_MIN_DEBT: U256 =
    U256::from_limbs([u64::MAX, low_bits(MIN_DEBT_HIGH_BITS), 0, 0]);
/// Greatest least debt worth an auction, loan asset: 87 bits.
pub(crate) const MAX_MIN_LOT: U256 =
    U256::from_limbs([u64::MAX, low_bits(MIN_LOT_HIGH_BITS), 0, 0]);
/// Greatest tip, loan asset: 81 bits.
pub(crate) const MAX_TIP: U256 = U256::from_limbs([u64::MAX, low_bits(TIP_HIGH_BITS), 0, 0]);

const fn low_bits(count: u32) -> u64 {
    !u64::MAX.wrapping_shl(count)
}

/// What settlement needs of [`Risk`]: a copy, above the address by which the core calls it, so that it reads one word less.
#[derive(Clone, Copy)]
pub(crate) struct SettlementTerms {
    /// Discount to the low price at which the fund takes lots, WAD.
    pub backstop_discount: U256,
    /// The fund's part of interest, WAD.
    pub reserve_factor: U256,
}

/// Amounts that bear on how much is liquidated at once, loan asset.
#[derive(Clone, Copy)]
pub(crate) struct Minimums {
    /// Least debt of an account.
    pub min_debt: U256,
    /// Least debt worth an auction.
    pub min_lot: U256,
    /// The keeper's reward for a lot, next to its part of the debt.
    pub tip: U256,
}

impl Risk {
    /// As a word.
    pub(crate) fn pack(&self) -> U256 {
        let [deposit, withdraw, collateral, borrow] = self.paused;
        U256::from_limbs([
            shorten(self.target_health) | (shorten(self.backstop_discount) << 32),
            shorten(self.reserve_factor) | ((self.cap_period & LOW_32) << 32),
            (self.cool_off & COOL_OFF)
                | ((deposit & HOURS) << COOL_OFF_BITS)
                | (shorten(self.chip) << 32),
            (withdraw & HOURS) | ((collateral & HOURS) << 21) | ((borrow & HOURS) << 42),
        ])
    }

    /// From a word.
    pub(crate) fn unpack(word: U256) -> Self {
        let [first, second, third, fourth] = word.into_limbs();
        Self {
            target_health: expand(first),
            backstop_discount: expand(first >> 32),
            reserve_factor: expand(second),
            cap_period: second >> 32,
            cool_off: third & COOL_OFF,
            chip: expand(third >> 32),
            paused: [
                (third >> COOL_OFF_BITS) & HOURS,
                fourth & HOURS,
                (fourth >> 21) & HOURS,
                (fourth >> 42) & HOURS,
            ],
        }
    }

    /// End of the pause of a verb, a timestamp.
    pub(crate) fn paused_until(&self, verb: Verb) -> u64 {
        let hours = self.paused.get(verb as usize).copied();
        hours.unwrap_or(0).wrapping_mul(3600)
    }

    /// Changes the end of the pause of a verb, a timestamp on the hour.
    pub(crate) fn set_pause(&mut self, verb: Verb, until: u64) {
        if let Some(hours) = self.paused.get_mut(verb as usize) {
            *hours = until.checked_div(3600).unwrap_or(0);
        }
    }
}

/// How volatility bears on margins.
#[derive(Clone, Copy)]
pub(crate) struct MarginRules {
    /// z of opening, WAD.
    pub opening_deviations: U256,
    /// h of opening and of predictive liquidation, seconds.
    pub opening_horizon: u64,
    /// z of the liquidation threshold, WAD.
    pub threshold_deviations: U256,
    /// h of the liquidation threshold, seconds.
    pub threshold_horizon: u64,
    /// z of predictive liquidation, WAD.
    pub soft_deviations: U256,
    /// Penalty of predictive liquidation, WAD.
    pub soft_penalty: U256,
    /// Greatest movement of a threshold in an hour, WAD.
    pub slew: U256,
    /// Least volatility of a token, WAD.
    pub volatility_min: U256,
}

impl VaultState {
    /// The vault's parameters.
    #[inline(never)]
    pub(crate) fn risk(&self) -> Risk {
        Risk::unpack(self.word(slot::RISK))
    }

    /// Changes the vault's parameters, and the copy of those that settlement needs.
    pub(crate) fn set_risk(&mut self, risk: &Risk) {
        self.set_word(slot::RISK, risk.pack());
        let ratios = shorten(risk.backstop_discount) | (shorten(risk.reserve_factor) << 32);
        self.set_above_address(slot::SETTLEMENT, U256::from_limbs([ratios, 0, 0, 0]));
        self.set_cap_period(risk.cap_period);
    }

    /// What settlement needs of the vault's parameters.
    #[inline(never)]
    pub(crate) fn settlement_terms(&self) -> SettlementTerms {
        let [ratios, ..] = self.above_address(slot::SETTLEMENT).into_limbs();
        SettlementTerms {
            backstop_discount: expand(ratios),
            reserve_factor: expand(ratios >> 32),
        }
    }

    /// How volatility bears on margins.
    #[inline(never)]
    pub(crate) fn margin_rules(&self) -> MarginRules {
        let [first, second, third, fourth] = self.word(slot::MARGIN_RULES).into_limbs();
        MarginRules {
            opening_deviations: expand(first),
            opening_horizon: first >> 32,
            threshold_deviations: expand(second),
            threshold_horizon: second >> 32,
            soft_deviations: expand(third),
            soft_penalty: expand(third >> 32),
            slew: expand(fourth),
            volatility_min: expand(fourth >> 32),
        }
    }

    /// Changes how volatility bears on margins.
    pub(crate) fn set_margin_rules(&mut self, rules: &MarginRules) {
        let word = U256::from_limbs([
            shorten(rules.opening_deviations) | (rules.opening_horizon << 32),
            shorten(rules.threshold_deviations) | (rules.threshold_horizon << 32),
            shorten(rules.soft_deviations) | (shorten(rules.soft_penalty) << 32),
            shorten(rules.slew) | (shorten(rules.volatility_min) << 32),
        ]);
        self.set_word(slot::MARGIN_RULES, word);
    }

    /// Amounts that bear on how much is liquidated at once.
    #[inline(never)]
    pub(crate) fn minimums(&self) -> Minimums {
        let [lot, debt, tip, high] = self.word(slot::MINIMUMS).into_limbs();
        let lot_high = high >> MIN_DEBT_HIGH_BITS;
        let tip_high = lot_high >> MIN_LOT_HIGH_BITS;
        Minimums {
            min_debt: U256::from_limbs([debt, high & low_bits(MIN_DEBT_HIGH_BITS), 0, 0]),
            min_lot: U256::from_limbs([lot, lot_high & low_bits(MIN_LOT_HIGH_BITS), 0, 0]),
            tip: U256::from_limbs([tip, tip_high, 0, 0]),
        }
    }

    /// Changes them. They are within [`MAX_MIN_DEBT`], [`MAX_MIN_LOT`] and [`MAX_TIP`], as their setters check.
    #[inline(never)]
    pub(crate) fn set_minimums(&mut self, minimums: &Minimums) {
        let [debt, debt_high, ..] = minimums.min_debt.into_limbs();
        let [lot, lot_high, ..] = minimums.min_lot.into_limbs();
        let [tip, tip_high, ..] = minimums.tip.into_limbs();
        let high = debt_high
            | (lot_high << MIN_DEBT_HIGH_BITS)
            | (tip_high << (MIN_DEBT_HIGH_BITS + MIN_LOT_HIGH_BITS));
        self.set_word(slot::MINIMUMS, U256::from_limbs([lot, debt, tip, high]));
    }

    /// Cap on total assets, as the owner set it; and what a steward has made of it, as `Tightening::pack` has it.
    pub(crate) fn supply_cap(&self) -> (U256, u32) {
        let [cap_0, cap_1, tightening, _] = self.word(slot::SUPPLY_CAP).into_limbs();
        (U256::from_limbs([cap_0, cap_1, 0, 0]), tightening as u32)
    }

    /// Changes them. The cap is of 128 bits, as its setter checks.
    pub(crate) fn set_supply_cap(&mut self, cap: U256, tightening: u32) {
        let [cap_0, cap_1, ..] = cap.into_limbs();
        let word = U256::from_limbs([cap_0, cap_1, u64::from(tightening), 0]);
        self.set_word(slot::SUPPLY_CAP, word);
    }

    /// Cap on all debt for sale.
    pub(crate) fn total_room_cap(&self) -> U256 {
        self.above_address(slot::LIQUIDATION)
    }

    /// Changes the cap on all debt for sale, at most 96 bits.
    pub(crate) fn set_total_room_cap(&mut self, cap: U256) {
        self.set_above_address(slot::LIQUIDATION, cap);
    }
}
