//! Migration of older document formats, one format at a time.

use serde_json::Value;

use ebbtide::record::STATE_FORMAT;

/// A step from one format to the next.
type Step = fn(&mut Value);

/// The step at index `n` starts from format `n + 1`.
const STEPS: [Step; STATE_FORMAT as usize - 1] = [declared_inputs, operations_with_effects];

/// Brings a document of an older format up to [`STATE_FORMAT`].
pub(super) fn migrate(document: &mut Value, from: u32) {
    for (index, step) in STEPS.iter().enumerate().skip(from as usize - 1) {
        step(document);
        document["format"] = (index + 2).into();
    }
}

/// Format 2 adds the declared inputs of each resource, with references in them, and the end of the last run. There is a
/// step because an `ebb` that knows format 1 only would drop both silently. Format 1 has neither, and the next apply records
/// them.
fn declared_inputs(document: &mut Value) {
    document["incomplete"] = true.into();
}

/// Format 3 has plans of format 2 in an open run, and what a pause reduced as part of the declared inputs: format 2 left that
/// to the declaration of a resume.
fn operations_with_effects(document: &mut Value) {
    if document["target"] == "paused" {
        document["incomplete"] = true.into();
    }
    if let Some(plan) = document.pointer_mut("/run/plan") {
        ebbtide::plan::migrate(plan);
    }
}
