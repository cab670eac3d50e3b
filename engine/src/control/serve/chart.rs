//! The spending of a month against its budget, as a chart.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::board::BudgetBoard;
use super::html::escaped;
use crate::control::money::Point;
use ebbtide::budget::Spend;

/// The height of the chart in pixels. Its width is that of the page: places are shares of it, so that text is never squeezed.
const HEIGHT: f64 = 170.0;
/// The height of the curves. The days stand below.
const PLOT: f64 = 150.0;
/// The room above the highest value.
const ABOVE: f64 = 1.12;

/// The last place, in percent, from which a text has room to the right.
const LAST_TEXT: f64 = 85.0;

/// Draws the course of a month as SVG: the spending so far, the forecast, the budget, and the budget with its buffer.
pub(super) fn chart(budget: &BudgetBoard) -> String {
    let course = &budget.course;
    let (Some(first), Some(last)) = (course.first(), course.last()) else { return String::new() };
    let length = seconds(first.at, last.at).max(1.0);
    let x = |at: Timestamp| seconds(first.at, at) / length * 100.0;
    let top =
        course.iter().map(|point| point.spent.high).fold(budget.monthly.max(budget.with_buffer), f64::max) * ABOVE;
    let y = |usd: f64| PLOT * (1.0 - usd / top.max(f64::MIN_POSITIVE));
    let mut svg = format!(
        "<svg class=\"chart\" width=\"100%\" height=\"{HEIGHT}\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">\
         <title>{}</title>",
        escaped(&described(budget))
    );
    days(&mut svg, course, &x);
    // The inner picture is stretched to the width; its lines are not.
    let _ = write!(
        svg,
        "<svg x=\"0\" y=\"0\" width=\"100%\" height=\"{PLOT}\" viewBox=\"0 0 100 {PLOT}\" preserveAspectRatio=\"none\">"
    );
    let now = course.iter().rposition(|point| !point.forecast).unwrap_or(0);
    curve(&mut svg, "forecast", &course[now..], (&x, &y));
    curve(&mut svg, "spent", &course[..=now], (&x, &y));
    svg.push_str("</svg>");
    let mut limit = |usd: f64, name: &str, down: f64| {
        let at = y(usd);
        let text = (at + down).clamp(11.0, PLOT - 3.0);
        let amount = Spend::exactly(usd);
        let _ = write!(
            svg,
            "<line class=\"limit\" x1=\"0%\" x2=\"100%\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>\
             <text x=\"0%\" dx=\"4\" y=\"{text:.1}\">{name} {amount}</text>"
        );
    };
    limit(budget.monthly, "budget", 13.0);
    if budget.with_buffer > budget.monthly {
        limit(budget.with_buffer, "with buffer", -4.0);
    }
    let at = x(course[now].at);
    let (anchor, dx) = side(at);
    let _ = write!(
        svg,
        "<line class=\"now\" x1=\"{at:.2}%\" x2=\"{at:.2}%\" y1=\"0\" y2=\"{PLOT}\"/>\
         <text x=\"{at:.2}%\" dx=\"{dx}\" y=\"{:.1}\" text-anchor=\"{anchor}\">now</text></svg>",
        PLOT - 4.0
    );
    svg
}

/// Draws a curve: the line of the lower bound, and the area up to the upper one.
fn curve(svg: &mut String, class: &str, points: &[Point], (x, y): (&impl Fn(Timestamp) -> f64, &impl Fn(f64) -> f64)) {
    let places = |value: fn(&Spend) -> f64| -> Vec<String> {
        points.iter().map(|point| format!("{:.2},{:.1}", x(point.at), y(value(&point.spent)))).collect()
    };
    let (low, mut high) = (places(|spent| spent.low), places(|spent| spent.high));
    let line = low.join(" ");
    high.reverse();
    let _ = write!(
        svg,
        "<polygon class=\"{class}\" points=\"{line} {}\"/>\
         <polyline class=\"{class}\" points=\"{line}\" vector-effect=\"non-scaling-stroke\"/>",
        high.join(" ")
    );
}

/// Writes some days of the month below the curves.
fn days(svg: &mut String, course: &[Point], x: &impl Fn(Timestamp) -> f64) {
    for point in course.iter().take(course.len() - 1) {
        let zoned = point.at.to_zoned(TimeZone::UTC);
        let is_midnight = zoned.start_of_day().is_ok_and(|start| start.timestamp() == point.at);
        if is_midnight && matches!(zoned.day(), 1 | 8 | 15 | 22 | 29) {
            let (at, day) = (x(point.at), zoned.strftime("%-d %b"));
            let _ = write!(svg, "<line x1=\"{at:.2}%\" x2=\"{at:.2}%\" y1=\"0\" y2=\"{HEIGHT}\"/>");
            // On a phone there is no room for the last one.
            if at < LAST_TEXT {
                let _ = write!(svg, "<text x=\"{at:.2}%\" dx=\"4\" y=\"{:.1}\">{day}</text>", HEIGHT - 4.0);
            }
        }
    }
}

/// Returns on which side of a line its text stands, so that it is not cut off at the end, and its distance.
fn side(at: f64) -> (&'static str, i32) {
    if at > LAST_TEXT { ("end", -4) } else { ("start", 4) }
}

/// Returns the chart in words, for those who do not see it.
fn described(budget: &BudgetBoard) -> String {
    let (spent, forecast, monthly) = (budget.spent, budget.forecast, Spend::exactly(budget.monthly));
    format!("{spent} spent this month, {forecast} forecast, of a budget of {monthly}")
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(points: &[(&str, f64, f64, bool)]) -> BudgetBoard {
        let point = |(at, low, high, forecast): &(&str, f64, f64, bool)| Point {
            at: at.parse().unwrap(),
            spent: Spend::between(*low, *high),
            forecast: *forecast,
        };
        BudgetBoard {
            monthly: 100.0,
            with_buffer: 120.0,
            daily: None,
            spent: Spend::exactly(40.0),
            forecast: Spend::between(60.0, 150.0),
            reconciled: Vec::new(),
            since: None,
            incomplete: false,
            spike: None,
            rules: Vec::new(),
            course: points.iter().map(point).collect(),
        }
    }

    #[test]
    fn curves_begin_with_the_month_and_the_forecast_begins_now() {
        let svg = chart(&budget(&[
            ("2026-11-01T00:00:00Z", 0.0, 0.0, false),
            ("2026-11-16T00:00:00Z", 40.0, 40.0, false),
            ("2026-12-01T00:00:00Z", 60.0, 168.0, true),
        ]));
        // The highest value is 168, and there is room above it.
        let (spent, end, high) =
            (150.0 * (1.0 - 40.0 / 188.16), 150.0 * (1.0 - 60.0 / 188.16), 150.0 * (1.0 - 168.0 / 188.16));
        let line = format!("<polyline class=\"spent\" points=\"0.00,150.0 50.00,{spent:.1}\"");
        assert!(svg.contains(&line), "{line}: {svg}");
        let area = format!("points=\"50.00,{spent:.1} 100.00,{end:.1} 100.00,{high:.1} 50.00,{spent:.1}\"");
        assert!(svg.contains(&area), "{area}: {svg}");
        assert!(svg.contains(">budget $100.00</text>") && svg.contains(">with buffer $120.00</text>"), "{svg}");
        assert!(svg.contains(">1 Nov</text>") && !svg.contains(">16 Nov</text>"), "{svg}");
    }

    #[test]
    fn a_month_without_data_has_no_chart() {
        assert_eq!(chart(&budget(&[])), "");
    }
}
