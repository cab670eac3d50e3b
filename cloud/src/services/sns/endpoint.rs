//! The forms of endpoints, by protocol.

use super::input::invalid;
use crate::service::Fault;

/// Refuses an unknown protocol, and an endpoint that is not of its protocol.
pub(super) fn check(protocol: &str, endpoint: &str) -> Result<(), Fault> {
    let (right, what) = match protocol {
        "email" | "email-json" => (is_email(endpoint), "Email address"),
        "http" => (has_host(endpoint, "http://"), "Endpoint must match the specified protocol"),
        "https" => (has_host(endpoint, "https://"), "Endpoint must match the specified protocol"),
        "sqs" => (is_arn_of(endpoint, "sqs"), "SQS endpoint ARN"),
        "lambda" => (is_arn_of(endpoint, "lambda"), "Lambda endpoint ARN"),
        "firehose" => (is_arn_of(endpoint, "firehose"), "Firehose endpoint ARN"),
        "application" => (is_arn_of(endpoint, "sns"), "Application endpoint arn invalid"),
        "sms" => (is_phone_number(endpoint), "Invalid SMS endpoint"),
        other => return Err(invalid(format!("Amazon SNS does not support this protocol string: {other}"))),
    };
    if right { Ok(()) } else { Err(invalid(format!("{what}: {endpoint}"))) }
}

/// Returns whether a subscription waits until its endpoint confirms it.
pub(super) fn must_confirm(protocol: &str) -> bool {
    matches!(protocol, "email" | "email-json" | "http" | "https")
}

fn is_email(text: &str) -> bool {
    let is_part =
        |part: &str| !part.is_empty() && !part.contains(|letter: char| letter.is_whitespace() || letter == '@');
    text.rsplit_once('@').is_some_and(|(user, domain)| {
        is_part(user) && is_part(domain) && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.')
    })
}

fn has_host(text: &str, scheme: &str) -> bool {
    text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

fn is_arn_of(text: &str, service: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    parts.next() == Some("arn") && parts.nth(1) == Some(service) && parts.nth(2).is_some_and(|name| !name.is_empty())
}

fn is_phone_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    (5..=15).contains(&digits.len()) && digits.chars().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_match_their_protocols() {
        for (protocol, right, wrong) in [
            ("email", "ops@example.com", "ops"),
            ("email-json", "a.b+c@sub.example.com", "a b@example.com"),
            ("http", "http://example.com/hook", "https://example.com"),
            ("https", "https://example.com", "https:///path"),
            ("sqs", "arn:aws:sqs:us-east-1:123456789012:queue", "arn:aws:sns:us-east-1:123456789012:topic"),
            ("lambda", "arn:aws:lambda:us-east-1:123456789012:function:f", "f"),
            ("sms", "+4915112345678", "call me"),
        ] {
            check(protocol, right).unwrap();
            assert_eq!(check(protocol, wrong).expect_err(wrong).code, "InvalidParameter");
        }
        check("pigeon", "coop").unwrap_err();
    }
}
