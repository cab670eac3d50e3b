//! Log groups: winterbaume accepts any retention and any ARN, and forgets a group's key and class.

use serde_json::{Value, json};
use winterbaume_core::MockResponse;

use super::{events, filter};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::winterbaume::patches::{Asked, Patches};
use crate::wire;

/// The retentions that AWS offers, in days.
const RETENTIONS: &[i64] =
    &[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

/// The classes of log groups.
const CLASSES: [&str; 3] = ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"];

/// Name of a log group → its class, unless that is the first.
const CLASS_TABLE: &str = "ebb:log_group_class";

/// The patches of CloudWatch Logs.
pub(in crate::winterbaume) struct Logs;

impl Patches for Logs {
    fn intercept(&self, asked: &Asked<'_>, context: &mut CallContext<'_>) -> Result<Option<MockResponse>, Fault> {
        if asked.operation == "FilterLogEvents" {
            return filter::respond(&wire::json::body(asked.request)?, context).map(Some);
        }
        if let Some(arn) = wire::json::body(asked.request)?["resourceArn"].as_str() {
            check_arn(arn)?;
        }
        if asked.operation == "PutRetentionPolicy" {
            let days = wire::json::body(asked.request)?["retentionInDays"].as_i64();
            if !days.is_some_and(|days| RETENTIONS.contains(&days)) {
                let days = days.map_or("none".to_owned(), |days| days.to_string());
                let message = format!("Invalid retention value: {days}. Valid values are: {RETENTIONS:?}");
                return Err(Fault::new("InvalidParameterException", message));
            }
        }
        if asked.operation == "CreateLogGroup" {
            let body = wire::json::body(asked.request)?;
            let class = body["logGroupClass"].as_str().unwrap_or(CLASSES[0]);
            if !CLASSES.contains(&class) {
                let message = format!("Invalid log group class: {class}. Valid values are: {CLASSES:?}");
                return Err(Fault::new("InvalidParameterException", message));
            }
        }
        Ok(None)
    }

    fn amend(
        &self,
        asked: &Asked<'_>,
        response: MockResponse,
        context: &mut CallContext<'_>,
    ) -> Result<MockResponse, Fault> {
        match asked.operation.as_str() {
            "CreateLogGroup" => {
                let body = wire::json::body(asked.request)?;
                let name = body["logGroupName"].as_str().unwrap_or_default();
                if let Some(group) = context.own.get_mut("log_groups", name)
                    && body["kmsKeyId"].is_string()
                {
                    group["kms_key_id"] = body["kmsKeyId"].clone();
                }
                match body["logGroupClass"].as_str() {
                    Some(class) if class != CLASSES[0] => context.own.put(CLASS_TABLE, name, json!(class)),
                    _ => _ = context.own.remove(CLASS_TABLE, name),
                }
                Ok(response)
            }
            "PutLogEvents" => {
                events::keep(&wire::json::body(asked.request)?, context);
                Ok(response)
            }
            "DeleteLogGroup" | "DeleteLogStream" => {
                let body = wire::json::body(asked.request)?;
                if let Some(group) = body["logGroupName"].as_str() {
                    events::forget(group, body["logStreamName"].as_str(), context.own);
                }
                Ok(response)
            }
            "DescribeLogGroups" => Ok(with_keys(response, context)),
            _ => Ok(response),
        }
    }
}

/// Refuses an ARN that the calls on tags do not take: the shape `AmazonResourceName` of the service model has no `#`, though
/// the name of a group may have one, and the form of `DescribeLogGroups` that ends in `:*` is refused too (boto3's issue
/// 4104).
fn check_arn(arn: &str) -> Result<(), Fault> {
    if arn.ends_with(":*") {
        return Err(Fault::new("ValidationException", "Invalid resourceArn"));
    }
    let fits = |letter: char| letter.is_alphanumeric() || "_+=/:,.@-".contains(letter);
    if arn.chars().all(fits) {
        return Ok(());
    }
    let message = format!(
        "1 validation error detected: Value '{arn}' at 'resourceArn' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: [\\w+=/:,.@-]*"
    );
    Err(Fault::new("InvalidParameterException", message))
}

/// Adds key and class to each group of a response.
fn with_keys(response: MockResponse, context: &CallContext<'_>) -> MockResponse {
    let Ok(mut answer) = serde_json::from_slice::<Value>(&response.body) else { return response };
    for group in answer["logGroups"].as_array_mut().into_iter().flatten() {
        let stored = group["logGroupName"].as_str().and_then(|name| context.own.get("log_groups", name));
        if let Some(key) = stored.map(|stored| &stored["kms_key_id"]).filter(|key| key.is_string()) {
            group["kmsKeyId"] = key.clone();
        }
        let kept = group["logGroupName"].as_str().and_then(|name| context.own.get(CLASS_TABLE, name));
        group["logGroupClass"] = kept.cloned().unwrap_or_else(|| json!(CLASSES[0]));
        // The service model: events in groups of this class are kept for one day.
        if kept.is_some_and(|class| class == "DELIVERY") {
            group["retentionInDays"] = json!(1);
        }
    }
    MockResponse { body: answer.to_string().into(), ..response }
}
