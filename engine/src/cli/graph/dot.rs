//! Drawings for Graphviz.

use std::fmt::Write as _;

use crate::cli::graph::model::{Condition, Drawing};

/// Returns the drawing in the language of Graphviz. Writing into text cannot fail, so results are ignored.
pub(in crate::cli) fn to_dot(drawing: &Drawing) -> String {
    let mut dot = String::from("digraph stack {\n  rankdir=LR;\n  node [fontname=\"monospace\", fontsize=10];\n");
    let _ = writeln!(dot, "  label=\"{}\";", drawing.title);
    for (number, (component, members)) in drawing.components().into_iter().enumerate() {
        let _ = writeln!(dot, "  subgraph cluster_{number} {{\n    label=\"{component}\"; color=\"#8c959f\";");
        for node in members.into_iter().map(|member| &drawing.nodes[member]) {
            let _ = writeln!(dot, "    \"{}\" [{}];", node.address, style(node.condition));
        }
        dot.push_str("  }\n");
    }
    for (from, to) in &drawing.edges {
        let _ = writeln!(dot, "  \"{}\" -> \"{}\";", drawing.nodes[*from].address, drawing.nodes[*to].address);
    }
    dot.push_str("  subgraph cluster_legend {\n    label=\"legend\";\n");
    for condition in Condition::ALL {
        let _ = writeln!(dot, "    \"{}\" [{}];", condition.label(), style(condition));
    }
    dot.push_str("  }\n}\n");
    dot
}

fn style(condition: Condition) -> String {
    let (fill, line) = condition.colors();
    let (shape, style) = match condition {
        Condition::Runs | Condition::Kept => ("box", "filled"),
        Condition::Sleeps => ("box", "filled,rounded,dashed"),
        Condition::HoldsData => ("cylinder", "filled"),
    };
    format!("shape={shape}, style=\"{style}\", fillcolor=\"{fill}\", color=\"{line}\"")
}
