//! The auction with doubles of the modules around it.

mod absorb;
mod administration;
mod batch;
mod callback;
mod clock;
mod common;
mod curves;
mod interface;
mod lifecycle;
mod properties;
mod stops;
mod take;
