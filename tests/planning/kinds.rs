//! Kinds that exist only here.

use std::sync::Arc;

use ebbtide::resource::{
    Identity, InputsError, Kind, KindInfo, OnPause, Persistence, Registry, Replacement, Share, references,
};
use serde_json::{Map, Value, json};

/// A kind whose behaviour follows from its name. All have the fields `size` and `set` (changed in place; `set` has no order), and `form`, `name` and
/// `parent` (not).
///
/// - `data_…` kinds hold data, and a pause keeps them. `bill_…` kinds bill by the hour, and a pause deletes them.
/// - `…_fixed` kinds are deleted first when they are replaced, as if two of them could not exist at once.
/// - The cloud knows `…_named` kinds by their name alone. It deletes a `…_child` with the resource whose id or name is its `parent`.
/// - A `…_job` runs once. Its result, which is its data, holds nothing of what it was run with.
/// - The output `digest` of a `…_digest…` follows from its inputs.
/// - The capacity of a `…_scaled` is bounded by its `min` and `max`.
/// - A `…_split` splits traffic between two sides, by its `canary.percent`.
/// - A pause reduces some kinds: an armed `data_alarm`, the `via` of a `data_route`, the `size` of a `bill_fleet`.
/// - Two kinds hold data and have a faulty pause: `data_careless` is deleted, `data_reshaped` is replaced.
struct FakeKind(KindInfo);

impl FakeKind {
    fn of(name: &str) -> Option<Self> {
        Some(Self(KindInfo {
            name: name.to_owned(),
            version: 1,
            persistence: match name.split('_').next()? {
                "data" => Persistence::Durable,
                "bill" => Persistence::Ephemeral,
                _ => return None,
            },
            replace_on: ["form", "name", "parent"].map(str::to_owned).to_vec(),
            unordered: vec!["set".to_owned()],
            deleted_with: if name.ends_with("_child") { vec!["parent".to_owned()] } else { Vec::new() },
            replacement: if name.ends_with("_fixed") { Replacement::DeleteFirst } else { Replacement::CreateFirst },
            unique_name_field: (!name.ends_with("_job")).then(|| "name".to_owned()),
            bounds: if name.ends_with("_scaled") { ["min", "max"].map(str::to_owned).to_vec() } else { Vec::new() },
            share: name.ends_with("_split").then(|| Share::Field("canary/percent".into())),
            is_job: name.ends_with("_job"),
            derived_outputs: if name.contains("_digest") { vec!["digest".to_owned()] } else { Vec::new() },
            holds_data: false,
            billed_while_paused: None,
            idempotent_create: true,
            typical_seconds: 1,
            outputs: ["id", "name", "digest"].map(str::to_owned).to_vec(),
        }))
    }
}

impl Kind for FakeKind {
    fn info(&self) -> &KindInfo {
        &self.0
    }

    fn known_outputs(&self, _identity: &Identity, declared: &Value) -> Result<Map<String, Value>, InputsError> {
        let name = declared.get("name").filter(|name| name.is_string());
        let mut known = name.map(|name| Map::from_iter([("name".to_owned(), name.clone())])).unwrap_or_default();
        if self.0.name.contains("_digest") && references(declared).is_empty() {
            known.insert("digest".to_owned(), json!(format!("digest of {declared}")));
        }
        Ok(known)
    }

    fn paused(&self, declared: &Value) -> Result<OnPause<Value>, InputsError> {
        let reduced = |field: &str, value: Value| {
            let mut inputs = declared.clone();
            inputs[field] = value;
            OnPause::Reduce(inputs)
        };
        Ok(match (self.0.name.as_str(), self.0.persistence) {
            ("data_alarm", _) if declared["armed"] == json!(true) => reduced("armed", json!(false)),
            ("data_route", _) => reduced("via", Value::Null),
            ("bill_fleet", _) => reduced("size", json!(0)),
            ("data_reshaped", _) => reduced("form", json!("paused")),
            ("data_careless", _) | (_, Persistence::Ephemeral) => OnPause::Delete,
            (_, Persistence::Durable) => OnPause::Keep,
        })
    }

    fn check(&self, _inputs: &Value) -> Result<(), InputsError> {
        Ok(())
    }
}

/// Returns the kinds of these tests.
pub fn kinds() -> Registry {
    Registry::new().with_fallback(|name| FakeKind::of(name).map(|kind| Arc::new(kind) as Arc<dyn Kind>))
}
