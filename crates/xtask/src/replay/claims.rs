//! What contracts/oracle-adapter/README.md says of halts and faults, held against the real series, through the compiled adapter.

use std::{io::Write as _, path::Path};

use breakwater_tests::{interfaces::oracle::Status, Programs};

use super::{
    fault::{Fault, Kind},
    report::{Damage, Report},
    run,
    series::Series,
    Options,
};

/// All series of ../shared/data. None, with a notice, if it is not there.
fn all(test: &str, wicks: bool) -> Option<Vec<Series>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let Ok(files) = std::fs::read_dir(&folder) else {
        // Past the test harness's capture, so that nobody takes the skip for a pass.
        let notice = format!("skipped: {test}: ../shared/data is not there\n");
        std::io::stderr().write_all(notice.as_bytes()).unwrap();
        return None;
    };
    let mut series: Vec<Series> = files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "csv"))
        .map(|path| Series::load(&path, wicks).unwrap())
        .collect();
    series.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(series.len() >= 13, "{} series", series.len());
    Some(series)
}

/// The part of a series in which a fault of this kind is, three fifths into both, and some time around it.
fn around(series: &Series, kind: Kind) -> Series {
    let (first, last) = (series.rows[0].time, series.rows[series.rows.len() - 1].time);
    let begin = first + (last - first) / 5 * 3;
    // Some answers, however seldom the series has one.
    let unit = kind.duration(series.max_age) + u64::from(series.max_age).max(3_600);
    let rows = series.rows.iter().copied();
    Series {
        rows: rows
            .filter(|row| (begin - 3 * unit..=begin + 2 * unit).contains(&row.time))
            .collect(),
        ..series.clone()
    }
}

fn planted(series: &Series, kind: Kind, feeds: usize, programs: &Programs) -> Damage {
    let options = Options {
        fault: Some(Fault { kind, feeds }),
        ..Options::default()
    };
    let part = around(series, kind);
    let run = run::replay(&part, &options, programs).unwrap();
    let report = Report::new(&part, &run);
    assert_eq!(report.violations(), Vec::<String>::new(), "{}", series.name);
    report.damage().unwrap()
}

/// O1, O3: closes and wicks of every series, the odd print of LINK among them.
#[test]
fn no_real_crash_is_halted_for_longer_than_the_bound() {
    let name = "no_real_crash_is_halted_for_longer_than_the_bound";
    let Some(closes) = all(name, false) else {
        return;
    };
    let programs = Programs::find().unwrap();
    for series in closes {
        let run = run::replay(&series, &Options::default(), &programs).unwrap();
        let report = Report::new(&series, &run);
        assert_eq!(report.violations(), Vec::<String>::new(), "{}", series.name);
    }
}

/// O2: an error in one of three feeds moves nothing, whatever it is.
#[test]
fn an_error_in_one_feed_of_three_moves_no_price() {
    let name = "an_error_in_one_feed_of_three_moves_no_price";
    let Some(series) = all(name, false) else {
        return;
    };
    let programs = Programs::find().unwrap();
    for series in series {
        for kind in Kind::ALL {
            let damage = planted(&series, kind, 1, &programs);
            let text = format!("{}, {kind:?}: {damage:?}", series.name);
            assert_eq!(damage.believed_after, None, "{text}");
            assert!(damage.for_opening < 1e-9, "{text}");
            assert!(damage.for_liquidation > -1e-9, "{text}");
        }
    }
}

/// An error in a majority: what is caught, by what and when, and what the rest costs.
#[test]
fn an_error_in_most_feeds_is_held_back_or_costs_no_more_than_stated() {
    let name = "an_error_in_most_feeds_is_held_back_or_costs_no_more_than_stated";
    let Some(series) = all(name, false) else {
        return;
    };
    let programs = Programs::find().unwrap();
    for series in series {
        for kind in Kind::ALL {
            // Two of three are the majority as three are: on one series, as it makes no difference.
            let both = series.stem() == "eth_usdt_5m_2020-03";
            let least = if both { 2 } else { 3 };
            for feeds in least..=3 {
                let damage = planted(&series, kind, feeds, &programs);
                let text = format!("{}, {kind:?} in {feeds}: {damage:?}", series.name);
                match kind {
                    // Halted at the first look at it, for the halt's duration.
                    Kind::TimesTen | Kind::Tenth => {
                        let (status, after) = damage.first_refusal.unwrap();
                        assert_eq!(status, Status::Halted as u8, "{text}");
                        assert!(after < 60, "{text}");
                        let believed = damage.believed_after.unwrap_or(u64::MAX);
                        assert!(believed >= after + 600, "{text}");
                    }
                    // Stale at the largest age; until then it costs what the market moves.
                    Kind::Frozen => {
                        let (status, after) = damage.first_refusal.unwrap();
                        assert_eq!(status, Status::Stale as u8, "{text}");
                        assert!(after <= u64::from(series.max_age) + 60, "{text}");
                    }
                    // Nobody can tell: it costs what the market moves in the hour.
                    Kind::Stuck => {
                        let (fall, rise) = moves(&around(&series, kind), kind);
                        assert!(damage.for_opening <= fall + 1e-9, "{text}, {fall}");
                        assert!(damage.for_liquidation >= -rise - 1e-9, "{text}, {rise}");
                    }
                    // Believed: nobody can borrow more for it, and collateral is worth 3 % less at its end.
                    Kind::Drift => {
                        assert!(damage.for_opening < 1e-9, "{text}");
                        assert!(damage.for_liquidation > -0.030_001, "{text}");
                    }
                }
            }
        }
    }
}

/// How much more the price before the fault is than the least during it, and how much less than the highest.
fn moves(series: &Series, kind: Kind) -> (f64, f64) {
    let (first, last) = (series.rows[0].time, series.rows[series.rows.len() - 1].time);
    let begin = first + (last - first) / 5 * 3;
    let until = begin + kind.duration(series.max_age);
    let price = |time: u64| {
        let row = series.rows.iter().rev().find(|row| row.time < time);
        series.price(row.unwrap().answer)
    };
    let before = price(begin);
    let during = series
        .rows
        .iter()
        .filter(|row| (begin..until).contains(&row.time));
    during.fold((0.0, 0.0), |(fall, rise), row| {
        let truth = series.price(row.answer);
        (
            f64::max(fall, before / truth - 1.0),
            f64::max(rise, 1.0 - before / truth),
        )
    })
}
