//! Who may set what, and what is refused.

extern crate alloc;

mod common;

use alloy_primitives::{Address, B256, U256};
use breakwater_interfaces::oracle::IOracleAdapter::*;
use motsu::prelude::*;
use oracle_adapter::{errors::Error, OracleAdapter};

use common::*;

type Adapter = Contract<OracleAdapter>;

fn out_of_bounds(parameter: &[u8], value: u64) -> Error {
    ParameterOutOfBounds {
        parameter: B256::right_padding_from(parameter),
        value: U256::from(value),
    }
    .into()
}

#[motsu::test]
fn constructor_refuses_zero_addresses_and_too_many_decimals(
    adapter: Adapter,
    asset: Address,
    owner: Address,
) {
    let construct = |asset, decimals, owner| {
        adapter
            .sender(Address::ZERO)
            .constructor(asset, decimals, owner)
            .motsu_res()
    };
    assert_eq!(
        construct(Address::ZERO, 6, owner),
        Err(ZeroAddress {}.into())
    );
    assert_eq!(
        construct(asset, 6, Address::ZERO),
        Err(ZeroAddress {}.into())
    );
    assert_eq!(
        construct(asset, 25, owner),
        Err(out_of_bounds(b"assetDecimals", 25))
    );
    assert_eq!(construct(asset, 24, owner), Ok(()));
    assert_eq!(adapter.sender(owner).owner(), owner);
    adapter.assert_emitted(&OwnershipTransferred {
        previousOwner: Address::ZERO,
        newOwner: owner,
    });
}

#[motsu::test]
fn only_the_owner_sets_sources(
    adapter: Adapter,
    feed: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
    mallory: Address,
) {
    construct(&adapter, asset, owner);
    let set = |by: Address| {
        adapter
            .sender(by)
            .set_sources(
                token,
                18,
                vec![feed.address()],
                vec![HOUR],
                1,
                U256::from(PERCENT),
                U256::ZERO,
            )
            .motsu_res()
    };
    let refused = Err(NotAuthorized { caller: mallory }.into());
    assert_eq!(set(mallory), refused);
    assert_eq!(set(owner), Ok(()));
}

#[motsu::test]
fn sources_are_read_back_as_set_and_logged(
    adapter: Adapter,
    first: Contract<Feed>,
    second: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    let feeds = vec![first.address(), second.address()];
    let max_ages = vec![1, oracle_adapter::MAX_AGE];
    let (spread, volatility) = (
        U256::from(oracle_adapter::MAX_SPREAD),
        U256::from(oracle_adapter::MAX_VOLATILITY),
    );
    adapter
        .sender(owner)
        .set_sources(
            token,
            24,
            feeds.clone(),
            max_ages.clone(),
            2,
            spread,
            volatility,
        )
        .motsu_unwrap();
    assert_eq!(
        adapter.sender(owner).sources_of(token),
        (24, feeds.clone(), max_ages.clone(), 2, spread, volatility)
    );
    adapter.assert_emitted(&SourcesSet {
        token,
        tokenDecimals: 24,
        feeds,
        maxAges: max_ages,
        quorum: 2,
        maxSpread: spread,
        volatility,
    });
}

#[motsu::test]
fn fewer_sources_replace_more(
    adapter: Adapter,
    first: Contract<Feed>,
    second: Contract<Feed>,
    third: Contract<Feed>,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    answers(&first, owner, 2_000 * ONE);
    answers(&second, owner, 2_000 * ONE);
    answers(&third, owner, 1_000 * ONE);
    set_feeds(&adapter, owner, token, &[&first, &second, &third], 3);
    set_feeds(&adapter, owner, token, &[&third], 1);
    assert_eq!(quote(&adapter, owner, token).0, scaled(1_000 * ONE));
    assert_eq!(
        adapter.sender(owner).sources_of(token).1,
        vec![third.address()]
    );
}

/// The arguments of one call of `setSources`; each test below spoils one.
struct Sources {
    token: Address,
    token_decimals: u8,
    feeds: Vec<Address>,
    max_ages: Vec<u32>,
    quorum: u8,
    max_spread: u64,
    volatility: u64,
}

#[motsu::test]
fn arguments_out_of_range_are_refused(
    adapter: Adapter,
    asset: Address,
    token: Address,
    owner: Address,
) {
    construct(&adapter, asset, owner);
    let feeds: Vec<Contract<Feed>> = (0..5).map(|_| Contract::new()).collect();
    let refusal = |spoil: &dyn Fn(&mut Sources)| {
        let mut sources = Sources {
            token,
            token_decimals: 18,
            feeds: feeds.iter().take(3).map(Contract::address).collect(),
            max_ages: vec![HOUR; 3],
            quorum: 2,
            max_spread: PERCENT,
            volatility: PERCENT,
        };
        spoil(&mut sources);
        adapter
            .sender(owner)
            .set_sources(
                sources.token,
                sources.token_decimals,
                sources.feeds,
                sources.max_ages,
                sources.quorum,
                U256::from(sources.max_spread),
                U256::from(sources.volatility),
            )
            .motsu_res()
    };
    let invalid = |feeds: u64, ages: u64, quorum: u64| -> Result<(), Error> {
        Err(InvalidSources {
            feeds: U256::from(feeds),
            maxAges: U256::from(ages),
            quorum: U256::from(quorum),
        }
        .into())
    };
    assert_eq!(refusal(&|_| ()), Ok(()));

    assert_eq!(
        refusal(&|s| s.token = Address::ZERO),
        Err(ZeroAddress {}.into())
    );
    assert_eq!(
        refusal(&|s| s.feeds[1] = Address::ZERO),
        Err(ZeroAddress {}.into())
    );
    let asset_as_token = ParameterOutOfBounds {
        parameter: B256::right_padding_from(b"token"),
        value: U256::from_be_slice(asset.as_slice()),
    };
    assert_eq!(refusal(&|s| s.token = asset), Err(asset_as_token.into()));
    assert_eq!(
        refusal(&|s| s.token_decimals = 25),
        Err(out_of_bounds(b"tokenDecimals", 25))
    );

    let none: &dyn Fn(&mut Sources) = &|s| {
        s.feeds.clear();
        s.max_ages.clear();
    };
    assert_eq!(refusal(none), invalid(0, 0, 2));
    let five: &dyn Fn(&mut Sources) = &|s| {
        s.feeds = feeds.iter().map(Contract::address).collect();
        s.max_ages = vec![HOUR; 5];
    };
    assert_eq!(refusal(five), invalid(5, 5, 2));
    assert_eq!(refusal(&|s| s.max_ages.truncate(2)), invalid(3, 2, 2));
    assert_eq!(refusal(&|s| s.quorum = 0), invalid(3, 3, 0));
    assert_eq!(refusal(&|s| s.quorum = 4), invalid(3, 3, 4));
    assert_eq!(refusal(&|s| s.quorum = 3), Ok(()));

    assert_eq!(
        refusal(&|s| s.max_ages[2] = 0),
        Err(out_of_bounds(b"maxAge", 0))
    );
    let too_old = oracle_adapter::MAX_AGE + 1;
    assert_eq!(
        refusal(&|s| s.max_ages[2] = too_old),
        Err(out_of_bounds(b"maxAge", too_old.into()))
    );
    assert_eq!(
        refusal(&|s| s.max_spread = 0),
        Err(out_of_bounds(b"maxSpread", 0))
    );
    let too_wide = oracle_adapter::MAX_SPREAD + 1;
    assert_eq!(
        refusal(&|s| s.max_spread = too_wide),
        Err(out_of_bounds(b"maxSpread", too_wide))
    );
    let too_wild = oracle_adapter::MAX_VOLATILITY + 1;
    assert_eq!(
        refusal(&|s| s.volatility = too_wild),
        Err(out_of_bounds(b"volatility", too_wild))
    );

    let twice = feeds[0].address();
    assert_eq!(
        refusal(&|s| s.feeds[2] = twice),
        Err(DuplicateSource { feed: twice }.into())
    );
}

#[motsu::test]
fn ownership_moves_in_two_steps(
    adapter: Adapter,
    asset: Address,
    owner: Address,
    heir: Address,
    mallory: Address,
) {
    construct(&adapter, asset, owner);
    let refused = |caller: Address| Error::from(NotAuthorized { caller });
    assert_eq!(
        adapter
            .sender(mallory)
            .transfer_ownership(mallory)
            .motsu_unwrap_err(),
        refused(mallory)
    );
    // With no offer open, nobody can accept one, not even who calls from address zero's place.
    assert_eq!(
        adapter.sender(heir).accept_ownership().motsu_unwrap_err(),
        refused(heir)
    );

    adapter
        .sender(owner)
        .transfer_ownership(heir)
        .motsu_unwrap();
    adapter.assert_emitted(&OwnershipTransferStarted {
        previousOwner: owner,
        newOwner: heir,
    });
    assert_eq!(adapter.sender(owner).pending_owner(), heir);
    assert_eq!(adapter.sender(owner).owner(), owner);
    assert_eq!(
        adapter
            .sender(mallory)
            .accept_ownership()
            .motsu_unwrap_err(),
        refused(mallory)
    );

    adapter.sender(heir).accept_ownership().motsu_unwrap();
    adapter.assert_emitted(&OwnershipTransferred {
        previousOwner: owner,
        newOwner: heir,
    });
    assert_eq!(adapter.sender(owner).owner(), heir);
    assert_eq!(adapter.sender(owner).pending_owner(), Address::ZERO);
    assert_eq!(
        adapter
            .sender(owner)
            .transfer_ownership(owner)
            .motsu_unwrap_err(),
        refused(owner)
    );
}

#[motsu::test]
fn offer_of_ownership_can_be_taken_back(
    adapter: Adapter,
    asset: Address,
    owner: Address,
    heir: Address,
) {
    construct(&adapter, asset, owner);
    adapter
        .sender(owner)
        .transfer_ownership(heir)
        .motsu_unwrap();
    adapter
        .sender(owner)
        .transfer_ownership(Address::ZERO)
        .motsu_unwrap();
    let error = adapter.sender(heir).accept_ownership().motsu_unwrap_err();
    assert_eq!(error, NotAuthorized { caller: heir }.into());
}
