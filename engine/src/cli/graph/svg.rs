//! Drawings as SVG.

use std::fmt::Write as _;

use crate::cli::graph::layout::layered;
use crate::cli::graph::model::{Condition, Drawing};

const ROW: usize = 46;
const HEIGHT: usize = 32;
const GAP: usize = 70;
const MARGIN: usize = 20;
const HEAD: usize = 74;
/// The width of a letter of the monospaced font at this size.
const LETTER: usize = 7;
/// The space around a text, left and right together.
const PADDING: usize = 26;

/// Returns the drawing as SVG. Writing into text cannot fail, so results are ignored.
pub(in crate::cli) fn to_svg(drawing: &Drawing) -> String {
    let layout = layered(drawing.nodes.len(), &drawing.edges);
    let label = |node: usize| drawing.nodes[node].address.to_string();
    let mut widths = vec![0; layout.columns];
    for (node, (column, _)) in layout.places.iter().enumerate() {
        widths[*column] = widths[*column].max(label(node).chars().count() * LETTER + PADDING);
    }
    let mut in_column = vec![0; layout.columns];
    layout.places.iter().for_each(|(column, _)| in_column[*column] += 1);
    let starts = widths.iter().scan(MARGIN, |next, width| {
        let start = *next;
        *next += width + GAP;
        Some(start)
    });
    let left: Vec<usize> = starts.collect();
    let top = |column: usize, row: usize| HEAD + row * ROW + (layout.rows - in_column[column]) * ROW / 2;
    let width = (left.last().copied().unwrap_or(MARGIN) + widths.last().copied().unwrap_or(0) + MARGIN).max(520);
    let height = HEAD + layout.rows * ROW + MARGIN;

    let mut svg = String::new();
    let title = escape(&drawing.title);
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\" aria-label=\"{title}\" font-family=\"ui-monospace, Menlo, Consolas, monospace\" font-size=\"11\">"
    );
    let _ = writeln!(svg, "<title>{title}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>");
    let _ = writeln!(
        svg,
        "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto-start-reverse\"><path d=\"M0 0L8 4L0 8z\" fill=\"#8c959f\"/></marker></defs>"
    );
    let _ = writeln!(
        svg,
        "<text x=\"{MARGIN}\" y=\"24\" font-size=\"14\" font-weight=\"bold\" fill=\"#1f2328\">{title}</text>"
    );
    legend(&mut svg);
    for (from, to) in &drawing.edges {
        let ((from_column, from_row), (to_column, to_row)) = (layout.places[*from], layout.places[*to]);
        let (x1, y1) = (left[to_column] + widths[to_column], top(to_column, to_row) + HEIGHT / 2);
        let (x2, y2) = (left[from_column], top(from_column, from_row) + HEIGHT / 2);
        let bend = GAP / 2 + (x2.saturating_sub(x1 + GAP)) / 4;
        let _ = writeln!(
            svg,
            "<path d=\"M{x2} {y2}C{} {y2} {} {y1} {x1} {y1}\" fill=\"none\" stroke=\"#8c959f\" stroke-opacity=\"0.7\" \
             marker-end=\"url(#arrow)\"/>",
            x2.saturating_sub(bend),
            x1 + bend,
        );
    }
    for (node, (column, row)) in layout.places.iter().enumerate() {
        let condition = drawing.nodes[node].condition;
        let _ = writeln!(svg, "<g><title>{}: {}</title>", escape(&label(node)), condition.label());
        shape(&mut svg, condition, left[*column], top(*column, *row), widths[*column], &label(node));
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

fn legend(svg: &mut String) {
    let mut x = MARGIN;
    for condition in Condition::ALL {
        let width = condition.label().len() * LETTER + PADDING;
        shape(svg, condition, x, 34, width, condition.label());
        svg.push('\n');
        x += width + 14;
    }
    let _ = writeln!(svg, "<text x=\"{}\" y=\"54\" fill=\"#57606a\">→ depends on</text>", x + 4);
}

/// Draws a box for a running resource, a dashed pill for a sleeping one, a drum for one that holds data.
fn shape(svg: &mut String, condition: Condition, x: usize, y: usize, width: usize, text: &str) {
    let (fill, line) = condition.colors();
    let style = format!("fill=\"{fill}\" stroke=\"{line}\" stroke-width=\"1.3\"");
    let _ = match condition {
        Condition::Runs => {
            write!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HEIGHT}\" rx=\"3\" {style}/>")
        }
        Condition::Sleeps => write!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HEIGHT}\" rx=\"{}\" stroke-dasharray=\"5 3\" {style}/>",
            HEIGHT / 2
        ),
        Condition::HoldsData => {
            let (right, half, lid) = (x + width, width / 2, 5);
            let bottom = y + HEIGHT - lid;
            write!(
                svg,
                "<path d=\"M{x} {0}A{half} {lid} 0 0 1 {right} {0}V{bottom}A{half} {lid} 0 0 1 {x} {bottom}Z\" {style}/>\
                 <path d=\"M{x} {0}A{half} {lid} 0 0 0 {right} {0}\" fill=\"none\" stroke=\"{line}\" stroke-width=\"1.3\"/>",
                y + lid
            )
        }
    };
    let below = if condition == Condition::HoldsData { 3 } else { 0 };
    let _ = write!(
        svg,
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\" fill=\"#1f2328\">{}</text>",
        x + width / 2,
        y + HEIGHT / 2 + 4 + below,
        escape(text)
    );
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
        let node = |address: &str, condition| Node { address: address.parse().unwrap(), condition };
        let drawing = Drawing {
            title: "demo <in> local".into(),
            nodes: vec![
                node("s3_bucket.models", Condition::HoldsData),
                node("sagemaker_endpoint.llm", Condition::Sleeps),
                node("ec2_nat.a", Condition::Runs),
            ],
            edges: vec![(1, 0)],
        };
        let svg = to_svg(&drawing);
        assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n"));
        assert!(svg.contains("demo &lt;in&gt; local"));
        assert_eq!(svg.matches("stroke-dasharray").count(), 2, "one in the legend, one in the drawing");
        assert_eq!(svg.matches("marker-end").count(), 1);
        assert!(Condition::ALL.iter().all(|condition| svg.contains(condition.label())));
    }
}
