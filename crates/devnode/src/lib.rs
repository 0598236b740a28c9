//! Breakwater: devnode.
