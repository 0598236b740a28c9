//! Powers and roots against exact integers.

use alloy_primitives::U256;
use breakwater_fixed_point::*;
use num_bigint::BigUint;
use proptest::prelude::*;

fn big(value: U256) -> BigUint {
    BigUint::from_bytes_le(&value.to_le_bytes::<32>())
}

/// `value·(factor/1e18)^n` by squares and products of 128 bits, each rounded down: mantissa and binary exponent.
fn decay_by_definition(value: &BigUint, factor: u64, n: u64) -> BigUint {
    let cut = |number: BigUint, shift: u128| {
        let excess = number.bits() - 128;
        (number >> excess, shift - u128::from(excess))
    };
    let factor = cut((BigUint::from(factor) << 192) / big(WAD), 192);
    let mut power = (BigUint::from(1_u8) << 127_u8, 127);
    for bit in (0..64 - n.leading_zeros()).rev() {
        power = cut(&power.0 * &power.0, 2 * power.1);
        if n >> bit & 1 == 1 {
            power = cut(&power.0 * &factor.0, power.1 + factor.1);
        }
    }
    // What is shifted by more is 0.
    (value * power.0) >> power.1.min(1_000)
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
    fn a_decay_is_below_the_exact_one_by_less_than_its_bound(value in any::<[u8; 32]>(), shift in 0_usize..256, factor in 0..=WAD_U64, n in 0_u64..600) {
        let value = U256::from_le_bytes(value) >> shift;
        let decayed = big(decay_down(value, factor, n));
        // Both sides times 1e18^n.
        let scale = big(WAD).pow(n as u32);
        let exact = BigUint::from(factor).pow(n as u32) * big(value);
        prop_assert!(&decayed * &scale <= exact);
        // exact·(1 − 2n/2^127) − 1 < decayed, times 2^126.
        let two_126 = BigUint::from(1_u8) << 126_u8;
        prop_assert!((decayed + 1_u8) * scale * &two_126 > exact * (two_126 - n));
    }

    // To the unit: how many digits are kept at each step is what prices are agreed on by whoever computes them.
    #[test]
    fn a_decay_is_that_of_powers_cut_to_128_bits(value in any::<[u8; 32]>(), shift in 0_usize..256, factor in 1..WAD_U64, near in 0_u32..60, n in 1_u64.., bits in 0_u32..64) {
        let value = U256::from_le_bytes(value) >> shift;
        for factor in [factor, WAD_U64 - (factor >> near).max(1)] {
            let n = n >> bits;
            prop_assert_eq!(big(decay_down(value, factor, n)), decay_by_definition(&big(value), factor, n));
        }
    }

    // A1
    #[test]
    fn a_decay_does_not_rise_with_time(value in any::<[u8; 32]>(), shift in 0_usize..256, factor in 0..=WAD_U64, near in 0_u32..64, n in any::<u64>(), bits in 0_u32..64) {
        let value = U256::from_le_bytes(value) >> shift;
        for factor in [factor, WAD_U64 - (factor >> near)] {
            let n = n >> bits;
            prop_assert!(decay_down(value, factor, n) >= decay_down(value, factor, n.saturating_add(1)));
        }
    }

    // A1, where the rounding of one power and the next is nearest to their distance: about as many steps as bring the value to a few units.
    #[test]
    fn a_decay_does_not_rise_near_its_end(bits in 1_usize..256, distance in 1_u64..1_000_000_000_000, units in 1_u64..1000) {
        let value = U256::from(units) << bits >> 10;
        let factor = WAD_U64 - distance * 1_000;
        let steps = (bits as f64 * std::f64::consts::LN_2 / -(factor as f64 / 1e18).ln()) as u64;
        let mut before = U256::MAX;
        for n in steps..steps.saturating_add(20) {
            let now = decay_down(value, factor, n);
            prop_assert!(now <= before);
            before = now;
        }
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
    fn a_root_never_falls(value in any::<[u8; 32]>(), shift in 0_usize..256, more in any::<[u8; 32]>(), less in 0_usize..256) {
        let value = U256::from_le_bytes(value) >> shift;
        let more = value.saturating_add(U256::from_le_bytes(more) >> less);
        prop_assert!(sqrt_down(value) <= sqrt_down(more));
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
    assert_eq!(sqrt_down(U256::ZERO), U256::ZERO);
    assert_eq!(sqrt_down(U256::MAX), U256::from(u128::MAX));
}

/// Found at random: as powers rounded at each step in WAD, each of these rose by a unit with the exponent.
#[test]
fn decays_that_once_rose_with_time_fall() {
    for (factor, n) in [
        (997_307_396_106_373_370, 14_369),
        (975_573_833_263_717_694, 1_671),
    ] {
        let (base, now, next) = (
            U256::from(factor),
            decay_down(WAD, factor, n),
            decay_down(WAD, factor, n + 1),
        );
        assert!(pow_wad_down(base, n) < pow_wad_down(base, n + 1));
        assert!(now >= next, "{now} {next}");
    }
}

#[test]
fn decays_at_the_edges() {
    for value in [U256::ZERO, U256::ONE, WAD, U256::MAX] {
        assert_eq!(decay_down(value, 0, 0), value);
        assert_eq!(decay_down(value, 0, 1), U256::ZERO);
        assert_eq!(decay_down(value, WAD_U64, u64::MAX), value);
        assert_eq!(decay_down(value, u64::MAX, u64::MAX), value);
        assert_eq!(decay_down(value, 1, u64::MAX), U256::ZERO);
        assert_eq!(decay_down(value, WAD_U64 / 2, 1), value >> 1);
        assert_eq!(decay_down(value, WAD_U64 / 2, 255), value >> 255);
        assert_eq!(decay_down(value, WAD_U64 / 2, 256), U256::ZERO);
    }
    // (1 − 1e-18)^(2^64): e^(−18.4).
    let least = decay_down(WAD, WAD_U64 - 1, u64::MAX);
    assert_eq!(least, exp_wad(-i128::from(u64::MAX)));
}
