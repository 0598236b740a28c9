//! The figure: ETH's price with all fills, and below it each auction as a bar from start to end.

use std::path::Path;

use crate::{
    error::Result,
    market::{price, Fill, Lot, Row, World},
    plot::{self, Layout, Panel, Plot, Scale},
};

const LEFT: f64 = 80.0;
const PRICES: Panel = (70.0, 390.0);
const AUCTIONS: Panel = (430.0, 580.0);
const LAYOUT: Layout = Layout {
    height: 640.0,
    left: LEFT,
    title: 28.0,
    numbers: 12,
    panels: &[PRICES, AUCTIONS],
};
const PRICE_COLOUR: &str = "#33475b";
/// WETH and the second collateral.
const COLOURS: [&str; 2] = ["#1f77b4", "#e07b00"];
/// Fewest pixels that a bar is wide.
const LEAST_BAR: f64 = 1.5;

/// Writes the figure, and its folder if there is none.
pub(super) fn write(world: &World, path: &Path) -> Result<()> {
    let prices: Vec<Row> = world
        .prices
        .iter()
        .map(|prices| Row {
            time: prices.time,
            price: prices.answers[0] as f64 / 1e8,
        })
        .collect();
    let svg = draw(&prices, &world.fills(), &world.lots(), world.suite.now());
    plot::write(&svg, path)
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
    let mut plot = Plot::new(
        LAYOUT,
        "Breakwater demo: price, auctions and fills",
        start,
        end,
    );
    let known = prices.iter().map(|row| row.price);
    let known = known.chain(fills.iter().map(|fill| on_axis(prices, fill)));
    let values = Scale::of_prices(known, PRICES);
    axes(&mut plot, values);
    let series = prices.iter().map(|row| (row.time, row.price));
    plot.steps(values, series, PRICE_COLOUR, 1.3);
    for fill in fills {
        let (x, y) = (plot.x(fill.time), values.at(on_axis(prices, fill)));
        let radius = (2.0 + fill.paid.max(1.0).log10() * 0.6).min(6.0);
        let colour = COLOURS[fill.side];
        plot.push(&format!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius:.1}\" fill=\"{colour}\" fill-opacity=\"0.5\"/>\n"
        ));
    }
    bars(&mut plot, lots, end);
    legend(&mut plot);
    plot.finish()
}

fn axes(plot: &mut Plot, values: Scale) {
    plot.value_axis(values, price);
    plot.time_axis();
    for panel in [PRICES, AUCTIONS] {
        plot.frame(panel);
    }
    plot.time_title();
    for (panel, title) in [
        (PRICES, "ETH price, dollars"),
        (AUCTIONS, "auctions at once"),
    ] {
        let y = (panel.0 + panel.1) / 2.0;
        plot.push(&format!(
            "<text transform=\"translate(18 {y:.1}) rotate(-90)\" text-anchor=\"middle\" font-size=\"13\">{title}</text>\n"
        ));
    }
}

/// Each auction in the first row that is free; rows share the panel's height.
fn bars(plot: &mut Plot, lots: &[Lot], end: u64) {
    let mut free_from: Vec<f64> = Vec::new();
    let mut placed = Vec::new();
    for lot in lots {
        let from = plot.x(lot.start);
        let to = plot.x(lot.end.unwrap_or(end)).max(from + LEAST_BAR);
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
        plot.number(y, &count.to_string());
    }
    for (row, from, to, side) in placed {
        let y = AUCTIONS.1 - (row + 1) as f64 * height;
        plot.rectangle((from, y), (to - from, height * 0.8), COLOURS[side]);
    }
}

fn legend(plot: &mut Plot) {
    let y = 52.0;
    plot.line((LEFT, y - 4.0), (LEFT + 24.0, y - 4.0), PRICE_COLOUR);
    plot.text(LEFT + 30.0, y, "start", 12, "ETH, oracle price");
    let names = ["WETH", "SEC"];
    for (side, name) in names.into_iter().enumerate() {
        let x = LEFT + 170.0 + side as f64 * 270.0;
        let colour = COLOURS[side];
        plot.swatch(x, y, colour);
        plot.push(&format!(
            "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\" fill=\"{colour}\" fill-opacity=\"0.5\"/>\n",
            x + 146.0,
            y - 4.0
        ));
        let scaled = if side == 0 {
            ""
        } else {
            " (price relative to its oracle)"
        };
        plot.text(x + 156.0, y, "start", 12, &format!("{name} fill{scaled}"));
        plot.beside_swatch(x, y, &format!("{name} auction"));
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
