//! Publishing: a message is checked and gets its id.

use serde_json::{Value, json};

use super::input::{Outcome, fields, invalid, need, not_found};
use super::records::TOPICS;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::Parameters;

/// The longest message, in bytes.
const SIZE: usize = 256 * 1024;

/// Publish.
pub(super) fn publish(input: &Parameters, context: &mut CallContext<'_>) -> Outcome {
    let target = input.get("TopicArn").or_else(|| input.get("TargetArn"));
    let message = input.get("Message").filter(|message| !message.is_empty()).ok_or_else(|| invalid("Empty message"))?;
    if message.len() > SIZE {
        return Err(invalid("Message too long"));
    }
    if let Some(subject) = input.get("Subject")
        && (subject.is_empty() || subject.chars().count() > 100 || subject.contains(char::is_control))
    {
        return Err(invalid("Subject"));
    }
    check_structure(input, message)?;
    let mut answer = fields([("MessageId", json!(uuid::Uuid::new_v4().to_string()))]);
    match target {
        None if input.get("PhoneNumber").is_none() => {
            return Err(invalid("TopicArn or TargetArn Reason: no value for required parameter"));
        }
        None => {}
        Some(target) => {
            let topic = context.own.get(TOPICS, target).ok_or_else(|| not_found("Topic"))?;
            if topic["Attributes"]["FifoTopic"] == "true" {
                in_order(input, topic)?;
                let sequence = context.now_ms.unsigned_abs();
                answer.insert("SequenceNumber".to_owned(), json!(format!("1{sequence:019}")));
            }
        }
    }
    Ok(answer)
}

fn check_structure(input: &Parameters, message: &str) -> Result<(), Fault> {
    match input.get("MessageStructure") {
        None => Ok(()),
        Some("json") => {
            let reason = |why: &str| invalid(format!("Message Structure - {why}"));
            let document: Value =
                serde_json::from_str(message).map_err(|_| reason("JSON message body failed to parse"))?;
            if document["default"].is_string() { Ok(()) } else { Err(reason("No default entry in JSON message body")) }
        }
        Some(_) => Err(invalid("MessageStructure")),
    }
}

/// Checks a message to a FIFO topic.
fn in_order(input: &Parameters, topic: &Value) -> Result<(), Fault> {
    need(input, "MessageGroupId").map_err(|_| invalid("The MessageGroupId parameter is required for FIFO topics"))?;
    if topic["Attributes"]["ContentBasedDeduplication"] != "true" {
        let missing = "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly";
        need(input, "MessageDeduplicationId").map_err(|_| invalid(missing))?;
    }
    Ok(())
}
