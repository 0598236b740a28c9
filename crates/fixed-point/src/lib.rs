//! Breakwater: fixed-point.
