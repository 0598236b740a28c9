//! The figure: the price, shaded where it could not be used, and below it the fund's cover and the share price with each fund.

use std::path::Path;

use super::{
    rules::{Case, Script},
    run::Outcome,
};
use crate::{
    error::Result,
    plot::{self, Layout, Panel, Plot, Scale, ALARM, RIGHT},
};

const LEFT: f64 = 90.0;
const PRICES: Panel = (70.0, 290.0);
const COVER: Panel = (330.0, 500.0);
const SHARE_PRICE: Panel = (540.0, 700.0);
const LAYOUT: Layout = Layout {
    height: 760.0,
    left: LEFT,
    title: 26.0,
    numbers: 11,
    panels: &[PRICES, COVER, SHARE_PRICE],
};
const PRICE: &str = "#33475b";

/// What a line of the waterfall's table tells, as numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sample {
    pub(super) time: u64,
    /// Dollars.
    pub(super) price: f64,
    /// Dollars.
    pub(super) cover: f64,
    pub(super) share_price: f64,
}

/// Writes the figure, and its folder if there is none.
pub(super) fn write(outcomes: &[Outcome], script: &Script, path: &Path) -> Result<()> {
    let cases: Vec<(Case, &[Sample])> = outcomes
        .iter()
        .map(|outcome| (outcome.case, outcome.samples.as_slice()))
        .collect();
    plot::write(&draw(&cases, script), path)
}

fn colour(case: Case) -> &'static str {
    match case {
        Case::Empty => "#c0392b",
        Case::Half => "#e07b00",
        Case::Full => "#1f77b4",
    }
}

fn draw(cases: &[(Case, &[Sample])], script: &Script) -> String {
    let all = || cases.iter().flat_map(|(_, samples)| samples.iter());
    let start = all().map(|sample| sample.time).min().unwrap_or(0);
    let end = all().map(|sample| sample.time).max().unwrap_or(1);
    let title = "Breakwater crisis: price, the fund's cover, the lenders' share price";
    let mut plot = Plot::new(LAYOUT, title, start, end);
    for (span, words) in [
        (script.dead, "sources dead"),
        (script.outage, "sequencer down"),
    ] {
        let x = plot.x(span.0);
        if x < RIGHT {
            plot.shade(span, ALARM);
            plot.text(x, PRICES.0 - 6.0, "start", 11, words);
        }
    }
    plot.time_axis();
    let prices = cases.iter().take(1).map(|(_, samples)| (PRICE, *samples));
    panel(&mut plot, PRICES, "price, dollars", prices, |sample| {
        sample.price
    });
    let funds = || {
        cases
            .iter()
            .map(|(case, samples)| (colour(*case), *samples))
    };
    panel(&mut plot, COVER, "cover, dollars", funds(), |sample| {
        sample.cover
    });
    panel(&mut plot, SHARE_PRICE, "share price", funds(), |sample| {
        sample.share_price
    });
    let legend = LAYOUT.height - 18.0;
    for (index, (case, _)) in (0_u8..).zip(cases) {
        let x = LEFT + 10.0 + f64::from(index) * 130.0;
        plot.swatch(x, legend, colour(*case));
        plot.beside_swatch(x, legend, &format!("fund {}", case.name()));
    }
    plot.text(RIGHT, legend, "end", 12, "time, UTC");
    plot.finish()
}

/// A panel with its axes, and a line of steps for each series.
fn panel<'a>(
    plot: &mut Plot,
    place: Panel,
    title: &str,
    series: impl Iterator<Item = (&'static str, &'a [Sample])> + Clone,
    of: impl Fn(&Sample) -> f64,
) {
    let all = series.clone().flat_map(|(_, samples)| samples.iter());
    let scale = Scale::holding(all.map(&of), (1e-4, 0.06), place);
    // Without the noise of binary fractions.
    plot.value_axis(scale, |value| format!("{}", (value * 1e9).round() / 1e9));
    plot.frame(place);
    plot.text(LEFT + 6.0, place.0 + 14.0, "start", 12, title);
    for (colour, samples) in series {
        let points = samples.iter().map(|sample| (sample.time, of(sample)));
        plot.steps(scale, points, colour, 1.4);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fund_has_a_line_in_each_of_its_panels_and_what_went_wrong_is_shaded() {
        let samples: Vec<Sample> = (0..10)
            .map(|index| Sample {
                time: 1_584_000_000 + index * 3_600,
                price: 200.0 - index as f64,
                cover: 1_000.0,
                share_price: 1.0,
            })
            .collect();
        let script = Script {
            dead: (1_584_003_600, 1_584_006_000),
            outage: (1_584_010_000, 1_584_012_000),
        };
        let cases = Case::ALL.map(|case| (case, samples.as_slice()));
        let svg = draw(&cases, &script);
        assert_eq!(svg.matches("<polyline").count(), 1 + 2 * 3);
        assert_eq!(svg.matches("#f4c7c3").count(), 2);
        for words in [
            "fund empty",
            "fund half",
            "fund at target",
            "share price",
            "time, UTC",
        ] {
            assert!(svg.contains(words), "{words}");
        }
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
        // Nothing to draw is no reason to fail.
        assert!(draw(&[], &script).ends_with("</svg>\n"));
    }
}
