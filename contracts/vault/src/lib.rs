//! The vault: an ERC-4626 pool of one loan asset, and accounts that borrow it against several collaterals at once.
//!
//! Three programs over one storage ([`state::VaultState`]), because one does not fit the limit of 24,576 bytes: the
//! [`core::Vault`] with the verbs of lenders, borrowers and the auction; the [`liquidator::VaultLiquidation`], to which the
//! core passes by delegate call what it does not know; and the [`extension::VaultExtension`] with views and
//! administration, to which that passes the rest. Their addresses are fixed in the constructor. The cargo features
//! `liquidation` and `extension` select whose entrypoint a build gets.
//!
//! | file | what is in it |
//! |---|---|
//! | `core.rs`, `liquidator.rs`, `extension.rs` | the three programs: selector to verb |
//! | `arguments.rs` | calldata in, return data out |
//! | `state.rs` | every storage word, its unit, and how words are read and written |
//! | `market.rs` | the pool's books: cash, loans, claims, interest |
//! | `position.rs` | an account's collateral, debt and health |
//! | `lender.rs`, `borrower.rs` | deposit to redeem; collateral, borrow, repay |
//! | `liquidation.rs` | what a liquidation would do, and doing it |
//! | `settlement.rs` | what the auction calls: lots out, payments in, losses |
//! | `administration.rs` | parameters and ownership |
//! | `errors.rs` | typed errors, encoded in one place |
#![cfg_attr(target_arch = "wasm32", no_main)]
// The SDK's entrypoint macro writes a public function without documentation.
#![allow(missing_docs)]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

#[macro_use]
extern crate alloc;

mod administration;
mod arguments;
mod borrower;
pub mod core;
pub mod errors;
pub mod extension;
mod lender;
mod liquidation;
pub mod liquidator;
mod market;
mod math;
mod position;
mod settlement;
pub mod state;

pub use crate::{core::Vault, extension::VaultExtension, liquidator::VaultLiquidation};
