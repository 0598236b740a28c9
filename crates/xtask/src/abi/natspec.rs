//! NatSpec in the Solidity interfaces: what an item does is the comment above it in crates/interfaces, or a note in abi/units.json;
//! what a parameter is, and its unit, is in abi/units.json.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use alloy_json_abi::{EventParam, JsonAbi, Param};
use serde::Deserialize;

use super::declarations::{head, Declarations};
use crate::error::{Error, Result};

/// Longest line of a comment.
const WIDTH: usize = 120;
/// What units are made of: a comment that has one of these beside a unit that has it too says the unit twice.
const MEASURES: [&str; 7] = [
    "wad",
    "1e36",
    "annualised",
    "standard deviations",
    "seconds",
    "loan asset",
    "vault shares",
];

/// The file of units: what is said of parameters, and of items that have no comment of their own.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Units {
    /// By `Interface.item.parameter`, `item.parameter`, `Interface.parameter` or `parameter`; the first that is there counts. A result
    /// without a name is `return`; a field of a struct is `Struct.field` or `field`.
    units: BTreeMap<String, String>,
    /// By `Interface.item` or `item`.
    notes: BTreeMap<String, String>,
}

impl Units {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// If it cannot be read or is no such file.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
        serde_json::from_str(&text)
            .map_err(|error| Error::new(format!("{}: {error}", path.display())))
    }

    fn unit(&self, interface: &str, item: &str, parameter: &str) -> Option<&str> {
        let keys = [
            format!("{interface}.{item}.{parameter}"),
            format!("{item}.{parameter}"),
            format!("{interface}.{parameter}"),
            parameter.to_owned(),
        ];
        let found = keys.iter().find_map(|key| self.units.get(key))?;
        Some(found)
    }

    fn note(&self, interface: &str, item: &str) -> Option<&str> {
        let specific = self.notes.get(&format!("{interface}.{item}"));
        specific
            .or_else(|| self.notes.get(item))
            .map(String::as_str)
    }
}

/// The comments of one interface, and what they lack.
struct Writer<'a> {
    interface: &'a str,
    declarations: &'a Declarations,
    units: &'a Units,
    missing: BTreeSet<String>,
    twice: BTreeSet<String>,
    lines: Vec<String>,
}

/// Puts comments above the items of an interface as alloy prints it, one item a line.
///
/// # Errors
///
/// Names all items and parameters of which nothing is said, and fields whose unit is said twice.
pub(super) fn commented(
    interface: &str,
    abi: &JsonAbi,
    declarations: &Declarations,
    units: &Units,
) -> Result<String> {
    let mut writer = Writer {
        interface,
        declarations,
        units,
        missing: BTreeSet::new(),
        twice: BTreeSet::new(),
        lines: Vec::new(),
    };
    let mut inside: Option<String> = None;
    for line in abi.to_sol(interface, None).trim_end().lines() {
        let trimmed = line.trim();
        let indent = &line[..line.len().saturating_sub(trimmed.len())];
        let (kind, rest) = trimmed.split_once(' ').unwrap_or((trimmed, ""));
        match (kind, &inside) {
            ("struct", _) => {
                let name = rest.trim_end_matches(" {").to_owned();
                writer.structure(indent, &name);
                inside = Some(name);
            }
            ("}", Some(_)) => inside = None,
            ("function" | "event" | "error", None) => writer.item(indent, abi, kind, rest),
            (_, Some(name)) => {
                let field = trimmed.trim_end_matches(';').rsplit(' ').next();
                writer.field(indent, name, field.unwrap_or_default());
            }
            _ => {}
        }
        writer.lines.push(line.to_owned());
    }
    if !writer.twice.is_empty() {
        let twice: Vec<String> = writer.twice.into_iter().collect();
        return Err(Error::new(format!(
            "units are said twice:\n    {}",
            twice.join("\n    ")
        ))
        .advise(
            "take the unit out of the comment in crates/interfaces/src: abi/units.json has it",
        ));
    }
    if writer.missing.is_empty() {
        return Ok(writer.lines.join("\n"));
    }
    let missing: Vec<String> = writer.missing.into_iter().collect();
    Err(Error::new(format!(
        "nothing is said of:\n    {}",
        missing.join("\n    ")
    ))
    .advise(
        "what an item does: a comment (`///`) above it in crates/interfaces/src; what a parameter is, and its unit: \
         `\"Interface.item.parameter\"`, or just its name, under `units` in abi/units.json; then `cargo xtask abi`",
    ))
}

impl Writer<'_> {
    fn item(&mut self, indent: &str, abi: &JsonAbi, kind: &str, rest: &str) {
        let (name, parameters) = head(rest);
        let comment = self
            .declarations
            .comment(self.interface, kind, &name, parameters)
            .or_else(|| self.units.note(self.interface, &name));
        match comment {
            Some(comment) => self.comment(indent, "/// ", &format!("@notice {comment}")),
            None => {
                let text = format!("{kind} {}.{name}: what it does", self.interface);
                self.missing.insert(text);
            }
        }
        let (inputs, outputs): (Vec<String>, Vec<String>) = match kind {
            "function" => {
                let functions = abi.functions.get(&name).into_iter().flatten();
                let mut functions = functions.filter(|item| item.inputs.len() == parameters);
                let names = |list: &[Param]| list.iter().map(|item| item.name.clone()).collect();
                let found = functions.next();
                found.map_or_else(Default::default, |item| {
                    (names(&item.inputs), names(&item.outputs))
                })
            }
            "event" => {
                let events = abi.events.get(&name).into_iter().flatten();
                let mut events = events.filter(|item| item.inputs.len() == parameters);
                let names =
                    |list: &[EventParam]| list.iter().map(|item| item.name.clone()).collect();
                let found = events.next();
                (
                    found.map_or_else(Vec::new, |item| names(&item.inputs)),
                    Vec::new(),
                )
            }
            _ => {
                let errors = abi.errors.get(&name).into_iter().flatten();
                let mut errors = errors.filter(|item| item.inputs.len() == parameters);
                let names = |list: &[Param]| list.iter().map(|item| item.name.clone()).collect();
                let found = errors.next();
                (
                    found.map_or_else(Vec::new, |item| names(&item.inputs)),
                    Vec::new(),
                )
            }
        };
        for input in inputs {
            self.parameter(indent, &name, "param", &input);
        }
        for output in outputs {
            self.parameter(indent, &name, "return", &output);
        }
    }

    fn parameter(&mut self, indent: &str, item: &str, tag: &str, name: &str) {
        let key = if name.is_empty() { "return" } else { name };
        match self.units.unit(self.interface, item, key) {
            // A result without a name has none in NatSpec either.
            Some(unit) if name.is_empty() => {
                self.comment(indent, "/// ", &format!("@{tag} {unit}"))
            }
            Some(unit) => self.comment(indent, "/// ", &format!("@{tag} {name} {unit}")),
            None => {
                let text = format!("{}.{item}.{key}: what it is, and its unit", self.interface);
                self.missing.insert(text);
            }
        }
    }

    fn structure(&mut self, indent: &str, name: &str) {
        let declarations = self.declarations;
        let comment = declarations.structs.iter().find(|known| known.name == name);
        match comment.map(|known| known.comment.as_str()) {
            Some(comment) if !comment.is_empty() => self.comment(indent, "/// ", comment),
            _ => {
                self.missing.insert(format!("struct {name}: what it is"));
            }
        }
    }

    /// A field of a struct. Its comment and its unit, if both are there. No documentation for the compiler: it knows none of fields.
    fn field(&mut self, indent: &str, structure: &str, field: &str) {
        let declarations = self.declarations;
        let known = declarations
            .structs
            .iter()
            .find(|known| known.name == structure);
        let fields = known.into_iter().flat_map(|known| &known.fields);
        let comment = fields
            .filter(|(name, comment)| name == field && !comment.is_empty())
            .map(|(_, comment)| comment.as_str())
            .next();
        let unit = self.units.unit(structure, structure, field);
        match (comment, unit) {
            (Some(comment), Some(unit)) => {
                self.comment(indent, "// ", &format!("{comment} ({unit})"));
                let has = |text: &str, measure: &str| text.to_lowercase().contains(measure);
                for measure in MEASURES {
                    if has(comment, measure) && has(unit, measure) {
                        self.twice.insert(format!("{structure}.{field}: {measure}"));
                    }
                }
            }
            (Some(text), None) | (None, Some(text)) => self.comment(indent, "// ", text),
            (None, None) => {
                let text = format!("{structure}.{field}: what it is, and its unit");
                self.missing.insert(text);
            }
        }
    }

    /// A comment over as many lines as it needs.
    fn comment(&mut self, indent: &str, mark: &str, text: &str) {
        let mut line = format!("{indent}{mark}");
        let start = line.len();
        for word in text.split_whitespace() {
            if line.len() > start && line.len() + 1 + word.len() > WIDTH {
                self.lines
                    .push(std::mem::replace(&mut line, format!("{indent}{mark}")));
            }
            if line.len() > start {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.lines.push(line);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::declarations::Struct, *};

    fn abi() -> JsonAbi {
        JsonAbi::parse([
            "function set(uint256 limit) external returns (bool)",
            "event Set(uint256 limit)",
        ])
        .unwrap()
    }

    fn units(units: &[(&str, &str)], notes: &[(&str, &str)]) -> Units {
        let map = |list: &[(&str, &str)]| {
            let pairs = list
                .iter()
                .map(|(key, text)| ((*key).into(), (*text).into()));
            pairs.collect()
        };
        Units {
            units: map(units),
            notes: map(notes),
        }
    }

    #[test]
    fn what_is_said_most_closely_counts() {
        let units = units(
            &[
                ("limit", "seconds"),
                ("set.limit", "minutes"),
                ("set.return", "true"),
            ],
            &[("set", "Set it."), ("ILimit.Set", "It was set.")],
        );
        let text = commented("ILimit", &abi(), &Declarations::default(), &units).unwrap();
        for part in [
            "    /// @notice Set it.\n    /// @param limit minutes\n    /// @return true\n    function set(",
            "    /// @notice It was set.\n    /// @param limit seconds\n    event Set(",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn a_fields_unit_is_said_once() {
        let said = |comment: &str| {
            let mut declarations = Declarations::default();
            declarations.structs.push(Struct {
                name: "Pace".to_owned(),
                comment: "How fast.".to_owned(),
                fields: vec![("decay".to_owned(), comment.to_owned())],
            });
            let pace = r#"[{"type": "function", "name": "set", "stateMutability": "view", "outputs": [], "inputs": [{
                "name": "pace", "type": "tuple", "internalType": "struct Pace",
                "components": [{"name": "decay", "type": "uint256", "internalType": "uint256"}]}]}]"#;
            let abi: JsonAbi = serde_json::from_str(pace).unwrap();
            let units = units(
                &[("pace", "how fast"), ("decay", "a second, WAD")],
                &[("set", "Sets it.")],
            );
            commented("IPace", &abi, &declarations, &units)
        };
        let text = said("Of the price.").unwrap();
        assert!(
            text.contains("// Of the price. (a second, WAD)\n"),
            "{text}"
        );
        let error = said("Of the price, WAD.").unwrap_err().to_string();
        assert!(error.contains("Pace.decay: wad"), "{error}");
    }

    #[test]
    fn all_that_nothing_is_said_of_is_named() {
        let units = units(&[("set.return", "true")], &[("set", "Set it.")]);
        let error = commented("ILimit", &abi(), &Declarations::default(), &units).unwrap_err();
        let error = error.to_string();
        for part in [
            "event ILimit.Set: what it does",
            "ILimit.Set.limit: what it is, and its unit",
            "ILimit.set.limit: what it is, and its unit",
            "what to do: what an item does: a comment",
        ] {
            assert!(error.contains(part), "{error}");
        }
        assert!(!error.contains("return"), "{error}");
    }
}
