//! Drawings for Markdown.

use std::fmt::Write as _;

use crate::cli::graph::model::{Condition, Drawing};

/// Returns the drawing in the language of Mermaid. Writing into text cannot fail, so results are ignored.
pub(in crate::cli) fn to_mermaid(drawing: &Drawing) -> String {
    let mut text = format!("---\ntitle: \"{}\"\n---\nflowchart RL\n", drawing.title);
    for (index, node) in drawing.nodes.iter().enumerate() {
        let _ = writeln!(text, "  n{index}{}", boxed(node.condition, &node.address.to_string()));
    }
    for (from, to) in &drawing.edges {
        let _ = writeln!(text, "  n{from} --> n{to}");
    }
    text.push_str("  subgraph legend\n");
    for (index, condition) in Condition::ALL.iter().enumerate() {
        let _ = writeln!(text, "    l{index}{}", boxed(*condition, condition.label()));
    }
    text.push_str("  end\n");
    for condition in Condition::ALL {
        let (fill, line) = condition.colors();
        let dashed = if condition == Condition::Sleeps { ",stroke-dasharray:5 3" } else { "" };
        let _ = writeln!(text, "  classDef {} fill:{fill},stroke:{line}{dashed}", class(condition));
    }
    text
}

fn boxed(condition: Condition, label: &str) -> String {
    let class = class(condition);
    match condition {
        Condition::Runs => format!("[\"{label}\"]:::{class}"),
        Condition::Sleeps => format!("([\"{label}\"]):::{class}"),
        Condition::HoldsData => format!("[(\"{label}\")]:::{class}"),
    }
}

fn class(condition: Condition) -> &'static str {
    match condition {
        Condition::Runs => "runs",
        Condition::Sleeps => "sleeps",
        Condition::HoldsData => "data",
    }
}
