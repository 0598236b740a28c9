//! What would come of a state: tried out on copies of the chain, from any moment of a random sequence. Everything is paid, nobody pays, a
//! step is split, a liquidation comes before a fall of the price or not.

use breakwater_fixed_point::{mul_div_down, WAD as ONE};
use breakwater_tests::{
    interfaces::{auction::ILiquidationAuction, fund::IInsuranceFund, vault::IVault},
    invariants, Address, Suite, B256, U256,
};

use crate::common::{provide, stable};

/// Longer than any pause, and than the grace after it.
const CALM: u64 = 4 * 86_400;

/// How often something was there to compare.
#[derive(Debug, Default)]
pub(crate) struct Compared {
    /// Debts after a loan or a repayment in one step and in two.
    pub debts: usize,
    /// Takes of one lot in one step and in two.
    pub takes: usize,
    /// Falls of the price with a liquidation before and without.
    pub falls: usize,
    /// Liquidations where nobody buys, and lots that the fund took then.
    pub liquidations: usize,
    pub absorptions: usize,
}

/// A state, and who is in it.
pub(crate) struct Present<'a> {
    /// The chain.
    pub suite: &'a Suite,
    /// Owners and their accounts.
    pub accounts: &'a [(Address, B256)],
    /// Lenders besides the fund.
    pub lenders: &'a [Address],
    /// Prices now, dollars with 8 decimals.
    pub prices: [u64; 2],
}

impl Present<'_> {
    /// A copy of the chain, `seconds` later, at `percent` of the prices.
    fn later(&self, seconds: u64, percent: u64) -> Suite {
        let mut suite = self.suite.clone();
        suite.pass(seconds).unwrap();
        self.set_prices(&mut suite, percent);
        suite
    }

    fn set_prices(&self, suite: &mut Suite, percent: u64) {
        for (collateral, price) in suite.collaterals.into_iter().zip(self.prices) {
            suite
                .set_price(collateral.token, price * percent / 100)
                .unwrap();
        }
    }

    /// All futures.
    pub(crate) fn check(&self, compared: &mut Compared) {
        self.everything_is_paid();
        self.nobody_pays(compared);
        self.no_split_pays(compared);
        self.no_liquidation_makes_a_fall_worse(compared);
    }

    /// A6, V8: claims and debts are paid, by a stranger; then no auction and no claim is left, all collateral leaves, and all lenders do.
    fn everything_is_paid(&self) {
        let mut suite = self.later(CALM, 100);
        let (vault, auction) = (suite.modules.vault, suite.modules.auction);
        let payer = suite.user("payer of everything");
        provide(&mut suite, payer, stable(100_000_000));
        for (_, account) in self.accounts {
            let (account, assets) = (*account, U256::MAX);
            let claim = suite.claim(account).unwrap();
            if !(claim.carrying + claim.writtenOff + claim.penalty).is_zero() {
                let call = IVault::repayClaimCall { account, assets };
                suite.send(payer, vault, &call).unwrap();
            }
        }
        for id in suite.active_auctions().unwrap() {
            let call = ILiquidationAuction::closeCall { id };
            suite.send(payer, auction, &call).unwrap();
        }
        for (owner, account) in self.accounts {
            let account = *account;
            suite.repay(payer, account, U256::MAX).unwrap();
            assert_eq!(suite.debt(account).unwrap(), U256::ZERO);
            for collateral in suite.collaterals {
                let token = collateral.token;
                let held = suite.collateral_of(account, token).unwrap();
                assert_eq!(held.inLots, U256::ZERO, "A6");
                if !held.free.is_zero() {
                    let call = IVault::withdrawCollateralCall {
                        account,
                        token,
                        amount: U256::MAX,
                        receiver: *owner,
                    };
                    suite.send(*owner, vault, &call).unwrap();
                }
            }
        }
        for owner in self.lenders {
            let (owner, receiver) = (*owner, *owner);
            let shares = suite.view(vault, &IVault::maxRedeemCall { owner }).unwrap();
            if !shares.is_zero() {
                let call = IVault::redeemCall {
                    shares,
                    receiver,
                    owner,
                };
                suite.send(owner, vault, &call).unwrap();
            }
            let shares = suite.balance_of(vault, owner).unwrap();
            let call = IVault::convertToAssetsCall { shares };
            let left = suite.view(vault, &call).unwrap();
            assert!(left <= U256::from(2), "V8: {left} can't leave");
        }
        invariants::check_all(&mut suite).unwrap();
    }

    /// L2, V7: prices halve and nobody buys. Every account is liquidated as far as there is room, the fund takes what it can, and ten
    /// months later interest still accrues.
    fn nobody_pays(&self, compared: &mut Compared) {
        let mut suite = self.later(CALM, 50);
        let (vault, fund) = (suite.modules.vault, suite.modules.fund);
        let keeper = suite.user("last keeper");
        for _round in 0..3 {
            for (_, account) in self.accounts {
                for collateral in suite.collaterals {
                    let token = collateral.token;
                    if suite.check_liquidation(*account, token).unwrap().succeeds {
                        suite.liquidate(keeper, *account, token).unwrap();
                        compared.liquidations += 1;
                    }
                }
                assert_live(&mut suite, *account);
            }
            // The prices of the lots fall; where one is low enough for the fund, it takes.
            for _moment in 0..10 {
                suite.pass(120).unwrap();
                self.set_prices(&mut suite, 50);
                for id in suite.active_auctions().unwrap() {
                    let call = IInsuranceFund::absorbCall {
                        id,
                        maxLot: U256::MAX,
                    };
                    match suite.send(keeper, fund, &call) {
                        Ok(_) => compared.absorptions += 1,
                        Err(failure) => assert!(!failure.name.is_empty(), "{failure}"),
                    }
                }
            }
            suite.pass(2_400).unwrap();
            self.set_prices(&mut suite, 50);
            for id in suite.active_auctions().unwrap() {
                if suite.auction_status(id).unwrap().needsReset {
                    suite.reset(keeper, id).unwrap();
                }
            }
        }
        invariants::check_all(&mut suite).unwrap();
        invariants::lenders_and_debts(&mut suite).unwrap();
        suite.pass(300 * 86_400).unwrap();
        suite.send(keeper, vault, &IVault::accrueCall {}).unwrap();
        let total = suite.view(vault, &IVault::totalAssetsCall {}).unwrap();
        assert!(total < U256::from(u128::MAX), "V7: {total}");
    }

    /// V6, A4: who does in two steps what could be done in one is not better off, and nobody gains by going in and out.
    fn no_split_pays(&self, compared: &mut Compared) {
        let start = self.later(CALM, 100);
        let vault = start.modules.vault;
        let amount = U256::from(1_234_567_891_u64);
        let half = amount / U256::from(2);
        let lender = self.lenders[0];
        let lend = |parts: &[U256]| {
            let mut suite = start.clone();
            let before = suite.balance_of(vault, lender).unwrap();
            for part in parts {
                suite.lend(lender, *part).unwrap();
            }
            let shares = suite.balance_of(vault, lender).unwrap() - before;
            (suite, shares)
        };
        let (mut whole, shares) = lend(&[amount]);
        let (_, of_halves) = lend(&[half, amount - half]);
        assert!(of_halves <= shares, "V6: {of_halves} for {shares}");
        let call = IVault::redeemCall {
            shares,
            receiver: lender,
            owner: lender,
        };
        let (back, _) = whole.send(lender, vault, &call).unwrap();
        assert!(back <= amount, "V6: {back} for {amount}");

        for (owner, account) in self.accounts {
            let (owner, account) = (*owner, *account);
            let mut suite = start.clone();
            let health = suite.health(account).unwrap();
            // In one step or in two: what is owed then. None if a step is refused.
            let owed = |parts: [U256; 2], repays: bool| {
                let mut suite = start.clone();
                for part in parts.into_iter().filter(|part| !part.is_zero()) {
                    let done = if repays {
                        provide(&mut suite, owner, part);
                        suite.repay(owner, account, part).map(drop)
                    } else {
                        suite.borrow(owner, account, part).map(drop)
                    };
                    done.ok()?;
                }
                suite.debt(account).ok()
            };
            let free = health.borrowLimit.saturating_sub(health.debt);
            for (amount, repays) in [(free, false), (health.debt / U256::from(5), true)] {
                let half = amount / U256::from(2);
                let whole = owed([amount, U256::ZERO], repays);
                let halves = owed([half, amount - half], repays);
                if let (Some(whole), Some(halves)) = (whole, halves) {
                    assert!(halves >= whole, "V6: {halves} is owed for {whole}");
                    compared.debts += 1;
                }
            }
        }

        let bidder = self.suite.clone().user("bidder of halves");
        let take = |id: U256, parts: [U256; 2]| {
            let mut suite = self.suite.clone();
            bidder_with_money(&mut suite, bidder);
            let mut sum = (U256::ZERO, U256::ZERO);
            for part in parts.into_iter().filter(|part| !part.is_zero()) {
                let (taken, _) = suite.take(bidder, id, part, U256::MAX).ok()?;
                sum = (sum.0 + taken.lotTaken, sum.1 + taken.paid);
            }
            Some(sum)
        };
        let mut suite = self.suite.clone();
        for id in suite.active_auctions().unwrap() {
            let amount = suite.auction_status(id).unwrap().lot / U256::from(3);
            let half = amount / U256::from(2);
            let whole = take(id, [amount, U256::ZERO]);
            let halves = take(id, [half, amount - half]);
            if let (Some(whole), Some(halves)) = (whole, halves) {
                if whole.0 == halves.0 {
                    assert!(halves.1 >= whole.1, "A4: {halves:?} for {whole:?}");
                    compared.takes += 1;
                }
            }
        }
    }

    /// L6: what a liquidation leaves is short by no more, after a fall of all prices by a fifth, than without it.
    pub(crate) fn no_liquidation_makes_a_fall_worse(&self, compared: &mut Compared) {
        let start = self.suite;
        for (_, account) in self.accounts {
            for token in start.collaterals.map(|collateral| collateral.token) {
                let mut suite = start.clone();
                let check = suite.check_liquidation(*account, token).unwrap();
                if !check.succeeds || check.closing || check.debt.is_zero() {
                    continue;
                }
                let mut idle = start.clone();
                let keeper = suite.user("last keeper");
                suite.liquidate(keeper, *account, token).unwrap();
                self.set_prices(&mut suite, 80);
                self.set_prices(&mut idle, 80);
                let (with, without) = (short(&mut suite, *account), short(&mut idle, *account));
                // A unit of debt, of the sum and of the lot are rounded.
                assert!(with <= without + 3, "L6: {with} for {without}");
                compared.falls += 1;
            }
        }
    }
}

fn bidder_with_money(suite: &mut Suite, bidder: Address) {
    suite.user("bidder of halves");
    provide(suite, bidder, stable(10_000_000));
}

/// `D − Σ v_i/k_i`, in base units of the loan asset.
fn short(suite: &mut Suite, account: B256) -> i128 {
    let vault = suite.modules.vault;
    let mut payable = U256::ZERO;
    for collateral in suite.collaterals {
        let token = collateral.token;
        let free = suite.collateral_of(account, token).unwrap().free;
        let price = suite.price(token).unwrap();
        let config = suite
            .view(vault, &IVault::collateralConfigCall { token })
            .unwrap();
        let scale = U256::from(10).pow(U256::from(36));
        let value = mul_div_down(free, price, scale).unwrap();
        let (kept, charged) = (ONE - config.lotBuffer, ONE + config.penaltyMax);
        payable += mul_div_down(value, kept, charged).unwrap();
    }
    let signed = |amount: U256| i128::try_from(amount.to::<u128>()).unwrap();
    signed(suite.debt(account).unwrap()) - signed(payable)
}

/// L2: some liquidation of an unhealthy account succeeds, but for want of room, in a pause, its grace, or a cool-off.
/// Whether it was unhealthy and one does.
pub(crate) fn assert_live(suite: &mut Suite, account: B256) -> bool {
    use alloy_sol_types::SolError;
    let health = suite.health(account).unwrap();
    if health.debt <= health.capacity {
        return false;
    }
    let excused = [
        IVault::NoRoom::SELECTOR,
        IVault::Paused::SELECTOR,
        IVault::GracePeriod::SELECTOR,
        IVault::CoolOff::SELECTOR,
    ];
    let tokens = suite.collaterals.map(|collateral| collateral.token);
    let checks = tokens.map(|token| suite.check_liquidation(account, token).unwrap());
    let is_live = checks
        .iter()
        .any(|check| check.succeeds || excused.contains(&check.reason.0));
    assert!(is_live, "L2: {checks:?} at {health:?}");
    checks.iter().any(|check| check.succeeds)
}
