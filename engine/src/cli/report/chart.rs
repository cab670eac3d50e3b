//! Bars, as SVG within a page. Text stands beside them as text of the page, so that it stays readable on a narrow screen.

use std::fmt::Write as _;

/// A part of a bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Part {
    /// Its beginning, in the unit of the scale.
    pub(super) from: f64,
    /// Its end.
    pub(super) to: f64,
    /// Its class in the style sheet.
    pub(super) class: &'static str,
}

/// The width of a bar, in units of its own: it is stretched to the width of the page.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 10.0;
/// The least width of a part that is not empty, so that it is seen.
const LEAST: f64 = 2.0;

/// Draws a bar of which `all` is the whole width. `label` describes it to people who do not see it; it is escaped.
pub(super) fn bar(parts: &[Part], all: f64, label: &str) -> String {
    let mut svg = format!(
        "<svg class=\"bar\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{label}\">\
         <rect class=\"track\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>"
    );
    for part in parts {
        let scaled = |value: f64| if all > 0.0 { (value / all * WIDTH).clamp(0.0, WIDTH) } else { 0.0 };
        let (from, to) = (scaled(part.from.min(part.to)), scaled(part.from.max(part.to)));
        if part.from == part.to {
            continue;
        }
        let width = (to - from).max(LEAST);
        let from = from.min(WIDTH - width);
        // Writing into text cannot fail.
        let _ =
            write!(svg, "<rect class=\"{}\" x=\"{from:.1}\" width=\"{width:.1}\" height=\"{HEIGHT}\"/>", part.class);
    }
    svg.push_str("</svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_lie_within_the_bar_and_small_ones_are_seen() {
        let part = |from, to| Part { from, to, class: "x" };
        let rects = |parts: &[Part], all| bar(parts, all, "a bar").matches("class=\"x\"").count();
        assert!(bar(&[part(5.0, 10.0)], 10.0, "a bar").contains("x=\"500.0\" width=\"500.0\""));
        assert!(bar(&[part(9.9999, 10.0)], 10.0, "").contains("x=\"998.0\" width=\"2.0\""));
        assert!(bar(&[part(-3.0, 20.0)], 10.0, "").contains("x=\"0.0\" width=\"1000.0\""));
        assert_eq!(rects(&[part(0.0, 0.0)], 10.0), 0);
        assert_eq!(rects(&[part(0.0, 1.0)], 0.0), 1);
    }
}
