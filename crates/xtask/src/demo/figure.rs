//! The figure: ETH's price with all fills, and below it each auction as a bar from start to end. SVG, by hand: two panels,
//! two axes and a legend need no library.

use std::path::Path;

use crate::{
    error::{Error, Result},
    market::{
        chart::{line, text, Scale},
        date, price, Fill, Lot, Row, World,
    },
};

const WIDTH: f64 = 1_100.0;
const HEIGHT: f64 = 640.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 1_070.0;
/// Top and bottom of the panel of prices.
const PRICES: (f64, f64) = (70.0, 390.0);
/// Of the panel of auctions.
const AUCTIONS: (f64, f64) = (430.0, 580.0);
const PRICE_COLOUR: &str = "#33475b";
/// WETH and the second collateral.
const COLOURS: [&str; 2] = ["#1f77b4", "#e07b00"];
/// Fewest pixels that a bar is wide.
const LEAST_BAR: f64 = 1.5;

/// Writes the figure, and its folder if there is none.
pub(super) fn write(world: &World, path: &Path) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    }
    let prices: Vec<Row> = world
        .prices
        .iter()
        .map(|prices| Row {
            time: prices.time,
            price: prices.answers[0] as f64 / 1e8,
        })
        .collect();
    let svg = draw(&prices, &world.fills(), &world.lots(), world.suite.now());
    std::fs::write(path, svg).map_err(Error::io("write", path))
}

/// A price axis that holds all values, with some air.
fn price_scale(prices: &[Row], fills: &[Fill]) -> Scale {
    let values = prices.iter().map(|row| row.price);
    let values: Vec<f64> = values
        .chain(fills.iter().map(|fill| on_axis(prices, fill)))
        .collect();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(0.0, f64::max);
    let air = (high - low).max(high * 0.01) * 0.05;
    Scale {
        from: ((low - air).max(0.0), high + air),
        to: (PRICES.1, PRICES.0),
    }
}

/// Where a fill stands on ETH's axis: its price over its token's oracle price, times ETH's.
fn on_axis(prices: &[Row], fill: &Fill) -> f64 {
    let index = prices
        .partition_point(|row| row.time <= fill.time)
        .saturating_sub(1);
    let eth = prices.get(index).map_or(0.0, |row| row.price);
    eth * fill.price / fill.oracle
}

fn draw(prices: &[Row], fills: &[Fill], lots: &[Lot], end: u64) -> String {
    let start = prices.first().map_or(0, |row| row.time);
    let times = Scale {
        from: (start as f64, end.max(start + 1) as f64),
        to: (LEFT, RIGHT),
    };
    let values = price_scale(prices, fills);
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
        "Breakwater demo: price, auctions and fills",
    );
    axes(&mut svg, times, values);
    price_line(&mut svg, times, values, prices);
    for fill in fills {
        let (x, y) = (times.at(fill.time as f64), values.at(on_axis(prices, fill)));
        let radius = (2.0 + fill.paid.max(1.0).log10() * 0.6).min(6.0);
        let colour = COLOURS[fill.side];
        svg.push_str(&format!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"{colour}\" fill-opacity=\"0.5\"/>\n"
        ));
    }
    bars(&mut svg, times, lots, end);
    legend(&mut svg);
    svg.push_str("</svg>\n");
    svg
}

fn axes(svg: &mut String, times: Scale, values: Scale) {
    for value in values.ticks() {
        let y = values.at(value);
        line(svg, (LEFT, y), (RIGHT, y), "#e4e4e4");
        text(svg, LEFT - 8.0, y + 4.0, "end", 12, &price(value));
    }
    for time in times.time_ticks() {
        let time = time as f64;
        let x = times.at(time);
        line(svg, (x, PRICES.0), (x, AUCTIONS.1), "#f0f0f0");
        text(svg, x, AUCTIONS.1 + 18.0, "middle", 12, &date(time as u64));
    }
    for panel in [PRICES, AUCTIONS] {
        line(svg, (LEFT, panel.0), (LEFT, panel.1), "black");
        line(svg, (LEFT, panel.1), (RIGHT, panel.1), "black");
    }
    text(
        svg,
        (LEFT + RIGHT) / 2.0,
        HEIGHT - 16.0,
        "middle",
        13,
        "time, UTC",
    );
    for (panel, title) in [
        (PRICES, "ETH price, dollars"),
        (AUCTIONS, "auctions at once"),
    ] {
        let y = (panel.0 + panel.1) / 2.0;
        svg.push_str(&format!(
            "<text transform=\"translate(18 {y:.1}) rotate(-90)\" text-anchor=\"middle\" font-size=\"13\">{title}</text>\n"
        ));
    }
}

/// Prices hold until the next one: a line of steps.
fn price_line(svg: &mut String, times: Scale, values: Scale, prices: &[Row]) {
    let mut points = String::new();
    let mut before: Option<f64> = None;
    for row in prices {
        let (x, y) = (times.at(row.time as f64), values.at(row.price));
        if let Some(before) = before {
            points.push_str(&format!("{x:.1},{before:.1} "));
        }
        points.push_str(&format!("{x:.1},{y:.1} "));
        before = Some(y);
    }
    let points = points.trim_end();
    svg.push_str(&format!(
        "<polyline points=\"{points}\" fill=\"none\" stroke=\"{PRICE_COLOUR}\" stroke-width=\"1.3\"/>\n"
    ));
}

/// Each auction in the first row that is free; rows share the panel's height.
fn bars(svg: &mut String, times: Scale, lots: &[Lot], end: u64) {
    let mut free_from: Vec<f64> = Vec::new();
    let mut placed = Vec::new();
    for lot in lots {
        let from = times.at(lot.start as f64);
        let to = times
            .at(lot.end.unwrap_or(end) as f64)
            .max(from + LEAST_BAR);
        let row = match free_from.iter().position(|free| *free <= from) {
            Some(row) => row,
            None => {
                free_from.push(0.0);
                free_from.len() - 1
            }
        };
        free_from[row] = to + 1.0;
        placed.push((row, from, to, lot.side));
    }
    let most = free_from.len();
    let height = ((AUCTIONS.1 - AUCTIONS.0) / most.max(1) as f64).min(14.0);
    let top = AUCTIONS.1 - most as f64 * height;
    for (y, count) in [(AUCTIONS.1, 0), (top, most)] {
        text(svg, LEFT - 8.0, y + 4.0, "end", 12, &count.to_string());
    }
    for (row, from, to, side) in placed {
        let y = AUCTIONS.1 - (row + 1) as f64 * height;
        svg.push_str(&format!(
            "<rect x=\"{from:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{}\"/>\n",
            to - from,
            height * 0.8,
            COLOURS[side]
        ));
    }
}

fn legend(svg: &mut String) {
    let y = 52.0;
    line(svg, (LEFT, y - 4.0), (LEFT + 24.0, y - 4.0), PRICE_COLOUR);
    text(svg, LEFT + 30.0, y, "start", 12, "ETH, oracle price");
    let names = ["WETH", "SEC"];
    for (side, name) in names.into_iter().enumerate() {
        let x = LEFT + 170.0 + side as f64 * 270.0;
        let colour = COLOURS[side];
        svg.push_str(&format!(
            "<rect x=\"{x:.1}\" y=\"{:.1}\" width=\"22\" height=\"8\" fill=\"{colour}\"/>\n\
             <circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"{colour}\" fill-opacity=\"0.5\"/>\n",
            y - 8.0,
            x + 146.0,
            y - 4.0
        ));
        let scaled = if side == 0 {
            ""
        } else {
            " (price relative to its oracle)"
        };
        text(
            svg,
            x + 156.0,
            y,
            "start",
            12,
            &format!("{name} fill{scaled}"),
        );
        text(svg, x + 28.0, y, "start", 12, &format!("{name} auction"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(time: u64, price: f64) -> Row {
        Row { time, price }
    }

    #[test]
    fn a_figure_has_axes_with_titles_a_legend_and_every_auction_and_fill() {
        let fill = Fill {
            time: 1_583_971_300,
            side: 1,
            amount: 1.0,
            paid: 5_000.0,
            price: 98.0,
            oracle: 100.0,
            by_callback: false,
        };
        let lot = Lot {
            side: 0,
            start: 1_583_971_250,
            end: None,
            debt: 1.0,
        };
        let prices = [row(1_583_971_200, 200.0), row(1_583_971_500, 150.0)];
        let svg = draw(&prices, &[fill; 3], &[lot; 4], 1_583_971_500);
        for words in [
            "ETH price, dollars",
            "time, UTC",
            "WETH auction",
            "2020-03-12 00:00",
        ] {
            assert!(svg.contains(words), "{words}");
        }
        // The legend has two of each.
        assert_eq!(svg.matches("<circle").count(), 3 + 2);
        assert_eq!(svg.matches("<rect").count(), 4 + 2 + 1);
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
    }

    #[test]
    fn a_flat_series_without_auctions_is_drawn_too() {
        let svg = draw(&[row(1, 5.0), row(2, 5.0)], &[], &[], 2);
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
        assert!(svg.ends_with("</svg>\n"));
    }
}
