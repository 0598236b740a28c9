//! Programs as they stand on the chain: `EF F0 00 | dictionary | brotli(wasm)` in one piece. From ArbOS 60 on also in
//! fragments: a root `EF F0 02 | dictionary | length of the module (u32, big-endian) | addresses`, and at each address
//! `EF F0 01 | a part of brotli(wasm)`.

use std::{
    fmt,
    io::{self, Read},
};

use alloy_primitives::Address;
use brotli2::{
    read::{BrotliDecoder, BrotliEncoder},
    CompressParams,
};

/// What the code of every program in one piece begins with.
pub const PROGRAM_PREFIX: [u8; 3] = [0xef, 0xf0, 0x00];
/// What a fragment of a program begins with (ArbOS 60 and later).
pub const FRAGMENT_PREFIX: [u8; 3] = [0xef, 0xf0, 0x01];
/// What a program in fragments begins with (ArbOS 60 and later).
pub const FRAGMENT_ROOT_PREFIX: [u8; 3] = [0xef, 0xf0, 0x02];
/// Most bytes that a module may have until ArbOS 60: 128 KiB.
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

/// Bytes of a root before the addresses.
const ROOT_HEADER: usize = 8;

/// Limits on programs that have changed between versions of ArbOS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodeLimits {
    /// Most bytes that a module may have.
    pub wasm_size: usize,
    /// Most fragments that a program may have. Zero: there are none.
    pub fragments: usize,
}

impl CodeLimits {
    /// First ArbOS version with fragments.
    pub const ARBOS_FRAGMENTS: u64 = 60;
    /// First ArbOS version with the limits of Arbitrum's documentation of August 2026 (Nitro 3.11).
    const ARBOS_WIDER_LIMITS: u64 = 61;

    /// The limits of an ArbOS version (from 50 on).
    pub const fn of_arbos(version: u64) -> Self {
        let (wasm_size, fragments) = if version >= Self::ARBOS_WIDER_LIMITS {
            (2 * MAX_WASM_SIZE, 4)
        } else if version >= Self::ARBOS_FRAGMENTS {
            (MAX_WASM_SIZE, 2)
        } else {
            (MAX_WASM_SIZE, 0)
        };
        Self {
            wasm_size,
            fragments,
        }
    }
}

/// Why code is not a program that can be unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodeError {
    /// It does not begin as a program does.
    NotAProgram,
    /// A fragment: only the root of its program can be activated.
    Fragment,
    /// A root that is cut off, or has a broken address.
    MalformedRoot {
        /// Its bytes.
        len: usize,
    },
    /// A root without fragments, or with too many.
    FragmentCount {
        /// Fragments that it names.
        count: usize,
        /// The limit.
        limit: usize,
    },
    /// A root names an account that is no fragment.
    NotAFragment(Address),
    /// The module does not have the length that its root says.
    Length {
        /// What the root says.
        said: usize,
        /// What came out.
        found: usize,
    },
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
            Self::Fragment => write!(
                formatter,
                "the code is a fragment of a program: activate the root of the program instead"
            ),
            Self::MalformedRoot { len } => write!(
                formatter,
                "a program root of {len} bytes is not {ROOT_HEADER} bytes and whole addresses"
            ),
            Self::FragmentCount { count, limit } => write!(
                formatter,
                "the program has {count} fragments, the chain takes 1 to {limit}"
            ),
            Self::NotAFragment(address) => write!(
                formatter,
                "the program names {address} as a fragment, and there is none"
            ),
            Self::Length { said, found } => write!(
                formatter,
                "the module has {found} bytes, the root of the program says {said}"
            ),
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

fn is_longer_with_prefix(code: &[u8], prefix: [u8; 3]) -> bool {
    code.len() > prefix.len() && code.starts_with(&prefix)
}

/// True if code is a program in one piece.
pub fn is_program(code: &[u8]) -> bool {
    is_longer_with_prefix(code, PROGRAM_PREFIX)
}

/// True if code is the root of a program in fragments.
pub fn is_root(code: &[u8]) -> bool {
    is_longer_with_prefix(code, FRAGMENT_ROOT_PREFIX)
}

/// True if code is a fragment of a program.
pub fn is_fragment(code: &[u8]) -> bool {
    is_longer_with_prefix(code, FRAGMENT_PREFIX)
}

/// True if a chain of this ArbOS version runs the code as a Stylus program.
pub fn runs_as_program(code: &[u8], arbos_version: u64) -> bool {
    is_program(code) || (arbos_version >= CodeLimits::ARBOS_FRAGMENTS && is_root(code))
}

/// True if the code belongs to a Stylus program in this ArbOS version: then EIP-3541, which bans code that begins with
/// `EF`, does not hold for it.
pub fn is_part_of_program(code: &[u8], arbos_version: u64) -> bool {
    runs_as_program(code, arbos_version)
        || (arbos_version >= CodeLimits::ARBOS_FRAGMENTS && is_fragment(code))
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
    if is_fragment(code) {
        return Err(CodeError::Fragment);
    }
    let packed = code
        .strip_prefix(&PROGRAM_PREFIX)
        .ok_or(CodeError::NotAProgram)?;
    let (dictionary, stream) = packed.split_first().ok_or(CodeError::NotAProgram)?;
    unpack(*dictionary, stream, limit)
}

fn unpack(dictionary: u8, stream: &[u8], limit: usize) -> Result<Vec<u8>, CodeError> {
    match dictionary {
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

/// The root of a program in fragments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    dictionary: u8,
    wasm_len: usize,
    fragments: Vec<Address>,
}

impl Root {
    /// Reads the code of a root.
    ///
    /// # Errors
    ///
    /// If it is none, or not a whole one.
    pub fn parse(code: &[u8]) -> Result<Self, CodeError> {
        let packed = code
            .strip_prefix(&FRAGMENT_ROOT_PREFIX)
            .ok_or(CodeError::NotAProgram)?;
        let malformed = CodeError::MalformedRoot { len: code.len() };
        let [dictionary, length @ ..] =
            packed.first_chunk::<5>().ok_or_else(|| malformed.clone())?;
        let addresses = code.get(ROOT_HEADER..).unwrap_or_default();
        if addresses.len() % Address::len_bytes() != 0 {
            return Err(malformed);
        }
        Ok(Self {
            dictionary: *dictionary,
            wasm_len: u32::from_be_bytes(*length) as usize,
            fragments: addresses
                .chunks_exact(Address::len_bytes())
                .map(Address::from_slice)
                .collect(),
        })
    }

    /// Accounts of the fragments, in order.
    pub fn fragments(&self) -> &[Address] {
        &self.fragments
    }

    /// What activation checks before it reads a fragment.
    ///
    /// # Errors
    ///
    /// If the module or the number of fragments is beyond the limits.
    pub fn check(&self, limits: CodeLimits) -> Result<(), CodeError> {
        if self.wasm_len > limits.wasm_size {
            return Err(CodeError::TooLarge {
                limit: limits.wasm_size,
            });
        }
        let count = self.fragments.len();
        if count == 0 || count > limits.fragments {
            return Err(CodeError::FragmentCount {
                count,
                limit: limits.fragments,
            });
        }
        Ok(())
    }

    /// The module. `code_of` gives the code of an account, and is asked for each fragment in order.
    ///
    /// # Errors
    ///
    /// If an account is no fragment, or what they hold together is not the module; and whatever `code_of` gives.
    pub fn unpack<E: From<CodeError>>(
        &self,
        mut code_of: impl FnMut(Address) -> Result<alloy_primitives::Bytes, E>,
    ) -> Result<Vec<u8>, E> {
        let mut stream = Vec::new();
        for address in &self.fragments {
            let code = code_of(*address)?;
            if !is_fragment(&code) {
                return Err(CodeError::NotAFragment(*address).into());
            }
            stream.extend_from_slice(code.get(FRAGMENT_PREFIX.len()..).unwrap_or_default());
        }
        let wasm = unpack(self.dictionary, &stream, self.wasm_len)?;
        if wasm.len() != self.wasm_len {
            return Err(CodeError::Length {
                said: self.wasm_len,
                found: wasm.len(),
            }
            .into());
        }
        Ok(wasm)
    }
}

/// A program in fragments, as it is deployed: each fragment is the code of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragments {
    /// Bytes of the module.
    wasm_len: u32,
    /// Code of each fragment, in order.
    pub codes: Vec<Vec<u8>>,
}

impl Fragments {
    /// Splits a module into as few fragments as there can be.
    ///
    /// # Errors
    ///
    /// Only if the encoder runs out of memory.
    pub fn of(wasm: &[u8]) -> io::Result<Self> {
        let code = compress(wasm)?;
        let stream = code.get(PROGRAM_PREFIX.len() + 1..).unwrap_or_default();
        let codes = stream
            .chunks(MAX_CODE_SIZE - FRAGMENT_PREFIX.len())
            .map(|part| [&FRAGMENT_PREFIX, part].concat())
            .collect();
        Ok(Self {
            wasm_len: wasm.len() as u32,
            codes,
        })
    }

    /// Code of the root, once the fragments stand at these addresses.
    pub fn root(&self, addresses: &[Address]) -> Vec<u8> {
        let mut code = FRAGMENT_ROOT_PREFIX.to_vec();
        code.push(EMPTY_DICTIONARY);
        code.extend(self.wasm_len.to_be_bytes());
        addresses.iter().for_each(|address| code.extend(address));
        code
    }
}
