//! The ABIs as JavaScript modules with types, so that an editor knows functions, events and errors by name.

use serde_json::Value;

/// First lines of each module.
const HEADER: &str =
    "// SPDX-License-Identifier: MIT OR Apache-2.0\n// Generated from crates/interfaces by `cargo xtask abi`.\n\n";

/// Names of an interface's module and of what it exports: `IOracleAdapter` is `oracle-adapter` and `oracleAdapterAbi`.
pub(super) fn names(interface: &str) -> (String, String) {
    let words = interface.strip_prefix('I').unwrap_or(interface);
    let mut module = String::new();
    for letter in words.chars() {
        if letter.is_ascii_uppercase() && !module.is_empty() {
            module.push('-');
        }
        module.push(letter.to_ascii_lowercase());
    }
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    let export = first.into_iter().chain(letters).collect::<String>() + "Abi";
    (module, export)
}

/// Names and contents of all modules, of these interfaces with their ABIs as JSON.
pub(super) fn modules(interfaces: &[(&str, Value)]) -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut index = HEADER.to_owned();
    for (interface, abi) in interfaces {
        let (module, export) = names(interface);
        let items: Vec<&Value> = abi.as_array().into_iter().flatten().collect();
        let listed = |item: fn(&Value) -> String| -> String {
            items
                .iter()
                .map(|value| format!("  {},\n", item(value)))
                .collect()
        };
        let values = listed(Value::to_string);
        let types = listed(readonly);
        let code = format!(
            "{HEADER}/** ABI of `{interface}`. */\nexport const {export} = [\n{values}];\n"
        );
        let declaration = format!(
            "{HEADER}/** ABI of `{interface}`. */\nexport declare const {export}: readonly [\n{types}];\n"
        );
        files.push((format!("{module}.js"), code));
        files.push((format!("{module}.d.ts"), declaration));
        index.push_str(&format!("export {{ {export} }} from \"./{module}.js\";\n"));
    }
    files.push(("index.js".to_owned(), index.clone()));
    files.push(("index.d.ts".to_owned(), index));
    files
}

/// The narrowest type of a value: what `as const` gives.
fn readonly(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(readonly).collect();
            format!("readonly [{}]", items.join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("readonly {name}: {}", readonly(value)))
                .collect();
            format!("{{ {} }}", fields.join("; "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_module_holds_values_and_its_declaration_their_narrowest_types() {
        let abi =
            json!([{ "type": "error", "inputs": [{ "indexed": true }, {}], "name": "Locked" }]);
        let files = modules(&[("IOracleAdapter", abi)]);
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "oracle-adapter.js",
                "oracle-adapter.d.ts",
                "index.js",
                "index.d.ts"
            ]
        );
        for (file, part) in [
            (0, "export const oracleAdapterAbi = [\n"),
            (0, "\"inputs\":[{\"indexed\":true},{}]"),
            (1, "export declare const oracleAdapterAbi: readonly [\n"),
            (
                1,
                "readonly inputs: readonly [{ readonly indexed: true }, {  }]",
            ),
            (1, "readonly name: \"Locked\""),
            (
                2,
                "export { oracleAdapterAbi } from \"./oracle-adapter.js\";\n",
            ),
        ] {
            assert!(files[file].1.contains(part), "{}", files[file].1);
        }
    }
}
