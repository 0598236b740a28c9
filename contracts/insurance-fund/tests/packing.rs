//! Packed words come back as they went in.

use alloy_primitives::{Address, U256};
use breakwater_risk::fund::WaitClock;
use insurance_fund::state::{
    pack_clock, unpack_clock, Request, Settings, Supply, Terms, MAX_SUPPLY,
};
use proptest::prelude::*;

fn shares() -> impl Strategy<Value = U256> {
    prop_oneof![
        any::<[u64; 4]>().prop_map(|limbs| U256::from_limbs(limbs) & MAX_SUPPLY),
        Just(MAX_SUPPLY)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn settings_come_back(
        vault in any::<[u8; 20]>(),
        cooldown in 0..=(1_u64 << 48) - 1,
        window in 0..=(1_u64 << 48) - 1,
    ) {
        let settings = Settings { vault: Address::from(vault), cooldown, window };
        prop_assert_eq!(Settings::unpack(settings.pack()), settings);
    }

    #[test]
    fn supply_comes_back(shares in shares(), locked in any::<bool>()) {
        let supply = Supply { shares, locked };
        prop_assert_eq!(Supply::unpack(supply.pack()), supply);
    }

    #[test]
    fn request_comes_back(shares in shares(), claimable_from in 0..=(1_u64 << 48) - 1) {
        let request = Request { shares: shares.max(U256::ONE), claimable_from };
        prop_assert_eq!(Request::unpack(request.pack()), request);
    }

    #[test]
    fn terms_come_back(minimum in any::<u128>(), waited in any::<u64>()) {
        let terms = Terms { minimum: U256::from(minimum), waited };
        prop_assert_eq!(Terms::unpack(terms.pack()), terms);
    }

    #[test]
    fn clock_comes_back(total in any::<u64>(), since in any::<u64>()) {
        let clock = WaitClock { total, since };
        prop_assert_eq!(unpack_clock(pack_clock(clock)), clock);
    }
}

#[test]
fn request_without_shares_is_the_zero_word() {
    let request = Request {
        shares: U256::ZERO,
        claimable_from: 1,
    };
    assert_eq!(request.pack(), U256::ZERO);
}
