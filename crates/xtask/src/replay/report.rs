//! What came of a replay, as text.

use breakwater_tests::interfaces::oracle::Status;

use super::{
    run::{Look, Run},
    series::Series,
};
use crate::{market::date, table::thousands};

/// Most lines on one series.
const MOST_LINES: usize = 24;
/// Seconds between two looks at a halt: it is seen to end so much later.
const RESOLUTION: u64 = 60;

/// A good price further than this from the right one is an error that was believed.
const BELIEVED: f64 = 0.015;

/// What a planted fault did while it lasted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Damage {
    /// Seconds until a good price was wrong by more than [`BELIEVED`].
    pub(super) believed_after: Option<u64>,
    /// The first status that was not Ok, and seconds until then.
    pub(super) first_refusal: Option<(u8, u64)>,
    /// Seconds without a good price.
    pub(super) without_price: u64,
    /// The most that `low` of a good price was above the right one, as a part of it: how much too much could be borrowed.
    pub(super) for_opening: f64,
    /// The most that `mid` of a good price was under it, at most 0: how much too early could be liquidated.
    pub(super) for_liquidation: f64,
}

/// A stretch of time with one status.
struct Spell {
    status: u8,
    from: usize,
    /// Seconds, to the first look after it.
    seconds: u64,
}

pub(super) struct Report<'a> {
    series: &'a Series,
    run: &'a Run,
    spells: Vec<Spell>,
}

fn name(status: u8) -> &'static str {
    const STALE: u8 = Status::Stale as u8;
    const DISAGREE: u8 = Status::Disagree as u8;
    const HALTED: u8 = Status::Halted as u8;
    match status {
        0 => "Ok",
        STALE => "Stale",
        DISAGREE => "Disagree",
        HALTED => "Halted",
        _ => "NoQuorum",
    }
}

fn percent(part: f64) -> String {
    format!("{:.2} %", part * 100.0)
}

/// A price with six digits.
fn price(value: f64) -> String {
    let digits = 5 - value.max(1e-9).log10().floor() as i32;
    format!("{value:.*}", digits.clamp(0, 9) as usize)
}

fn minutes(seconds: u64) -> String {
    format!("{} min {:02} s", seconds / 60, seconds % 60)
}

impl<'a> Report<'a> {
    pub(super) const TITLES: [&'static str; 10] = [
        "series",
        "answers",
        "halts",
        "longest",
        "stale",
        "longest",
        "not Ok",
        "σ least, median, most",
        "gap",
        "gas of a poke",
    ];

    pub(super) const LEGEND: &'static str =
        "halts, stale: spells in which the breaker held the price back, or the series gave none for too long; not Ok: part of the time;\n\
         gap: largest distance of the quote's mid from the series, also while it is the last good one; gas: median, whole transaction";

    pub(super) fn new(series: &'a Series, run: &'a Run) -> Self {
        let mut spells: Vec<Spell> = Vec::new();
        for (index, look) in run.looks.iter().enumerate() {
            if let Some(spell) = spells.last_mut() {
                let from = run
                    .looks
                    .get(spell.from)
                    .map_or(look.time, |first| first.time);
                spell.seconds = look.time - from;
                if spell.status == look.status {
                    continue;
                }
            }
            spells.push(Spell {
                status: look.status,
                from: index,
                seconds: 0,
            });
        }
        Self {
            series,
            run,
            spells,
        }
    }

    fn of(&self, status: Status) -> impl Iterator<Item = &Spell> {
        self.spells
            .iter()
            .filter(move |spell| spell.status == status as u8)
    }

    fn longest(&self, status: Status) -> String {
        let longest = self.of(status).map(|spell| spell.seconds).max();
        longest.map_or_else(|| "-".to_owned(), minutes)
    }

    /// The series' line of the table.
    pub(super) fn row(&self) -> Vec<String> {
        let looks = &self.run.looks;
        let total = looks
            .last()
            .zip(looks.first())
            .map_or(1, |(last, first)| last.time - first.time);
        let bad: u64 = self
            .spells
            .iter()
            .filter(|spell| spell.status != Status::Ok as u8)
            .map(|spell| spell.seconds)
            .sum();
        let mut volatilities: Vec<f64> = looks.iter().map(|look| look.volatility).collect();
        volatilities.sort_by(f64::total_cmp);
        let at = |part: usize| {
            volatilities
                .get((volatilities.len() - 1) * part / 2)
                .copied()
        };
        let [least, median, most] = [0, 1, 2].map(|part| at(part).unwrap_or_default() * 100.0);
        let gap = looks.iter().map(gap).fold(0.0, f64::max);
        let mut gas = self.run.gas.clone();
        gas.sort_unstable();
        vec![
            self.series.stem(),
            thousands(self.series.rows.len() as u64),
            self.of(Status::Halted).count().to_string(),
            self.longest(Status::Halted),
            self.of(Status::Stale).count().to_string(),
            self.longest(Status::Stale),
            percent(bad as f64 / total.max(1) as f64),
            format!("{least:.0} {median:.0} {most:.0} %"),
            percent(gap),
            gas.get(gas.len() / 2)
                .map_or_else(|| "-".to_owned(), |gas| thousands(*gas)),
        ]
    }

    /// The steps that matter: each spell without a good price, and the largest gap.
    pub(super) fn events(&self) -> String {
        let looks = &self.run.looks;
        let (Some(first), Some(last)) = (looks.first(), looks.last()) else {
            return String::new();
        };
        let mut lines = vec![format!(
            "    {} answers with {} decimals, {} to {}, {} looks",
            thousands(self.series.rows.len() as u64),
            self.series.decimals,
            date(first.time),
            date(last.time),
            thousands(looks.len() as u64)
        )];
        let bad: Vec<&Spell> = self
            .spells
            .iter()
            .filter(|spell| spell.status != 0)
            .collect();
        for spell in bad.iter().take(MOST_LINES) {
            let Some(look) = looks.get(spell.from) else {
                continue;
            };
            lines.push(format!(
                "    {}  {:8} for {:>12}  series {:>10}, last good {:>10}, σ {:>4.0} %",
                date(look.time),
                name(spell.status),
                minutes(spell.seconds),
                price(look.truth),
                price(look.mid),
                look.volatility * 100.0
            ));
        }
        if bad.len() > MOST_LINES {
            lines.push(format!("    and {} more", bad.len() - MOST_LINES));
        }
        if let Some(worst) = looks.iter().max_by(|a, b| gap(a).total_cmp(&gap(b))) {
            lines.push(format!(
                "    largest gap {} at {}, {}: series {}, adapter {}",
                percent(gap(worst)),
                date(worst.time),
                name(worst.status),
                price(worst.truth),
                price(worst.mid)
            ));
        }
        lines.join("\n")
    }

    /// What a planted fault did; none without one.
    pub(super) fn damage(&self) -> Option<Damage> {
        let (_, from, until) = self.run.fault?;
        let during = || {
            let looks = self.run.looks.iter();
            looks.filter(move |look| (from..until).contains(&look.time))
        };
        let good = || during().filter(|look| look.is_ok());
        let signed = |value: f64, truth: f64| value / truth - 1.0;
        Some(Damage {
            believed_after: good()
                .find(|look| gap(look) > BELIEVED)
                .map(|look| look.time - from),
            first_refusal: during()
                .find(|look| !look.is_ok())
                .map(|look| (look.status, look.time - from)),
            without_price: during().filter(|look| !look.is_ok()).count() as u64 * RESOLUTION,
            for_opening: good()
                .map(|look| signed(look.low, look.truth))
                .fold(0.0, f64::max),
            for_liquidation: good()
                .map(|look| signed(look.mid, look.truth))
                .fold(0.0, f64::min),
        })
    }

    /// The same in words.
    pub(super) fn fault(&self) -> Option<String> {
        let (fault, from, until) = self.run.fault?;
        let damage = self.damage()?;
        let believed = damage.believed_after.map_or_else(
            || format!("never believed by more than {}", percent(BELIEVED)),
            |seconds| format!("believed after {}", minutes(seconds)),
        );
        let refused = damage.first_refusal.map_or_else(
            || "a price all the time".to_owned(),
            |(status, seconds)| {
                let (status, after) = (name(status), minutes(seconds));
                format!("{status} after {after}")
            },
        );
        Some(format!(
            "    fault {} in {} of 3 feeds, {} for {}: {refused}; {believed}; no price for {}; worst good price for opening {:+.2} %, \
             for liquidation {:+.2} % of the right one",
            fault.kind.word(),
            fault.feeds,
            date(from),
            minutes(until - from),
            minutes(damage.without_price),
            damage.for_opening * 100.0,
            damage.for_liquidation * 100.0
        ))
    }

    /// The longest that a halt can be seen here: its duration, the interval after a sample in which a poke does not look, and
    /// the time between two looks.
    fn longest_halt_allowed(&self) -> u64 {
        let parameters = &self.run.parameters;
        let duration = parameters
            .haltDuration
            .saturating_add(parameters.sampleInterval);
        duration.to::<u64>() + RESOLUTION
    }

    /// What the adapter promises and did not keep.
    pub(super) fn violations(&self) -> Vec<String> {
        let looks = &self.run.looks;
        let halt = self.longest_halt_allowed();
        let mut wrong = Vec::new();
        for spell in self.of(Status::Halted).filter(|spell| spell.seconds > halt) {
            let time = looks.get(spell.from).map_or(0, |look| look.time);
            let (at, seconds) = (date(time), minutes(spell.seconds));
            wrong.push(format!(
                "O3: halted for {seconds} at {at}, the bound is {}",
                minutes(halt)
            ));
        }
        // All three feeds say the same: a good price is what they say.
        let in_fault = |time: u64| {
            self.run
                .fault
                .is_some_and(|(_, from, until)| (from..=until + 600).contains(&time))
        };
        for look in looks
            .iter()
            .filter(|look| look.is_ok() && !in_fault(look.time))
        {
            if gap(look) > 1e-9 || look.low > look.mid || look.mid <= 0.0 {
                let at = date(look.time);
                wrong.push(format!(
                    "O1: at {at} the good price {} is not the series' {}",
                    look.mid, look.truth
                ));
            }
        }
        wrong.truncate(10);
        wrong
    }
}

/// Distance of the quote's mid from the series, as a part of it.
fn gap(look: &Look) -> f64 {
    (look.mid / look.truth - 1.0).abs()
}
