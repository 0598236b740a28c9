//! What a host function was given and what it gave, for tracers: the bytes that Nitro's `stylusTracer` shows and that
//! cargo-stylus reads. Numbers are big-endian whatever their order in the program's memory.

/// Parameters of a host call and the program's memory.
pub(super) struct Capture<'m> {
    parameters: &'m [u64],
    memory: &'m [u8],
    bytes: Vec<u8>,
}

impl<'m> Capture<'m> {
    fn new(parameters: &'m [u64], memory: &'m [u8]) -> Self {
        Self {
            parameters,
            memory,
            bytes: Vec::new(),
        }
    }

    fn parameter(&self, index: usize) -> u64 {
        self.parameters.get(index).copied().unwrap_or_default()
    }

    /// `len` bytes of memory at the pointer that is parameter `index`. A host function that came to its end has checked it.
    fn data(mut self, index: usize, len: u64) -> Self {
        let start = self.parameter(index) as usize;
        let end = start.saturating_add(len as usize);
        self.bytes
            .extend(self.memory.get(start..end).unwrap_or_default());
        self
    }

    fn word(self, index: usize) -> Self {
        self.data(index, 32)
    }

    fn address(self, index: usize) -> Self {
        self.data(index, 20)
    }

    /// A length that the host function left in memory.
    fn length(mut self, index: usize) -> Self {
        let mut bytes = Self::new(self.parameters, self.memory).data(index, 4).bytes;
        bytes.reverse();
        self.bytes.extend(bytes);
        self
    }

    fn u8(mut self, number: u64) -> Self {
        self.bytes.push(number as u8);
        self
    }

    fn u16(mut self, number: u64) -> Self {
        self.bytes.extend((number as u16).to_be_bytes());
        self
    }

    fn u32(mut self, number: u64) -> Self {
        self.bytes.extend((number as u32).to_be_bytes());
        self
    }

    fn u64(mut self, number: u64) -> Self {
        self.bytes.extend(number.to_be_bytes());
        self
    }
}

/// What the host function was given; to be taken before it runs.
pub(super) fn arguments(name: &str, parameters: &[u64], memory: &[u8]) -> Vec<u8> {
    let capture = Capture::new(parameters, memory);
    let given = |index: usize| parameters.get(index).copied().unwrap_or_default();
    match name {
        "write_result" => capture.data(0, given(1)),
        "exit_early" => capture.u32(given(0)),
        "storage_load_bytes32" | "transient_load_bytes32" => capture.word(0),
        "storage_cache_bytes32" | "transient_store_bytes32" => capture.word(0).word(1),
        "storage_flush_cache" => capture.u8(u64::from(given(0) != 0)),
        "call_contract" => capture.address(0).u64(given(4)).word(3).data(1, given(2)),
        "delegate_call_contract" | "static_call_contract" => {
            capture.address(0).u64(given(3)).data(1, given(2))
        }
        "create1" => capture.word(2).data(0, given(1)),
        "create2" => capture.word(2).word(3).data(0, given(1)),
        "read_return_data" => capture.u32(given(1)).u32(given(2)),
        "emit_log" => capture.u32(given(2)).data(0, given(1)),
        "account_balance" | "account_code_size" | "account_codehash" => capture.address(0),
        "account_code" => capture.address(0).u32(given(1)).u32(given(2)),
        "math_div" | "math_mod" | "math_pow" => capture.word(0).word(1),
        "math_add_mod" | "math_mul_mod" => capture.word(0).word(1).word(2),
        "pay_for_memory_grow" => capture.u16(given(0)),
        "native_keccak256" => capture.data(0, given(1)),
        _ => capture,
    }
    .bytes
}

/// What the host function gave, with its result as bits; to be taken after it has run.
pub(super) fn outputs(
    name: &str,
    parameters: &[u64],
    result: u64,
    memory: &[u8],
    calldata_len: u64,
) -> Vec<u8> {
    let capture = Capture::new(parameters, memory);
    match name {
        "read_args" => capture.data(0, calldata_len),
        "storage_load_bytes32"
        | "transient_load_bytes32"
        | "account_balance"
        | "account_codehash" => capture.word(1),
        "call_contract" => capture.length(5).u8(result),
        "delegate_call_contract" | "static_call_contract" => capture.length(4).u8(result),
        "create1" => capture.address(3).length(4),
        "create2" => capture.address(4).length(5),
        "read_return_data" => capture.data(0, result),
        "account_code" => capture.data(3, result),
        "account_code_size" | "return_data_size" | "msg_reentrant" | "tx_ink_price" => {
            capture.u32(result)
        }
        "evm_gas_left" | "evm_ink_left" | "chainid" | "block_gas_limit" | "block_number"
        | "block_timestamp" => capture.u64(result),
        "block_basefee" | "msg_value" | "tx_gas_price" => capture.word(0),
        "block_coinbase" | "contract_address" | "msg_sender" | "tx_origin" => capture.address(0),
        "math_div" | "math_mod" | "math_pow" | "math_add_mod" | "math_mul_mod" => capture.word(0),
        "native_keccak256" => capture.word(2),
        _ => capture,
    }
    .bytes
}
