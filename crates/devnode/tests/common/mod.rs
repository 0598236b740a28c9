//! Small contracts for tests: a list of steps, compiled to EVM bytecode or to a Stylus program that does the same.
#![allow(dead_code, unreachable_pub)]

use std::fmt::Write as _;

use breakwater_devnode::{Address, Chain, ChainConfig, U256};

/// Which machine runs a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    Evm,
    Wasm,
}

pub const BOTH: [Machine; 2] = [Machine::Evm, Machine::Wasm];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Call,
    Delegate,
    Static,
}

/// One step of a contract. "Append" adds to the output; the output is returned at the end.
#[derive(Clone, Debug)]
pub enum Step {
    /// Writes storage.
    Store(u8, u8),
    /// Writes transient storage.
    StoreTransient(u8, u8),
    /// Emits a log with one topic and one word of data.
    Log(u8, u8),
    /// Appends words.
    AppendStorage(u8),
    AppendTransient(u8),
    AppendCaller,
    AppendOrigin,
    AppendAddress,
    AppendValue,
    AppendTimestamp,
    AppendBlockNumber,
    AppendBaseFee,
    AppendGas,
    AppendBalance(Address),
    /// 1 if the acting address is already on the stack; programs only.
    AppendReentrant,
    /// Appends a byte string as it is.
    AppendBytes(Vec<u8>),
    /// Calls, and appends a word that is 1 for success, and what came back.
    Call(Call),
    /// Calls, and appends what came back; reverts with it if the call did not succeed.
    CallOrRevert(Call),
    /// Creates a contract and appends its address.
    Create(Vec<u8>, u64),
    Create2(Vec<u8>, u64, u8),
    /// Reverts with the output so far.
    Revert,
    /// Stops with an error of the machine.
    Fail,
    /// Destroys the contract; its balance goes to the account. EVM only.
    SelfDestruct(Address),
    /// Appends size and hash of an account's code. EVM only.
    AppendCode(Address),
    /// Never ends.
    Loop,
    /// Opens memory pages; programs only.
    Grow(u32),
}

#[derive(Clone, Debug)]
pub struct Call {
    pub kind: Kind,
    pub to: Address,
    pub value: u64,
    pub gas: Option<u64>,
    pub input: Vec<u8>,
    /// Passes the contract's own calldata on instead of `input`.
    pub forward: bool,
}

impl Call {
    pub fn new(kind: Kind, to: Address) -> Self {
        Self {
            kind,
            to,
            value: 0,
            gas: None,
            input: Vec::new(),
            forward: false,
        }
    }
}

pub fn call(to: Address) -> Call {
    Call::new(Kind::Call, to)
}

/// Where the output begins in memory.
const OUTPUT: u16 = 0x4000;

/// Code of an EVM contract that takes these steps.
pub fn evm(steps: &[Step]) -> Vec<u8> {
    let mut code = Assembler::default();
    // The end of the output stays at the bottom of the stack.
    code.push_u64(OUTPUT.into());
    for step in steps {
        match step {
            Step::Store(key, value) => code.push_u64(*value as u64).push_u64(*key as u64).op(0x55),
            Step::StoreTransient(key, value) => {
                code.push_u64(*value as u64).push_u64(*key as u64).op(0x5d)
            }
            Step::Log(topic, value) => code
                .push_u64(*value as u64)
                .op(0x5f) // PUSH0
                .op(0x52) // MSTORE
                .push_u64(*topic as u64)
                .push_u64(32)
                .op(0x5f)
                .op(0xa1), // LOG1(offset, length, topic)
            Step::AppendStorage(key) => code.push_u64(*key as u64).op(0x54).append(),
            Step::AppendTransient(key) => code.push_u64(*key as u64).op(0x5c).append(),
            Step::AppendCaller => code.op(0x33).append(),
            Step::AppendOrigin => code.op(0x32).append(),
            Step::AppendAddress => code.op(0x30).append(),
            Step::AppendValue => code.op(0x34).append(),
            Step::AppendTimestamp => code.op(0x42).append(),
            Step::AppendBlockNumber => code.op(0x43).append(),
            Step::AppendBaseFee => code.op(0x48).append(),
            Step::AppendGas => code.op(0x5a).append(),
            Step::AppendBalance(address) => code.push(address.as_slice()).op(0x31).append(),
            Step::AppendBytes(bytes) => {
                for chunk in bytes.chunks(32) {
                    let mut word = [0_u8; 32];
                    word[..chunk.len()].copy_from_slice(chunk);
                    code.push(&word).op(0x81).op(0x52); // DUP2, MSTORE
                    code.push_u64(chunk.len() as u64).op(0x01); // ADD
                }
                &mut code
            }
            Step::Call(call) => code.call(call).append().append_return_data(),
            Step::CallOrRevert(call) => {
                code.call(call);
                let jump = code.0.len();
                // PUSH2 target, JUMPI; else revert with the return data
                code.op(0x61).op(0).op(0).op(0x57);
                code.op(0x3d).op(0x5f).op(0x5f).op(0x3e); // RETURNDATACOPY(0, 0, size)
                code.op(0x3d).op(0x5f).op(0xfd); // REVERT(0, size)
                let target = code.0.len() as u16;
                code.0[jump + 1..jump + 3].copy_from_slice(&target.to_be_bytes());
                code.op(0x5b).append_return_data()
            }
            Step::Create(init, value) => {
                code.memory(init);
                code.push_u64(init.len() as u64).op(0x5f).push_u64(*value);
                code.op(0xf0).append()
            }
            Step::Create2(init, value, salt) => {
                code.memory(init);
                code.push_u64(*salt as u64);
                code.push_u64(init.len() as u64).op(0x5f).push_u64(*value);
                code.op(0xf5).append()
            }
            Step::Revert => code.output().op(0xfd),
            Step::Fail => code.op(0xfe),
            Step::SelfDestruct(to) => code.push(to.as_slice()).op(0xff),
            Step::AppendCode(of) => code
                .push(of.as_slice())
                .op(0x3b) // EXTCODESIZE
                .append()
                .push(of.as_slice())
                .op(0x3f) // EXTCODEHASH
                .append(),
            Step::Loop => {
                let target = code.0.len() as u64;
                code.op(0x5b).push_u64(target).op(0x56)
            }
            Step::AppendReentrant | Step::Grow(_) => panic!("programs only: {step:?}"),
        };
    }
    code.output().op(0xf3);
    code.0
}

#[derive(Default)]
struct Assembler(Vec<u8>);

impl Assembler {
    fn op(&mut self, byte: u8) -> &mut Self {
        self.0.push(byte);
        self
    }

    fn push(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.push(0x5f + bytes.len() as u8);
        self.0.extend(bytes);
        self
    }

    fn push_u64(&mut self, value: u64) -> &mut Self {
        let bytes = value.to_be_bytes();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        self.push(&bytes[zeros..])
    }

    /// Appends the word on the stack to the output.
    fn append(&mut self) -> &mut Self {
        // DUP2, MSTORE, then 32 more
        self.op(0x81).op(0x52).push_u64(32).op(0x01)
    }

    fn append_return_data(&mut self) -> &mut Self {
        // RETURNDATACOPY(end, 0, size), then size more
        self.op(0x3d).op(0x5f).op(0x82).op(0x3e).op(0x3d).op(0x01)
    }

    /// Puts bytes at the start of memory.
    fn memory(&mut self, bytes: &[u8]) -> &mut Self {
        for (index, chunk) in bytes.chunks(32).enumerate() {
            let mut word = [0_u8; 32];
            word[..chunk.len()].copy_from_slice(chunk);
            self.push(&word).push_u64(32 * index as u64).op(0x52);
        }
        self
    }

    /// Leaves 1 or 0 on the stack.
    fn call(&mut self, call: &Call) -> &mut Self {
        if call.forward {
            self.op(0x36).op(0x5f).op(0x5f).op(0x37); // CALLDATACOPY(0, 0, size)
        } else {
            self.memory(&call.input);
        }
        self.op(0x5f).op(0x5f); // no room for return data
        match call.forward {
            true => self.op(0x36),
            false => self.push_u64(call.input.len() as u64),
        };
        self.op(0x5f);
        if call.kind == Kind::Call {
            self.push_u64(call.value);
        }
        self.push(call.to.as_slice());
        match call.gas {
            Some(gas) => self.push_u64(gas),
            None => self.op(0x5a),
        };
        self.op(match call.kind {
            Kind::Call => 0xf1,
            Kind::Delegate => 0xf4,
            Kind::Static => 0xfa,
        })
    }

    /// Leaves start and length of the output on the stack.
    fn output(&mut self) -> &mut Self {
        // PUSH output, SWAP1, SUB, PUSH output
        self.push_u64(OUTPUT.into())
            .op(0x90)
            .op(0x03)
            .push_u64(OUTPUT.into())
    }
}

/// Text of a Stylus program that takes these steps, with memory of fixed size (unless it grows).
pub fn wat(steps: &[Step], pages: u32) -> String {
    let mut program = Program {
        constants: Vec::new(),
        body: String::new(),
    };
    for step in steps {
        program.step(step);
    }
    let grows = steps.iter().any(|step| matches!(step, Step::Grow(_)));
    let (limit, grow_import) = match grows {
        true => (
            String::new(),
            r#"(import "vm_hooks" "pay_for_memory_grow" (func $pay_for_memory_grow (param i32)))"#,
        ),
        false => (pages.to_string(), ""),
    };
    let mut data = String::new();
    for byte in &program.constants {
        let _ = write!(data, "\\{byte:02x}");
    }
    let body = program.body;
    format!(
        r#"(module
  (import "vm_hooks" "read_args" (func $read_args (param i32)))
  (import "vm_hooks" "write_result" (func $write_result (param i32 i32)))
  (import "vm_hooks" "storage_load_bytes32" (func $load (param i32 i32)))
  (import "vm_hooks" "storage_cache_bytes32" (func $cache (param i32 i32)))
  (import "vm_hooks" "storage_flush_cache" (func $flush (param i32)))
  (import "vm_hooks" "transient_load_bytes32" (func $transient_load (param i32 i32)))
  (import "vm_hooks" "transient_store_bytes32" (func $transient_store (param i32 i32)))
  (import "vm_hooks" "emit_log" (func $emit_log (param i32 i32 i32)))
  (import "vm_hooks" "call_contract" (func $call_contract (param i32 i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "delegate_call_contract" (func $delegate_call (param i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "static_call_contract" (func $static_call (param i32 i32 i32 i64 i32) (result i32)))
  (import "vm_hooks" "create1" (func $create1 (param i32 i32 i32 i32 i32)))
  (import "vm_hooks" "create2" (func $create2 (param i32 i32 i32 i32 i32 i32)))
  (import "vm_hooks" "return_data_size" (func $return_data_size (result i32)))
  (import "vm_hooks" "read_return_data" (func $read_return_data (param i32 i32 i32) (result i32)))
  (import "vm_hooks" "msg_sender" (func $msg_sender (param i32)))
  (import "vm_hooks" "msg_value" (func $msg_value (param i32)))
  (import "vm_hooks" "msg_reentrant" (func $msg_reentrant (result i32)))
  (import "vm_hooks" "tx_origin" (func $tx_origin (param i32)))
  (import "vm_hooks" "contract_address" (func $contract_address (param i32)))
  (import "vm_hooks" "block_timestamp" (func $block_timestamp (result i64)))
  (import "vm_hooks" "block_number" (func $block_number (result i64)))
  (import "vm_hooks" "block_basefee" (func $block_basefee (param i32)))
  (import "vm_hooks" "evm_gas_left" (func $evm_gas_left (result i64)))
  (import "vm_hooks" "account_balance" (func $account_balance (param i32 i32)))
  {grow_import}
  (memory (export "memory") {pages} {limit})
  (data (i32.const {CONSTANTS}) "{data}")
  (global $end (mut i32) (i32.const {OUTPUT}))
  (func $append_u64 (param $value i64)
    (local $i i32)
    (loop $next
      (i32.store8
        (i32.sub (i32.add (global.get $end) (i32.const 31)) (local.get $i))
        (i32.wrap_i64 (local.get $value)))
      (local.set $value (i64.shr_u (local.get $value) (i64.const 8)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 8))))
    (call $more (i32.const 32)))
  (func $more (param $bytes i32)
    (global.set $end (i32.add (global.get $end) (local.get $bytes))))
  (func $append_return_data
    (call $more (call $read_return_data (global.get $end) (i32.const 0) (call $return_data_size))))
  (func $output
    (call $write_result (i32.const {OUTPUT}) (i32.sub (global.get $end) (i32.const {OUTPUT}))))
  (func (export "user_entrypoint") (param $len i32) (result i32)
    (call $read_args (i32.const {CALLDATA}))
{body}
    (call $output)
    (i32.const 0)))
"#
    )
}

/// Memory of a program: scratch, constants, then the calldata, then the output.
const SCRATCH: u32 = 0;
const CONSTANTS: u32 = 64;
const CALLDATA: u32 = 0x3800;

struct Program {
    constants: Vec<u8>,
    body: String,
}

impl Program {
    fn line(&mut self, line: String) {
        self.body.push_str("    ");
        self.body.push_str(&line);
        self.body.push('\n');
    }

    /// Address of a constant byte string.
    fn constant(&mut self, bytes: &[u8]) -> u32 {
        let at = CONSTANTS + self.constants.len() as u32;
        self.constants.extend(bytes);
        assert!(CONSTANTS + (self.constants.len() as u32) < CALLDATA);
        at
    }

    fn word(&mut self, value: u64) -> u32 {
        self.constant(&U256::from(value).to_be_bytes::<32>())
    }

    fn append_word(&mut self, function: &str) {
        self.line(format!("(call {function} (global.get $end))"));
        self.line("(call $more (i32.const 32))".into());
    }

    fn append_address(&mut self, function: &str) {
        self.line(format!(
            "(call {function} (i32.add (global.get $end) (i32.const 12)))"
        ));
        self.line("(call $more (i32.const 32))".into());
    }

    /// An expression that calls and gives the status.
    fn call(&mut self, call: &Call) -> String {
        let to = self.constant(call.to.as_slice());
        let input = match call.forward {
            true => format!("(i32.const {CALLDATA}) (local.get $len)"),
            false => {
                let data = self.constant(&call.input);
                format!("(i32.const {data}) (i32.const {})", call.input.len())
            }
        };
        let gas = call.gas.map_or(-1, |gas| gas as i64);
        let (function, value) = match call.kind {
            Kind::Call => {
                let value = self.word(call.value);
                ("$call_contract", format!("(i32.const {value})"))
            }
            Kind::Delegate => ("$delegate_call", String::new()),
            Kind::Static => ("$static_call", String::new()),
        };
        format!(
            "(call {function} (i32.const {to}) {input} {value} (i64.const {gas}) (i32.const {SCRATCH}))"
        )
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Store(key, value) => {
                let (key, value) = (self.word(*key as u64), self.word(*value as u64));
                self.line(format!(
                    "(call $cache (i32.const {key}) (i32.const {value}))"
                ));
                self.line("(call $flush (i32.const 1))".into());
            }
            Step::StoreTransient(key, value) => {
                let (key, value) = (self.word(*key as u64), self.word(*value as u64));
                self.line(format!(
                    "(call $transient_store (i32.const {key}) (i32.const {value}))"
                ));
            }
            Step::Log(topic, value) => {
                let at = self.word(*topic as u64);
                self.word(*value as u64);
                self.line(format!(
                    "(call $emit_log (i32.const {at}) (i32.const 64) (i32.const 1))"
                ));
            }
            Step::AppendStorage(key) => {
                let key = self.word(*key as u64);
                self.line(format!("(call $load (i32.const {key}) (global.get $end))"));
                self.line("(call $more (i32.const 32))".into());
                // What is loaded is not to be remembered: others may write it.
                self.line("(call $flush (i32.const 1))".into());
            }
            Step::AppendTransient(key) => {
                let key = self.word(*key as u64);
                self.line(format!(
                    "(call $transient_load (i32.const {key}) (global.get $end))"
                ));
                self.line("(call $more (i32.const 32))".into());
            }
            Step::AppendCaller => self.append_address("$msg_sender"),
            Step::AppendOrigin => self.append_address("$tx_origin"),
            Step::AppendAddress => self.append_address("$contract_address"),
            Step::AppendValue => self.append_word("$msg_value"),
            Step::AppendBaseFee => self.append_word("$block_basefee"),
            Step::AppendTimestamp => self.line("(call $append_u64 (call $block_timestamp))".into()),
            Step::AppendBlockNumber => self.line("(call $append_u64 (call $block_number))".into()),
            Step::AppendGas => self.line("(call $append_u64 (call $evm_gas_left))".into()),
            Step::AppendBalance(address) => {
                let at = self.constant(address.as_slice());
                self.line(format!(
                    "(call $account_balance (i32.const {at}) (global.get $end))"
                ));
                self.line("(call $more (i32.const 32))".into());
            }
            Step::AppendReentrant => {
                self.line("(call $append_u64 (i64.extend_i32_u (call $msg_reentrant)))".into());
            }
            Step::AppendBytes(bytes) => {
                let at = self.constant(bytes);
                let len = bytes.len();
                self.line(format!(
                    "(memory.copy (global.get $end) (i32.const {at}) (i32.const {len}))"
                ));
                self.line(format!("(call $more (i32.const {len}))"));
            }
            Step::Call(call) => {
                let call = self.call(call);
                self.line(format!(
                    "(call $append_u64 (i64.extend_i32_u (i32.eqz {call})))"
                ));
                self.line("(call $append_return_data)".into());
            }
            Step::CallOrRevert(call) => {
                let call = self.call(call);
                self.line(format!("(if {call} (then"));
                self.line(format!("  (global.set $end (i32.const {OUTPUT}))"));
                self.line("  (call $append_return_data)".into());
                self.line("  (call $output)".into());
                self.line("  (return (i32.const 1))))".into());
                self.line("(call $append_return_data)".into());
            }
            Step::Create(init, value) => {
                let (code, value) = (self.constant(init), self.word(*value));
                self.line(format!(
                    "(call $create1 (i32.const {code}) (i32.const {}) (i32.const {value}) (i32.add (global.get $end) (i32.const 12)) (i32.const {SCRATCH}))",
                    init.len()
                ));
                self.line("(call $more (i32.const 32))".into());
            }
            Step::Create2(init, value, salt) => {
                let (code, value) = (self.constant(init), self.word(*value));
                let salt = self.word(*salt as u64);
                self.line(format!(
                    "(call $create2 (i32.const {code}) (i32.const {}) (i32.const {value}) (i32.const {salt}) (i32.add (global.get $end) (i32.const 12)) (i32.const {SCRATCH}))",
                    init.len()
                ));
                self.line("(call $more (i32.const 32))".into());
            }
            Step::Revert => {
                self.line("(call $output)".into());
                self.line("(return (i32.const 1))".into());
            }
            Step::Fail => self.line("(unreachable)".into()),
            Step::SelfDestruct(_) | Step::AppendCode(_) => panic!("EVM only: {step:?}"),
            Step::Loop => self.line("(loop $forever (br $forever))".into()),
            Step::Grow(pages) => {
                self.line(format!("(drop (memory.grow (i32.const {pages})))"));
            }
        }
    }
}

/// A module of the given text, in the plain encoding that the chain accepts.
pub fn module(text: &str) -> Vec<u8> {
    let wasm = wat::parse_str(text).expect("the text is a module");
    breakwater_devnode::stylus_vm::prepare::prepare(&wasm).expect("the module can be prepared")
}

/// Init code that returns `code`.
pub fn init_code(code: &[u8]) -> Vec<u8> {
    let mut init = vec![0x61];
    init.extend((code.len() as u16).to_be_bytes());
    // DUP1, PUSH1 10, PUSH0, CODECOPY, PUSH0, RETURN
    init.extend([0x80, 0x60, 10, 0x5f, 0x39, 0x5f, 0xf3]);
    init.extend(code);
    init
}

/// A chain and a first account with money.
pub struct World {
    pub chain: Chain,
    pub user: Address,
}

impl World {
    pub fn new() -> Self {
        Self::with(ChainConfig::default())
    }

    pub fn with(config: ChainConfig) -> Self {
        let chain = Chain::new(config);
        let user = chain.accounts()[0];
        Self { chain, user }
    }

    /// Deploys a contract that takes these steps; a program is activated too.
    pub fn deploy(&mut self, machine: Machine, steps: &[Step]) -> Address {
        match machine {
            Machine::Evm => self
                .chain
                .deploy(self.user, init_code(&evm(steps)))
                .expect("an EVM contract deploys"),
            Machine::Wasm => self.deploy_program(&wat(steps, 1)),
        }
    }

    /// Deploys and activates the program of the given text (two equal programs are activated once).
    pub fn deploy_program(&mut self, text: &str) -> Address {
        let program = self
            .chain
            .deploy_stylus(self.user, &module(text))
            .expect("a program deploys");
        let up_to_date = self.version(program).is_some();
        if !up_to_date {
            self.chain
                .activate(self.user, program)
                .expect("the program activates");
        }
        program
    }

    /// Stylus version of a program, if it is active.
    pub fn version(&mut self, program: Address) -> Option<u64> {
        use alloy_sol_types::SolCall;
        use breakwater_devnode::{abi::ArbWasm, Tx, ARB_WASM_ADDRESS};
        let data = ArbWasm::programVersionCall { program }.abi_encode();
        let answer = self.chain.call(Tx::call(self.user, ARB_WASM_ADDRESS, data));
        let answer = answer.expect("a valid call");
        answer
            .is_success()
            .then(|| U256::from_be_slice(&answer.output).to())
    }

    /// Sends a transaction without calldata.
    pub fn send(&mut self, to: Address) -> breakwater_devnode::Receipt {
        self.send_with(to, &[])
    }

    pub fn send_with(&mut self, to: Address, data: &[u8]) -> breakwater_devnode::Receipt {
        let tx = breakwater_devnode::Tx::call(self.user, to, data.to_vec());
        self.chain.transact(tx).expect("a valid transaction")
    }
}

/// The words of an output.
pub fn words(output: &[u8]) -> Vec<U256> {
    output.chunks(32).map(U256::from_be_slice).collect()
}

pub fn number(value: u64) -> U256 {
    U256::from(value)
}

pub fn address_word(address: Address) -> U256 {
    U256::from_be_slice(address.as_slice())
}
