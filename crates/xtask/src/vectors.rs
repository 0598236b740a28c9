//! Reference figures of the virtual machine, case by case.

use std::path::Path;

use breakwater_stylus_vm::vectors::{run_directory, CaseReport};

use crate::{
    error::{Error, Result},
    output,
};

/// The file of a folder of vectors that lists its cases.
const CASES: &str = "cases.json";

/// Runs all cases of `folder`: a line each, and one for every figure that differs.
///
/// # Errors
///
/// If the folder has no cases or cannot be read, or a figure differs.
pub(crate) fn run(folder: &Path) -> Result<()> {
    if !folder.join(CASES).is_file() {
        let problem = if folder.is_dir() {
            format!("{} has no {CASES}", folder.display())
        } else {
            format!("{} is no folder", folder.display())
        };
        return Err(Error::new(problem).advise(format!(
            "name the folder that has {CASES} and the modules (.wat) that it names"
        )));
    }
    let reports = run_directory(folder, &mut std::io::stdout().lock())
        .map_err(|error| Error::new(error.to_string()))?;
    output::line(format_args!("vectors: {}", summary(&reports)?));
    Ok(())
}

/// What all reports add up to; an error if a figure differs, or nothing was compared.
fn summary(reports: &[CaseReport]) -> Result<String> {
    let figures: usize = reports.iter().map(|report| report.figures).sum();
    let failed = reports.iter().filter(|report| !report.is_equal()).count();
    if failed > 0 {
        return Err(Error::new(format!(
            "{failed} of {} cases differ from their reference figures",
            reports.len()
        ))
        .advise("each figure that differs is above, below the line FAIL of its case"));
    }
    if figures == 0 {
        return Err(Error::new("the folder has no figure to compare"));
    }
    Ok(format!("ok, {} cases, {figures} figures", reports.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::tests::TemporaryFolder;
    use breakwater_stylus_vm::vectors::Mismatch;

    fn report(mismatches: Vec<Mismatch>) -> CaseReport {
        CaseReport {
            name: "a case".to_owned(),
            figures: 3,
            mismatches,
            problem: None,
        }
    }

    #[test]
    fn a_folder_without_cases_is_refused_with_what_is_missing() {
        let folder = TemporaryFolder::new();
        let error = run(folder.path()).unwrap_err().to_string();
        assert!(error.contains("has no cases.json"), "{error}");
        let error = run(&folder.path().join("none")).unwrap_err().to_string();
        assert!(error.contains("none is no folder"), "{error}");
    }

    #[test]
    fn a_file_of_cases_that_is_no_json_is_named() {
        let folder = TemporaryFolder::new();
        let path = folder.write("cases.json", "{");
        let error = run(folder.path()).unwrap_err().to_string();
        assert!(error.contains(&path.display().to_string()), "{error}");
    }

    #[test]
    fn one_figure_that_differs_fails_and_no_figure_at_all_too() {
        let mismatch = Mismatch {
            figure: "run.gas".to_owned(),
            expected: 1.into(),
            found: 2.into(),
        };
        let reports = [report(vec![]), report(vec![mismatch])];
        let error = summary(&reports).unwrap_err().to_string();
        assert!(error.contains("1 of 2 cases differ"), "{error}");
        assert_eq!(summary(&reports[..1]).unwrap(), "ok, 1 cases, 3 figures");
        assert!(summary(&[]).is_err());
        let unread = CaseReport {
            problem: Some("no such file".to_owned()),
            ..report(vec![])
        };
        assert!(summary(&[unread]).is_err());
    }
}
