//! Compiled programs, by the hash of their code.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};

use breakwater_stylus_vm::{
    activate_with,
    code::{self, CodeError, CodeLimits, Root},
    ActivationError, ActivationRules, Program,
};
use revm::primitives::{keccak256, Address, Bytes, B256};

/// Programs kept at most: a bound on memory against callers that activate without end.
const CAPACITY: usize = 1_024;

/// Code is not a program that can be activated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgramError {
    /// It cannot be unpacked.
    Code(CodeError),
    /// Activation refuses the module.
    Activation(ActivationError),
}

impl fmt::Display for ProgramError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(error) => write!(formatter, "{error}"),
            Self::Activation(error) => write!(formatter, "{error}"),
        }
    }
}

impl std::error::Error for ProgramError {}

impl From<CodeError> for ProgramError {
    fn from(error: CodeError) -> Self {
        Self::Code(error)
    }
}

/// Gives hash and code of an account: what a program in fragments is read with.
pub type CodeOf<'a> = dyn FnMut(Address) -> (B256, Bytes) + 'a;

/// Compiled programs, by the hash of their code: each is instrumented and compiled once.
///
/// What code compiles to depends on nothing but the code and the rules of activation, so chains can share a cache.
/// Whether a program may be called is for the chain's state to say, not for the cache.
#[derive(Debug, Default)]
pub struct ProgramCache {
    programs: Mutex<HashMap<(B256, ActivationRules), Program>>,
}

impl ProgramCache {
    /// The cache of this process.
    pub fn shared() -> Arc<Self> {
        static SHARED: LazyLock<Arc<ProgramCache>> = LazyLock::new(Arc::default);
        SHARED.clone()
    }

    /// Number of programs compiled and kept.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The program in `code`, whose Keccak-256 hash is `hash`, by the rules of an ArbOS version. Compiles it if it is not
    /// there. `code_of` is asked for the fragments of a program that stands in some.
    ///
    /// # Errors
    ///
    /// If the code is not a program, or activation refuses it.
    pub fn program(
        &self,
        hash: B256,
        code: &[u8],
        arbos_version: u64,
        code_of: &mut CodeOf<'_>,
    ) -> Result<Program, ProgramError> {
        let rules = ActivationRules::of_arbos(arbos_version);
        if !code::is_root(code) {
            let limit = CodeLimits::of_arbos(arbos_version).wasm_size;
            return self
                .get_or_compile((hash, rules), || Ok(code::decompress_at_most(code, limit)?));
        }
        let root = Root::parse(code)?;
        // A root only names its fragments: what it compiles to depends on their code too.
        let mut fragments = Vec::with_capacity(root.fragments().len());
        let mut content = hash.to_vec();
        for address in root.fragments() {
            let (hash, code) = code_of(*address);
            content.extend(hash);
            fragments.push(code);
        }
        let mut fragments = fragments.into_iter();
        self.get_or_compile((keccak256(content), rules), || {
            root.unpack(|_| Ok(fragments.next().unwrap_or_default()))
        })
    }

    fn get_or_compile(
        &self,
        key: (B256, ActivationRules),
        wasm: impl FnOnce() -> Result<Vec<u8>, ProgramError>,
    ) -> Result<Program, ProgramError> {
        if let Some(program) = self.lock().get(&key) {
            return Ok(program.clone());
        }
        // Not under the lock: compiling takes milliseconds. Two threads may do the same work once.
        let program = activate_with(&wasm()?, key.1).map_err(ProgramError::Activation)?;
        let mut programs = self.lock();
        if programs.len() >= CAPACITY {
            programs.clear();
        }
        programs.insert(key, program.clone());
        Ok(program)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(B256, ActivationRules), Program>> {
        // A panic while the lock was held cannot leave a map of finished programs half written.
        self.programs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
