//! The deployment: margins, the sequencer's feed, and a fund of the case's size.

use breakwater_tests::{
    external::IMockFeed,
    interfaces::{oracle::IOracleAdapter, vault::IVault},
    Address, Programs, HOUR, I256, U256, WAD,
};

use super::rules::{self, Case, GRACE, SETUP};
use crate::{
    error::{Error, Result},
    market::{self, stable, Series, World},
};

/// The two stakers' parts of the stake.
const STAKES: [f64; 2] = [0.7, 0.3];
/// Staked before anything else, dollars.
const FIRST_STAKE: f64 = 3.0;
/// The target that the fund met when it was small, dollars.
const FIRST_TARGET: f64 = 1.0;
/// Of the target, beyond it: rounding must not leave a full fund a unit short.
const MARGIN: f64 = 1.001;

/// What is on the stage besides the market.
pub(super) struct Stage {
    /// Says whether the sequencer is up.
    pub(super) uptime: Address,
    /// The larger and the smaller staker.
    pub(super) stakers: [Address; 2],
    /// A lender that stays, and buys what the fund sells.
    pub(super) collector: Address,
}

/// A tenth of one in WAD, as often as asked.
fn tenths(count: u64) -> U256 {
    U256::from(WAD / 10 * count)
}

/// Deploys, stakes and opens the accounts.
pub(super) fn set(
    series: &Series,
    case: Case,
    seed: u64,
    programs: &Programs,
) -> Result<(World, Stage)> {
    let plans = market::plan(seed, rules::ACCOUNTS, rules::LEVERAGE);
    let mut world = World::deploy(series, &plans, &SETUP, programs)?;
    let suite = &mut world.suite;
    suite.keep_answers();
    let (owner, vault, oracle) = (suite.owner, suite.modules.vault, suite.modules.oracle);
    let uptime = suite.deploy_feed(owner, "sequencer up", 0, I256::ZERO)?;
    let feed = IOracleAdapter::setSequencerFeedCall {
        feed: uptime,
        grace: U256::from(GRACE),
    };
    suite.send(owner, oracle, &feed)?;
    let margin = IVault::setMarginCall {
        openingDeviations: tenths(20),
        openingHorizon: U256::from(4 * HOUR),
        thresholdDeviations: U256::ZERO,
        thresholdHorizon: U256::ZERO,
        softDeviations: tenths(15),
        softPenalty: U256::from(WAD / 100),
        slew: U256::from(WAD / 100),
        volatilityMin: tenths(2),
        predictiveCap: U256::from(stable(world.expected_debt * rules::PREDICTIVE)),
    };
    suite.send(owner, vault, &margin)?;
    let config = suite.config.clone();
    let least = U256::from(stable(rules::LEAST));
    let risk = IVault::setRiskCall {
        targetHealth: U256::from(config.target_health),
        minDebt: least,
        minLot: least,
        backstopDiscount: U256::from(config.backstop_discount),
        capPeriod: U256::from(config.cap_period),
        coolOff: U256::from(config.cool_off),
    };
    suite.send(owner, vault, &risk)?;
    let stakers = [suite.user("staker"), suite.user("smaller staker")];
    let collector = suite.user(&format!("lender {}", rules::RUNNERS + 1));
    suite.approve_auction(collector)?;
    let stage = Stage {
        uptime,
        stakers,
        collector,
    };
    fill_fund(&mut world, &stage, case)?;
    // The adapter has no price until the sequencer's feed is old enough.
    world.suite.pass(GRACE + 1)?;
    let answers = world.latest_prices().answers;
    world.publish(answers)?;
    world.open(&plans)?;
    for index in (0..world.accounts.len()).step_by(rules::OPTED_IN_EVERY) {
        let id = world.accounts[index].id;
        let account_owner = Address::from_slice(&id[..20]);
        let call = IVault::setPredictiveCall {
            account: id,
            enabled: true,
        };
        world.suite.send(account_owner, vault, &call)?;
    }
    Ok((world, stage))
}

/// A small fund meets a small target; then the market is large, and the fund what the case says.
fn fill_fund(world: &mut World, stage: &Stage, case: Case) -> Result<()> {
    let (owner, vault) = (world.suite.owner, world.suite.modules.vault);
    let target = world.expected_debt * rules::TARGET;
    let [larger, smaller] = stage.stakers;
    let steps = [
        (larger, FIRST_STAKE, FIRST_TARGET),
        (
            larger,
            target * case.part() * MARGIN * STAKES[0],
            FIRST_TARGET,
        ),
        (smaller, target * case.part() * MARGIN * STAKES[1], target),
    ];
    for (staker, stake, target) in steps {
        if stake > 0.0 {
            world.suite.stake(staker, U256::from(stable(stake)))?;
        }
        let call = IVault::setFundTargetCall {
            target: U256::from(stable(target)),
        };
        world.suite.send(owner, vault, &call)?;
        world
            .suite
            .send(owner, vault, &IVault::updateDeleveragingCall {})?;
    }
    let met = world
        .suite
        .view(vault, &IVault::deleveragingCall {})?
        .wasMet;
    match met {
        true => Ok(()),
        false => Err(Error::new("the fund did not meet its first target")),
    }
}

impl Stage {
    /// The sequencer is up again as of now.
    pub(super) fn sequencer_is_up(&self, world: &mut World) -> Result<()> {
        let owner = world.suite.owner;
        let call = IMockFeed::setAnswerCall { answer: I256::ZERO };
        world.suite.send(owner, self.uptime, &call)?;
        Ok(())
    }
}

/// Both sources of WETH stop answering, or answer again.
pub(super) fn break_sources(world: &mut World, broken: bool) -> Result<()> {
    let owner = world.suite.owner;
    for feed in world.suite.collaterals[0].feeds {
        let call = IMockFeed::setBrokenCall { broken };
        world.suite.send(owner, feed, &call)?;
    }
    Ok(())
}
