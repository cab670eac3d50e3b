//! Lists, page by page.

use serde_json::{Value, json};

use crate::service::Fault;
use crate::services::paging;

/// Returns one page of a list under its name.
pub fn page(name: &str, items: Vec<(String, Value)>, input: &Value) -> Result<Value, Fault> {
    let size = input["Limit"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(50);
    let page = paging::page(items, input["Marker"].as_str(), size)
        .ok_or_else(|| Fault::new("InvalidMarkerException", "Could not deserialize marker."))?;
    Ok(json!({ name: page.items, "Truncated": page.next.is_some(), "NextMarker": page.next }))
}
