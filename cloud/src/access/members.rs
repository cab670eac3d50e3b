//! The members of a request, whatever its protocol, as permissions refer to them.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;
use winterbaume_core::MockRequest;

use crate::route::{S3Target, path_and_query};
use crate::wire::query::Parameters;
use crate::wire::{cbor, json, rest_json, xml};

/// The values of each member: `Budget.BudgetName`, `SubnetId`. Indices of lists are left out.
pub type Members = BTreeMap<String, Vec<String>>;

/// The tags of a request.
pub type RequestTags = BTreeMap<String, String>;

/// Returns the members and the tags of a request.
pub fn of(service: &str, request: &MockRequest) -> (Members, RequestTags) {
    if service == "s3" {
        return of_s3(request);
    }
    let is_cbor = request.headers.get("smithy-protocol").is_some_and(|value| value == "rpc-v2-cbor");
    let called = rest_json::called(service, &request.method, &path_and_query(&request.uri));
    let body = if is_cbor {
        cbor::decode(&request.body).unwrap_or_default()
    } else if called.is_some() && service == "sagemaker" {
        // The body of an invocation is the model's.
        Value::Null
    } else if called.is_some() || request.headers.contains_key("x-amz-target") {
        json::body(request).unwrap_or_default()
    } else {
        return of_query(&Parameters::of(request));
    };
    let (mut members, mut tags) = (Members::new(), RequestTags::new());
    collect("", &body, &mut members);
    for (name, value) in called.into_iter().flat_map(|(_, inside)| inside) {
        collect(&name, &value, &mut members);
    }
    for field in ["Tags", "tags", "ResourceTags", "customModelTags", "jobTags", "modelTags"] {
        tags.extend(listed(&body[field]));
    }
    (members, tags)
}

/// Returns tags that are a map, or a list of keys and values in any of AWS's spellings.
fn listed(tags: &Value) -> RequestTags {
    let text = |tag: &Value, names: [&str; 3]| names.iter().find_map(|name| Some(tag[name].as_str()?.to_owned()));
    match tags {
        Value::Object(map) => {
            map.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
        }
        Value::Array(list) => list
            .iter()
            .filter_map(|tag| {
                let value = text(tag, ["Value", "value", "TagValue"]).unwrap_or_default();
                Some((text(tag, ["Key", "key", "TagKey"])?, value))
            })
            .collect(),
        _ => RequestTags::new(),
    }
}

fn collect(path: &str, value: &Value, members: &mut Members) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                collect(&inner, field, members);
            }
        }
        Value::Array(list) => list.iter().for_each(|item| collect(path, item, members)),
        Value::String(text) => members.entry(path.to_owned()).or_default().push(text.clone()),
        Value::Number(_) | Value::Bool(_) => members.entry(path.to_owned()).or_default().push(value.to_string()),
        Value::Null => {}
    }
}

fn of_query(parameters: &Parameters) -> (Members, RequestTags) {
    let (mut members, mut tags) = (Members::new(), RequestTags::new());
    for (key, value) in parameters.iter() {
        let plain: Vec<&str> =
            key.split('.').filter(|part| *part != "member" && part.parse::<u32>().is_err()).collect();
        members.entry(plain.join(".")).or_default().push(value.to_owned());
        // `Tag.1.Key`, `Tags.member.1.Key`, `TagSpecification.1.Tag.1.Key`: the value is beside the key.
        let Some(beside) =
            key.strip_suffix(".Key").filter(|_| matches!(plain.iter().rev().nth(1), Some(&("Tag" | "Tags"))))
        else {
            continue;
        };
        let beside = parameters.get(&format!("{beside}.Value")).unwrap_or_default();
        tags.insert(value.to_owned(), beside.to_owned());
    }
    (members, tags)
}

fn of_s3(request: &MockRequest) -> (Members, RequestTags) {
    let target = S3Target::of(&request.uri);
    let key = percent_decode_str(&target.key).decode_utf8_lossy().into_owned();
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let (mut members, mut tags) = (Members::new(), RequestTags::new());
    let mut add = |name: &str, value: String| members.entry(name.to_owned()).or_default().push(value);
    let is_versioned = target.query.split('&').any(|pair| pair.starts_with("versionId="));
    if request.method == "POST" && target.has("delete") {
        for object in xml::elements(&body, "Object") {
            let kind = if xml::text(object, "VersionId").is_some() { "versioned" } else { "unversioned" };
            add(kind, xml::text(object, "Key").unwrap_or_default());
        }
    } else if !key.is_empty() {
        add(if is_versioned { "versioned" } else { "unversioned" }, key.clone());
    }
    add("bucket", target.bucket);
    add("key", key);
    if let Some(copied) = request.headers.get("x-amz-copy-source").and_then(|value| value.to_str().ok()) {
        let copied = percent_decode_str(copied).decode_utf8_lossy().into_owned();
        add("copied", copied.trim_start_matches('/').split('?').next().unwrap_or_default().to_owned());
    }
    for pair in target.query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(name, _)| *name == "prefix") {
        add("prefix", percent_decode_str(pair.1).decode_utf8_lossy().into_owned());
    }
    for tag in xml::elements(&body, "Tag") {
        tags.insert(xml::text(tag, "Key").unwrap_or_default(), xml::text(tag, "Value").unwrap_or_default());
    }
    (members, tags)
}
