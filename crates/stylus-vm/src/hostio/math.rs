//! Arithmetic on 256-bit words.

use alloy_primitives::U256;

use super::{Host, HostResult, HOSTIO_INK, POINTER_INK};

const DIV_INK: u64 = HOSTIO_INK + 3 * POINTER_INK + 20_000;
const POW_INK: u64 = HOSTIO_INK + 3 * POINTER_INK;
const POW_FIXED_INK: u64 = 3_000;
const POW_BYTE_INK: u64 = 17_500;
const ADD_MOD_INK: u64 = HOSTIO_INK + 4 * POINTER_INK + 21_000;
const MUL_MOD_INK: u64 = HOSTIO_INK + 4 * POINTER_INK + 24_100;

impl Host<'_, '_> {
    pub(super) fn math_div(&mut self, value: u32, divisor: u32) -> HostResult<()> {
        self.pay(DIV_INK)?;
        let (left, right) = (self.number(value)?, self.number(divisor)?);
        self.write_number(value, left.checked_div(right).unwrap_or_default())
    }

    pub(super) fn math_mod(&mut self, value: u32, modulus: u32) -> HostResult<()> {
        self.pay(DIV_INK)?;
        let (left, right) = (self.number(value)?, self.number(modulus)?);
        self.write_number(value, left.checked_rem(right).unwrap_or_default())
    }

    pub(super) fn math_pow(&mut self, value: u32, exponent: u32) -> HostResult<()> {
        self.pay(POW_INK)?;
        let (base, exponent) = (self.number(value)?, self.number(exponent)?);
        self.pay(POW_FIXED_INK + POW_BYTE_INK * (1 + exponent.byte_len() as u64))?;
        self.write_number(value, base.wrapping_pow(exponent))
    }

    pub(super) fn math_add_mod(&mut self, value: u32, addend: u32, modulus: u32) -> HostResult<()> {
        self.pay(ADD_MOD_INK)?;
        self.mod_operation(value, addend, modulus, U256::add_mod)
    }

    pub(super) fn math_mul_mod(
        &mut self,
        value: u32,
        multiplier: u32,
        modulus: u32,
    ) -> HostResult<()> {
        self.pay(MUL_MOD_INK)?;
        self.mod_operation(value, multiplier, modulus, U256::mul_mod)
    }

    /// `operation(value, other, modulus)`, 0 if the modulus is 0.
    fn mod_operation(
        &mut self,
        value: u32,
        other: u32,
        modulus: u32,
        operation: impl Fn(U256, U256, U256) -> U256,
    ) -> HostResult<()> {
        let (left, right, modulus) = (
            self.number(value)?,
            self.number(other)?,
            self.number(modulus)?,
        );
        let result = if modulus.is_zero() {
            U256::ZERO
        } else {
            operation(left, right, modulus)
        };
        self.write_number(value, result)
    }
}
