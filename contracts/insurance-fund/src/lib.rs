//! Breakwater: insurance-fund.
