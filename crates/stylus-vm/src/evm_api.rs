//! What a program's host functions ask of the chain that runs it: the trait that the embedder implements.
//!
//! All amounts named `gas` are EVM gas. The virtual machine turns them into ink and takes them from the program; the
//! embedder only says how much. [`crate::evm_costs`] has the EVM's prices, for embedders that do not bring their own.

use alloy_primitives::{Address, Bytes, B256, U256};

/// A value read from the chain, and what reading it costs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Priced<T> {
    /// What was asked for.
    pub value: T,
    /// EVM gas for asking.
    pub gas: u64,
}

impl<T> Priced<T> {
    /// `value`, at a price of `gas`.
    pub const fn new(value: T, gas: u64) -> Self {
        Self { value, gas }
    }
}

/// The chain refuses to write because the frame is a static one. The program fails: it reverts with empty data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StaticContext;

/// Why a flush of the storage cache was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// The stores cost more than the gas left: the program is out of ink.
    OutOfGas,
    /// The frame is a static one: the program fails.
    StaticContext,
}

/// Which of the EVM's calls a program makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// `CALL`.
    Call,
    /// `DELEGATECALL`.
    Delegate,
    /// `STATICCALL`.
    Static,
}

/// A call that a program makes.
#[derive(Clone, Copy, Debug)]
pub struct CallRequest<'a> {
    /// Which call.
    pub kind: CallKind,
    /// Whose code is called.
    pub to: Address,
    /// The calldata.
    pub data: &'a [u8],
    /// Value sent with a [`CallKind::Call`], in wei; zero for the other kinds.
    pub value: U256,
    /// Gas that the caller has left, after all that the virtual machine charged for the call itself.
    pub gas_left: u64,
    /// Gas that the program wants to give to the callee at most.
    pub gas_requested: u64,
}

/// How a call ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallOutcome {
    /// True if the callee returned, false if it reverted, failed, or was not called at all.
    pub success: bool,
    /// Gas to take from the caller: access, value transfer, and what the callee used (its stipend deducted).
    /// At most `gas_left` of the request.
    pub gas_cost: u64,
    /// What the callee returned or reverted with.
    pub return_data: Bytes,
}

/// A contract creation that a program asks for.
#[derive(Clone, Copy, Debug)]
pub struct CreateRequest<'a> {
    /// The init code.
    pub init_code: &'a [u8],
    /// Value for the new contract, in wei.
    pub endowment: U256,
    /// The salt of a `CREATE2`; none for a `CREATE`.
    pub salt: Option<B256>,
    /// Gas that the caller has left, after all that the virtual machine charged.
    pub gas_left: u64,
}

/// How a creation ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CreateOutcome {
    /// The new contract; zero if it was not created.
    pub address: Address,
    /// Gas to take from the caller: the base price and what the init code used. At most `gas_left` of the request.
    pub gas_cost: u64,
    /// What the init code reverted with; empty in all other cases.
    pub return_data: Bytes,
}

/// A creation was not even started: static context, or less gas left than its base price. The program fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreateRefused;

/// The chain as a running program sees it.
///
/// One value serves one frame: storage, logs and transient storage are those of the acting address, and the embedder
/// knows whether the frame is static. A host function may run other programs before it returns, so implementations
/// keep nothing global.
pub trait EvmApi {
    /// Value of a storage slot. Gas: 2100 if the slot was cold, else 100; it is warm from then on.
    fn load_slot(&mut self, key: B256) -> Priced<B256>;

    /// Writes slots (key, value), in order. Returns the gas of all of them: EIP-2929 and EIP-3529, see
    /// [`crate::evm_costs::store_cost`]. Refunds are the embedder's own business. Never called with nothing to write.
    ///
    /// # Errors
    ///
    /// [`StoreError::StaticContext`] in a static frame; [`StoreError::OutOfGas`] if the gas would exceed `gas_left`.
    fn store_slots(&mut self, slots: &[(B256, B256)], gas_left: u64) -> Result<u64, StoreError>;

    /// Value of a transient slot. (Its price of 100 gas is taken by the virtual machine.)
    fn transient_load(&mut self, key: B256) -> B256;

    /// Writes a transient slot. (Its price of 100 gas is taken by the virtual machine.)
    ///
    /// # Errors
    ///
    /// In a static frame.
    fn transient_store(&mut self, key: B256, value: B256) -> Result<(), StaticContext>;

    /// Calls a contract. See [`crate::evm_costs::call_gas`] for the gas that the callee gets.
    fn call(&mut self, request: CallRequest<'_>) -> CallOutcome;

    /// Creates a contract. See [`crate::evm_costs::create_gas`] for the gas that its init code gets.
    ///
    /// # Errors
    ///
    /// [`CreateRefused`] if the frame is static or the base price cannot be paid.
    fn create(&mut self, request: CreateRequest<'_>) -> Result<CreateOutcome, CreateRefused>;

    /// Emits a log with at most four topics. (Its gas is taken by the virtual machine.)
    ///
    /// # Errors
    ///
    /// In a static frame.
    fn emit_log(&mut self, topics: &[B256], data: &[u8]) -> Result<(), StaticContext>;

    /// Balance of an account in wei. Gas: 2600 if the account was cold, else 100; it is warm from then on.
    fn account_balance(&mut self, address: Address) -> Priced<U256>;

    /// Code of an account. Gas: 2600 if the account was cold, else 100 (the virtual machine adds the 700 for code).
    fn account_code(&mut self, address: Address) -> Priced<Bytes>;

    /// Hash of the code of an account, as `EXTCODEHASH`. Gas: 2600 if the account was cold, else 100.
    fn account_code_hash(&mut self, address: Address) -> Priced<B256>;

    /// Counts `pages` more memory pages as open in the transaction and returns their gas. An embedder forwards this to
    /// the [`crate::PageCounters`] that it keeps for the transaction.
    fn add_pages(&mut self, pages: u16) -> u64;

    /// True if [`HostCall::arguments`] and [`HostCall::outputs`] are wanted: copying them costs time.
    fn traces_data(&self) -> bool {
        false
    }

    /// Called after each host function that came to its end, with the ink before its first charge and after its last.
    fn on_host_call(&mut self, call: HostCall) {
        let _ = call;
    }
}

/// A host function that came to its end, for tracers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostCall {
    /// Its name in the import module `vm_hooks`.
    pub name: &'static str,
    /// Ink before its first charge.
    pub start_ink: u64,
    /// Ink after its last charge.
    pub end_ink: u64,
    /// What it was given, in the format of Nitro's `stylusTracer`; empty unless [`EvmApi::traces_data`].
    pub arguments: Bytes,
    /// What it gave, in the same format.
    pub outputs: Bytes,
}
