//! Ticks of Uniswap v3 as prices: the square root of `1.0001^tick`, to the bit what pools compute.
//!
//! Written from the definition (Uniswap v3 whitepaper, 6.1): `√1.0001^-|tick|` is the product of the powers
//! `2^128/√1.0001^(2^i)`, rounded to the nearest integer, for the bits `i` of the tick, each product rounded down to 128 bits after the
//! point; for a positive tick the inverse. Tests hold it against the bounds that pools publish and against the definition.

use alloy_primitives::U256;
use breakwater_fixed_point::{div_down, mul_div_down};

use crate::magnitude::Magnitude;

/// Largest tick; the smallest is its negative.
pub const MAX_TICK: i32 = 887_272;

/// `2^128/√1.0001^(2^i)`, to the nearest integer; a test computes them.
const POWERS: [u128; 20] = [
    0xfffcb933bd6fad37aa2d162d1a594001,
    0xfff97272373d413259a46990580e213a,
    0xfff2e50f5f656932ef12357cf3c7fdcc,
    0xffe5caca7e10e4e61c3624eaa0941cd0,
    0xffcb9843d60f6159c9db58835c926644,
    0xff973b41fa98c081472e6896dfb254c0,
    0xff2ea16466c96a3843ec78b326b52861,
    0xfe5dee046a99a2a811c461f1969c3053,
    0xfcbe86c7900a88aedcffc83b479aa3a4,
    0xf987a7253ac413176f2b074cf7815e54,
    0xf3392b0822b70005940c7a398e4b70f3,
    0xe7159475a2c29b7443b29c7fa6e889d9,
    0xd097f3bdfd2022b8845ad8f792aa5825,
    0xa9f746462d870fdf8a65dc1f90e061e5,
    0x70d869a156d2a1b890bb3df62baf32f7,
    0x31be135f97d08fd981231505542fcfa6,
    0x09aa508b5b7a84e1c677de54f3e99bc9,
    0x005d6af8dedb81196699c329225ee604,
    0x00002216e584f5fa1ea926041bedfe98,
    0x00000000048a170391f7dc42444e8fa2,
];

/// 2^128.
const ONE: U256 = U256::from_limbs([0, 0, 1, 0]);

/// `√1.0001^tick·2^96`, rounded up from 128 bits after the point; `None` beyond [`MAX_TICK`].
#[must_use]
pub fn sqrt_ratio_at_tick(tick: i32) -> Option<U256> {
    let magnitude = tick.unsigned_abs();
    if magnitude > MAX_TICK.unsigned_abs() {
        return None;
    }
    let mut ratio = ONE;
    // Unrolled by the compiler, so that the powers are in the code: data is paid for at each call of a program, used or not.
    for (bit, power) in POWERS.iter().enumerate() {
        multiply_if(
            magnitude.wrapping_shr(bit as u32),
            &mut ratio,
            *power as u64,
            (*power >> 64) as u64,
        );
    }
    if tick > 0 {
        ratio = div_down(U256::MAX, ratio)?;
    }
    let cut = ratio.wrapping_shr(32);
    let [low, ..] = ratio.into_limbs();
    Some(if low as u32 == 0 {
        cut
    } else {
        cut.saturating_add(U256::ONE)
    })
}

/// Multiplies by a power over 2^128, of which these are the limbs, if the lowest bit is set. Not inlined: there are twenty calls.
#[inline(never)]
fn multiply_if(bits: u32, ratio: &mut U256, low: u64, high: u64) {
    if bits & 1 == 1 {
        let power = U256::from_limbs([low, high, 0, 0]);
        // Both are at most 2^128, so the product is, too.
        *ratio = mul_div_down(*ratio, power, ONE).unwrap_or(ONE);
    }
}

/// Base units of token 1 for one base unit of token 0 at `tick`: `1.0001^tick`, from its root as pools have it.
#[must_use]
pub fn ratio_at_tick(tick: i32) -> Option<Magnitude> {
    let root = Magnitude::new(sqrt_ratio_at_tick(tick)?, -96)?;
    Some(root.times(root))
}

/// The mean tick over `window` seconds from two of a pool's cumulative ticks, rounded toward minus infinity as the pool's own
/// ticks are; `None` for no window.
#[must_use]
pub fn mean_tick(before: i64, after: i64, window: u32) -> Option<i32> {
    let mean = after
        .checked_sub(before)?
        .checked_div_euclid(i64::from(window))?;
    i32::try_from(mean).ok()
}
