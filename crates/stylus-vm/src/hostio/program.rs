//! Calldata, result, memory, hashing.

use alloy_primitives::keccak256;

use super::{read_ink, write_ink, Host, HostResult, Stop, HOSTIO_INK};

const KECCAK_INK: u64 = 121_800;
const KECCAK_WORD_INK: u64 = 21_000;

impl Host<'_, '_> {
    pub(super) fn read_args(&mut self, dest: u32) -> HostResult<()> {
        self.pay(HOSTIO_INK)?;
        let calldata = self.caller.data().calldata;
        self.pay(write_ink(calldata.len() as u64))?;
        self.write(dest, calldata)
    }

    pub(super) fn write_result(&mut self, data: u32, len: u32) -> HostResult<()> {
        self.pay(HOSTIO_INK)?;
        self.pay(2 * read_ink(u64::from(len)))?;
        let (bytes, state) = self.bytes_and_state(data, len)?;
        state.output.clear();
        state.output.extend_from_slice(bytes);
        Ok(())
    }

    pub(super) fn exit_early(&mut self, status: u32) -> HostResult<()> {
        Err(Stop::Exit(status))
    }

    /// Only the low 16 bits of `pages` count.
    pub(super) fn pay_for_memory_grow(&mut self, pages: u32) -> HostResult<()> {
        match pages as u16 {
            0 => self.pay(HOSTIO_INK),
            pages => {
                let gas = self.state().api.add_pages(pages);
                self.pay_gas(gas)
            }
        }
    }

    pub(super) fn native_keccak256(&mut self, data: u32, len: u32, dest: u32) -> HostResult<()> {
        let words = u64::from(len).div_ceil(32);
        self.pay(KECCAK_INK + KECCAK_WORD_INK * words.saturating_sub(2))?;
        let hash = keccak256(self.bytes(data, len)?);
        self.write(dest, hash.as_slice())
    }
}
