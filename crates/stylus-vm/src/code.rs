//! Programs as they stand on the chain: `EF F0 00 | dictionary | brotli(wasm)`.

use std::{
    fmt,
    io::{self, Read},
};

use brotli2::{
    read::{BrotliDecoder, BrotliEncoder},
    CompressParams,
};

/// What the code of every program begins with.
pub const PROGRAM_PREFIX: [u8; 3] = [0xef, 0xf0, 0x00];
/// What a fragment of a program begins with (ArbOS 60 and later).
pub const FRAGMENT_PREFIX: [u8; 3] = [0xef, 0xf0, 0x01];
/// What a program in fragments begins with (ArbOS 60 and later).
pub const FRAGMENT_ROOT_PREFIX: [u8; 3] = [0xef, 0xf0, 0x02];
/// Most bytes that a module may have: 128 KiB.
pub const MAX_WASM_SIZE: usize = 128 * 1024;
/// Most bytes of code in one account.
pub const MAX_CODE_SIZE: usize = 24_576;

/// No dictionary: what cargo-stylus writes.
const EMPTY_DICTIONARY: u8 = 0;
/// The dictionary made for Stylus programs.
const STYLUS_DICTIONARY: u8 = 1;
/// Compression as cargo-stylus has it.
const QUALITY: u32 = 11;
const WINDOW_BITS: u32 = 22;

/// Why code is not a program that can be unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeError {
    /// It does not begin as a program does.
    NotAProgram,
    /// A fragment, or a program in fragments: not supported here.
    FragmentsNotSupported,
    /// Compressed with the Stylus dictionary: not supported here.
    DictionaryNotSupported,
    /// A dictionary that does not exist.
    UnknownDictionary(u8),
    /// The module is larger than the limit.
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// Not a brotli stream, or not a whole one.
    Malformed(String),
}

impl fmt::Display for CodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAProgram => write!(formatter, "the code is not a Stylus program"),
            Self::FragmentsNotSupported => {
                write!(formatter, "programs in fragments are not supported")
            }
            Self::DictionaryNotSupported => write!(
                formatter,
                "the Stylus compression dictionary is not supported"
            ),
            Self::UnknownDictionary(id) => write!(formatter, "unknown compression dictionary {id}"),
            Self::TooLarge { limit } => {
                write!(formatter, "the module is larger than {limit} bytes")
            }
            Self::Malformed(reason) => {
                write!(formatter, "the compressed module is malformed: {reason}")
            }
        }
    }
}

impl std::error::Error for CodeError {}

/// True if code is a program in one piece. (Other code that begins with `EF` is no code that a chain accepts.)
pub fn is_program(code: &[u8]) -> bool {
    code.starts_with(&PROGRAM_PREFIX)
}

/// The code of a program: brotli with quality 11 and a window of 22 bits, no dictionary, as cargo-stylus deploys it.
///
/// # Errors
///
/// Only if the encoder runs out of memory.
pub fn compress(wasm: &[u8]) -> io::Result<Vec<u8>> {
    let mut parameters = CompressParams::new();
    parameters.quality(QUALITY).lgwin(WINDOW_BITS);
    let mut code = PROGRAM_PREFIX.to_vec();
    code.push(EMPTY_DICTIONARY);
    BrotliEncoder::from_params(wasm, &parameters).read_to_end(&mut code)?;
    Ok(code)
}

/// The module in the code of a program. Never unpacks more than [`MAX_WASM_SIZE`] bytes.
///
/// # Errors
///
/// Says what is wrong with the code, or not supported.
pub fn decompress(code: &[u8]) -> Result<Vec<u8>, CodeError> {
    decompress_at_most(code, MAX_WASM_SIZE)
}

/// [`decompress`] with another limit on the size of the module, in bytes.
///
/// # Errors
///
/// As [`decompress`].
pub fn decompress_at_most(code: &[u8], limit: usize) -> Result<Vec<u8>, CodeError> {
    if code.starts_with(&FRAGMENT_PREFIX) || code.starts_with(&FRAGMENT_ROOT_PREFIX) {
        return Err(CodeError::FragmentsNotSupported);
    }
    let packed = code
        .strip_prefix(&PROGRAM_PREFIX)
        .ok_or(CodeError::NotAProgram)?;
    let (dictionary, stream) = packed.split_first().ok_or(CodeError::NotAProgram)?;
    match *dictionary {
        EMPTY_DICTIONARY => {}
        STYLUS_DICTIONARY => return Err(CodeError::DictionaryNotSupported),
        other => return Err(CodeError::UnknownDictionary(other)),
    }
    let mut wasm = Vec::new();
    let mut reader = BrotliDecoder::new(stream).take(limit as u64 + 1);
    reader
        .read_to_end(&mut wasm)
        .map_err(|error| CodeError::Malformed(error.to_string()))?;
    if wasm.len() > limit {
        return Err(CodeError::TooLarge { limit });
    }
    Ok(wasm)
}
