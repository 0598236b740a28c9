//! The vault: an ERC-4626 pool of one loan asset, and accounts that borrow it against several collaterals at once.
//!
//! Six programs over one storage ([`state::VaultState`]), because one does not fit the limit of 24,576 bytes. The
//! [`core::Vault`] has the verbs of lenders and borrowers and the sales of lots, and passes every other selector by one delegate call to the
//! program that has it: [`liquidator::VaultLiquidation`], [`settler::VaultSettlement`] (claims and losses),
//! [`administrator::VaultAdministration`] (parameters and rights), [`stockkeeper::VaultInventory`]
//! (the fund's collateral, the view of the waterfall, upkeep) or [`views::VaultViews`] (all the rest, and the solvency check). Their addresses are
//! fixed in the constructor. The cargo features `liquidation`, `settlement`, `administration`, `views` and `inventory` select whose
//! entrypoint a build gets.
//!
//! | file | what is in it |
//! |---|---|
//! | `core.rs`, `liquidator.rs`, `settler.rs`, `administrator.rs`, `stockkeeper.rs`, `views.rs` | the six programs: selector to verb |
//! | `program.rs` | what the programs behind the core share |
//! | `arguments.rs` | calldata in, return data out |
//! | `state/` | every storage word, its unit, and how words are read and written |
//! | `market.rs` | the pool's books: cash, loans, claims, interest |
//! | `position.rs` | an account's collateral, debt and health |
//! | `front_end.rs` | everything about an account, and about the market |
//! | `lender.rs`, `borrower.rs` | deposit to redeem; collateral, borrow, repay |
//! | `liquidation.rs` | what a liquidation would do, and doing it |
//! | `sale.rs` | what the auction calls: lots out, payments in |
//! | `settlement.rs` | the rest of claims: payments by anybody, recoveries, losses |
//! | `absorption.rs` | the fund takes a lot and pays with shares |
//! | `arrears.rs` | what settlement books of the fund: pending, spent on lots, owed to lenders |
//! | `inventory.rs` | the fund's collateral: worth, sales, losses that it has to pay; the view of the waterfall |
//! | `upkeep.rs` | thresholds that follow volatility; opting in to predictive liquidation |
//! | `administration.rs`, `parameters.rs` | parameters and ownership, set and read back |
//! | `permit.rs`, `safety.rs`, `steward.rs` | rights by signature; guardian, pauses and grace; limits tightened for a time |
//! | `errors.rs` | typed errors, encoded in one place |
#![cfg_attr(target_arch = "wasm32", no_main)]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::unwrap_used))]

#[macro_use]
extern crate alloc;

#[macro_use]
mod program;

mod absorption;
mod administration;
pub mod administrator;
mod arguments;
mod arrears;
mod borrower;
pub mod core;
pub mod errors;
mod front_end;
mod inventory;
mod lender;
mod liquidation;
pub mod liquidator;
mod market;
mod math;
mod parameters;
mod permit;
mod position;
mod safety;
mod sale;
mod settlement;
pub mod settler;
pub mod state;
mod steward;
pub mod stockkeeper;
mod upkeep;
pub mod views;

pub use crate::{
    administrator::VaultAdministration, core::Vault, liquidator::VaultLiquidation,
    settler::VaultSettlement, stockkeeper::VaultInventory, views::VaultViews,
};
