//! Writing to the terminal. A reader that has gone away (`cargo xtask size | head -1`) is no error.

use std::{fmt, io::Write, time::Duration};

/// Writes a line to the standard output.
pub fn line(text: impl fmt::Display) {
    write(std::io::stdout().lock(), text.to_string().as_bytes());
}

/// Writes a line to the standard error output.
pub fn error_line(text: impl fmt::Display) {
    write(std::io::stderr().lock(), text.to_string().as_bytes());
}

/// Writes a line, whatever its bytes are.
pub(crate) fn write(mut to: impl Write, line: &[u8]) {
    if cfg!(test) {
        // The way that the test harness keeps for failures.
        println!("{}", String::from_utf8_lossy(line));
        return;
    }
    let _ = to
        .write_all(line)
        .and_then(|()| to.write_all(b"\n"))
        .and_then(|()| to.flush());
}

/// Announces a step.
pub fn step(text: impl fmt::Display) {
    line(format_args!("==> {text}"));
}

/// Announces something that is set up, and why.
pub fn set_up(what: &str, why: &str) {
    line(format_args!("==> set-up: {what}\n    because {why}"));
}

/// An elapsed time for a reader: `0.4 s`, `12.0 s`, `3 min 05 s`.
pub fn elapsed(time: Duration) -> String {
    let tenths = (time.as_millis() + 50) / 100;
    if tenths < 600 {
        return format!("{}.{} s", tenths / 10, tenths % 10);
    }
    let seconds = (time.as_millis() + 500) / 1000;
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elapsed_times_show_tenths_below_a_minute_and_minutes_above() {
        let cases = [
            (0, "0.0 s"),
            (449, "0.4 s"),
            (450, "0.5 s"),
            (12_000, "12.0 s"),
            (59_949, "59.9 s"),
            (59_950, "1 min 00 s"),
            (185_400, "3 min 05 s"),
        ];
        for (milliseconds, expected) in cases {
            assert_eq!(elapsed(Duration::from_millis(milliseconds)), expected);
        }
    }
}
