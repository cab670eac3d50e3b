//! Checks of notifications and of their subscribers.

use serde_json::{Value, json};

use super::input::{invalid, limit, need, need_one_of};
use crate::service::Fault;

/// The most e-mail subscribers of a notification; of SNS topics there may be one.
const EMAILS: usize = 10;

/// Checks a notification and brings it to the form in which it is kept and compared.
pub(super) fn notification(given: &Value) -> Result<Value, Fault> {
    let kind = need_one_of(given, "NotificationType", &["ACTUAL", "FORECASTED"])?;
    let operator = need_one_of(given, "ComparisonOperator", &["GREATER_THAN", "LESS_THAN", "EQUAL_TO"])?;
    let threshold_type = match given["ThresholdType"] {
        Value::Null => "PERCENTAGE",
        _ => need_one_of(given, "ThresholdType", &["PERCENTAGE", "ABSOLUTE_VALUE"])?,
    };
    let threshold = given["Threshold"].as_f64().ok_or_else(|| invalid("Threshold must not be null"))?;
    if !(0.0..=15_000_000_000_000.0).contains(&threshold) {
        return Err(invalid("The threshold must be between 0 and 15000000000000"));
    }
    Ok(json!({
        "NotificationType": kind,
        "ComparisonOperator": operator,
        "Threshold": threshold,
        "ThresholdType": threshold_type,
    }))
}

/// Checks the subscribers of one notification.
pub(super) fn subscribers(subscribers: &[Value]) -> Result<(), Fault> {
    if subscribers.is_empty() {
        return Err(invalid("A notification must have at least one subscriber"));
    }
    for (index, subscriber) in subscribers.iter().enumerate() {
        one_subscriber(subscriber)?;
        if subscribers.iter().take(index).any(|earlier| earlier == subscriber) {
            return Err(super::input::duplicate("The same subscriber is there twice"));
        }
    }
    let count = |kind: &str| subscribers.iter().filter(|subscriber| subscriber["SubscriptionType"] == kind).count();
    if count("SNS") > 1 {
        return Err(limit("A notification may have at most 1 SNS subscriber"));
    }
    if count("EMAIL") > EMAILS {
        return Err(limit(format!("A notification may have at most {EMAILS} e-mail subscribers")));
    }
    Ok(())
}

fn one_subscriber(subscriber: &Value) -> Result<(), Fault> {
    let kind = need_one_of(subscriber, "SubscriptionType", &["SNS", "EMAIL"])?;
    let address = need(subscriber, "Address")?;
    let right = if kind == "SNS" {
        address.starts_with("arn:") && address.split(':').nth(2) == Some("sns") && address.split(':').count() == 6
    } else {
        address.len() <= 50
            && !address.contains(char::is_whitespace)
            && address.split_once('@').is_some_and(|(user, domain)| !user.is_empty() && domain.contains('.'))
    };
    if right {
        Ok(())
    } else {
        Err(invalid(format!("The address {address} is not valid for a subscriber of type {kind}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email(number: usize) -> Value {
        json!({ "SubscriptionType": "EMAIL", "Address": format!("user{number}@example.com") })
    }

    fn sns(topic: &str) -> Value {
        json!({ "SubscriptionType": "SNS", "Address": format!("arn:aws:sns:us-east-1:123456789012:{topic}") })
    }

    #[test]
    fn a_notification_is_the_same_however_its_number_is_written() {
        let given = |threshold: Value| json!({ "NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": threshold });
        let one = notification(&given(json!(80))).unwrap();
        assert_eq!(one, notification(&given(json!(80.0))).unwrap());
        assert_eq!(one["ThresholdType"], "PERCENTAGE");
        notification(&given(json!(-1))).unwrap_err();
        notification(&given(json!(null))).unwrap_err();
    }

    #[test]
    fn one_topic_and_ten_addresses_are_the_most() {
        let emails = |count| (0..count).map(email).collect::<Vec<Value>>();
        subscribers(&[emails(10), vec![sns("a")]].concat()).unwrap();
        let code = |all: Vec<Value>| subscribers(&all).unwrap_err().code;
        assert_eq!(code(emails(11)), "CreationLimitExceededException");
        assert_eq!(code(vec![sns("a"), sns("b")]), "CreationLimitExceededException");
        assert_eq!(code(vec![email(1), email(1)]), "DuplicateRecordException");
        assert_eq!(code(vec![]), "InvalidParameterException");
        assert_eq!(code(vec![json!({ "SubscriptionType": "EMAIL", "Address": "me" })]), "InvalidParameterException");
        assert_eq!(
            code(vec![json!({ "SubscriptionType": "SNS", "Address": "me@example.com" })]),
            "InvalidParameterException"
        );
    }
}
