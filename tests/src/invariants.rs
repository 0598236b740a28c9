//! Invariants on the present state and the events so far, from views and events alone: what anybody could check on a chain.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, U256};
use breakwater_fixed_point::{mul_div_down, mul_div_up};
use breakwater_interfaces::{
    auction::ILiquidationAuction as Auction, fund::IInsuranceFund as Fund, vault::IVault as Vault,
};

use crate::{
    failure::Failure,
    suite::{Suite, VIRTUAL_SHARES},
    verbs::{account_of, AuctionStatus},
};

/// A check: says what does not hold.
pub type Check = fn(&mut Suite) -> Result<(), String>;

/// The checks by id, in the order of the documentation.
pub const CHECKS: [(&str, Check); 7] = [
    ("V3", v3),
    ("V4", v4),
    ("V5", v5),
    ("A2", a2),
    ("A6", a6),
    ("F2", f2),
    ("F3", f3),
];

/// Runs all checks.
///
/// # Errors
///
/// All that does not hold, one line each.
pub fn check_all(suite: &mut Suite) -> Result<(), String> {
    let failures: Vec<String> = CHECKS
        .iter()
        .filter_map(|(id, check)| Some(format!("{id}: {}", check(suite).err()?)))
        .collect();
    match failures.is_empty() {
        true => Ok(()),
        false => Err(failures.join("\n")),
    }
}

fn hold(condition: bool, text: impl FnOnce() -> String) -> Result<(), String> {
    match condition {
        true => Ok(()),
        false => Err(text()),
    }
}

fn sum(numbers: impl IntoIterator<Item = U256>) -> U256 {
    numbers.into_iter().fold(U256::ZERO, U256::saturating_add)
}

/// All accounts that ever held something, the fund's among them.
pub fn accounts(suite: &Suite) -> BTreeSet<B256> {
    let vault = suite.modules.vault;
    let deposits = suite.events::<Vault::CollateralDeposited>(vault);
    let mut accounts: BTreeSet<B256> = deposits.iter().map(|found| found.event.account).collect();
    accounts.insert(account_of(suite.modules.fund, 0));
    accounts
}

/// State of all live auctions, by id.
fn live_lots(suite: &mut Suite) -> Result<BTreeMap<U256, AuctionStatus>, Failure> {
    let ids = suite.active_auctions()?;
    ids.into_iter()
        .map(|id| Ok((id, suite.auction_status(id)?)))
        .collect()
}

/// V3. `cash` = the sum of what came in and went out, as the verbs' events say; the vault's loan-asset balance ≥ cash; its
/// balance of each collateral ≥ the sum over accounts + the sum over live lots. Besides, the auction's lots are those of
/// the accounts, and the vault's own totals are the sums.
///
/// # Errors
///
/// What does not hold.
pub fn v3(suite: &mut Suite) -> Result<(), String> {
    let (vault, auction) = (suite.modules.vault, suite.modules.auction);
    let takes = suite.events::<Auction::Taken>(auction);
    // A take's payment is in its own event, also the part that was more than the claim.
    let take_transactions: BTreeSet<usize> = takes.iter().map(|take| take.transaction).collect();
    let claims = suite.events::<Vault::ClaimPaid>(vault);
    let claims = claims
        .iter()
        .filter(|paid| !take_transactions.contains(&paid.transaction))
        .map(|paid| {
            sum([
                paid.event.carrying,
                paid.event.recovered,
                paid.event.penalty,
            ])
        });
    let came = sum([
        sum(suite
            .events::<Vault::Deposit>(vault)
            .iter()
            .map(|e| e.event.assets)),
        sum(suite
            .events::<Vault::Repaid>(vault)
            .iter()
            .map(|e| e.event.assets)),
        sum(takes
            .iter()
            // The fund pays with vault shares, and is paid with them.
            .filter(|take| take.event.taker != suite.modules.fund)
            .filter(|take| take.event.account != account_of(suite.modules.fund, 0))
            .map(|take| take.event.paid)),
        sum(claims),
    ]);
    let went = sum([
        sum(suite
            .events::<Vault::Withdraw>(vault)
            .iter()
            .map(|e| e.event.assets)),
        sum(suite
            .events::<Vault::Borrowed>(vault)
            .iter()
            .map(|e| e.event.assets)),
    ]);
    // The lenders' and the fund's.
    let market = suite.market()?;
    let cash = sum([market.cash, market.fundCash]);
    hold(came.checked_sub(went) == Some(cash), || {
        format!("cash is {cash}, but {came} came in and {went} went out")
    })?;
    let balance = suite.balance_of(suite.asset, vault)?;
    hold(balance >= cash, || {
        format!("the vault has {balance} of the loan asset, and counts {cash}")
    })?;

    let lots = live_lots(suite)?;
    let accounts = accounts(suite);
    for collateral in suite.collaterals {
        let token = collateral.token;
        let (mut free, mut in_lots) = (U256::ZERO, U256::ZERO);
        for account in &accounts {
            let held = suite.collateral_of(*account, token)?;
            let own = lots
                .values()
                .filter(|lot| lot.account == *account && lot.token == token);
            let for_sale = sum(own.map(|lot| lot.lot));
            hold(held.inLots == for_sale, || {
                let lots = held.inLots;
                format!("{account}: {lots} of {token} in lots, but {for_sale} for sale")
            })?;
            free = free.saturating_add(held.free);
            in_lots = in_lots.saturating_add(held.inLots);
        }
        let balance = suite.balance_of(token, vault)?;
        let owned = free.saturating_add(in_lots);
        hold(balance >= owned, || {
            format!("the vault has {balance} of {token}, and owes {free} + {in_lots} in lots")
        })?;
        let total = suite
            .view(vault, &Vault::collateralConfigCall { token })?
            .total;
        hold(total == owned, || {
            format!("the vault counts {total} of {token}; accounts and lots hold {owned}")
        })?;
    }
    Ok(())
}

/// V4. The sum of the accounts' borrow shares = total borrow shares; total borrow assets ≥ the sum of debts rounded down.
/// Views give debts, `D = ⌈s·(A + 1)/(S + S₀)⌉`, so each account's shares are known to the shares of one unit of debt: `S`
/// must lie between the sums of the bounds.
///
/// # Errors
///
/// What does not hold.
pub fn v4(suite: &mut Suite) -> Result<(), String> {
    let market = suite.market()?;
    let assets = market.totalBorrowAssets.saturating_add(U256::from(1));
    let shares = market
        .totalBorrowShares
        .saturating_add(U256::from(VIRTUAL_SHARES));
    let (mut least, mut most, mut debts) = (U256::ZERO, U256::ZERO, U256::ZERO);
    for account in accounts(suite) {
        let debt = suite.debt(account)?;
        // D − 1 < s·assets/shares ≤ D
        let below = debt.saturating_sub(U256::from(1));
        let bound = |debt| mul_div_down(debt, shares, assets).ok_or("debts out of range");
        least = least.saturating_add(bound(below)?);
        most = most.saturating_add(bound(debt)?);
        debts = debts.saturating_add(below);
    }
    let total = market.totalBorrowShares;
    hold(least <= total && total <= most, || {
        format!("total borrow shares are {total}, the accounts' between {least} and {most}")
    })?;
    let total = market.totalBorrowAssets;
    hold(debts <= total, || {
        format!("debts rounded down are {debts}, more than all borrow assets, {total}")
    })
}

/// V5. The share price falls only by a recognised loss that the fund could not bear; one that it bears leaves it (±1). If the
/// suite watches, each transaction was held to it. Besides, `totalAssets` is the sum that defines it, shares exist as they were
/// minted and burnt, and without any shared loss a share is worth what it was at first, or more.
///
/// # Errors
///
/// What does not hold.
pub fn v5(suite: &mut Suite) -> Result<(), String> {
    if let Some(first) = suite.share_price_violations.first() {
        let count = suite.share_price_violations.len();
        return Err(format!("in {count} transactions, first: {first}"));
    }
    let vault = suite.modules.vault;
    let (assets, supply) = suite.pool()?;
    let market = suite.market()?;
    let owned = sum([market.cash, market.totalBorrowAssets, market.totalCarrying]);
    let defined = owned
        .saturating_sub(market.unvested)
        .saturating_sub(market.reserve);
    hold(assets == defined, || {
        format!("total assets are {assets}, their parts make {defined}")
    })?;
    let transfers = suite.events::<Vault::Transfer>(vault);
    let of = |pick: fn(&Vault::Transfer) -> Address| {
        let matching = transfers
            .iter()
            .filter(|found| pick(&found.event).is_zero());
        sum(matching.map(|found| found.event.value))
    };
    let (minted, burnt) = (of(|event| event.from), of(|event| event.to));
    hold(minted.checked_sub(burnt) == Some(supply), || {
        format!("{supply} shares, but {minted} were minted and {burnt} burnt")
    })?;
    let losses = suite.events::<Vault::LossRecognised>(vault);
    let shared = sum(losses.iter().map(|loss| loss.event.shared));
    let virtual_shares = U256::from(VIRTUAL_SHARES);
    let worth = assets
        .saturating_add(U256::from(2))
        .saturating_mul(virtual_shares);
    hold(
        !shared.is_zero() || worth >= supply.saturating_add(virtual_shares),
        || format!("no loss was shared, but {supply} shares are worth {assets}"),
    )
}

/// A2. Room used = debt put up for sale and not yet settled, or not yet decayed; never above the caps but for the stated dust
/// (the last remainder of a debt, less than the least debt). What is live is the auctions' debt to the unit; with what
/// decays it is at least what all lots would be, had they decayed from their start.
///
/// # Errors
///
/// What does not hold.
pub fn a2(suite: &mut Suite) -> Result<(), String> {
    let lots = live_lots(suite)?;
    let (vault, auction) = (suite.modules.vault, suite.modules.auction);
    let risk = suite.view(vault, &Vault::riskConfigCall {})?;
    let started = suite.events::<Auction::Started>(auction);
    let now = suite.now();
    let sides = suite.collaterals.map(|collateral| collateral.token);
    for side in sides.into_iter().chain([Address::ZERO]) {
        let room = suite.room(side)?;
        let counts = |token: Address| side.is_zero() || token == side;
        let debts = lots.values().filter(|lot| counts(lot.token));
        let for_sale = sum(debts.map(|lot| lot.debt));
        hold(room.live == for_sale, || {
            let live = room.live;
            format!("{live} of debt is counted for sale with {side}, the auctions have {for_sale}")
        })?;
        let decayed = sum(started
            .iter()
            .filter(|lot| counts(lot.event.token))
            .map(|lot| {
                let end = U256::from(lot.time).saturating_add(risk.capPeriod);
                let left = end.saturating_sub(U256::from(now));
                mul_div_down(lot.event.debt, left, risk.capPeriod).unwrap_or_default()
            }));
        let used = room.live.saturating_add(room.decaying);
        hold(used >= decayed, || {
            format!("room used with {side} is {used}, less than {decayed} of lots not yet decayed")
        })?;
        let most = room.cap.saturating_add(risk.minDebt);
        hold(used <= most, || {
            let cap = room.cap;
            format!("room used with {side} is {used}, over the cap of {cap}")
        })?;
    }
    Ok(())
}

/// A6. An ended auction leaves nothing behind: its id is dead, its slot empty, its lot returned or sold; an account without live
/// lots has nothing in lots, and unless it is in closing, no claim.
///
/// # Errors
///
/// What does not hold.
pub fn a6(suite: &mut Suite) -> Result<(), String> {
    let auction = suite.modules.auction;
    let lots = live_lots(suite)?;
    let count = suite.view(auction, &Auction::activeCountCall {})?;
    hold(count == U256::from(lots.len()), || {
        format!("{count} auctions are counted, {} listed", lots.len())
    })?;
    let started = suite.events::<Auction::Started>(auction);
    let ended: BTreeSet<U256> = suite
        .events::<Auction::Ended>(auction)
        .iter()
        .map(|end| end.event.id)
        .collect();
    let mut sold: BTreeMap<U256, U256> = BTreeMap::new();
    for take in suite.events::<Auction::Taken>(auction) {
        let total = sold.entry(take.event.id).or_default();
        *total = total.saturating_add(take.event.lotTaken);
    }
    let returned: BTreeMap<U256, U256> = suite
        .events::<Auction::Ended>(auction)
        .iter()
        .map(|end| (end.event.id, end.event.lotReturned))
        .collect();
    for start in &started {
        let id = start.event.id;
        let status = suite.auction_status(id)?;
        hold(status.live != ended.contains(&id), || {
            format!(
                "auction {id} is live: {}, ended: {}",
                status.live,
                ended.contains(&id)
            )
        })?;
        hold(
            status.live || (status.lot.is_zero() && status.tab.is_zero()),
            || {
                format!(
                    "auction {id} has ended, and still shows {} for sale",
                    status.lot
                )
            },
        )?;
        let left = returned.get(&id).copied().unwrap_or(status.lot);
        let gone = sold.get(&id).copied().unwrap_or_default();
        hold(gone.saturating_add(left) == start.event.lot, || {
            let lot = start.event.lot;
            format!("auction {id}: of {lot}, {gone} was sold and {left} returned or left")
        })?;
    }
    for account in accounts(suite) {
        if lots.values().any(|lot| lot.account == account) {
            continue;
        }
        for collateral in suite.collaterals {
            let held = suite.collateral_of(account, collateral.token)?;
            hold(held.inLots.is_zero(), || {
                format!("{account} has no live lot, and {} in lots", held.inLots)
            })?;
        }
        let claim = suite.claim(account)?;
        let amounts = [
            claim.carrying,
            claim.writtenOff,
            claim.penalty,
            claim.assigned,
            claim.fundPaid,
        ];
        hold(claim.closing || amounts.iter().all(U256::is_zero), || {
            format!("{account} has no live lot and is not in closing, but a claim: {amounts:?}")
        })?;
        hold(claim.assigned.is_zero(), || {
            format!(
                "{account} has no live lot, but {} of its claim is assigned",
                claim.assigned
            )
        })?;
    }
    Ok(())
}

/// F2. The fund never fell under its minimum by a loss; covered + shared = recognised, to the unit, in each loss and in sum.
/// What was recognised is known on its own from the claims: all that they were made of = paid + lost + made debt again + still
/// carried.
///
/// # Errors
///
/// What does not hold.
pub fn f2(suite: &mut Suite) -> Result<(), String> {
    let (vault, fund) = (suite.modules.vault, suite.modules.fund);
    let losses = suite.events::<Vault::LossRecognised>(vault);
    for loss in &losses {
        let Vault::LossRecognised {
            account,
            loss,
            covered,
            shared,
            sharesBurned: burnt,
        } = &loss.event;
        hold(covered.saturating_add(*shared) == *loss, || {
            format!("{account}: loss {loss}, covered {covered}, shared {shared}")
        })?;
        hold(covered.is_zero() || !burnt.is_zero(), || {
            format!("{account}: {covered} covered without burning a share")
        })?;
    }
    let minimum = suite
        .events::<Vault::FeesSet>(vault)
        .last()
        .map_or(U256::ZERO, |fees| fees.event.fundMinimum);
    let (mut balance, mut burnt) = (U256::ZERO, U256::ZERO);
    for transfer in suite.events::<Vault::Transfer>(vault) {
        let Vault::Transfer { from, to, value } = transfer.event;
        if to == fund {
            balance = balance.saturating_add(value);
        }
        if from == fund {
            balance = balance.saturating_sub(value);
            if to.is_zero() {
                burnt = burnt.saturating_add(value);
                hold(balance >= minimum, || {
                    format!("a loss left the fund {balance} shares, under its minimum {minimum}")
                })?;
            }
        }
    }
    let held = suite.balance_of(vault, fund)?;
    hold(held == balance, || {
        format!("the fund holds {held} shares; transfers make {balance}")
    })?;
    let said = sum(losses.iter().map(|loss| loss.event.sharesBurned));
    let absorbed = suite.events::<Vault::LotAbsorbed>(vault);
    let absorbed = sum(absorbed.iter().map(|lot| lot.event.sharesBurned));
    hold(said.saturating_add(absorbed) == burnt, || {
        format!("losses burnt {said}, and lots cost {absorbed} shares of the fund, transfers say {burnt}")
    })?;

    let claimed = suite.events::<Vault::Liquidated>(vault);
    let claimed = sum(claimed
        .iter()
        .map(|found| found.event.debt.saturating_add(found.event.reward)));
    let paid = suite.events::<Vault::ClaimPaid>(vault);
    let paid = sum(paid.iter().map(|found| found.event.carrying));
    let lost = sum(losses.iter().map(|loss| loss.event.loss));
    let reinstated = suite.events::<Vault::ClaimReinstated>(vault);
    let reinstated = sum(reinstated.iter().map(|found| found.event.assets));
    let carried = suite.market()?.totalCarrying;
    hold(claimed == sum([paid, lost, reinstated, carried]), || {
        format!(
            "claims of {claimed} are not {paid} paid + {lost} lost + {reinstated} debt again + {carried} carried"
        )
    })
}

/// F3. Shares in cool-down are in escrow, as many as the requests say, and part of the supply. Besides, the fund's two values are in order
/// (F1), and what is pending in the high one is what claims and interest owe it, to the unit.
///
/// # Errors
///
/// What does not hold.
pub fn f3(suite: &mut Suite) -> Result<(), String> {
    let (vault, fund) = (suite.modules.vault, suite.modules.fund);
    let controllers: BTreeSet<Address> = suite
        .events::<Fund::RedeemRequest>(fund)
        .iter()
        .map(|found| found.event.controller)
        .collect();
    let mut requested = U256::ZERO;
    for controller in controllers {
        let request = suite.view(fund, &Fund::redeemRequestOfCall { controller })?;
        requested = requested.saturating_add(request.shares);
    }
    let escrow = suite.balance_of(fund, fund)?;
    hold(escrow == requested, || {
        format!("{requested} fund shares are requested, {escrow} in escrow")
    })?;
    let worth = suite.view(fund, &Fund::worthCall {})?;
    hold(worth.high >= worth.low, || {
        format!(
            "the fund is worth {} at most and {} at least",
            worth.high, worth.low
        )
    })?;
    let market = suite.market()?;
    let mut due = sum([market.reserve, market.fundCash]);
    for account in accounts(suite) {
        let claim = suite.claim(account)?;
        due = sum([due, claim.fundPaid, claim.penalty]);
    }
    let pending = suite.view(vault, &Vault::waterfallCall {})?.pending;
    hold(pending == due, || {
        format!("{pending} is pending for the fund, claims and interest owe it {due}")
    })
}

/// Share price: loan asset for 10^12 vault shares (one whole share), rounded up.
///
/// # Errors
///
/// Never in practice.
pub fn share_price(suite: &mut Suite) -> Result<U256, Failure> {
    let (assets, supply) = suite.pool()?;
    let one = U256::from(1_000_000_000_000_u64);
    let shares = supply.saturating_add(U256::from(VIRTUAL_SHARES));
    mul_div_up(one, assets.saturating_add(U256::from(1)), shares)
        .ok_or_else(|| Failure::other("share price out of range"))
}

/// V8, V9, L5: what must hold besides and is cheap to look at.
///
/// * V8: what `maxWithdraw` and `maxRedeem` say of a lender is in cash, and no more than it previews.
/// * V9: a debt is 0 or at least the minimum, unless the account was liquidated, and so may have run out of a token.
/// * L5: who owes something has collateral, free or for sale.
///
/// # Errors
///
/// What does not hold.
pub fn lenders_and_debts(suite: &mut Suite) -> Result<(), String> {
    let vault = suite.modules.vault;
    let cash = suite.market()?.cash;
    let minimum = suite.view(vault, &Vault::riskConfigCall {})?.minDebt;
    let lenders: BTreeSet<Address> = suite
        .events::<Vault::Deposit>(vault)
        .iter()
        .map(|found| found.event.owner)
        .collect();
    for owner in lenders {
        let assets = suite.view(vault, &Vault::maxWithdrawCall { owner })?;
        let shares = suite.view(vault, &Vault::maxRedeemCall { owner })?;
        let worth = suite.view(vault, &Vault::previewRedeemCall { shares })?;
        let needed = suite.view(vault, &Vault::previewWithdrawCall { assets })?;
        let balance = suite.view(vault, &Vault::balanceOfCall { owner })?;
        hold(assets <= cash && worth <= cash, || {
            format!("V8: {owner} may take {assets} or {worth} of {cash}")
        })?;
        hold(needed <= balance && shares <= balance, || {
            format!("V8: {owner} would need {needed} or {shares} of its {balance} shares")
        })?;
    }
    let liquidated: BTreeSet<B256> = suite
        .events::<Vault::Liquidated>(vault)
        .iter()
        .map(|found| found.event.account)
        .collect();
    for account in accounts(suite) {
        let debt = suite.health(account)?.debt;
        if debt.is_zero() {
            continue;
        }
        hold(debt >= minimum || liquidated.contains(&account), || {
            format!("V9: {account} owes {debt}, under {minimum}")
        })?;
        let mut held = U256::ZERO;
        for collateral in suite.collaterals {
            let of = suite.collateral_of(account, collateral.token)?;
            held = sum([held, of.free, of.inLots]);
        }
        hold(!held.is_zero(), || {
            format!("L5: {account} owes {debt} on nothing")
        })?;
    }
    Ok(())
}
