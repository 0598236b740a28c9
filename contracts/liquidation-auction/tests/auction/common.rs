//! Doubles of the modules around the auction, and a world with all of them.
//!
//! The doubles speak Solidity by the `sol!` declarations, not by the auction's own encoders.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::arithmetic_side_effects
)]

extern crate alloc;

use alloy_primitives::{address, Address, Bytes, B256, U256};
use alloy_sol_types::{sol, SolCall, SolError, SolInterface, SolValue};
use breakwater_interfaces::{
    auction::{IAuctionTaker, ILiquidationAuction},
    oracle::{IOracleAdapter, Quote},
    vault::IVault,
};
use liquidation_auction::LiquidationAuction;
use motsu::prelude::*;
use stylus_sdk::{
    call::RawCall,
    prelude::*,
    storage::{
        StorageAddress, StorageB256, StorageBool, StorageBytes, StorageMap, StorageU256, StorageU8,
    },
    ArbResult,
};

pub const WAD: U256 = U256::from_limbs([1_000_000_000_000_000_000, 0, 0, 0]);
/// Seconds to zero of the linear test curve.
pub const TO_ZERO: u64 = 10_000;
/// Seconds for which a price of the test curves is good: a little longer than to the cusp.
pub const TAIL: u64 = 7_200;
/// The test curves' cusp: 0.4.
pub const CUSP: U256 = U256::from_limbs([400_000_000_000_000_000, 0, 0, 0]);
/// The test curves' buffer: 1.2.
pub const BUFFER: U256 = U256::from_limbs([1_200_000_000_000_000_000, 0, 0, 0]);
/// The oracle's volatility: 80 %.
pub const VOLATILITY: U256 = U256::from_limbs([800_000_000_000_000_000, 0, 0, 0]);
/// A token with 18 decimals.
pub const TOKEN: Address = address!("00000000000000000000000000000000000000a1");
/// The insurance fund, the loan asset: only their addresses matter.
pub const FUND: Address = address!("00000000000000000000000000000000000000a2");
pub const ASSET: Address = address!("00000000000000000000000000000000000000a3");
/// Who starts things in a world of its own.
pub const OWNER: Address = address!("00000000000000000000000000000000000000b1");
pub const KEEPER: Address = address!("00000000000000000000000000000000000000b2");
pub const BIDDER: Address = address!("00000000000000000000000000000000000000b3");
pub const ACCOUNT: B256 = B256::repeat_byte(0xac);

pub fn number(value: impl TryInto<u128>) -> U256 {
    U256::from(value.try_into().unwrap_or_else(|_| panic!("a number")))
}

/// Whole units of the 18-decimal token.
pub fn ether(milli: u64) -> U256 {
    number(milli) * number(1_000_000_000_000_000_u64)
}

/// Price, on the 1e36 scale, of a whole unit of the 18-decimal token in whole units of a loan asset with 6 decimals.
pub fn price(whole: u64) -> U256 {
    number(whole) * number(10_u128.pow(24))
}

/// Whole units of the loan asset (6 decimals).
pub fn usd(whole: u64) -> U256 {
    number(whole) * number(1_000_000_u64)
}

sol! {
    /// What a double was told to fail with.
    #[derive(Debug)]
    error Refused(uint256 reason);
}

/// A vault that keeps book of what the auction tells it, on the contract's own terms: what it sends leaves what lots hold, what it is
/// paid lowers the claim.
#[storage]
pub struct MockVault {
    /// Still owed, by account.
    pub outstanding: StorageMap<B256, StorageU256>,
    /// What live auctions ask for, by account.
    pub assigned: StorageMap<B256, StorageU256>,
    /// Collateral in lots, by account.
    pub in_lots: StorageMap<B256, StorageU256>,
    /// Collateral that came back, by account.
    pub returned: StorageMap<B256, StorageU256>,
    /// Collateral sent, by receiver.
    pub sent: StorageMap<Address, StorageU256>,
    /// Paid, by payer.
    pub paid: StorageMap<Address, StorageU256>,
    /// Debt for sale.
    pub room: StorageU256,
    pub releases: StorageU256,
    /// Releases and settlements that came in one call.
    pub deliveries: StorageU256,
    pub settlements: StorageU256,
    /// Lots that ended.
    pub ended: StorageU256,
    pub last_token: StorageAddress,
    pub last_payment: StorageU256,
    pub last_tab_settled: StorageU256,
    pub last_debt_settled: StorageU256,
    /// WAD.
    pub backstop_discount: StorageU256,
    /// 1: `release` fails, 2: `settle` fails, 3: `claimLimit` fails, 4: `claimLimit` answers one word, 5: `riskConfig` three, 6: `absorb` one.
    pub failure: StorageU8,
    /// What is assigned is overridden by this many unassigned, if set.
    pub has_fixed_unassigned: StorageBool,
    pub fixed_unassigned: StorageU256,
}

unsafe impl TopLevelStorage for MockVault {}

impl MockVault {
    pub fn open(&mut self, account: B256, lot: U256, tab: U256, debt: U256) {
        let owed = self.outstanding.get(account) + tab;
        self.outstanding.setter(account).set(owed);
        let assigned = self.assigned.get(account) + tab;
        self.assigned.setter(account).set(assigned);
        let lots = self.in_lots.get(account) + lot;
        self.in_lots.setter(account).set(lots);
        self.room.set(self.room.get() + debt);
    }

    fn reply(&mut self, calldata: &[u8]) -> ArbResult {
        let failure = self.failure.get().to::<u8>();
        let refuse = |reason: u8| {
            Err(Refused {
                reason: U256::from(reason),
            }
            .abi_encode())
        };
        match IVault::IVaultCalls::abi_decode_validate(calldata) {
            Ok(IVault::IVaultCalls::claimLimit(call)) => {
                if failure == 3 {
                    return refuse(3);
                }
                if failure == 4 {
                    return Ok(vec![0; 32]);
                }
                let outstanding = self.outstanding.get(call.account);
                let unassigned = if self.has_fixed_unassigned.get() {
                    self.fixed_unassigned.get()
                } else {
                    outstanding.saturating_sub(self.assigned.get(call.account))
                };
                Ok(IVault::claimLimitCall::abi_encode_returns(
                    &IVault::claimLimitReturn {
                        outstanding,
                        unassigned,
                    },
                ))
            }
            Ok(IVault::IVaultCalls::deliver(call)) => {
                let release = IVault::releaseCall {
                    account: call.account,
                    token: call.token,
                    amount: call.amount,
                    receiver: call.receiver,
                };
                self.reply(&release.abi_encode())?;
                let settle = IVault::settleCall {
                    account: call.account,
                    token: call.token,
                    payer: call.payer,
                    payment: call.payment,
                    tabSettled: call.tabSettled,
                    debtSettled: call.debtSettled,
                    lotReturned: call.lotReturned,
                    ended: call.ended,
                };
                self.deliveries.set(self.deliveries.get() + U256::ONE);
                self.reply(&settle.abi_encode())
            }
            Ok(IVault::IVaultCalls::release(call)) => {
                if failure == 1 {
                    return refuse(1);
                }
                let Some(rest) = self.in_lots.get(call.account).checked_sub(call.amount) else {
                    return refuse(11);
                };
                self.in_lots.setter(call.account).set(rest);
                let sent = self.sent.get(call.receiver) + call.amount;
                self.sent.setter(call.receiver).set(sent);
                self.releases.set(self.releases.get() + U256::ONE);
                self.last_token.set(call.token);
                Ok(vec![])
            }
            Ok(IVault::IVaultCalls::settle(call)) => {
                if failure == 2 {
                    return refuse(2);
                }
                let (Some(lots), Some(assigned), Some(room)) = (
                    self.in_lots.get(call.account).checked_sub(call.lotReturned),
                    self.assigned.get(call.account).checked_sub(call.tabSettled),
                    self.room.get().checked_sub(call.debtSettled),
                ) else {
                    return refuse(12);
                };
                self.in_lots.setter(call.account).set(lots);
                self.assigned.setter(call.account).set(assigned);
                self.room.set(room);
                let returned = self.returned.get(call.account) + call.lotReturned;
                self.returned.setter(call.account).set(returned);
                let owed = self
                    .outstanding
                    .get(call.account)
                    .saturating_sub(call.payment);
                self.outstanding.setter(call.account).set(owed);
                let paid = self.paid.get(call.payer) + call.payment;
                self.paid.setter(call.payer).set(paid);
                self.settlements.set(self.settlements.get() + U256::ONE);
                if call.ended {
                    self.ended.set(self.ended.get() + U256::ONE);
                }
                self.last_token.set(call.token);
                self.last_payment.set(call.payment);
                self.last_tab_settled.set(call.tabSettled);
                self.last_debt_settled.set(call.debtSettled);
                Ok(vec![])
            }
            Ok(IVault::IVaultCalls::absorb(call)) => {
                if failure == 6 {
                    return Ok(vec![0; 32]);
                }
                if call.price * WAD > call.low * (WAD - self.backstop_discount.get()) {
                    return refuse(14);
                }
                let (Some(lots), Some(assigned), Some(room)) = (
                    self.in_lots
                        .get(call.account)
                        .checked_sub(call.amount + call.lotReturned),
                    self.assigned.get(call.account).checked_sub(call.tabSettled),
                    self.room.get().checked_sub(call.debtSettled),
                ) else {
                    return refuse(12);
                };
                self.in_lots.setter(call.account).set(lots);
                self.assigned.setter(call.account).set(assigned);
                self.room.set(room);
                let returned = self.returned.get(call.account) + call.lotReturned;
                self.returned.setter(call.account).set(returned);
                let sent = self.sent.get(FUND) + call.amount;
                self.sent.setter(FUND).set(sent);
                let owed = self.outstanding.get(call.account) - call.payment;
                self.outstanding.setter(call.account).set(owed);
                let paid = self.paid.get(FUND) + call.payment;
                self.paid.setter(FUND).set(paid);
                if call.ended {
                    self.ended.set(self.ended.get() + U256::ONE);
                }
                // A share for a unit, 7 left.
                Ok((call.payment, U256::from(7)).abi_encode())
            }
            Ok(IVault::IVaultCalls::riskConfig(_)) => {
                if failure == 5 {
                    return Ok(vec![0; 96]);
                }
                let mut words = [U256::ZERO; 8];
                words[3] = self.backstop_discount.get();
                Ok(words.abi_encode())
            }
            _ => refuse(13),
        }
    }
}

#[public]
impl MockVault {
    #[fallback]
    fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        self.reply(calldata)
    }
}

/// An adapter with one price.
#[storage]
pub struct MockOracle {
    pub mid: StorageU256,
    pub status: StorageU8,
    /// Answers too few words.
    pub is_garbage: StorageBool,
    /// Whether there is `sequencerUpSince`, and what it says.
    pub has_sequencer: StorageBool,
    pub up_since: StorageU256,
    /// Whatever is asked of the sequencer fails with a typed error.
    pub sequencer_fails: StorageBool,
    /// `sequencerUpSince` answers nothing; `liveQuote` does.
    pub is_silent_of_sequencer: StorageBool,
}

unsafe impl TopLevelStorage for MockOracle {}

#[public]
impl MockOracle {
    #[fallback]
    fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        if self.sequencer_fails.get() {
            return Err(Refused {
                reason: U256::from(21),
            }
            .abi_encode());
        }
        if calldata == IOracleAdapter::sequencerUpSinceCall::SELECTOR {
            if self.is_silent_of_sequencer.get() {
                return Ok(vec![]);
            }
            if !self.has_sequencer.get() {
                return Err(vec![]);
            }
            return Ok(self.up_since.get().abi_encode());
        }
        if IOracleAdapter::liveQuoteCall::abi_decode_validate(calldata).is_err() {
            return Err(vec![]);
        }
        if self.is_garbage.get() {
            return Ok(vec![0; 128]);
        }
        let quote = Quote {
            mid: self.mid.get(),
            low: self.mid.get(),
            volatility: VOLATILITY,
            status: self.status.get().to(),
        };
        let up_since = match self.has_sequencer.get() {
            true => self.up_since.get(),
            false => U256::ZERO,
        };
        // As words: what does not fit 64 bits must be tried, too.
        Ok((quote, up_since).abi_encode())
    }
}

/// How [`MockTaker`] answers its callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mood {
    Pays,
    ReturnsNothing,
    ReturnsAnotherSelector,
    ReturnsItsSelectorWithDirt,
    Reverts,
    /// Calls `target` with `attack` and then behaves.
    Attacks,
}

/// A receiver with a callback.
#[storage]
pub struct MockTaker {
    pub mood: StorageU8,
    pub target: StorageAddress,
    pub attack: StorageBytes,
    pub attack_succeeded: StorageBool,
    pub attack_answer: StorageBytes,
    pub vault: StorageAddress,
    pub calls: StorageU256,
    pub caller: StorageAddress,
    pub id: StorageU256,
    pub taker: StorageAddress,
    pub token: StorageAddress,
    pub lot_taken: StorageU256,
    pub payment: StorageU256,
    pub data: StorageBytes,
    /// What the vault said was still owed when the callback came.
    pub outstanding: StorageU256,
    pub account: StorageB256,
}

unsafe impl TopLevelStorage for MockTaker {}

impl MockTaker {
    pub fn prepare(&mut self, mood: Mood, target: Address, attack: &[u8]) {
        self.mood.set(U256::from(mood as u8).to());
        self.target.set(target);
        self.attack.set_bytes(attack);
    }

    fn outside(&self, to: Address, calldata: &[u8]) -> ArbResult {
        // SAFETY: nothing of this double's storage is held over the call.
        unsafe { RawCall::new(self.vm()).call(to, calldata) }
    }
}

#[public]
impl MockTaker {
    #[fallback]
    fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        let Ok(call) = IAuctionTaker::onAuctionTakeCall::abi_decode_validate(calldata) else {
            return Err(vec![]);
        };
        self.calls.set(self.calls.get() + U256::ONE);
        self.caller.set(self.vm().msg_sender());
        self.id.set(call.id);
        self.taker.set(call.taker);
        self.token.set(call.token);
        self.lot_taken.set(call.lotTaken);
        self.payment.set(call.payment);
        self.data.set_bytes(&call.data);
        let question = IVault::claimLimitCall {
            account: self.account.get(),
        };
        if let Ok(answer) = self.outside(self.vault.get(), &question.abi_encode()) {
            if answer.len() >= 32 {
                self.outstanding.set(U256::from_be_slice(&answer[..32]));
            }
        }
        let mut answer = vec![0_u8; 32];
        answer[..4].copy_from_slice(&IAuctionTaker::onAuctionTakeCall::SELECTOR);
        let mood = self.mood.get().to::<u8>();
        if mood == Mood::ReturnsNothing as u8 {
            answer.clear();
        } else if mood == Mood::ReturnsAnotherSelector as u8 {
            answer[0] ^= 1;
        } else if mood == Mood::ReturnsItsSelectorWithDirt as u8 {
            answer[31] = 1;
        } else if mood == Mood::Reverts as u8 {
            return Err(Refused { reason: U256::ZERO }.abi_encode());
        } else if mood == Mood::Attacks as u8 {
            let attack = self.attack.get_bytes();
            let (succeeded, data) = match self.outside(self.target.get(), &attack) {
                Ok(data) => (true, data),
                Err(data) => (false, data),
            };
            self.attack_succeeded.set(succeeded);
            self.attack_answer.set_bytes(data);
        }
        Ok(answer)
    }
}

/// What the token is worth.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Linear,
    Exponential,
}

/// An auction with partners, a curve for [`TOKEN`] and no dust limit.
pub struct World {
    pub auction: Contract<LiquidationAuction>,
    pub vault: Contract<MockVault>,
    pub oracle: Contract<MockOracle>,
    pub taker: Contract<MockTaker>,
}

impl World {
    pub fn new(kind: Kind) -> Self {
        let world = Self {
            auction: Contract::random(),
            vault: Contract::random(),
            oracle: Contract::random(),
            taker: Contract::random(),
        };
        VM::context().set_tag(world.auction.address(), "auction");
        VM::context().set_tag(world.vault.address(), "vault");
        VM::context().set_tag(world.oracle.address(), "oracle");
        VM::context().set_tag(world.taker.address(), "taker");
        world
            .auction
            .sender(OWNER)
            .constructor(
                world.vault.address(),
                world.oracle.address(),
                FUND,
                ASSET,
                OWNER,
            )
            .motsu_unwrap();
        world.set_curve(kind);
        world.oracle.sender(OWNER).mid.set(price(2_000));
        world.taker.sender(OWNER).vault.set(world.vault.address());
        world.taker.sender(OWNER).account.set(ACCOUNT);
        world
    }

    pub fn set_curve(&self, kind: Kind) {
        // 0.9998 a second reaches the cusp after 4582 seconds.
        let (kind, rate) = match kind {
            Kind::Linear => (0, number(TO_ZERO)),
            Kind::Exponential => (1, number(999_800_000_000_000_000_u64)),
        };
        self.auction
            .sender(OWNER)
            .set_curve(
                TOKEN,
                kind,
                BUFFER,
                rate,
                U256::ZERO,
                U256::ZERO,
                U256::ZERO,
                number(TAIL),
                CUSP,
            )
            .motsu_unwrap();
    }

    pub fn set_dust(&self, dust: U256) {
        self.auction.sender(OWNER).set_dust(dust).motsu_unwrap();
    }

    /// Starts an auction of [`ACCOUNT`] at the oracle's price; nine tenths of the tab are debt.
    pub fn start(&self, lot: U256, tab: U256) -> U256 {
        let debt = tab * number(9_u64) / number(10_u64);
        self.start_with_debt(lot, tab, debt)
    }

    pub fn start_with_debt(&self, lot: U256, tab: U256, debt: U256) -> U256 {
        self.vault.sender(OWNER).open(ACCOUNT, lot, tab, debt);
        let mid = self.oracle.sender(OWNER).mid.get();
        self.auction
            .sender(self.vault.address())
            .start(ACCOUNT, TOKEN, lot, tab, debt, mid, VOLATILITY, KEEPER)
            .motsu_unwrap()
    }

    /// Takes as [`BIDDER`], without limits.
    pub fn take(&self, id: U256, max_lot: U256) -> Result<(U256, U256), Vec<u8>> {
        self.auction
            .sender(BIDDER)
            .take(id, max_lot, U256::ZERO, U256::MAX, U256::MAX, BIDDER, &[])
            .motsu_res()
    }

    /// Takes as [`BIDDER`] for the receiver with a callback.
    pub fn take_with_callback(&self, id: U256, max_lot: U256) -> Result<(U256, U256), Vec<u8>> {
        self.auction
            .sender(BIDDER)
            .take(
                id,
                max_lot,
                U256::ZERO,
                U256::MAX,
                U256::MAX,
                self.taker.address(),
                b"sell it on the market",
            )
            .motsu_res()
    }

    pub fn status(&self, id: U256) -> ILiquidationAuction::statusOfReturn {
        let calldata = ILiquidationAuction::statusOfCall { id }.abi_encode();
        let answer = self
            .auction
            .static_call_raw(BIDDER, calldata)
            .expect("a status");
        ILiquidationAuction::statusOfCall::abi_decode_returns_validate(&answer)
            .expect("a decodable status")
    }

    pub fn price(&self, id: U256) -> U256 {
        self.status(id).price
    }

    pub fn quote(&self, id: U256, max_lot: U256) -> (U256, U256, U256) {
        self.auction.sender(BIDDER).quote(id, max_lot)
    }

    pub fn claim(&self) -> (U256, U256) {
        let vault = self.vault.sender(OWNER);
        (vault.outstanding.get(ACCOUNT), vault.assigned.get(ACCOUNT))
    }
}

/// `⌈amount·price/1e36⌉` by 512-bit integers of another library's making.
pub fn cost(amount: U256, price: U256) -> U256 {
    use alloy_primitives::U512;
    let scale = U512::from(10_u64).pow(U512::from(36_u64));
    U256::from((U512::from(amount) * U512::from(price)).div_ceil(scale))
}

pub fn bytes(text: &[u8]) -> Bytes {
    Bytes::copy_from_slice(text)
}
