//! Breakwater: stylus-vm.
