//! What the commands that carry a market through a price series have in common: `demo` and `crisis`.
//!
//! | file | what is in it |
//! |---|---|
//! | `series.rs` | prices from a CSV file |
//! | `accounts.rs` | borrowers from a seed |
//! | `world.rs` | the deployment, its people, prices |
//! | `keeper.rs`, `bidders.rs` | who acts, by which rules |
//! | `history.rs` | takes and auctions, from events |
//! | `describe.rs`, `words.rs` | for readers: the market, numbers |

mod accounts;
mod bidders;
mod describe;
mod history;
mod keeper;
mod series;
mod words;
mod world;

use breakwater_tests::{Failure, Programs};

pub(crate) use self::{
    accounts::plan,
    bidders::{ADA_PRICE, BO_PRICE},
    history::{Fill, Lot, Sums},
    series::{Row, Series, MOST_ROWS},
    words::{date, money, price},
    world::{dollars, stable, Setup, World, LENDERS},
};
use crate::{
    error::{Error, Result},
    solidity, wasm,
    workspace::Workspace,
};

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::new(format!("a call failed that should not: {failure}"))
    }
}

/// Builds programs and contracts, and reads them.
///
/// # Errors
///
/// If something cannot be built, or would not be activated.
pub(crate) fn build(workspace: &Workspace) -> Result<Programs> {
    let artifacts = wasm::build_all(workspace)?;
    artifacts.check_activation()?;
    let contracts = solidity::compile(workspace)?;
    Programs::read(&artifacts.folder, &contracts).map_err(Error::new)
}
