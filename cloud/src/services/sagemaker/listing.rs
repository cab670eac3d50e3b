//! Lists: filters, order, pages.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Map, Value, json};

use super::time;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// How many items a page has when the call does not say.
const DEFAULT_SIZE: usize = 10;

/// One thing that may be listed.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// When it was created, in milliseconds since the Unix epoch.
    pub created_ms: i64,
    /// When it was last changed, in milliseconds since the Unix epoch.
    pub modified_ms: i64,
    /// Its status now; empty if it has none.
    pub status: String,
    /// Its entry in the list.
    pub summary: Value,
}

impl Item {
    fn asked_for(&self, input: &Value) -> bool {
        let bound = |member: &str| time::milliseconds(&input[member]);
        self.name.contains(text(input, "NameContains"))
            && bound("CreationTimeBefore").is_none_or(|bound| self.created_ms < bound)
            && bound("CreationTimeAfter").is_none_or(|bound| self.created_ms > bound)
            && bound("LastModifiedTimeBefore").is_none_or(|bound| self.modified_ms < bound)
            && bound("LastModifiedTimeAfter").is_none_or(|bound| self.modified_ms > bound)
            && input["StatusEquals"].as_str().is_none_or(|status| self.status == status)
    }

    /// Returns its sort key. Names are different, so no two items have the same place.
    fn place(&self, sort_by: &str) -> (String, String) {
        let first = match sort_by {
            "Name" => String::new(),
            "Status" => self.status.clone(),
            _ => format!("{:020}", self.created_ms),
        };
        (first, self.name.clone())
    }
}

/// Returns the response to a list call: the summaries of one page under `member`, and the token for the rest.
pub fn respond(input: &Value, member: &str, items: Vec<Item>) -> Result<Value, Fault> {
    let sort_by = text(input, "SortBy");
    let ascending = input["SortOrder"] == "Ascending";
    let mut items: Vec<_> = items
        .into_iter()
        .filter(|item| item.asked_for(input))
        .map(|item| (item.place(sort_by), item.summary))
        .collect();
    items.sort_by(|one, other| if ascending { one.0.cmp(&other.0) } else { other.0.cmp(&one.0) });
    // The token is the place of the last item handed out, so that a page goes on rightly when items came or went.
    if let Some(token) = input["NextToken"].as_str().filter(|token| !token.is_empty()) {
        let last = place_of(token).ok_or_else(|| invalid("Invalid NextToken."))?;
        items.retain(|(place, _)| if ascending { *place > last } else { *place < last });
    }
    let size = input["MaxResults"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(DEFAULT_SIZE);
    let more = items.len() > size;
    items.truncate(size);
    let mut answer = Map::new();
    if let Some((place, _)) = items.last().filter(|_| more) {
        answer.insert("NextToken".to_owned(), json!(BASE64.encode(json!(place).to_string())));
    }
    answer.insert(member.to_owned(), items.into_iter().map(|(_, summary)| summary).collect());
    Ok(Value::Object(answer))
}

fn place_of(token: &str) -> Option<(String, String)> {
    serde_json::from_slice(&BASE64.decode(token).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items() -> Vec<Item> {
        let item = |(index, name): (usize, &str)| Item {
            name: name.to_owned(),
            created_ms: i64::try_from(index).unwrap() * 1000,
            modified_ms: 0,
            status: String::new(),
            summary: json!(name),
        };
        ["d", "a", "c", "b"].into_iter().enumerate().map(item).collect()
    }

    fn listed(input: &Value) -> Value {
        respond(input, "Items", items()).unwrap()["Items"].clone()
    }

    #[test]
    fn the_newest_comes_first_unless_asked_otherwise() {
        assert_eq!(listed(&json!({})), json!(["b", "c", "a", "d"]));
        assert_eq!(listed(&json!({ "SortBy": "Name" })), json!(["d", "c", "b", "a"]));
        assert_eq!(listed(&json!({ "SortBy": "Name", "SortOrder": "Ascending" })), json!(["a", "b", "c", "d"]));
    }

    #[test]
    fn filters() {
        assert_eq!(listed(&json!({ "NameContains": "a" })), json!(["a"]));
        assert_eq!(listed(&json!({ "CreationTimeAfter": 1.0, "CreationTimeBefore": 3 })), json!(["c"]));
    }

    #[test]
    fn pages_go_on_where_the_last_one_ended() {
        for order in ["Ascending", "Descending"] {
            let mut input = json!({ "SortBy": "Name", "SortOrder": order, "MaxResults": 3 });
            let first = respond(&input, "Items", items()).unwrap();
            assert_eq!(first["Items"].as_array().unwrap().len(), 3);
            input["NextToken"] = first["NextToken"].clone();
            let rest = respond(&input, "Items", items()).unwrap();
            assert_eq!(rest["Items"], json!([if order == "Ascending" { "d" } else { "a" }]));
            assert_eq!(rest["NextToken"], Value::Null);
        }
        assert!(respond(&json!({ "NextToken": "!" }), "Items", items()).is_err());
    }
}
