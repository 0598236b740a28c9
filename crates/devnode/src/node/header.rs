//! Block headers: Ethereum's of the London fork, as Arbitrum fills them in.

use alloy_consensus::{
    proofs::{calculate_receipt_root, calculate_transaction_root},
    Eip658Value, Header, Receipt as ConsensusReceipt, ReceiptEnvelope, TxEnvelope, TxReceipt,
    EMPTY_OMMER_ROOT_HASH,
};
use alloy_primitives::{Bloom, Log, B256, B64, U256};

use crate::{chain::Block, config::ChainConfig, transaction::Receipt};

/// A transaction's receipt as it is hashed.
pub(crate) fn consensus_receipt(
    receipt: &Receipt,
    envelope: &TxEnvelope,
    gas_before: u64,
) -> ReceiptEnvelope<Log> {
    let receipt = ConsensusReceipt {
        status: Eip658Value::Eip658(receipt.is_success()),
        cumulative_gas_used: gas_before.saturating_add(receipt.gas_used),
        logs: receipt.logs.clone(),
    };
    ReceiptEnvelope::from_typed(envelope.tx_type(), receipt)
}

/// The header of a block with these transactions.
pub(crate) fn header<'a>(
    block: &Block,
    transactions: impl Iterator<Item = &'a TxEnvelope>,
    config: &ChainConfig,
) -> Header {
    let envelopes: Vec<TxEnvelope> = transactions.cloned().collect();
    let mut gas_used = 0;
    let receipts: Vec<ReceiptEnvelope<Log>> = block
        .receipts
        .iter()
        .zip(&envelopes)
        .map(|(receipt, envelope)| {
            let hashed = consensus_receipt(receipt, envelope, gas_used);
            gas_used += receipt.gas_used;
            hashed
        })
        .collect();
    let logs_bloom = receipts
        .iter()
        .fold(Bloom::ZERO, |bloom, receipt| bloom | receipt.bloom());
    Header {
        parent_hash: block.parent_hash,
        ommers_hash: EMPTY_OMMER_ROOT_HASH,
        beneficiary: config.coinbase,
        // No state trie is kept.
        state_root: B256::ZERO,
        transactions_root: calculate_transaction_root(&envelopes),
        receipts_root: calculate_receipt_root(&receipts),
        logs_bloom,
        difficulty: U256::from(1),
        number: block.number,
        gas_limit: config.block_gas_limit,
        gas_used: block.gas_used,
        timestamp: block.timestamp,
        // Arbitrum: root of the messages to L1, of which there are none.
        extra_data: B256::ZERO.into(),
        mix_hash: mix_hash(block.l1_block_number, config.arbos_version),
        nonce: B64::ZERO,
        base_fee_per_gas: Some(config.base_fee),
        ..Header::default()
    }
}

/// Arbitrum: number of messages to L1, L1 block number, ArbOS version, eight bytes each, and eight of zeros.
fn mix_hash(l1_block_number: u64, arbos_version: u64) -> B256 {
    let words = [0, l1_block_number, arbos_version, 0].map(u64::to_be_bytes);
    B256::from_slice(&words.concat())
}
