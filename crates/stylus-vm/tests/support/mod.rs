//! A small chain for tests: storage by account, programs that call each other, no EVM.

#![allow(dead_code)]

use std::collections::{BTreeMap, HashMap, HashSet};

use alloy_primitives::{Address, Bytes, B256, U256};
use breakwater_stylus_vm::{
    activate,
    evm_costs::{account_access_gas, call_gas, create_gas, store_cost, COLD_SLOT_GAS, WARM_GAS},
    run, CallKind, CallOutcome, CallRequest, CreateOutcome, CreateRefused, CreateRequest,
    Environment, EvmApi, HostCall, Outcome, PageCounters, Priced, Program, RunResult,
    StaticContext, StoreError,
};

/// Activates a module given as text.
pub(crate) fn program(wat: &str) -> Program {
    activate(&wat::parse_str(wat).expect("valid text")).expect("an acceptable program")
}

/// A word with a number in its last bytes.
pub(crate) fn word(number: u64) -> B256 {
    B256::from(U256::from(number))
}

#[derive(Clone, Default)]
pub(crate) struct State {
    pub(crate) storage: BTreeMap<(Address, B256), B256>,
    pub(crate) original: BTreeMap<(Address, B256), B256>,
    pub(crate) logs: Vec<(Address, Vec<B256>, Bytes)>,
    pub(crate) transient: BTreeMap<(Address, B256), B256>,
    warm_slots: HashSet<(Address, B256)>,
    warm_accounts: HashSet<Address>,
}

/// The chain in one transaction.
#[derive(Default)]
pub(crate) struct Chain {
    pub(crate) programs: HashMap<Address, Program>,
    /// Code of accounts, as `account_code` gives it.
    pub(crate) codes: HashMap<Address, Bytes>,
    /// What every creation gives (its gas is that of the init code alone); none: creations cannot start.
    pub(crate) created: Option<CreateOutcome>,
    pub(crate) state: State,
    pub(crate) pages: PageCounters,
    pub(crate) trace: Vec<HostCall>,
    pub(crate) deepest: usize,
    open: Vec<Address>,
}

impl Chain {
    /// A chain with one program, at the address `aa…`.
    pub(crate) fn with(program: Program) -> (Self, Address) {
        let mut chain = Self::default();
        let address = Address::repeat_byte(0xaa);
        chain.programs.insert(address, program);
        (chain, address)
    }

    /// Calls a program from outside.
    pub(crate) fn call(&mut self, to: Address, calldata: &[u8], gas: u64) -> RunResult {
        self.frame(to, to, calldata, gas, false)
    }

    /// The same in a static context.
    pub(crate) fn static_call(&mut self, to: Address, calldata: &[u8], gas: u64) -> RunResult {
        self.frame(to, to, calldata, gas, true)
    }

    fn frame(
        &mut self,
        acting: Address,
        code: Address,
        calldata: &[u8],
        gas: u64,
        is_static: bool,
    ) -> RunResult {
        let program = self.programs.get(&code).expect("a program").clone();
        let open_pages = self.pages.open();
        self.pages.add(program.figures().footprint_pages);
        self.open.push(acting);
        self.deepest = self.deepest.max(self.open.len());
        let environment = Environment {
            contract_address: acting,
            msg_sender: Address::repeat_byte(0xbb),
            reentrant: self.open.iter().filter(|open| **open == acting).count() > 1,
            ..Environment::default()
        };
        let snapshot = self.state.clone();
        let mut frame = Frame {
            chain: self,
            acting,
            is_static,
        };
        let result = run(&program, &mut frame, &environment, calldata, gas, gas);
        if result.outcome != Outcome::Return {
            self.state = snapshot;
        }
        self.open.pop();
        self.pages.restore_open(open_pages);
        result
    }
}

struct Frame<'a> {
    chain: &'a mut Chain,
    acting: Address,
    is_static: bool,
}

impl EvmApi for Frame<'_> {
    fn load_slot(&mut self, key: B256) -> Priced<B256> {
        let slot = (self.acting, key);
        let gas = if self.chain.state.warm_slots.insert(slot) {
            COLD_SLOT_GAS
        } else {
            WARM_GAS
        };
        Priced::new(
            self.chain
                .state
                .storage
                .get(&slot)
                .copied()
                .unwrap_or_default(),
            gas,
        )
    }

    fn store_slots(&mut self, slots: &[(B256, B256)], gas_left: u64) -> Result<u64, StoreError> {
        if self.is_static {
            return Err(StoreError::StaticContext);
        }
        let mut gas = 0;
        for (key, value) in slots {
            let slot = (self.acting, *key);
            let cold = self.chain.state.warm_slots.insert(slot);
            let original = self
                .chain
                .state
                .original
                .get(&slot)
                .copied()
                .unwrap_or_default();
            let current = self
                .chain
                .state
                .storage
                .insert(slot, *value)
                .unwrap_or_default();
            gas += store_cost(original, current, *value, cold).gas;
        }
        if gas > gas_left {
            return Err(StoreError::OutOfGas);
        }
        Ok(gas)
    }

    fn transient_load(&mut self, key: B256) -> B256 {
        let slot = (self.acting, key);
        let transient = &self.chain.state.transient;
        transient.get(&slot).copied().unwrap_or_default()
    }

    fn transient_store(&mut self, key: B256, value: B256) -> Result<(), StaticContext> {
        if self.is_static {
            return Err(StaticContext);
        }
        let slot = (self.acting, key);
        self.chain.state.transient.insert(slot, value);
        Ok(())
    }

    fn call(&mut self, request: CallRequest<'_>) -> CallOutcome {
        let cold = self.chain.state.warm_accounts.insert(request.to);
        let Some(gas) = call_gas(request.gas_left, request.gas_requested, cold, false, false)
        else {
            return CallOutcome {
                gas_cost: request.gas_left,
                ..CallOutcome::default()
            };
        };
        if !self.chain.programs.contains_key(&request.to) {
            return CallOutcome {
                success: true,
                gas_cost: gas.base,
                return_data: Bytes::new(),
            };
        }
        let acting = if request.kind == CallKind::Delegate {
            self.acting
        } else {
            request.to
        };
        let is_static = self.is_static || request.kind == CallKind::Static;
        let result = self
            .chain
            .frame(acting, request.to, request.data, gas.callee, is_static);
        CallOutcome {
            success: result.is_success(),
            gas_cost: gas.base + gas.callee - result.gas_left_to_caller,
            return_data: result.output,
        }
    }

    fn create(&mut self, request: CreateRequest<'_>) -> Result<CreateOutcome, CreateRefused> {
        if self.is_static {
            return Err(CreateRefused);
        }
        let gas = create_gas(
            request.gas_left,
            request.init_code.len(),
            request.salt.is_some(),
        )
        .ok_or(CreateRefused)?;
        let mut created = self.chain.created.clone().ok_or(CreateRefused)?;
        created.gas_cost = gas.base + created.gas_cost.min(gas.child);
        Ok(created)
    }

    fn emit_log(&mut self, topics: &[B256], data: &[u8]) -> Result<(), StaticContext> {
        if self.is_static {
            return Err(StaticContext);
        }
        self.chain
            .state
            .logs
            .push((self.acting, topics.to_vec(), Bytes::copy_from_slice(data)));
        Ok(())
    }

    fn account_balance(&mut self, address: Address) -> Priced<U256> {
        let cold = self.chain.state.warm_accounts.insert(address);
        Priced::new(U256::ZERO, account_access_gas(cold))
    }

    fn account_code(&mut self, address: Address) -> Priced<Bytes> {
        let cold = self.chain.state.warm_accounts.insert(address);
        let code = self.chain.codes.get(&address).cloned();
        Priced::new(code.unwrap_or_default(), account_access_gas(cold))
    }

    fn account_code_hash(&mut self, address: Address) -> Priced<B256> {
        let cold = self.chain.state.warm_accounts.insert(address);
        Priced::new(B256::ZERO, account_access_gas(cold))
    }

    fn add_pages(&mut self, pages: u16) -> u64 {
        self.chain.pages.add(pages)
    }

    fn on_host_call(&mut self, call: HostCall) {
        self.chain.trace.push(call);
    }
}
