//! `abi/` against the compiled programs: selectors, errors, event topics and mutability are what the WASM has and answers.
//!
//! A program's constants are read out of its code: errors and topics must be among them, and whichever of them it answers as a
//! selector must be in its interface. (Not every selector is a constant: compilers also compare byte by byte.)

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use alloy_json_abi::{Function, JsonAbi, StateMutability};
use alloy_primitives::keccak256;
use alloy_sol_types::SolCall;
use breakwater_tests::{
    devnode::{CallResult, Status, Tx},
    interfaces::vault::IVaultPrograms,
    Address, Bytes, Programs, Suite, SuiteConfig, U256,
};
use wasmparser::{Operator, Parser, Payload};

/// Calldata behind a selector: every argument is zero, and every list empty.
const ZEROS: [u8; 32 * 24] = [0; 32 * 24];
/// An account that can do nothing.
const NOBODY: Address = Address::repeat_byte(0x77);
/// Contract that passes its calldata, less the address before it, to that address by STATICCALL, and returns what that returns:
/// `calldatacopy(0, 20, calldatasize-20)`, `staticcall(gas, calldata[0..20], …)`, `returndatacopy`, then return or revert.
const STATIC_CALLER: &str =
    "6014360360146000376000600060143603600060003560601c5afa3d600060003e6028573d6000fd5b3d6000f3";

/// A module, and the programs that are behind its address.
struct Module {
    interface: &'static str,
    address: Address,
    programs: &'static [&'static str],
}

impl Module {
    fn all(suite: &Suite) -> [Self; 4] {
        let modules = suite.modules;
        let module = |interface, address, programs| Self {
            interface,
            address,
            programs,
        };
        [
            module(
                "IVault",
                modules.vault,
                &[
                    "vault",
                    "vault-liquidation",
                    "vault-settlement",
                    "vault-administration",
                    "vault-views",
                    "vault-inventory",
                ],
            ),
            module(
                "IOracleAdapter",
                modules.oracle,
                &["oracle-adapter", "oracle-adapter-extension"],
            ),
            module(
                "ILiquidationAuction",
                modules.auction,
                &["liquidation-auction"],
            ),
            module("IInsuranceFund", modules.fund, &["insurance-fund"]),
        ]
    }

    fn abi(&self) -> JsonAbi {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../abi");
        let path = folder.join(format!("{}.json", self.interface));
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }

    fn constants(&self) -> Constants {
        let mut constants = Constants::default();
        for program in self.programs {
            let path = programs().join(format!("{program}.wasm"));
            constants.read(&std::fs::read(path).unwrap());
        }
        constants
    }
}

/// The folder of the compiled programs.
fn programs() -> PathBuf {
    let built = || {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
            PathBuf::from,
        );
        target.join("wasm")
    };
    std::env::var_os("BREAKWATER_WASM_DIR").map_or_else(built, PathBuf::from)
}

/// What stands in a program as a number or as data.
#[derive(Default)]
struct Constants {
    /// Four bytes each, in the order in which the ABI has them and in the other.
    words: BTreeSet<[u8; 4]>,
    /// All data and all 64-bit numbers, one behind the other as they come.
    bytes: Vec<u8>,
}

impl Constants {
    fn read(&mut self, wasm: &[u8]) {
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.unwrap() {
                Payload::CodeSectionEntry(body) => {
                    for operator in body.get_operators_reader().unwrap() {
                        match operator.unwrap() {
                            Operator::I32Const { value } => self.number(&value.to_le_bytes()),
                            Operator::I64Const { value } => {
                                let bytes = value.to_le_bytes();
                                self.bytes.extend(bytes);
                                bytes.windows(4).for_each(|part| self.number(part));
                            }
                            _ => {}
                        }
                    }
                }
                Payload::DataSection(segments) => {
                    for segment in segments {
                        let data = segment.unwrap().data;
                        data.windows(4).for_each(|window| self.number(window));
                        self.bytes.extend(data);
                    }
                }
                _ => {}
            }
        }
    }

    fn number(&mut self, bytes: &[u8]) {
        let mut word: [u8; 4] = bytes.try_into().unwrap();
        self.words.insert(word);
        word.reverse();
        self.words.insert(word);
    }

    /// A hash stands in data as it is, or is put together from 64-bit numbers, in any order.
    fn holds(&self, hash: &[u8]) -> bool {
        let found = |part: &[u8]| self.bytes.windows(part.len()).any(|window| window == part);
        found(hash) || hash.chunks(8).all(found)
    }
}

fn suite() -> Suite {
    let mut suite = Suite::deploy(SuiteConfig::default(), &Programs::find().unwrap()).unwrap();
    suite.chain.set_balance(NOBODY, U256::from(u64::MAX));
    suite
}

fn call(suite: &mut Suite, to: Address, data: impl Into<Bytes>, value: u64) -> CallResult {
    let tx = Tx::call(NOBODY, to, data).with_value(U256::from(value));
    suite.chain.call(tx).unwrap()
}

/// True for the answer to a selector that nobody knows: a revert without data.
fn is_unknown(result: &CallResult) -> bool {
    result.status == Status::Reverted && result.output.is_empty()
}

fn calldata(selector: &[u8]) -> Vec<u8> {
    [selector, &ZEROS].concat()
}

fn functions(abi: &JsonAbi) -> Vec<&Function> {
    abi.functions().collect()
}

#[test]
fn programs_answer_every_function_of_their_interface_and_no_other() {
    let mut suite = suite();
    let mut others = BTreeSet::from([IVaultPrograms::concludeClaimCall::SELECTOR]);
    for module in Module::all(&suite) {
        let abi = module.abi();
        others.extend(abi.functions().map(|function| function.selector().0));
    }
    for module in Module::all(&suite) {
        let abi = module.abi();
        let mut known = BTreeSet::new();
        for function in functions(&abi) {
            let selector = function.selector().0;
            known.insert(selector);
            let result = call(&mut suite, module.address, calldata(&selector), 0);
            let name = format!("{}.{}", module.interface, function.signature());
            assert!(!is_unknown(&result), "{name} is unknown to the program");
        }
        // The way in for the constructor: closed by a typed error.
        let constructor = keccak256("stylus_constructor()");
        known.insert(constructor[..4].try_into().unwrap());
        let mut candidates = module.constants().words;
        candidates.extend(others.iter().copied());
        for word in candidates.difference(&known) {
            let result = call(&mut suite, module.address, calldata(word), 0);
            let text = format!("{}: 0x{}", module.interface, hex::encode(word));
            assert!(is_unknown(&result), "{text} answers {result:?}");
        }
    }
}

#[test]
fn views_write_nothing_and_no_function_takes_ether() {
    let mut suite = suite();
    // So that there is something to bring up to date.
    suite.pass(3_600).unwrap();
    let caller = Address::repeat_byte(0x88);
    suite
        .chain
        .set_code(caller, hex::decode(STATIC_CALLER).unwrap());
    for module in Module::all(&suite) {
        let abi = module.abi();
        for function in functions(&abi) {
            let name = format!("{}.{}", module.interface, function.signature());
            let data = calldata(&function.selector().0);
            let direct = call(&mut suite, module.address, data.clone(), 0);
            let packed = [module.address.as_slice(), &data].concat();
            let inside = call(&mut suite, caller, packed, 0);
            match function.state_mutability {
                StateMutability::View => {
                    let answers = [&direct, &inside].map(|result| (&result.status, &result.output));
                    assert_eq!(answers[0], answers[1], "{name}");
                }
                StateMutability::NonPayable => {
                    let wrote = !direct.logs.is_empty();
                    assert!(
                        !wrote || !inside.is_success(),
                        "{name} wrote in a static call"
                    );
                }
                other => panic!("{name} is {other:?}"),
            }
            let paid = call(&mut suite, module.address, data, 1);
            assert!(is_unknown(&paid), "{name} takes ether: {paid:?}");
        }
    }
}

#[test]
fn every_error_and_event_of_an_interface_is_in_the_code() {
    let suite = suite();
    let mut missing = Vec::new();
    for module in Module::all(&suite) {
        let (abi, constants) = (module.abi(), module.constants());
        for error in abi.errors() {
            if !constants.words.contains(&error.selector().0) {
                missing.push(format!("{}.{}", module.interface, error.signature()));
            }
        }
        for event in abi.events() {
            if !constants.holds(event.selector().as_slice()) {
                missing.push(format!("{}.{}", module.interface, event.signature()));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
