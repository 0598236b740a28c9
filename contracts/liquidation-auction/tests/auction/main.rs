//! The auction with doubles of the modules around it.

mod administration;
mod callback;
mod common;
mod interface;
mod lifecycle;
mod properties;
mod take;
