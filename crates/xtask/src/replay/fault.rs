//! Errors planted in feeds, in the middle of a series: for an hour, or, where only age can tell, for an hour beyond the largest age.

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Ten times too high.
    TimesTen,
    /// A tenth.
    Tenth,
    /// No answer is given: the last one before the fault stands, and grows old.
    Frozen,
    /// The last answer before the fault is given again and again, as new.
    Stuck,
    /// Falls steadily to 3 % under the right one.
    Drift,
}

/// An error, and in how many of the three feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What is wrong.
    pub(crate) kind: Kind,
    /// Feeds that have it, 1 to 3.
    pub(crate) feeds: usize,
}

/// How long a wrong answer is given, seconds.
const DURATION: u64 = 3_600;

impl Kind {
    /// All of them.
    #[cfg(test)]
    pub(super) const ALL: [Self; 5] = [
        Self::TimesTen,
        Self::Tenth,
        Self::Frozen,
        Self::Stuck,
        Self::Drift,
    ];

    /// The kind that a word on the command line names.
    pub(crate) fn of(word: &str) -> Option<Self> {
        match word {
            "x10" => Some(Self::TimesTen),
            "x0.1" => Some(Self::Tenth),
            "frozen" => Some(Self::Frozen),
            "stuck" => Some(Self::Stuck),
            "drift" => Some(Self::Drift),
            _ => None,
        }
    }

    /// The word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::TimesTen => "x10",
            Self::Tenth => "x0.1",
            Self::Frozen => "frozen",
            Self::Stuck => "stuck",
            Self::Drift => "drift",
        }
    }

    /// How long it lasts, seconds, where an answer may be so old.
    pub(super) fn duration(self, max_age: u32) -> u64 {
        match self {
            Self::Frozen => u64::from(max_age) + DURATION,
            _ => DURATION,
        }
    }

    /// What a feed says in place of `right`, `elapsed` seconds into the fault, whose first answer would have been `before`.
    pub(super) fn answer(self, right: u128, before: u128, elapsed: u64) -> u128 {
        let wrong = match self {
            Self::TimesTen => right.saturating_mul(10),
            Self::Tenth => right / 10,
            Self::Frozen | Self::Stuck => before,
            Self::Drift => {
                let part = u128::from(elapsed.min(DURATION)) * 30_000 / u128::from(DURATION);
                right * (1_000_000 - part) / 1_000_000
            }
        };
        wrong.max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_what_they_are_called() {
        assert_eq!(Kind::TimesTen.answer(500, 400, 7), 5_000);
        assert_eq!(Kind::Tenth.answer(500, 400, 7), 50);
        assert_eq!(Kind::Frozen.answer(500, 400, 7), 400);
        assert_eq!(Kind::Drift.answer(1_000_000, 4, 0), 1_000_000);
        assert_eq!(Kind::Drift.answer(1_000_000, 4, DURATION / 3), 990_000);
        assert_eq!(Kind::Drift.answer(1_000_000, 4, DURATION * 2), 970_000);
        assert_eq!(Kind::Stuck.answer(500, 400, 7), 400);
        for kind in Kind::ALL {
            assert_eq!(Kind::of(kind.word()), Some(kind));
        }
        assert_eq!(Kind::Frozen.duration(3_900), 7_500);
        assert_eq!(Kind::Stuck.duration(3_900), 3_600);
        assert_eq!(Kind::of("x2"), None);
    }
}
