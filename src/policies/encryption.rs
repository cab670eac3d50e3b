//! Encryption at rest, where AWS does not encrypt by itself.

use crate::aws::opensearch::Domain;
use crate::aws::sns::Topic;
use crate::stack::Policy;

/// Refuses topics without a KMS key, and OpenSearch domains without encryption. Everything else that can be declared and holds
/// data is encrypted by AWS, with a key of the service unless a key is given.
///
/// An alarm of CloudWatch can only notify an encrypted topic whose key allows `cloudwatch.amazonaws.com` (Amazon CloudWatch
/// user guide, "CloudWatch alarm does not trigger SNS").
pub fn encrypted() -> Policy {
    Policy::new("encryption-at-rest", |declared, violations| {
        for (address, _) in declared.of::<Topic>().filter(|(_, topic)| topic.kms_key.is_none()) {
            violations.add(address, "does not encrypt messages at rest", "set `kms_key`");
        }
        for (address, _) in declared.of::<Domain>().filter(|(_, domain)| !domain.encrypted) {
            violations.add(address, "does not encrypt data at rest", "set `encrypted: true`");
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policies::tests::violated;

    #[test]
    fn what_is_not_encrypted_is_found() {
        let found = violated(&encrypted(), |stack| {
            stack.add("plain", Topic::new());
            stack.add("own", Topic { kms_key: Some("alias/own".into()), ..Topic::new() });
        });
        assert_eq!(found, ["sns_topic.plain"]);
    }
}
