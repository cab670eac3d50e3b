//! Uses: which items a document uses, from when and until when.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::item::Item;
use crate::durations::Durations;
use crate::partition;

/// The place and time at which a document is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The region of the call.
    pub region: &'a str,
    /// The account, 12 digits.
    pub account: &'a str,
    /// The instant of the call, in milliseconds since the Unix epoch.
    pub now_ms: i64,
    /// How long transitions take.
    pub durations: Durations,
}

impl Place<'_> {
    /// Returns the partition of the region, as ARNs have it.
    pub fn partition(&self) -> &'static str {
        partition::of(self.region)
    }
}

/// A use of an item by a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Use {
    /// The item.
    pub item: Item,
    /// The ARN of the resource.
    pub resource: String,
    /// The part of the resource, if it has several that use the same item, such as variants.
    pub part: String,
    /// The region.
    pub region: String,
    /// The tags of the resource.
    pub tags: BTreeMap<String, String>,
    /// How many units of the item are used at once.
    pub count: f64,
    /// When it begins, in milliseconds since the Unix epoch; without it, with the call that made it.
    pub from_ms: Option<i64>,
    /// When it ends, in milliseconds since the Unix epoch, if that is known.
    pub until_ms: Option<i64>,
}

impl Use {
    /// Returns the use of one unit from the present call on, without an end.
    pub fn new(item: Item, resource: String, tags: &Value, place: &Place<'_>) -> Self {
        Self {
            item,
            resource,
            part: String::new(),
            region: place.region.to_owned(),
            tags: tag_map(tags),
            count: 1.0,
            from_ms: None,
            until_ms: None,
        }
    }

    /// Returns whether another use is of the same item by the same part of the same resource.
    pub fn is_of(&self, other: &Self) -> bool {
        (&self.item, &self.resource, &self.part, &self.region)
            == (&other.item, &other.resource, &other.part, &other.region)
    }
}

/// Reads tags that are kept as an object, or as a list of keys and values.
pub fn tag_map(tags: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match tags {
        Value::Object(tags) => tags.iter().filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect(),
        Value::Array(tags) => tags.iter().filter_map(|tag| Some((text(&tag["Key"])?, text(&tag["Value"])?))).collect(),
        _ => BTreeMap::new(),
    }
}
