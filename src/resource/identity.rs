//! The identity of a resource, and the names, tokens and tags that follow from it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::name::is_name;
use super::partition::{dns_suffix, partition};
use super::{Address, hex};

/// The environment, stack, region and account that resources are declared for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// The environment, e.g. `prod`.
    pub environment: String,
    /// The stack, e.g. `adeptai`.
    pub stack: String,
    /// The AWS region, e.g. `eu-west-1`.
    pub region: String,
    /// The AWS account, 12 digits; empty if AWS was not asked (`ebb validate`).
    pub account: String,
}

impl Scope {
    /// Returns whether a stack can have a name: it is part of paths, of keys of objects and of names in AWS.
    pub fn is_stack_name(name: &str) -> bool {
        is_name(name, "-_", 64)
    }

    /// Returns the ARN partition of the region: `aws`, `aws-cn`, `aws-us-gov`, …
    pub fn partition(&self) -> &'static str {
        partition(&self.region)
    }

    /// Returns the ending of the host names of AWS's services in the region: `amazonaws.com`, `amazonaws.com.cn`, …
    pub fn dns_suffix(&self) -> &'static str {
        dns_suffix(&self.region)
    }

    /// Returns an ARN in this account and region: `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition(), self.region, self.account)
    }

    /// Returns the identity of one resource generation in a stack whose state has this lineage.
    pub fn identity(&self, lineage: &str, address: &Address, generation: u32) -> Identity {
        Identity { scope: self.clone(), lineage: Some(lineage.to_owned()), address: address.clone(), generation }
    }
}

/// The identity of one generation of a resource. From it, a lost resource is found again without its recorded id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Environment, stack, region, account.
    pub scope: Scope,
    /// The lineage of the stack's state: two checkouts of one project have different ones. `None` for a creation of a
    /// version that did not know lineages; such tags, tokens and names are without it.
    pub lineage: Option<String>,
    /// The address in the stack.
    pub address: Address,
    /// Counts the times that this address was created, from 1.
    pub generation: u32,
}

impl Identity {
    /// Returns the ownership tags, which are set in the create call.
    pub fn tags(&self) -> BTreeMap<String, String> {
        let mut tags = self.stack_tags();
        tags.insert("ebb:address".to_owned(), self.address.to_string());
        tags.insert("ebb:generation".to_owned(), self.generation.to_string());
        tags
    }

    /// Returns the ownership tags that all resources of the stack share.
    fn stack_tags(&self) -> BTreeMap<String, String> {
        let mut tags = BTreeMap::from([
            ("ebb:environment".to_owned(), self.scope.environment.clone()),
            ("ebb:stack".to_owned(), self.scope.stack.clone()),
        ]);
        tags.extend(self.lineage.clone().map(|lineage| (LINEAGE_TAG.to_owned(), lineage)));
        tags
    }

    /// Returns whether tags read from AWS mark this very generation as ours.
    pub fn owns(&self, tags: &BTreeMap<String, String>) -> bool {
        self.tags().iter().all(|(key, value)| tags.get(key) == Some(value))
    }

    /// Returns whether tags read from AWS mark any generation of this address as ours.
    pub fn owns_any_generation(&self, tags: &BTreeMap<String, String>) -> bool {
        self.tags().iter().all(|(key, value)| key == "ebb:generation" || tags.get(key) == Some(value))
    }

    /// Returns whether tags read from AWS mark a resource as one of this stack, whatever its address.
    pub fn owns_any_address(&self, tags: &BTreeMap<String, String>) -> bool {
        self.stack_tags().iter().all(|(key, value)| tags.get(key) == Some(value))
    }

    /// Returns the client token of this generation's create call: 32 hexadecimal digits.
    pub fn token(&self) -> String {
        digest(&format!("{}\n{}\n{}", self.stack_text(), self.address, self.generation), 32)
    }

    /// Returns the lineage, the environment and the stack as the beginning of a text to hash.
    fn stack_text(&self) -> String {
        let Scope { environment, stack, .. } = &self.scope;
        let lineage = self.lineage.as_ref().map(|lineage| format!("{lineage}\n")).unwrap_or_default();
        format!("{lineage}{environment}\n{stack}")
    }

    /// Returns a name for AWS that follows from lineage, environment, stack, address and generation: at most `longest`
    /// letters, digits and hyphens, `prod-adeptai-private-a-1f0c9a`. The end is a hash of all five.
    pub fn name(&self, longest: usize) -> String {
        self.name_with(longest, &digest(&format!("{}\n{}", self.token(), self.address.kind()), 6))
    }

    /// Returns a content-addressed name: like [`name`](Self::name), but its end is a hash of the inputs and not of the
    /// generation. Other inputs give another name, and both can exist at once. Equal inputs at another address do too.
    pub fn content_name(&self, base: Option<&str>, longest: usize, inputs: &impl Serialize) -> String {
        let content = serde_json::to_string(inputs).unwrap_or_default();
        let address = self.lineage.as_ref().map(|_| format!("{}\n", self.address)).unwrap_or_default();
        let hash = digest(&format!("{}\n{address}{content}", self.stack_text()), 10);
        match base {
            Some(base) => end_with_hash(base, &hash, longest),
            None => self.name_with(longest, &hash),
        }
    }

    fn name_with(&self, longest: usize, hash: &str) -> String {
        let Scope { environment, stack, .. } = &self.scope;
        end_with_hash(&format!("{environment}-{stack}-{}", self.address.name()), hash, longest)
    }
}

/// The key of the tag with the lineage.
pub const LINEAGE_TAG: &str = "ebb:lineage";

fn end_with_hash(base: &str, hash: &str, longest: usize) -> String {
    let base: String = base
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .take(longest.saturating_sub(hash.len() + 1))
        .collect();
    // A name of letters that AWS does not take leaves hyphens only, and no name in AWS begins with one.
    match base.trim_matches('-') {
        "" => format!("ebb-{hash}"),
        base => format!("{base}-{hash}"),
    }
}

/// Returns the first `digits` hexadecimal digits of the SHA-256 of a text.
pub fn digest(text: &str, digits: usize) -> String {
    hex(&Sha256::digest(text.as_bytes()))[..digits.min(64)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_lead_elsewhere_are_refused() {
        assert!(["adeptai", "my-stack_2", "A"].iter().all(|name| Scope::is_stack_name(name)));
        let long = "x".repeat(65);
        for name in ["", ".", "../prod/victim", "a/b", "x y", "ü", "network.history", "-x", &long] {
            assert!(!Scope::is_stack_name(name), "{name}");
        }
    }

    #[test]
    fn each_region_has_the_partition_that_aws_gives_it() {
        let scope = |region: &str| Scope {
            environment: String::new(),
            stack: String::new(),
            region: region.into(),
            account: "123456789012".into(),
        };
        for (region, partition, suffix) in [
            ("eu-west-1", "aws", "amazonaws.com"),
            ("us-east-1", "aws", "amazonaws.com"),
            ("cn-north-1", "aws-cn", "amazonaws.com.cn"),
            ("us-gov-west-1", "aws-us-gov", "amazonaws.com"),
            ("eusc-de-east-1", "aws-eusc", "amazonaws.eu"),
            ("us-iso-east-1", "aws-iso", "c2s.ic.gov"),
            ("us-isob-east-1", "aws-iso-b", "sc2s.sgov.gov"),
            ("eu-isoe-west-1", "aws-iso-e", "cloud.adc-e.uk"),
            ("us-isof-south-1", "aws-iso-f", "csp.hci.ic.gov"),
        ] {
            assert_eq!((scope(region).partition(), scope(region).dns_suffix()), (partition, suffix), "{region}");
        }
        assert_eq!(scope("cn-north-1").arn("sns", "t"), "arn:aws-cn:sns:cn-north-1:123456789012:t");
    }

    fn identity(generation: u32) -> Identity {
        identity_at("lineage", "ec2_security_group.private/a", generation)
    }

    fn identity_at(lineage: &str, address: &str, generation: u32) -> Identity {
        let scope = Scope {
            environment: "prod".into(),
            stack: "adeptai".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        scope.identity(lineage, &address.parse().unwrap(), generation)
    }

    #[test]
    fn names_are_derived_fit_and_differ_between_generations() {
        let name = identity(1).name(63);
        assert!(name.starts_with("prod-adeptai-private-a-"), "{name}");
        assert_eq!(name, identity(1).name(63));
        assert_ne!(name, identity(2).name(63));
        assert!(identity(1).name(20).len() <= 20);
    }

    #[test]
    fn a_name_of_letters_that_aws_does_not_take_is_still_valid() {
        let mut identity = identity(1);
        identity.scope.environment = "ü".repeat(64);
        let name = identity.name(63);
        assert!(name.starts_with("ebb-") && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
    }

    #[test]
    fn content_names_follow_the_inputs_and_not_the_generation() {
        assert_eq!(identity(1).content_name(Some("llm"), 63, &1), identity(2).content_name(Some("llm"), 63, &1));
        assert_ne!(identity(1).content_name(Some("llm"), 63, &1), identity(1).content_name(Some("llm"), 63, &2));
    }

    #[test]
    fn ownership_tags_tell_generations_apart() {
        assert!(identity(1).owns(&identity(1).tags()));
        assert!(!identity(1).owns(&identity(2).tags()));
        assert!(identity(1).owns_any_generation(&identity(2).tags()));
        assert!(!identity(1).owns_any_generation(&BTreeMap::new()));
    }

    #[test]
    fn another_lineage_has_other_tags_tokens_and_names_at_the_same_address() {
        let (ours, theirs) = (identity(1), identity_at("other", "ec2_security_group.private/a", 1));
        assert!(!ours.owns(&theirs.tags()) && !ours.owns_any_generation(&theirs.tags()));
        assert!(!ours.owns_any_address(&theirs.tags()));
        assert!(ours.owns_any_address(&identity_at("lineage", "ec2_vpc.main", 7).tags()));
        assert_ne!(ours.token(), theirs.token());
        assert_ne!(ours.name(63), theirs.name(63));
        assert_ne!(ours.content_name(Some("llm"), 63, &1), theirs.content_name(Some("llm"), 63, &1));
    }

    #[test]
    fn equal_inputs_at_similar_addresses_get_different_names() {
        let name = |address: &str| identity_at("lineage", address, 1).content_name(None, 63, &1);
        let long = |end: &str| format!("sagemaker_model.{}-{end}", "x".repeat(70));
        for (one, other) in [
            ("sagemaker_model.a-b", "sagemaker_model.a_b"),
            ("sagemaker_model.a-b", "sagemaker_model.a/b"),
            (&long("one"), &long("two")),
        ] {
            assert_ne!(name(one), name(other), "{one} and {other}");
        }
    }

    #[test]
    fn without_a_lineage_tags_and_names_are_those_of_earlier_versions() {
        let old = Identity { lineage: None, ..identity(1) };
        assert_eq!(old.tags().len(), 4);
        assert_eq!(old.token(), digest("prod\nadeptai\nec2_security_group.private/a\n1", 32));
        let model = Identity { address: "sagemaker_model.m".parse().unwrap(), ..old.clone() };
        assert_eq!(model.content_name(None, 63, &1), format!("prod-adeptai-m-{}", digest("prod\nadeptai\n1", 10)));
        assert!(!identity(1).owns(&old.tags()), "tags without a lineage may be those of another checkout");
    }
}
