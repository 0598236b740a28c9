//! All programs of the vault read and write the same words: each fact is written by one program, found raw in the storage
//! slot that the layout names, and read back through another program.

use alloy_primitives::keccak256;
use alloy_sol_types::SolCall;
use breakwater_tests::{
    devnode::Tx, interfaces::vault::IVault, Address, Suite, B256, DOLLAR, STABLE, U256, WAD,
};

use crate::common::{funded, stable, ten_ether_account};

/// Slots of the words that are not in maps, as `contracts/vault/src/state/slot.rs` documents them.
const ASSET: u64 = 0;
const AUCTION: u64 = 2;
const LIQUIDITY: u64 = 9;
const LOANS: u64 = 10;
const SHARES: u64 = 11;
const TOTAL_ROOM: u64 = 13;
const RISK: u64 = 14;
const MINIMUMS: u64 = 15;
const BALANCES: u64 = 19;
const OPERATORS: u64 = 21;
const COLLATERALS: u64 = 22;
const ACCOUNTS: u64 = 24;
const LIQUIDATION: u64 = 25;
const SETTLEMENT: u64 = 26;
const GUARD: u64 = 29;
const MARGIN_RULES: u64 = 30;
const STEWARD: u64 = 35;

fn word(suite: &Suite, slot: U256) -> U256 {
    suite.chain.storage(suite.modules.vault, slot)
}

/// Slot of a map's value: Solidity's rule.
fn entry(key: B256, slot: U256) -> U256 {
    let preimage = [key.0, slot.to_be_bytes::<32>()].concat();
    U256::from_be_bytes(keccak256(preimage).0)
}

fn low(word: U256) -> U256 {
    word & U256::from(u128::MAX)
}

fn high(word: U256) -> U256 {
    word >> 128
}

/// A 32-bit field of ratios in billionths.
fn billionths(word: U256, index: usize) -> U256 {
    ((word >> (32 * index)) & U256::from(u32::MAX)) * U256::from(1_000_000_000)
}

/// What settlement and sales read is what the vault's parameters are: discount and reserve factor; cap period.
fn assert_terms_of_settlement(suite: &Suite) {
    let risk = word(suite, U256::from(RISK));
    let terms = word(suite, U256::from(SETTLEMENT)) >> 160;
    assert_ne!(terms, U256::ZERO);
    assert_eq!(terms, (risk >> 32) & U256::from(u64::MAX));
    let cap_period = (word(suite, U256::from(TOTAL_ROOM)) >> 232) & U256::from(0x3f_ffff);
    assert_ne!(cap_period, U256::ZERO);
    assert_eq!(cap_period, (risk >> 96) & U256::from(u32::MAX));
}

#[test]
fn each_word_is_the_same_for_the_program_that_writes_it_and_the_one_that_reads_it() {
    let mut suite = funded();
    let (owner, account) = ten_ether_account(&mut suite);
    let (vault, weth) = (suite.modules.vault, suite.weth());
    let administrator = suite.owner;

    // Written by the core, read by the views.
    let lender = suite.user("lender");
    let market = suite.market().unwrap();
    let liquidity = word(&suite, U256::from(LIQUIDITY));
    assert_eq!(low(liquidity), market.cash);
    let supply = suite.view(vault, &IVault::totalSupplyCall {}).unwrap();
    assert_eq!(high(liquidity), market.totalCarrying);
    assert_eq!(low(word(&suite, U256::from(SHARES))), supply);
    assert_eq!(
        low(word(&suite, U256::from(LOANS))),
        stable(1_490),
        "nothing has accrued since the loan but in views"
    );
    let balance = entry(lender.into_word(), U256::from(BALANCES));
    let shares = suite.balance_of(vault, lender).unwrap();
    assert_eq!(word(&suite, balance), shares);

    // Written by the administration, read by core, views and liquidation.
    let collateral = entry(weth.into_word(), U256::from(COLLATERALS));
    let setup = suite.config.weth;
    let margin = word(&suite, collateral);
    assert_eq!(billionths(margin, 0), U256::from(setup.borrow_ltv));
    assert_eq!(
        billionths(margin, 1),
        U256::from(setup.liquidation_threshold)
    );
    assert_eq!(billionths(margin, 5), U256::from(setup.penalty_max));
    assert_eq!(billionths(margin, 7), U256::from(setup.beta));
    let config = suite
        .view(vault, &IVault::collateralConfigCall { token: weth })
        .unwrap();
    assert_eq!(config.liquidationThreshold, billionths(margin, 1));
    let risk = word(&suite, U256::from(RISK));
    assert_eq!(billionths(risk, 0), U256::from(suite.config.target_health));
    assert_eq!(billionths(risk, 5), U256::from(suite.config.chip));
    let config = suite.config.clone();
    let minimums = word(&suite, U256::from(MINIMUMS)).into_limbs();
    let amounts = [config.min_lot, config.min_debt, config.tip].map(|amount| amount as u64);
    assert_eq!(minimums[..3], amounts);
    let room_cap = word(&suite, U256::from(LIQUIDATION)) >> 160;
    assert_eq!(room_cap, U256::from(config.total_room_cap));
    assert_terms_of_settlement(&suite);
    let fees = IVault::setFeesCall {
        reserveFactor: U256::from(WAD / 5),
        totalRoomCap: room_cap,
        fundMinimum: U256::from(config.fund_minimum),
    };
    suite.send(administrator, vault, &fees).unwrap();
    assert_terms_of_settlement(&suite);
    // Both words have the programs' addresses still.
    let modules = suite.view(vault, &IVault::modulesCall {}).unwrap();
    for (slot, program) in [
        (LIQUIDATION, modules.liquidation),
        (SETTLEMENT, modules.settlement),
    ] {
        let address = word(&suite, U256::from(slot)) << 96 >> 96;
        assert_eq!(address, U256::from_be_bytes(program.into_word().0));
    }
    let guardian = suite.user("guardian");
    let guard = IVault::setGuardianCall {
        guardian,
        grace: U256::from(60),
        graceFloor: U256::from(WAD / 2),
    };
    suite.send(administrator, vault, &guard).unwrap();
    let guarded = word(&suite, U256::from(GUARD));
    assert_eq!(
        guarded << 96 >> 96,
        U256::from_be_bytes(guardian.into_word().0)
    );
    let rules = IVault::setMarginCall {
        openingDeviations: U256::from(WAD),
        openingHorizon: U256::from(86_400),
        thresholdDeviations: U256::ZERO,
        thresholdHorizon: U256::ZERO,
        softDeviations: U256::ZERO,
        softPenalty: U256::ZERO,
        slew: U256::from(WAD / 100),
        volatilityMin: U256::ZERO,
        predictiveCap: U256::ZERO,
    };
    let limit = suite.health(account).unwrap().borrowLimit;
    suite.send(administrator, vault, &rules).unwrap();
    let margin = word(&suite, U256::from(MARGIN_RULES));
    assert_eq!(billionths(margin, 0), U256::from(WAD));
    // The views see it, and so does the core: it refuses what was allowed before.
    assert!(suite.health(account).unwrap().borrowLimit <= limit);
    let operator = suite.user("operator");
    let call = IVault::setOperatorCall {
        operator,
        approved: true,
    };
    suite.send(owner, vault, &call).unwrap();
    let operators = entry(owner.into_word(), U256::from(OPERATORS));
    let flag = entry(operator.into_word(), operators);
    assert_eq!(word(&suite, flag), U256::from(1));
    // The core lets the operator act.
    let call = IVault::withdrawCollateralCall {
        account,
        token: weth,
        amount: U256::from(1),
        receiver: operator,
    };
    suite.try_out(operator, vault, &call).unwrap();
    let pause = IVault::pauseCall {
        verb: U256::from(2),
        duration: U256::from(60),
    };
    suite.send(guardian, vault, &pause).unwrap();
    let failure = suite.try_out(operator, vault, &call).unwrap_err();
    assert!(failure.is::<IVault::Paused>(), "{failure}");

    // Written by the liquidation, read by settlement, views and core.
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    let keeper = suite.user("keeper");
    let (id, _) = suite.liquidate(keeper, account, weth).unwrap();
    let head = entry(account, U256::from(ACCOUNTS));
    let claim = suite.claim(account).unwrap();
    let value = word(&suite, head + U256::from(1));
    let field = |place: u64| (value >> (64 * place)) & U256::from(u64::MAX);
    assert_eq!(field(0), claim.carrying);
    assert_eq!(field(1), claim.penalty);
    assert_eq!(field(2), claim.assigned);
    assert_eq!(
        field(3),
        U256::from((1_u64 << 63) | (1 << 52)),
        "small, marked as used, and with a lot"
    );
    assert_eq!(high(word(&suite, U256::from(LIQUIDITY))), claim.carrying);
    let live = low(word(&suite, U256::from(TOTAL_ROOM))) & ((U256::from(1) << 96) - U256::from(1));
    let room = suite.room(weth).unwrap();
    assert_eq!(live, room.live);
    let limit = suite
        .view(vault, &IVault::claimLimitCall { account })
        .unwrap();
    assert_eq!(limit.outstanding, claim.carrying + claim.penalty);
    let borrow = IVault::borrowCall {
        account,
        assets: U256::from(STABLE),
        receiver: owner,
    };
    let failure = suite.try_out(owner, vault, &borrow).unwrap_err();
    assert!(failure.is::<IVault::ClaimOpen>(), "{failure}");

    // Written by a sale in the core, read by the others.
    let bidder = suite.user("bidder");
    let asset = suite.asset;
    suite.give(asset, bidder, stable(10_000)).unwrap();
    suite.approve_vault(asset, bidder).unwrap();
    suite.pass(200).unwrap();
    suite.take(bidder, id, U256::MAX, U256::MAX).unwrap();
    let market = suite.market().unwrap();
    let [first, second, third, last] = word(&suite, U256::from(LIQUIDITY)).into_limbs();
    // Above cash and carrying, what was paid since the last accrual, rounded up; the lock is open.
    let cash = U256::from_limbs([first, second & (u64::MAX >> 8), 0, 0]);
    assert_eq!(cash, market.cash);
    assert_eq!((third, last & (u64::MAX >> 16)), (0, 0));
    let settled = U256::from(last >> 48) << (second >> 56);
    let paid = claim.carrying;
    assert!(settled >= paid && settled <= paid + (paid >> 15));
    // What the fund got is beside the asset and its decimals, and in the sum of what it has or may get.
    let asset_word = word(&suite, U256::from(ASSET));
    assert_eq!(asset_word >> 168, market.fundCash);
    assert_eq!(market.fundCash, claim.penalty);
    assert_eq!((asset_word >> 160) & U256::from(0xff), U256::from(6));
    assert_eq!(word(&suite, U256::from(AUCTION)) >> 160, market.fundCash);
    assert_eq!(word(&suite, head + U256::from(1)), U256::from(1) << 255);
    assert_terms_of_settlement(&suite);
    suite
        .send(bidder, vault, &IVault::mintReserveCall {})
        .unwrap();
    assert_eq!(word(&suite, U256::from(ASSET)), asset_word << 88 >> 88);
    assert_eq!(word(&suite, U256::from(AUCTION)) >> 160, U256::ZERO);
    let cash = word(&suite, U256::from(LIQUIDITY));
    assert_eq!(cash, market.cash + market.fundCash, "nothing else in it");
}

#[test]
fn a_tightening_is_written_by_one_program_and_felt_in_the_others() {
    let mut suite = funded();
    let (owner, account) = ten_ether_account(&mut suite);
    let (vault, weth, administrator) = (suite.modules.vault, suite.weth(), suite.owner);
    let steward = suite.user("steward");
    let call = IVault::setStewardCall { steward };
    suite.send(administrator, vault, &call).unwrap();
    let named = U256::from_be_bytes(steward.into_word().0);
    assert_eq!(word(&suite, U256::from(STEWARD)), named);
    let before = suite.health(account).unwrap();
    let call = IVault::tightenCall {
        token: weth,
        percent: U256::from(60),
        duration: U256::from(3_600),
    };
    suite.send(steward, vault, &call).unwrap();
    let stewardship = IVault::stewardshipCall { token: weth };
    let until = suite.view(vault, &stewardship).unwrap().until;
    let amounts = word(
        &suite,
        entry(weth.into_word(), U256::from(COLLATERALS)) + U256::from(2),
    );
    let tightening = amounts >> (192 + 38);
    assert_eq!(tightening & U256::from(0x3f), U256::from(60 - 49));
    assert_eq!((tightening >> 6) * U256::from(7_200), until);
    // Views and core lower the limit, the liquidation does not care.
    let tight = suite.health(account).unwrap();
    let sixty = before.borrowLimit * U256::from(60) / U256::from(100);
    assert_eq!(tight.borrowLimit, sixty);
    assert_eq!((tight.debt, tight.capacity), (before.debt, before.capacity));
    let borrow = IVault::borrowCall {
        account,
        assets: U256::from(1),
        receiver: owner,
    };
    let failure = suite.try_out(owner, vault, &borrow).unwrap_err();
    assert!(failure.is::<IVault::OpeningMarginExceeded>(), "{failure}");
    assert!(!suite.check_liquidation(account, weth).unwrap().succeeds);
    suite.pass_until(until.to::<u64>()).unwrap();
    suite.set_price(weth, 200 * DOLLAR).unwrap();
    assert_eq!(
        suite.health(account).unwrap().borrowLimit,
        before.borrowLimit
    );
}

#[test]
fn no_program_has_words_of_its_own() {
    // What each program wrote through the vault is in the vault's storage, and none of it in its own.
    let mut suite = funded();
    let (_, account) = ten_ether_account(&mut suite);
    let weth = suite.weth();
    suite.set_price(weth, 180 * DOLLAR).unwrap();
    let keeper = suite.user("keeper");
    suite.liquidate(keeper, account, weth).unwrap();
    let modules = suite.modules;
    let programs: [Address; 5] = [
        modules.liquidation,
        modules.settlement,
        modules.administration,
        modules.views,
        modules.inventory,
    ];
    for program in programs {
        for slot in 0..40 {
            assert_eq!(suite.chain.storage(program, U256::from(slot)), U256::ZERO);
        }
        let call = IVault::assetCall {}.abi_encode();
        let result = suite.chain.call(Tx::call(keeper, program, call)).unwrap();
        if program == modules.views {
            assert_eq!(result.output.as_ref(), [0; 32]);
        } else {
            assert!(!result.is_success() && result.output.is_empty());
        }
    }
}
