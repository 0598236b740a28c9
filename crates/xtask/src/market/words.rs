//! Times, amounts and prices as readers want them.

use time::OffsetDateTime;

use crate::table::thousands;

/// A time for readers: day, month, hour and minute, UTC.
pub(crate) fn date(time: u64) -> String {
    let moment = i64::try_from(time)
        .ok()
        .and_then(|time| OffsetDateTime::from_unix_timestamp(time).ok());
    let Some(moment) = moment else {
        return time.to_string();
    };
    format!(
        "{}-{:02}-{:02} {:02}:{:02}",
        moment.year(),
        u8::from(moment.month()),
        moment.day(),
        moment.hour(),
        moment.minute()
    )
}

/// Whole dollars with commas; cents for less than ten.
pub(crate) fn money(dollars: f64) -> String {
    if dollars != 0.0 && dollars.abs() < 10.0 {
        return format!("{dollars:.2}");
    }
    let sign = if dollars < 0.0 { "-" } else { "" };
    format!("{sign}{}", thousands(dollars.abs().round() as u64))
}

/// A price with as many digits as it needs.
pub(crate) fn price(dollars: f64) -> String {
    if dollars >= 10_000.0 {
        money(dollars)
    } else if dollars >= 1.0 {
        format!("{dollars:.2}")
    } else {
        format!("{dollars:.6}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_for_readers() {
        assert_eq!(date(1_583_971_200), "2020-03-12 00:00");
        assert_eq!(date(1_583_980_000), "2020-03-12 02:26");
        assert_eq!(money(0.0), "0");
        assert_eq!(money(1.5), "1.50");
        assert_eq!(money(-12_345.6), "-12,346");
        assert_eq!(price(195.23), "195.23");
        assert_eq!(price(0.0001), "0.000100");
        assert_eq!(price(40_000.4), "40,000");
    }
}
