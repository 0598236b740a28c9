//! Storage words and what is packed in them.

use alloy_primitives::{Address, U256};
use breakwater_risk::fund::WaitClock;

/// Bits of a number of fund shares. A fund share is a millionth of the smallest unit of a vault share while nothing is lost; 208
/// bits (4·10^62) leave room for losses that take almost everything, many times over.
const SHARE_BITS: usize = 208;

/// Largest total supply of fund shares: 2^208 − 1.
pub const MAX_SUPPLY: U256 = U256::from_limbs([u64::MAX, u64::MAX, u64::MAX, 0xffff]);

/// A word with `address` in its low 160 bits.
#[inline(never)]
pub(crate) fn word_of(address: Address) -> U256 {
    address.into_word().into()
}

/// Bits 208 to 255 of a word.
fn high_48(word: U256) -> u64 {
    let [_, _, _, top] = word.into_limbs();
    top >> 16
}

/// What the constructor sets, in one word: the vault's address (160 bits), cool-down (48, seconds), window (48, seconds).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The vault, whose shares are the fund's asset.
    pub vault: Address,
    /// Seconds between a request and the moment at which it can be claimed.
    pub cooldown: u64,
    /// Seconds for which it can then be claimed.
    pub window: u64,
}

impl Settings {
    /// To a storage word. Cool-down and window are below 2^48, which their bounds see to.
    #[must_use]
    pub fn pack(self) -> U256 {
        let [a, b, c, _] = word_of(self.vault).into_limbs();
        U256::from_limbs([
            a,
            b,
            c | self.cooldown << 32,
            self.cooldown >> 32 | self.window << 16,
        ])
    }

    /// From a storage word.
    #[must_use]
    pub fn unpack(word: U256) -> Self {
        let [_, _, c, d] = word.into_limbs();
        Self {
            vault: Address::from_word(word.into()),
            cooldown: c >> 32 | (d & 0xffff) << 32,
            window: high_48(word),
        }
    }
}

/// Total supply of fund shares, and the lock, in one word: every verb that calls outside writes it anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supply {
    /// Fund shares, at most [`MAX_SUPPLY`].
    pub shares: U256,
    /// Whether the fund is in the middle of a verb.
    pub locked: bool,
}

impl Supply {
    /// To a storage word.
    #[must_use]
    pub fn pack(self) -> U256 {
        let mut word = self.shares;
        word.set_bit(255, self.locked);
        word
    }

    /// From a storage word.
    #[must_use]
    pub fn unpack(word: U256) -> Self {
        Self {
            shares: word & MAX_SUPPLY,
            locked: word.bit(255),
        }
    }
}

/// A controller's request to redeem, in one word: shares (208 bits), the time from which it can be claimed (48, seconds).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Fund shares in escrow.
    pub shares: U256,
    /// When the cool-down ends.
    pub claimable_from: u64,
}

impl Request {
    /// To a storage word; zero if there are no shares left in it.
    #[must_use]
    pub fn pack(self) -> U256 {
        if self.shares.is_zero() {
            return U256::ZERO;
        }
        self.shares | U256::from(self.claimable_from).wrapping_shl(SHARE_BITS)
    }

    /// From a storage word.
    #[must_use]
    pub fn unpack(word: U256) -> Self {
        Self {
            shares: word & MAX_SUPPLY,
            claimable_from: high_48(word),
        }
    }

    /// Whether the cool-down still runs at `now`.
    #[must_use]
    pub fn is_pending(self, now: u64) -> bool {
        now < self.claimable_from
    }

    /// Whether it can be claimed at `now`: from the end of the cool-down to `until`, both included.
    #[must_use]
    pub fn is_claimable(self, now: u64, until: u64) -> bool {
        !self.is_pending(now) && now <= until
    }
}

/// What a request was made under, in one word: the fund's minimum (128 bits, vault shares), and what had been waited until then (64, seconds).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Vault shares that stay with the fund when the request is claimed, at most; below 2^128.
    pub minimum: U256,
    /// The wait clock when the request was made.
    pub waited: u64,
}

impl Terms {
    /// To a storage word.
    #[must_use]
    pub fn pack(self) -> U256 {
        let [a, b, ..] = self.minimum.into_limbs();
        U256::from_limbs([a, b, self.waited, 0])
    }

    /// From a storage word.
    #[must_use]
    pub fn unpack(word: U256) -> Self {
        let [a, b, waited, _] = word.into_limbs();
        Self {
            minimum: U256::from_limbs([a, b, 0, 0]),
            waited,
        }
    }
}

/// The wait clock as a word: seconds of waits that are over, then when the present one began.
#[must_use]
pub fn pack_clock(clock: WaitClock) -> U256 {
    U256::from_limbs([clock.total, clock.since, 0, 0])
}

/// The wait clock from its word.
#[must_use]
pub fn unpack_clock(word: U256) -> WaitClock {
    let [total, since, ..] = word.into_limbs();
    WaitClock { total, since }
}
