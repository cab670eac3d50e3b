//! Models: values that appear by themselves, and the form in which reads show a model.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::behaviour::Behaviour;
use super::schema::{Facts, path};
use super::template::{Scope, fill};

/// Properties whose values an update renews.
const RENEWED: [&str; 3] = ["UpdatedAt", "LastUpdatedDate", "StateMachineRevisionId"];

/// Returns a desired state with a name, its defaults and the values that AWS assigns.
pub fn completed(facts: &Facts, known: &Behaviour, desired: Value, scope: &Scope<'_>) -> Value {
    let mut model = desired;
    if let Some(name) = known.name.filter(|name| model.get(name).is_none()) {
        // The names that handlers make up are not documented. This one fits all patterns.
        let kind = facts.type_name.rsplit("::").next().unwrap_or_default().to_ascii_lowercase();
        let end = if model["FifoQueue"] == true { ".fifo" } else { "" };
        let made_up = fill(&format!("{kind}-<#12>{end}"), scope).unwrap_or_default();
        path::set_missing(&mut model, name, &made_up);
    }
    if known.lower_case
        && let Some(name) = facts.primary_identifier.first().and_then(|property| model.get_mut(property))
        && let Some(text) = name.as_str()
    {
        *name = Value::from(text.to_ascii_lowercase());
    }
    fill_in(&mut model, known.defaults, scope);
    fill_in(&mut model, known.assigned, scope);
    model
}

/// Returns a model after an update: with its defaults, and with renewed values where AWS has them.
pub fn renewed(known: &Behaviour, mut model: Value, scope: &Scope<'_>) -> Value {
    RENEWED.iter().for_each(|property| path::remove(&mut model, property));
    fill_in(&mut model, known.defaults, scope);
    let lasting = known.assigned.iter().filter(|(path, _)| RENEWED.contains(path) || path.contains('*'));
    let lasting: Vec<_> = lasting.copied().collect();
    fill_in(&mut model, &lasting, scope);
    model
}

fn fill_in(model: &mut Value, values: &[(&str, &str)], scope: &Scope<'_>) {
    for (at, template) in values {
        let Some(value) = fill(template, &Scope { model: &*model, ..*scope }) else { continue };
        match (model.get_mut(at), &value) {
            (Some(Value::Array(present)), Value::Array(defaults)) => add_missing_keys(present, defaults),
            _ => path::set_missing(model, at, &value),
        }
    }
}

/// Adds the entries of keys that a list of keys and values lacks.
pub fn add_missing_keys(present: &mut Vec<Value>, defaults: &[Value]) {
    for entry in defaults.iter().filter(|entry| entry["Key"].is_string()) {
        if !present.iter().any(|one| one["Key"] == entry["Key"]) {
            present.push(entry.clone());
        }
    }
}

/// Returns a model as a read shows it: without write-only properties, with lists in the order of the service, and tags sorted by
/// key.
pub fn shown(facts: &Facts, known: &Behaviour, model: &Value) -> Value {
    let mut shown = model.clone();
    for property in &facts.write_only_properties {
        path::remove(&mut shown, property);
    }
    reorder(&facts.schema, &facts.schema, &mut shown);
    for at in known.unordered {
        if let Some(list) = shown.pointer_mut(&format!("/{at}")).and_then(Value::as_array_mut) {
            shuffle(list);
        }
    }
    if let Some(tags) = facts.tag_property().and_then(|property| shown.get_mut(property)?.as_array_mut()) {
        tags.sort_by_key(|tag| tag["Key"].to_string());
    }
    shown
}

/// Shuffles the lists whose order the schema says does not count (`insertionOrder`), as reports of eternal differences show
/// (terraform-provider-awscc#2273, pulumi-aws-native#1847).
fn reorder(root: &Value, schema: &Value, value: &mut Value) {
    let pointer = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    if let Some(target) = pointer.and_then(|pointer| root.pointer(pointer)) {
        reorder(root, target, value);
    }
    match value {
        Value::Array(items) => {
            items.iter_mut().for_each(|item| reorder(root, &schema["items"], item));
            if schema["insertionOrder"] == false {
                shuffle(items);
            }
        }
        Value::Object(members) => {
            members.iter_mut().for_each(|(name, member)| reorder(root, &schema["properties"][name], member));
        }
        _ => {}
    }
}

/// Brings a list into an order that depends on its contents alone.
fn shuffle(items: &mut [Value]) {
    items.sort_by_cached_key(|item| Sha256::digest(item.to_string()));
}

/// Returns the properties that AWS assigns among those of a model.
pub fn assigned(facts: &Facts, model: &Value) -> Vec<String> {
    let given = |property: &&String| !path::values(model, property).is_empty();
    facts.read_only_properties.iter().filter(given).map(|property| format!("/properties/{property}")).collect()
}

/// Returns the properties of a list at which two models differ.
pub fn differing(properties: &[String], one: &Value, other: &Value) -> Vec<String> {
    let differ = |property: &&String| path::values(one, property) != path::values(other, property);
    properties.iter().filter(differ).map(|property| format!("/properties/{property}")).collect()
}

/// Returns a model without the properties that AWS assigns.
pub fn given(facts: &Facts, model: &Value) -> Value {
    let mut given = model.clone();
    facts.read_only_properties.iter().for_each(|property| path::remove(&mut given, property));
    if given.is_null() { json!({}) } else { given }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::cloudcontrol::known;
    use crate::services::cloudcontrol::schema::find;

    fn scope(model: &Value) -> Scope<'_> {
        Scope { model, region: "us-east-1", partition: "aws", account: "123456789012", now_ms: 0, next: 3 }
    }

    #[test]
    fn names_defaults_and_arns_appear() {
        let facts = find("AWS::ElasticLoadBalancingV2::LoadBalancer").unwrap();
        let attributes = json!([{ "Key": "deletion_protection.enabled", "Value": "true" }]);
        let desired = json!({ "Type": "network", "LoadBalancerAttributes": attributes });
        let made = completed(facts, known::of(&facts.type_name), desired, &scope(&Value::Null));
        let arn = made["LoadBalancerArn"].as_str().unwrap();
        assert!(
            arn.starts_with("arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/loadbalancer-"),
            "{arn}"
        );
        let keys: Vec<_> = made["LoadBalancerAttributes"].as_array().unwrap().iter().map(|one| &one["Key"]).collect();
        assert_eq!(made["LoadBalancerAttributes"][0], attributes[0]);
        assert!(keys.contains(&&json!("load_balancing.cross_zone.enabled")), "{keys:?}");
        assert_eq!(keys.iter().filter(|key| ***key == "deletion_protection.enabled").count(), 1);
    }

    #[test]
    fn the_defaults_of_types_fit_their_schemas() {
        for name in crate::services::cloudcontrol::schema::names() {
            let facts = find(name).unwrap();
            let made = completed(facts, known::of(name), json!({}), &scope(&Value::Null));
            let breaches = crate::services::cloudcontrol::schema::breaches(facts, &made);
            let wrong: Vec<_> = breaches.iter().filter(|breach| !breach.contains("not found")).collect();
            assert!(wrong.iter().all(|breach| breach.contains("subschema")), "{name}: {wrong:?}");
        }
    }

    #[test]
    fn reads_hide_write_only_parts_and_sort_tags() {
        let facts = find("AWS::Lambda::Function").unwrap();
        let model = json!({
            "Code": { "ZipFile": "x" }, "Tags": [{ "Key": "b", "Value": "1" }, { "Key": "a", "Value": "2" }], "Timeout": 3,
        });
        let shown = shown(facts, known::of(&facts.type_name), &model);
        let tags = json!([{ "Key": "a", "Value": "2" }, { "Key": "b", "Value": "1" }]);
        assert_eq!(shown, json!({ "Tags": tags, "Timeout": 3 }));
    }
}
