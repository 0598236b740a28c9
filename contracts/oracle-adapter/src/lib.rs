//! Breakwater: oracle-adapter.
