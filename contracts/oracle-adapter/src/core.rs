//! The adapter's first program: prices and samples. What it does not know it passes on to the extension.

use alloc::{vec, vec::Vec};
use alloy_primitives::{Address, U256};
use alloy_sol_types::SolCall;
use breakwater_fixed_point::{mul_div_down, mul_div_up, mul_less, PRICE_SCALE, WAD};
use breakwater_interfaces::{
    external::AggregatorV3Interface::latestRoundDataCall,
    oracle::{IOracleAdapter as O, Status},
    outbound::{word_at, Calldata},
};
use breakwater_risk::{
    aggregation::{Outcome, Reading, Readings},
    breaker::{deviation, judge, Direction, Verdict, REARM_WINDOWS},
    compact::{compact_price, expand},
    time_weighted_average::advance,
    volatility::{squared_return, update},
};
use stylus_sdk::{
    abi::{Router, CONSTRUCTOR_SELECTOR},
    prelude::*,
    ArbResult,
};

use crate::{
    arguments::{words, Arguments},
    errors::{self, Error, Fallible},
    state::{AdapterState, Incidents, Memory, TokenConfig},
};

/// How far a configuration may move a price without an expected one, and how far the expected one may be off: one part in 20.
pub const MAX_MOVE_PARTS: u64 = 20;

/// Seconds after a sample within which a poke that is too early for another does not ask the sources: a halt may start its clock so
/// much later.
pub const SETTLED: u64 = 60;

/// The adapter.
#[cfg_attr(not(feature = "extension"), entrypoint)]
#[storage]
pub struct OracleAdapter {
    /// All of the adapter's words.
    pub state: AdapterState,
}

#[cfg(feature = "extension")]
// SAFETY: as the entrypoint macro has it; in a build with another entrypoint this type is used by tests only.
unsafe impl TopLevelStorage for OracleAdapter {}

impl Router<OracleAdapter> for OracleAdapter {
    type Storage = OracleAdapter;

    fn route(adapter: &mut OracleAdapter, selector: u32, input: &[u8]) -> Option<ArbResult> {
        adapter
            .state
            .run(selector.to_be_bytes(), Arguments(input))
            .map_err(Error::into_data)
            .transpose()
    }

    fn receive(_: &mut OracleAdapter) -> Option<Result<(), Vec<u8>>> {
        None
    }

    /// Everything else is in the extension, which runs on the same storage.
    fn fallback(adapter: &mut OracleAdapter, calldata: &[u8]) -> Option<ArbResult> {
        let state = &mut adapter.state;
        let program = state.extension();
        Some(state.delegate(program, calldata).map_err(Error::into_data))
    }

    fn constructor(adapter: &mut OracleAdapter, input: &[u8]) -> Option<ArbResult> {
        let done = adapter.state.construct(input);
        Some(done.map(|()| Vec::new()).map_err(Error::into_data))
    }
}

/// A token and all that is loaded of it for a quote.
struct Token {
    base: U256,
    config: TokenConfig,
    memory: Memory,
    incidents: Incidents,
}

/// What a quote says.
struct Judged {
    mid: U256,
    low: U256,
    volatility: u64,
    status: Status,
}

impl AdapterState {
    /// Deploys an adapter: `constructor(address asset, uint8 decimals, address owner, address extension)`. The work is done
    /// by the extension, on this storage.
    fn construct(&mut self, input: &[u8]) -> Fallible<()> {
        // Once: the loan asset is never zero afterwards.
        if !self.asset().0.is_zero() {
            return Err(errors::not_authorized(self.vm().msg_sender()));
        }
        let extension = Arguments(input).address(3)?;
        let calldata = [CONSTRUCTOR_SELECTOR.to_be_bytes().as_slice(), input].concat();
        self.delegate(extension, &calldata)?;
        // A call to an address without code succeeds and leaves nothing behind.
        if self.asset().0.is_zero() {
            return Err(errors::zero_address());
        }
        Ok(())
    }

    /// Runs a function of this program; none if the selector is not one of them.
    fn run(&mut self, selector: [u8; 4], a: Arguments<'_>) -> Fallible<Option<Vec<u8>>> {
        if !self.vm().msg_value().is_zero() {
            return Err(errors::refused());
        }
        Ok(Some(match selector {
            O::quotesCall::SELECTOR => {
                let is_down = self.is_sequencer_down()?;
                self.quote_all(a, 0, is_down, None)?
            }
            O::liveQuoteCall::SELECTOR => {
                let since = self.sequencer_up_since()?;
                let is_down = self.is_down(since);
                let [mid, low, volatility, status] =
                    self.quote_words(a.address(0)?, is_down, None)?;
                words(&[mid, low, volatility, status, U256::from(since)])
            }
            O::pokeAndQuotesCall::SELECTOR => {
                let token = a.address(0)?;
                let is_down = self.is_sequencer_down()?;
                // Whether a sample can be taken is nothing to who wants a price: all that can fail comes before the first write.
                let found = self.poke(token, Some(is_down)).ok();
                let seen = found.and_then(|(_, outcome)| Some((token, outcome?)));
                self.quote_all(a, 1, is_down, seen)?
            }
            O::priceCall::SELECTOR => {
                let is_down = self.is_sequencer_down()?;
                words(&[self.good_price(a.address(0)?, is_down)?])
            }
            O::getQuoteCall::SELECTOR => {
                let is_down = self.is_sequencer_down()?;
                let base = self.good_price(a.address(1)?, is_down)?;
                // Known to be Ok, hence at least 8 significant digits: safe to divide by.
                let quote = self.good_price(a.address(2)?, is_down)?;
                let amount = mul_div_down(a.number(0)?, base, quote);
                words(&[amount.ok_or_else(errors::math_overflow)?])
            }
            O::pokeCall::SELECTOR => {
                let (sampled, _) = self.poke(a.address(0)?, None)?;
                words(&[U256::from(u8::from(sampled))])
            }
            O::sequencerUpSinceCall::SELECTOR => words(&[U256::from(self.sequencer_up_since()?)]),
            O::readingsCall::SELECTOR => {
                let base = self.base(a.address(0)?);
                let mut answer = vec![U256::from(32), U256::ZERO];
                let (config, now) = (self.config(base), self.now());
                self.read_sources(base, config, now, |reading| {
                    let (price, state) = match reading {
                        Reading::Fresh(price) => (price, 0),
                        Reading::Old => (U256::ZERO, 1),
                        Reading::Nothing => (U256::ZERO, 2),
                    };
                    answer.extend_from_slice(&[price, U256::from(state)]);
                })?;
                let length = U256::from(answer.len().saturating_sub(2) >> 1);
                if let Some(place) = answer.get_mut(1) {
                    *place = length;
                }
                words(&answer)
            }
            O::setSourcesCall::SELECTOR => {
                self.set_sources(a)?;
                Vec::new()
            }
            _ => return Ok(None),
        }))
    }

    /// The quotes of an array of tokens, whose offset is the `index`-th argument. `seen` is a token whose sources have been read in this
    /// call, and what they said.
    #[inline(never)]
    fn quote_all(
        &self,
        a: Arguments<'_>,
        index: usize,
        is_down: bool,
        seen: Option<(Address, Outcome)>,
    ) -> Fallible<Vec<u8>> {
        let (length, first) = a.array(index)?;
        let mut answer = vec![U256::from(32), U256::from(length)];
        for index in first..first.saturating_add(length) {
            let token = a.address(index)?;
            let seen = seen.and_then(|(seen, outcome)| (seen == token).then_some(outcome));
            answer.extend_from_slice(&self.quote_words(token, is_down, seen)?);
        }
        Ok(words(&answer))
    }

    /// A quote as it is returned.
    #[inline(never)]
    fn quote_words(
        &self,
        token: Address,
        is_down: bool,
        seen: Option<Outcome>,
    ) -> Fallible<[U256; 4]> {
        let quote = self.quote(token, is_down, seen)?.0;
        let volatility = U256::from(quote.volatility);
        let status = U256::from(quote.status as u8);
        Ok([quote.mid, quote.low, volatility, status])
    }

    /// Since when the sequencer has been up: 0 without a feed, 2^64-1 if the feed says that it is down, or nothing that can be
    /// understood.
    fn sequencer_up_since(&self) -> Fallible<u64> {
        let (feed, _) = self.sequencer_feed();
        if feed.is_zero() {
            return Ok(0);
        }
        let Some(data) = self.ask(feed, &Calldata::new::<latestRoundDataCall>(0), 5)? else {
            return Ok(u64::MAX);
        };
        // The answer is 0 for up and 1 for down, the round's start when that became so; a start of 0 is no round.
        let word = |index| word_at(&data, index).unwrap_or(U256::MAX);
        let since = word(2);
        if !word(1).is_zero() || since.is_zero() {
            return Ok(u64::MAX);
        }
        Ok(since.saturating_to())
    }

    /// Whether there is a sequencer feed and it does not say that the sequencer has been up for longer than the grace period.
    fn is_sequencer_down(&self) -> Fallible<bool> {
        Ok(self.is_down(self.sequencer_up_since()?))
    }

    /// Whether a sequencer that has been up since then counts as down.
    fn is_down(&self, since: u64) -> bool {
        let (_, grace) = self.sequencer_feed();
        let up_for = self.now().checked_sub(since);
        since != 0 && up_for.is_none_or(|up_for| up_for <= grace)
    }

    fn token(&self, address: Address) -> Token {
        let base = self.base(address);
        let config = self.config(base);
        let memory = self.memory(base);
        Token {
            base,
            config,
            memory,
            incidents: self.incidents(base, &memory),
        }
    }

    /// The median of a token's sources, or why there is none.
    #[inline(never)]
    fn outcome(&self, token: &Token, now: u64) -> Fallible<Outcome> {
        let mut readings = Readings::default();
        self.read_sources(token.base, token.config, now, |reading| {
            readings.add(reading);
        })?;
        Ok(readings.outcome(token.config.quorum() as usize, token.config.max_spread()))
    }

    /// # Errors
    ///
    /// `UnknownToken`, `PriceUnavailable`.
    fn good_price(&self, token: Address, is_down: bool) -> Fallible<U256> {
        let (quote, is_known) = self.quote(token, is_down, None)?;
        if quote.status == Status::Ok {
            return Ok(quote.mid);
        }
        Err(if is_known {
            errors::price_unavailable(token, quote.status as u8)
        } else {
            errors::unknown_token(token)
        })
    }

    /// The quote of a token, and whether the adapter knows it. `seen` is what its sources said, if they have been read in this call.
    #[inline(never)]
    fn quote(
        &self,
        address: Address,
        is_down: bool,
        seen: Option<Outcome>,
    ) -> Fallible<(Judged, bool)> {
        let token = self.token(address);
        if token.config.is_unknown() {
            // Never configured: the loan asset itself, or unknown.
            let is_asset = address == self.asset().0;
            let (price, status) = if is_asset {
                (PRICE_SCALE, Status::Ok)
            } else {
                (U256::ZERO, Status::NoQuorum)
            };
            let quote = Judged {
                mid: price,
                low: price,
                volatility: 0,
                status,
            };
            return Ok((quote, is_asset));
        }
        let now = self.now();
        let volatility = token.volatility(now);
        let status = if is_down {
            Status::SequencerDown
        } else {
            let outcome = match seen {
                Some(outcome) => outcome,
                None => self.outcome(&token, now)?,
            };
            match outcome {
                Outcome::Good(price) => {
                    let average = token.average(now);
                    match token.breaker(price, average, now) {
                        None | Some((_, Verdict::Believed)) => {
                            let quote = Judged {
                                mid: price,
                                low: lower(price, average),
                                volatility,
                                status: Status::Ok,
                            };
                            return Ok((quote, true));
                        }
                        Some(_) => Status::Halted,
                    }
                }
                failed => failure(failed),
            }
        };
        let price = if token.is_dead(now, status) {
            U256::ZERO
        } else {
            token.memory.last
        };
        let quote = Judged {
            mid: price,
            low: price,
            volatility,
            status,
        };
        Ok((quote, true))
    }

    /// Takes a sample of a token, and notes what is wrong with it. `is_down` says that the sequencer is, if that is known. Returns whether it was
    /// one, and what the sources said if they were asked.
    #[inline(never)]
    fn poke(
        &mut self,
        address: Address,
        is_down: Option<bool>,
    ) -> Fallible<(bool, Option<Outcome>)> {
        let mut token = self.token(address);
        if token.config.is_unknown() {
            return Err(errors::unknown_token(address));
        }
        let now = self.now();
        let [interval, _, _, _, halt, _] = token.config.times();
        let silence = token.silence(now);
        let is_due = silence >= interval;
        // Right after a sample nothing is sampled, and whatever goes wrong meanwhile is noted by the next poke. No source is asked:
        // a liquidation that pokes first pays little for it.
        if !is_due && silence < SETTLED && token.incidents.failing_since == 0 {
            return Ok((false, None));
        }
        // Right after an outage sources have yet to catch up.
        let is_down = match is_down {
            Some(is_down) => is_down,
            None => self.is_sequencer_down()?,
        };
        if is_down {
            return Ok((false, None));
        }
        let outcome = self.outcome(&token, now)?;
        // All calls come before the first write.
        let Outcome::Good(price) = outcome else {
            if token.incidents.failing_since == 0 {
                token.incidents.failing_since = now;
                self.remember(token.base, token.memory, token.incidents);
                self.emit(&O::SourcesFailing {
                    token: address,
                    status: failure(outcome) as u8,
                });
            }
            return Ok((false, Some(outcome)));
        };
        let before = token.incidents;
        token.incidents.failing_since = 0;
        let average = token.average(now);
        let is_held = match token.breaker(price, average, now) {
            None => false,
            Some((direction, verdict)) => {
                let sampled_at = token.memory.sampled_at;
                let until = token.incidents.until(direction);
                match verdict {
                    Verdict::Unrecorded => {
                        *until = now.saturating_add(halt);
                        let until = U256::from(*until);
                        self.emit(&O::Halted {
                            token: address,
                            price,
                            average,
                            until,
                        });
                    }
                    // The first sample of the price that stood out its halt: from here on the average catches up.
                    Verdict::Believed if is_due && sampled_at < *until => *until = now,
                    _ => {}
                }
                verdict != Verdict::Believed
            }
        };
        let is_sampled = is_due && !is_held;
        if is_sampled {
            token.sample(price, average, now);
            self.emit(&O::Sampled {
                token: address,
                price: token.memory.last,
                average,
                volatility: U256::from(token.memory.volatility),
            });
        }
        if is_sampled || token.incidents != before {
            self.remember(token.base, token.memory, token.incidents);
        }
        Ok((is_sampled, Some(outcome)))
    }

    /// Sets all that prices a token, by the owner: the extension checks and writes it; then the new sources must give a
    /// price, near the last good one or, if that is overridden, near the expected one.
    fn set_sources(&mut self, a: Arguments<'_>) -> Fallible<()> {
        let address = a.address(0)?;
        let expected = a.number(15)?;
        let calldata = [O::setSourcesCall::SELECTOR.as_slice(), a.0].concat();
        let program = self.extension();
        self.delegate(program, &calldata)?;
        let mut token = self.token(address);
        let now = self.now();
        let price = match self.outcome(&token, now)? {
            Outcome::Good(price) => price,
            failed => return Err(errors::price_unavailable(address, failure(failed) as u8)),
        };
        let is_forced = !expected.is_zero();
        let reference = if is_forced {
            expected
        } else {
            token.memory.last
        };
        if reference.is_zero() {
            return Err(errors::expected_price_required(address));
        }
        let distance = price.abs_diff(reference);
        if mul_less(reference, U256::ONE, distance, U256::from(MAX_MOVE_PARTS)) {
            return Err(errors::price_moved(address, price, reference));
        }
        if is_forced {
            token.memory = Memory {
                last: price,
                average: price,
                sampled_at: now,
                volatility: token.config.gap_volatility(),
                has_incidents: false,
            };
            self.remember(token.base, token.memory, Incidents::default());
        }
        Ok(())
    }
}

impl Token {
    /// The average now.
    fn average(&self, now: u64) -> U256 {
        let [_, _, _, window, ..] = self.config.times();
        let memory = &self.memory;
        advance(memory.average, memory.last, self.silence(now), window)
    }

    /// Seconds since the last sample.
    fn silence(&self, now: u64) -> u64 {
        now.saturating_sub(self.memory.sampled_at)
    }

    /// Volatility now: silence is not calm.
    fn volatility(&self, now: u64) -> u64 {
        let [_, gap, ..] = self.config.times();
        let volatility = self.memory.volatility;
        if self.silence(now) > gap {
            volatility.max(self.config.gap_volatility())
        } else {
            volatility
        }
    }

    /// In which direction `price` deviates, and what becomes of it.
    #[inline(never)]
    fn breaker(&self, price: U256, average: U256, now: u64) -> Option<(Direction, Verdict)> {
        let [_, _, _, window, ..] = self.config.times();
        // What the average counts is `window` old when it was taken.
        let age = self.silence(now).saturating_add(window);
        let volatility = self.volatility(now);
        let direction = deviation(price, average, volatility, age, self.config.limits())?;
        let mut incidents = self.incidents;
        let until = *incidents.until(direction);
        let rearm = window.saturating_mul(REARM_WINDOWS);
        Some((direction, judge(now, until, self.memory.sampled_at, rearm)))
    }

    /// Whether the sources have been failing for too long for the last good price to mean anything.
    fn is_dead(&self, now: u64, status: Status) -> bool {
        let [.., dead_after] = self.config.times();
        let since = self.incidents.failing_since;
        status != Status::Halted && since != 0 && now >= since.saturating_add(dead_after)
    }

    /// Takes a sample: `average` is as of now.
    fn sample(&mut self, price: U256, average: U256, now: u64) {
        let [_, gap, window, ..] = self.config.times();
        let silence = self.silence(now);
        let memory = &mut self.memory;
        let squared = squared_return(memory.last, price);
        let resolution = self.config.resolution();
        // Flicker is no return. The price that the next one is compared with stays, so a drift is not lost.
        let is_flicker =
            mul_div_up(resolution, resolution, WAD).is_some_and(|least| squared < least);
        let counted = if is_flicker { U256::ZERO } else { squared };
        if !is_flicker {
            memory.last = price;
        }
        memory.volatility = update(memory.volatility, counted, silence, window);
        if silence > gap {
            memory.volatility = memory.volatility.max(self.config.gap_volatility());
        }
        memory.average = average;
        memory.sampled_at = now;
    }
}

impl Incidents {
    fn until(&mut self, direction: Direction) -> &mut u64 {
        match direction {
            Direction::Up => &mut self.up_until,
            Direction::Down => &mut self.down_until,
        }
    }
}

/// The lower of a price and an average that was stored with 64 binary digits, rounded down: one that is the same to these is no lower.
fn lower(price: U256, average: U256) -> U256 {
    if expand(compact_price(price)) <= average {
        price
    } else {
        average
    }
}

/// The status of an outcome that is no price.
fn failure(outcome: Outcome) -> Status {
    match outcome {
        Outcome::Good(_) => Status::Ok,
        Outcome::Disagree => Status::Disagree,
        Outcome::Stale => Status::Stale,
        Outcome::NoQuorum => Status::NoQuorum,
    }
}
