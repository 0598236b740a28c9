//! Logging events whose fields are all words, with one small encoder for all of them.
//!
//! The generated encoders cost one to three kilobytes of WASM an event. A test holds this encoder against them.

use alloc::vec::Vec;
use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::SolEvent;
use stylus_sdk::stylus_core::Host;

/// A value that is one word in the ABI.
pub trait Word {
    /// The word.
    fn word(&self) -> B256;
}

impl Word for B256 {
    fn word(&self) -> B256 {
        *self
    }
}

impl Word for U256 {
    fn word(&self) -> B256 {
        crate::outbound::to_word(*self)
    }
}

impl Word for Address {
    fn word(&self) -> B256 {
        self.into_word()
    }
}

impl Word for u8 {
    fn word(&self) -> B256 {
        B256::with_last_byte(*self)
    }
}

impl Word for bool {
    fn word(&self) -> B256 {
        B256::with_last_byte(u8::from(*self))
    }
}

/// An event whose fields are all words.
pub trait WordEvent {
    /// Emits the event.
    fn log<H: Host>(&self, host: &H);
}

/// Emits event `E`: its indexed fields, then the others.
pub fn emit<E: SolEvent>(host: &impl Host, topics: &[B256], data: &[B256]) {
    let [first, second, third, fourth] = const { pieces(E::SIGNATURE_HASH) };
    emit_words(host, first, second, third, fourth, topics, data);
}

/// A signature hash in four pieces. Constants of 64 bits are part of the code; as 32 bytes the hash would be in the program's data, which
/// each call of the program pays for, 24 gas a hash, whether it logs the event or not.
#[must_use]
pub const fn pieces(signature: B256) -> [u64; 4] {
    let mut pieces = [0; 4];
    let (mut from, mut to) = (signature.0.as_slice(), pieces.as_mut_slice());
    while let (Some((bytes, rest)), Some((piece, others))) =
        (from.split_first_chunk(), to.split_first_mut())
    {
        *piece = u64::from_le_bytes(*bytes);
        (from, to) = (rest, others);
    }
    pieces
}

/// Emits a log of words behind a signature hash in pieces.
#[inline(never)]
fn emit_words<H: Host>(
    host: &H,
    first: u64,
    second: u64,
    third: u64,
    fourth: u64,
    topics: &[B256],
    data: &[B256],
) {
    let signature = [first, second, third, fourth].map(u64::to_le_bytes);
    let words = topics.len().saturating_add(data.len()).saturating_add(1);
    let mut bytes = Vec::with_capacity(words.saturating_mul(32));
    bytes.extend_from_slice(signature.as_flattened());
    for word in topics.iter().chain(data) {
        bytes.extend_from_slice(word.as_slice());
    }
    host.emit_log(&bytes, topics.len().saturating_add(1));
}

/// Makes events loggable: indexed fields, then the others, in the order of their declaration.
macro_rules! word_events {
    ($($event:path: [$($topic:ident),*] [$($field:ident),*];)*) => {
        $(impl $crate::log::WordEvent for $event {
            fn log<H: stylus_sdk::stylus_core::Host>(&self, host: &H) {
                use $crate::log::Word;
                $crate::log::emit::<$event>(
                    host,
                    &[$(self.$topic.word()),*],
                    &[$(self.$field.word()),*],
                );
            }
        })*
    };
}

mod vault_events {
    use crate::vault::IVault as V;

    word_events! {
        V::Transfer: [from, to] [value];
        V::Approval: [owner, spender] [value];
        V::Deposit: [sender, owner] [assets, shares];
        V::Withdraw: [sender, receiver, owner] [assets, shares];
        V::CollateralDeposited: [account, token, from] [amount];
        V::CollateralWithdrawn: [account, token, receiver] [amount];
        V::Borrowed: [account, receiver] [assets, shares];
        V::Repaid: [account, payer] [assets, shares];
        V::OperatorSet: [owner, operator] [approved];
        V::Accrued: [] [interest, reserve, borrowRate];
        V::Liquidated: [account, token, auctionId] [debt, lot, penalty, reward, keeper, debtBefore, capacityBefore];
        V::ClosingStarted: [account] [debt, carrying, penalty];
        V::ClaimPaid: [account, payer] [carrying, recovered, recoveredToFund, penalty];
        V::LotReturned: [account, token] [amount];
        V::LotAbsorbed: [account, token] [amount, payment, sharesBurned];
        V::DustToFund: [account, token] [amount];
        V::ClaimReinstated: [account] [assets, shares];
        V::LossRecognised: [account] [loss, covered, shared, sharesBurned];
        V::ReserveMinted: [] [assets, shares];
        V::ArrearsAdded: [account] [assets, due];
        V::ArrearsPaid: [] [assets, due];
        V::InventorySold: [token, payer] [payment, shares];
        V::CollateralSet: [token] [borrowLtv, thresholdMin, thresholdMax, penaltyMin, penaltyMax, lotBuffer, beta, supplyCap, roomCap];
        V::MarginSet: [] [openingDeviations, openingHorizon, thresholdDeviations, thresholdHorizon, softDeviations, softPenalty, slew, volatilityMin, predictiveCap];
        V::ThresholdMoved: [token] [threshold, target, volatility];
        V::PredictiveSet: [account] [enabled];
        V::RiskSet: [] [targetHealth, minDebt, minLot, backstopDiscount, capPeriod, coolOff];
        V::RewardSet: [] [tip, chip];
        V::SupplyCapSet: [] [supplyCap];
        V::FundTargetSet: [] [target];
        V::DeleveragingSet: [] [from, cover, target];
        V::FeesSet: [] [reserveFactor, totalRoomCap, fundMinimum];
        V::PauseSet: [verb] [until, by];
        V::GuardianSet: [guardian] [grace, graceFloor];
        V::StewardSet: [steward] [];
        V::Tightened: [token] [percent, until];
        V::Created: [asset] [oracle, auction, fund, liquidation, settlement, administration, views, inventory];
        V::OwnershipTransferStarted: [previousOwner, newOwner] [];
        V::OwnershipTransferred: [previousOwner, newOwner] [];
    }
}

mod fund_events {
    use crate::fund::IInsuranceFund as F;

    word_events! {
        F::Transfer: [from, to] [value];
        F::Approval: [owner, spender] [value];
        F::Deposit: [sender, owner] [assets, shares];
        F::Withdraw: [sender, receiver, owner] [assets, shares];
        F::RedeemRequest: [controller, owner, requestId] [sender, shares];
        F::OperatorSet: [controller, operator] [approved];
        F::RedeemCancelled: [controller, sender] [shares];
        F::WithdrawnInKind: [controller, receiver] [tokens, shares];
        F::Absorbed: [id, caller] [lotTaken, paid, shares];
        F::WaitSampled: [] [waits, total];
    }
}

mod oracle_events {
    use crate::oracle::IOracleAdapter as O;

    word_events! {
        O::Sampled: [token] [price, average, volatility];
        O::Halted: [token] [price, average, until];
        O::SourcesFailing: [token] [status];
        O::SequencerFeedSet: [feed] [grace];
        O::OwnershipTransferStarted: [previousOwner, newOwner] [];
        O::OwnershipTransferred: [previousOwner, newOwner] [];
    }
}
