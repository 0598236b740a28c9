//! The part of a series that is replayed: at most three days around its steepest fall, in at most [`MOST_ROWS`] prices.

use std::path::Path;

use crate::{
    error::{Error, Result},
    market::{date, price, Row, Series},
    replay,
};

/// Most prices that are replayed.
const MOST_ROWS: usize = 300;
/// Longest stretch that is replayed whole, seconds: three days.
const LONGEST: u64 = 72 * 3_600;
/// Of a longer series: time before and after the day of the steepest fall, seconds.
const AROUND: u64 = 18 * 3_600;
/// A fall is looked for within this time, seconds: a day.
const FALL: u64 = 24 * 3_600;
/// Fewest prices of a cut; a series with fewer around its fall is replayed whole.
const FEWEST_ROWS: usize = 24;
/// Prices that a feed of 8 decimals answers with six digits or more, and that leave the market room above.
const PRICES: (f64, f64) = (0.01, 1e7);
/// Prices within a series may differ by this factor.
const RANGE: f64 = 1e9;

/// A series as it is replayed.
#[derive(Debug)]
pub(super) struct Cut {
    pub(super) series: Series,
    /// A token of the crisis is this many of the series', as a power of ten.
    power: i32,
    /// Rows of the stretch that is replayed.
    stretch: usize,
}

/// Reads candles or Chainlink rounds, or the default series, and cuts.
///
/// # Errors
///
/// Names the file, the line and what is wrong there.
pub(super) fn load(file: Option<&Path>) -> Result<Cut> {
    let series = match file {
        None => Series::load(None)?,
        Some(path) => {
            let read = replay::Series::load(path, false)?;
            let rows = read.rows.iter().map(|row| Row {
                time: row.time,
                price: read.price(row.answer),
            });
            Series {
                name: read.name.clone(),
                rows: rows.collect(),
                read: read.rows.len(),
            }
        }
    };
    of(series)
}

fn of(mut series: Series) -> Result<Cut> {
    let (lowest, highest) = extremes(&series.rows);
    if highest / lowest > RANGE {
        return Err(Error::new(format!(
            "{}: prices of {lowest} to {highest}: the highest is more than {RANGE:e} times the lowest",
            series.name
        ))
        .advise("name a series of one token in one currency"));
    }
    let rows = steepest(&series.rows);
    let stretch = rows.len();
    let (lowest, highest) = extremes(&rows);
    // Powers of ten leave the digits as they are.
    let power = if lowest < PRICES.0 {
        (PRICES.0 / lowest).log10().ceil() as i32
    } else if highest > PRICES.1 {
        -((highest / PRICES.1).log10().ceil() as i32)
    } else {
        0
    };
    let factor = 10_f64.powi(power);
    let scaled = rows.into_iter().map(|row| Row {
        price: row.price * factor,
        ..row
    });
    series.rows = scaled.collect();
    Ok(Cut {
        series: series.thin(MOST_ROWS),
        power,
        stretch,
    })
}

fn extremes(rows: &[Row]) -> (f64, f64) {
    rows.iter().fold((f64::INFINITY, 0.0), |(low, high), row| {
        (low.min(row.price), high.max(row.price))
    })
}

/// The rows around the steepest fall within a day; all, if they span three days or less, or are too few to be cut.
fn steepest(rows: &[Row]) -> Vec<Row> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return Vec::new();
    };
    if last.time - first.time <= LONGEST {
        return rows.to_vec();
    }
    let (from, until) = fall(rows, FALL);
    let stretch = from.saturating_sub(AROUND)..=until + AROUND;
    let cut: Vec<Row> = rows
        .iter()
        .copied()
        .filter(|row| stretch.contains(&row.time))
        .collect();
    match cut.len() < FEWEST_ROWS {
        true => rows.to_vec(),
        false => cut,
    }
}

/// When the steepest fall within `within` seconds began and ended. Of a series that never falls, its first row.
pub(super) fn fall(rows: &[Row], within: u64) -> (u64, u64) {
    let mut steepest = (0.0, rows.first().map_or((0, 0), |row| (row.time, row.time)));
    // Rows that may be the top of a fall to the present one: prices decreasing.
    let mut tops = std::collections::VecDeque::<Row>::new();
    for row in rows {
        while tops.back().is_some_and(|top| top.price <= row.price) {
            tops.pop_back();
        }
        tops.push_back(*row);
        while tops.front().is_some_and(|top| top.time + within < row.time) {
            tops.pop_front();
        }
        if let Some(top) = tops.front() {
            let depth = 1.0 - row.price / top.price;
            if depth > steepest.0 {
                steepest = (depth, (top.time, row.time));
            }
        }
    }
    steepest.1
}

impl Cut {
    /// What is replayed.
    pub(super) fn lines(&self) -> Vec<String> {
        let series = &self.series;
        let (first, last) = (series.first(), series.last());
        let (lowest, _) = extremes(&series.rows);
        let mut lines = vec![format!(
            "prices: {}, {} of {} rows, {} to {}, {} first, {} lowest, {} last",
            series.name,
            series.rows.len(),
            series.read,
            date(first.time),
            date(last.time),
            price(first.price),
            price(lowest),
            price(last.price),
        )];
        if self.stretch < series.read {
            lines.push(
                "the series is longer than three days: the steepest fall within a day, and 18 hours before and after"
                    .to_owned(),
            );
        }
        if series.rows.len() < self.stretch {
            lines.push("of each stretch of equal length the lowest price".to_owned());
        }
        if self.power != 0 {
            lines.push(format!("a token here is 10^{} of the series'", self.power));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(rows: impl IntoIterator<Item = (u64, f64)>) -> Series {
        let rows: Vec<Row> = rows
            .into_iter()
            .map(|(time, price)| Row {
                time: 1_600_000_000 + time,
                price,
            })
            .collect();
        Series {
            name: "s".to_owned(),
            read: rows.len(),
            rows,
        }
    }

    #[test]
    fn the_steepest_fall_within_a_time_is_found() {
        let rows = series([
            (0, 100.0),
            (10, 90.0),
            (20, 95.0),
            (30, 70.0),
            (40, 60.0),
            (1_000, 20.0),
        ])
        .rows;
        assert_eq!(fall(&rows, 25), (1_600_000_020, 1_600_000_040));
        assert_eq!(fall(&rows, 1_000), (1_600_000_000, 1_600_001_000));
        let rising = series([(0, 1.0), (10, 1.0), (20, 2.0)]).rows;
        assert_eq!(fall(&rising, 100), (1_600_000_000, 1_600_000_000));
    }

    #[test]
    fn a_long_series_is_cut_around_its_steepest_fall_and_thinned() {
        // A year of ten minutes, a fall of a half on a day in the middle.
        let rows = (0..52_560_u64).map(|index| {
            let price = match index {
                0..26_000 => 100.0,
                26_000..26_010 => 100.0 - 5.0 * (index - 26_000) as f64,
                _ => 50.0,
            };
            (index * 600, price)
        });
        let cut = of(series(rows)).unwrap();
        let rows = &cut.series.rows;
        assert!(rows.len() <= MOST_ROWS && rows.len() >= FEWEST_ROWS);
        assert!(rows[rows.len() - 1].time - rows[0].time <= 2 * AROUND + FALL);
        assert_eq!(rows[0].price, 100.0);
        assert_eq!(rows[rows.len() - 1].price, 50.0);
        assert!(rows
            .iter()
            .any(|row| row.time == 1_600_000_000 + 26_000 * 600));
    }

    #[test]
    fn a_series_of_few_prices_far_apart_is_taken_whole() {
        let cut = of(series((0..10).map(|index| (index * 5_000_000, 10.0)))).unwrap();
        assert_eq!(cut.series.rows.len(), 10);
    }

    #[test]
    fn tiny_and_huge_prices_are_those_of_packs_and_parts() {
        let cut = of(series([(0, 2.5e-7), (600, 5e-7)])).unwrap();
        assert!((cut.series.rows[0].price - 0.025).abs() < 1e-12);
        assert_eq!(cut.power, 5);
        let cut = of(series([(0, 5e8), (600, 2.5e8)])).unwrap();
        assert!((cut.series.rows[0].price - 5e6).abs() < 1e-3);
        assert_eq!(cut.power, -2);
        let error = of(series([(0, 1e-9), (600, 100.0)])).unwrap_err();
        assert!(error.to_string().contains("times the lowest"), "{error}");
    }

    #[test]
    fn a_file_that_is_not_there_and_a_wrong_line_are_named() {
        let error = load(Some(Path::new("no-such.csv")))
            .unwrap_err()
            .to_string();
        assert!(error.contains("no-such.csv"), "{error}");
        let path = std::env::temp_dir().join(format!("crisis-{}.csv", std::process::id()));
        std::fs::write(&path, "time_unix,close\n1600000000,1\n1600000060,x\n").unwrap();
        let error = load(Some(&path)).unwrap_err().to_string();
        std::fs::remove_file(&path).unwrap();
        assert!(error.contains(":3: \"x\" is no price"), "{error}");
        assert!(error.contains("what to do:"), "{error}");
    }
}
