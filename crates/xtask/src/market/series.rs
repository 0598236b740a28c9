//! Price series: read from a CSV file, and thinned if they are too long to be replayed in a minute or two.

use std::path::Path;

use crate::error::{Error, Result};

/// ETH/USD of 12 and 13 March 2020; the file says where the figures are from.
const MARCH_2020: &str = include_str!("../../data/eth_usd_2020-03-12.csv");
/// What the default series is called.
const MARCH_2020_NAME: &str = "crates/xtask/data/eth_usd_2020-03-12.csv";

/// Prices that feeds of 8 decimals answer with enough digits, dollars.
const LOWEST_PRICE: f64 = 0.0001;
/// More than any token with a feed.
const HIGHEST_PRICE: f64 = 1e9;
/// Years 2001 to 2100: anything else is no time in seconds.
const TIMES: (u64, u64) = (978_307_200, 4_102_444_800);
/// Longest series that is replayed row by row.
pub(crate) const MOST_ROWS: usize = 600;
/// A feed's answer for a dollar.
const DOLLAR: f64 = 1e8;

/// A price and when it held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Row {
    /// Seconds since 1970.
    pub(crate) time: u64,
    /// Dollars.
    pub(crate) price: f64,
}

impl Row {
    /// The price as a feed answers it: 8 decimals.
    pub(crate) fn answer(self) -> u64 {
        (self.price * DOLLAR).round() as u64
    }
}

/// A price series.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Series {
    /// Where it is from.
    pub(crate) name: String,
    /// At least two, times increasing, prices within bounds.
    pub(crate) rows: Vec<Row>,
    /// Rows of the file, before any thinning.
    pub(crate) read: usize,
}

impl Series {
    /// The series of a file, or the default one.
    ///
    /// # Errors
    ///
    /// Names the file, the line and what is wrong there.
    pub(crate) fn load(file: Option<&Path>) -> Result<Self> {
        let Some(path) = file else {
            return Self::parse(MARCH_2020_NAME, MARCH_2020.as_bytes());
        };
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| {
            Error::new(format!("cannot read the prices {name}: {error}"))
                .advise("name a CSV file with the columns time_unix and close")
        })?;
        Self::parse(&name, &bytes)
    }

    /// Reads CSV with a header that names the columns; lines that begin with `#` are comments.
    fn parse(name: &str, bytes: &[u8]) -> Result<Self> {
        // Spreadsheets put a byte order mark in front.
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let wrong = |line: u64, what: String| {
            Error::new(format!("{name}:{line}: {what}")).advise(
                "a price file has a header line with the columns time_unix (seconds since 1970) and close (dollars), \
                 then one line a price, times increasing; further columns are ignored",
            )
        };
        let mut header: Option<Header> = None;
        let mut rows: Vec<Row> = Vec::new();
        let mut line = 1;
        for (number, text) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            let text = text.trim_ascii();
            if text.is_empty() || text.starts_with(b"#") {
                continue;
            }
            line = number;
            let cells = cells_of(text).map_err(|what| wrong(line, what))?;
            let Some(header) = &header else {
                header = Some(Header::of(&cells).map_err(|what| wrong(line, what))?);
                continue;
            };
            let row = header.row(&cells).map_err(|what| wrong(line, what))?;
            if let Some(before) = rows.last().filter(|before| row.time <= before.time) {
                return Err(wrong(
                    line,
                    format!(
                        "time_unix {} does not come after {}, the time of the price before",
                        row.time, before.time
                    ),
                ));
            }
            rows.push(row);
        }
        if header.is_none() {
            return Err(wrong(line, "no header line: the file is empty".to_owned()));
        }
        if rows.len() < 2 {
            let count = rows.len();
            return Err(wrong(
                line,
                format!("{count} prices; a series needs at least 2"),
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            read: rows.len(),
            rows,
        })
    }

    /// Keeps at most `most` rows: the first, and of each stretch of equal length the last; where a stretch has a lower price
    /// than its last row, that row instead, so that no low is lost.
    pub(crate) fn thin(mut self, most: usize) -> Self {
        let stretch = (self.rows.len().saturating_sub(1)).div_ceil(most.saturating_sub(1).max(1));
        if stretch <= 1 {
            return self;
        }
        let Some((first, rest)) = self.rows.split_first() else {
            return self;
        };
        let lowest = rest.chunks(stretch).filter_map(|rows| {
            rows.iter()
                .copied()
                .reduce(|low, row| if row.price <= low.price { row } else { low })
        });
        self.rows = std::iter::once(*first).chain(lowest).collect();
        self
    }

    /// The file's name without folder and ending.
    pub(crate) fn stem(&self) -> String {
        let stem = Path::new(&self.name).file_stem();
        stem.map_or_else(
            || "series".to_owned(),
            |stem| stem.to_string_lossy().into_owned(),
        )
    }

    /// The first row.
    pub(crate) fn first(&self) -> Row {
        self.rows.first().copied().unwrap_or(Row {
            time: TIMES.0,
            price: 1.0,
        })
    }

    /// The last row.
    pub(crate) fn last(&self) -> Row {
        self.rows.last().copied().unwrap_or(self.first())
    }
}

/// Where the two columns are.
struct Header {
    time: usize,
    close: usize,
    columns: usize,
}

impl Header {
    fn of(titles: &[String]) -> std::result::Result<Self, String> {
        let column = |wanted: &str| {
            let found = titles
                .iter()
                .position(|title| title.eq_ignore_ascii_case(wanted));
            found.ok_or_else(|| {
                let titles = titles.join(", ");
                format!("no column {wanted}; the header has: {titles}")
            })
        };
        Ok(Self {
            time: column("time_unix")?,
            close: column("close")?,
            columns: titles.len(),
        })
    }

    fn row(&self, cells: &[String]) -> std::result::Result<Row, String> {
        if cells.len() != self.columns {
            let (found, expected) = (cells.len(), self.columns);
            return Err(format!("{found} columns where the header has {expected}"));
        }
        let cell = |index: usize| cells.get(index).map_or("", String::as_str);
        Ok(Row {
            time: time_of(cell(self.time))?,
            price: price_of(cell(self.close))?,
        })
    }
}

/// The cells of one line. (Read line by line, so that a message names the right one whatever comments and blank lines are
/// above it.)
fn cells_of(line: &[u8]) -> std::result::Result<Vec<String>, String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .trim(csv::Trim::All)
        .buffer_capacity(line.len())
        .from_reader(line);
    let record = reader.records().next();
    let record = record
        .ok_or("no cells")?
        .map_err(|error| match error.kind() {
            csv::ErrorKind::Utf8 { .. } => "not text in UTF-8".to_owned(),
            _ => error.to_string(),
        })?;
    Ok(record.iter().map(str::to_owned).collect())
}

fn time_of(text: &str) -> std::result::Result<u64, String> {
    let not_a_time = || {
        format!(
            "time_unix is {text:?}: not a time in whole seconds since 1970 (between 2001 and 2100)"
        )
    };
    let time: u64 = match text.parse() {
        Ok(time) => time,
        // Some exports write whole numbers with a fraction of zero.
        Err(_) => match text.split_once('.') {
            Some((whole, zeros)) if zeros.bytes().all(|digit| digit == b'0') => {
                whole.parse().map_err(|_| not_a_time())?
            }
            _ => return Err(not_a_time()),
        },
    };
    if time < TIMES.0 || time > TIMES.1 {
        return Err(not_a_time());
    }
    Ok(time)
}

fn price_of(text: &str) -> std::result::Result<f64, String> {
    let price: f64 = text
        .parse()
        .map_err(|_| format!("close is {text:?}: not a number"))?;
    if !price.is_finite() || price <= 0.0 {
        return Err(format!("close is {text:?}: a price is above 0"));
    }
    if !(LOWEST_PRICE..=HIGHEST_PRICE).contains(&price) {
        return Err(format!(
            "close is {text:?}: a price is between {LOWEST_PRICE} and {HIGHEST_PRICE:.0} dollars"
        ));
    }
    Ok(price)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Series> {
        Series::parse("p.csv", text.as_bytes())
    }

    #[test]
    fn columns_are_found_by_name_in_any_order_and_case() {
        let series = read("# a comment\nOpen,Close,time_unix\n1,2.5,1583884800\n1,3,1583884860\n");
        let rows = series.unwrap().rows;
        assert_eq!(rows[0].time, 1_583_884_800);
        assert_eq!(rows[0].price, 2.5);
        assert_eq!(rows[1].answer(), 300_000_000);
    }

    #[test]
    fn line_ends_marks_and_blanks_of_other_programs_are_read() {
        let series = read("\u{feff}time_unix, close\r\n1583884800.0, 2\r\n\r\n1583884860,3\r\n");
        assert_eq!(series.unwrap().rows.len(), 2);
    }

    #[test]
    fn a_wrong_file_is_refused_with_line_and_reason() {
        let cases = [
            ("", "p.csv:1: no header line"),
            ("time,close\n1583884800,1\n", "p.csv:1: no column time_unix"),
            (
                "# c\ntime_unix,price\n1583884800,1\n",
                "p.csv:2: no column close; the header has: time_unix, price",
            ),
            (
                "time_unix,close\n1583884800,1\n1583884860,x\n",
                "p.csv:3: close is \"x\": not a number",
            ),
            (
                "# c\n\ntime_unix,close\n\n# c\n1583884800,x\n",
                "p.csv:6: close is \"x\"",
            ),
            (
                "time_unix,close\n1583884800,\n",
                "p.csv:2: close is \"\": not a number",
            ),
            (
                "time_unix,close\nyesterday,1\n",
                "p.csv:2: time_unix is \"yesterday\"",
            ),
            (
                "time_unix,close\n1583884800000,1\n",
                "p.csv:2: time_unix is \"1583884800000\"",
            ),
            (
                "time_unix,close\n1583884800,1\n1583884800,1\n",
                "p.csv:3: time_unix 1583884800 does not come after",
            ),
            ("time_unix,close\n1583884800,0\n", "p.csv:2: close is \"0\""),
            (
                "time_unix,close\n1583884800,-3\n",
                "p.csv:2: close is \"-3\"",
            ),
            (
                "time_unix,close\n1583884800,NaN\n",
                "p.csv:2: close is \"NaN\"",
            ),
            ("time_unix,close\n1583884800,1e300\n", "between 0.0001 and"),
            (
                "time_unix,close\n1583884800,1,2\n",
                "p.csv:2: 3 columns where the header has 2",
            ),
            (
                "time_unix,close\n1583884800,1\n",
                "p.csv:2: 1 prices; a series needs at least 2",
            ),
        ];
        for (text, said) in cases {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(said), "{text:?}: {error}");
            assert!(error.contains("what to do:"), "{error}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Series::load(Some(Path::new("no-such.csv"))).unwrap_err();
        assert!(error.to_string().contains("no-such.csv"));
    }

    #[test]
    fn the_default_series_is_two_days_of_five_minutes() {
        let series = Series::load(None).unwrap();
        assert_eq!(series.rows.len(), 2 * 24 * 12);
        let times = series.rows.windows(2);
        assert!(times
            .into_iter()
            .all(|pair| pair[1].time - pair[0].time == 300));
        assert_eq!(series.first().time, 1_583_971_200);
    }

    #[test]
    fn a_long_series_keeps_its_first_row_and_its_low() {
        let rows: Vec<Row> = (0..10_000)
            .map(|index| Row {
                time: TIMES.0 + index,
                price: if index == 7_777 { 1.0 } else { 100.0 },
            })
            .collect();
        let series = Series {
            name: String::new(),
            read: rows.len(),
            rows: rows.clone(),
        };
        let thin = series.thin(MOST_ROWS);
        assert!(thin.rows.len() <= MOST_ROWS, "{}", thin.rows.len());
        assert_eq!(thin.read, 10_000);
        assert_eq!(thin.first(), rows[0]);
        assert_eq!(thin.last(), rows[9_999]);
        assert!(thin.rows.contains(&rows[7_777]));
        assert!(thin.rows.windows(2).all(|pair| pair[0].time < pair[1].time));
        let short = Series::load(None).unwrap();
        assert_eq!(short.clone().thin(MOST_ROWS), short);
    }
}
