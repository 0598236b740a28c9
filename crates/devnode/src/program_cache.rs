//! Compiled programs, by the hash of their code.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use breakwater_stylus_vm::{
    activate,
    code::{self, CodeError},
    ActivationError, Program,
};
use revm::primitives::B256;

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

/// Compiled programs, by the hash of their code: each is instrumented and compiled once.
///
/// What code compiles to depends on nothing but the code, so chains can share a cache. Whether a program may be called
/// is for the chain's state to say, not for the cache.
#[derive(Debug, Default)]
pub struct ProgramCache {
    programs: Mutex<HashMap<B256, Program>>,
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

    /// The program in `code`, whose Keccak-256 hash is `hash`. Compiles it if it is not there.
    ///
    /// # Errors
    ///
    /// If the code is not a program, or activation refuses it.
    pub fn program(&self, hash: B256, code: &[u8]) -> Result<Program, ProgramError> {
        if let Some(program) = self.lock().get(&hash) {
            return Ok(program.clone());
        }
        // Not under the lock: compiling takes milliseconds. Two threads may do the same work once.
        let wasm = code::decompress(code).map_err(ProgramError::Code)?;
        let program = activate(&wasm).map_err(ProgramError::Activation)?;
        let mut programs = self.lock();
        if programs.len() >= CAPACITY {
            programs.clear();
        }
        programs.insert(hash, program.clone());
        Ok(program)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<B256, Program>> {
        // A panic while the lock was held cannot leave a map of finished programs half written.
        self.programs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
