//! Lists of quotas, in pages.

use serde_json::{Value, json};

use super::quota::{Quota, all};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::text;
use crate::services::paging::page;

/// The most quotas of a page (`MaxResults` of the service model).
const PAGE: u64 = 100;

/// ListServiceQuotas: "If the applied quota value is not available for a quota, the quota is not retrieved."
pub fn applied(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let code = input["QuotaCode"].as_str();
    listed(input, context, true, |quota| code.is_none_or(|code| quota.code() == code))
}

/// ListAWSDefaultServiceQuotas.
pub fn defaults(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    listed(input, context, false, |_| true)
}

fn listed(
    input: &Value,
    context: &CallContext<'_>,
    is_applied: bool,
    wanted: impl Fn(&Quota) -> bool,
) -> Result<Value, Fault> {
    check_service(input)?;
    let size = usize::try_from(input["MaxResults"].as_u64().unwrap_or(PAGE)).unwrap_or(usize::MAX);
    let shown = |quota: Quota| (quota.name.clone(), shown(&quota, context, is_applied));
    let quotas = all().into_iter().filter(|quota| wanted(quota)).map(shown);
    let invalid = || Fault::new("InvalidPaginationTokenException", "Invalid token was used.");
    let page = page(quotas, input["NextToken"].as_str(), size).ok_or_else(invalid)?;
    Ok(json!({ "Quotas": page.items, "NextToken": page.next }))
}

/// Returns a quota as the API shows it.
pub fn shown(quota: &Quota, context: &CallContext<'_>, is_applied: bool) -> Value {
    let tables = is_applied.then_some(&*context.own);
    quota.shown(tables, (context.partition(), context.region, context.account))
}

/// Refuses a service of which this cloud knows no quotas.
pub fn check_service(input: &Value) -> Result<(), Fault> {
    match text(input, "ServiceCode") {
        "sagemaker" => Ok(()),
        other => {
            let message = format!("The request failed because the specified service does not exist: {other}.");
            Err(Fault::new("NoSuchResourceException", message))
        }
    }
}
