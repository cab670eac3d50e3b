//! Protocols: the ways in which messages reach a subscriber.

use serde::{Deserialize, Serialize};

/// The protocol of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// E-mail; the receiver must confirm the subscription.
    Email,
    /// E-mail with the message as JSON; the receiver must confirm the subscription.
    EmailJson,
    /// A text message to a phone number, `+49…`.
    Sms,
    /// A POST without encryption; the receiver must confirm the subscription.
    Http,
    /// A POST; the receiver must confirm the subscription.
    Https,
    /// An SQS queue, by its ARN.
    Sqs,
    /// A Lambda function, by its ARN.
    Lambda,
}

impl Protocol {
    /// Returns AWS's name of the protocol.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::EmailJson => "email-json",
            Self::Sms => "sms",
            Self::Http => "http",
            Self::Https => "https",
            Self::Sqs => "sqs",
            Self::Lambda => "lambda",
        }
    }

    /// Returns whether SNS can deliver the message without its envelope.
    pub(super) fn supports_raw_delivery(self) -> bool {
        matches!(self, Self::Http | Self::Https | Self::Sqs)
    }

    /// Returns whether the receiver must confirm a subscription.
    #[doc(hidden)]
    pub fn must_confirm(self) -> bool {
        matches!(self, Self::Email | Self::EmailJson | Self::Http | Self::Https)
    }

    /// Returns the reason why a text is no endpoint of this protocol.
    pub(super) fn endpoint_problem(self, endpoint: &str) -> Option<String> {
        let is_arn_of = |service: &str| {
            let mut parts = endpoint.splitn(6, ':');
            parts.next() == Some("arn")
                && parts.nth(1) == Some(service)
                && parts.nth(2).is_some_and(|it| !it.is_empty())
        };
        let is_url = |scheme: &str| {
            let host = endpoint.strip_prefix(scheme).and_then(|rest| rest.split('/').next());
            host.is_some_and(|host| !host.is_empty() && !host.contains(char::is_whitespace))
        };
        let (good, form) = match self {
            Self::Email | Self::EmailJson => {
                let good = endpoint.split_once('@').is_some_and(|(user, host)| {
                    !user.is_empty() && host.contains('.') && !host.contains('@') && !host.starts_with('.')
                });
                (good && !endpoint.contains(char::is_whitespace), "an e-mail address")
            }
            Self::Sms => {
                let digits = endpoint.strip_prefix('+').unwrap_or_default();
                let good = (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
                (good, "a phone number, + and 5 to 15 digits")
            }
            Self::Http => (is_url("http://"), "an address that begins with http://"),
            Self::Https => (is_url("https://"), "an address that begins with https://"),
            Self::Sqs => (is_arn_of("sqs"), "the ARN of a queue"),
            Self::Lambda => (is_arn_of("lambda"), "the ARN of a function"),
        };
        // AWS lists such an endpoint with `****` in place of the password, so `find` would never recognize it.
        let with_password = matches!(self, Self::Http | Self::Https)
            && endpoint.split('/').nth(2).is_some_and(|host| host.contains('@'));
        match (good, with_password) {
            (false, _) => Some(format!("`{endpoint}` is not {form}")),
            (true, true) => Some("has a password in it, which would be stored in the state".to_owned()),
            (true, false) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Protocol;

    #[test]
    fn endpoints_match_their_protocols() {
        for (protocol, good, bad) in [
            (Protocol::Email, "ops@example.com", "ops"),
            (Protocol::EmailJson, "a.b+c@sub.example.com", "a b@example.com"),
            (Protocol::Http, "http://example.com/hook", "https://example.com"),
            (Protocol::Https, "https://example.com/a@b", "https://user:secret@example.com/"),
            (Protocol::Sqs, "arn:aws:sqs:eu-west-1:123456789012:q", "arn:aws:sns:eu-west-1:123456789012:t"),
            (Protocol::Lambda, "arn:aws:lambda:eu-west-1:123456789012:function:f", "f"),
            (Protocol::Sms, "+4915112345678", "call me"),
        ] {
            assert_eq!(protocol.endpoint_problem(good), None);
            assert!(protocol.endpoint_problem(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn protocols_serialize_to_their_aws_names() {
        for protocol in [Protocol::Email, Protocol::EmailJson, Protocol::Sms, Protocol::Http, Protocol::Https] {
            assert_eq!(serde_json::to_value(protocol).unwrap(), protocol.as_str());
        }
    }
}
