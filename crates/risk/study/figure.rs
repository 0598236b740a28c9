//! The figure of the study: expected loss against expected time to fill, one line a volatility, each from slow to quick decay, the
//! default marked on each.

use std::fmt::Write;

use breakwater_risk::curve::DEFAULT_VOLATILITY_MULTIPLIER;

use crate::model::on_arbitrum;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 470.0;
/// The panel: left, right, top, bottom.
const PANEL: [f64; 4] = [86.0, 736.0, 64.0, 404.0];
/// Decades of seconds and of loss.
const TIMES: (i32, i32) = (0, 4);
const LOSSES: (i32, i32) = (-5, -2);
/// Volatilities a year, with a colour each.
const LINES: [(f64, &str); 4] = [
    (0.25, "#4477aa"),
    (0.8, "#228833"),
    (2.0, "#ccbb44"),
    (4.0, "#ee6677"),
];

fn x(time: f64) -> f64 {
    let (from, to) = (f64::from(TIMES.0), f64::from(TIMES.1));
    PANEL[0] + (time.log10() - from) / (to - from) * (PANEL[1] - PANEL[0])
}

fn y(loss: f64) -> f64 {
    let (from, to) = (f64::from(LOSSES.0), f64::from(LOSSES.1));
    PANEL[3] - (loss.log10() - from) / (to - from) * (PANEL[3] - PANEL[2])
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, size: u32, text: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{x:.0}\" y=\"{y:.0}\" text-anchor=\"{anchor}\" font-size=\"{size}\">{text}</text>"
    );
}

fn line(svg: &mut String, from: (f64, f64), to: (f64, f64)) {
    let _ = writeln!(
        svg,
        "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"#dddddd\"/>",
        from.0, from.1, to.0, to.1
    );
}

/// The figure, for auctions that start at `buffer` over fair.
pub(crate) fn svg(buffer: f64) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         font-family=\"sans-serif\" fill=\"#222222\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n"
    );
    text(
        &mut svg,
        PANEL[0],
        24.0,
        "start",
        16,
        "Dutch auction: expected loss against expected time to fill",
    );
    let subtitle = format!(
        "first price {:.0} % over fair, the price falls every second; along a line the decay grows from right to left, the dot is the default",
        (buffer - 1.0) * 100.0
    );
    text(&mut svg, PANEL[0], 44.0, "start", 10, &subtitle);
    for decade in TIMES.0..=TIMES.1 {
        let at = x(10_f64.powi(decade));
        line(&mut svg, (at, PANEL[2]), (at, PANEL[3]));
        let label = format!("{} s", 10_u32.pow(decade as u32));
        let anchor = if decade == TIMES.1 { "end" } else { "middle" };
        text(&mut svg, at, PANEL[3] + 18.0, anchor, 12, &label);
    }
    for decade in LOSSES.0..=LOSSES.1 {
        let at = y(10_f64.powi(decade));
        line(&mut svg, (PANEL[0], at), (PANEL[1], at));
        let label = format!("{} %", 10_f64.powi(decade + 2));
        text(&mut svg, PANEL[0] - 8.0, at + 4.0, "end", 12, &label);
    }
    text(
        &mut svg,
        (PANEL[0] + PANEL[1]) / 2.0,
        PANEL[3] + 38.0,
        "middle",
        13,
        "expected time to fill",
    );
    let _ = writeln!(
        svg,
        "<text transform=\"translate(18 {:.0}) rotate(-90)\" text-anchor=\"middle\" font-size=\"13\">expected loss, part of the fair price</text>",
        (PANEL[2] + PANEL[3]) / 2.0
    );
    for (volatility, colour) in LINES {
        let mut points = String::new();
        // Where the line ends on the right: its slowest decay within the panel.
        let mut end = (PANEL[0], PANEL[3]);
        // From a thirtieth of the default's multiplier to sixty times it.
        for step in 0..=120 {
            let multiplier = DEFAULT_VOLATILITY_MULTIPLIER as f64 / 1e18
                * 10_f64.powf(f64::from(step) / 120.0 * 3.25 - 1.5);
            let auction = on_arbitrum(multiplier, volatility, buffer);
            let at = (x(auction.expected_time()), y(auction.expected_loss()));
            let inside =
                (PANEL[0]..=PANEL[1]).contains(&at.0) && (PANEL[2]..=PANEL[3]).contains(&at.1);
            if inside {
                let _ = write!(points, "{:.1},{:.1} ", at.0, at.1);
                if at.0 > end.0 {
                    end = at;
                }
            }
        }
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
            points.trim_end()
        );
        let default = on_arbitrum(
            DEFAULT_VOLATILITY_MULTIPLIER as f64 / 1e18,
            volatility,
            buffer,
        );
        let at = (x(default.expected_time()), y(default.expected_loss()));
        let _ = writeln!(
            svg,
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"5\" fill=\"{colour}\"/>",
            at.0, at.1
        );
        let label = format!("volatility {:.0} % a year", volatility * 100.0);
        text(&mut svg, end.0, end.1 + 16.0, "end", 12, &label);
    }
    svg.push_str("</svg>\n");
    svg
}
