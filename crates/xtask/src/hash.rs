//! Hashes of files, by which a step knows that its work is done already.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};

/// Hash of names and contents of files. Names are taken relative to `base`, so that a moved checkout changes nothing.
///
/// # Errors
///
/// If a file cannot be read.
pub(crate) fn of_files(base: &Path, files: &[PathBuf]) -> Result<String> {
    let mut sorted: Vec<&PathBuf> = files.iter().collect();
    sorted.sort();
    let mut hasher = Sha256::new();
    for file in sorted {
        let name = file.strip_prefix(base).unwrap_or(file).to_string_lossy();
        let contents = std::fs::read(file).map_err(Error::io("read", file))?;
        // With lengths: no two lists of files read the same.
        for part in [name.as_bytes(), contents.as_slice()] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    Ok(hex::encode(hasher.finalize()))
}

/// The files of a folder (not of folders in it) whose name ends in `.extension`, sorted; none if there is no such folder.
///
/// # Errors
///
/// If the folder exists and cannot be read.
pub(crate) fn files_with_extension(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let path = entry.map_err(Error::io("read", folder))?.path();
        if path.is_file() && path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// True if the file `stamp` holds exactly `expected`.
pub(crate) fn stamp_is(stamp: &Path, expected: &str) -> bool {
    std::fs::read_to_string(stamp).is_ok_and(|found| found == expected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::tests::TemporaryFolder;

    fn hash_of(files: &[(&str, &str)]) -> String {
        let folder = TemporaryFolder::new();
        let paths: Vec<PathBuf> = files
            .iter()
            .map(|(name, text)| folder.write(name, text))
            .collect();
        of_files(folder.path(), &paths).unwrap()
    }

    #[test]
    fn the_hash_is_the_same_in_another_folder_and_another_order() {
        assert_eq!(
            hash_of(&[("a", "1"), ("b", "2")]),
            hash_of(&[("b", "2"), ("a", "1")])
        );
    }

    #[test]
    fn the_hash_changes_with_a_name_a_content_and_the_border_between_files() {
        let hash = hash_of(&[("a", "1"), ("b", "2")]);
        assert_ne!(hash, hash_of(&[("a", "1"), ("c", "2")]));
        assert_ne!(hash, hash_of(&[("a", "1"), ("b", "3")]));
        assert_ne!(hash, hash_of(&[("a", "1b2"), ("b", "")]));
        assert_ne!(hash, hash_of(&[("a", "1")]));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let error = of_files(Path::new("/"), &["/nowhere/at-all".into()]).unwrap_err();
        assert!(error
            .to_string()
            .starts_with("error: cannot read /nowhere/at-all"));
    }

    #[test]
    fn only_files_with_the_extension_are_listed() {
        let folder = TemporaryFolder::new();
        let b = folder.write("b.sol", "");
        let a = folder.write("a.sol", "");
        folder.write("a.json", "");
        assert_eq!(
            files_with_extension(folder.path(), "sol").unwrap(),
            vec![a, b]
        );
        assert_eq!(
            files_with_extension(Path::new("/nowhere/at-all"), "sol").unwrap(),
            Vec::<PathBuf>::new()
        );
    }

    #[test]
    fn a_stamp_counts_only_if_it_is_there_and_equal() {
        let folder = TemporaryFolder::new();
        let stamp = folder.write("stamp", "abc");
        assert!(stamp_is(&stamp, "abc"));
        assert!(!stamp_is(&stamp, "abd"));
        assert!(!stamp_is(&folder.path().join("other"), "abc"));
    }
}
