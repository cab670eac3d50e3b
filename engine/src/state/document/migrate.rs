//! Migration of older document formats, one format at a time.

use serde_json::Value;

use ebbtide::record::STATE_FORMAT;

/// A step from one format to the next.
type Step = fn(&mut Value);

/// The step at index `n` starts from format `n + 1`.
const STEPS: [Step; STATE_FORMAT as usize - 1] = [declared_inputs, operations_with_effects, lineages];

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

/// Format 4 has the lineage in the identity of resources. What is recorded so far has no tag with it, and gets one in the next
/// run. A creation of an open run is looked up by the tags and names of the version that started it.
fn lineages(document: &mut Value) {
    let records = document.get_mut("resources").and_then(Value::as_object_mut);
    for record in records.into_iter().flat_map(|records| records.values_mut()) {
        let deposed = record.get_mut("deposed").and_then(Value::as_array_mut);
        deposed.into_iter().flatten().for_each(|deposed| deposed["retag"] = true.into());
        if !record["id"].is_null() {
            record["retag"] = true.into();
        }
    }
    if let Some(run) = document.get_mut("run").and_then(Value::as_object_mut) {
        run.insert("without_lineage".to_owned(), true.into());
    }
}
