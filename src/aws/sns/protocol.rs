//! How messages reach a subscriber.

use serde::{Deserialize, Serialize};

/// The protocol of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// E-mail; its receiver must confirm.
    Email,
    /// E-mail with the message as JSON; its receiver must confirm.
    EmailJson,
    /// A text message to a phone number, `+49…`.
    Sms,
    /// A POST without encryption; the receiver must confirm.
    Http,
    /// A POST; the receiver must confirm.
    Https,
    /// A queue of SQS, by its ARN.
    Sqs,
    /// A function of Lambda, by its ARN.
    Lambda,
}

impl Protocol {
    /// AWS's word for it.
    pub(super) fn as_str(self) -> &'static str {
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

    /// Whether the bare message can be delivered, without SNS's envelope.
    pub(super) fn takes_raw(self) -> bool {
        matches!(self, Self::Http | Self::Https | Self::Sqs)
    }

    /// Whether a subscription waits until the receiver confirms it.
    pub(super) fn must_confirm(self) -> bool {
        matches!(self, Self::Email | Self::EmailJson | Self::Http | Self::Https)
    }

    /// Why a text is no endpoint of this protocol, if it is none.
    pub(super) fn problem(self, endpoint: &str) -> Option<String> {
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
        // AWS lists such an endpoint with `****` for the password, so that it could never be found again.
        let with_password = matches!(self, Self::Http | Self::Https)
            && endpoint.split('/').nth(2).is_some_and(|host| host.contains('@'));
        match (good, with_password) {
            (false, _) => Some(format!("`{endpoint}` is not {form}")),
            (true, true) => Some("has a password in it, which would stand in the state".to_owned()),
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
            assert_eq!(protocol.problem(good), None);
            assert!(protocol.problem(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn the_names_are_those_of_aws() {
        for protocol in [Protocol::Email, Protocol::EmailJson, Protocol::Sms, Protocol::Http, Protocol::Https] {
            assert_eq!(serde_json::to_value(protocol).unwrap(), protocol.as_str());
        }
    }
}
