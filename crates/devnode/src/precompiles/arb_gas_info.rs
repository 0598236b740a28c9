//! ArbGasInfo: prices of gas. Posting to L1 costs nothing here, so whatever belongs to L1 is zero.

use alloy_sol_types::{SolInterface, SolValue};
use revm::{
    context_interface::Block,
    primitives::{Address, Bytes, I256, U256},
};

use super::{abi::ArbGasInfo::ArbGasInfoCalls, MethodCall, MethodResult, Purity, READ_STATE_GAS};

/// Gas of a new storage slot: what ArbGasInfo prices storage by.
const STORAGE_GAS: u64 = 20_000;
/// Gas a second that the price is held against, and of a block, by Arbitrum One's parameters.
const SPEED_LIMIT: u64 = 7_000_000;
const BLOCK_GAS: u64 = 32_000_000;
const PRICING_INERTIA: u64 = 102;
const BACKLOG_TOLERANCE: u64 = 10;
const L1_INERTIA: u64 = 10;

pub(super) fn arb_gas_info(call: &mut MethodCall<'_, '_>, data: &Bytes) -> MethodResult {
    let method = call.open(ArbGasInfoCalls::abi_decode(data), |_| Purity::View)?;
    call.burn(READ_STATE_GAS)?;
    let zero = U256::ZERO;
    let base_fee = U256::from(call.context.block.basefee());
    Ok(match method {
        ArbGasInfoCalls::getPricesInWeiWithAggregator(_) | ArbGasInfoCalls::getPricesInWei(_) => {
            let storage = base_fee.saturating_mul(U256::from(STORAGE_GAS));
            // A transaction and a byte on L1, a slot, gas at the least price, its congestion, gas in all.
            (zero, zero, storage, base_fee, zero, base_fee).abi_encode()
        }
        ArbGasInfoCalls::getPricesInArbGasWithAggregator(_)
        | ArbGasInfoCalls::getPricesInArbGas(_) => {
            (zero, zero, U256::from(STORAGE_GAS)).abi_encode()
        }
        ArbGasInfoCalls::getGasAccountingParams(_) => (
            U256::from(SPEED_LIMIT),
            U256::from(BLOCK_GAS),
            U256::from(BLOCK_GAS),
        )
            .abi_encode(),
        // The base fee does not move.
        ArbGasInfoCalls::getMinimumGasPrice(_) => base_fee.abi_encode(),
        ArbGasInfoCalls::getMaxTxGasLimit(_) => U256::from(BLOCK_GAS).abi_encode(),
        ArbGasInfoCalls::getMaxBlockGasLimit(_) => BLOCK_GAS.abi_encode(),
        ArbGasInfoCalls::getPricingInertia(_) => PRICING_INERTIA.abi_encode(),
        ArbGasInfoCalls::getGasBacklogTolerance(_) => BACKLOG_TOLERANCE.abi_encode(),
        ArbGasInfoCalls::getL1BaseFeeEstimateInertia(_) => L1_INERTIA.abi_encode(),
        ArbGasInfoCalls::getL1RewardRecipient(_) => Address::ZERO.abi_encode(),
        ArbGasInfoCalls::getL1PricingSurplus(_) | ArbGasInfoCalls::getLastL1PricingSurplus(_) => {
            I256::ZERO.abi_encode()
        }
        ArbGasInfoCalls::getPerBatchGasCharge(_) => 0_i64.abi_encode(),
        ArbGasInfoCalls::getL1RewardRate(_)
        | ArbGasInfoCalls::getGasBacklog(_)
        | ArbGasInfoCalls::getAmortizedCostCapBips(_)
        | ArbGasInfoCalls::getLastL1PricingUpdateTime(_)
        | ArbGasInfoCalls::getL1PricingUnitsSinceUpdate(_) => 0_u64.abi_encode(),
        ArbGasInfoCalls::getL1BaseFeeEstimate(_)
        | ArbGasInfoCalls::getL1GasPriceEstimate(_)
        | ArbGasInfoCalls::getCurrentTxL1GasFees(_)
        | ArbGasInfoCalls::getL1FeesAvailable(_)
        | ArbGasInfoCalls::getL1PricingEquilibrationUnits(_)
        | ArbGasInfoCalls::getL1PricingFundsDueForRewards(_) => zero.abi_encode(),
    })
}
