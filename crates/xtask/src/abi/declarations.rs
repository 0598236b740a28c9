//! What crates/interfaces declares, read as text: `sol!` keeps neither the comments above items nor the names of structs in its
//! ABIs, and both are wanted in `abi/`.

use std::{collections::BTreeMap, path::Path};

use crate::{
    error::{Error, Result},
    hash,
};

/// A struct: its name, the comment above it, and its fields in order, each with the comment above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Struct {
    pub(super) name: String,
    pub(super) comment: String,
    pub(super) fields: Vec<(String, String)>,
}

/// All declarations of the interfaces.
#[derive(Debug, Default)]
pub(super) struct Declarations {
    pub(super) structs: Vec<Struct>,
    /// By interface, kind (`function`, `event`, `error`), name and number of parameters: the comment above it, which may be empty.
    comments: BTreeMap<(String, String, String, usize), String>,
}

impl Declarations {
    /// Reads all sources of a folder.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, or has a declaration that does not end.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let mut declarations = Self::default();
        for path in hash::files_with_extension(folder, "rs")? {
            let text = std::fs::read_to_string(&path).map_err(Error::io("read", &path))?;
            declarations.add(&text).map_err(|line| {
                Error::new(format!(
                    "{}: a declaration does not end: {line}",
                    path.display()
                ))
            })?;
        }
        Ok(declarations)
    }

    /// The comment above an item; nothing if there is none.
    pub(super) fn comment(
        &self,
        interface: &str,
        kind: &str,
        name: &str,
        parameters: usize,
    ) -> Option<&str> {
        let key = (
            interface.to_owned(),
            kind.to_owned(),
            name.to_owned(),
            parameters,
        );
        let comment = self.comments.get(&key)?;
        (!comment.is_empty()).then_some(comment.as_str())
    }

    /// Reads the Solidity of one source file. Returns the line of a declaration that has no end.
    fn add(&mut self, text: &str) -> std::result::Result<(), String> {
        let mut comment: Vec<&str> = Vec::new();
        let mut interface = String::new();
        let mut lines = text.lines().map(str::trim);
        while let Some(line) = lines.next() {
            if let Some(text) = line.strip_prefix("///") {
                comment.push(text.trim());
                continue;
            }
            // Derives stand between a comment and what it is about.
            if line.starts_with("#[") {
                continue;
            }
            let comment = std::mem::take(&mut comment).join(" ");
            let Some((kind, rest)) = line.split_once(' ') else {
                continue;
            };
            match kind {
                "interface" => interface = word(rest).to_owned(),
                "struct" => {
                    let fields = fields(&mut lines).ok_or(line)?;
                    let name = word(rest).to_owned();
                    self.structs.push(Struct {
                        name,
                        comment,
                        fields,
                    });
                }
                "function" | "event" | "error" => {
                    let mut whole = rest.to_owned();
                    while !whole.ends_with(';') {
                        whole.push(' ');
                        whole.push_str(lines.next().ok_or(line)?);
                    }
                    let (name, parameters) = head(&whole);
                    let key = (interface.clone(), kind.to_owned(), name, parameters);
                    self.comments.insert(key, comment);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Fields up to the closing bracket.
fn fields<'a>(lines: &mut impl Iterator<Item = &'a str>) -> Option<Vec<(String, String)>> {
    let mut fields = Vec::new();
    let mut comment: Vec<&str> = Vec::new();
    loop {
        let line = lines.next()?;
        if let Some(text) = line.strip_prefix("///") {
            comment.push(text.trim());
        } else if line == "}" {
            return Some(fields);
        } else if let Some((_, name)) = line.trim_end_matches(';').rsplit_once(' ') {
            fields.push((name.to_owned(), std::mem::take(&mut comment).join(" ")));
        }
    }
}

/// The first word of a text.
fn word(text: &str) -> &str {
    text.split([' ', '{', '(']).next().unwrap_or_default()
}

/// Name and number of parameters of what begins with `name(parameters)`. Types of parameters have no brackets of their own here.
pub(super) fn head(text: &str) -> (String, usize) {
    let (name, rest) = text.split_once('(').unwrap_or((text, ""));
    let list = rest.split(')').next().unwrap_or_default();
    let parameters = match list.trim() {
        "" => 0,
        list => list.split(',').count(),
    };
    (name.trim().to_owned(), parameters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_belong_to_the_item_below_them() {
        let mut declarations = Declarations::default();
        let text = "interface! {\n/// A pair.\n#[derive(Debug)]\nstruct Pair {\n/// The first.\nuint256 a;\nuint256[5] b;\n}\n\
                    interface IOne {\n/// Says\n/// this.\nevent Said(\nuint256 a,\nuint256 b);\n// ---\nfunction f() external;\n\
                    /// With two.\nfunction f(uint256 a, bytes b) external returns (uint256 c);\n}\n}";
        declarations.add(text).unwrap();
        assert_eq!(
            declarations.structs,
            [Struct {
                name: "Pair".to_owned(),
                comment: "A pair.".to_owned(),
                fields: vec![
                    ("a".to_owned(), "The first.".to_owned()),
                    ("b".to_owned(), String::new())
                ],
            }]
        );
        let comment = |kind, name, parameters| declarations.comment("IOne", kind, name, parameters);
        assert_eq!(comment("event", "Said", 2), Some("Says this."));
        assert_eq!(comment("function", "f", 0), None);
        assert_eq!(comment("function", "f", 2), Some("With two."));
        assert_eq!(comment("error", "f", 2), None);
    }

    #[test]
    fn a_declaration_without_an_end_is_an_error() {
        for text in ["struct A {\nuint256 a;", "function f(\nuint256 a"] {
            let first = text.lines().next().unwrap();
            assert_eq!(Declarations::default().add(text), Err(first.to_owned()));
        }
    }
}
