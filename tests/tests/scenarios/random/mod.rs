//! Random sequences of what users, keepers, bidders and markets do, with the invariants checked all the way: 60 steps each, of fixed seeds.
//! What could come of a state is tried out on copies of the chain, see `futures.rs`.
//! `tests/README.md` has the table of invariants and tests.
//!
//! | file | what is in it |
//! |---|---|
//! | `roles.rs` | who does what: one step |
//! | `checks.rs` | what is held against the state and against single verbs |
//! | `sequences.rs` | the sequences, and that they reach what they are for |

mod checks;
mod roles;
mod sequences;

use std::collections::BTreeMap;

use breakwater_tests::{account_of, interfaces::vault::IVault, Address, Suite, B256, U256, WAD};
use fastrand::Rng;

use crate::common::{deployed, fund, milli_ether, provide, stable};

/// Verbs of lenders, borrowers, keepers and bidders, and how time and prices go.
const PLAIN: u32 = 100;
/// The same, and what the fund, operators, guardian, steward and upkeep do, and several actions in one call.
const ALL: u32 = 136;

struct World {
    suite: Suite,
    random: Rng,
    /// Prices now, dollars with 8 decimals.
    prices: [u64; 2],
    owners: Vec<Address>,
    accounts: Vec<B256>,
    lender: Address,
    keeper: Address,
    bidder: Address,
    guardian: Address,
    steward: Address,
    /// How many kinds of verbs there are.
    verbs: u32,
    /// Whether the last step let time pass, moved a price or a threshold.
    moved: bool,
    /// Price of each live auction when it was last looked at, and when it was started or reset.
    seen: BTreeMap<U256, (U256, U256)>,
    /// How many steps were done, and how many refused.
    done: usize,
    refused: usize,
    /// How often each verb was done, by the first word of its line in the log.
    verbs_done: BTreeMap<String, usize>,
}

impl World {
    fn new(seed: u64, verbs: u32) -> Self {
        let mut suite = deployed(|config| {
            // Little room, so that the caps bind, and auctions that are over soon.
            config.weth.room_cap = 2_500 * breakwater_tests::STABLE;
            config.total_room_cap = 4_000 * breakwater_tests::STABLE;
        });
        let mut random = Rng::with_seed(seed);
        fund(&mut suite, random.u64(0..800));
        let owners: Vec<Address> = (0..4)
            .map(|number| suite.user(&format!("owner {number}")))
            .collect();
        let accounts = owners.iter().map(|owner| account_of(*owner, 0)).collect();
        let [lender, keeper, bidder] = ["lender", "keeper", "bidder"].map(|name| suite.user(name));
        provide(&mut suite, bidder, stable(10_000_000));
        for owner in &owners {
            provide(&mut suite, *owner, stable(100_000));
        }
        // Accounts that are a few steps away from liquidation.
        for (index, owner) in owners.iter().enumerate() {
            let collateral = [
                (suite.weth(), milli_ether(random.u64(5_000..15_000))),
                (suite.second(), U256::from(random.u64(1_000_000..9_000_000))),
            ];
            let tokens = &collateral[..1 + index % 2];
            let account = suite.open_position(*owner, 0, tokens, U256::ZERO).unwrap();
            let limit = suite.health(account).unwrap().borrowLimit;
            let debt = limit * U256::from(random.u64(80..100)) / U256::from(100);
            suite.borrow(*owner, account, debt).unwrap();
        }
        let prices = [suite.config.weth.price, suite.config.second.price];
        let [guardian, steward] = ["guardian", "steward"].map(|name| suite.user(name));
        if verbs == ALL {
            with_all_roles(&mut suite, guardian, steward);
        }
        Self {
            guardian,
            steward,
            verbs,
            moved: false,
            seen: BTreeMap::new(),
            suite,
            random,
            prices,
            owners,
            accounts,
            lender,
            keeper,
            bidder,
            done: 0,
            refused: 0,
            verbs_done: BTreeMap::new(),
        }
    }

    fn count(&mut self, what: &str) {
        *self.verbs_done.entry(what.to_owned()).or_default() += 1;
    }

    fn tokens(&self) -> [Address; 2] {
        [self.suite.weth(), self.suite.second()]
    }

    fn any_token(&mut self) -> Address {
        let index = self.random.usize(0..2);
        self.tokens()[index]
    }

    fn any_account(&mut self) -> (Address, B256) {
        let index = self.random.usize(0..self.owners.len());
        (self.owners[index], self.accounts[index])
    }
}

/// A guardian with grace, a steward, a zone ahead of need, and a fund that had its target once.
fn with_all_roles(suite: &mut Suite, guardian: Address, steward: Address) {
    let (vault, owner) = (suite.modules.vault, suite.owner);
    let call = IVault::setGuardianCall {
        guardian,
        grace: U256::from(900),
        graceFloor: U256::from(WAD / 10 * 9),
    };
    suite.send(owner, vault, &call).unwrap();
    let call = IVault::setStewardCall { steward };
    suite.send(owner, vault, &call).unwrap();
    let call = IVault::setMarginCall {
        openingDeviations: U256::from(WAD / 2 * 3),
        openingHorizon: U256::from(86_400),
        thresholdDeviations: U256::ZERO,
        thresholdHorizon: U256::ZERO,
        softDeviations: U256::from(WAD),
        softPenalty: U256::from(WAD / 200),
        slew: U256::from(WAD / 100),
        volatilityMin: U256::from(WAD / 5),
        predictiveCap: stable(1_500),
    };
    suite.send(owner, vault, &call).unwrap();
    for target in [1, 100_000] {
        let target = stable(target);
        let call = IVault::setFundTargetCall { target };
        suite.send(owner, vault, &call).unwrap();
        suite
            .send(owner, vault, &IVault::updateDeleveragingCall {})
            .unwrap();
    }
}
