//! A whole Breakwater on the embedded chain: the compiled programs, deployed as they would be on Arbitrum, with tokens and
//! price feeds around them. End-to-end tests and `cargo xtask demo` drive the same [`Suite`].
//!
//! ```text
//! let mut suite = Suite::deploy(SuiteConfig::default(), &Programs::find()?)?;
//! let alice = suite.user("alice");
//! let account = suite.open_position(alice, 0, &[(suite.weth(), amount)], debt)?;
//! suite.set_price(suite.weth(), 150 * DOLLAR)?;
//! match suite.liquidate(account, suite.weth()) {
//!     Ok(auction) => …,
//!     Err(failure) => println!("{failure}"),   // AccountHealthy { account: 0x…, debt: …, capacity: … }
//! }
//! invariants::check_all(&mut suite)?;
//! ```
//!
//! | file | what is in it |
//! |---|---|
//! | `programs.rs` | compiled programs and contracts, read from the build's folders |
//! | `config.rs` | all parameters of a deployment |
//! | `deploy.rs` | addresses first, then creation, constructors and parameters |
//! | `suite.rs` | calls with typed answers, time, history |
//! | `verbs.rs` | what users, keepers and bidders do |
//! | `failure.rs` | a revert as readable text |
//! | `invariants.rs` | V3, V4, V5, A2, A6, F2, F3 from views and events alone |
//! | `external.rs` | interfaces of the Solidity beside the programs |
//! | `documents.rs` | the README and the guides, for the tests that hold them to the code |

mod config;
mod deploy;
pub mod documents;
pub mod external;
mod failure;
pub mod invariants;
mod programs;
mod suite;
mod verbs;

pub use config::{CollateralSetup, CurveSetup, SuiteConfig, TokenSetup, DOLLAR, HOUR, STABLE, WAD};
pub use failure::Failure;
pub use programs::{Programs, PROGRAMS};
pub use suite::{Collateral, Modules, Recorded, Suite};
pub use verbs::{account_of, AuctionStatus, Market, Payment};

pub use alloy_primitives::{Address, Bytes, B256, I256, U256};
pub use breakwater_devnode as devnode;
pub use breakwater_interfaces as interfaces;
