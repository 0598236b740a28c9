//! Calls between EVM contracts and Stylus programs, in every combination.

mod common;

use breakwater_devnode::Status;
use common::*;

/// Every pair of caller and callee.
fn pairs() -> impl Iterator<Item = (Machine, Machine)> {
    BOTH.into_iter()
        .flat_map(|caller| BOTH.into_iter().map(move |callee| (caller, callee)))
}

#[test]
fn a_call_gives_back_what_the_callee_returned_and_who_called_it() {
    for (caller, callee) in pairs() {
        let mut world = World::new();
        let inner = world.deploy(
            callee,
            &[
                Step::AppendCaller,
                Step::AppendOrigin,
                Step::AppendAddress,
                Step::AppendValue,
                Step::AppendTimestamp,
                Step::AppendBlockNumber,
                Step::AppendBaseFee,
            ],
        );
        let outer = world.deploy(caller, &[Step::Call(call(inner))]);
        let receipt = world.send(outer);
        assert_eq!(receipt.status, Status::Success, "{caller:?} -> {callee:?}");
        let chain = &world.chain;
        assert_eq!(
            words(&receipt.output),
            [
                number(1),
                address_word(outer),
                address_word(world.user),
                address_word(inner),
                number(0),
                number(chain.timestamp()),
                number(chain.l1_block_number()),
                number(chain.config().base_fee),
            ],
            "{caller:?} -> {callee:?}"
        );
    }
}
