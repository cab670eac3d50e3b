//! The patch of an update (RFC 6902).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::shape::Shape;

/// Returns the patch that changes the live properties from one declaration to another; `None` if they are the same.
///
/// Cloud Control applies it to what a read shows, and gives the whole to the handler. So each patch has every write-only property
/// that is declared, or that follows from the identity (`constants`): AWS would forget it. Properties that AWS cannot change stay
/// out, since a patch that names one is refused. `ownership` are the ownership tags, which a patch of the tags has as well.
pub(super) fn patch(
    shape: &Shape,
    (ownership, constants): (&BTreeMap<String, String>, &Map<String, Value>),
    live: &Value,
    (from, to): (&Value, &Value),
) -> Option<Value> {
    let (old, mut new) = (Value::Object(shape.given(from)), shape.given(to));
    let mut paths = BTreeSet::new();
    let fixed = shape.fixed();
    for name in old.as_object().into_iter().flat_map(Map::keys).chain(new.keys()) {
        paths.extend(shape.paths(name));
    }
    let plain_new = Value::Object(new.clone());
    let changed: BTreeSet<&String> = paths.iter().filter(|path| at(&old, path) != at(&plain_new, path)).collect();
    if changed.is_empty() {
        return None;
    }
    if shape.tags().is_some() {
        let own = to["tags"].as_object().cloned().unwrap_or_default();
        let mut all = json!(ownership);
        if let Some(all) = all.as_object_mut() {
            all.extend(own.into_iter().filter(|(key, _)| !key.starts_with("ebb:")));
        }
        new.extend(shape.given(&json!({ "tags": all })));
    }
    for (name, settings) in shape.reset(from, to) {
        match (new.get_mut(&name).and_then(Value::as_array_mut), settings) {
            (Some(present), Value::Array(settings)) => present.extend(settings),
            (_, settings) => {
                new.insert(name, settings);
            }
        }
    }
    let (new, constants) = (Value::Object(new), Value::Object(constants.clone()));
    let mut document = Document { model: live.clone(), operations: Vec::new() };
    for path in &changed {
        // A name that is no longer declared is the derived one again.
        match at(&new, path).or_else(|| at(&constants, path)) {
            Some(value) => document.add(path, value),
            None => document.remove(path),
        }
    }
    if document.operations.is_empty() {
        return None;
    }
    let hidden = shape.hidden_paths();
    for path in hidden.iter().filter(|path| !changed.contains(path)) {
        if let Some(value) = at(&new, path).or_else(|| at(&constants, path)) {
            document.add(path, value);
        }
    }
    let Document { mut operations, .. } = document;
    let stays = |name: &str| fixed.contains(name) || changed.iter().any(|changed| *changed == name);
    for (name, value) in live.as_object().into_iter().flatten().filter(|(name, _)| !stays(name)) {
        let empty = Empty { shape, changed: &changed, path: name.clone(), pointer: pointer(name) };
        empty.remove(value, new.get(name), &mut operations);
    }
    Some(Value::Array(operations))
}

/// Returns the value at a path of names joined by `/`.
fn at<'a>(model: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('/').try_fold(model, |value, name| value.get(name))
}

/// A patch, and the model as it leaves it.
struct Document {
    model: Value,
    operations: Vec<Value>,
}

impl Document {
    /// Sets a value. An object around it that is not there is added with it.
    fn add(&mut self, path: &str, value: &Value) {
        let names: Vec<&str> = path.split('/').collect();
        let mut parent = &mut self.model;
        let mut depth = 0;
        while depth + 1 < names.len() && parent.get(names[depth]).is_some_and(Value::is_object) {
            parent = &mut parent[names[depth]];
            depth += 1;
        }
        let value = names[depth + 1..].iter().rev().fold(value.clone(), |value, name| json!({ *name: value }));
        if let Some(members) = parent.as_object_mut() {
            members.insert(names[depth].to_owned(), value.clone());
        }
        let pointer: String = names[..=depth].iter().map(|name| pointer(name)).collect();
        self.operations.push(json!({ "op": "add", "path": pointer, "value": value }));
    }

    /// Removes a value if it is there.
    fn remove(&mut self, path: &str) {
        if at(&self.model, path).is_some() {
            let pointer: String = path.split('/').map(pointer).collect();
            self.operations.push(json!({ "op": "remove", "path": pointer }));
        }
    }
}

/// A value that may be an empty list. Reads show such lists, and update handlers refuse them (cdk-real-drift#481, aws-sdk#824).
struct Empty<'a> {
    shape: &'a Shape,
    /// The paths that the patch changes already.
    changed: &'a BTreeSet<&'a String>,
    path: String,
    pointer: String,
}

impl Empty<'_> {
    /// Removes the empty lists of a live value that are not declared.
    fn remove(self, live: &Value, declared: Option<&Value>, operations: &mut Vec<Value>) {
        match live {
            Value::Array(items)
                if items.is_empty()
                    && declared.is_none()
                    && !self.shape.assigns(&self.path)
                    && !self.changed.contains(&self.path) =>
            {
                operations.push(json!({ "op": "remove", "path": self.pointer }));
            }
            Value::Object(members) => {
                for (name, live) in members {
                    let (path, pointer) = (format!("{}/{name}", self.path), self.pointer.clone() + &pointer(name));
                    let declared = declared.and_then(|declared| declared.get(name));
                    Empty { path, pointer, ..self }.remove(live, declared, operations);
                }
            }
            _ => {}
        }
    }
}

fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;
    use std::time::Duration;

    use super::super::shape::Table;
    use super::*;
    use ebbtide::resource::cloud_control::Property;

    const MEMBERS: &[Property] = &[Property::plain("on", "On"), Property::plain("code", "Code").write_only()];

    const SHAPE: Shape = Shape {
        type_name: Cow::Borrowed("AWS::Test::Thing"),
        table: Table::Typed {
            outputs: &[],
            replace_on: &["name", "source"],
            properties: &[
                Property::plain("name", "Name"),
                Property::plain("size", "Size"),
                Property::plain("scan", "Scanning/OnPush"),
                Property::plain("password", "Password").write_only(),
                Property::plain("source", "Source").write_only(),
                Property::object("lock", "Lock", MEMBERS),
                Property::tags("Tags"),
            ],
        },
        ready_within: Duration::ZERO,
    };

    fn base() -> Value {
        json!({ "name": "n", "size": 1, "scan": true, "password": "p", "source": "s", "tags": { "team": "llm" } })
    }

    fn changed(changes: &Value) -> Option<Value> {
        let mut to = base();
        to.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let owner = BTreeMap::from([("ebb:stack".to_owned(), "s".to_owned())]);
        let live = json!({ "Name": "n", "Size": 1, "Scanning": { "OnPush": true }, "Empty": [], "Tags": [] });
        let mut from = base();
        if to.get("lock").is_some() {
            from["lock"] = to["lock"].clone();
        }
        patch(&SHAPE, (&owner, &Map::new()), &live, (&from, &to))
    }

    #[test]
    fn every_patch_has_the_write_only_properties_that_can_be_changed() {
        let password = json!({ "op": "add", "path": "/Password", "value": "p" });
        let no_empty_list = json!({ "op": "remove", "path": "/Empty" });
        let size = json!({ "op": "add", "path": "/Size", "value": 2 });
        assert_eq!(changed(&json!({ "size": 2 })), Some(json!([size, password, no_empty_list])));
        let removed = json!({ "op": "remove", "path": "/Size" });
        assert_eq!(changed(&json!({ "size": null })), Some(json!([removed, password, no_empty_list])));
        let scanning = json!({ "op": "add", "path": "/Scanning", "value": { "OnPush": false } });
        assert_eq!(changed(&json!({ "scan": false })), Some(json!([scanning, password, no_empty_list])));
        let other = json!({ "op": "add", "path": "/Password", "value": "q" });
        assert_eq!(changed(&json!({ "password": "q" })), Some(json!([other, no_empty_list])));
    }

    #[test]
    fn a_property_with_a_write_only_part_is_in_every_patch() {
        let found = changed(&json!({ "size": 2, "lock": { "on": true, "code": "c" } })).unwrap();
        assert_eq!(found[1], json!({ "op": "add", "path": "/Lock", "value": { "On": true, "Code": "c" } }));
    }

    #[test]
    fn a_write_only_constant_is_in_every_patch_and_no_other_constant_is() {
        // The embedded cloud has the schema of this type: `FinalSnapshotName` is write-only.
        let shape = Shape { type_name: Cow::Borrowed("AWS::ElastiCache::ServerlessCache"), ..SHAPE };
        let constants = json!({ "FinalSnapshotName": "final", "Engine": "valkey" });
        let to =
            json!({ "name": "n", "size": 2, "scan": true, "password": "p", "source": "s", "tags": { "team": "llm" } });
        let live = json!({ "Size": 1 });
        let (none, constants) = (BTreeMap::new(), constants.as_object().unwrap());
        let found = patch(&shape, (&none, constants), &live, (&base(), &to)).unwrap();
        let paths: Vec<_> =
            found.as_array().unwrap().iter().map(|operation| operation["path"].as_str().unwrap()).collect();
        assert_eq!(paths, ["/Size", "/FinalSnapshotName", "/Password"]);
    }

    #[test]
    fn a_property_that_aws_cannot_change_in_part_is_changed_by_its_parts() {
        const PROPERTIES: &[Property] = &[
            Property::plain("encrypted", "EncryptionAtRestOptions/Enabled"),
            Property::plain("note", "EncryptionAtRestOptions/Note"),
            Property::plain("anonymous", "AdvancedSecurityOptions/AnonymousAuthEnabled"),
            Property::plain("user", "AdvancedSecurityOptions/MasterUserOptions").write_only(),
        ];
        // The embedded cloud has the schema of this type: AWS assigns a part of `AdvancedSecurityOptions`.
        let shape = Shape {
            type_name: Cow::Borrowed("AWS::OpenSearchService::Domain"),
            table: Table::Typed { outputs: &[], replace_on: &["encrypted"], properties: PROPERTIES },
            ..SHAPE
        };
        let (none, constants) = (BTreeMap::new(), Map::new());
        let from = json!({ "encrypted": true, "note": null, "anonymous": null, "user": "u" });
        let to = json!({ "encrypted": false, "note": "n", "anonymous": true, "user": "u" });
        let live = json!({ "EncryptionAtRestOptions": { "Enabled": true } });
        let found = patch(&shape, (&none, &constants), &live, (&from, &to)).unwrap();
        let expected = json!([
            { "op": "add", "path": "/AdvancedSecurityOptions", "value": { "AnonymousAuthEnabled": true } },
            { "op": "add", "path": "/EncryptionAtRestOptions/Note", "value": "n" },
            { "op": "add", "path": "/AdvancedSecurityOptions/MasterUserOptions", "value": "u" },
        ]);
        assert_eq!(found, expected);
    }

    #[test]
    fn a_name_that_is_no_longer_declared_is_the_derived_one_again() {
        const PROPERTIES: &[Property] = &[Property::plain("name", "Name"), Property::plain("size", "Size")];
        let shape = Shape { table: Table::Typed { outputs: &[], replace_on: &[], properties: PROPERTIES }, ..SHAPE };
        let constants = Map::from_iter([("Name".to_owned(), json!("derived"))]);
        let (none, live) = (BTreeMap::new(), json!({ "Name": "n" }));
        let change = |from: Value, to: Value| patch(&shape, (&none, &constants), &live, (&from, &to));
        let back = json!([{ "op": "add", "path": "/Name", "value": "derived" }]);
        assert_eq!(change(json!({ "name": "n" }), json!({ "name": null })), Some(back));
        let size = json!([{ "op": "add", "path": "/Size", "value": 2 }]);
        assert_eq!(change(json!({ "name": null }), json!({ "name": null, "size": 2 })), Some(size));
    }

    #[test]
    fn a_write_only_property_that_aws_keeps_is_in_a_patch_of_its_own_alone() {
        let facts = ebbtide::resource::cloud_control::facts("AWS::Lambda::Function");
        let shape = Shape::any("AWS::Lambda::Function", facts);
        let declared =
            |seconds: u32, key: &str| json!({ "Timeout": seconds, "Code": { "S3Bucket": "b", "S3Key": key } });
        let found = |from: &Value, to: &Value| {
            patch(&shape, (&BTreeMap::new(), &Map::new()), &json!({ "Timeout": 3 }), (from, to)).unwrap()
        };
        let seconds = json!({ "op": "add", "path": "/Timeout", "value": 5 });
        assert_eq!(found(&declared(3, "a"), &declared(5, "a")), json!([seconds]));
        let code = json!({ "op": "add", "path": "/Code", "value": { "S3Bucket": "b", "S3Key": "c" } });
        assert_eq!(found(&declared(3, "a"), &declared(3, "c")), json!([code]));
    }

    #[test]
    fn empty_lists_that_nobody_declared_are_removed_where_they_are_not_aws_s_own() {
        let shape =
            Shape::any("AWS::Bedrock::Guardrail", ebbtide::resource::cloud_control::facts("AWS::Bedrock::Guardrail"));
        let declared = |refusal: &str| json!({ "BlockedInputMessaging": refusal, "WordPolicyConfig": { "ManagedWordListsConfig": [{ "Type": "PROFANITY" }] } });
        let live = json!({
            "BlockedInputMessaging": "a", "StatusReasons": [],
            "WordPolicyConfig": { "WordsConfig": [], "ManagedWordListsConfig": [{ "Type": "PROFANITY" }] },
        });
        let found = patch(&shape, (&BTreeMap::new(), &Map::new()), &live, (&declared("a"), &declared("b")));
        let refusal = json!({ "op": "add", "path": "/BlockedInputMessaging", "value": "b" });
        assert_eq!(found, Some(json!([refusal, { "op": "remove", "path": "/WordPolicyConfig/WordsConfig" }])));
    }

    #[test]
    fn a_patch_of_tags_keeps_the_ownership_tags() {
        let tags = json!([{ "Key": "ebb:stack", "Value": "s" }, { "Key": "stage", "Value": "x" }]);
        let found = changed(&json!({ "tags": { "stage": "x" } })).unwrap();
        assert_eq!(found[0], json!({ "op": "add", "path": "/Tags", "value": tags }));
    }

    #[test]
    fn nothing_is_sent_without_a_change() {
        assert_eq!(changed(&json!({})), None);
        assert_eq!(changed(&json!({ "name": "other" })), None, "AWS cannot change it");
    }
}
