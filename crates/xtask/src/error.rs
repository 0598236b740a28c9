//! What went wrong, and what to do about it.

use std::fmt;

/// Result of a step of a command.
pub type Result<T> = std::result::Result<T, Error>;

/// An error for the person at the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    message: String,
    advice: Option<String>,
    usage: bool,
}

impl Error {
    /// `message` says what was wrong and where.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            advice: None,
            usage: false,
        }
    }

    /// The command line was wrong: exit status 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            usage: true,
            ..Self::new(message)
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn advise(self, advice: impl Into<String>) -> Self {
        Self {
            advice: Some(advice.into()),
            ..self
        }
    }

    /// Exit status of a command that ends with this error.
    pub fn exit_status(&self) -> u8 {
        if self.usage {
            2
        } else {
            1
        }
    }

    /// For `map_err` on an operation on a file or folder.
    pub(crate) fn io<'a>(
        what: &'a str,
        path: &'a std::path::Path,
    ) -> impl FnOnce(std::io::Error) -> Self + 'a {
        move |error| Self::new(format!("cannot {what} {}: {error}", path.display()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "error: {}", self.message)?;
        if let Some(advice) = &self.advice {
            write!(formatter, "\n  what to do: {advice}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl From<lexopt::Error> for Error {
    fn from(error: lexopt::Error) -> Self {
        Self::usage(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_was_wrong_and_then_what_to_do() {
        let error = Error::new("no such file: a.csv").advise("name one that exists");
        assert_eq!(
            error.to_string(),
            "error: no such file: a.csv\n  what to do: name one that exists"
        );
    }

    #[test]
    fn errors_of_the_command_line_have_a_status_of_their_own() {
        assert_eq!(Error::new("failed").exit_status(), 1);
        assert_eq!(Error::usage("unknown").exit_status(), 2);
        assert_eq!(Error::usage("unknown").advise("see help").exit_status(), 2);
    }
}
