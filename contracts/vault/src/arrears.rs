//! What settlement books of the fund: what claims may still bring it, what it spent on lots, what it owes lenders. Losses that its shares do
//! not cover are for the program that values its collateral.

use alloy_primitives::{B256, U256};
use breakwater_interfaces::{
    outbound::{word_at, Calldata},
    vault::{IVault, IVaultPrograms},
};
use breakwater_risk::{absorb::is_within_half, fund::Arrears};

use crate::{
    errors::{self, Fallible},
    math,
    state::VaultState,
};

impl VaultState {
    // ----- what the fund has spent on lots -----

    /// Counts `shares` that the fund spent on a lot, of which it has `left` now; `was_empty` if it had no collateral before.
    ///
    /// # Errors
    ///
    /// `HalfExceeded`.
    pub(crate) fn count_absorbed(
        &mut self,
        was_empty: bool,
        shares: U256,
        left: U256,
    ) -> Fallible<()> {
        // With the last of its lots gone, whatever they brought, nothing is spent.
        let before = if was_empty {
            U256::ZERO
        } else {
            self.absorbed_shares()
        };
        let spent = math::add(before, shares)?;
        if !is_within_half(spent, left) {
            return Err(errors::half_exceeded(spent, left));
        }
        self.set_absorbed_shares(spent)
    }

    // ----- arrears -----

    /// Before the fund takes a lot, with the vault locked.
    ///
    /// # Errors
    ///
    /// `ArrearsOpen`.
    pub(crate) fn check_arrears(&mut self) -> Fallible<()> {
        if !self.arrears_due().is_zero() {
            let calldata = Calldata::new::<IVaultPrograms::requireNoArrearsCall>(0);
            self.delegate(self.inventory_program(), calldata.as_slice())?;
        }
        Ok(())
    }

    /// What the fund owes of a loss of which `shared` was not covered; the vault is locked. Only a fund with collateral owes anything.
    pub(crate) fn arrears_of_loss(&mut self, account: B256, shared: U256) -> Fallible<U256> {
        let fund = self.fund_account()?;
        if shared.is_zero() || self.head(fund).bitmap == 0 {
            return Ok(U256::ZERO);
        }
        let calldata = Calldata::new::<IVaultPrograms::addArrearsCall>(2)
            .word(account)
            .number(shared);
        let answer = self.delegate(self.inventory_program(), calldata.as_slice())?;
        word_at(&answer, 0).ok_or_else(errors::math_overflow)
    }

    /// What of a recovery for the fund is the lenders', because the fund owes it to them. The caller lets it vest.
    pub(crate) fn arrears_of_recovery(&mut self, recovered: U256) -> Fallible<U256> {
        if recovered.is_zero() {
            return Ok(U256::ZERO);
        }
        let mut arrears = self.arrears();
        let paid = arrears.pay_from_recovery(recovered);
        self.book_arrears(&arrears, paid)?;
        Ok(paid)
    }

    /// A claim ended, and `unrecovered` of what the fund paid on it never came back.
    pub(crate) fn abandon_recovery(&mut self, unrecovered: U256) -> Fallible<()> {
        if unrecovered.is_zero() {
            return Ok(());
        }
        let mut arrears = self.arrears();
        let before = arrears;
        arrears.abandon(unrecovered);
        if arrears != before {
            self.set_arrears(&arrears)?;
        }
        Ok(())
    }

    /// Writes what is left of arrears of which `paid` were paid.
    pub(crate) fn book_arrears(&mut self, arrears: &Arrears, paid: U256) -> Fallible<()> {
        if !paid.is_zero() {
            self.set_arrears(arrears)?;
            self.emit(&IVault::ArrearsPaid {
                assets: paid,
                due: arrears.due,
            });
        }
        Ok(())
    }
}
