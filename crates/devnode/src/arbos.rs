//! What Arbitrum keeps beside the EVM: activated programs, the programs of the block, the counters of the transaction.

use std::{collections::HashMap, sync::Arc};

use breakwater_stylus_vm::{Figures, PageCounters};
use revm::{
    context_interface::JournalTr,
    primitives::{address, Address, B256, U256},
    state::AccountInfo,
    Database,
};

use crate::{machine::ChainJournal, program_cache::ProgramCache, trace::Trace};

/// ArbSys: data about the L2 chain.
pub const ARB_SYS_ADDRESS: Address = address!("0x0000000000000000000000000000000000000064");
/// ArbInfo: balance and code of accounts.
pub const ARB_INFO_ADDRESS: Address = address!("0x0000000000000000000000000000000000000065");
/// ArbOwnerPublic: what the chain's owner has set.
pub const ARB_OWNER_PUBLIC_ADDRESS: Address =
    address!("0x000000000000000000000000000000000000006b");
/// ArbGasInfo: prices of gas.
pub const ARB_GAS_INFO_ADDRESS: Address = address!("0x000000000000000000000000000000000000006c");
/// ArbWasm: activation of Stylus programs, and their figures.
pub const ARB_WASM_ADDRESS: Address = address!("0x0000000000000000000000000000000000000071");
/// ArbWasmCache: which programs are cached.
pub const ARB_WASM_CACHE_ADDRESS: Address = address!("0x0000000000000000000000000000000000000072");
/// The contract that clients ask for places in the cache of programs; anybody gets one for nothing. (On Arbitrum it is
/// an ordinary contract that auctions them.)
pub const CACHE_MANAGER_ADDRESS: Address = address!("0x0000000000000000000000000000000000cac4e5");
/// All of the chain's own contracts, apart from Ethereum's precompiled ones.
pub const SYSTEM_CONTRACTS: [Address; 7] = [
    ARB_SYS_ADDRESS,
    ARB_INFO_ADDRESS,
    ARB_OWNER_PUBLIC_ADDRESS,
    ARB_GAS_INFO_ADDRESS,
    ARB_WASM_ADDRESS,
    ARB_WASM_CACHE_ADDRESS,
    CACHE_MANAGER_ADDRESS,
];
/// The account whose storage holds the state of ArbOS (as on Arbitrum; the layout is this crate's own).
pub const ARBOS_STATE_ADDRESS: Address = address!("0xA4B05FffffFffFFFFfFFfffFfffFFfffFfFfFFFf");
/// Who receives data fees. (On Arbitrum the chain's owner names the account; this one is nobody's.)
pub const NETWORK_FEE_ADDRESS: Address = address!("0x00000000000000000000000000000000000a4b05");

/// Version of Stylus that activation gives.
pub(crate) const STYLUS_VERSION: u16 = 2;
/// Time that an activation lasts.
pub(crate) const EXPIRY_SECONDS: u64 = 365 * 24 * 60 * 60;
/// Age from which an activation can be prolonged.
pub(crate) const KEEPALIVE_SECONDS: u64 = 31 * 24 * 60 * 60;
/// Programs of the block that count as cached.
pub(crate) const BLOCK_CACHE_SIZE: u16 = 32;
/// What the hours of activations are counted from, seconds since 1970.
pub(crate) const ARBITRUM_START_TIME: u64 = 1_421_388_000;
const SECONDS_PER_HOUR: u64 = 60 * 60;
/// The chain keeps the size of native code in these.
const KIBIBYTE: u64 = 1_024;

/// Blocks of which ArbSys gives the hash.
pub(crate) const BLOCK_HASHES: usize = 256;

/// Where the state of ArbOS holds the price of data. Programs stand at the hashes of their code, so small numbers are
/// free.
pub(crate) const DATA_PRICE_SLOT: U256 = U256::ZERO;

/// An account as the journal has it, without warming it.
pub(crate) fn peek_account(journal: &mut ChainJournal<'_>, address: Address) -> AccountInfo {
    if let Some(account) = journal.evm_state().get(&address) {
        return account.info.clone();
    }
    let Ok(info) = journal.db_mut().basic(address);
    info.unwrap_or_default()
}

/// Hash and code of an account, without warming it.
pub(crate) fn peek_code(
    journal: &mut ChainJournal<'_>,
    address: Address,
) -> (B256, revm::state::Bytecode) {
    let info = peek_account(journal, address);
    let code = match info.code {
        Some(code) => code,
        None => {
            let Ok(code) = journal.db_mut().code_by_hash(info.code_hash);
            code
        }
    };
    (info.code_hash, code)
}

/// A word of the state of ArbOS, without warming it.
pub(crate) fn peek_state(journal: &mut ChainJournal<'_>, key: U256) -> U256 {
    let account = journal.evm_state().get(&ARBOS_STATE_ADDRESS);
    if let Some(slot) = account.and_then(|account| account.storage.get(&key)) {
        return slot.present_value();
    }
    let Ok(word) = journal.db_mut().storage(ARBOS_STATE_ADDRESS, key);
    word
}

/// Writes a word of the state of ArbOS. A revert takes it back.
pub(crate) fn write_state(journal: &mut ChainJournal<'_>, key: U256, word: U256) {
    let Ok(_) = journal.load_account(ARBOS_STATE_ADDRESS);
    // Accounts that are not touched are not written back.
    journal.touch_account(ARBOS_STATE_ADDRESS);
    let Ok(_) = journal.sstore(ARBOS_STATE_ADDRESS, key, word);
}

/// What the state of ArbOS says about a program, one storage word by the hash of its code. It stands in the journal like
/// any storage, so a revert takes an activation back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProgramRecord {
    /// Stylus version; never 0.
    pub(crate) version: u16,
    /// See [`Figures::init_cost`].
    pub(crate) init_cost: u16,
    /// See [`Figures::cached_cost`].
    pub(crate) cached_cost: u16,
    /// Pages at the start.
    pub(crate) footprint: u16,
    /// Time of activation: whole hours since [`ARBITRUM_START_TIME`].
    activated_at: u32,
    /// Estimated size of native code, in KiB rounded up.
    size_kib: u32,
    /// The cache manager's flag.
    pub(crate) cached: bool,
}

impl ProgramRecord {
    /// The record of a program that is activated now.
    pub(crate) fn new(figures: &Figures, now: u64, cached: bool) -> Self {
        let narrow = |cost: u64| u16::try_from(cost).unwrap_or(u16::MAX);
        Self {
            version: STYLUS_VERSION,
            init_cost: narrow(figures.init_cost),
            cached_cost: narrow(figures.cached_cost),
            footprint: figures.footprint_pages,
            activated_at: hours(now),
            size_kib: figures.asm_estimate.div_ceil(KIBIBYTE) as u32,
            cached,
        }
    }

    pub(crate) fn load(journal: &mut ChainJournal<'_>, code_hash: B256) -> Option<Self> {
        Self::from_word(peek_state(journal, code_hash.into()))
    }

    fn from_word(word: U256) -> Option<Self> {
        let [first, second, ..] = *word.as_limbs();
        let record = Self {
            version: first as u16,
            init_cost: (first >> 16) as u16,
            cached_cost: (first >> 32) as u16,
            footprint: (first >> 48) as u16,
            activated_at: second as u32,
            size_kib: (second >> 32) as u32,
            cached: word.bit(128),
        };
        (record.version != 0).then_some(record)
    }

    fn to_word(self) -> U256 {
        let first = u64::from(self.version)
            | u64::from(self.init_cost) << 16
            | u64::from(self.cached_cost) << 32
            | u64::from(self.footprint) << 48;
        let second = u64::from(self.activated_at) | u64::from(self.size_kib) << 32;
        U256::from_limbs([first, second, u64::from(self.cached), 0])
    }

    pub(crate) fn store(self, journal: &mut ChainJournal<'_>, code_hash: B256) {
        write_state(journal, code_hash.into(), self.to_word());
    }

    /// The same program, activated now.
    pub(crate) fn renewed(self, now: u64) -> Self {
        Self {
            activated_at: hours(now),
            ..self
        }
    }

    /// The same program, with this flag.
    pub(crate) fn with_cached(self, cached: bool) -> Self {
        Self { cached, ..self }
    }

    /// Estimated bytes of native code, as the chain keeps it.
    pub(crate) fn size(&self) -> u32 {
        self.size_kib.saturating_mul(KIBIBYTE as u32)
    }

    /// True if the program cannot be called for its age.
    pub(crate) fn is_expired(&self, now: u64) -> bool {
        self.age(now) > EXPIRY_SECONDS
    }

    /// Seconds since the hour of activation.
    pub(crate) fn age(&self, now: u64) -> u64 {
        let activated_at = ARBITRUM_START_TIME + u64::from(self.activated_at) * SECONDS_PER_HOUR;
        now.saturating_sub(activated_at)
    }
}

/// Whole hours since [`ARBITRUM_START_TIME`].
fn hours(time: u64) -> u32 {
    let hours = time.saturating_sub(ARBITRUM_START_TIME) / SECONDS_PER_HOUR;
    u32::try_from(hours).unwrap_or(u32::MAX)
}

/// The programs called last in a block, most recent last.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "node", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct RecentPrograms(Vec<B256>);

impl RecentPrograms {
    /// Notes a call; true if the program was among the last 32.
    pub(crate) fn insert(&mut self, code_hash: B256) -> bool {
        let known = self.0.iter().position(|hash| *hash == code_hash);
        match known {
            Some(index) => {
                self.0.remove(index);
            }
            None if self.0.len() >= usize::from(BLOCK_CACHE_SIZE) => {
                self.0.remove(0);
            }
            None => {}
        }
        self.0.push(code_hash);
        known.is_some()
    }
}

/// What the machine keeps for a transaction, beside the journal: none of it is rolled back by a revert.
#[derive(Debug)]
pub(crate) struct Arbitrum {
    pub(crate) arbos_version: u64,
    pub(crate) l2_block_number: u64,
    /// Hashes of the last [`BLOCK_HASHES`] L2 blocks, latest first.
    pub(crate) block_hashes: Vec<B256>,
    pub(crate) programs: Arc<ProgramCache>,
    pub(crate) recent: RecentPrograms,
    pub(crate) pages: PageCounters,
    /// Open frames by acting address, delegate calls not counted.
    pub(crate) open_frames: HashMap<Address, u32>,
    /// Who called each open frame, the outermost first.
    pub(crate) callers: Vec<Address>,
    pub(crate) trace: Option<Trace>,
    /// An error of the machine itself, on its way out through a running program.
    pub(crate) fatal: Option<String>,
}

impl Arbitrum {
    /// Hash of one of the last [`BLOCK_HASHES`] L2 blocks.
    pub(crate) fn block_hash(&self, number: u64) -> Option<B256> {
        let back = self.l2_block_number.checked_sub(number)?.checked_sub(1)?;
        self.block_hashes.get(usize::try_from(back).ok()?).copied()
    }

    /// Notes that a frame is open; `acting` is none for delegate calls.
    pub(crate) fn enter_frame(&mut self, acting: Option<Address>, caller: Address) {
        self.callers.push(caller);
        if let Some(acting) = acting {
            *self.open_frames.entry(acting).or_default() += 1;
        }
    }

    /// Notes that the frame opened last is over.
    pub(crate) fn leave_frame(&mut self, acting: Option<Address>) {
        self.callers.pop();
        let count = acting.and_then(|acting| self.open_frames.get_mut(&acting));
        if let Some(count) = count {
            *count = count.saturating_sub(1);
        }
    }

    pub(crate) fn is_reentrant(&self, acting: Address) -> bool {
        self.open_frames
            .get(&acting)
            .is_some_and(|count| *count > 1)
    }
}
