//! The fund's collateral in the vault: what it is worth, how it is sold or taken out, and the losses that its sales pay. Also the view of
//! the waterfall, every layer of which is known here.
//!
//! Inventory is bought from by vault shares: no cash is needed, and the fund gets what it is made of.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use breakwater_fixed_point::WAD;
use breakwater_interfaces::{
    auction::ILiquidationAuction,
    outbound::{self, word_at, Calldata},
    vault::IVault,
};
use breakwater_risk::fund::Beside;
use stylus_sdk::prelude::*;

use crate::{
    arguments::words,
    errors::{self, math_overflow, Fallible},
    market::Market,
    math::{self, mul_div_down},
    position::Holding,
    state::VaultState,
};

/// Tokens priced in one call to the adapter: its answer stays well under what is read of one.
const PRICED_AT_ONCE: usize = 16;

/// The fund's collateral, in lots or not.
#[derive(Clone, Copy, Default)]
struct Inventory {
    /// At mid prices; without a good one at the last good one, 0 if the token is dead. Loan asset.
    mid: U256,
    /// At low prices less the backstop discount; 0 without a good price. Loan asset.
    low: U256,
    /// The part of `low` that is in lots.
    low_in_lots: U256,
    /// As in `WaterfallView`.
    waits: u8,
}

impl VaultState {
    /// Values the fund's collateral, and looks whether all collateral in the books has a good price. A dead one makes nobody wait: it
    /// counts as nothing, so what is lost on it can be recognised.
    fn inventory(&self) -> Fallible<Inventory> {
        let account = self.fund_account()?;
        let (_, count) = self.fund_minimum();
        let mut holdings = Vec::new();
        let mut in_lots = Vec::new();
        for index in 0..count as u8 {
            let token = self.token_at(index);
            let collateral = self.collateral(token)?;
            if collateral.amounts.total.is_zero() {
                continue;
            }
            let (free, lots) = self.position(account, index);
            holdings.push(Holding::unpriced(token, collateral, math::add(free, lots)?));
            in_lots.push(lots);
        }
        for part in holdings.chunks_mut(PRICED_AT_ONCE) {
            self.price(part, None)?;
        }
        let mut inventory = Inventory::default();
        for (holding, lots) in holdings.iter().zip(in_lots) {
            inventory.mid = math::add(inventory.mid, holding.value)?;
            if holding.is_priced() {
                let low = |amount| self.low_value(amount, holding.low);
                inventory.low = math::add(inventory.low, low(holding.free)?)?;
                inventory.low_in_lots = math::add(inventory.low_in_lots, low(lots)?)?;
            } else if !holding.price.is_zero() {
                let own = u8::from(!holding.free.is_zero());
                inventory.waits = inventory.waits.max(own.saturating_add(1));
            }
        }
        Ok(inventory)
    }

    /// See `WaterfallView`.
    ///
    /// # Errors
    ///
    /// `Locked` in the middle of a call, while tokens move: the fund prices its shares by this (incident 16).
    pub(crate) fn view_waterfall(&self) -> Fallible<Vec<u8>> {
        if self.is_locked() {
            return Err(errors::locked());
        }
        let (market, now, risk) = (self.market_now(), self.now(), self.risk());
        let inventory = self.inventory()?;
        let arrears = self.arrears();
        let beside = Beside {
            mid: inventory.mid,
            low: inventory.low,
            pending: self.pending().saturating_add(self.fund_own(&market)),
            arrears: arrears.due,
        };
        let held = self.balance(self.fund());
        let (minimum, _) = self.fund_minimum();
        let cover = self.cover(&market)?;
        let deleveraging = self.deleveraging();
        let target = deleveraging.target;
        let coverage = if target.is_zero() {
            U256::MAX
        } else {
            mul_div_down(cover, WAD, target)?
        };
        let deviations = self.margin_rules().soft_deviations;
        let room = self.room(Address::ZERO);
        let room_cap = self.total_room_cap();
        Ok(words(&[
            held,
            minimum,
            math::add(held, market.shares_up(beside.high(), now)?)?,
            math::add(held, market.shares_down(beside.low(), now)?)?,
            market.shares_down(inventory.low_in_lots.min(beside.low()), now)?,
            U256::from(inventory.waits),
            inventory.mid,
            inventory.low,
            beside.pending,
            arrears.due,
            arrears.beyond,
            self.absorbed_shares(),
            cover,
            target,
            coverage,
            U256::from(deleveraging.from()),
            deleveraging.width(deviations, cover, now),
            self.predictive_room().used(now, risk.cap_period),
            self.predictive_cap(),
            U256::from(room.live),
            room.used(now, risk.cap_period),
            room_cap,
            market.carrying,
            market.unvested_at(now),
        ]))
    }

    /// Before the fund takes a lot.
    ///
    /// # Errors
    ///
    /// `ArrearsOpen` while sales owe lenders something: they would pay it with what is bought now.
    pub(crate) fn require_no_arrears(&mut self) -> Fallible<()> {
        if self.arrears_due().is_zero() {
            return Ok(());
        }
        let inventory = self.inventory()?.mid;
        self.limit_arrears(inventory)?;
        let due = self.arrears_due();
        if due.is_zero() {
            return Ok(());
        }
        Err(errors::arrears_open(due))
    }

    // ----- arrears -----

    /// A loss of which `shared` was not covered: the fund owes lenders as much of it as its inventory is worth. Returns that.
    pub(crate) fn add_arrears(&mut self, account: B256, shared: U256) -> Fallible<U256> {
        let inventory = self.inventory()?.mid;
        let mut arrears = self.arrears();
        let assets = arrears.add(shared, inventory);
        if !assets.is_zero() {
            self.set_arrears(&arrears)?;
            self.emit(&IVault::ArrearsAdded {
                account,
                assets,
                due: arrears.due,
            });
        }
        Ok(assets)
    }

    fn limit_arrears(&mut self, inventory: U256) -> Fallible<()> {
        let mut arrears = self.arrears();
        if arrears.is_zero() {
            return Ok(());
        }
        // An inventory too small for a lot pays nothing.
        let min_lot = self.minimums().min_lot;
        let inventory = if inventory < min_lot {
            U256::ZERO
        } else {
            inventory
        };
        arrears.limit(inventory, self.pending());
        self.set_arrears(&arrears)
    }

    // ----- verbs -----

    /// Puts some of the fund's collateral up for sale, by the fund. Returns the auction's id.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `Locked`, `UnknownCollateral`, `PriceNotOk`, `BelowMinLot`, and the auction's own.
    pub(crate) fn sell_inventory(&mut self, token: Address, max_lot: U256) -> Fallible<U256> {
        let fund = self.fund();
        self.require_caller(fund)?;
        self.lock()?;
        let holding = self.priced(token)?;
        let lot = self.move_inventory(token, max_lot, true)?;
        let value = math::value(lot, holding.price)?;
        let min_lot = self.minimums().min_lot;
        if lot.is_zero() || value < min_lot {
            return Err(errors::below_min_lot(value, min_lot));
        }
        // The auction calls nobody back. Without a tab and debt: nobody owes anything.
        let calldata = Calldata::new::<ILiquidationAuction::startCall>(8)
            .word(self.fund_account()?)
            .address(token)
            .number(lot)
            .number(U256::ZERO)
            .number(U256::ZERO)
            .number(holding.price)
            .number(holding.volatility)
            .address(fund);
        let answer = outbound::call(self.vm(), self.auction(), &calldata)?;
        self.leave();
        word_at(&answer, 0).ok_or_else(math_overflow)
    }

    /// A collateral with its price.
    ///
    /// # Errors
    ///
    /// `UnknownCollateral`, `PriceNotOk`.
    fn priced(&self, token: Address) -> Fallible<Holding> {
        let mut holding = [Holding::unpriced(
            token,
            self.collateral(token)?,
            U256::ZERO,
        )];
        self.price(&mut holding, None)?;
        let [holding] = holding;
        if holding.is_priced() {
            return Ok(holding);
        }
        Err(errors::price_not_ok(token, holding.status))
    }

    /// What the low value counts an amount at, rounded down.
    fn low_value(&self, amount: U256, low: U256) -> Fallible<U256> {
        let rest = WAD.saturating_sub(self.risk().backstop_discount);
        mul_div_down(math::value(amount, low)?, rest, WAD)
    }

    /// Moves at most `amount` of the fund's collateral into lots, or out of them. Returns how much.
    fn move_inventory(&mut self, token: Address, amount: U256, to_lots: bool) -> Fallible<U256> {
        let account = self.fund_account()?;
        let index = self.collateral_amounts(token)?.index;
        let mut head = self.head(account);
        let (mut free, mut in_lots) = self.position(account, index);
        let (from, to) = if to_lots {
            (&mut free, &mut in_lots)
        } else {
            (&mut in_lots, &mut free)
        };
        let moved = amount.min(*from);
        *from = from.saturating_sub(moved);
        *to = to.saturating_add(moved);
        self.set_position(account, &mut head, index, free, in_lots)?;
        self.set_head(account, &head)?;
        Ok(moved)
    }

    /// Takes the vault shares that pay for a part of a lot of the fund, by the auction, which has delivered it: what pays arrears is burnt, and
    /// its value vests for the lenders; the rest is the fund's. `amounts`: sold, paid, returned.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `Locked`, `UnknownCollateral`, `PriceNotOk`, `PaymentBelowLowValue`: a sale can't lower the fund's low value.
    /// `ERC20InsufficientAllowance`, `ERC20InsufficientBalance`, `MathOverflow`.
    pub(crate) fn settle_inventory(
        &mut self,
        token: Address,
        payer: Address,
        amounts: [U256; 3],
    ) -> Fallible<()> {
        let [amount, payment, lot_returned] = amounts;
        self.require_caller(self.auction())?;
        let mut market = self.enter_accrued()?;
        if !lot_returned.is_zero() {
            let account = self.fund_account()?;
            self.move_inventory(token, lot_returned, false)?;
            self.log_lot_returned(account, token, lot_returned);
        }
        if !amount.is_zero() {
            let least = self.low_value(amount, self.priced(token)?.low)?;
            if payment < least {
                return Err(errors::payment_below_low_value(payment, least));
            }
            self.pay_inventory(&mut market, token, payer, payment)?;
        }
        self.store_and_leave(&market)
    }

    fn pay_inventory(
        &mut self,
        market: &mut Market,
        token: Address,
        payer: Address,
        payment: U256,
    ) -> Fallible<()> {
        let now = self.now();
        let shares = market.shares_up(payment, now)?;
        self.spend_allowance(payer, shares)?;
        let mut arrears = self.arrears();
        let to_lenders = arrears.pay_from_sale(payment);
        let burnt = market.shares_up(to_lenders, now)?.min(shares);
        let to_fund = shares.saturating_sub(burnt);
        self.move_shares(payer, self.fund(), to_fund)?;
        self.book_arrears(&arrears, to_lenders)?;
        if !burnt.is_zero() {
            self.burn_shares(market, payer, burnt)?;
            self.vest(market, to_lenders);
        }
        self.emit(&IVault::InventorySold {
            token,
            payer,
            payment,
            shares,
        });
        let account = self.fund_account()?;
        let spent = if self.head(account).bitmap == 0 {
            self.limit_arrears(U256::ZERO)?;
            U256::ZERO
        } else {
            self.absorbed_shares().saturating_sub(shares)
        };
        self.set_absorbed_shares(spent)
    }

    /// Sends a part of the fund's collateral that is in no lot to somebody, by the fund.
    ///
    /// # Errors
    ///
    /// `NotAuthorized`, `Locked`, `ArrearsOpen`, `ZeroAddress`, `MathOverflow`, token errors.
    pub(crate) fn withdraw_inventory(
        &mut self,
        part: U256,
        whole: U256,
        tokens: U256,
        receiver: Address,
    ) -> Fallible<()> {
        self.require_caller(self.fund())?;
        self.lock()?;
        let due = self.arrears_due();
        if !due.is_zero() {
            return Err(errors::arrears_open(due));
        }
        if receiver.is_zero() {
            return Err(errors::zero_address());
        }
        let account = self.fund_account()?;
        let mut head = self.head(account);
        let mut transfers = Vec::new();
        for index in Self::indices(head.bitmap) {
            let (free, in_lots) = self.position(account, index);
            let amount = mul_div_down(free, part, whole)?.min(free);
            if !tokens.bit(usize::from(index)) || amount.is_zero() {
                continue;
            }
            let token = self.token_at(index);
            let mut amounts = self.collateral_amounts(token)?;
            amounts.total = amounts.total.saturating_sub(amount);
            self.set_collateral_amounts(token, &amounts)?;
            self.set_position(
                account,
                &mut head,
                index,
                free.saturating_sub(amount),
                in_lots,
            )?;
            self.emit(&IVault::CollateralWithdrawn {
                account,
                token,
                receiver,
                amount,
            });
            transfers.push((token, amount));
        }
        self.set_head(account, &head)?;
        let spent = self.absorbed_shares();
        if !spent.is_zero() {
            let kept = whole.saturating_sub(part);
            self.set_absorbed_shares(math::mul_div_up(spent, kept, whole)?)?;
        }
        for (token, amount) in transfers {
            self.push(token, receiver, amount)?;
        }
        self.leave();
        Ok(())
    }
}
