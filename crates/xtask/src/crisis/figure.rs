//! The figure: the price, shaded where it could not be used, and below it the fund's cover and the share price with each fund. SVG, by hand.

use std::path::Path;

use super::{
    rules::{Case, Script},
    run::Outcome,
};
use crate::{
    error::{Error, Result},
    market::{
        chart::{line, text, Scale},
        date,
    },
};

const WIDTH: f64 = 1_100.0;
const HEIGHT: f64 = 760.0;
const LEFT: f64 = 90.0;
const RIGHT: f64 = 1_070.0;
/// Top and bottom of the panels: price, cover, share price.
const PANELS: [(f64, f64); 3] = [(70.0, 290.0), (330.0, 500.0), (540.0, 700.0)];
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
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    }
    let cases: Vec<(Case, &[Sample])> = outcomes
        .iter()
        .map(|outcome| (outcome.case, outcome.samples.as_slice()))
        .collect();
    std::fs::write(path, draw(&cases, script)).map_err(Error::io("write", path))
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
    let times = Scale {
        from: (start as f64, end.max(start + 1) as f64),
        to: (LEFT, RIGHT),
    };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n"
    );
    text(
        &mut svg,
        LEFT,
        26.0,
        "start",
        16,
        "Breakwater crisis: price, the fund's cover, the lenders' share price",
    );
    for ((from, until), words) in [
        (script.dead, "sources dead"),
        (script.outage, "sequencer down"),
    ] {
        let (from, until) = (times.at(from as f64), times.at(until as f64).min(RIGHT));
        if from < RIGHT {
            svg.push_str(&format!(
                "<rect x=\"{from:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"#f4c7c3\"/>\n",
                PANELS[0].0,
                (until - from).max(1.0),
                PANELS[2].1 - PANELS[0].0,
            ));
            text(&mut svg, from, PANELS[0].0 - 6.0, "start", 11, words);
        }
    }
    for time in times.time_ticks() {
        let x = times.at(time as f64);
        line(&mut svg, (x, PANELS[0].0), (x, PANELS[2].1), "#f0f0f0");
        text(&mut svg, x, PANELS[2].1 + 18.0, "middle", 11, &date(time));
    }
    let prices = cases.iter().take(1).map(|(_, samples)| (PRICE, *samples));
    panel(&mut svg, times, 0, "price, dollars", prices, |sample| {
        sample.price
    });
    let funds = || {
        cases
            .iter()
            .map(|(case, samples)| (colour(*case), *samples))
    };
    panel(&mut svg, times, 1, "cover, dollars", funds(), |sample| {
        sample.cover
    });
    panel(&mut svg, times, 2, "share price", funds(), |sample| {
        sample.share_price
    });
    for (index, (case, _)) in (0_u8..).zip(cases) {
        let x = LEFT + 10.0 + f64::from(index) * 130.0;
        svg.push_str(&format!(
            "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"22\" height=\"8\" fill=\"{}\"/>\n",
            HEIGHT - 26.0,
            colour(*case)
        ));
        let words = format!("fund {}", case.name());
        text(&mut svg, x + 28.0, HEIGHT - 18.0, "start", 12, &words);
    }
    text(&mut svg, RIGHT, HEIGHT - 18.0, "end", 12, "time, UTC");
    svg.push_str("</svg>\n");
    svg
}

/// A panel with its axes, and a line of steps for each series.
fn panel<'a>(
    svg: &mut String,
    times: Scale,
    index: usize,
    title: &str,
    series: impl Iterator<Item = (&'static str, &'a [Sample])> + Clone,
    of: impl Fn(&Sample) -> f64,
) {
    let (top, bottom) = PANELS[index];
    let values = || {
        series
            .clone()
            .flat_map(|(_, samples)| samples.iter().map(&of))
    };
    let lowest = values().fold(f64::INFINITY, f64::min);
    let highest = values().fold(0.0, f64::max);
    let lowest = lowest.min(highest);
    let air = (highest - lowest).max(highest * 1e-4) * 0.06;
    let scale = Scale {
        from: (lowest - air, highest + air),
        to: (bottom, top),
    };
    for value in scale.ticks() {
        let y = scale.at(value);
        line(svg, (LEFT, y), (RIGHT, y), "#e4e4e4");
        // Without the noise of binary fractions.
        let words = format!("{}", (value * 1e9).round() / 1e9);
        text(svg, LEFT - 8.0, y + 4.0, "end", 11, &words);
    }
    line(svg, (LEFT, top), (LEFT, bottom), "black");
    line(svg, (LEFT, bottom), (RIGHT, bottom), "black");
    text(svg, LEFT + 6.0, top + 14.0, "start", 12, title);
    for (colour, samples) in series {
        let mut points = String::new();
        let mut before: Option<f64> = None;
        for sample in samples {
            let (x, y) = (times.at(sample.time as f64), scale.at(of(sample)));
            // A value holds until the next.
            if let Some(before) = before {
                points.push_str(&format!("{x:.1},{before:.1} "));
            }
            points.push_str(&format!("{x:.1},{y:.1} "));
            before = Some(y);
        }
        svg.push_str(&format!(
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.4\"/>\n"
        ));
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
