//! Common imports for tests: `use motsu::prelude::*;`.
pub use crate::{
    deploy_precompiles, Account, Balance, Contract, ContractCall, FromTag, Funding, ResultExt, VM,
};
