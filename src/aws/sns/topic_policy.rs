//! The policy of a topic. AWS gives each topic one, which counts as none.

use serde_json::{Value, json};

use crate::aws::iam::Policy;
use crate::engine::sdk::Error;
use crate::resource::Resolved;

/// What AWS names the one statement of the policy that it gives.
const DEFAULT_STATEMENT: &str = "__default_statement_ID";

/// The declared policy from what AWS has.
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

/// What to set; without a declared policy the one that AWS gives, for a topic cannot be without.
pub(super) fn document(declared: Option<&Policy<Resolved>>, topic: &str, account: &str) -> Value {
    match declared {
        Some(policy) => policy.to_json(Some(topic)),
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
    fn what_aws_gives_counts_as_none_and_what_was_added_to_it_does_not() {
        let given = document(None, TOPIC, "123456789012");
        assert_eq!(read(Some(&given.to_string()), None, TOPIC).unwrap(), None);
        let mut more = given;
        let added =
            json!({"Sid": "Added", "Effect": "Allow", "Principal": "*", "Action": "SNS:Publish", "Resource": TOPIC});
        more["Statement"].as_array_mut().unwrap().push(added);
        assert_eq!(read(Some(&more.to_string()), None, TOPIC).unwrap().unwrap().statements.len(), 2);
    }
}
