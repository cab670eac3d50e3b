//! Updates that were begun and not finished.

use std::borrow::Cow;

use super::document::StateDocument;
use crate::plan::{Effect, Operation, Target};
use crate::resource::resolve;

impl StateDocument {
    /// Returns this document without unfinished updates. A command that acts on the record leaves them to the next apply: it
    /// may run where the source of a secret does not exist.
    pub fn without_attempts(&self) -> Cow<'_, Self> {
        if self.resources.values().all(|record| record.attempted.is_empty()) {
            return Cow::Borrowed(self);
        }
        let mut document = self.clone();
        document.resources.values_mut().for_each(|record| record.attempted.clear());
        Cow::Owned(document)
    }

    /// Notes the inputs of an update that may have changed something and is not recorded as done. No other operation is noted:
    /// a read shows whether a resource was created or deleted, and the fields that a pause reduces.
    pub fn note_attempt(&mut self, target: Target, operation: &Operation) {
        if target != Target::Running {
            return;
        }
        let Effect::Update(upsert) = &operation.effect else { return };
        let (inputs, unknown) = resolve(&upsert.inputs, &|reference| self.output(reference));
        let Some(record) = self.resources.get_mut(&operation.address) else { return };
        let is_of_record = (record.generation, record.version) == (operation.generation, upsert.version);
        // An update with an unknown reference cannot have been begun.
        if !unknown.is_empty() || !is_of_record || record.is_asleep() {
            return;
        }
        if record.inputs != inputs && !record.attempted.contains(&inputs) {
            record.attempted.push(inputs);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::{Value, json};

    use super::*;
    use crate::plan::{Reason, Upsert};
    use crate::record::ResourceRecord;
    use crate::resource::{Address, Scope};

    fn update(generation: u32, inputs: Value) -> Operation {
        let upsert = Upsert {
            changes: Vec::new(),
            version: 1,
            inputs,
            declared: None,
            dependencies: BTreeSet::new(),
            protect: false,
        };
        Operation {
            id: 0,
            address: "secretsmanager_secret.token".parse().unwrap(),
            generation,
            reason: Reason::NotReadyYet,
            depends_on: Vec::new(),
            effect: Effect::Update(upsert),
        }
    }

    #[test]
    fn an_attempt_is_noted_once_if_it_can_have_been_begun() {
        let scope =
            Scope { environment: "test".into(), stack: "s".into(), region: "eu-west-1".into(), account: "1".into() };
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut document = StateDocument::empty(scope, now, "l".into(), "k".into());
        let recorded = |id: Option<&str>, inputs: Value, outputs: Value| ResourceRecord {
            id: id.map(str::to_owned),
            inputs,
            outputs,
            ..ResourceRecord::blank(2)
        };
        let address: Address = "secretsmanager_secret.token".parse().unwrap();
        document.resources.insert(address.clone(), recorded(Some("arn"), json!({"value": "a"}), json!({})));
        document
            .resources
            .insert("kms_key.k".parse().unwrap(), recorded(Some("k"), json!({}), json!({"arn": "k-arn"})));
        let reference = |output: &str| json!({"value": {"$ref": "kms_key.k", "output": output}});
        for (generation, inputs) in [
            (2, json!({"value": "b"})),
            (2, json!({"value": "b"})),
            (2, reference("arn")),
            (2, reference("unknown")),
            (1, json!({"value": "old"})),
            (2, json!({"value": "a"})),
        ] {
            document.note_attempt(Target::Running, &update(generation, inputs));
        }
        document.note_attempt(Target::Paused, &update(2, json!({"value": "c"})));
        let attempted = [json!({"value": "b"}), json!({"value": "k-arn"})];
        assert_eq!(document.resources[&address].attempted, attempted);
    }
}
