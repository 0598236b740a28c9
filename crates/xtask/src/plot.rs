//! What figures are drawn with: panels one above the other over one axis of times, with their axes, lines and legend. SVG, by
//! hand: two kinds of axes and a legend need no library. What is in the panels is each command's own.

use std::path::Path;

use crate::{
    error::{Error, Result},
    market::date,
};

const WIDTH: f64 = 1_100.0;
/// Where panels end.
pub(crate) const RIGHT: f64 = 1_070.0;
/// Shades a time when something went wrong.
pub(crate) const ALARM: &str = "#f4c7c3";

/// Top and bottom of a panel, pixels from the top of the figure.
pub(crate) type Panel = (f64, f64);

/// Where things stand in a figure, in pixels.
#[derive(Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) height: f64,
    /// Where panels begin.
    pub(crate) left: f64,
    /// Base line of the figure's title.
    pub(crate) title: f64,
    /// Size of the numbers on axes.
    pub(crate) numbers: u32,
    /// From the top down.
    pub(crate) panels: &'static [Panel],
}

/// A figure in the making. What is drawn later covers what is there.
pub(crate) struct Plot {
    svg: String,
    layout: Layout,
    times: Scale,
}

impl Plot {
    /// A white sheet with a title, for times from the first to the last.
    pub(crate) fn new(layout: Layout, title: &str, first: u64, last: u64) -> Self {
        let height = layout.height;
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
             <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"white\"/>\n"
        );
        let times = Scale {
            // A range of its own, also if there is nothing to draw.
            from: (first as f64, last.max(first.saturating_add(1)) as f64),
            to: (layout.left, RIGHT),
        };
        let mut plot = Self { svg, layout, times };
        plot.text(layout.left, layout.title, "start", 16, title);
        plot
    }

    /// The file's content.
    pub(crate) fn finish(mut self) -> String {
        self.svg.push_str("</svg>\n");
        self.svg
    }

    /// Where a time is, pixels from the left.
    pub(crate) fn x(&self, time: u64) -> f64 {
        self.times.at(time as f64)
    }

    /// From the top of the highest panel to the bottom of the lowest.
    fn ends(&self) -> Panel {
        let panels = self.layout.panels;
        let (first, last) = (panels.first(), panels.last());
        (
            first.map_or(0.0, |(top, _)| *top),
            last.map_or(0.0, |(_, bottom)| *bottom),
        )
    }

    // --- axes ---

    /// Round times, with a line through all panels at each.
    pub(crate) fn time_axis(&mut self) {
        let (top, bottom) = self.ends();
        for time in self.times.time_ticks() {
            let x = self.x(time);
            self.line((x, top), (x, bottom), "#f0f0f0");
            self.text(x, bottom + 18.0, "middle", self.layout.numbers, &date(time));
        }
    }

    /// Round values, with a line through the panel at each.
    pub(crate) fn value_axis(&mut self, values: Scale, words: impl Fn(f64) -> String) {
        for value in values.ticks() {
            let y = values.at(value);
            self.line((self.layout.left, y), (RIGHT, y), "#e4e4e4");
            self.number(y, &words(value));
        }
    }

    /// A number beside the axis of values.
    pub(crate) fn number(&mut self, y: f64, words: &str) {
        let x = self.layout.left - 8.0;
        self.text(x, y + 4.0, "end", self.layout.numbers, words);
    }

    /// Left and lower edge of a panel.
    pub(crate) fn frame(&mut self, (top, bottom): Panel) {
        let left = self.layout.left;
        self.line((left, top), (left, bottom), "black");
        self.line((left, bottom), (RIGHT, bottom), "black");
    }

    /// Says under the axis of times what it is.
    pub(crate) fn time_title(&mut self) {
        let middle = (self.layout.left + RIGHT) / 2.0;
        let y = self.layout.height - 16.0;
        self.text(middle, y, "middle", 13, "time, UTC");
    }

    // --- content ---

    /// Values that hold until the next one: a line of steps.
    pub(crate) fn steps(
        &mut self,
        values: Scale,
        series: impl IntoIterator<Item = (u64, f64)>,
        colour: &str,
        width: f64,
    ) {
        let mut points = Vec::new();
        let mut before: Option<f64> = None;
        for (time, value) in series {
            let (x, y) = (self.x(time), values.at(value));
            if let Some(before) = before {
                points.push(format!("{x:.1},{before:.1}"));
            }
            points.push(format!("{x:.1},{y:.1}"));
            before = Some(y);
        }
        let points = points.join(" ");
        self.push(&format!(
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"/>\n"
        ));
    }

    /// Marks a time in all panels; what is beyond the last time is cut off.
    pub(crate) fn shade(&mut self, (from, until): (u64, u64), colour: &str) {
        let (from, until) = (self.x(from), self.x(until).min(RIGHT));
        if from < RIGHT {
            let (top, bottom) = self.ends();
            let width = (until - from).max(1.0);
            self.rectangle((from, top), (width, bottom - top), colour);
        }
    }

    /// A rectangle by its upper left corner, width and height.
    pub(crate) fn rectangle(&mut self, at: (f64, f64), size: (f64, f64), colour: &str) {
        self.push(&format!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{colour}\"/>\n",
            at.0, at.1, size.0, size.1
        ));
    }

    /// A colour of the legend, standing on the base line `y`.
    pub(crate) fn swatch(&mut self, x: f64, y: f64, colour: &str) {
        let top = y - 8.0;
        self.push(&format!(
            "<rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"22\" height=\"8\" fill=\"{colour}\"/>\n"
        ));
    }

    /// What a colour of the legend stands for: words beside its swatch at the same place.
    pub(crate) fn beside_swatch(&mut self, x: f64, y: f64, words: &str) {
        self.text(x + 28.0, y, "start", 12, words);
    }

    /// Words at a place.
    pub(crate) fn text(&mut self, x: f64, y: f64, anchor: &str, size: u32, words: &str) {
        self.push(&format!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"{size}\">{words}</text>\n"
        ));
    }

    /// A straight line.
    pub(crate) fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: &str) {
        self.push(&format!(
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{colour}\"/>\n",
            from.0, from.1, to.0, to.1
        ));
    }

    /// Elements that only one figure has.
    pub(crate) fn push(&mut self, elements: &str) {
        self.svg.push_str(elements);
    }
}

/// Writes a figure, and its folder if there is none.
pub(crate) fn write(svg: &str, path: &Path) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    }
    std::fs::write(path, svg).map_err(Error::io("write", path))
}

/// Maps a range of values onto a range of pixels.
#[derive(Clone, Copy)]
pub(crate) struct Scale {
    /// Values.
    pub(crate) from: (f64, f64),
    /// Pixels.
    pub(crate) to: (f64, f64),
}

impl Scale {
    /// An axis for a panel that holds all values, with air above and below them: the part `air` of their range, which counts as at
    /// least the part `flat` of the highest.
    pub(crate) fn holding(
        values: impl IntoIterator<Item = f64>,
        (flat, air): (f64, f64),
        panel: Panel,
    ) -> Self {
        let (lowest, highest) = values
            .into_iter()
            .fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), value| {
                (low.min(value), high.max(value))
            });
        let lowest = lowest.min(highest);
        let air = (highest - lowest).max(highest * flat) * air;
        Self {
            from: (lowest - air, highest + air),
            to: (panel.1, panel.0),
        }
    }

    /// The same for prices: five percent of air, and nothing below zero.
    pub(crate) fn of_prices(values: impl IntoIterator<Item = f64>, panel: Panel) -> Self {
        let mut scale = Self::holding(values, (0.01, 0.05), panel);
        scale.from.0 = scale.from.0.max(0.0);
        scale
    }

    /// Where a value is.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let width = (self.from.1 - self.from.0).max(f64::MIN_POSITIVE);
        self.to.0 + (value - self.from.0) / width * (self.to.1 - self.to.0)
    }

    /// Four to ten round values in the range.
    pub(crate) fn ticks(&self) -> Vec<f64> {
        let span = (self.from.1 - self.from.0).max(f64::MIN_POSITIVE);
        let power = 10_f64.powf((span / 5.0).log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .map(|digit| digit * power)
            .into_iter()
            .find(|step| span / step <= 8.0)
            .unwrap_or(10.0 * power);
        let first = (self.from.0 / step).ceil() as i64;
        let last = (self.from.1 / step).floor() as i64;
        (first..=last).map(|index| index as f64 * step).collect()
    }

    /// At most nine round times in the range: whole minutes, hours or days.
    pub(crate) fn time_ticks(&self) -> Vec<u64> {
        let (from, to) = (self.from.0 as u64, self.from.1 as u64);
        let span = to.saturating_sub(from);
        let step = TIME_STEPS
            .into_iter()
            .find(|step| span / step <= 8)
            .unwrap_or((span / 86_400 / 8 + 1) * 86_400);
        (from.div_ceil(step)..=to / step)
            .map(|index| index * step)
            .collect()
    }
}

/// Steps of an axis of times, in seconds: a minute to a day.
const TIME_STEPS: [u64; 8] = [60, 300, 900, 3_600, 10_800, 21_600, 43_200, 86_400];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_labelled_at_whole_hours() {
        let scale = Scale {
            from: (1_583_967_600.0, 1_584_140_400.0),
            to: (0.0, 1.0),
        };
        let ticks = scale.time_ticks();
        assert_eq!(ticks.len(), 8);
        assert!(ticks.iter().all(|time| time % 21_600 == 0));
    }

    #[test]
    fn an_axis_of_prices_has_air_and_stays_above_zero() {
        let panel = (70.0, 390.0);
        let scale = Scale::of_prices([100.0, 200.0], panel);
        assert_eq!((scale.from, scale.to), ((95.0, 205.0), (390.0, 70.0)));
        assert_eq!(Scale::of_prices([1.0, 201.0], panel).from, (0.0, 211.0));
        // Flat: a twentieth of a percent of the price.
        assert_eq!(Scale::of_prices([1_000.0; 2], panel).from, (999.5, 1_000.5));
        assert_eq!(Scale::of_prices([], panel).from, (0.0, 0.0));
    }

    #[test]
    fn a_value_holds_until_the_next_and_a_mark_ends_with_the_figure() {
        const LAYOUT: Layout = Layout {
            height: 200.0,
            left: 70.0,
            title: 20.0,
            numbers: 12,
            panels: &[(30.0, 60.0), (80.0, 180.0)],
        };
        let values = Scale {
            from: (0.0, 10.0),
            to: (180.0, 80.0),
        };
        let drawn = |draw: fn(&mut Plot, Scale)| {
            let mut plot = Plot::new(LAYOUT, "title", 1_000, 2_000);
            let before = plot.svg.len();
            draw(&mut plot, values);
            plot.svg[before..].to_owned()
        };
        let steps =
            drawn(|plot, values| plot.steps(values, [(1_000, 1.0), (1_500, 4.0)], "red", 1.5));
        assert!(
            steps.contains("points=\"70.0,170.0 570.0,170.0 570.0,140.0\""),
            "{steps}"
        );
        let shade = drawn(|plot, _| plot.shade((1_900, 3_000), "red"));
        assert!(
            shade.contains("x=\"970.0\" y=\"30.0\" width=\"100.0\" height=\"150.0\""),
            "{shade}"
        );
        assert_eq!(drawn(|plot, _| plot.shade((2_000, 3_000), "red")), "");
    }

    #[test]
    fn ticks_are_few_and_round() {
        let scale = Scale {
            from: (86.0, 203.0),
            to: (0.0, 1.0),
        };
        assert_eq!(scale.ticks(), [100.0, 120.0, 140.0, 160.0, 180.0, 200.0]);
    }
}
