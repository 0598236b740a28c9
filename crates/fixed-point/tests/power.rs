//! Powers and roots against exact integers.

use alloy_primitives::U256;
use breakwater_fixed_point::*;
use num_bigint::BigUint;
use proptest::prelude::*;

fn big(value: U256) -> BigUint {
    BigUint::from_bytes_le(&value.to_le_bytes::<32>())
}

proptest! {
    #[test]
    fn a_power_of_a_ratio_is_below_the_exact_one_by_less_than_n(base in 0..=WAD_U64, n in 0_u64..600) {
        let power = big(pow_wad_down(U256::from(base), n).unwrap());
        // Both sides times 1e18^n.
        let scale = big(WAD).pow(n as u32);
        let exact = BigUint::from(base).pow(n as u32) * big(WAD);
        prop_assert!(&power * &scale <= exact);
        prop_assert!((power + n.max(1)) * scale > exact);
    }

    #[test]
    fn a_power_of_a_ratio_does_not_rise_with_the_exponent(base in 0..=WAD_U64, n in any::<u64>(), bits in 0_u32..64) {
        let (base, n) = (U256::from(base), n >> bits);
        prop_assert!(pow_wad_down(base, n) >= pow_wad_down(base, n.saturating_add(1)));
    }

    #[test]
    fn a_power_does_not_fall_with_the_base(base in 0..3 * WAD_U64, more in 0..WAD_U64, n in 0_u64..60) {
        let (low, high) = (U256::from(base), U256::from(base + more));
        prop_assert!(pow_wad_down(low, n).unwrap() <= pow_wad_down(high, n).unwrap());
    }

    #[test]
    fn a_root_is_the_floor_of_the_exact_one(value in any::<[u8; 32]>(), shift in 0_usize..256) {
        let value = U256::from_le_bytes(value) >> shift;
        prop_assert_eq!(big(sqrt_down(value)), big(value).sqrt());
    }

    #[test]
    fn a_root_turns_at_squares(root in 1..=u128::MAX) {
        let root = U256::from(root);
        prop_assert_eq!(sqrt_down(root * root), root);
        prop_assert_eq!(sqrt_down(root * root - U256::ONE), root - U256::ONE);
    }
}

#[test]
fn powers_and_roots_at_the_edges() {
    assert_eq!(pow_wad_down(U256::ZERO, 0), Some(WAD));
    assert_eq!(pow_wad_down(U256::ZERO, 1), Some(U256::ZERO));
    assert_eq!(pow_wad_down(WAD, u64::MAX), Some(WAD));
    assert_eq!(pow_wad_down(WAD * U256::from(2), 196), Some(WAD << 196));
    assert_eq!(pow_wad_down(WAD * U256::from(2), 197), None);
    assert_eq!(pow_down(WAD, 1, U256::ZERO), None);
    assert_eq!(sqrt_down(U256::ZERO), U256::ZERO);
    assert_eq!(sqrt_down(U256::MAX), U256::from(u128::MAX));
}
