//! Contracts that the tests act through.

// The macros of the SDK write public items, some of them undocumented, into a private module.
#![allow(unreachable_pub, missing_docs)]

use alloy_primitives::{Address, Bytes, B256, U256};
use alloy_sol_types::sol;
use stylus_sdk::{
    call::{transfer::transfer_eth, RawCall},
    deploy::RawDeploy,
    prelude::*,
    storage::{StorageAddress, StorageBool, StorageMap, StorageU256},
    ArbResult,
};

/// The value that [`Actor::set_unless_forbidden`] refuses, after it has written and logged it.
pub const FORBIDDEN: u64 = 42;

sol! {
    #[derive(Debug, PartialEq, Eq)]
    event NumberSet(address indexed by, uint256 value);

    #[derive(Debug, PartialEq, Eq)]
    error Forbidden(uint256 value);

    /// For calldata; the same functions as [`Actor`] and [`Extension`].
    interface Selectors {
        function set(uint256 value) external;
        function setUnlessForbidden(uint256 value) external returns (uint256);
        function setAndPanic(uint256 value) external;
        function number() external view returns (uint256);
        function receiveValue() external payable;
        function callBoth(address first, bytes firstData, address second, bytes secondData) external;
        function callOut(address target, bytes data) external returns (bool, bytes);
        function callOutWithValue(address target, uint256 value, bytes data) external returns (bool, bytes);
        function staticCallOut(address target, bytes data) external returns (bool, bytes);
        function delegateCallOut(address target, bytes data) external returns (bool, bytes);
        function context() external view returns (address, address, address, uint256);
        function isReentrant() external view returns (bool);
        function create() external;
        function gasLeft() external view returns (uint64);
        function total() external view returns (uint256);
        function addToTotal(uint256 value) external;
        function unknown() external;
    }
}

sol_interface! {
    interface IActor {
        function set(uint256 value) external;
        function setUnlessForbidden(uint256 value) external returns (uint256);
        function number() external view returns (uint256);
        function receiveValue() external payable;
    }
}

#[derive(SolidityError, Debug, PartialEq, Eq)]
pub enum ActorError {
    Forbidden(Forbidden),
}

/// Does what it is told, to itself and to others.
#[entrypoint]
#[storage]
pub struct Actor {
    number: StorageU256,
    by: StorageAddress,
    owner: StorageAddress,
    history: StorageMap<U256, StorageU256>,
    locked: StorageBool,
}

#[public]
impl Actor {
    #[constructor]
    pub fn constructor(&mut self, owner: Address) {
        self.owner.set(owner);
    }

    pub fn owner(&self) -> Address {
        self.owner.get()
    }

    pub fn set(&mut self, value: U256) {
        let by = self.vm().msg_sender();
        self.number.set(value);
        self.by.set(by);
        self.history.setter(value).set(value);
        self.vm().log(NumberSet { by, value });
    }

    pub fn set_unless_forbidden(&mut self, value: U256) -> Result<U256, ActorError> {
        self.set(value);
        if value == U256::from(FORBIDDEN) {
            return Err(ActorError::Forbidden(Forbidden { value }));
        }
        Ok(value)
    }

    pub fn set_and_panic(&mut self, value: U256) {
        self.set(value);
        panic!("a defect of the contract");
    }

    /// An error without any access to the chain.
    pub fn fail_at_once(&mut self, value: U256) -> Result<(), ActorError> {
        Err(ActorError::Forbidden(Forbidden { value }))
    }

    pub fn number(&self) -> U256 {
        self.number.get()
    }

    pub fn by(&self) -> Address {
        self.by.get()
    }

    #[payable]
    pub fn receive_value(&mut self) {}

    #[payable]
    pub fn receive_value_and_fail(&mut self) -> Result<(), ActorError> {
        let value = self.vm().msg_value();
        Err(ActorError::Forbidden(Forbidden { value }))
    }

    /// Sets another actor's number through its interface, then its own.
    pub fn relay_set(&mut self, target: Address, value: U256) -> Result<U256, Vec<u8>> {
        let context = Call::new_mutating(self);
        let set = IActor::new(target).set_unless_forbidden(self.vm(), context, value)?;
        self.set(set);
        Ok(set)
    }

    pub fn relay_number(&self, target: Address) -> Result<U256, Vec<u8>> {
        Ok(IActor::new(target).number(self.vm(), Call::new())?)
    }

    pub fn relay_value(&mut self, target: Address, value: U256) -> Result<(), Vec<u8>> {
        let context = Call::new_payable(self, value);
        Ok(IActor::new(target).receive_value(self.vm(), context)?)
    }

    pub fn send(&mut self, target: Address, value: U256) -> Result<(), Vec<u8>> {
        transfer_eth(self.vm(), target, value)
    }

    /// Two calls, of which the second may not fail.
    pub fn call_both(
        &mut self,
        first: Address,
        first_data: Bytes,
        second: Address,
        second_data: Bytes,
    ) -> Result<(), Vec<u8>> {
        let _ = self.call_out(first, first_data);
        let (succeeded, data) = self.call_out(second, second_data);
        if succeeded {
            Ok(())
        } else {
            Err(data.to_vec())
        }
    }

    /// Calls and says how it went.
    pub fn call_out(&mut self, target: Address, data: Bytes) -> (bool, Bytes) {
        self.call_out_with_value(target, U256::ZERO, data)
    }

    pub fn call_out_with_value(
        &mut self,
        target: Address,
        value: U256,
        data: Bytes,
    ) -> (bool, Bytes) {
        // SAFETY: no storage reference is held.
        told(unsafe { RawCall::new_with_value(self.vm(), value).call(target, &data) })
    }

    /// Calls with limited gas, and reads a part of what comes back.
    pub fn call_out_limited(
        &mut self,
        target: Address,
        data: Bytes,
        gas: u64,
        offset: u32,
        size: u32,
    ) -> (bool, Bytes) {
        let call = RawCall::new(self.vm())
            .gas(gas)
            .limit_return_data(offset as usize, size as usize);
        // SAFETY: no storage reference is held.
        told(unsafe { call.call(target, &data) })
    }

    pub fn return_data_size_after(&mut self, target: Address, data: Bytes) -> u32 {
        let _ = self.call_out(target, data);
        self.vm().return_data_size() as u32
    }

    pub fn static_call_out(&mut self, target: Address, data: Bytes) -> (bool, Bytes) {
        // SAFETY: no storage reference is held.
        told(unsafe { RawCall::new_static(self.vm()).call(target, &data) })
    }

    pub fn delegate_call_out(&mut self, target: Address, data: Bytes) -> (bool, Bytes) {
        // SAFETY: no storage reference is held.
        told(unsafe { RawCall::new_delegate(self.vm()).call(target, &data) })
    }

    /// Address, sender, origin and value.
    pub fn context(&self) -> (Address, Address, Address, U256) {
        let vm = self.vm();
        (
            vm.contract_address(),
            vm.msg_sender(),
            vm.tx_origin(),
            vm.msg_value(),
        )
    }

    pub fn is_reentrant(&self) -> bool {
        self.vm().msg_reentrant()
    }

    /// Calls out behind a lock of its own.
    pub fn locked_call_out(
        &mut self,
        target: Address,
        data: Bytes,
    ) -> Result<(bool, Bytes), ActorError> {
        if self.locked.get() {
            let value = U256::ZERO;
            return Err(ActorError::Forbidden(Forbidden { value }));
        }
        self.locked.set(true);
        let result = self.call_out(target, data);
        self.locked.set(false);
        Ok(result)
    }

    pub fn create(&mut self) -> Result<Address, Vec<u8>> {
        // SAFETY: no storage reference is held.
        unsafe { RawDeploy::new().deploy(self.vm(), &[0], U256::ZERO) }
    }

    pub fn log_only(&self) {
        let by = self.vm().msg_sender();
        let value = U256::ZERO;
        self.vm().log(NumberSet { by, value });
    }

    pub fn gas_left(&self) -> u64 {
        self.vm().evm_gas_left()
    }

    pub fn ink_left(&self) -> u64 {
        self.vm().evm_ink_left()
    }

    /// Chain id, timestamp, block number, base fee, gas price.
    pub fn environment(&self) -> (u64, u64, u64, U256, U256) {
        let vm = self.vm();
        (
            vm.chain_id(),
            vm.block_timestamp(),
            vm.block_number(),
            vm.block_basefee(),
            vm.tx_gas_price(),
        )
    }

    /// Code size and code hash.
    pub fn code_of(&self, account: Address) -> (U256, B256) {
        let size = self.vm().code_size(account);
        assert_eq!(size, self.vm().code(account).len());
        (U256::from(size), self.vm().code_hash(account))
    }

    pub fn balance_of(&self, account: Address) -> U256 {
        self.vm().balance(account)
    }

    pub fn hash(&self, data: Bytes) -> B256 {
        self.vm().native_keccak256(&data)
    }
}

fn told(result: Result<Vec<u8>, Vec<u8>>) -> (bool, Bytes) {
    let succeeded = result.is_ok();
    (succeeded, result.unwrap_or_else(|revert| revert).into())
}

/// What [`Core`] and [`Extension`] both find in storage.
#[storage]
pub struct Books {
    extension: StorageAddress,
    total: StorageU256,
}

/// A contract in two programs: what it does not know itself it delegates to the extension.
#[storage]
pub struct Core {
    books: Books,
}

// SAFETY: used as the outermost storage only.
unsafe impl TopLevelStorage for Core {}

#[public]
impl Core {
    #[constructor]
    pub fn constructor(&mut self, extension: Address) {
        self.books.extension.set(extension);
    }

    pub fn total(&self) -> U256 {
        self.books.total.get()
    }

    #[payable]
    #[fallback]
    pub fn fallback(&mut self, calldata: &[u8]) -> ArbResult {
        let extension = self.books.extension.get();
        // SAFETY: the extension is chosen by the constructor and works on the same layout.
        unsafe { RawCall::new_delegate(self.vm()).call(extension, calldata) }
    }

    #[receive]
    #[payable]
    pub fn receive(&mut self) -> Result<(), Vec<u8>> {
        Ok(())
    }
}

/// The second program of [`Core`].
#[storage]
pub struct Extension {
    books: Books,
}

// SAFETY: used as the outermost storage only.
unsafe impl TopLevelStorage for Extension {}

#[public]
impl Extension {
    pub fn add_to_total(&mut self, value: U256) -> Result<(), ActorError> {
        let total = self.books.total.get();
        self.books.total.set(total + value);
        let by = self.vm().msg_sender();
        self.vm().log(NumberSet { by, value });
        if value == U256::from(FORBIDDEN) {
            return Err(ActorError::Forbidden(Forbidden { value }));
        }
        Ok(())
    }

    #[payable]
    pub fn context(&self) -> (Address, Address, Address, U256) {
        let vm = self.vm();
        (
            vm.contract_address(),
            vm.msg_sender(),
            vm.tx_origin(),
            vm.msg_value(),
        )
    }

    pub fn call_out(&mut self, target: Address, data: Bytes) -> (bool, Bytes) {
        // SAFETY: no storage reference is held.
        told(unsafe { RawCall::new(self.vm()).call(target, &data) })
    }

    pub fn is_reentrant(&self) -> bool {
        self.vm().msg_reentrant()
    }
}
