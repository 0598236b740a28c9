//! The repository's documents as tests read them: which there are, their code blocks and their tables.

use std::path::{Path, PathBuf};

/// A document.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its path in the repository.
    pub path: String,
    /// All of it.
    pub text: String,
}

/// A fenced block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The language after the fence; empty if there is none.
    pub language: String,
    /// Number of its first line, from 1.
    pub line: usize,
    /// What is between the fences.
    pub text: String,
}

/// The repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The README, the guides in `docs`, and what modules and crates say of themselves.
///
/// # Errors
///
/// If a folder or a document cannot be read.
pub fn all() -> std::io::Result<Vec<Document>> {
    let root = root();
    let mut paths = vec!["README.md".to_owned()];
    for folder in [
        "docs",
        "contracts/vault",
        "contracts/oracle-adapter",
        "contracts/liquidation-auction",
        "contracts/insurance-fund",
        "crates/motsu",
        "crates/risk/docs",
        "scripts",
        "abi",
    ] {
        if !root.join(folder).is_dir() {
            continue;
        }
        let mut names = Vec::new();
        for entry in std::fs::read_dir(root.join(folder))? {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if name.ends_with(".md") {
                names.push(format!("{folder}/{name}"));
            }
        }
        names.sort();
        paths.extend(names);
    }
    let documents = paths.into_iter().map(|path| {
        let text = std::fs::read_to_string(root.join(&path))?;
        Ok(Document { path, text })
    });
    documents.collect()
}

/// One document.
///
/// # Errors
///
/// If it cannot be read.
pub fn read(path: &str) -> std::io::Result<Document> {
    let text = std::fs::read_to_string(root().join(path))?;
    Ok(Document {
        path: path.to_owned(),
        text,
    })
}

impl Document {
    /// Its fenced blocks, in order.
    #[must_use]
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<Block> = None;
        for (index, line) in self.text.lines().enumerate() {
            match (line.strip_prefix("```"), &mut open) {
                (Some(language), None) => {
                    open = Some(Block {
                        language: language.trim().to_owned(),
                        line: index + 2,
                        text: String::new(),
                    });
                }
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (None, Some(block)) => {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                (None, None) => {}
            }
        }
        blocks
    }

    /// Its blocks in one language.
    #[must_use]
    pub fn blocks_in(&self, language: &str) -> Vec<Block> {
        let blocks = self.blocks().into_iter();
        blocks.filter(|block| block.language == language).collect()
    }

    /// The text without fenced blocks.
    #[must_use]
    pub fn prose(&self) -> String {
        let mut is_code = false;
        let lines = self.text.lines().filter(|line| {
            let is_fence = line.starts_with("```");
            is_code ^= is_fence;
            !is_code && !is_fence
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The rows of all tables, each with the `##` heading that it is under; without heads and rules. Cells are trimmed.
    #[must_use]
    pub fn rows(&self) -> Vec<(String, Vec<String>)> {
        let mut heading = String::new();
        let mut rows = Vec::new();
        let mut previous_was_row = false;
        for line in self.prose().lines() {
            if let Some(text) = line.strip_prefix("## ") {
                heading = text.to_owned();
            }
            let is_row = line.starts_with('|');
            // The first row of a table is its head, and the second the rule.
            if is_row && previous_was_row && !line.starts_with("|-") {
                let line = line.strip_prefix('|').unwrap_or(line);
                let line = line.strip_suffix('|').unwrap_or(line);
                let cells = line.split('|');
                let cells = cells.map(|cell| cell.trim().to_owned()).collect();
                rows.push((heading.clone(), cells));
            }
            previous_was_row = is_row;
        }
        rows
    }
}

/// What stands between backticks.
#[must_use]
pub fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        let text = "# A\n\n| b | c |\n|---|---|\n| `x` | y |\n\n```sh\n| no | row |\n```\n## D\n\n| |e|\n|---|---|\n| |f `g.rs` |\n";
        Document {
            path: "a.md".into(),
            text: text.into(),
        }
    }

    #[test]
    fn blocks_have_their_language_and_their_line() {
        let expected = Block {
            language: "sh".into(),
            line: 8,
            text: "| no | row |\n".into(),
        };
        assert_eq!(document().blocks(), [expected]);
        assert!(document().blocks_in("js").is_empty());
    }

    #[test]
    fn rows_are_those_of_tables_without_their_heads() {
        let rows = document().rows();
        let expected = [
            (String::new(), vec!["`x`".to_owned(), "y".to_owned()]),
            ("D".to_owned(), vec![String::new(), "f `g.rs`".to_owned()]),
        ];
        assert_eq!(rows, expected);
        assert_eq!(quoted(&rows[1].1[1]), ["g.rs"]);
    }
}
