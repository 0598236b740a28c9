//! A counter that starts at what its constructor is given.
#![cfg_attr(not(any(test, feature = "export-abi")), no_main)]

extern crate alloc;

use alloc::vec::Vec;

use stylus_sdk::{alloy_primitives::U256, prelude::*};

sol_storage! {
    #[entrypoint]
    pub struct Counter {
        uint256 number;
    }
}

#[public]
impl Counter {
    #[constructor]
    pub fn constructor(&mut self, number: U256) {
        self.number.set(number);
    }

    pub fn number(&self) -> U256 {
        self.number.get()
    }

    pub fn increment(&mut self) {
        let next = self.number.get().saturating_add(U256::from(1));
        self.number.set(next);
    }
}
