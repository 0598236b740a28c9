//! Contracts that misbehave: takers, tokens, and callers of the programs behind the vault.

mod callers;
mod takers;
mod tokens;

use alloy_sol_types::SolCall;
use breakwater_tests::{Address, Suite, U256};

use crate::common::IHostile;

/// A contract that makes calls when it is called back, and who tells it which: a taker in a take, a token in a transfer.
struct Scene {
    suite: Suite,
    user: Address,
    contract: Address,
    /// How many calls it was told.
    attempts: usize,
}

impl Scene {
    /// One more call of the contract: of `target`.
    fn attempt<C: SolCall>(&mut self, target: Address, call: &C) {
        let call = IHostile::attemptCall {
            target,
            data: call.abi_encode().into(),
        };
        self.suite.send(self.user, self.contract, &call).unwrap();
        self.attempts += 1;
    }

    /// For each attempt whether it succeeded, and what it was answered.
    fn outcomes(&mut self) -> Vec<(bool, Vec<u8>)> {
        let outcome = |index| {
            let index = U256::from(index);
            let done = IHostile::succeededCall { index };
            let answer = IHostile::answersCall { index };
            (
                self.suite.view(self.contract, &done).unwrap(),
                self.suite.view(self.contract, &answer).unwrap().to_vec(),
            )
        };
        (0..self.attempts).map(outcome).collect()
    }
}
