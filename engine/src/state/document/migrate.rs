//! Older formats of the document, brought up to the present one step at a time.

use serde_json::Value;

use ebbtide::record::STATE_FORMAT;

/// One step: from the format of its index plus one to the next.
type Step = fn(&mut Value);

const STEPS: [Step; STATE_FORMAT as usize - 1] = [declared_inputs, operations_with_effects];

/// Brings a document of an older format up to [`STATE_FORMAT`].
pub(super) fn migrate(document: &mut Value, from: u32) {
    for (index, step) in STEPS.iter().enumerate().skip(from as usize - 1) {
        step(document);
        document["format"] = (index + 2).into();
    }
}

/// Format 2 records with each resource what was declared, references and all, and with the document how its last run
/// ended. Format 1 knows neither; an older `ebb` would drop both without a word, hence the step. What is not known is
/// left out: the next apply records it.
fn declared_inputs(_document: &mut Value) {}

/// Format 3 holds plans of format 2 in an open run.
fn operations_with_effects(document: &mut Value) {
    if let Some(plan) = document.pointer_mut("/run/plan") {
        ebbtide::plan::migrate(plan);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::document::codec::decode;

    /// A document as version 0.1.0 wrote it.
    const FORMAT_1: &str = include_str!("fixtures/format-1.json");

    #[test]
    fn format_1_is_read_with_all_that_it_records() {
        let old: Value = serde_json::from_str(FORMAT_1).unwrap();
        let document = decode(FORMAT_1.as_bytes().to_vec(), "demo.json").unwrap();
        assert_eq!((old["format"].as_u64(), document.format), (Some(1), STATE_FORMAT));
        let mut now = serde_json::to_value(&document).unwrap();
        now["format"] = 1.into();
        assert_eq!(now, old, "nothing is lost and nothing is made up");
    }
}
