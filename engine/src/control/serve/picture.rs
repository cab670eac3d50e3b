//! The week ahead as a picture.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::board::Segment;
use super::html::escaped;
use ebbtide::plan::Target;

/// The height of the picture in pixels. Its width is that of the page: places are shares of it, so that text is never squeezed.
const HEIGHT: f64 = 44.0;
/// The lower end of the bars. The names of days stand below.
const BARS: f64 = 26.0;

/// Draws segments as SVG, with a line at each local midnight. The first segment begins now.
pub(super) fn week(segments: &[Segment], zone: Option<&str>) -> String {
    let (Some(first), Some(last)) = (segments.first(), segments.last()) else { return String::new() };
    let (from, to) = (first.from, last.to);
    let length = seconds(from, to).max(1.0);
    let x = |at: Timestamp| seconds(from, at.clamp(from, to)) / length * 100.0;
    let zone = zone.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
    let mut svg = format!(
        "<svg class=\"week\" width=\"100%\" height=\"{HEIGHT}\" role=\"img\" \
         xmlns=\"http://www.w3.org/2000/svg\"><title>{}</title>",
        escaped(&described(segments, &zone))
    );
    for segment in segments {
        let class = match segment.target {
            Target::Running => "running",
            Target::Paused => "paused",
            Target::Destroyed => "destroyed",
        };
        let (left, right) = (x(segment.from), x(segment.to));
        let title = format!("{}: {} until {}", segment.target, segment.reason, local(segment.to, &zone));
        // Writing into text cannot fail.
        let _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"{left:.2}%\" y=\"4\" width=\"{:.2}%\" height=\"{}\"><title>{}</title></rect>",
            (right - left).max(0.1),
            BARS - 4.0,
            escaped(&title)
        );
    }
    for midnight in midnights(from, to, &zone) {
        let at = x(midnight);
        let day = midnight.to_zoned(zone.clone()).strftime("%a").to_string();
        let _ = write!(svg, "<line x1=\"{at:.2}%\" x2=\"{at:.2}%\" y1=\"0\" y2=\"{HEIGHT}\"/>");
        let _ = write!(svg, "<text x=\"{at:.2}%\" dx=\"4\" y=\"40\">{}</text>", escaped(&day));
    }
    svg.push_str("</svg>");
    svg
}

/// Returns the picture in words, for those who do not see it.
fn described(segments: &[Segment], zone: &TimeZone) -> String {
    let parts = segments.iter().take(8).map(|one| format!("{} until {}", one.target, local(one.to, zone)));
    parts.collect::<Vec<_>>().join(", then ")
}

/// Returns a local time, such as `Mon 23 Nov 08:00`.
pub(super) fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%a %-d %b %H:%M").to_string()
}

/// Returns an instant in the time zone of a schedule, with the instant itself for machines.
pub(super) fn time(at: Timestamp, zone: &TimeZone) -> String {
    let abbreviation = at.to_zoned(zone.clone()).strftime("%Z").to_string();
    format!("<time datetime=\"{at:.0}\">{} {}</time>", escaped(&local(at, zone)), escaped(&abbreviation))
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

/// Returns the first instants of local days.
fn midnights(from: Timestamp, to: Timestamp, zone: &TimeZone) -> Vec<Timestamp> {
    let mut date = from.to_zoned(zone.clone()).date();
    let mut found = Vec::new();
    while let Ok(next) = date.checked_add(1.day()) {
        date = next;
        match date.to_zoned(zone.clone()).map(|day| day.timestamp()) {
            Ok(midnight) if midnight < to => found.push(midnight),
            _ => break,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(from: &str, to: &str, target: Target, reason: &str) -> Segment {
        Segment { from: from.parse().unwrap(), to: to.parse().unwrap(), target, reason: reason.to_owned() }
    }

    #[test]
    fn bars_have_the_length_of_their_time_and_days_are_local() {
        let week = super::week(
            &[
                segment("2026-11-22T12:00:00Z", "2026-11-23T13:00:00Z", Target::Paused, "outside"),
                segment("2026-11-23T13:00:00Z", "2026-11-29T12:00:00Z", Target::Running, "<office & hours>"),
            ],
            Some("America/New_York"),
        );
        assert!(week.contains("<rect class=\"paused\" x=\"0.00%\" y=\"4\" width=\"14.88%\""), "{week}");
        assert!(week.contains("<rect class=\"running\" x=\"14.88%\""), "{week}");
        assert!(week.contains("&lt;office &amp; hours&gt;") && !week.contains("<office"), "{week}");
        // Midnight of New York is 05:00 UTC then: 17 hours after the beginning.
        assert!(week.contains("<line x1=\"10.12%\""), "{week}");
        assert_eq!(week.matches("<line").count(), 7);
        assert!(week.contains(">Mon</text>"), "{week}");
        assert_eq!(super::week(&[], None), "");
    }
}
