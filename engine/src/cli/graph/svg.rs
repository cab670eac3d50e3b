//! Drawings as SVG.

use std::fmt::Write as _;

use crate::cli::graph::layout::{Layout, layered};
use crate::cli::graph::model::{Condition, Drawing};

const ROW: usize = 54;
const HEIGHT: usize = 40;
const GAP: usize = 56;
const MARGIN: usize = 20;
const HEAD: usize = 88;
/// The space above the first row of a component, with its name.
const NAME: usize = 30;
/// The space between two components.
const BETWEEN: usize = 14;
/// The width of a letter of the monospaced font at this size.
const LETTER: usize = 7;
/// The space around a text, left and right together.
const PADDING: usize = 22;

/// The places of a drawing in pixels.
struct Places {
    layout: Layout,
    /// The component of each node, by its position in the drawing.
    band_of: Vec<usize>,
    /// The left edge of each column, and its width.
    columns: Vec<(usize, usize)>,
    /// The top of each component.
    bands: Vec<usize>,
    width: usize,
    height: usize,
}

impl Places {
    fn new(drawing: &Drawing) -> Self {
        let mut band_of = vec![0; drawing.nodes.len()];
        for (band, (_, members)) in drawing.components().into_iter().enumerate() {
            members.into_iter().for_each(|member| band_of[member] = band);
        }
        let layout = layered(&band_of, &drawing.edges);
        let mut widths = vec![0; layout.columns];
        for (node, (column, _)) in drawing.nodes.iter().zip(&layout.places) {
            let letters = node.address.kind().chars().count().max(node.address.name().chars().count());
            widths[*column] = widths[*column].max(letters * LETTER + PADDING);
        }
        let mut left = 2 * MARGIN;
        let mut columns = Vec::new();
        for width in widths {
            columns.push((left, width));
            left += width + GAP;
        }
        let mut top = HEAD;
        let mut bands = Vec::new();
        for rows in &layout.bands {
            bands.push(top);
            top += NAME + rows * ROW + BETWEEN;
        }
        let width = columns.last().map_or(0, |(left, width)| left + width + 2 * MARGIN).max(640);
        Self { layout, band_of, columns, bands, width, height: top + MARGIN }
    }

    /// Returns the left edge, the top and the width of a node.
    fn of(&self, node: usize) -> (usize, usize, usize) {
        let (column, row) = self.layout.places[node];
        let (left, width) = self.columns[column];
        (left, self.bands[self.band_of[node]] + NAME + row * ROW, width)
    }
}

/// Returns the drawing as SVG. Writing into text cannot fail, so results are ignored.
pub(in crate::cli) fn to_svg(drawing: &Drawing) -> String {
    let places = Places::new(drawing);
    let Places { width, height, .. } = places;
    let mut svg = String::new();
    let title = escape(&drawing.title);
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" aria-label=\"{title}\" font-family=\"ui-monospace, Menlo, Consolas, monospace\" font-size=\"11\">"
    );
    let _ =
        writeln!(svg, "<title>{title}</title>\n{}\n<rect class=\"ground\" width=\"100%\" height=\"100%\"/>", style());
    let _ = writeln!(
        svg,
        "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto-start-reverse\"><path class=\"tip\" d=\"M0 0L8 4L0 8z\"/></marker></defs>"
    );
    let _ = writeln!(
        svg,
        "<text class=\"name\" x=\"{MARGIN}\" y=\"24\" font-size=\"14\" font-weight=\"bold\">{title}</text>"
    );
    legend(&mut svg);
    for ((component, _), (top, rows)) in drawing.components().iter().zip(places.bands.iter().zip(&places.layout.bands))
    {
        let _ = writeln!(
            svg,
            "<rect class=\"band\" x=\"{MARGIN}\" y=\"{top}\" width=\"{}\" height=\"{}\" rx=\"6\"/>\
             <text class=\"name\" x=\"{}\" y=\"{}\" font-weight=\"bold\">{}</text>",
            width - 2 * MARGIN,
            NAME + rows * ROW,
            MARGIN + 10,
            top + 19,
            escape(component)
        );
    }
    for (from, to) in &drawing.edges {
        let ((x, y, wide), (x2, y2, _)) = (places.of(*from), places.of(*to));
        let (x1, y1, y2) = (x + wide, y + HEIGHT / 2, y2 + HEIGHT / 2);
        let bend = GAP / 2 + x2.saturating_sub(x1 + GAP) / 4;
        let _ = writeln!(
            svg,
            "<path class=\"edge\" d=\"M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}\" marker-end=\"url(#arrow)\"/>",
            x1 + bend,
            x2.saturating_sub(bend),
        );
    }
    for (node, found) in drawing.nodes.iter().enumerate() {
        let (condition, address) = (found.condition, &found.address);
        let _ = writeln!(svg, "<g><title>{}: {}</title>", escape(&address.to_string()), condition.label());
        let (x, y, width) = places.of(node);
        shape(&mut svg, condition, (x, y), (width, HEIGHT), &[address.kind(), address.name()]);
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

/// Returns the style sheet, with colours for a light and for a dark ground.
fn style() -> String {
    let of = |colors: fn(Condition) -> (&'static str, &'static str)| {
        let rules = Condition::ALL.map(|condition| {
            let (fill, line) = colors(condition);
            format!(".{}{{fill:{fill};stroke:{line};stroke-width:1.3}}", condition.class())
        });
        rules.concat()
    };
    format!(
        "<style>.ground{{fill:#ffffff}}.band{{fill:#f6f8fa;stroke:#d0d7de}}.name{{fill:#1f2328}}.kind{{fill:#57606a}}\
         .edge{{fill:none;stroke:#8c959f;stroke-opacity:.7}}.tip{{fill:#8c959f}}.sleeps{{stroke-dasharray:5 3}}.lid{{fill:none}}{}\
         @media (prefers-color-scheme:dark){{.ground{{fill:#0d1117}}.band{{fill:#161b22;stroke:#30363d}}.name{{fill:#e6edf3}}\
         .kind{{fill:#9198a1}}.edge{{stroke:#6e7681}}.tip{{fill:#6e7681}}{}.lid{{fill:none}}}}</style>",
        of(Condition::colors),
        of(Condition::dark_colors),
    )
}

fn legend(svg: &mut String) {
    let mut x = MARGIN;
    for condition in Condition::ALL {
        let width = condition.label().len() * LETTER + PADDING;
        shape(svg, condition, (x, 38), (width, 30), &[condition.label()]);
        svg.push('\n');
        x += width + 14;
    }
    let _ = writeln!(svg, "<text class=\"kind\" x=\"{}\" y=\"57\">→ needs</text>", x + 4);
}

/// Draws a box for a running or kept resource, a dashed pill for a sleeping one, a drum for one that holds data. The last line of its
/// text is its name.
fn shape(
    svg: &mut String,
    condition: Condition,
    (x, y): (usize, usize),
    (width, height): (usize, usize),
    lines: &[&str],
) {
    let class = condition.class();
    let _ = match condition {
        Condition::Runs | Condition::Kept => {
            write!(svg, "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"3\"/>")
        }
        Condition::Sleeps => write!(
            svg,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{}\"/>",
            height / 2
        ),
        Condition::HoldsData => {
            let (right, half, lid) = (x + width, width / 2, 5);
            let bottom = y + height - lid;
            write!(
                svg,
                "<path class=\"{class}\" d=\"M{x} {0}A{half} {lid} 0 0 1 {right} {0}V{bottom}A{half} {lid} 0 0 1 {x} {bottom}Z\"/>\
                 <path class=\"{class} lid\" d=\"M{x} {0}A{half} {lid} 0 0 0 {right} {0}\"/>",
                y + lid
            )
        }
    };
    let below = if condition == Condition::HoldsData { 3 } else { 0 };
    let first = y + height / 2 + 4 + below - 7 * (lines.len() - 1);
    for (index, text) in lines.iter().enumerate() {
        let class = if index + 1 == lines.len() { "name" } else { "kind" };
        let _ = write!(
            svg,
            "<text class=\"{class}\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            x + width / 2,
            first + 14 * index,
            escape(text)
        );
    }
}

/// Returns text with the characters replaced that mean something in XML, HTML and their attributes in double quotes.
pub(in crate::cli) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::model::Node;
    use super::*;

    #[test]
    fn every_condition_has_a_shape_of_its_own_and_a_legend_entry() {
        let node = |address: &str, component: &str, condition| Node {
            address: address.parse().unwrap(),
            component: component.into(),
            condition,
        };
        let drawing = Drawing {
            title: "demo <in> local".into(),
            nodes: vec![
                node("s3_bucket.models", "models", Condition::HoldsData),
                node("sagemaker_endpoint.llm", "llm", Condition::Sleeps),
                node("ec2_nat.a", "a", Condition::Runs),
            ],
            edges: vec![(1, 0)],
        };
        let svg = to_svg(&drawing);
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
        assert!(svg.contains("demo &lt;in&gt; local") && svg.contains("prefers-color-scheme:dark"));
        assert_eq!(svg.matches("class=\"sleeps\"").count(), 2, "one in the legend, one in the drawing");
        assert_eq!(svg.matches("marker-end").count(), 1);
        assert_eq!(svg.matches("class=\"band\"").count(), 3, "one for each component");
        assert!(Condition::ALL.iter().all(|condition| svg.contains(condition.label())));
        let places = Places::new(&drawing);
        assert!(places.of(1).0 < places.of(0).0, "an arrow leads to the right");
    }
}
