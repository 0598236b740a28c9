//! The SDK's host interface over this thread's [`Chain`](crate::chain::Chain), and calls between contracts.

use std::{
    cell::{Cell, RefCell},
    panic::{catch_unwind, resume_unwind, AssertUnwindSafe},
    rc::Rc,
    slice,
};

use alloy_primitives::{keccak256, Address, LogData, B256, U256};
use stylus_sdk::{
    host::VM as SdkVm,
    stylus_core::host::{
        AccountAccess, BlockAccess, CalldataAccess, ChainAccess, CryptographyAccess, Host,
        MemoryAccess, MessageAccess, MeteringAccess, RawLogAccess, StorageAccess, UnsafeCallAccess,
        UnsafeDeploymentAccess,
    },
    ArbResult,
};

use crate::{
    chain::{self, Entrypoint, TransactionId, BLOCK_GAS_LIMIT},
    precompiles,
};

/// How deep calls may nest. The EVM's limit is 1024; here every call lies on the stack of a test thread, 2 MiB, twice or
/// three times as big without optimisation. One contract is on the stack once, so only a test of unlimited recursion sees it.
const MAXIMUM_DEPTH: usize = 64;
/// Ink that one gas buys on Arbitrum One.
const INK_PRICE: u32 = 10_000;
/// First bytes of a Stylus program's code.
pub(crate) const STYLUS_CODE_PREFIX: [u8; 4] = [0xef, 0xf0, 0x00, 0x00];

/// Status of a call, as the host function returns it.
const SUCCESS: u8 = 0;
const FAILURE: u8 = 1;

/// Unwinds out of a contract that did what its context forbids. Not a `panic!`: it is no defect, so it prints nothing.
struct ForbiddenHere;

/// What one execution of a contract knows of itself.
pub(crate) struct Frame {
    /// Whose storage, balance and events it is.
    pub(crate) address: Address,
    pub(crate) sender: Address,
    pub(crate) origin: Address,
    pub(crate) value: U256,
    /// Changes with each method called on one `ContractCall`.
    pub(crate) transaction: Cell<TransactionId>,
    is_static: bool,
    is_reentrant: bool,
    /// Whether a call boundary is above it that turns unwinding into a revert.
    is_guarded: bool,
    gas_limit: u64,
    depth: usize,
    calldata: Vec<u8>,
    return_data: RefCell<Vec<u8>>,
    parent: Option<Rc<Frame>>,
}

impl Frame {
    /// A frame for a call by a test.
    pub(crate) fn top_level(address: Address, sender: Address, value: U256) -> Self {
        Self {
            address,
            sender,
            origin: sender,
            value,
            transaction: Cell::default(),
            is_static: false,
            is_reentrant: false,
            is_guarded: false,
            gas_limit: u64::MAX,
            depth: 0,
            calldata: Vec::new(),
            return_data: RefCell::default(),
            parent: None,
        }
    }

    /// Whether `address` is executing in this frame or further up. A program called by delegate call is not there: its frame
    /// has the address of the caller's.
    fn is_on_stack(&self, address: Address) -> bool {
        self.address == address
            || self
                .parent
                .as_ref()
                .is_some_and(|parent| parent.is_on_stack(address))
    }

    fn gas_left(&self) -> u64 {
        self.gas_limit
            .min(chain::with(|chain| chain.environment.gas_left))
    }

    /// Begins the transaction of a top-level frame and moves the value that comes with it.
    ///
    /// `concurrent` is how many `ContractCall`s belong to this very transaction.
    ///
    /// # Panics
    ///
    /// If the sender has not got the value, as a node would refuse the transaction.
    pub(crate) fn begin(&self, concurrent: usize) {
        let transferred = chain::with(|chain| {
            let id = chain.begin(self.sender, self.address, concurrent);
            self.transaction.set(id);
            chain.transfer(id, self.sender, self.address, self.value)
        });
        self.return_data.borrow_mut().clear();
        if transferred.is_none() {
            let message = chain::with(|chain| {
                chain.with_tags(&format!(
                    "account {:?} has not enough funds to send {} wei to {:?}: it has {}",
                    self.sender,
                    self.value,
                    self.address,
                    chain.balance(self.sender)
                ))
            });
            panic!("{message}");
        }
    }
}

/// Runs `entrypoint` in a new transaction of a test, through the ABI.
pub(crate) fn transact(
    entrypoint: Entrypoint,
    address: Address,
    sender: Address,
    value: U256,
    is_static: bool,
    calldata: Vec<u8>,
) -> ArbResult {
    let mut frame = Frame::top_level(address, sender, value);
    frame.is_static = is_static;
    frame.is_guarded = true;
    frame.calldata = calldata.clone();
    frame.begin(0);
    let transaction = frame.transaction.get();
    let result = execute(entrypoint, calldata, Rc::new(frame));
    if result.is_err() {
        chain::with(|chain| chain.take_back(transaction));
    }
    result
}

/// Runs a program; a panic in it is a revert without data.
fn execute(entrypoint: Entrypoint, calldata: Vec<u8>, frame: Rc<Frame>) -> ArbResult {
    let run = || entrypoint(calldata, ChainHost::new(frame).into_vm());
    // No state of this crate is borrowed while a contract runs, and what the contract wrote is rolled back.
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        if chain::with(|chain| chain.refusal) {
            resume_unwind(panic);
        }
        Err(Vec::new())
    })
}

/// The kinds of call, and the value of the one that can have it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CallKind {
    Call(U256),
    Static,
    Delegate,
}

/// The host of one execution. Every storage accessor of a contract holds a clone.
#[derive(Clone)]
pub(crate) struct ChainHost {
    frame: Rc<Frame>,
}

impl ChainHost {
    pub(crate) fn new(frame: Rc<Frame>) -> Self {
        Self { frame }
    }

    pub(crate) fn into_vm(self) -> SdkVm {
        SdkVm {
            host: Box::new(self),
        }
    }

    /// Runs `access` on the chain on behalf of this frame's transaction.
    fn with_chain<R>(&self, access: impl FnOnce(&mut chain::Chain, TransactionId) -> R) -> R {
        chain::with(|chain| {
            let transaction = self.frame.transaction.get();
            chain.touch(transaction);
            access(chain, transaction)
        })
    }

    /// Ends the execution with a revert without data.
    fn forbid(&self, what: &str) -> ! {
        if self.frame.is_guarded {
            resume_unwind(Box::new(ForbiddenHere));
        }
        panic!("{what}");
    }

    fn forbid_if_static(&self, what: &str) {
        if self.frame.is_static {
            self.forbid(what);
        }
    }

    fn call(&self, kind: CallKind, to: Address, calldata: &[u8], gas: u64) -> (u8, usize) {
        let result = self.call_result(kind, to, calldata, gas);
        let status = if result.is_ok() { SUCCESS } else { FAILURE };
        let data = result.unwrap_or_else(|revert| revert);
        let length = data.len();
        *self.frame.return_data.borrow_mut() = data;
        (status, length)
    }

    fn call_result(&self, kind: CallKind, to: Address, calldata: &[u8], gas: u64) -> ArbResult {
        let caller = &self.frame;
        let value = match kind {
            CallKind::Call(value) => value,
            CallKind::Static | CallKind::Delegate => U256::ZERO,
        };
        if caller.depth + 1 >= MAXIMUM_DEPTH || (caller.is_static && !value.is_zero()) {
            return Err(Vec::new());
        }

        let (checkpoint, transferred, code, refuses_reentrancy) = self.with_chain(|chain, id| {
            let checkpoint = chain.checkpoint();
            let transferred = chain.transfer(id, caller.address, to, value);
            let code = chain.code(to).map(|code| code.entrypoint);
            (
                checkpoint,
                transferred,
                code,
                chain.environment.refuses_reentrancy,
            )
        });
        if transferred.is_none() {
            return Err(Vec::new());
        }

        let result = match code {
            None => Ok(precompiles::run(to, calldata).unwrap_or_default()),
            Some(entrypoint) => {
                let is_delegate = kind == CallKind::Delegate;
                // The SDK's entry point asks `msg_reentrant`, which counts contracts and not programs: a delegate call
                // adds none.
                let is_reentrant = if is_delegate {
                    caller.is_reentrant
                } else {
                    caller.is_on_stack(to)
                };
                if is_reentrant && refuses_reentrancy {
                    Err(Vec::new())
                } else {
                    let gas_left = caller.gas_left();
                    let frame = Frame {
                        address: if is_delegate { caller.address } else { to },
                        sender: if is_delegate {
                            caller.sender
                        } else {
                            caller.address
                        },
                        origin: caller.origin,
                        value: if is_delegate { caller.value } else { value },
                        transaction: caller.transaction.clone(),
                        is_static: caller.is_static || kind == CallKind::Static,
                        is_reentrant,
                        is_guarded: true,
                        // EIP-150: a caller keeps one part in 64.
                        gas_limit: gas.min(gas_left - gas_left / 64),
                        depth: caller.depth + 1,
                        calldata: calldata.to_vec(),
                        return_data: RefCell::default(),
                        parent: Some(Rc::clone(caller)),
                    };
                    execute(entrypoint, calldata.to_vec(), Rc::new(frame))
                }
            }
        };
        if result.is_err() {
            chain::with(|chain| chain.roll_back(checkpoint));
        }
        result
    }

    fn refuse_creation(&self) -> ! {
        chain::refuse(
            "motsu cannot create contracts from code: deploy them as `Contract<T>` in the test, or test on the embedded chain",
        )
    }
}

/// Copies the bytes that a contract passes by pointer.
///
/// # Safety
///
/// `data` must point to `length` readable bytes, or `length` be zero.
unsafe fn read_bytes<'a>(data: *const u8, length: usize) -> &'a [u8] {
    if length == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { slice::from_raw_parts(data, length) }
}

/// # Safety
///
/// `address` must point to 20 readable bytes.
unsafe fn read_address(address: *const u8) -> Address {
    // SAFETY: the caller's promise.
    Address::from_slice(unsafe { slice::from_raw_parts(address, 20) })
}

/// # Safety
///
/// `word` must point to 32 readable bytes.
unsafe fn read_word(word: *const u8) -> U256 {
    // SAFETY: the caller's promise.
    U256::from_be_slice(unsafe { slice::from_raw_parts(word, 32) })
}

impl Host for ChainHost {}

impl CryptographyAccess for ChainHost {
    fn native_keccak256(&self, input: &[u8]) -> B256 {
        keccak256(input)
    }
}

impl CalldataAccess for ChainHost {
    fn read_args(&self, len: usize) -> Vec<u8> {
        let calldata = &self.frame.calldata;
        calldata[..len.min(calldata.len())].to_vec()
    }

    fn read_return_data(&self, offset: usize, size: Option<usize>) -> Vec<u8> {
        let data = self.frame.return_data.borrow();
        let start = offset.min(data.len());
        let end = size.map_or(data.len(), |size| {
            start.saturating_add(size).min(data.len())
        });
        data[start..end].to_vec()
    }

    fn return_data_size(&self) -> usize {
        self.frame.return_data.borrow().len()
    }

    fn write_result(&self, _data: &[u8]) {
        // The SDK's entry point, which the router stands for here, writes what the method returned over it.
    }
}

// SAFETY: neither function returns, so no pointer is ever used.
unsafe impl UnsafeDeploymentAccess for ChainHost {
    unsafe fn create1(
        &self,
        _code: *const u8,
        _code_len: usize,
        _endowment: *const u8,
        _contract: *mut u8,
        _revert_data_len: *mut usize,
    ) {
        self.forbid_if_static("create in a static call");
        self.refuse_creation()
    }

    unsafe fn create2(
        &self,
        _code: *const u8,
        _code_len: usize,
        _endowment: *const u8,
        _salt: *const u8,
        _contract: *mut u8,
        _revert_data_len: *mut usize,
    ) {
        self.forbid_if_static("create2 in a static call");
        self.refuse_creation()
    }
}

impl StorageAccess for ChainHost {
    fn storage_load_bytes32(&self, key: U256) -> B256 {
        self.with_chain(|chain, _| chain.load(self.frame.address, key))
    }

    unsafe fn storage_cache_bytes32(&self, key: U256, value: B256) {
        self.forbid_if_static("write of storage in a static call");
        self.with_chain(|chain, id| chain.store(id, self.frame.address, key, value));
    }

    fn flush_cache(&self, _clear: bool) {
        // Writes are visible at once, to everybody; there is no cache to flush or to be out of date.
    }
}

// SAFETY: reads exactly what the trait says that the pointers are good for.
unsafe impl UnsafeCallAccess for ChainHost {
    unsafe fn call_contract(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        value: *const u8,
        gas: u64,
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: the trait's contract.
        let (to, data, value) = unsafe {
            (
                read_address(to),
                read_bytes(data, data_len),
                read_word(value),
            )
        };
        let (status, length) = self.call(CallKind::Call(value), to, data, gas);
        *outs_len = length;
        status
    }

    unsafe fn delegate_call_contract(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        gas: u64,
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: the trait's contract.
        let (to, data) = unsafe { (read_address(to), read_bytes(data, data_len)) };
        let (status, length) = self.call(CallKind::Delegate, to, data, gas);
        *outs_len = length;
        status
    }

    unsafe fn static_call_contract(
        &self,
        to: *const u8,
        data: *const u8,
        data_len: usize,
        gas: u64,
        outs_len: &mut usize,
    ) -> u8 {
        // SAFETY: the trait's contract.
        let (to, data) = unsafe { (read_address(to), read_bytes(data, data_len)) };
        let (status, length) = self.call(CallKind::Static, to, data, gas);
        *outs_len = length;
        status
    }
}

impl BlockAccess for ChainHost {
    fn block_basefee(&self) -> U256 {
        chain::with(|chain| chain.environment.base_fee)
    }

    fn block_coinbase(&self) -> Address {
        chain::with(|chain| chain.environment.coinbase)
    }

    fn block_gas_limit(&self) -> u64 {
        BLOCK_GAS_LIMIT
    }

    fn block_number(&self) -> u64 {
        chain::with(|chain| chain.environment.block_number)
    }

    fn block_timestamp(&self) -> u64 {
        chain::with(|chain| chain.environment.timestamp)
    }
}

impl ChainAccess for ChainHost {
    fn chain_id(&self) -> u64 {
        chain::with(|chain| chain.environment.chain_id)
    }
}

impl AccountAccess for ChainHost {
    fn balance(&self, account: Address) -> U256 {
        self.with_chain(|chain, _| chain.balance(account))
    }

    fn contract_address(&self) -> Address {
        self.frame.address
    }

    fn code(&self, account: Address) -> Vec<u8> {
        chain::with(|chain| {
            chain
                .code(account)
                .map(|code| code.bytes.clone())
                .unwrap_or_default()
        })
    }

    fn code_size(&self, account: Address) -> usize {
        chain::with(|chain| chain.code(account).map_or(0, |code| code.bytes.len()))
    }

    fn code_hash(&self, account: Address) -> B256 {
        chain::with(|chain| keccak256(chain.code(account).map_or(&[][..], |code| &code.bytes)))
    }
}

impl MemoryAccess for ChainHost {
    fn pay_for_memory_grow(&self, _pages: u16) {}
}

impl MessageAccess for ChainHost {
    fn msg_sender(&self) -> Address {
        self.with_chain(|_, _| self.frame.sender)
    }

    fn msg_reentrant(&self) -> bool {
        self.frame.is_reentrant
    }

    fn msg_value(&self) -> U256 {
        self.frame.value
    }

    fn tx_origin(&self) -> Address {
        self.frame.origin
    }
}

impl MeteringAccess for ChainHost {
    fn evm_gas_left(&self) -> u64 {
        self.frame.gas_left()
    }

    fn evm_ink_left(&self) -> u64 {
        self.gas_to_ink(self.evm_gas_left())
    }

    fn tx_gas_price(&self) -> U256 {
        self.block_basefee()
    }

    fn tx_ink_price(&self) -> u32 {
        INK_PRICE
    }
}

impl RawLogAccess for ChainHost {
    fn emit_log(&self, input: &[u8], num_topics: usize) {
        self.forbid_if_static("event in a static call");
        if num_topics > 4 || input.len() < num_topics * 32 {
            self.forbid("malformed event");
        }
        let (topics, data) = input.split_at(num_topics * 32);
        let topics = topics.chunks_exact(32).map(B256::from_slice).collect();
        let log = LogData::new_unchecked(topics, data.to_vec().into());
        self.with_chain(|chain, id| chain.log(id, self.frame.address, log));
    }

    fn raw_log(&self, topics: &[B256], data: &[u8]) -> Result<(), &'static str> {
        if topics.len() > 4 {
            return Err("too many topics");
        }
        let mut input = topics.concat();
        input.extend_from_slice(data);
        self.emit_log(&input, topics.len());
        Ok(())
    }
}
