//! Scaling activities: there is no load in the embedded cloud, so no policy scales anything. Changes of capacity that follow from
//! bounds are not listed.

use serde_json::{Value, json};

use super::list::{check_filters, page_size};
use crate::documents::CallContext;
use crate::service::Fault;

/// DescribeScalingActivities.
pub fn describe(input: &Value, _: &mut CallContext<'_>) -> Result<Value, Fault> {
    check_filters(input)?;
    page_size(input, 50)?;
    if input["NextToken"].is_string() {
        return Err(Fault::new("InvalidNextTokenException", "The NextToken is invalid"));
    }
    Ok(json!({ "ScalingActivities": [] }))
}
