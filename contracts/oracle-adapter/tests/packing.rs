//! Packed words come back as they went in.

use alloy_primitives::{Address, U256};
use oracle_adapter::state::{pack_asset, unpack_asset, Source, TokenConfig};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn source_comes_back(feed in any::<[u8; 20]>(), max_age in any::<u32>(), exponent in any::<i8>()) {
        let source = Source { feed: Address::from(feed), max_age, exponent };
        prop_assert_eq!(Source::unpack(source.pack()), source);
    }

    #[test]
    fn token_config_comes_back(
        decimals in any::<u8>(),
        sources in any::<u8>(),
        quorum in any::<u8>(),
        max_spread in any::<u64>(),
        volatility in any::<u64>(),
    ) {
        let config = TokenConfig { decimals, sources, quorum, max_spread, volatility };
        prop_assert_eq!(TokenConfig::unpack(config.pack()), config);
    }

    #[test]
    fn asset_comes_back(asset in any::<[u8; 20]>(), decimals in any::<u8>()) {
        let asset = Address::from(asset);
        prop_assert_eq!(unpack_asset(pack_asset(asset, decimals)), (asset, decimals));
    }
}

#[test]
fn unknown_token_is_the_zero_word() {
    assert_eq!(TokenConfig::unpack(U256::ZERO), TokenConfig::default());
}
