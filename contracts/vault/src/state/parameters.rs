//! The parameters of the vault as a whole.

use alloy_primitives::U256;

use super::{
    ratio::{expand, shorten, LOW_32},
    slot, VaultState,
};
use crate::{
    errors::Fallible,
    market::{pack_halves, unpack_halves},
    safety::Verb,
};

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
    /// Ends of the pauses of the first four verbs, hours since 1970.
    pub paused: [u64; 4],
}

/// Hours since 1970 in 21 bits: until the year 2209.
const HOURS: u64 = (1 << 21) - 1;

impl Risk {
    /// As a word.
    pub(crate) fn pack(&self) -> U256 {
        let [deposit, withdraw, collateral, borrow] = self.paused;
        U256::from_limbs([
            shorten(self.target_health) | (shorten(self.backstop_discount) << 32),
            shorten(self.reserve_factor) | ((self.cap_period & LOW_32) << 32),
            (self.cool_off & LOW_32) | ((deposit & HOURS) << 32),
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
            cool_off: third & LOW_32,
            paused: [
                third >> 32,
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

    /// Changes the vault's parameters.
    pub(crate) fn set_risk(&mut self, risk: &Risk) {
        self.set_word(slot::RISK, risk.pack());
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

    /// Least debt of an account, least debt worth an auction.
    #[inline(never)]
    pub(crate) fn minimums(&self) -> (U256, U256) {
        let (min_lot, min_debt) = unpack_halves(self.word(slot::MINIMUMS));
        (min_debt, min_lot)
    }

    /// Changes the minimums.
    pub(crate) fn set_minimums(&mut self, min_debt: U256, min_lot: U256) -> Fallible<()> {
        self.set_word(slot::MINIMUMS, pack_halves(min_lot, min_debt)?);
        Ok(())
    }

    /// The keeper's tip (loan asset) and chip (WAD).
    pub(crate) fn reward(&self) -> (U256, U256) {
        let (chip, tip) = unpack_halves(self.word(slot::REWARD));
        (tip, chip)
    }

    /// Changes the keeper's reward.
    pub(crate) fn set_reward(&mut self, tip: U256, chip: U256) -> Fallible<()> {
        self.set_word(slot::REWARD, pack_halves(chip, tip)?);
        Ok(())
    }

    /// Cap on total assets, cap on all debt for sale.
    #[inline(never)]
    pub(crate) fn caps(&self) -> (U256, U256) {
        let (room_cap, supply_cap) = unpack_halves(self.word(slot::CAPS));
        (supply_cap, room_cap)
    }

    /// Changes the caps.
    #[inline(never)]
    pub(crate) fn set_caps(&mut self, supply_cap: U256, room_cap: U256) -> Fallible<()> {
        self.set_word(slot::CAPS, pack_halves(room_cap, supply_cap)?);
        Ok(())
    }
}
