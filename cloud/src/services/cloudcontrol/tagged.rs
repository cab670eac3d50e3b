//! The ARNs and tags of resources, for the Resource Groups Tagging API and the meter.

use std::collections::BTreeMap;

use serde_json::Value;

use super::known;
use super::resource::Resource;
use super::schema::find;
use super::template::{Scope, fill};
use crate::documents::{CallContext, Tables};
use crate::usage::tag_map;

/// Returns the tags of a resource. They are a list of keys and values or a map, as the schema of its type says.
pub fn tags(resource: &Resource) -> Value {
    let property = find(&resource.type_name).ok().and_then(|facts| facts.tag_property());
    property.and_then(|property| resource.model.get(property)).cloned().unwrap_or_default()
}

/// Returns the ARN of a resource.
pub fn arn(resource: &Resource, scope: &Scope<'_>) -> Option<String> {
    let known = known::of(&resource.type_name);
    if let Some(template) = known.arn {
        return fill(template, &Scope { model: &resource.model, ..*scope })?.as_str().map(str::to_owned);
    }
    let assigned = known.assigned.iter().map(|(path, _)| *path).filter(|path| path.to_lowercase().ends_with("arn"));
    assigned.filter_map(|path| resource.model[path].as_str()).next().map(str::to_owned)
}

/// Returns the tags of the resources that the Resource Groups Tagging API shows, by ARN.
pub(crate) fn tagged(document: &Tables, context: &CallContext<'_>) -> BTreeMap<String, BTreeMap<String, String>> {
    let scope = Scope::of(context, &Value::Null);
    let resources = Resource::all(document).unwrap_or_default().into_iter();
    let seen = resources.filter(|one| known::of(&one.type_name).found_by_tags && one.from_ms <= context.now_ms);
    seen.filter_map(|one| Some((arn(&one, &scope)?, tag_map(&tags(&one))))).collect()
}
