//! Sizes of the programs against the chain's limit.

use std::path::Path;

use breakwater_stylus_vm::{
    code::{MAX_CODE_SIZE, MAX_WASM_SIZE},
    PageCounters,
};
use serde::Serialize;

use crate::{
    error::{Error, Result},
    table::{thousands, Table},
    wasm::{Artifact, Artifacts},
};

/// What is measured in a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sizes {
    /// Its name.
    pub program: &'static str,
    /// Bytes of the module as given to activation.
    pub wasm_bytes: usize,
    /// Bytes of the code of its account: the four bytes in front, and the compressed module.
    pub compressed_bytes: usize,
    /// Most bytes that the code of an account may have.
    pub limit_bytes: usize,
    /// Why activation refuses it, if it does.
    pub refused: Option<String>,
    /// What activation measures, if it does not.
    pub activated: Option<Activated>,
}

/// What activation measures in a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Activated {
    /// Pages of memory at the start, 64 KiB each.
    pub footprint_pages: u16,
    /// Gas of a call before the program starts, if the chain does not have the program in its cache.
    pub init_gas: u64,
    /// Gas of a call before the program starts, if the chain has the program in its cache.
    pub cached_gas: u64,
    /// Gas of activating the program, without the chain's fixed amount and the data fee.
    pub activation_gas: u64,
}

impl Sizes {
    fn of(program: &Artifact) -> Self {
        let no_pages = PageCounters::default();
        let activated = program.activation.as_ref().ok().map(|figures| Activated {
            footprint_pages: figures.footprint_pages,
            init_gas: figures.entry_gas(false, &no_pages),
            cached_gas: figures.entry_gas(true, &no_pages),
            activation_gas: figures.activation_gas,
        });
        Self {
            program: program.name,
            wasm_bytes: program.wasm.len(),
            compressed_bytes: program.code.len(),
            limit_bytes: MAX_CODE_SIZE,
            refused: program.activation.as_ref().err().map(ToString::to_string),
            activated,
        }
    }
}

/// Measures all programs.
pub fn measure(artifacts: &Artifacts) -> Vec<Sizes> {
    artifacts.programs.iter().map(Sizes::of).collect()
}

/// The sizes as a table.
pub fn render(sizes: &[Sizes]) -> String {
    let mut table = Table::new([
        "program",
        "wasm bytes",
        "compressed",
        "limit",
        "used",
        "activation",
        "init gas",
        "cached gas",
    ]);
    for size in sizes {
        let gas = |pick: fn(&Activated) -> u64| {
            size.activated
                .as_ref()
                .map_or_else(|| "-".to_owned(), |found| thousands(pick(found)))
        };
        table.row(vec![
            size.program.to_owned(),
            thousands(size.wasm_bytes as u64),
            thousands(size.compressed_bytes as u64),
            thousands(size.limit_bytes as u64),
            percent(size.compressed_bytes, size.limit_bytes),
            if size.refused.is_some() {
                "refused"
            } else {
                "ok"
            }
            .to_owned(),
            gas(|found| found.init_gas),
            gas(|found| found.cached_gas),
        ]);
    }
    table.render()
}

/// Fails if a program is too large to be deployed.
///
/// # Errors
///
/// Names the programs that are, with their sizes.
pub fn check(sizes: &[Sizes]) -> Result<()> {
    let over: Vec<String> = sizes
        .iter()
        .flat_map(|size| {
            [
                (size.compressed_bytes, size.limit_bytes, "bytes compressed"),
                (size.wasm_bytes, MAX_WASM_SIZE, "bytes unpacked"),
            ]
            .map(|(bytes, limit, what)| (size.program, bytes, limit, what))
        })
        .filter(|(_, bytes, limit, _)| bytes > limit)
        .map(|(program, bytes, limit, what)| {
            let [bytes, excess] = [bytes, bytes - limit].map(|bytes| thousands(bytes as u64));
            format!("{program}: {bytes} {what}, {excess} more than the chain allows")
        })
        .collect();
    if over.is_empty() {
        return Ok(());
    }
    Err(Error::new(format!("too large to be deployed\n  {}", over.join("\n  "))).advise(
        "make the program smaller: share code paths, drop formatting and generic code, move cold functions to another program",
    ))
}

/// Writes the sizes as JSON.
///
/// # Errors
///
/// If the file cannot be written.
pub fn write_json(sizes: &[Sizes], path: &Path) -> Result<()> {
    let mut text = serde_json::to_string_pretty(sizes)
        .map_err(|error| Error::new(format!("cannot write the sizes as JSON: {error}")))?;
    text.push('\n');
    std::fs::write(path, text).map_err(Error::io("write", path))
}

/// `part` of `whole` in percent with one decimal, rounded up: nothing over the limit reads as 100.0 %.
fn percent(part: usize, whole: usize) -> String {
    let tenths = (part * 1_000).div_ceil(whole);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wasm::tests::refused;

    fn sized(program: &'static str, compressed_bytes: usize) -> Sizes {
        Sizes {
            program,
            wasm_bytes: 60_000,
            compressed_bytes,
            limit_bytes: MAX_CODE_SIZE,
            refused: None,
            activated: Some(Activated {
                footprint_pages: 1,
                init_gas: 18_000,
                cached_gas: 1_500,
                activation_gas: 1_000_000,
            }),
        }
    }

    #[test]
    fn the_limit_itself_is_allowed_and_one_byte_more_is_not() {
        assert_eq!(check(&[sized("vault", MAX_CODE_SIZE)]), Ok(()));
        let error = check(&[
            sized("oracle-adapter", 100),
            sized("vault", MAX_CODE_SIZE + 1),
        ])
        .unwrap_err()
        .to_string();
        assert!(
            error.contains("vault: 24,577 bytes compressed, 1 more"),
            "{error}"
        );
        assert!(!error.contains("oracle-adapter"), "{error}");
    }

    #[test]
    fn a_module_may_have_128_kib_unpacked_and_no_more() {
        let unpacked = |wasm_bytes| Sizes {
            wasm_bytes,
            ..sized("vault", 100)
        };
        assert_eq!(check(&[unpacked(131_072)]), Ok(()));
        let error = check(&[unpacked(131_073)]).unwrap_err().to_string();
        assert!(
            error.contains("vault: 131,073 bytes unpacked, 1 more"),
            "{error}"
        );
    }

    #[test]
    fn the_share_of_the_limit_is_rounded_up() {
        assert_eq!(percent(0, 24_576), "0.0 %");
        assert_eq!(percent(24_576, 24_576), "100.0 %");
        assert_eq!(percent(24_577, 24_576), "100.1 %");
        assert_eq!(percent(12_288, 24_576), "50.0 %");
    }

    #[test]
    fn the_table_has_a_line_for_each_program() {
        let empty = Sizes::of(&refused("insurance-fund"));
        let table = render(&[sized("vault", 20_000), empty]);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(lines.len(), 4);
        assert_eq!(
            lines[2].split_whitespace().collect::<Vec<_>>(),
            ["vault", "60,000", "20,000", "24,576", "81.4", "%", "ok", "18,000", "1,500"]
        );
        assert!(lines[3].starts_with("insurance-fund"));
        assert!(lines[3].contains("refused"));
        assert!(lines[3].ends_with('-'));
    }

    #[test]
    fn the_json_has_the_figures_of_the_table() {
        let json = serde_json::to_value([sized("vault", 20_000)]).unwrap();
        assert_eq!(json[0]["program"], "vault");
        assert_eq!(json[0]["compressed_bytes"], 20_000);
        assert_eq!(json[0]["limit_bytes"], 24_576);
        assert_eq!(json[0]["activated"]["cached_gas"], 1_500);
        assert_eq!(json[0]["refused"], serde_json::Value::Null);
    }
}
