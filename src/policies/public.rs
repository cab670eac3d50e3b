//! No public access: nothing is open to everyone.

use crate::aws::iam::Role;
use crate::aws::kms::Key;
use crate::aws::s3::{Bucket, PublicAccessBlock};
use crate::aws::sns::Topic;
use crate::stack::Policy;

/// Refuses buckets that do not block all public access, and policies of roles, topics and keys that allow everyone something
/// without a condition.
pub fn no_public_access() -> Policy {
    Policy::new("no-public-access", |declared, violations| {
        for (address, bucket) in declared.of::<Bucket>() {
            if bucket.public_access != PublicAccessBlock::ALL {
                let hint = "leave `public_access` as it is by default, and serve objects through a distribution or signed URLs";
                violations.add(address, "does not block all public access", hint);
            }
        }
        let documents = declared.of::<Role>().map(|(address, role)| (address, Some(role.trust), "trust"));
        let topics = declared.of::<Topic>().map(|(address, topic)| (address, topic.policy, "policy"));
        let keys = declared.of::<Key>().map(|(address, key)| (address, key.policy, "policy"));
        for (address, document, field) in documents.chain(topics).chain(keys) {
            if document.is_some_and(|document| document.allows_everyone()) {
                let hint = "name the principals, or add a condition such as `aws:SourceAccount`";
                violations.add(address, format!("`{field}` allows everyone without a condition"), hint);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::iam::{Policy as Document, Principal};
    use crate::policies::tests::violated;

    #[test]
    fn what_is_open_to_everyone_is_found() {
        let everyone = || Document::new().allow(["sns:Publish"]).on_itself().to(Principal::Everyone);
        let found = violated(&no_public_access(), |stack| {
            stack.add("private", Bucket::new());
            stack.add("site", Bucket { public_access: PublicAccessBlock::NONE, ..Bucket::new() });
            stack.add("open", Topic { policy: Some(everyone()), ..Topic::new() });
            let account = everyone().when("StringEquals", "aws:SourceAccount", ["123456789012"]);
            stack.add("own", Topic { policy: Some(account), ..Topic::new() });
        });
        assert_eq!(found, ["s3_bucket.site", "sns_topic.open"]);
    }
}
