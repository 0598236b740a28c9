//! Where the gas of a transaction goes: for each call what its program took before it ran, for storage, calls, logs, other host functions,
//! and for computing, from the chain's trace.

use std::{collections::HashMap, fmt::Write};

use breakwater_stylus_vm::{evm_costs, HostCall, DEFAULT_INK_PRICE};
use breakwater_tests::{
    devnode::{ProgramRun, Trace},
    interfaces::{
        auction::ILiquidationAuction::ILiquidationAuctionCalls,
        fund::IInsuranceFund::IInsuranceFundCalls,
        oracle::IOracleAdapter::IOracleAdapterCalls,
        vault::{IVault::IVaultCalls, IVaultPrograms::IVaultProgramsCalls},
    },
    Address, Suite, B256, U256,
};

use crate::table::thousands;

/// Ink that a load takes whatever it finds: see the table of host functions.
const LOAD_INK: u64 = 18_480;

/// A slot, as the transaction has seen it so far.
#[derive(Clone, Copy)]
struct Slot {
    /// Before the transaction; none if it was written without a look at it.
    original: Option<B256>,
    current: B256,
}

/// What one run of a program did itself, in gas; what it called is not in it.
#[derive(Default)]
struct Own {
    loads: u64,
    stores: u64,
    calls: u64,
    logs: u64,
    hashes: u64,
    other: u64,
    compute: u64,
    /// Slots that were read from the state and not from the run's own cache.
    read: Vec<String>,
    written: Vec<String>,
}

struct Profile<'a> {
    trace: &'a Trace,
    suite: &'a Suite,
    slots: HashMap<(Address, B256), Slot>,
    /// Hashes of 64 bytes: where a map's values begin, as `map[key]`.
    entries: HashMap<U256, String>,
    text: String,
}

/// The profile of a transaction.
pub(crate) fn render(name: &str, gas_used: u64, trace: &Trace, suite: &Suite) -> String {
    let mut profile = Profile {
        trace,
        suite,
        slots: HashMap::new(),
        entries: HashMap::new(),
        text: format!("{name}: {} gas\n", thousands(gas_used)),
    };
    if !trace.calls.is_empty() {
        let in_call = trace.calls.first().map_or(0, |call| call.gas_used);
        let outside = gas_used.saturating_sub(in_call);
        let _ = writeln!(
            profile.text,
            "before the first call, less refunds: {}",
            thousands(outside)
        );
        profile.call(0);
    }
    profile.text
}

fn gas(ink: u64) -> u64 {
    ink.div_ceil(u64::from(DEFAULT_INK_PRICE))
}

fn ink_of(host: &HostCall) -> u64 {
    host.start_ink.saturating_sub(host.end_ink)
}

fn word(bytes: &[u8], index: usize) -> B256 {
    let word = bytes.get(index * 32..index * 32 + 32);
    word.map_or(B256::ZERO, B256::from_slice)
}

impl Profile<'_> {
    /// The lines of a call: of itself first, then of what it called.
    fn call(&mut self, index: usize) {
        let trace = self.trace;
        let Some(call) = trace.calls.get(index) else {
            return;
        };
        let indent = "  ".repeat(call.depth);
        let name = self.name(call.to.unwrap_or_default());
        let verb = verb_of(&call.input);
        let _ = write!(
            self.text,
            "{indent}{name} {verb}: {}",
            thousands(call.gas_used)
        );
        let Some(run) = call.program.and_then(|run| trace.programs.get(run)) else {
            self.text.push('\n');
            for child in children(trace, index, None) {
                self.call(child);
            }
            return;
        };
        // The children's lines come after the run's own, but what they do to slots happens in between.
        let before = std::mem::take(&mut self.text);
        let own = self.run(index, run);
        let below = std::mem::replace(&mut self.text, before);
        let below_gas: u64 = children(trace, index, None)
            .filter_map(|child| Some(trace.calls.get(child)?.gas_used))
            .sum();
        let _ = writeln!(
            self.text,
            ", itself {}\n{indent}  entry {}, loads {}, stores {}, calls {}, logs {}, hashes {}, other {}, compute {}",
            thousands(call.gas_used.saturating_sub(below_gas)),
            run.entry_gas,
            own.loads,
            own.stores,
            own.calls,
            own.logs,
            own.hashes,
            own.other,
            own.compute,
        );
        for (what, slots) in [("read", own.read), ("written", own.written)] {
            if !slots.is_empty() {
                let _ = writeln!(self.text, "{indent}  {what}: {}", slots.join(", "));
            }
        }
        self.text.push_str(&below);
    }

    /// What a run did, host call by host call; calls are followed where they were made.
    fn run(&mut self, index: usize, run: &ProgramRun) -> Own {
        let trace = self.trace;
        let mut own = Own::default();
        // The run's storage cache: what it knows of the state, and what it wants there.
        let mut known: HashMap<B256, B256> = HashMap::new();
        let mut wanted: Vec<(B256, B256)> = Vec::new();
        let mut in_host: u64 = 0;
        for (number, host) in run.host_calls.iter().enumerate() {
            let ink = ink_of(host);
            in_host += ink;
            let key = word(&host.arguments, 0);
            match host.name {
                "storage_load_bytes32" => {
                    own.loads += ink;
                    let value = word(&host.outputs, 0);
                    let from_state = gas(ink.saturating_sub(LOAD_INK));
                    if from_state >= evm_costs::WARM_GAS {
                        known.insert(key, value);
                        let slot = Slot {
                            original: Some(value),
                            current: value,
                        };
                        self.slots.entry((run.address, key)).or_insert(slot);
                        let cold = from_state >= evm_costs::COLD_SLOT_GAS;
                        let name = self.slot(key);
                        own.read.push(if cold { name } else { format!("({name})") });
                    }
                }
                "storage_cache_bytes32" => {
                    own.stores += ink;
                    wanted.retain(|(wanted, _)| *wanted != key);
                    wanted.push((key, word(&host.arguments, 1)));
                }
                "storage_flush_cache" => {
                    own.stores += ink;
                    for (key, value) in wanted.drain(..) {
                        if known.insert(key, value) != Some(value) {
                            own.written.push(self.store(run.address, key, value));
                        }
                    }
                    if host.arguments.first() == Some(&1) {
                        known.clear();
                    }
                }
                "native_keccak256" => {
                    own.hashes += ink;
                    if host.arguments.len() == 64 {
                        let map = self.slot(word(&host.arguments, 1));
                        let key = U256::from_be_bytes(word(&host.arguments, 0).0);
                        let name = format!("{map}[{}]", short(key));
                        let place = U256::from_be_bytes(word(&host.outputs, 0).0);
                        self.entries.insert(place, name);
                    }
                }
                "emit_log" => own.logs += ink,
                "call_contract" | "delegate_call_contract" | "static_call_contract" => {
                    let mut below = 0;
                    for child in children(trace, index, Some(number)) {
                        below += trace.calls.get(child).map_or(0, |call| call.gas_used);
                        self.call(child);
                    }
                    own.calls += ink.saturating_sub(below * u64::from(DEFAULT_INK_PRICE));
                }
                _ => own.other += ink,
            }
        }
        own.compute = run
            .ink_start
            .saturating_sub(run.ink_left)
            .saturating_sub(in_host);
        for part in [
            &mut own.loads,
            &mut own.stores,
            &mut own.calls,
            &mut own.logs,
            &mut own.hashes,
            &mut own.other,
            &mut own.compute,
        ] {
            *part = gas(*part);
        }
        own
    }

    /// A slot is written: what it costs, and `new` if it held nothing.
    fn store(&mut self, address: Address, key: B256, value: B256) -> String {
        let name = self.slot(key);
        let Some(slot) = self.slots.get_mut(&(address, key)) else {
            let slot = Slot {
                original: None,
                current: value,
            };
            self.slots.insert((address, key), slot);
            return format!("{name} (not read)");
        };
        let original = slot.original.unwrap_or(slot.current);
        let cost = evm_costs::store_cost(original, slot.current, value, false);
        slot.current = value;
        let new = match original.is_zero() && cost.gas > evm_costs::WARM_GAS {
            true => " new",
            false => "",
        };
        format!("{name}{new} {}", cost.gas)
    }

    /// A slot's number, or which map's value it is in, and its place in it.
    fn slot(&self, key: B256) -> String {
        let key = U256::from_be_bytes(key.0);
        for offset in 0..16_u64 {
            if let Some(entry) = self.entries.get(&key.wrapping_sub(U256::from(offset))) {
                return format!("{entry}.{offset}");
            }
        }
        short(key)
    }

    fn name(&self, address: Address) -> String {
        let modules = &self.suite.modules;
        let known = [
            (modules.vault, "vault"),
            (modules.liquidation, "vault-liquidation"),
            (modules.settlement, "vault-settlement"),
            (modules.administration, "vault-administration"),
            (modules.views, "vault-views"),
            (modules.inventory, "vault-inventory"),
            (modules.oracle, "oracle-adapter"),
            (modules.oracle_extension, "adapter-extension"),
            (modules.auction, "auction"),
            (modules.fund, "fund"),
            (self.suite.asset, "loan asset"),
            (self.suite.weth(), "WETH"),
        ];
        let found = known.iter().find(|(known, _)| *known == address);
        found.map_or_else(
            || short(U256::from_be_bytes(address.into_word().0)),
            |(_, name)| (*name).to_owned(),
        )
    }
}

/// Calls that the call `parent` made: all, or those of one of its host calls.
fn children(
    trace: &Trace,
    parent: usize,
    host_call: Option<usize>,
) -> impl Iterator<Item = usize> + '_ {
    let calls = trace.calls.iter().enumerate();
    calls.filter_map(move |(index, call)| {
        let is_child = call.parent == Some(parent)
            && host_call.is_none_or(|host_call| call.host_call == host_call);
        is_child.then_some(index)
    })
}

/// Small numbers as they are, of others the first and last digits.
fn short(number: U256) -> String {
    if number < U256::from(0xffff_ffff_u64) {
        return number.to_string();
    }
    let digits = format!("{number:x}");
    let (head, tail) = (digits.get(..4), digits.get(digits.len() - 2..));
    format!("{}..{}", head.unwrap_or(&digits), tail.unwrap_or_default())
}

/// The function that calldata names.
fn verb_of(input: &[u8]) -> String {
    let Some(selector) = input.first_chunk::<4>().copied() else {
        return String::new();
    };
    let name = IVaultCalls::name_by_selector(selector)
        .or_else(|| IVaultProgramsCalls::name_by_selector(selector))
        .or_else(|| ILiquidationAuctionCalls::name_by_selector(selector))
        .or_else(|| IOracleAdapterCalls::name_by_selector(selector))
        .or_else(|| IInsuranceFundCalls::name_by_selector(selector));
    name.map_or_else(|| U256::from_be_slice(&selector).to_string(), str::to_owned)
}
