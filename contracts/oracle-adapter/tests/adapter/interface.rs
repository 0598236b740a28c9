//! Routing, the wire format, and the two programs as one.

use alloy_primitives::{Address, B256, U256};
use alloy_sol_types::{SolCall, SolInterface, SolValue};
use breakwater_interfaces::oracle::{
    IOracleAdapter::{self, IOracleAdapterCalls, IOracleAdapterErrors as Error},
    Quote,
};
use motsu::prelude::*;
use oracle_adapter::state::{
    AdapterState, Incidents, Memory, RateAnchor, StoredLeg, TokenConfig, FIELDS,
};
use proptest::prelude::*;

use crate::common::*;

#[motsu::test]
fn quotes_are_encoded_as_the_interface_says() {
    let world = World::new();
    let source = feed(2_000 * ONE);
    world.set_feeds(&[&source], 1, scaled(2_000 * ONE));
    let tokens = vec![ASSET, TOKEN];
    let calldata = IOracleAdapter::quotesCall { tokens }.abi_encode();
    let data = world.adapter.static_call_raw(MALLORY, calldata).unwrap();
    let quotes = IOracleAdapter::quotesCall::abi_decode_returns_validate(&data).unwrap();
    let asset = Quote {
        mid: ten_to(36),
        low: ten_to(36),
        volatility: U256::ZERO,
        status: OK,
    };
    assert_eq!(quotes[0], asset);
    assert_eq!(data, quotes.abi_encode());
    // No token is no quote.
    assert_eq!(world.quotes(vec![]), Ok(vec![]));
}

#[motsu::test]
fn a_live_quote_is_encoded_as_the_interface_says() {
    let world = World::new();
    let (source, uptime_feed) = (feed(2_000 * ONE), source());
    world.set_feeds(&[&source], 1, scaled(2_000 * ONE));
    let since = now() - 5_000;
    uptime(&uptime_feed, 0, since);
    let call = IOracleAdapter::setSequencerFeedCall {
        feed: uptime_feed.address(),
        grace: n(1_800),
    };
    world.call(OWNER, call).unwrap();
    let calldata = IOracleAdapter::liveQuoteCall { token: TOKEN }.abi_encode();
    let data = world
        .adapter
        .static_call_raw(MALLORY, calldata.clone())
        .unwrap();
    assert_eq!(data, (world.quote(), since).abi_encode());
    let answer = IOracleAdapter::liveQuoteCall::abi_decode_returns_validate(&data).unwrap();
    assert_eq!((answer.quote, answer.upSince), (world.quote(), since));
    // Arguments that are too short are refused, like those of all functions.
    let refused = world.adapter.static_call_raw(MALLORY, &calldata[..35]);
    assert_eq!(refused, Err(Vec::new()));
}

#[motsu::test]
fn every_function_of_the_interface_is_answered_through_the_adapters_address() {
    let world = World::new();
    for selector in IOracleAdapterCalls::selectors() {
        let mut calldata = selector.to_vec();
        calldata.resize(4 + 32 * 20, 0);
        let name = IOracleAdapterCalls::name_by_selector(selector).unwrap();
        match world.adapter.call_raw(MALLORY, calldata) {
            Ok(_) => {}
            Err(data) => assert!(Error::abi_decode(&data).is_ok(), "{name}: {data:02x?}"),
        }
    }
    let nothing: Vec<u8> = Vec::new();
    assert_eq!(world.adapter.call_raw(MALLORY, [1, 2, 3, 4]), Err(nothing));
}

#[motsu::test]
fn arguments_that_are_too_short_or_of_another_type_are_refused_without_a_reason() {
    let world = World::new();
    let nothing: Vec<u8> = Vec::new();
    let price = IOracleAdapter::priceCall { token: TOKEN }.abi_encode();
    let refused = |data: &[u8]| world.adapter.call_raw(MALLORY, data) == Err(nothing.clone());
    assert!(refused(&price[..35]));
    let mut spoilt = price.clone();
    spoilt[4] = 1;
    assert!(refused(&spoilt));
    // An array that promises more than there is.
    let mut quotes = IOracleAdapter::quotesCall {
        tokens: vec![TOKEN],
    }
    .abi_encode();
    quotes[4 + 63] = 2;
    assert!(refused(&quotes));
    // One that is not where words are.
    quotes[4 + 31] = 33;
    assert!(refused(&quotes));
    quotes[4 + 10] = 1;
    assert!(refused(&quotes));
}

#[motsu::test]
fn constructor_runs_once_and_refuses_zero_addresses_and_too_many_decimals() {
    let world: World = World {
        adapter: Contract::random(),
        extension: Contract::random(),
    };
    let extension = world.extension.address();
    let construct = |asset, decimals, owner, extension| {
        let data = constructor(asset, decimals, owner, extension);
        let result = world.adapter.call_raw(OWNER, data);
        result.map_err(|data| Error::abi_decode_validate(&data).unwrap())
    };
    let zero = Error::ZeroAddress(IOracleAdapter::ZeroAddress {});
    assert_eq!(
        construct(Address::ZERO, 6, OWNER, extension),
        Err(zero.clone())
    );
    assert_eq!(
        construct(ASSET, 6, Address::ZERO, extension),
        Err(zero.clone())
    );
    // A program that is none.
    assert_eq!(construct(ASSET, 6, OWNER, MALLORY), Err(zero));
    assert_eq!(
        construct(ASSET, 25, OWNER, extension),
        Err(out_of_bounds(b"assetDecimals", n(25)))
    );
    assert_eq!(construct(ASSET, 24, OWNER, extension), Ok(vec![]));
    assert_eq!(
        construct(ASSET, 24, MALLORY, extension),
        Err(Error::NotAuthorized(IOracleAdapter::NotAuthorized {
            caller: OWNER
        }))
    );
    assert_eq!(world.view(IOracleAdapter::ownerCall {}), Ok(OWNER));
    assert_eq!(world.view(IOracleAdapter::assetCall {}), Ok(ASSET));
    assert_eq!(world.view(IOracleAdapter::extensionCall {}), Ok(extension));
}

#[motsu::test]
fn the_extension_called_directly_has_no_owner_and_changes_nothing_of_the_adapter() {
    let world = World::new();
    let source = feed(2_000 * ONE);
    world.set_feeds(&[&source], 1, scaled(2_000 * ONE));
    let data = constructor(ASSET, 6, MALLORY, MALLORY);
    world.extension.call_raw(MALLORY, data).unwrap();
    let call = IOracleAdapter::setSequencerFeedCall {
        feed: MALLORY,
        grace: U256::ZERO,
    };
    world
        .extension
        .call_raw(MALLORY, call.abi_encode())
        .unwrap();
    assert_eq!(world.view(IOracleAdapter::ownerCall {}), Ok(OWNER));
    assert_eq!(world.status(), OK);
}

#[test]
fn both_programs_have_one_layout() {
    // Each is nothing but the state, so their words are the same by construction.
    use oracle_adapter::{OracleAdapter, OracleAdapterExtension};
    use stylus_sdk::prelude::StorageType;
    let size = |bytes: usize, words: usize| (bytes, words);
    let state = size(AdapterState::SLOT_BYTES, AdapterState::REQUIRED_SLOTS);
    assert_eq!(
        size(OracleAdapter::SLOT_BYTES, OracleAdapter::REQUIRED_SLOTS),
        state
    );
    assert_eq!(
        size(
            OracleAdapterExtension::SLOT_BYTES,
            OracleAdapterExtension::REQUIRED_SLOTS
        ),
        state
    );
}

#[motsu::test]
fn ownership_moves_in_two_steps() {
    let world = World::new();
    let heir = Address::repeat_byte(0x0b);
    let refused = |caller| Error::NotAuthorized(IOracleAdapter::NotAuthorized { caller });
    let offer = |by, to| world.call(by, IOracleAdapter::transferOwnershipCall { newOwner: to });
    let accept = |by| world.call(by, IOracleAdapter::acceptOwnershipCall {});
    assert!(offer(MALLORY, MALLORY).is_err_and(|error| error == refused(MALLORY)));
    assert!(accept(heir).is_err_and(|error| error == refused(heir)));
    assert!(offer(OWNER, heir).is_ok());
    assert_eq!(world.view(IOracleAdapter::pendingOwnerCall {}), Ok(heir));
    assert!(accept(MALLORY).is_err());
    assert!(accept(heir).is_ok());
    assert_eq!(world.view(IOracleAdapter::ownerCall {}), Ok(heir));
    assert_eq!(
        world.view(IOracleAdapter::pendingOwnerCall {}),
        Ok(Address::ZERO)
    );
    assert!(offer(OWNER, OWNER).is_err());
    // An offer can be taken back.
    assert!(offer(heir, OWNER).is_ok());
    assert!(offer(heir, Address::ZERO).is_ok());
    assert!(accept(OWNER).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn packed_words_come_back_as_they_went_in(
        target in any::<[u8; 20]>(),
        times in any::<[u32; 3]>(),
        small in any::<[u8; 3]>(),
        bounds in [0_u64..1 << 24, 0_u64..1 << 24],
        flags in any::<[bool; 3]>(),
        exponent in any::<i8>(),
        fields in any::<[u64; 13]>(),
        rate in any::<u128>(),
        volatility in any::<u64>(),
        mantissas in any::<[u64; 2]>(),
    ) {
        let leg = StoredLeg {
            target: U256::from_be_slice(&target),
            period: times[0].into(),
            kind: (small[0] & 7).into(),
            is_inverse: flags[0],
            is_last: flags[1],
            exponent,
            low: bounds[0],
            high: bounds[1],
        };
        prop_assert_eq!(StoredLeg::unpack(leg.pack()), leg);
        let mut config = TokenConfig::new(small[1], exponent);
        for (field, value) in FIELDS.iter().zip(fields) {
            config = config.with(*field, value >> (64 - field.bits));
        }
        for (field, value) in FIELDS.iter().zip(fields) {
            prop_assert_eq!(config.get(*field), value >> (64 - field.bits));
        }
        prop_assert_eq!((config.legs(), config.exponent()), (small[1].into(), exponent));
        let anchor = RateAnchor { rate, time: times[1].into(), growth: times[2].into() };
        prop_assert_eq!(RateAnchor::unpack(anchor.pack()), anchor);
        let memory = Memory {
            last: U256::from(mantissas[0]) << (small[2] as usize % 192),
            average: U256::from(mantissas[1]),
            sampled_at: times[1].into(),
            volatility,
            has_incidents: flags[2],
        };
        prop_assert_eq!(Memory::unpack(memory.pack()), memory);
        let incidents = Incidents { up_until: volatility, down_until: mantissas[0], failing_since: mantissas[1] };
        prop_assert_eq!(Incidents::unpack(incidents.pack()), incidents);
    }
}

#[test]
fn an_unknown_token_is_the_zero_word() {
    assert!(TokenConfig(U256::ZERO).is_unknown());
    assert_eq!(B256::ZERO, B256::from(Incidents::default().pack()));
}
