//! Series of two formats: candles (`time_unix,open,high,low,close`) and Chainlink rounds (`time_unix,answer_raw`).

use std::path::Path;

use crate::error::{Error, Result};

/// Prices of candles, in whole units: the least has nine digits with [`DUST_DECIMALS`].
const CANDLE_PRICES: std::ops::Range<f64> = 1e-10..1e9;
/// Decimals of an answer made from a candle, and of all of a series that somewhere is under [`DUST`].
const CANDLE_DECIMALS: u8 = 8;
const DUST_DECIMALS: u8 = 18;
/// A thousandth: with eight decimals a price under it has fewer than six digits.
const DUST: u128 = 1_000_000_000_000_000;
/// From eight decimals to eighteen.
const BETWEEN: u128 = 10_000_000_000;
/// Times that are seconds: of 2001 to 2100.
const TIMES: std::ops::Range<u64> = 1_000_000_000..4_102_444_800;
/// Largest answer of a round: a million million whole units with 18 decimals.
const MOST: u128 = 1_000_000_000_000_000_000_000_000_000_000;
/// Answers above this have 18 decimals, not 8: ten million dollars, or a thousandth of an ether.
const EIGHT_DECIMALS: u128 = 1_000_000_000_000_000;
/// Largest age of an answer with 8 decimals: the hour in which such feeds promise one, and some minutes.
const MAX_AGE: u32 = 3_900;
/// With 18 decimals: the day in which such feeds promise one, and an hour.
const DAILY_MAX_AGE: u32 = 90_000;
/// The most that the adapter takes.
const LONGEST_MAX_AGE: u64 = 7 * 86_400;

/// An answer and when it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Seconds since 1970.
    pub(crate) time: u64,
    /// With the series' decimals.
    pub(crate) answer: u128,
}

/// A price series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Series {
    /// Where it is from.
    pub(crate) name: String,
    /// At least two, times increasing, answers above 0.
    pub(crate) rows: Vec<Row>,
    /// Decimals of the answers, at most 18.
    pub(crate) decimals: u8,
    /// Largest age of an answer, seconds.
    pub(crate) max_age: u32,
}

impl Series {
    /// # Errors
    ///
    /// Names the file, the line and what is wrong there.
    pub(crate) fn load(path: &Path, wicks: bool) -> Result<Self> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| {
            Error::new(format!("cannot read the prices {name}: {error}")).advise(
                "name a CSV file of candles or of Chainlink rounds: `cargo xtask help replay`",
            )
        })?;
        Self::parse(name, &text, wicks)
    }

    /// The file's name without folder and ending.
    pub(crate) fn stem(&self) -> String {
        let stem = Path::new(&self.name).file_stem();
        stem.map_or_else(
            || "series".to_owned(),
            |stem| stem.to_string_lossy().into_owned(),
        )
    }

    /// An answer in whole units.
    pub(crate) fn price(&self, answer: u128) -> f64 {
        answer as f64 / 10_f64.powi(self.decimals.into())
    }

    fn parse(name: String, text: &str, wicks: bool) -> Result<Self> {
        let wrong = |line: usize, what: String| {
            Error::new(format!("{name}:{line}: {what}")).advise(
                "a price file has a header line with the columns time_unix and answer_raw (a round a line), or time_unix and \
                 close, better also open, high and low (a candle a line), times increasing",
            )
        };
        let mut lines = (1..)
            .zip(text.trim_start_matches('\u{feff}').lines())
            .map(|(number, line)| (number, line.trim()))
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let (number, header) = lines
            .next()
            .ok_or_else(|| wrong(1, "no header line: the file is empty".to_owned()))?;
        let columns = Columns::of(header, wicks).map_err(|what| wrong(number, what))?;
        let mut bars: Vec<Bar> = Vec::new();
        for (number, line) in lines {
            let bar = columns.bar(line).map_err(|what| wrong(number, what))?;
            // Two rounds in one block: the later one stands.
            if columns.is_rounds() && bars.last().is_some_and(|last: &Bar| last.0 == bar.0) {
                bars.pop();
            }
            if let Some((before, _)) = bars.last().filter(|(before, _)| bar.0 <= *before) {
                let what = format!("time_unix {} does not come after {before}", bar.0);
                return Err(wrong(number, what));
            }
            bars.push(bar);
        }
        if bars.len() < 2 {
            let what = format!("{} prices; a series needs at least 2", bars.len());
            return Err(wrong(number, what));
        }
        let answers = || bars.iter().flat_map(|(_, answers)| answers.iter().copied());
        let (decimals, max_age) = if columns.is_rounds() {
            if answers().any(|answer| answer > EIGHT_DECIMALS) {
                (18, DAILY_MAX_AGE)
            } else {
                (CANDLE_DECIMALS, MAX_AGE)
            }
        } else {
            let decimals = if answers().any(|answer| answer < DUST) {
                DUST_DECIMALS
            } else {
                CANDLE_DECIMALS
            };
            (decimals, MAX_AGE.max(usual_stretch(&bars)))
        };
        let mut rows = spread(&bars);
        if !columns.is_rounds() && decimals == CANDLE_DECIMALS {
            for row in &mut rows {
                row.answer /= BETWEEN;
            }
        }
        Ok(Self {
            name,
            rows,
            decimals,
            max_age,
        })
    }
}

/// A tenth more than the usual stretch between two bars: a series of days stands for a feed that answers once a day.
fn usual_stretch(bars: &[Bar]) -> u32 {
    let mut stretches: Vec<u64> = bars.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
    stretches.sort_unstable();
    let median = stretches.get(stretches.len() / 2).copied().unwrap_or(0);
    (median + median / 10).min(LONGEST_MAX_AGE) as u32
}

/// A time, and the answers in its stretch: raw, or of a candle with 18 decimals.
type Bar = (u64, Vec<u128>);

/// A candle's price with 18 decimals; what is no dust has no more digits than eight decimals hold.
fn answer(price: f64) -> u128 {
    let exact = (price * 1e18).round() as u128;
    if exact < DUST {
        exact
    } else {
        (price * 1e8).round() as u128 * BETWEEN
    }
}

/// The answers of a bar at equal distances over the shortest stretch between two bars.
fn spread(bars: &[Bar]) -> Vec<Row> {
    let stretches = bars.windows(2).map(|pair| pair[1].0 - pair[0].0);
    let stretch = stretches.min().unwrap_or(1);
    let mut rows: Vec<Row> = Vec::new();
    for (time, answers) in bars {
        let step = stretch / answers.len().max(1) as u64;
        for (index, answer) in (0..).zip(answers) {
            rows.push(Row {
                time: time + index * step,
                answer: *answer,
            });
        }
    }
    rows.dedup_by_key(|row| row.time);
    rows
}

/// Where the columns are.
struct Columns {
    count: usize,
    time: usize,
    rounds: Option<usize>,
    /// `open`, `high`, `low`, `close`, if the wicks are wanted.
    candle: Option<[usize; 4]>,
    close: Option<usize>,
}

impl Columns {
    fn of(header: &str, wicks: bool) -> std::result::Result<Self, String> {
        let titles: Vec<&str> = header.split(',').map(str::trim).collect();
        let column = |wanted: &str| {
            titles
                .iter()
                .position(|title| title.eq_ignore_ascii_case(wanted))
        };
        let all = ["open", "high", "low", "close"].map(column);
        let columns = Self {
            count: titles.len(),
            time: column("time_unix")
                .ok_or_else(|| format!("no column time_unix; the header has: {header}"))?,
            rounds: column("answer_raw"),
            candle: match all {
                [Some(open), Some(high), Some(low), Some(close)] if wicks => {
                    Some([open, high, low, close])
                }
                _ => None,
            },
            close: column("close"),
        };
        if columns.rounds.is_none() && columns.close.is_none() {
            return Err(format!(
                "no column answer_raw or close; the header has: {header}"
            ));
        }
        Ok(columns)
    }

    fn is_rounds(&self) -> bool {
        self.rounds.is_some()
    }

    fn bar(&self, line: &str) -> std::result::Result<Bar, String> {
        let cells: Vec<&str> = line.split(',').map(str::trim).collect();
        if cells.len() != self.count {
            return Err(format!(
                "{} columns where the header has {}",
                cells.len(),
                self.count
            ));
        }
        let cell = |index: usize| cells.get(index).copied().unwrap_or_default();
        let time = cell(self.time);
        let time = time
            .parse()
            .ok()
            .filter(|time| TIMES.contains(time))
            .ok_or_else(|| {
                format!("time_unix is {time:?}: not a time in whole seconds since 1970, of 2001 to 2100")
            })?;
        if let Some(rounds) = self.rounds {
            let text = cell(rounds);
            return match text.parse::<u128>() {
                Ok(answer) if (1..=MOST).contains(&answer) => Ok((time, vec![answer])),
                _ => Err(format!(
                    "answer_raw is {text:?}: not a whole number above 0 (at most 10^30)"
                )),
            };
        }
        let price = |index: usize| {
            let text = cell(index);
            match text.parse::<f64>() {
                Ok(price) if CANDLE_PRICES.contains(&price) => Ok(answer(price)),
                _ => Err(format!(
                    "{text:?} is no price between 0.0000000001 and a thousand million"
                )),
            }
        };
        let Some([open, high, low, close]) = self.candle else {
            return Ok((time, vec![price(self.close.unwrap_or_default())?]));
        };
        let (open, high, low, close) = (price(open)?, price(high)?, price(low)?, price(close)?);
        // Which extreme came first is not told: the one that is not on the way.
        let (first, second) = if close >= open {
            (low, high)
        } else {
            (high, low)
        };
        Ok((time, vec![open, first, second, close]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Series> {
        Series::parse("prices.csv".to_owned(), text, true)
    }

    #[test]
    fn without_its_wicks_a_candle_is_its_close() {
        let text = "time_unix,open,high,low,close\n1600001200,2,4,1,3\n1600002400,3,3.5,0.0001,2\n";
        let series = Series::parse("prices.csv".to_owned(), text, false).unwrap();
        let answers: Vec<u128> = series.rows.iter().map(|row| row.answer).collect();
        assert_eq!(answers, [300_000_000, 200_000_000]);
    }

    #[test]
    fn a_candle_is_four_prices_within_its_stretch() {
        let series =
            parse("time_unix,open,high,low,close,volume\n1600001200,2,4,1,3,0\n1600002400,3,3.5,0.0001,2,0\n")
                .unwrap();
        let rows: Vec<(u64, f64)> = series
            .rows
            .iter()
            .map(|row| (row.time, series.price(row.answer)))
            .collect();
        let expected = [
            (1600001200, 2.0),
            (1600001500, 1.0),
            (1600001800, 4.0),
            (1600002100, 3.0),
            (1600002400, 3.0),
            (1600002700, 3.5),
            (1600003000, 0.0001),
            (1600003300, 2.0),
        ];
        assert_eq!(rows, expected);
        assert_eq!((series.decimals, series.max_age), (18, MAX_AGE));
    }

    #[test]
    fn rounds_keep_their_digits_and_tell_their_decimals() {
        let series = parse(
            "time_unix,round_id,answer_raw\n1600000001,7,190818855732\n1600000009,8,191240000000\n",
        )
        .unwrap();
        assert_eq!(
            (series.decimals, series.rows[0].answer),
            (8, 190_818_855_732)
        );
        let text =
            "time_unix,round_id,answer_raw\n1600000001,7,996316981209140000\n1600000009,8,996316981209140001\n";
        let series = parse(text).unwrap();
        assert_eq!((series.decimals, series.max_age), (18, DAILY_MAX_AGE));
        // Of two in one block the later.
        let both =
            parse("time_unix,answer_raw\n1600000001,5\n1600000001,6\n1600000002,7\n").unwrap();
        assert_eq!((both.rows.len(), both.rows[0].answer), (2, 6));
        assert_eq!(series.rows[1].answer, 996_316_981_209_140_001);
    }

    #[test]
    fn dust_keeps_its_digits() {
        let text = "time_unix,close\n1600000001,0.0000012345678\n1600000002,0.5\n";
        let series = parse(text).unwrap();
        let answers: Vec<u128> = series.rows.iter().map(|row| row.answer).collect();
        assert_eq!(answers, [1_234_567_800_000, 500_000_000_000_000_000]);
        assert_eq!((series.decimals, series.price(answers[1])), (18, 0.5));
    }

    #[test]
    fn a_series_of_days_is_a_feed_that_answers_once_a_day() {
        let series = parse("time_unix,close\n1600000000,2\n1600086400,3\n1600172800,3\n").unwrap();
        assert_eq!(series.max_age, 95_040);
    }

    #[test]
    fn a_wrong_line_is_named() {
        for (text, expected) in [
            ("", "prices.csv:1: no header line"),
            ("time,close\n1,2\n", "prices.csv:1: no column time_unix"),
            (
                "time_unix,price\n1,2\n",
                "prices.csv:1: no column answer_raw or close",
            ),
            (
                "time_unix,close\n1600000001,2\n",
                "1 prices; a series needs at least 2",
            ),
            (
                "time_unix,close\n# a remark\n1600000001,2\n1600000001,3\n",
                "prices.csv:4: time_unix 1600000001 does not come after 1600000001",
            ),
            (
                "time_unix,close\n1600000001,2\n1600000002,x\n",
                "prices.csv:3: \"x\" is no price",
            ),
            (
                "time_unix,close\n1600000001,2\n1600000002,0\n",
                "prices.csv:3: \"0\" is no price",
            ),
            (
                "time_unix,close\n1600000001,2\n1600000002\n",
                "prices.csv:3: 1 columns where the header has 2",
            ),
            (
                "time_unix,answer_raw\n1600000001,2\n1600000002,-3\n",
                "prices.csv:3: answer_raw is \"-3\"",
            ),
            (
                "time_unix,close\n1600000001000,2\n",
                "prices.csv:2: time_unix is \"1600000001000\"",
            ),
            (
                "time_unix,close\n1600000001,2\n1600000002,NaN\n",
                "prices.csv:3: \"NaN\" is no price",
            ),
            (
                "time_unix,answer_raw\nnow,2\n1600000002,3\n",
                "prices.csv:2: time_unix is \"now\"",
            ),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
