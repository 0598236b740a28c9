//! The figure: the series and the adapter's price, shaded where there was no good one, and below it the volatility.

use std::path::Path;

use breakwater_tests::interfaces::oracle::Status;

use super::{
    run::{Look, Run},
    series::Series,
};
use crate::{
    error::Result,
    plot::{self, Layout, Panel, Plot, Scale, ALARM},
};

const LEFT: f64 = 80.0;
const PRICES: Panel = (70.0, 410.0);
const VOLATILITY: Panel = (450.0, 580.0);
const LAYOUT: Layout = Layout {
    height: 640.0,
    left: LEFT,
    title: 28.0,
    numbers: 12,
    panels: &[PRICES, VOLATILITY],
};
const SERIES: &str = "#b0b8c0";
const MID: &str = "#1f4e79";
const LOW: &str = "#e07b00";
/// Where prices are stale, or there are none.
const STALE: &str = "#dddddd";
/// Most points of a line.
const MOST_POINTS: usize = 6_000;

/// Writes the figure, and its folder if there is none.
pub(super) fn write(series: &Series, run: &Run, path: &Path) -> Result<()> {
    plot::write(&draw(&series.stem(), &run.looks), path)
}

fn draw(name: &str, looks: &[Look]) -> String {
    let first = looks.first().map_or(0, |look| look.time);
    let last = looks.last().map_or(1, |look| look.time);
    let prices = looks
        .iter()
        .flat_map(|look| [look.truth, look.mid, look.low]);
    let values = Scale::of_prices(prices, PRICES);
    let most = looks
        .iter()
        .map(|look| look.volatility)
        .fold(0.01, f64::max);
    let volatilities = Scale {
        from: (0.0, most * 110.0),
        to: (VOLATILITY.1, VOLATILITY.0),
    };
    let title = format!("Oracle adapter on {name}");
    let mut plot = Plot::new(LAYOUT, &title, first, last);
    shade(&mut plot, looks);
    for (scale, unit) in [(values, ""), (volatilities, " %")] {
        plot.value_axis(scale, |value| format!("{value}{unit}"));
    }
    plot.time_axis();
    for panel in [PRICES, VOLATILITY] {
        plot.frame(panel);
    }
    plot.steps(values, thinned(looks, |look| look.truth), SERIES, 3.0);
    plot.steps(values, thinned(looks, |look| look.low), LOW, 0.8);
    plot.steps(values, thinned(looks, |look| look.mid), MID, 1.2);
    let volatility = thinned(looks, |look| look.volatility * 100.0);
    plot.steps(volatilities, volatility, MID, 1.2);
    for (x, colour, words) in [
        (0.0, SERIES, "series"),
        (110.0, MID, "adapter: mid, below volatility a year"),
        (380.0, LOW, "adapter: low"),
        (530.0, ALARM, "halted"),
        (660.0, STALE, "stale or none"),
    ] {
        plot.swatch(LEFT + x, 52.0, colour);
        plot.beside_swatch(LEFT + x, 52.0, words);
    }
    plot.time_title();
    plot.finish()
}

/// At most [`MOST_POINTS`] of a value's times and figures, and the last.
fn thinned<'a>(
    looks: &'a [Look],
    of: impl Fn(&Look) -> f64 + 'a,
) -> impl Iterator<Item = (u64, f64)> + 'a {
    let stride = looks.len().div_ceil(MOST_POINTS).max(1);
    let kept = looks.iter().step_by(stride).chain(looks.last());
    kept.map(move |look| (look.time, of(look)))
}

/// Stretches without a good price, behind everything.
fn shade(plot: &mut Plot, looks: &[Look]) {
    for pair in looks.windows(2) {
        let [look, next] = pair else { continue };
        if look.is_ok() {
            continue;
        }
        let colour = if look.status == Status::Halted as u8 {
            ALARM
        } else {
            STALE
        };
        plot.shade((look.time, next.time), colour);
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
