//! The figure: the series and the adapter's price, shaded where there was no good one, and below it the volatility.

use std::path::Path;

use breakwater_tests::interfaces::oracle::Status;

use super::{
    run::{Look, Run},
    series::Series,
};
use crate::{
    error::{Error, Result},
    market::{
        chart::{line, text, Scale},
        date,
    },
};

const WIDTH: f64 = 1_100.0;
const HEIGHT: f64 = 640.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 1_070.0;
/// Top and bottom of the panel of prices.
const PRICES: (f64, f64) = (70.0, 410.0);
/// Of the panel of volatility.
const VOLATILITY: (f64, f64) = (450.0, 580.0);
const SERIES: &str = "#b0b8c0";
const MID: &str = "#1f4e79";
const LOW: &str = "#e07b00";
/// Most points of a line.
const MOST_POINTS: usize = 6_000;

/// Writes the figure, and its folder if there is none.
pub(super) fn write(series: &Series, run: &Run, path: &Path) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    }
    std::fs::write(path, draw(&series.stem(), &run.looks)).map_err(Error::io("write", path))
}

fn draw(name: &str, looks: &[Look]) -> String {
    let first = looks.first().map_or(0, |look| look.time);
    let last = looks.last().map_or(1, |look| look.time).max(first + 1);
    let times = Scale {
        from: (first as f64, last as f64),
        to: (LEFT, RIGHT),
    };
    let all = || {
        looks
            .iter()
            .flat_map(|look| [look.truth, look.mid, look.low])
    };
    let highest = all().fold(0.0, f64::max);
    let lowest = all().fold(f64::INFINITY, f64::min).min(highest);
    let air = (highest - lowest).max(highest * 0.01) * 0.05;
    let values = Scale {
        from: ((lowest - air).max(0.0), highest + air),
        to: (PRICES.1, PRICES.0),
    };
    let most = looks
        .iter()
        .map(|look| look.volatility)
        .fold(0.01, f64::max);
    let volatilities = Scale {
        from: (0.0, most * 110.0),
        to: (VOLATILITY.1, VOLATILITY.0),
    };
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n"
    );
    text(
        &mut svg,
        LEFT,
        28.0,
        "start",
        16,
        &format!("Oracle adapter on {name}"),
    );
    shade(&mut svg, times, looks);
    for (scale, unit) in [(values, ""), (volatilities, " %")] {
        for value in scale.ticks() {
            let y = scale.at(value);
            line(&mut svg, (LEFT, y), (RIGHT, y), "#e4e4e4");
            text(
                &mut svg,
                LEFT - 8.0,
                y + 4.0,
                "end",
                12,
                &format!("{value}{unit}"),
            );
        }
    }
    for time in times.time_ticks() {
        let x = times.at(time as f64);
        line(&mut svg, (x, PRICES.0), (x, VOLATILITY.1), "#f0f0f0");
        text(&mut svg, x, VOLATILITY.1 + 18.0, "middle", 12, &date(time));
    }
    for panel in [PRICES, VOLATILITY] {
        line(&mut svg, (LEFT, panel.0), (LEFT, panel.1), "black");
        line(&mut svg, (LEFT, panel.1), (RIGHT, panel.1), "black");
    }
    steps(&mut svg, times, values, looks, SERIES, 3.0, |look| {
        look.truth
    });
    steps(&mut svg, times, values, looks, LOW, 0.8, |look| look.low);
    steps(&mut svg, times, values, looks, MID, 1.2, |look| look.mid);
    steps(&mut svg, times, volatilities, looks, MID, 1.2, |look| {
        look.volatility * 100.0
    });
    let names = [
        (SERIES, "series"),
        (MID, "adapter: mid, below volatility a year"),
        (LOW, "adapter: low"),
        ("#f4c7c3", "halted"),
        ("#dddddd", "stale or none"),
    ];
    for (index, (colour, words)) in (0_u8..).zip(names) {
        let x = LEFT + [0.0, 110.0, 380.0, 530.0, 660.0][usize::from(index)];
        svg.push_str(&format!(
            "<rect x=\"{x:.1}\" y=\"44\" width=\"22\" height=\"8\" fill=\"{colour}\"/>\n"
        ));
        text(&mut svg, x + 28.0, 52.0, "start", 12, words);
    }
    text(
        &mut svg,
        (LEFT + RIGHT) / 2.0,
        HEIGHT - 16.0,
        "middle",
        13,
        "time, UTC",
    );
    svg.push_str("</svg>\n");
    svg
}

/// A value holds until the next look.
fn steps(
    svg: &mut String,
    times: Scale,
    values: Scale,
    looks: &[Look],
    colour: &str,
    width: f64,
    of: impl Fn(&Look) -> f64,
) {
    let stride = looks.len().div_ceil(MOST_POINTS).max(1);
    let mut points = String::new();
    let mut before: Option<f64> = None;
    for look in looks.iter().step_by(stride).chain(looks.last()) {
        let (x, y) = (times.at(look.time as f64), values.at(of(look)));
        if let Some(before) = before {
            points.push_str(&format!("{x:.1},{before:.1} "));
        }
        points.push_str(&format!("{x:.1},{y:.1} "));
        before = Some(y);
    }
    let points = points.trim_end();
    svg.push_str(&format!(
        "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"/>\n"
    ));
}

/// Stretches without a good price, behind everything.
fn shade(svg: &mut String, times: Scale, looks: &[Look]) {
    for pair in looks.windows(2) {
        let [look, next] = pair else { continue };
        if look.is_ok() {
            continue;
        }
        let (from, to) = (times.at(look.time as f64), times.at(next.time as f64));
        let colour = if look.status == Status::Halted as u8 {
            "#f4c7c3"
        } else {
            "#dddddd"
        };
        svg.push_str(&format!(
            "<rect x=\"{from:.1}\" y=\"{}\" width=\"{:.1}\" height=\"{}\" fill=\"{colour}\"/>\n",
            PRICES.0,
            (to - from).max(1.0),
            VOLATILITY.1 - PRICES.0
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_has_lines_axes_a_legend_and_shades_what_was_no_good_price() {
        let look = |time, status| Look {
            time,
            truth: 200.0,
            mid: 190.0,
            low: 180.0,
            volatility: 0.8,
            status,
        };
        let looks = [
            look(1_583_971_200, 0),
            look(1_583_971_500, 3),
            look(1_583_974_800, 0),
        ];
        let svg = draw("a series", &looks);
        assert_eq!(svg.matches("<polyline").count(), 4);
        // The ground, the legend, one halt.
        assert_eq!(svg.matches("<rect").count(), 1 + 5 + 1);
        for words in [
            "Oracle adapter on a series",
            "2020-03-12 00:00",
            "halted",
            "time, UTC",
        ] {
            assert!(svg.contains(words), "{words}");
        }
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }
}
