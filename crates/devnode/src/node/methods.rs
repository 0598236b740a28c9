//! Every method by name.

use std::sync::Arc;

use jsonrpsee::{
    core::{RegisterMethodError, RpcResult},
    RpcModule,
};
use serde_json::Value;

use super::{
    arguments::Arguments, blocks, calls, cheats, dump, fees, filters, keys, ledger::Node, logs,
    mining, network, state, subscriptions, traces, transactions,
};

type Method = fn(&Node, &Arguments) -> RpcResult<Value>;

/// Methods that answer at once. (`eth_subscribe` and `eth_unsubscribe` are in `subscriptions.rs`.)
const METHODS: &[(&str, Method)] = &[
    // --- chain ---
    ("eth_chainId", network::chain_id),
    ("eth_syncing", network::syncing),
    ("eth_mining", network::mining),
    ("eth_hashrate", network::hashrate),
    ("eth_coinbase", network::coinbase),
    ("eth_protocolVersion", network::protocol_version),
    ("net_version", network::version),
    ("net_listening", network::listening),
    ("net_peerCount", network::peer_count),
    ("web3_clientVersion", network::client_version),
    ("web3_sha3", network::sha3),
    // --- fees ---
    ("eth_gasPrice", fees::gas_price),
    ("eth_maxPriorityFeePerGas", fees::max_priority_fee_per_gas),
    ("eth_blobBaseFee", fees::blob_base_fee),
    ("eth_feeHistory", fees::fee_history),
    // --- state ---
    ("eth_getBalance", state::balance),
    ("eth_getCode", state::code),
    ("eth_getStorageAt", state::storage_at),
    ("eth_getTransactionCount", state::transaction_count),
    ("eth_getProof", state::proof),
    // --- blocks ---
    ("eth_blockNumber", blocks::number),
    ("eth_getBlockByNumber", blocks::by_number),
    ("eth_getBlockByHash", blocks::by_hash),
    ("eth_getBlockReceipts", blocks::receipts),
    (
        "eth_getBlockTransactionCountByNumber",
        blocks::transaction_count_by_number,
    ),
    (
        "eth_getBlockTransactionCountByHash",
        blocks::transaction_count_by_hash,
    ),
    ("eth_getUncleCountByBlockNumber", blocks::uncle_count),
    ("eth_getUncleCountByBlockHash", blocks::uncle_count),
    ("eth_getUncleByBlockNumberAndIndex", blocks::uncle),
    ("eth_getUncleByBlockHashAndIndex", blocks::uncle),
    // --- transactions ---
    ("eth_getTransactionByHash", transactions::by_hash),
    (
        "eth_getTransactionByBlockNumberAndIndex",
        transactions::by_block_and_index,
    ),
    (
        "eth_getTransactionByBlockHashAndIndex",
        transactions::by_block_and_index,
    ),
    ("eth_getRawTransactionByHash", transactions::raw_by_hash),
    ("eth_getTransactionReceipt", transactions::receipt),
    ("eth_sendTransaction", transactions::send),
    ("eth_signTransaction", transactions::sign),
    // --- calls ---
    ("eth_call", calls::call),
    ("eth_estimateGas", calls::estimate_gas),
    ("eth_createAccessList", calls::create_access_list),
    // --- traces ---
    ("debug_traceTransaction", traces::transaction),
    ("debug_traceCall", traces::call),
    // --- keys ---
    ("eth_accounts", keys::list),
    ("eth_requestAccounts", keys::list),
    ("eth_sign", keys::sign),
    ("personal_sign", keys::personal_sign),
    ("eth_signTypedData", keys::sign_typed_data),
    ("eth_signTypedData_v4", keys::sign_typed_data),
    // --- logs ---
    ("eth_getLogs", logs::logs),
    ("eth_newFilter", filters::new_log_filter),
    ("eth_newBlockFilter", filters::new_block_filter),
    (
        "eth_newPendingTransactionFilter",
        filters::new_transaction_filter,
    ),
    ("eth_getFilterChanges", filters::changes),
    ("eth_getFilterLogs", filters::logs),
    ("eth_uninstallFilter", filters::uninstall),
    // --- time, blocks, snapshots ---
    ("evm_mine", mining::mine_one),
    ("anvil_mine", mining::mine_many),
    ("hardhat_mine", mining::mine_many),
    ("evm_increaseTime", mining::increase_time),
    ("anvil_increaseTime", mining::increase_time),
    ("evm_setTime", mining::set_time),
    ("anvil_setTime", mining::set_time),
    (
        "evm_setNextBlockTimestamp",
        mining::set_next_block_timestamp,
    ),
    (
        "anvil_setNextBlockTimestamp",
        mining::set_next_block_timestamp,
    ),
    ("evm_setAutomine", mining::set_automine),
    ("anvil_setAutomine", mining::set_automine),
    ("anvil_getAutomine", mining::automine),
    ("hardhat_getAutomine", mining::automine),
    ("evm_setIntervalMining", mining::set_interval_mining),
    ("anvil_setIntervalMining", mining::set_interval_mining),
    ("evm_snapshot", mining::snapshot),
    ("anvil_snapshot", mining::snapshot),
    ("evm_revert", mining::revert),
    ("anvil_revert", mining::revert),
    // --- editing accounts ---
    ("anvil_setBalance", cheats::set_balance),
    ("hardhat_setBalance", cheats::set_balance),
    ("anvil_setCode", cheats::set_code),
    ("hardhat_setCode", cheats::set_code),
    ("anvil_setNonce", cheats::set_nonce),
    ("hardhat_setNonce", cheats::set_nonce),
    ("evm_setAccountNonce", cheats::set_nonce),
    ("anvil_setStorageAt", cheats::set_storage_at),
    ("hardhat_setStorageAt", cheats::set_storage_at),
    ("anvil_impersonateAccount", cheats::impersonate),
    ("hardhat_impersonateAccount", cheats::impersonate),
    ("anvil_stopImpersonatingAccount", cheats::stop_impersonating),
    (
        "hardhat_stopImpersonatingAccount",
        cheats::stop_impersonating,
    ),
    ("anvil_autoImpersonateAccount", cheats::impersonate_all),
    ("anvil_dumpState", dump::dump),
    ("anvil_loadState", dump::load),
    ("anvil_nodeInfo", cheats::node_info),
    ("hardhat_metadata", cheats::node_info),
];

/// Names of all methods.
pub fn method_names() -> Vec<&'static str> {
    let mut names: Vec<&str> = METHODS.iter().map(|(name, _)| *name).collect();
    names.push(transactions::SEND_RAW);
    names.extend(subscriptions::NAMES);
    names
}

/// The methods, ready for the server. Each runs on a thread on which it may take its time.
pub(crate) fn module(node: Arc<Node>) -> Result<RpcModule<Node>, RegisterMethodError> {
    let mut module = RpcModule::from_arc(node);
    for (name, method) in METHODS {
        module.register_blocking_method(name, move |params, node, _| -> RpcResult<Value> {
            method(&node, &Arguments::new(&params)?)
        })?;
    }
    transactions::register_send_raw(&mut module)?;
    subscriptions::register(&mut module)?;
    Ok(module)
}
