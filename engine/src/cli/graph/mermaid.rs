//! Drawings for Markdown.

use std::fmt::Write as _;

use crate::cli::graph::model::{Condition, Drawing};

/// Returns the drawing in the language of Mermaid. Writing into text cannot fail, so results are ignored.
pub(in crate::cli) fn to_mermaid(drawing: &Drawing) -> String {
    let mut text = format!("---\ntitle: \"{}\"\n---\nflowchart LR\n", drawing.title);
    for (number, (component, members)) in drawing.components().into_iter().enumerate() {
        let _ = writeln!(text, "  subgraph c{number}[\"{component}\"]");
        for index in members {
            let node = &drawing.nodes[index];
            let _ = writeln!(text, "    n{index}{}", boxed(node.condition, &node.address.to_string()));
        }
        text.push_str("  end\n");
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
        let _ = writeln!(text, "  classDef {} fill:{fill},stroke:{line},color:#1f2328{dashed}", condition.class());
    }
    text
}

fn boxed(condition: Condition, label: &str) -> String {
    let class = condition.class();
    match condition {
        Condition::Runs | Condition::Kept => format!("[\"{label}\"]:::{class}"),
        Condition::Sleeps => format!("([\"{label}\"]):::{class}"),
        Condition::HoldsData => format!("[(\"{label}\")]:::{class}"),
    }
}
