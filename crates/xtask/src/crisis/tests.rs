//! A short crisis end to end.

use std::sync::atomic::AtomicUsize;

use breakwater_tests::Programs;

use super::{together, Case, Crisis, Script};
use crate::market::Series;

/// Two hours around the first fall of 12 March 2020.
fn two_hours() -> Series {
    let mut series = Series::load(None).unwrap();
    // 10:10 to 12:00 UTC.
    series
        .rows
        .retain(|row| (1_584_007_800..=1_584_014_400).contains(&row.time));
    series
}

#[test]
fn two_hours_of_the_crash_hold_what_must_hold_with_every_fund() {
    let series = two_hours();
    let script = Script::of(&series);
    let programs = Programs::find().unwrap();
    let outcomes = together(&series, &script, 1, &programs).unwrap();
    assert_eq!(outcomes.len(), 3);
    for outcome in &outcomes {
        let tally = &outcome.tally;
        let text = format!(
            "{}: {tally:?}\n{}",
            outcome.case.name(),
            outcome.lines.join("\n")
        );
        assert_eq!(outcome.failures, Vec::<String>::new(), "{text}");
        assert!(tally.needed.0 > 0 && tally.takes > 0, "{text}");
        let borne = tally.covered + tally.shared;
        assert!((borne - tally.recognised).abs() < 1e-3, "{text}");
    }
    // The same each time, to the letter.
    let progress = AtomicUsize::new(0);
    let again = Crisis::play(&series, &script, Case::Full, 1, &programs, &progress).unwrap();
    assert_eq!(again.lines, outcomes[2].lines);
    assert_eq!(progress.into_inner(), series.rows.len());
}
