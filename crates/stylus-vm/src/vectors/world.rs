//! The world in which the cases run: a chain of canned answers.

use std::collections::{BTreeMap, HashSet};

use alloy_primitives::{Address, Bytes, B256, U256};

use super::case::{Callee, Case, Created, Log};
use crate::{
    evm_costs::{account_access_gas, call_gas, create_gas, store_cost, COLD_SLOT_GAS, WARM_GAS},
    CallKind, CallOutcome, CallRequest, CreateOutcome, CreateRefused, CreateRequest, Environment,
    EvmApi, HostCall, PageCounters, Priced, StaticContext, StoreError,
};

/// Code of accounts that a case does not name.
const DEFAULT_CODE: [u8; 2] = [0x60, 0x00];

pub(super) struct World<'a> {
    case: &'a Case,
    pub(super) storage_before: &'a BTreeMap<B256, B256>,
    pub(super) storage: BTreeMap<B256, B256>,
    pub(super) transient: BTreeMap<B256, B256>,
    pub(super) logs: Vec<Log>,
    pub(super) refund: i64,
    pub(super) pages: PageCounters,
    pub(super) trace: Vec<HostCall>,
    warm_slots: HashSet<B256>,
    warm_accounts: HashSet<Address>,
}

impl<'a> World<'a> {
    /// The world of a case, with the program's own pages open.
    pub(super) fn new(case: &'a Case, footprint: u16) -> Self {
        let before = case.world.pages_before;
        let mut pages = PageCounters::new(before.open, before.ever);
        pages.add(footprint);
        Self {
            case,
            storage_before: &case.storage_before,
            storage: case.storage_before.clone(),
            transient: BTreeMap::new(),
            logs: Vec::new(),
            refund: 0,
            pages,
            trace: Vec::new(),
            warm_slots: HashSet::new(),
            warm_accounts: HashSet::new(),
        }
    }

    pub(super) fn environment(&self, case: &Case) -> Environment {
        Environment {
            chain_id: 412_346,
            block_number: 12_345,
            block_timestamp: 1_700_000_000,
            block_gas_limit: 1 << 50,
            block_basefee: U256::from_be_bytes([1; 32]),
            block_coinbase: Address::ZERO,
            tx_gas_price: U256::from_be_bytes([1; 32]),
            tx_origin: Address::repeat_byte(0xbb),
            contract_address: Address::repeat_byte(0xaa),
            msg_sender: Address::repeat_byte(0xbb),
            msg_value: case.world.msg_value,
            reentrant: case.reentrant,
            ink_price: case.ink_price,
        }
    }

    fn is_static(&self) -> bool {
        self.case.world.read_only
    }

    fn access(&mut self, account: Address) -> bool {
        self.warm_accounts.insert(account)
    }

    fn callee(&self, address: &Address) -> Callee {
        self.case
            .world
            .callees
            .get(address)
            .cloned()
            .unwrap_or_else(|| Callee {
                status: 0,
                gas: 777,
                return_data: Bytes::from(U256::from(42).to_be_bytes::<32>()),
                empty_account: false,
            })
    }
}

impl EvmApi for World<'_> {
    fn load_slot(&mut self, key: B256) -> Priced<B256> {
        let gas = if self.warm_slots.insert(key) {
            COLD_SLOT_GAS
        } else {
            WARM_GAS
        };
        Priced::new(self.storage.get(&key).copied().unwrap_or_default(), gas)
    }

    fn store_slots(&mut self, slots: &[(B256, B256)], gas_left: u64) -> Result<u64, StoreError> {
        if self.is_static() {
            return Err(StoreError::StaticContext);
        }
        let mut gas = 0;
        for (key, value) in slots {
            let cold = self.warm_slots.insert(*key);
            let original = self.storage_before.get(key).copied().unwrap_or_default();
            let current = self.storage.insert(*key, *value).unwrap_or_default();
            let cost = store_cost(original, current, *value, cold);
            gas += cost.gas;
            self.refund += cost.refund;
            if gas > gas_left {
                return Err(StoreError::OutOfGas);
            }
        }
        Ok(gas)
    }

    fn transient_load(&mut self, key: B256) -> B256 {
        self.transient.get(&key).copied().unwrap_or_default()
    }

    fn transient_store(&mut self, key: B256, value: B256) -> Result<(), StaticContext> {
        if self.is_static() {
            return Err(StaticContext);
        }
        self.transient.insert(key, value);
        Ok(())
    }

    fn call(&mut self, request: CallRequest<'_>) -> CallOutcome {
        let sends_value = request.kind == CallKind::Call && !request.value.is_zero();
        if sends_value && self.is_static() {
            return CallOutcome::default();
        }
        let callee = self.callee(&request.to);
        let cold = self.access(request.to);
        let Some(gas) = call_gas(
            request.gas_left,
            request.gas_requested,
            cold,
            sends_value,
            callee.empty_account,
        ) else {
            return CallOutcome {
                gas_cost: request.gas_left,
                ..CallOutcome::default()
            };
        };
        let used = callee.gas.min(gas.callee);
        CallOutcome {
            success: callee.status == 0,
            gas_cost: gas.base + used,
            return_data: callee.return_data,
        }
    }

    fn create(&mut self, request: CreateRequest<'_>) -> Result<CreateOutcome, CreateRefused> {
        if self.is_static() {
            return Err(CreateRefused);
        }
        let gas = create_gas(
            request.gas_left,
            request.init_code.len(),
            request.salt.is_some(),
        )
        .ok_or(CreateRefused)?;
        let created = self.case.world.create.clone().unwrap_or_else(|| Created {
            address: Address::repeat_byte(0xcc),
            gas: 1_000,
            return_data: Bytes::new(),
        });
        Ok(CreateOutcome {
            address: created.address,
            gas_cost: gas.base + created.gas.min(gas.child),
            return_data: created.return_data,
        })
    }

    fn emit_log(&mut self, topics: &[B256], data: &[u8]) -> Result<(), StaticContext> {
        if self.is_static() {
            return Err(StaticContext);
        }
        self.logs.push(Log {
            topics: topics.to_vec(),
            data: Bytes::copy_from_slice(data),
        });
        Ok(())
    }

    fn account_balance(&mut self, address: Address) -> Priced<U256> {
        let cold = self.access(address);
        let balance = self
            .case
            .world
            .balances
            .get(&address)
            .copied()
            .unwrap_or_default();
        Priced::new(balance, account_access_gas(cold))
    }

    fn account_code(&mut self, address: Address) -> Priced<Bytes> {
        let cold = self.access(address);
        let code = self.case.world.codes.get(&address).cloned();
        Priced::new(
            code.unwrap_or_else(|| Bytes::from_static(&DEFAULT_CODE)),
            account_access_gas(cold),
        )
    }

    fn account_code_hash(&mut self, address: Address) -> Priced<B256> {
        let cold = self.access(address);
        let hash = self
            .case
            .world
            .code_hashes
            .get(&address)
            .copied()
            .unwrap_or_default();
        Priced::new(hash, account_access_gas(cold))
    }

    fn add_pages(&mut self, pages: u16) -> u64 {
        self.pages.add(pages)
    }

    fn on_host_call(&mut self, call: HostCall) {
        self.trace.push(call);
    }
}
