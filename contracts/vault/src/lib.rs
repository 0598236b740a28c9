//! Breakwater: vault.
