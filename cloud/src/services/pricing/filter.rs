//! The filters of GetProducts.

use serde_json::Value;

use super::price_list::Product;
use crate::services::json::text;

/// Returns whether a product matches a filter. A product without the field matches `NONE_OF` only.
pub fn matches(filter: &Value, product: &Product) -> bool {
    let wanted = text(filter, "Value");
    let value = product.field(text(filter, "Field"));
    let among = || wanted.split(',').any(|one| Some(one.trim()) == value);
    match text(filter, "Type") {
        "CONTAINS" => value.is_some_and(|value| value.contains(wanted)),
        "ANY_OF" => among(),
        "NONE_OF" => !among(),
        _ => value == Some(wanted),
    }
}
