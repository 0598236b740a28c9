//! Random trees of calls, some of which fail, against a model that copies the whole world before every call.

use alloy_primitives::{Address, Bytes, U256};
use alloy_sol_types::SolCall;
use motsu::prelude::*;
use proptest::prelude::*;

use crate::contracts::{Actor, NumberSet, Selectors, FORBIDDEN};

const CONTRACTS: usize = 3;

/// One call. Values of [`FORBIDDEN`] make a `Set` fail after it has written.
#[derive(Clone, Debug)]
enum Step {
    Set {
        contract: usize,
        value: u64,
    },
    Panic {
        contract: usize,
        value: u64,
    },
    /// Two calls made by `contract`, the failure of the first ignored, that of the second not.
    Both {
        contract: usize,
        steps: Box<[Step; 2]>,
    },
    /// A static call, which fails if it is anything but a read, and is ignored if it fails.
    Static {
        contract: usize,
        step: Box<Step>,
    },
    /// Moves one wei to `to`, in a call with no data, which an actor refuses.
    Send {
        contract: usize,
        to: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let contract = || 0..CONTRACTS;
    let value = || prop_oneof![3 => 1..FORBIDDEN, 1 => Just(FORBIDDEN)];
    let leaf = prop_oneof![
        4 => (contract(), value()).prop_map(|(contract, value)| Step::Set { contract, value }),
        1 => (contract(), value()).prop_map(|(contract, value)| Step::Panic { contract, value }),
        2 => (contract(), 0..=CONTRACTS).prop_map(|(contract, to)| Step::Send { contract, to }),
    ];
    leaf.prop_recursive(4, 16, 2, move |inner| {
        prop_oneof![
            4 => (contract(), inner.clone(), inner.clone()).prop_map(|(contract, first, second)| {
                Step::Both { contract, steps: Box::new([first, second]) }
            }),
            1 => (contract(), inner).prop_map(|(contract, step)| {
                Step::Static { contract, step: Box::new(step) }
            }),
        ]
    })
}

/// The test's addresses: the contracts, and then the one that calls and that `Send` may send to.
struct Addresses([Address; CONTRACTS + 1]);

impl Step {
    fn contract(&self) -> usize {
        match *self {
            Self::Set { contract, .. }
            | Self::Panic { contract, .. }
            | Self::Both { contract, .. }
            | Self::Static { contract, .. }
            | Self::Send { contract, .. } => contract,
        }
    }

    fn calldata(&self, addresses: &Addresses) -> Bytes {
        let address = |step: &Self| addresses.0[step.contract()];
        match self {
            Self::Set { value, .. } => {
                let value = U256::from(*value);
                Selectors::setUnlessForbiddenCall { value }.abi_encode()
            }
            Self::Panic { value, .. } => {
                let value = U256::from(*value);
                Selectors::setAndPanicCall { value }.abi_encode()
            }
            Self::Both { steps, .. } => Selectors::callBothCall {
                first: address(&steps[0]),
                firstData: steps[0].calldata(addresses),
                second: address(&steps[1]),
                secondData: steps[1].calldata(addresses),
            }
            .abi_encode(),
            Self::Static { step, .. } => Selectors::staticCallOutCall {
                target: address(step),
                data: step.calldata(addresses),
            }
            .abi_encode(),
            Self::Send { to, .. } => Selectors::callOutWithValueCall {
                target: addresses.0[*to],
                value: U256::ONE,
                data: Bytes::new(),
            }
            .abi_encode(),
        }
        .into()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct World {
    numbers: [u64; CONTRACTS],
    events: [Vec<(Address, u64)>; CONTRACTS],
    balances: [u64; CONTRACTS + 1],
}

impl World {
    /// Whether the call succeeds; a failed one leaves no trace.
    fn call(
        &mut self,
        step: &Step,
        sender: Address,
        stack: &[usize],
        is_static: bool,
        addresses: &Addresses,
    ) -> bool {
        let contract = step.contract();
        if stack.contains(&contract) {
            return false;
        }
        let before = self.clone();
        let stack = [stack, &[contract]].concat();
        let own = addresses.0[contract];
        let succeeded = match step {
            Step::Set { value, .. } => {
                self.numbers[contract] = *value;
                self.events[contract].push((sender, *value));
                *value != FORBIDDEN && !is_static
            }
            Step::Panic { .. } => false,
            Step::Both { steps, .. } => {
                self.call(&steps[0], own, &stack, is_static, addresses);
                self.call(&steps[1], own, &stack, is_static, addresses)
            }
            Step::Static { step, .. } => {
                self.call(step, own, &stack, true, addresses);
                true
            }
            Step::Send { to, .. } => {
                // Only the account without code takes it.
                if *to == CONTRACTS && !is_static && self.balances[contract] > 0 {
                    self.balances[contract] -= 1;
                    self.balances[*to] += 1;
                }
                true
            }
        };
        if !succeeded {
            *self = before;
        }
        succeeded
    }

    fn read(contracts: &[Contract<Actor>; CONTRACTS], alice: Address) -> Self {
        let small = |value: U256| u64::try_from(value).expect("test values are small");
        let events = |contract: &Contract<Actor>| {
            use alloy_sol_types::SolEvent;
            let logs = contract.all_events();
            logs.iter()
                .map(|log| {
                    let event = NumberSet::decode_log_data_validate(log).expect("the only event");
                    (event.by, small(event.value))
                })
                .collect()
        };
        let [a, b, c] = contracts;
        Self {
            numbers: [a, b, c].map(|contract| small(contract.sender(alice).number())),
            events: [a, b, c].map(events),
            balances: [a.balance(), b.balance(), c.balance(), alice.balance()].map(small),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn rolling_back_by_journal_equals_copying_the_world(steps in prop::collection::vec(step(), 1..12)) {
        let alice = Address::from_tag("alice");
        let contracts: [Contract<Actor>; CONTRACTS] = std::array::from_fn(|_| Contract::new());
        let [a, b, c] = &contracts;
        let addresses = Addresses([a.address(), b.address(), c.address(), alice]);
        contracts.iter().for_each(|contract| contract.fund(U256::from(2)));
        let mut model = World::read(&contracts, alice);
        for step in &steps {
            let expected = model.call(step, alice, &[], false, &addresses);
            let contract = &contracts[step.contract()];
            let result = contract.call_raw(alice, step.calldata(&addresses));
            prop_assert_eq!(result.is_ok(), expected);
            prop_assert_eq!(&World::read(&contracts, alice), &model);
        }
    }

    /// The same by results of methods, where several transactions are open while a handle lives.
    #[test]
    fn results_take_back_their_own_transaction(
        values in prop::collection::vec((0..CONTRACTS, prop_oneof![1..FORBIDDEN, Just(FORBIDDEN)]), 1..40),
        keeps_handle in any::<bool>(),
    ) {
        let alice = Address::from_tag("alice");
        let contracts: [Contract<Actor>; CONTRACTS] = std::array::from_fn(|_| Contract::new());
        let _handle = keeps_handle.then(|| contracts[0].sender(alice));
        let mut model = World::read(&contracts, alice);
        for (contract, value) in values {
            let result = contracts[contract]
                .sender(alice)
                .set_unless_forbidden(U256::from(value))
                .motsu_res();
            prop_assert_eq!(result.is_ok(), value != FORBIDDEN);
            if result.is_ok() {
                model.numbers[contract] = value;
                model.events[contract].push((alice, value));
            }
            prop_assert_eq!(&World::read(&contracts, alice), &model);
        }
    }
}
