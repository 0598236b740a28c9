//! The compiled programs on the embedded chain, driven as users, keepers, bidders and Solidity contracts drive them. Names
//! in brackets (V5, L4) are those of the documentation's invariants.

mod absorb;
mod auction;
mod auction_logs;
mod common;
mod documents;
mod erc4626;
mod fund;
mod futures;
mod hostile;
mod insolvency;
mod layout;
mod leverage;
mod lifecycle;
mod liquidation;
mod odd_tokens;
mod parameters;
mod programs;
mod random;
mod uniswap;
mod vault_of_vaults;
