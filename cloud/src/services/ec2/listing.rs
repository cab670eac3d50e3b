//! Describe operations: requested ids, filters, pages.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::filter::{self, Filters};
use super::kind::Kind;
use crate::service::Fault;
use crate::wire::query::Parameters;

/// The parameters and fields of a describe operation.
pub struct Listing {
    /// The parameter that lists ids, e.g. `VpcId`.
    pub ids: &'static str,
    /// The kind of those ids.
    pub kind: Kind,
    /// The field of an item that holds its id, e.g. `vpcId`.
    pub id_field: &'static str,
    /// The field of the response that holds the items, e.g. `vpcSet`.
    pub set: &'static str,
    /// The filters it knows.
    pub filters: Filters,
}

impl Listing {
    /// Returns the response to a describe operation. `items` are all there are, each as the response shows it, in a stable order.
    pub fn respond(&self, parameters: &Parameters, items: Vec<Value>) -> Result<Value, Fault> {
        let asked = parameters.strings(self.ids);
        for id in &asked {
            self.kind.check_form(id)?;
            if !items.iter().any(|item| item[self.id_field] == id.as_str()) {
                return Err(self.kind.missing(id));
            }
        }
        filter::check(parameters, self.filters)?;
        let mut found = Vec::new();
        for item in items {
            let wanted = asked.is_empty() || asked.iter().any(|id| item[self.id_field] == id.as_str());
            if wanted && filter::passes(parameters, self.filters, &item)? {
                found.push(item);
            }
        }
        page(parameters, self.set, found, |item| item[self.id_field].as_str().unwrap_or_default().to_owned())
    }
}

/// Cuts one page out of the items. The token names the last item shown, so that nothing is shown twice or left out
/// when other items come and go between two pages; `key` gives an item's name in the order of the items.
pub fn page(
    parameters: &Parameters,
    set: &str,
    mut items: Vec<Value>,
    key: impl Fn(&Value) -> String,
) -> Result<Value, Fault> {
    items.sort_by_key(&key);
    if let Some(token) = parameters.get("NextToken").filter(|token| !token.is_empty()) {
        let last = URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let last = last.ok_or_else(|| Fault::new("InvalidNextToken", "The token provided is invalid"))?;
        items.retain(|item| key(item) > last);
    }
    let mut next_token = Value::Null;
    if let Some(most) = parameters.get("MaxResults") {
        let most: usize = most.parse().map_err(|_| invalid_maximum(most, "greater than 5"))?;
        if most < 5 {
            return Err(invalid_maximum(&most.to_string(), "greater than 5"));
        }
        if most > 1000 {
            return Err(invalid_maximum(&most.to_string(), "less than 1000"));
        }
        if items.len() > most {
            items.truncate(most);
            next_token = json!(items.last().map(|item| URL_SAFE_NO_PAD.encode(key(item))));
        }
    }
    Ok(json!({ set: items, "nextToken": next_token }))
}

fn invalid_maximum(given: &str, expected: &str) -> Fault {
    Fault::new(
        "InvalidMaxResults",
        format!("Value ( {given} ) for parameter maxResults is invalid. Expecting a value {expected}."),
    )
}
