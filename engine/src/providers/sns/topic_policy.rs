//! The access policy of a topic. AWS gives each topic a default policy, which reads as no policy.

use serde_json::{Value, json};

use crate::sdk::Error;
use ebbtide::aws::iam::Policy;
use ebbtide::resource::Resolved;

/// The id that AWS gives to the only statement of the default policy.
const DEFAULT_STATEMENT: &str = "__default_statement_ID";

/// Reads a topic's policy from its document; `None` for the default policy.
pub(super) fn read(
    document: Option<&str>,
    last: Option<&Policy<Resolved>>,
    topic: &str,
) -> Result<Option<Policy<Resolved>>, Error> {
    let Some(document) = document else { return Ok(None) };
    let policy = Policy::read(document, last, Some(topic))?;
    let is_default = policy.statements.iter().all(|statement| statement.sid.as_deref() == Some(DEFAULT_STATEMENT));
    Ok((!is_default).then_some(policy))
}

/// Returns the document to set. Without a declared policy that is AWS's default, because a topic's policy cannot be removed.
pub(super) fn document(declared: Option<&Policy<Resolved>>, topic: &str, account: &str) -> Value {
    match declared {
        Some(policy) => policy.to_json(Some(topic)),
        // The embedded cloud has a copy of this of its own on purpose, so that an error here shows against it.
        None => json!({
            "Version": "2008-10-17",
            "Id": "__default_policy_ID",
            "Statement": [{
                "Sid": DEFAULT_STATEMENT,
                "Effect": "Allow",
                "Principal": { "AWS": "*" },
                "Action": [
                    "SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission",
                    "SNS:DeleteTopic", "SNS:Subscribe", "SNS:ListSubscriptionsByTopic", "SNS:Publish",
                ],
                "Resource": topic,
                "Condition": { "StringEquals": { "AWS:SourceOwner": account } },
            }],
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:alarms";

    #[test]
    fn the_default_policy_reads_as_none_and_an_extended_one_does_not() {
        let default = document(None, TOPIC, "123456789012");
        assert_eq!(read(Some(&default.to_string()), None, TOPIC).unwrap(), None);
        let mut extended = default;
        let added =
            json!({"Sid": "Added", "Effect": "Allow", "Principal": "*", "Action": "SNS:Publish", "Resource": TOPIC});
        extended["Statement"].as_array_mut().unwrap().push(added);
        assert_eq!(read(Some(&extended.to_string()), None, TOPIC).unwrap().unwrap().statements.len(), 2);
    }
}
