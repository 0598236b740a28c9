//! Breakwater: risk.
