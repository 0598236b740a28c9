//! A deployment, and calls to it with typed answers.

use std::collections::HashMap;

use alloy_primitives::{keccak256, Address, Bytes, Log, B256, U256};
use alloy_sol_types::{SolCall, SolEvent};
use breakwater_devnode::{abi::ArbWasm, Chain, Receipt, Trace, Tx, ARB_WASM_ADDRESS};
use breakwater_interfaces::{oracle::IOracleAdapter, vault::IVault};

use crate::{
    config::SuiteConfig,
    external::{IMockExchange, IMockFeed},
    failure::Failure,
    programs::Programs,
};

/// Shares that the vault counts besides those minted.
pub(crate) const VIRTUAL_SHARES: u64 = 1_000_000;

/// Ether that a new user gets, wei.
const USER_BALANCE: u128 = 1_000_000_000_000_000_000_000_000;

/// The modules and programs of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Modules {
    /// The vault: its core, whose address is the vault's.
    pub vault: Address,
    /// The vault's program for liquidation.
    pub liquidation: Address,
    /// The vault's program for claims.
    pub settlement: Address,
    /// The vault's program for administration and rights.
    pub administration: Address,
    /// The vault's program for views.
    pub views: Address,
    /// The vault's program for the fund's collateral.
    pub inventory: Address,
    /// The oracle adapter.
    pub oracle: Address,
    /// The adapter's program for configuration.
    pub oracle_extension: Address,
    /// The auction.
    pub auction: Address,
    /// The insurance fund.
    pub fund: Address,
}

impl Modules {
    /// All programs.
    #[must_use]
    pub const fn programs(&self) -> [Address; 10] {
        [
            self.vault,
            self.liquidation,
            self.settlement,
            self.administration,
            self.views,
            self.inventory,
            self.oracle,
            self.oracle_extension,
            self.auction,
            self.fund,
        ]
    }
}

/// A collateral token and its two price feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collateral {
    /// The token.
    pub token: Address,
    /// Its decimals.
    pub decimals: u8,
    /// Its name for readers.
    pub symbol: &'static str,
    /// Its feeds.
    pub feeds: [Address; 2],
}

/// A log, and when it was written.
#[derive(Clone, Debug)]
pub struct Recorded<T> {
    /// Time of the block, seconds since 1970.
    pub time: u64,
    /// Number of the transaction in the suite's history.
    pub transaction: usize,
    /// What was logged.
    pub event: T,
}

/// A deployed Breakwater on a chain of its own.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The chain.
    pub chain: Chain,
    /// The parameters that it was deployed with.
    pub config: SuiteConfig,
    /// Who set them.
    pub owner: Address,
    /// The loan asset.
    pub asset: Address,
    /// WETH and the second collateral.
    pub collaterals: [Collateral; 2],
    /// The modules.
    pub modules: Modules,
    /// A market that sells collateral for the loan asset.
    pub exchange: Address,
    /// The calls of the last transaction, if it is set to some before one.
    pub trace: Option<Trace>,
    pub(crate) programs: Programs,
    pub(crate) history: Vec<Recorded<Log>>,
    pub(crate) transactions: usize,
    pub(crate) share_price_violations: Vec<String>,
    pub(crate) answers: Answers,
}

/// Answers of views, as long as they stay what they are: until the next transaction, or the next second.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers {
    is_kept: bool,
    /// Transactions and time when they were given.
    given: (usize, u64),
    by_call: HashMap<(Address, Address, Vec<u8>), Bytes>,
}

impl Suite {
    /// WETH.
    pub fn weth(&self) -> Address {
        self.collaterals[0].token
    }

    /// The second collateral.
    pub fn second(&self) -> Address {
        self.collaterals[1].token
    }

    /// The collateral of this token.
    pub(crate) fn collateral(&self, token: Address) -> Result<Collateral, Failure> {
        let found = self.collaterals.iter().find(|known| known.token == token);
        found
            .copied()
            .ok_or_else(|| Failure::other(format!("{token} is no collateral")))
    }

    /// An address of its own for each name, with ether for gas.
    pub fn user(&mut self, name: &str) -> Address {
        let user = Address::from_word(keccak256(format!("breakwater user {name}")));
        if self.chain.balance(user).is_zero() {
            self.chain.set_balance(user, U256::from(USER_BALANCE));
        }
        user
    }

    // --- calls ---

    /// Sends a transaction; a revert is a [`Failure`].
    ///
    /// # Errors
    ///
    /// If it does not succeed, or answers something else than its type.
    pub fn send<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        call: &C,
    ) -> Result<(C::Return, Receipt), Failure> {
        self.send_with_value(from, to, call, U256::ZERO)
    }

    /// [`Suite::send`] with a value in wei.
    ///
    /// # Errors
    ///
    /// As [`Suite::send`].
    pub fn send_with_value<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        call: &C,
        value: U256,
    ) -> Result<(C::Return, Receipt), Failure> {
        let watched = self.config.watch_share_price && self.is_watched(to);
        let before = if watched { Some(self.pool()?) } else { None };
        let receipt = self.transact(Tx::call(from, to, call.abi_encode()).with_value(value))?;
        if let Some(before) = before {
            self.compare_share_price(before, &receipt, C::SIGNATURE)?;
        }
        let answer = answer_of::<C>(&receipt.output)?;
        Ok((answer, receipt))
    }

    /// Sends a transaction as it is and records its logs.
    pub(crate) fn transact(&mut self, tx: Tx) -> Result<Receipt, Failure> {
        let time = self.chain.timestamp();
        let receipt = match &mut self.trace {
            Some(trace) => {
                let (receipt, calls) = self.chain.transact_traced(tx)?;
                *trace = calls;
                receipt
            }
            None => self.chain.transact(tx)?,
        };
        if !receipt.is_success() {
            return Err(Failure::reverted(
                &receipt.status,
                &receipt.output,
                receipt.gas_used,
            ));
        }
        let transaction = self.transactions;
        self.transactions += 1;
        let logs = receipt.logs.iter().cloned();
        self.history.extend(logs.map(|event| Recorded {
            time,
            transaction,
            event,
        }));
        Ok(receipt)
    }

    /// Calls a view, as nobody in particular.
    ///
    /// # Errors
    ///
    /// If it does not succeed, or answers something else than its type.
    pub fn view<C: SolCall>(&mut self, to: Address, call: &C) -> Result<C::Return, Failure> {
        self.try_out(Address::ZERO, to, call)
    }

    /// What a transaction of `from` would answer now; nothing is kept of it.
    ///
    /// # Errors
    ///
    /// As [`Suite::view`].
    pub fn try_out<C: SolCall>(
        &mut self,
        from: Address,
        to: Address,
        call: &C,
    ) -> Result<C::Return, Failure> {
        let data = call.abi_encode();
        let moment = (self.transactions, self.now());
        if self.answers.given != moment {
            self.answers.given = moment;
            self.answers.by_call.clear();
        }
        let key = (from, to, data);
        if let Some(output) = self.answers.by_call.get(&key) {
            return answer_of::<C>(output);
        }
        let result = self.chain.call(Tx::call(from, to, key.2.clone()))?;
        if !result.is_success() {
            return Err(Failure::reverted(
                &result.status,
                &result.output,
                result.gas_used,
            ));
        }
        let answer = answer_of::<C>(&result.output);
        if self.answers.is_kept {
            self.answers.by_call.insert(key, result.output);
        }
        answer
    }

    /// Asks no view twice for the same in one state. Only for those who change nothing but by transactions and time.
    pub fn keep_answers(&mut self) {
        self.answers.is_kept = true;
    }

    // --- history ---

    /// All events of type `E` that `contract` has logged so far, oldest first.
    pub fn events<E: SolEvent>(&self, contract: Address) -> Vec<Recorded<E>> {
        self.events_since(contract, 0)
    }

    /// The same from the `position`-th log of the history on; see [`Suite::position`].
    pub fn events_since<E: SolEvent>(
        &self,
        contract: Address,
        position: usize,
    ) -> Vec<Recorded<E>> {
        let logs = self.history.get(position..).unwrap_or_default();
        let decoded = logs.iter().filter_map(|recorded| {
            let log = &recorded.event;
            // Several interfaces have events of one signature (ERC-20's): the address decides.
            if log.address != contract || log.topics().first() != Some(&E::SIGNATURE_HASH) {
                return None;
            }
            Some(Recorded {
                time: recorded.time,
                transaction: recorded.transaction,
                event: E::decode_log_data(&log.data).ok()?,
            })
        });
        decoded.collect()
    }

    /// All logs of `contract` so far, oldest first.
    pub fn logs(&self, contract: Address) -> Vec<Recorded<Log>> {
        let logs = self.history.iter();
        logs.filter(|recorded| recorded.event.address == contract)
            .cloned()
            .collect()
    }

    /// Whether one of `contracts` has logged anything from the `position`-th log of the history on.
    pub fn has_logged(&self, contracts: &[Address], position: usize) -> bool {
        let logs = self.history.get(position..).unwrap_or_default();
        logs.iter()
            .any(|recorded| contracts.contains(&recorded.event.address))
    }

    /// Number of logs so far.
    pub fn position(&self) -> usize {
        self.history.len()
    }

    // --- time and prices ---

    /// Time that the next transaction reads, seconds since 1970.
    pub fn now(&self) -> u64 {
        self.chain.timestamp()
    }

    /// Lets time pass. Feeds grow old: set prices again.
    ///
    /// # Errors
    ///
    /// If the chain's open block has transactions.
    pub fn pass(&mut self, seconds: u64) -> Result<(), Failure> {
        Ok(self.chain.increase_time(seconds)?)
    }

    /// Goes to a time.
    ///
    /// # Errors
    ///
    /// If it lies in the past.
    pub fn pass_until(&mut self, time: u64) -> Result<(), Failure> {
        Ok(self.chain.set_time(time)?)
    }

    /// Extends the time for which the programs stay activated, as somebody has to within a year.
    ///
    /// # Errors
    ///
    /// If the last time was less than 31 days ago.
    pub fn keep_programs_alive(&mut self) -> Result<(), Failure> {
        let owner = self.owner;
        for program in self.modules.programs() {
            let codehash = self.chain.code_hash(program);
            let call = ArbWasm::codehashKeepaliveCall { codehash };
            let tx = Tx::call(owner, ARB_WASM_ADDRESS, call.abi_encode());
            // More than the fee: the rest comes back.
            self.transact(tx.with_value(U256::from(10_u64.pow(18))))?;
        }
        Ok(())
    }

    /// Both feeds of `token` answer `price` (dollars, 8 decimals), one a little lower, one a little higher, as of now.
    ///
    /// # Errors
    ///
    /// If the token is no collateral.
    pub fn set_price(&mut self, token: Address, price: u64) -> Result<(), Failure> {
        let feeds = self.collateral(token)?.feeds;
        let half = u128::from(price) * u128::from(self.config.feed_difference) / 2_000_000;
        let answers = [u128::from(price) - half, u128::from(price) + half];
        let owner = self.owner;
        for (feed, answer) in feeds.into_iter().zip(answers) {
            let call = IMockFeed::setAnswerCall {
                answer: alloy_primitives::I256::try_from(answer)
                    .map_err(|error| Failure::other(error.to_string()))?,
            };
            self.send(owner, feed, &call)?;
        }
        Ok(())
    }

    /// The adapter takes a sample of `token`'s price, or notes that it has none. True if it was one.
    ///
    /// # Errors
    ///
    /// `UnknownToken`.
    pub fn poke(&mut self, from: Address, token: Address) -> Result<(bool, Receipt), Failure> {
        let oracle = self.modules.oracle;
        self.send(from, oracle, &IOracleAdapter::pokeCall { token })
    }

    /// The exchange buys `token` at this price (1e36 scale).
    ///
    /// # Errors
    ///
    /// Never in practice.
    pub fn set_market_price(&mut self, token: Address, price: U256) -> Result<(), Failure> {
        let (owner, exchange) = (self.owner, self.exchange);
        self.send(
            owner,
            exchange,
            &IMockExchange::setPriceCall { token, price },
        )?;
        Ok(())
    }

    /// The adapter's price of `token`, 1e36 scale.
    ///
    /// # Errors
    ///
    /// `PriceUnavailable`.
    pub fn price(&mut self, token: Address) -> Result<U256, Failure> {
        let oracle = self.modules.oracle;
        self.view(oracle, &IOracleAdapter::priceCall { token })
    }

    // --- the share price, V5 ---

    /// Lenders' assets and shares in existence.
    ///
    /// # Errors
    ///
    /// Never in practice.
    pub fn pool(&mut self) -> Result<(U256, U256), Failure> {
        let vault = self.modules.vault;
        let assets = self.view(vault, &IVault::totalAssetsCall {})?;
        let shares = self.view(vault, &IVault::totalSupplyCall {})?;
        Ok((assets, shares))
    }

    /// Whether transactions to this address can touch the vault's books: all but those to tokens, feeds and the exchange.
    fn is_watched(&self, to: Address) -> bool {
        let outside = [self.asset, self.exchange];
        let known = self
            .collaterals
            .iter()
            .any(|known| known.token == to || known.feeds.contains(&to));
        !known && !outside.contains(&to) && self.modules.vault != Address::ZERO
    }

    /// Holds the share price after a transaction against the one before, in the same second: `(A + 1)/(S + S₀)`, to one
    /// base unit of assets, the part of losses that lenders shared added back.
    fn compare_share_price(
        &mut self,
        before: (U256, U256),
        receipt: &Receipt,
        verb: &str,
    ) -> Result<(), Failure> {
        let after = self.pool()?;
        let vault = self.modules.vault;
        let losses: Vec<IVault::LossRecognised> = receipt
            .logs
            .iter()
            .filter(|log| log.address == vault)
            .filter_map(|log| IVault::LossRecognised::decode_log_data(&log.data).ok())
            .collect();
        let shared = losses
            .iter()
            .fold(U256::ZERO, |sum, loss| sum.saturating_add(loss.shared));
        let one = U256::from(1);
        let shares = |shares: U256| shares.saturating_add(U256::from(VIRTUAL_SHARES));
        let restored = after.0.saturating_add(one).saturating_add(shared);
        // restored/(S1 + S0) against (A + 1)/(S + S0), cross-multiplied: assets and shares are of 128 bits.
        let fell = restored
            .saturating_add(one)
            .saturating_mul(shares(before.1))
            < before.0.saturating_add(one).saturating_mul(shares(after.1));
        // What the fund covers is rounded down, by less than a unit a loss; the shares that are burnt, and those minted beside
        // it (reward, reserve), by a share each, millionths of a unit.
        let rounded = restored.saturating_sub(U256::from(losses.len().saturating_add(1)));
        let rose = !losses.is_empty()
            && rounded.saturating_mul(shares(before.1))
                > before.0.saturating_add(one).saturating_mul(shares(after.1));
        if fell || rose {
            let time = self.now();
            self.share_price_violations.push(format!(
                "{verb} at {time}: assets and shares {before:?} became {after:?}, shared loss {shared}"
            ));
        }
        Ok(())
    }
}

fn answer_of<C: SolCall>(output: &[u8]) -> Result<C::Return, Failure> {
    C::abi_decode_returns(output).map_err(|error| {
        Failure::other(format!("{}: cannot read its answer: {error}", C::SIGNATURE))
    })
}

/// A word of 32 bytes from a name: CREATE2 salts.
pub(crate) fn salt_of(name: &str) -> B256 {
    keccak256(name)
}
