//! The borrower's side: collateral in and out, borrow, repay. Each verb is one action; `execute` runs several, and the account
//! is judged once, at the end.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use breakwater_interfaces::{
    outbound::Calldata,
    vault::{IVault, IVaultPrograms},
};
use stylus_sdk::prelude::*;

use crate::{
    arguments::Arguments,
    errors::{self, Fallible},
    market::Market,
    safety::Verb,
    state::{Head, VaultState, MAX_ACCOUNT_TOKENS},
};

/// What an action does. The numbers are those of the encoding.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Kind {
    Deposit = 0,
    Withdraw = 1,
    Borrow = 2,
    Repay = 3,
}

/// One step: a verb and its arguments. Those that the verb does not have are ignored.
pub(crate) struct Action {
    kind: Kind,
    token: Address,
    amount: U256,
    receiver: Address,
}

/// Bytes of an encoded action: four words, as `abi.encode(uint8 kind, address token, uint256 amount, address receiver)`
/// writes them.
const ACTION_BYTES: usize = 128;

impl Action {
    /// Collateral in, from the caller.
    pub(crate) fn deposit(token: Address, amount: U256) -> Self {
        Self {
            kind: Kind::Deposit,
            token,
            amount,
            receiver: Address::ZERO,
        }
    }

    /// Collateral out.
    pub(crate) fn withdraw(token: Address, amount: U256, receiver: Address) -> Self {
        Self {
            kind: Kind::Withdraw,
            token,
            amount,
            receiver,
        }
    }

    /// A loan.
    pub(crate) fn borrow(amount: U256, receiver: Address) -> Self {
        Self {
            kind: Kind::Borrow,
            token: Address::ZERO,
            amount,
            receiver,
        }
    }

    /// A repayment, by the caller.
    pub(crate) fn repay(amount: U256) -> Self {
        Self {
            kind: Kind::Repay,
            token: Address::ZERO,
            amount,
            receiver: Address::ZERO,
        }
    }

    /// Reads actions written one behind the other.
    ///
    /// # Errors
    ///
    /// `InvalidActions` if the bytes are no whole number of actions, `UnknownAction`.
    pub(crate) fn decode(encoded: &[u8]) -> Fallible<Vec<Self>> {
        let mut actions = Vec::new();
        for bytes in encoded.chunks(ACTION_BYTES) {
            if bytes.len() != ACTION_BYTES {
                return Err(errors::invalid_actions(U256::from(encoded.len())));
            }
            let words = Arguments(bytes);
            let kind = words.number(0)?;
            let kind = match kind.saturating_to::<u8>() {
                0 => Kind::Deposit,
                1 => Kind::Withdraw,
                2 => Kind::Borrow,
                3 => Kind::Repay,
                _ => return Err(errors::unknown_action(kind)),
            };
            actions.push(Self {
                kind,
                token: words.address(1)?,
                amount: words.number(2)?,
                receiver: words.address(3)?,
            });
        }
        Ok(actions)
    }
}

/// Money to be moved once the books are written, in the order of the actions: what is booked of a token is then right at
/// each of its transfers.
struct Transfer {
    token: Address,
    amount: U256,
    /// The receiver; none if the caller pays.
    to: Option<Address>,
    /// What the vault must hold of the token after a payment.
    booked: U256,
}

impl VaultState {
    /// Runs actions on an account, and judges it once, after the last of them. Returns the last one's figure: borrow shares of a
    /// loan, what was paid of a repayment.
    ///
    /// # Errors
    ///
    /// Those of each action; `Paused`, `NotAuthorized`, `ClaimOpen`; `DebtBelowMinimum` and `OpeningMarginExceeded` for the outcome; token errors.
    pub(crate) fn perform(&mut self, account: B256, actions: &[Action]) -> Fallible<U256> {
        let adds_only = actions.iter().all(|action| action.kind == Kind::Deposit);
        let raises_risk = actions
            .iter()
            .any(|action| matches!(action.kind, Kind::Withdraw | Kind::Borrow));
        // Collateral alone needs no interest.
        let mut market = if adds_only {
            self.enter()?
        } else {
            self.enter_accrued()?
        };
        let mut head = self.head(account);
        let shares_before = head.borrow_shares;
        let debt_before = market.debt_up(shares_before)?;
        if raises_risk {
            self.require_account_right(account)?;
            self.require_no_claim(account)?;
        }
        let mut transfers = Vec::with_capacity(actions.len());
        let mut answer = U256::ZERO;
        let mut has_borrowed = false;
        for action in actions {
            let transfer = match action.kind {
                Kind::Deposit => self.add_collateral(account, &mut head, action)?,
                Kind::Withdraw => {
                    self.require_running(Verb::WithdrawCollateral)?;
                    self.remove_collateral(account, &mut head, action)?
                }
                Kind::Borrow => {
                    self.require_running(Verb::Borrow)?;
                    has_borrowed = true;
                    let (shares, transfer) = self.lend(&mut market, account, &mut head, action)?;
                    answer = shares;
                    transfer
                }
                Kind::Repay => {
                    let transfer = self.pay_back(&mut market, account, &mut head, action)?;
                    answer = transfer.amount;
                    transfer
                }
            };
            transfers.push(transfer);
        }
        if raises_risk && !head.borrow_shares.is_zero() {
            head.last_risk = self.now();
        }
        self.set_head(account, &head)?;
        if head.borrow_shares != shares_before {
            self.require_least_debt(&market, account, &head, debt_before, has_borrowed)?;
        }
        self.store(&market)?;
        if raises_risk && !head.borrow_shares.is_zero() {
            let calldata = Calldata::new::<IVaultPrograms::requireOpeningMarginCall>(1);
            self.delegate(self.views(), calldata.word(account).as_slice())?;
        }
        let payer = self.vm().msg_sender();
        for transfer in transfers {
            let Transfer {
                token,
                amount,
                to,
                booked,
            } = transfer;
            match to {
                Some(receiver) => self.push(token, receiver, amount)?,
                // Nothing is owed: no token is called for it.
                None if amount.is_zero() => {}
                None => self.pull(token, payer, amount, booked)?,
            }
        }
        self.leave();
        Ok(answer)
    }

    /// Puts collateral into an account, by anybody; only its owner or an operator may start a new kind of token, or
    /// strangers could fill the account's slots with dust. A new kind needs a good price: an account is not judged while one of
    /// its tokens has no price at all, and nobody may bring that about at will.
    ///
    /// # Errors
    ///
    /// `ZeroAmount`, `UnknownCollateral`, `TooManyCollaterals`, `CollateralCapExceeded`, `PriceNotOk`.
    fn add_collateral(
        &mut self,
        account: B256,
        head: &mut Head,
        action: &Action,
    ) -> Fallible<Transfer> {
        let Action { token, amount, .. } = *action;
        if amount.is_zero() {
            return Err(errors::zero_amount());
        }
        let mut amounts = self.collateral_amounts(token)?;
        let total = amounts.total.saturating_add(amount);
        let supply_cap = self.collateral_limits(token).supply_cap;
        if total > supply_cap {
            return Err(errors::collateral_cap_exceeded(token, total, supply_cap));
        }
        let (free, in_lots) = self.position(account, amounts.index);
        if free.is_zero() && in_lots.is_zero() {
            let full = head.bitmap.count_ones() >= MAX_ACCOUNT_TOKENS;
            if full || !self.has_account_right(account) {
                return Err(errors::too_many_collaterals(U256::from(MAX_ACCOUNT_TOKENS)));
            }
            let calldata = Calldata::new::<IVaultPrograms::requirePriceCall>(1);
            self.delegate(self.views(), calldata.address(token).as_slice())?;
        }
        let free = free.saturating_add(amount);
        self.set_position(account, head, amounts.index, free, in_lots)?;
        amounts.total = total;
        self.set_collateral_amounts(token, &amounts)?;
        self.emit(&IVault::CollateralDeposited {
            account,
            token,
            from: self.vm().msg_sender(),
            amount,
        });
        Ok(Transfer {
            token,
            amount,
            to: None,
            booked: total,
        })
    }

    /// Takes collateral out of an account. 2^256-1 takes all that is free.
    ///
    /// # Errors
    ///
    /// `ZeroAddress`, `ZeroAmount`, `UnknownCollateral`, `InsufficientCollateral`.
    fn remove_collateral(
        &mut self,
        account: B256,
        head: &mut Head,
        action: &Action,
    ) -> Fallible<Transfer> {
        let Action {
            token, receiver, ..
        } = *action;
        if receiver.is_zero() {
            return Err(errors::zero_address());
        }
        let mut amounts = self.collateral_amounts(token)?;
        let (free, _) = self.position(account, amounts.index);
        let amount = if action.amount == U256::MAX {
            free
        } else {
            action.amount
        };
        if amount.is_zero() {
            return Err(errors::zero_amount());
        }
        self.take_free(account, head, token, amounts.index, amount)?;
        amounts.total = amounts.total.saturating_sub(amount);
        self.set_collateral_amounts(token, &amounts)?;
        self.emit(&IVault::CollateralWithdrawn {
            account,
            token,
            receiver,
            amount,
        });
        Ok(Transfer {
            token,
            amount,
            to: Some(receiver),
            booked: U256::ZERO,
        })
    }

    /// Borrows against an account's collateral.
    ///
    /// # Errors
    ///
    /// `ZeroAmount`, `ZeroAddress`, `InsufficientCash`.
    fn lend(
        &mut self,
        market: &mut Market,
        account: B256,
        head: &mut Head,
        action: &Action,
    ) -> Fallible<(U256, Transfer)> {
        let Action {
            amount: assets,
            receiver,
            ..
        } = *action;
        if assets.is_zero() {
            return Err(errors::zero_amount());
        }
        if receiver.is_zero() {
            return Err(errors::zero_address());
        }
        let Some(cash) = market.cash.checked_sub(assets) else {
            return Err(errors::insufficient_cash(market.cash, assets));
        };
        market.cash = cash;
        let shares = market.add_debt(assets)?;
        head.borrow_shares = head.borrow_shares.saturating_add(shares);
        self.emit(&IVault::Borrowed {
            account,
            receiver,
            assets,
            shares,
        });
        let transfer = Transfer {
            token: self.asset(),
            amount: assets,
            to: Some(receiver),
            booked: U256::ZERO,
        };
        Ok((shares, transfer))
    }

    /// Repays an account's debt, by anybody. Takes at most what is owed.
    ///
    /// # Errors
    ///
    /// `ZeroAmount` if nothing is given. Where nothing is owed nothing is taken, and that is no error: who repays can't know whether
    /// somebody else has just done so (incident 29).
    fn pay_back(
        &mut self,
        market: &mut Market,
        account: B256,
        head: &mut Head,
        action: &Action,
    ) -> Fallible<Transfer> {
        if action.amount.is_zero() {
            return Err(errors::zero_amount());
        }
        let debt = market.debt_up(head.borrow_shares)?;
        let assets = action.amount.min(debt);
        let shares = market.remove_debt(assets, debt, head.borrow_shares)?;
        head.borrow_shares = head.borrow_shares.saturating_sub(shares);
        market.cash = market.cash.saturating_add(assets);
        self.emit(&IVault::Repaid {
            account,
            payer: self.vm().msg_sender(),
            assets,
            shares,
        });
        Ok(Transfer {
            token: self.asset(),
            amount: assets,
            to: None,
            booked: self.booked(market.cash),
        })
    }

    /// A debt is zero or at least the minimum (V9). One that was below it already may be paid down in parts.
    fn require_least_debt(
        &self,
        market: &Market,
        account: B256,
        head: &Head,
        debt_before: U256,
        has_borrowed: bool,
    ) -> Fallible<()> {
        let debt = market.debt_up(head.borrow_shares)?;
        let min_debt = self.minimums().min_debt;
        let may_stay = !has_borrowed && debt_before < min_debt;
        if !debt.is_zero() && debt < min_debt && !may_stay {
            return Err(errors::debt_below_minimum(account, debt, min_debt));
        }
        Ok(())
    }

    /// While lots of an account are for sale, or its claim is unpaid, nothing may leave it and no debt be added.
    fn require_no_claim(&self, account: B256) -> Fallible<()> {
        if self.has_claim(account) {
            return Err(errors::claim_open(account));
        }
        Ok(())
    }
}
