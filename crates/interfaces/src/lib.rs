//! Breakwater: interfaces.
