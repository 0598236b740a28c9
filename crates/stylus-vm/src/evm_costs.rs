//! Prices of the EVM that an embedder of the virtual machine needs: storage, calls, creations.
//!
//! Sources: EIP-2929 (access), EIP-2200 and EIP-3529 (stores and refunds), EIP-150 (63/64), EIP-1014 (`CREATE2`).

use alloy_primitives::B256;

/// Gas of a storage slot's first access.
pub const COLD_SLOT_GAS: u64 = 2_100;
/// Gas of an account's first access.
pub const COLD_ACCOUNT_GAS: u64 = 2_600;
/// Gas of every later access to a slot or an account.
pub const WARM_GAS: u64 = 100;
/// Gas of a call that sends value.
pub const CALL_VALUE_GAS: u64 = 9_000;
/// Gas of sending value to an empty account.
pub const NEW_ACCOUNT_GAS: u64 = 25_000;
/// Gas that the callee gets on top of a call with value.
pub const CALL_STIPEND: u64 = 2_300;
/// Gas of a creation.
pub const CREATE_GAS: u64 = 32_000;
/// Gas for each word of init code that `CREATE2` hashes.
pub const CREATE2_WORD_GAS: u64 = 6;

const STORE_NEW_GAS: u64 = 20_000;
const STORE_CHANGE_GAS: u64 = 2_900;
const REFUND_CLEAR: i64 = 4_800;
const REFUND_RESTORE_ZERO: i64 = 19_900;
const REFUND_RESTORE: i64 = 2_800;

/// What one storage write costs, and what it adds to the transaction's refund counter (negative: takes back).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreCost {
    /// Gas to pay.
    pub gas: u64,
    /// Change of the refund counter.
    pub refund: i64,
}

/// Price of writing `new` to a slot that held `original` when the transaction began and holds `current` now.
/// EIP-2200 with the figures of EIP-2929 and EIP-3529.
pub fn store_cost(original: B256, current: B256, new: B256, cold: bool) -> StoreCost {
    let access = if cold { COLD_SLOT_GAS } else { 0 };
    let (gas, refund) = if new == current {
        (WARM_GAS, 0)
    } else if original == current {
        if original.is_zero() {
            (STORE_NEW_GAS, 0)
        } else {
            (
                STORE_CHANGE_GAS,
                if new.is_zero() { REFUND_CLEAR } else { 0 },
            )
        }
    } else {
        let mut refund = 0;
        if !original.is_zero() {
            if current.is_zero() {
                refund -= REFUND_CLEAR;
            }
            if new.is_zero() {
                refund += REFUND_CLEAR;
            }
        }
        if new == original {
            refund += if original.is_zero() {
                REFUND_RESTORE_ZERO
            } else {
                REFUND_RESTORE
            };
        }
        (WARM_GAS, refund)
    };
    StoreCost {
        gas: access + gas,
        refund,
    }
}

/// Gas of an account access: 2600 for a cold one, else 100.
pub const fn account_access_gas(cold: bool) -> u64 {
    if cold {
        COLD_ACCOUNT_GAS
    } else {
        WARM_GAS
    }
}

/// The gas of a call, split up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallGas {
    /// What the caller pays whatever the callee does.
    pub base: u64,
    /// What the caller gives to the callee; what the callee leaves of it comes back.
    pub given: u64,
    /// What the callee starts with: `given`, and the stipend if value is sent.
    pub callee: u64,
}

/// Gas of a call by a program that has `gas_left`, or none if the base price exceeds that (then the call fails at the
/// price of all gas left). `callee = min((gas_left − base)·63/64, gas_requested)`, plus 2300 with value.
///
/// `sends_value` is for a plain call with a value that is not zero; `empty` says that its target is an empty account.
pub fn call_gas(
    gas_left: u64,
    gas_requested: u64,
    cold: bool,
    sends_value: bool,
    empty: bool,
) -> Option<CallGas> {
    let mut base = account_access_gas(cold);
    if sends_value {
        base += CALL_VALUE_GAS;
        if empty {
            base += NEW_ACCOUNT_GAS;
        }
    }
    let rest = gas_left.checked_sub(base)?;
    // rest * 63 / 64 rounded down, without overflow
    let given = gas_requested.min(rest - rest.div_ceil(64));
    let callee = if sends_value {
        given.saturating_add(CALL_STIPEND)
    } else {
        given
    };
    Some(CallGas {
        base,
        given,
        callee,
    })
}

/// The gas of a creation, split up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreateGas {
    /// What the creator pays whatever the init code does.
    pub base: u64,
    /// What the init code may use: all but one 64th of the rest.
    pub child: u64,
}

/// Gas of a creation by a program that has `gas_left`, or none if the base price exceeds that.
/// There is no price for the length of the init code (EIP-3860) in a program's creations.
pub fn create_gas(gas_left: u64, init_code_len: usize, create2: bool) -> Option<CreateGas> {
    let words = if create2 {
        (init_code_len as u64).div_ceil(32)
    } else {
        0
    };
    let base = CREATE_GAS + CREATE2_WORD_GAS * words;
    let rest = gas_left.checked_sub(base)?;
    Some(CreateGas {
        base,
        child: rest - rest / 64,
    })
}

/// EVM memory cost of `len` bytes: `3w + ⌊w²/512⌋` with `w = ⌈len/32⌉`.
pub fn memory_gas(len: usize) -> u64 {
    let words = (len as u64).div_ceil(32);
    words
        .saturating_mul(3)
        .saturating_add(words.saturating_mul(words) / 512)
}
