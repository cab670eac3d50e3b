//! The handler of each operation.

use serde_json::{Value, json};

use super::list;
use super::quota::{Quota, all, limit, set};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{Handler, text};

/// Returns the handler of an operation.
pub fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "GetAWSDefaultServiceQuota" => get_default,
        "GetServiceQuota" => get_applied,
        "ListAWSDefaultServiceQuotas" => list::defaults,
        "ListServiceQuotas" => list::applied,
        "RequestServiceQuotaIncrease" => request_increase,
        _ => return None,
    })
}

/// GetServiceQuota.
fn get_applied(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    Ok(json!({ "Quota": list::shown(&find(input)?, context, true) }))
}

/// GetAWSDefaultServiceQuota.
fn get_default(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    Ok(json!({ "Quota": list::shown(&find(input)?, context, false) }))
}

/// RequestServiceQuotaIncrease. On AWS somebody may have to look at it; here it is granted at once.
fn request_increase(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let quota = find(input)?;
    let desired = input["DesiredValue"].as_f64().unwrap_or_default();
    let now = limit(context.own, &quota.name);
    if desired <= now {
        let message =
            format!("You must provide a quota value greater than or equal to the current quota value of {now:.1}.");
        return Err(Fault::new("IllegalArgumentException", message));
    }
    set(context.own, &quota.name, desired);
    let shown = list::shown(&quota, context, true);
    #[expect(clippy::cast_precision_loss, reason = "an instant in milliseconds is below 2^53")]
    let now = context.now_ms as f64 / 1000.0;
    Ok(json!({ "RequestedQuota": {
        "Id": uuid::Uuid::new_v4().simple().to_string(), "ServiceCode": "sagemaker", "ServiceName": "Amazon SageMaker",
        "QuotaCode": shown["QuotaCode"], "QuotaName": shown["QuotaName"], "QuotaArn": shown["QuotaArn"],
        "DesiredValue": desired, "Status": "APPROVED", "Created": now, "LastUpdated": now, "Unit": "None",
        "GlobalQuota": false,
    } }))
}

fn find(input: &Value) -> Result<Quota, Fault> {
    list::check_service(input)?;
    let code = text(input, "QuotaCode");
    let message = "The request failed because the specified quota does not exist.";
    all().into_iter().find(|quota| quota.code() == code).ok_or_else(|| Fault::new("NoSuchResourceException", message))
}
