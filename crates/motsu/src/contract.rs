//! Contracts as tests see them.

use std::{
    any::type_name,
    borrow::BorrowMut,
    fmt,
    marker::PhantomData,
    ops::{Deref, DerefMut},
    rc::Rc,
};

use alloy_primitives::{keccak256, Address, LogData, U256};
use alloy_sol_types::SolEvent;
use stylus_sdk::{
    abi::{router_entrypoint, Router},
    storage::StorageType,
    stylus_core::{storage::TopLevelStorage, ValueDenier},
    ArbResult,
};

use crate::{
    chain::{self, Code, Entrypoint},
    host::{transact, ChainHost, Frame, STYLUS_CODE_PREFIX},
};

/// A contract type that can be deployed: `#[storage]` with `#[public]`, and `#[entrypoint]` or an
/// `unsafe impl TopLevelStorage`. Implemented for every such type.
pub trait Program: StorageType + 'static {
    /// Runs the program on calldata, by its router, as the SDK's entry point does.
    ///
    /// # Errors
    ///
    /// The revert data.
    fn run(calldata: Vec<u8>, vm: stylus_sdk::host::VM) -> ArbResult;
}

impl<T> Program for T
where
    T: Router<T> + StorageType + TopLevelStorage + BorrowMut<T::Storage> + ValueDenier + 'static,
{
    fn run(calldata: Vec<u8>, vm: stylus_sdk::host::VM) -> ArbResult {
        router_entrypoint::<T, T>(calldata, vm)
    }
}

/// A contract deployed on this thread's chain. Its storage and events go when it is dropped.
pub struct Contract<T: StorageType> {
    address: Address,
    /// Whether the code at `address` is this one's: not so for an attached contract.
    is_deployed_here: bool,
    program: PhantomData<fn() -> T>,
}

impl<T: StorageType> Drop for Contract<T> {
    fn drop(&mut self) {
        chain::with_if_alive(|chain| {
            if self.is_deployed_here {
                chain.remove(self.address);
            }
            chain.release();
        });
    }
}

impl<T: StorageType> fmt::Debug for Contract<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.address)
    }
}

impl<T: Program> Default for Contract<T> {
    /// The contract at address zero.
    fn default() -> Self {
        Self::new_at(Address::ZERO)
    }
}

impl<T: Program> Contract<T> {
    /// Deploys a contract with empty storage at an address that nobody else has.
    #[must_use]
    pub fn new() -> Self {
        Self::random()
    }

    /// Deploys a contract with empty storage at `address`.
    ///
    /// # Panics
    ///
    /// If there is a contract at `address`.
    #[must_use]
    pub fn new_at(address: Address) -> Self {
        let entrypoint: Entrypoint = T::run;
        let mut bytes = STYLUS_CODE_PREFIX.to_vec();
        bytes.extend_from_slice(type_name::<T>().as_bytes());
        let deployed = chain::with(|chain| chain.deploy(address, Code { entrypoint, bytes }));
        assert!(
            deployed,
            "{}",
            chain::with(
                |chain| chain.with_tags(&format!("there is a contract at {address:?} already"))
            )
        );
        chain::with(chain::Chain::hold);
        Self {
            address,
            is_deployed_here: true,
            program: PhantomData,
        }
    }

    /// Deploys a contract with empty storage at an address that nobody else has. The same on every run of a test.
    #[must_use]
    pub fn random() -> Self {
        let number = chain::with(chain::Chain::next_anonymous);
        Self::new_at(Address::from_word(keccak256(format!(
            "motsu contract {number}"
        ))))
    }

    /// The code of `T` over the storage of the contract at `address`.
    ///
    /// For a contract in several programs, one of which delegates to the others: methods of `T` called on the handle run as
    /// when that contract delegates to `T`, with its address, storage, balance and events.
    /// Nothing is deployed or, when the handle is dropped, removed. Drop it before the contract itself.
    ///
    /// ```ignore
    /// let vault_admin = Contract::<VaultExtension>::attached(vault.address());
    /// vault_admin.sender(owner).set_cap(token, cap).motsu_unwrap();
    /// vault.assert_emitted(&CapSet { token, cap });
    /// ```
    ///
    /// # Panics
    ///
    /// If there is no contract at `address`.
    #[must_use]
    pub fn attached(address: Address) -> Self {
        assert!(
            chain::with(|chain| chain.code(address).is_some()),
            "{}",
            chain::with(|chain| chain
                .with_tags(&format!("there is no contract at {address:?} to attach to")))
        );
        chain::with(chain::Chain::hold);
        Self {
            address,
            is_deployed_here: false,
            program: PhantomData,
        }
    }

    /// The contract's address.
    #[must_use]
    pub fn address(&self) -> Address {
        self.address
    }

    /// Calls the contract as `account`: `vault.sender(alice).deposit(…)`.
    ///
    /// The method is called as the Rust function that it is. Each method called begins a transaction, which the functions of
    /// [`ResultExt`](crate::ResultExt) on its result take back if it is an error. A constructor is a method like others.
    #[must_use]
    pub fn sender<A: Into<Address>>(&self, account: A) -> ContractCall<'_, T> {
        ContractCall::new(self, account.into(), U256::ZERO)
    }

    /// Calls the contract as `account`, who sends `value` wei with it.
    ///
    /// # Panics
    ///
    /// On the call of a method, if the account has not got `value`.
    #[must_use]
    pub fn sender_and_value<A: Into<Address>, V: Into<U256>>(
        &self,
        account: A,
        value: V,
    ) -> ContractCall<'_, T> {
        ContractCall::new(self, account.into(), value.into())
    }

    /// Calls the contract through its ABI: selector, decoding, fallback and receive, refusal of value, as on chain.
    ///
    /// A failed call is taken back at once.
    ///
    /// # Errors
    ///
    /// The revert data, empty after a panic.
    pub fn call_raw<A: Into<Address>, D: AsRef<[u8]>>(&self, account: A, calldata: D) -> ArbResult {
        self.call_raw_with_value(account, U256::ZERO, calldata)
    }

    /// As [`Contract::call_raw`], with `value` wei.
    ///
    /// # Errors
    ///
    /// The revert data, empty after a panic.
    ///
    /// # Panics
    ///
    /// If the account has not got `value`.
    pub fn call_raw_with_value<A: Into<Address>, V: Into<U256>, D: AsRef<[u8]>>(
        &self,
        account: A,
        value: V,
        calldata: D,
    ) -> ArbResult {
        let calldata = calldata.as_ref().to_vec();
        transact(
            T::run,
            self.address,
            account.into(),
            value.into(),
            false,
            calldata,
        )
    }

    /// As [`Contract::call_raw`], but a static call: an attempt to change state reverts, as in `eth_call` of a view.
    ///
    /// # Errors
    ///
    /// The revert data, empty after a panic.
    pub fn static_call_raw<A: Into<Address>, D: AsRef<[u8]>>(
        &self,
        account: A,
        calldata: D,
    ) -> ArbResult {
        let calldata = calldata.as_ref().to_vec();
        transact(
            T::run,
            self.address,
            account.into(),
            U256::ZERO,
            true,
            calldata,
        )
    }

    /// Whether the contract emitted exactly this event.
    pub fn emitted<E: SolEvent>(&self, event: &E) -> bool {
        let log = event.encode_log_data();
        chain::with(|chain| chain.logs(self.address).contains(&log))
    }

    /// Asserts that the contract emitted exactly this event.
    ///
    /// # Panics
    ///
    /// If it did not, with the events of this type that it did emit.
    #[track_caller]
    pub fn assert_emitted<E: SolEvent + fmt::Debug>(&self, event: &E) {
        if self.emitted(event) {
            return;
        }
        let alike: Vec<E> = self
            .all_events()
            .iter()
            .filter_map(|log| E::decode_log_data_validate(log).ok())
            .collect();
        let message = if alike.is_empty() {
            format!("event was not emitted, no matching events found: {event:?}")
        } else {
            format!("event was not emitted: {event:?}, matching events: {alike:?}")
        };
        panic!("{}", chain::with(|chain| chain.with_tags(&message)));
    }

    /// All events that the contract emitted, oldest first.
    #[must_use]
    pub fn all_events(&self) -> Vec<LogData> {
        chain::with(|chain| chain.logs(self.address).to_vec())
    }
}

/// A contract with a sender: dereferences to the contract type, so its methods and fields can be used on it.
///
/// Borrows the [`Contract`], which must outlive it.
pub struct ContractCall<'a, T: StorageType> {
    frame: Rc<Frame>,
    storage: T,
    contract: PhantomData<&'a Contract<T>>,
}

impl<'a, T: StorageType> ContractCall<'a, T> {
    fn new(contract: &'a Contract<T>, sender: Address, value: U256) -> Self {
        chain::with(chain::Chain::call_opened);
        let frame = Rc::new(Frame::top_level(contract.address, sender, value));
        let vm = ChainHost::new(Rc::clone(&frame)).into_vm();
        // SAFETY: slot zero, offset zero is where the SDK's entry point puts a contract. Accessors keep no value between
        // accesses, so others over the same storage are no harm.
        let storage = unsafe { T::new(U256::ZERO, 0, vm) };
        Self {
            frame,
            storage,
            contract: PhantomData,
        }
    }
}

impl<T: StorageType> Drop for ContractCall<'_, T> {
    fn drop(&mut self) {
        chain::with_if_alive(chain::Chain::call_closed);
    }
}

impl<T: StorageType> Deref for ContractCall<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.frame.begin(1);
        &self.storage
    }
}

impl<T: StorageType> DerefMut for ContractCall<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.frame.begin(1);
        &mut self.storage
    }
}
