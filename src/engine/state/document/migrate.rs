//! Older formats of the document, brought up to the present one step at a time.

use serde_json::Value;

use crate::record::FORMAT;

/// One step: from the format of its index plus one to the next.
type Step = fn(&mut Value);

const STEPS: [Step; FORMAT as usize - 1] = [declared_inputs];

/// Brings a document of an older format up to [`FORMAT`].
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::state::document::codec::decode;

    /// A document as version 0.1.0 wrote it.
    const FORMAT_1: &str = include_str!("fixtures/format-1.json");

    #[test]
    fn format_1_is_read_with_all_that_it_records() {
        let old: Value = serde_json::from_str(FORMAT_1).unwrap();
        let snapshot = decode(FORMAT_1.as_bytes().to_vec(), "demo.json").unwrap();
        assert_eq!((old["format"].as_u64(), snapshot.format), (Some(1), FORMAT));
        let mut now = serde_json::to_value(&snapshot).unwrap();
        now["format"] = 1.into();
        assert_eq!(now, old, "nothing is lost and nothing is made up");
    }
}
