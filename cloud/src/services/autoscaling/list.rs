//! Describe calls: filters and pages.

use serde_json::{Map, Value, json};

use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};
use crate::services::paging;

/// A describe call.
#[derive(Clone, Copy, Debug)]
pub struct List {
    /// The table that is listed.
    pub table: &'static str,
    /// The member of the response that has the list.
    pub member: &'static str,
    /// The member of the input that names things, and the member of records that it asks for.
    pub names: (&'static str, &'static str),
    /// How many a page has at most.
    pub limit: usize,
}

impl List {
    /// Returns the response to the call; `show` makes an item of a record.
    pub fn respond(
        &self,
        input: &Value,
        context: &CallContext<'_>,
        show: impl Fn(&Value) -> Value,
    ) -> Result<Value, Fault> {
        check_filters(input)?;
        let names = input[self.names.0].as_array();
        let asked = |record: &Value| {
            let same = |member: &str| input[member].is_null() || input[member] == record[member];
            ["ServiceNamespace", "ResourceId", "ScalableDimension"].into_iter().all(same)
                && names.is_none_or(|names| names.is_empty() || names.contains(&record[self.names.1]))
        };
        let items = context
            .own
            .all(self.table)
            .filter(|(_, record)| asked(record))
            .map(|(key, record)| (key.to_owned(), show(record)));
        let size = page_size(input, self.limit)?;
        let page = paging::page(items, input["NextToken"].as_str(), size)
            .ok_or_else(|| Fault::new("InvalidNextTokenException", "The NextToken is invalid"))?;
        let mut answer = Map::from_iter([(self.member.to_owned(), page.items.into())]);
        if let Some(next) = page.next {
            answer.insert("NextToken".to_owned(), next.into());
        }
        Ok(Value::Object(answer))
    }
}

/// Checks that a dimension is given only together with its resource.
pub fn check_filters(input: &Value) -> Result<(), Fault> {
    let dimension = text(input, "ScalableDimension");
    if dimension.is_empty() {
        return Ok(());
    }
    if dimension.split(':').next() != Some(text(input, "ServiceNamespace")) {
        return Err(invalid("Unsupported service namespace, resource type or scalable dimension"));
    }
    if input["ResourceId"].is_null() && input["ResourceIds"].is_null() {
        return Err(invalid("If you specify a scalable dimension, you must also specify a resource ID"));
    }
    Ok(())
}

/// Returns the size of a page.
pub fn page_size(input: &Value, limit: usize) -> Result<usize, Fault> {
    if input["MaxResults"].is_null() {
        return Ok(limit);
    }
    let asked = input["MaxResults"].as_u64().and_then(|size| usize::try_from(size).ok());
    asked
        .filter(|size| (1..=limit).contains(size))
        .ok_or_else(|| invalid(format!("MaxResults must be between 1 and {limit}")))
}

/// Returns the instant of milliseconds since the Unix epoch as AWS writes it: in seconds.
pub(super) fn seconds(ms: &Value) -> Value {
    ms.as_f64().map_or(Value::Null, |ms| json!(ms / 1000.0))
}
