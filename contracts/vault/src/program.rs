//! What the programs behind the core have in common: an entry on the vault's storage, and a run of one selector.

/// A program that the core reaches by delegate call. `$run` is the method of `VaultState` that runs a selector and returns
/// none for one that it does not know, which ends in a revert without data.
///
/// Called directly a program works on its own, empty storage: there is no owner, no asset, no auction and no account.
macro_rules! program {
    ($(#[$documentation:meta])* $name:ident, $feature:literal, $run:ident) => {
        program!(@type $(#[$documentation])* $name, $feature, $run);

        impl stylus_sdk::abi::Router<$name> for $name {
            type Storage = $name;

            fn route(vault: &mut $name, selector: u32, input: &[u8]) -> Option<stylus_sdk::ArbResult> {
                vault.state.run_program(selector, input, crate::state::VaultState::$run)
            }

            fn receive(_: &mut $name) -> Option<Result<(), alloc::vec::Vec<u8>>> {
                None
            }

            fn fallback(_: &mut $name, _: &[u8]) -> Option<stylus_sdk::ArbResult> {
                None
            }

            fn constructor(_: &mut $name, _: &[u8]) -> Option<stylus_sdk::ArbResult> {
                None
            }
        }
    };
    (@type $(#[$documentation:meta])* $name:ident, $feature:literal, $run:ident) => {
        $(#[$documentation])*
        #[cfg_attr(feature = $feature, stylus_sdk::prelude::entrypoint)]
        #[stylus_sdk::prelude::storage]
        pub struct $name {
            /// All of the vault's words: the same as the core's.
            pub state: crate::state::VaultState,
        }

        #[cfg(not(feature = $feature))]
        // SAFETY: as the entrypoint macro has it; in a build with another entrypoint this type is used by tests only.
        unsafe impl stylus_sdk::prelude::TopLevelStorage for $name {}
    };
}

use alloc::vec::Vec;
use stylus_sdk::{prelude::*, ArbResult};

use crate::{
    arguments::Arguments,
    errors::{self, Error, Fallible},
    state::VaultState,
};

/// A program's method for one selector.
pub(crate) type Run = fn(&mut VaultState, [u8; 4], Arguments<'_>) -> Fallible<Option<Vec<u8>>>;

impl VaultState {
    /// Runs a selector of a program; refuses ether.
    pub(crate) fn run_program(
        &mut self,
        selector: u32,
        input: &[u8],
        run: Run,
    ) -> Option<ArbResult> {
        let outcome = if self.vm().msg_value().is_zero() {
            run(self, selector.to_be_bytes(), Arguments(input))
        } else {
            Err(errors::refused())
        };
        outcome.map_err(Error::into_data).transpose()
    }
}
