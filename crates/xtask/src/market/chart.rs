//! What figures are drawn with: axes, words, lines. SVG, by hand.

/// Maps a range of values onto a range of pixels.
#[derive(Clone, Copy)]
pub(crate) struct Scale {
    /// Values.
    pub(crate) from: (f64, f64),
    /// Pixels.
    pub(crate) to: (f64, f64),
}

impl Scale {
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

/// Words at a place.
pub(crate) fn text(svg: &mut String, x: f64, y: f64, anchor: &str, size: u32, words: &str) {
    svg.push_str(&format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"{size}\">{words}</text>\n"
    ));
}

/// A straight line.
pub(crate) fn line(svg: &mut String, from: (f64, f64), to: (f64, f64), colour: &str) {
    svg.push_str(&format!(
        "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" stroke=\"{colour}\"/>\n",
        from.0, from.1, to.0, to.1
    ));
}

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
    fn ticks_are_few_and_round() {
        let scale = Scale {
            from: (86.0, 203.0),
            to: (0.0, 1.0),
        };
        assert_eq!(scale.ticks(), [100.0, 120.0, 140.0, 160.0, 180.0, 200.0]);
    }
}
