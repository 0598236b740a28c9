//! ArbSys, ArbInfo and ArbOwnerPublic: the L2 chain, its accounts, and what its owner has set. Views only: nothing is sent
//! to L1, and nobody owns the chain.

use alloy_sol_types::{SolCall, SolInterface, SolValue};
use breakwater_stylus_vm::code::CodeLimits;
use revm::{
    context_interface::{Cfg, ContextTr, JournalTr},
    primitives::{address, Address, Bytes, B256, U256},
};

use super::{
    abi::{
        ArbInfo::{self, ArbInfoCalls},
        ArbOwnerPublic::ArbOwnerPublicCalls,
        ArbSys::{self, ArbSysCalls},
    },
    MethodCall, MethodResult, Purity, Refusal, READ_STATE_GAS,
};
use crate::arbos::{self, NETWORK_FEE_ADDRESS};

/// What ArbSys adds to the ArbOS version when asked.
const ARBOS_VERSION_OFFSET: u64 = 55;
/// What an L1 contract's address is moved by to give its alias on L2.
const ALIAS_OFFSET: Address = address!("0x1111000000000000000000000000000000001111");
/// Gas of an account's balance (ArbInfo).
const BALANCE_GAS: u64 = 700;
/// Gas of an account's code (ArbInfo), and of each word of it.
const CODE_GAS: u64 = 2_600;
const CODE_WORD_GAS: u64 = 3;
/// Compression level that Arbitrum's chains have set.
const BROTLI_LEVEL: u64 = 1;

pub(super) fn arb_sys(call: &mut MethodCall<'_, '_>, data: &Bytes) -> MethodResult {
    let method = call.open(ArbSysCalls::abi_decode(data), |method| match method {
        ArbSysCalls::mapL1SenderContractAddressToL2Alias(_) => Purity::Pure,
        _ => Purity::View,
    })?;
    let l2_block = call.context.chain.l2_block_number;
    Ok(match method {
        ArbSysCalls::arbBlockNumber(_) => U256::from(l2_block).abi_encode(),
        ArbSysCalls::arbBlockHash(arguments) => {
            let requested = arguments.arbBlockNum;
            let hash = u64::try_from(requested)
                .ok()
                .and_then(|number| call.context.chain.block_hash(number))
                .ok_or_else(|| {
                    Refusal::error(ArbSys::InvalidBlockNumber {
                        requested,
                        current: U256::from(l2_block),
                    })
                })?;
            hash.abi_encode()
        }
        ArbSysCalls::arbChainID(_) => U256::from(call.context.cfg.chain_id()).abi_encode(),
        ArbSysCalls::arbOSVersion(_) => {
            U256::from(ARBOS_VERSION_OFFSET + call.arbos_version()).abi_encode()
        }
        // There has been no storage gas since Nitro.
        ArbSysCalls::getStorageGasAvailable(_) => U256::ZERO.abi_encode(),
        // As Arbitrum has it: true up to the second frame.
        ArbSysCalls::isTopLevelCall(_) => (call.context.journal().depth() <= 2).abi_encode(),
        ArbSysCalls::mapL1SenderContractAddressToL2Alias(arguments) => {
            aliased(arguments.sender).abi_encode()
        }
        // There are no messages from L1, whose senders alone are aliased.
        ArbSysCalls::wasMyCallersAddressAliased(_) => false.abi_encode(),
        ArbSysCalls::myCallersAddressWithoutAliasing(_) => {
            let callers = &call.context.chain.callers;
            callers.last().copied().unwrap_or_default().abi_encode()
        }
    })
}

fn aliased(sender: Address) -> Address {
    let sum = U256::from_be_slice(sender.as_slice())
        .wrapping_add(U256::from_be_slice(ALIAS_OFFSET.as_slice()));
    Address::from_word(B256::from(sum))
}

pub(super) fn arb_info(call: &mut MethodCall<'_, '_>, data: &Bytes) -> MethodResult {
    match call.open(ArbInfoCalls::abi_decode(data), |_| Purity::View)? {
        ArbInfoCalls::getBalance(arguments) => {
            call.burn(BALANCE_GAS)?;
            let account = arbos::peek_account(call.journal(), arguments.account);
            Ok(account.balance.abi_encode())
        }
        ArbInfoCalls::getCode(arguments) => {
            call.burn(CODE_GAS)?;
            let (_, code) = arbos::peek_code(call.journal(), arguments.account);
            let code = code.original_bytes();
            call.burn(CODE_WORD_GAS * (code.len() as u64).div_ceil(32))?;
            Ok(ArbInfo::getCodeCall::abi_encode_returns(&code))
        }
    }
}

pub(super) fn arb_owner_public(call: &mut MethodCall<'_, '_>, data: &Bytes) -> MethodResult {
    let method = call.open(ArbOwnerPublicCalls::abi_decode(data), |_| Purity::View)?;
    call.burn(READ_STATE_GAS)?;
    Ok(match method {
        ArbOwnerPublicCalls::isChainOwner(_) => false.abi_encode(),
        ArbOwnerPublicCalls::getAllChainOwners(_) => Vec::<Address>::new().abi_encode(),
        ArbOwnerPublicCalls::getNetworkFeeAccount(_) => NETWORK_FEE_ADDRESS.abi_encode(),
        ArbOwnerPublicCalls::getInfraFeeAccount(_) => Address::ZERO.abi_encode(),
        ArbOwnerPublicCalls::getBrotliCompressionLevel(_) => BROTLI_LEVEL.abi_encode(),
        ArbOwnerPublicCalls::getScheduledUpgrade(_) => (0_u64, 0_u64).abi_encode(),
        ArbOwnerPublicCalls::isCalldataPriceIncreaseEnabled(_) => {
            (!call.context.cfg.is_eip7623_disabled()).abi_encode()
        }
        ArbOwnerPublicCalls::getMaxStylusContractFragments(_) => {
            let limits = CodeLimits::of_arbos(call.arbos_version());
            U256::from(limits.fragments).abi_encode()
        }
    })
}
