//! What Arbitrum keeps beside the EVM: activated programs, the programs of the block, the counters of the transaction.

use std::{collections::HashMap, sync::Arc};

use breakwater_stylus_vm::PageCounters;
use revm::{
    context_interface::JournalTr,
    primitives::{address, Address, B256, U256},
};

use crate::{machine::ChainJournal, program_cache::ProgramCache, trace::Trace};

/// ArbSys: data about the L2 chain.
pub const ARB_SYS_ADDRESS: Address = address!("0x0000000000000000000000000000000000000064");
/// ArbWasm: activation of Stylus programs, and their figures.
pub const ARB_WASM_ADDRESS: Address = address!("0x0000000000000000000000000000000000000071");
/// ArbWasmCache: which programs are cached.
pub const ARB_WASM_CACHE_ADDRESS: Address = address!("0x0000000000000000000000000000000000000072");
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

/// What the state of ArbOS says about a program, one storage word by the hash of its code. It stands in the journal like
/// any storage, so a revert takes an activation back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProgramRecord {
    /// Stylus version; never 0.
    pub(crate) version: u16,
    /// Time of activation, seconds since 1970.
    pub(crate) activated_at: u64,
    /// The cache manager's flag.
    pub(crate) cached: bool,
}

const ACTIVATED_AT_BIT: usize = 16;
const CACHED_BIT: usize = 80;

impl ProgramRecord {
    pub(crate) fn load(journal: &mut ChainJournal<'_>, code_hash: B256) -> Option<Self> {
        let Ok(_) = journal.load_account(ARBOS_STATE_ADDRESS);
        let Ok(word) = journal.sload(ARBOS_STATE_ADDRESS, code_hash.into());
        let word = word.data;
        let version = word.as_limbs()[0] as u16;
        (version != 0).then(|| Self {
            version,
            activated_at: (word >> ACTIVATED_AT_BIT).as_limbs()[0],
            cached: word.bit(CACHED_BIT),
        })
    }

    pub(crate) fn store(self, journal: &mut ChainJournal<'_>, code_hash: B256) {
        let mut word =
            U256::from(self.version) | (U256::from(self.activated_at) << ACTIVATED_AT_BIT);
        word.set_bit(CACHED_BIT, self.cached);
        let Ok(_) = journal.load_account(ARBOS_STATE_ADDRESS);
        // Accounts that are not touched are not written back.
        journal.touch_account(ARBOS_STATE_ADDRESS);
        let Ok(_) = journal.sstore(ARBOS_STATE_ADDRESS, code_hash.into(), word);
    }

    /// Seconds until the activation ends; none if it has ended.
    pub(crate) fn time_left(&self, now: u64) -> Option<u64> {
        EXPIRY_SECONDS.checked_sub(self.age(now))
    }

    /// Seconds since the activation.
    pub(crate) fn age(&self, now: u64) -> u64 {
        now.saturating_sub(self.activated_at)
    }
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
    pub(crate) programs: Arc<ProgramCache>,
    pub(crate) recent: RecentPrograms,
    pub(crate) pages: PageCounters,
    /// Open frames by acting address, delegate calls not counted.
    pub(crate) open_frames: HashMap<Address, u32>,
    pub(crate) trace: Option<Trace>,
    /// An error of the machine itself, on its way out through a running program.
    pub(crate) fatal: Option<String>,
}

impl Arbitrum {
    pub(crate) fn enter_frame(&mut self, acting: Address) {
        *self.open_frames.entry(acting).or_default() += 1;
    }

    pub(crate) fn leave_frame(&mut self, acting: Address) {
        if let Some(count) = self.open_frames.get_mut(&acting) {
            *count = count.saturating_sub(1);
        }
    }

    pub(crate) fn is_reentrant(&self, acting: Address) -> bool {
        self.open_frames
            .get(&acting)
            .is_some_and(|count| *count > 1)
    }
}
