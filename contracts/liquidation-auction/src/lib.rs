//! Breakwater: liquidation-auction.
