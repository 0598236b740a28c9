//! Lending and borrowing from the first deposit to the last withdrawal; who may call what; a Solidity consumer.

use alloy_sol_types::SolValue;
use breakwater_tests::{
    account_of,
    interfaces::{
        auction::ILiquidationAuction,
        fund::IInsuranceFund,
        oracle::{IOracleAdapter, Parameters},
        vault::IVault,
    },
    invariants, Address, Failure, Suite, HOUR, U256,
};

use crate::common::{
    create, fund, funded, milli_ether, provide, refused, stable, suite, IConsumer,
};

#[test]
fn a_market_goes_from_its_first_deposit_to_its_last_withdrawal_with_exact_books() {
    let mut suite = suite();
    let (lender, borrower) = (suite.user("lender"), suite.user("borrower"));
    let (vault, asset) = (suite.modules.vault, suite.asset);
    let (weth, second) = (suite.weth(), suite.second());
    suite.lend(lender, stable(100_000)).unwrap();
    let bitcoin = U256::from(50_000_000_u64);
    let collateral = [(weth, milli_ether(100_000)), (second, bitcoin)];
    // 20,000 at 75 % and 4,000 at 65 %.
    let account = suite
        .open_position(borrower, 0, &collateral, stable(17_000))
        .unwrap();
    let failure = suite.borrow(borrower, account, stable(1_000)).unwrap_err();
    let excess: IVault::OpeningMarginExceeded = failure.as_error().unwrap();
    assert_eq!(excess.debt, stable(18_000));
    assert_eq!(excess.allowed, stable(17_600));
    invariants::check_all(&mut suite).unwrap();

    suite.pass(365 * 24 * HOUR).unwrap();
    let debt = suite.debt(account).unwrap();
    assert!(debt > stable(17_000));
    let vault_call = IVault::accrueCall {};
    suite.send(lender, vault, &vault_call).unwrap();
    // All interest is in the log, and the only account owes all of it but the rounding.
    let accrued = suite.events::<IVault::Accrued>(vault);
    let interest = accrued
        .iter()
        .fold(U256::ZERO, |sum, found| sum + found.event.interest);
    let reserve = accrued
        .iter()
        .fold(U256::ZERO, |sum, found| sum + found.event.reserve);
    assert_eq!(
        suite.market().unwrap().totalBorrowAssets,
        stable(17_000) + interest
    );
    assert!(debt.abs_diff(stable(17_000) + interest) <= U256::from(1));
    assert_eq!(reserve, interest / U256::from(10));
    invariants::check_all(&mut suite).unwrap();

    // Prices are too old to borrow or withdraw, not to repay.
    let failure = suite.borrow(borrower, account, stable(1)).unwrap_err();
    assert!(failure.is::<IVault::OpeningMarginExceeded>(), "{failure}");
    provide(&mut suite, borrower, stable(5_000));
    let (paid, _) = suite.repay(borrower, account, U256::MAX).unwrap();
    assert!(paid.abs_diff(debt) <= U256::from(1));
    let market = suite.market().unwrap();
    assert_eq!(market.totalBorrowShares, U256::ZERO);
    assert_eq!(suite.debt(account).unwrap(), U256::ZERO);
    assert_eq!(market.cash, stable(100_000) + paid - stable(17_000));
    for (token, amount) in collateral {
        let call = IVault::withdrawCollateralCall {
            account,
            token,
            amount: U256::MAX,
            receiver: borrower,
        };
        suite.send(borrower, vault, &call).unwrap();
        assert_eq!(suite.balance_of(token, borrower).unwrap(), amount);
        assert_eq!(suite.balance_of(token, vault).unwrap(), U256::ZERO);
    }
    suite
        .send(lender, vault, &IVault::mintReserveCall {})
        .unwrap();
    let shares = suite.balance_of(vault, lender).unwrap();
    let redeem = IVault::redeemCall {
        shares,
        receiver: lender,
        owner: lender,
    };
    let (redeemed, _) = suite.send(lender, vault, &redeem).unwrap();
    // The lender has the interest but the reserve, and what rounding and the virtual shares leave behind.
    let due = stable(100_000) + interest - reserve;
    assert!(
        redeemed <= due && due - redeemed <= U256::from(10),
        "{redeemed} of {due}"
    );
    let cash = suite.market().unwrap().cash;
    assert_eq!(cash, stable(100_000) + paid - stable(17_000) - redeemed);
    assert_eq!(suite.balance_of(asset, vault).unwrap(), cash);
    invariants::check_all(&mut suite).unwrap();
}

#[test]
fn debt_below_the_least_is_refused_on_the_way_in_and_out() {
    let mut suite = funded();
    let owner = suite.user("owner");
    let weth = suite.weth();
    let account = suite
        .open_position(owner, 0, &[(weth, milli_ether(10_000))], U256::ZERO)
        .unwrap();
    let failure = suite.borrow(owner, account, stable(199)).unwrap_err();
    assert!(failure.is::<IVault::DebtBelowMinimum>(), "{failure}");
    suite.borrow(owner, account, stable(300)).unwrap();
    let failure = suite.repay(owner, account, stable(101)).unwrap_err();
    assert!(failure.is::<IVault::DebtBelowMinimum>(), "{failure}");
    suite.repay(owner, account, stable(100)).unwrap();
}

#[test]
fn a_solidity_contract_uses_the_vault_as_any_erc_4626_and_reads_its_errors() {
    let mut suite = funded();
    let (vault, asset) = (suite.modules.vault, suite.asset);
    let user = suite.user("integrator");
    let consumer = create(&mut suite, user, "Consumer", &vault.abi_encode());
    suite.give(asset, consumer, stable(1_000)).unwrap();
    // Shares have six decimals more than assets: 10 units of assets at the first price.
    let call = IConsumer::roundTripCall {
        assets: stable(700),
        shares: stable(10) * U256::from(1_000_000),
    };
    let (answer, _) = suite.send(user, consumer, &call).unwrap();
    assert_eq!(answer.spent, stable(710));
    assert!(answer.received <= answer.spent);
    assert!(answer.spent - answer.received <= U256::from(2));
    invariants::check_all(&mut suite).unwrap();

    let withdraw = IConsumer::withdrawCall { assets: stable(5) };
    let failure = refused(&mut suite, user, consumer, &withdraw);
    let error: IVault::ERC4626ExceededMaxWithdraw = failure.as_error().unwrap();
    assert_eq!((error.owner, error.assets), (consumer, stable(5)));
    assert!(error.max < stable(5));
    let balance = suite.balance_of(vault, consumer).unwrap();
    let call = IConsumer::shortfallCall {
        shares: U256::from(77),
    };
    // 77 shares are worth nothing, which is another error than the one that is caught.
    let failure = refused(&mut suite, user, consumer, &call);
    assert!(failure
        .data
        .starts_with(&<IConsumer::PreviewDiffers as alloy_sol_types::SolError>::SELECTOR));
    let shares = stable(77);
    let call = IConsumer::shortfallCall { shares };
    let (answer, _) = suite.send(user, consumer, &call).unwrap();
    assert_eq!(answer.needed, shares);
    assert_eq!(answer.available, balance);
}

#[test]
fn only_an_owner_or_operator_takes_collateral_out_or_borrows() {
    let mut suite = funded();
    let (owner, stranger) = (suite.user("owner"), suite.user("stranger"));
    let (vault, weth) = (suite.modules.vault, suite.weth());
    let account = suite
        .open_position(owner, 3, &[(weth, milli_ether(10_000))], U256::ZERO)
        .unwrap();
    let borrow = IVault::borrowCall {
        account,
        assets: stable(500),
        receiver: stranger,
    };
    let withdraw = IVault::withdrawCollateralCall {
        account,
        token: weth,
        amount: milli_ether(1),
        receiver: stranger,
    };
    let expected = IVault::NotAuthorized { caller: stranger };
    let failure = refused(&mut suite, stranger, vault, &borrow);
    assert_eq!(failure.as_error(), Some(expected.clone()));
    let failure = refused(&mut suite, stranger, vault, &withdraw);
    assert_eq!(failure.as_error(), Some(expected.clone()));
    let allow = |approved| IVault::setOperatorCall {
        operator: stranger,
        approved,
    };
    suite.send(owner, vault, &allow(true)).unwrap();
    suite.send(stranger, vault, &borrow).unwrap();
    suite.send(stranger, vault, &withdraw).unwrap();
    suite.send(owner, vault, &allow(false)).unwrap();
    let failure = refused(&mut suite, stranger, vault, &withdraw);
    assert_eq!(failure.as_error(), Some(expected));
    // A stranger may pay and add to what is there, but not start another kind of token.
    provide(&mut suite, stranger, stable(100));
    suite.repay(stranger, account, stable(100)).unwrap();
    suite
        .deposit_collateral(stranger, account, weth, milli_ether(1))
        .unwrap();
    let second = suite.second();
    let failure = suite
        .deposit_collateral(stranger, account, second, U256::from(1))
        .unwrap_err();
    assert!(failure.is::<IVault::TooManyCollaterals>(), "{failure}");
    invariants::check_all(&mut suite).unwrap();
}

/// The caller that a refusal names, by any of the modules.
fn named(failure: &Failure) -> Option<Address> {
    failure
        .as_error::<IVault::NotAuthorized>()
        .map(|error| error.caller)
}

#[test]
fn what_partners_call_is_refused_to_everybody_else() {
    let mut suite = suite();
    fund(&mut suite, 5_000);
    let modules = suite.modules;
    let account = account_of(suite.user("owner"), 0);
    let (token, amount) = (suite.weth(), U256::from(1));
    let start = ILiquidationAuction::startCall {
        account,
        token,
        lot: amount,
        tab: amount,
        debt: amount,
        price: amount,
        volatility: U256::from(1),
        keeper: Address::ZERO,
    };
    let stranger = suite.user("stranger");
    let owner = suite.owner;
    // Modules other than the partner have no more right than a stranger, and the owner of the parameters neither.
    for caller in [stranger, owner, modules.vault, modules.fund, modules.oracle] {
        suite.chain.set_balance(caller, milli_ether(1_000));
        let release = IVault::releaseCall {
            account,
            token,
            amount,
            receiver: caller,
        };
        let failure = refused_as(&mut suite, caller, modules.vault, &release);
        assert_eq!(named(&failure), Some(caller));
        let settle = IVault::settleCall {
            account,
            token,
            payer: caller,
            payment: U256::ZERO,
            tabSettled: amount,
            debtSettled: amount,
            lotReturned: U256::ZERO,
            ended: true,
        };
        let failure = refused_as(&mut suite, caller, modules.vault, &settle);
        assert_eq!(named(&failure), Some(caller));
        let deliver = IVault::deliverCall {
            account,
            token,
            payer: caller,
            payment: U256::ZERO,
            tabSettled: amount,
            debtSettled: amount,
            lotReturned: U256::ZERO,
            ended: true,
            amount,
            receiver: caller,
        };
        let failure = refused_as(&mut suite, caller, modules.vault, &deliver);
        assert_eq!(named(&failure), Some(caller));
        if caller != modules.vault {
            let failure = refused_as(&mut suite, caller, modules.auction, &start);
            assert_eq!(named(&failure), Some(caller));
        }
    }
    invariants::check_all(&mut suite).unwrap();
}

/// What a call of anybody would answer, also of an address with code, which sends no transactions.
fn refused_as<C: alloy_sol_types::SolCall>(
    suite: &mut Suite,
    caller: Address,
    to: Address,
    call: &C,
) -> Failure
where
    C::Return: std::fmt::Debug,
{
    suite.try_out(caller, to, call).unwrap_err()
}

#[test]
fn parameters_are_the_owners_to_set_and_ownership_moves_in_two_steps() {
    let mut suite = suite();
    let (stranger, heir) = (suite.user("stranger"), suite.user("heir"));
    let owner = suite.owner;
    let modules = suite.modules;
    let zero = U256::ZERO;
    let token = suite.weth();
    let cap = IVault::setSupplyCapCall {
        supplyCap: stable(1),
    };
    let dust = ILiquidationAuction::setDustCall { dust: zero };
    let sources = IOracleAdapter::setSourcesCall {
        token,
        parameters: Parameters::standard(18, 1),
        legs: vec![],
        expectedPrice: zero,
    };
    assert_eq!(
        named(&refused(&mut suite, stranger, modules.vault, &cap)),
        Some(stranger)
    );
    assert_eq!(
        named(&refused(&mut suite, stranger, modules.auction, &dust)),
        Some(stranger)
    );
    assert_eq!(
        named(&refused(&mut suite, stranger, modules.oracle, &sources)),
        Some(stranger)
    );
    for module in [modules.vault, modules.auction, modules.oracle] {
        let offer = IVault::transferOwnershipCall { newOwner: heir };
        let accept = IVault::acceptOwnershipCall {};
        assert_eq!(
            named(&refused(&mut suite, stranger, module, &offer)),
            Some(stranger)
        );
        suite.send(owner, module, &offer).unwrap();
        assert_eq!(
            suite.view(module, &IVault::pendingOwnerCall {}).unwrap(),
            heir
        );
        assert_eq!(
            named(&refused(&mut suite, stranger, module, &accept)),
            Some(stranger)
        );
        suite.send(heir, module, &accept).unwrap();
        assert_eq!(suite.view(module, &IVault::ownerCall {}).unwrap(), heir);
        assert_eq!(
            named(&refused(&mut suite, owner, module, &offer)),
            Some(owner)
        );
    }
}

#[test]
fn stakers_of_the_fund_leave_after_the_cool_down_with_their_share_of_penalties_and_interest() {
    let mut suite = funded();
    let (staker, modules) = (suite.user("staker"), suite.modules);
    let staked = suite.balance_of(modules.fund, staker).unwrap();
    let request = IInsuranceFund::requestRedeemCall {
        shares: staked,
        controller: staker,
        owner: staker,
    };
    suite.send(staker, modules.fund, &request).unwrap();
    let redeem = IInsuranceFund::redeemCall {
        shares: staked,
        receiver: staker,
        controller: staker,
    };
    let failure = refused(&mut suite, staker, modules.fund, &redeem);
    assert!(
        failure.is::<IInsuranceFund::ERC4626ExceededMaxRedeem>(),
        "{failure}"
    );
    suite.pass(24 * HOUR + 1).unwrap();
    // F2: the minimum, a dollar, stays with the fund, whoever is the last to leave.
    let failure = refused(&mut suite, staker, modules.fund, &redeem);
    let exceeded: IInsuranceFund::ERC4626ExceededMaxRedeem = failure.as_error().unwrap();
    let redeem = IInsuranceFund::redeemCall {
        shares: exceeded.max,
        ..redeem
    };
    let (received, _) = suite.send(staker, modules.fund, &redeem).unwrap();
    assert_eq!(suite.balance_of(modules.vault, staker).unwrap(), received);
    let worth = suite
        .view(
            modules.vault,
            &IVault::convertToAssetsCall { shares: received },
        )
        .unwrap();
    assert!(stable(4_999) - worth <= U256::from(2), "{worth}");
    invariants::check_all(&mut suite).unwrap();
}
