//! `s3_bucket`: a bucket with its settings.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::bucket_name::name_problem;
use super::bucket_policy::has_reserved_statement;
use super::charges::bucket_charges;
use super::lifecycle::lifecycle_problems;
use super::{Encryption, LifecycleRule, PublicAccessBlock};
use crate::aws::iam::{Policy, Purpose};
use crate::aws::lists::repeat_conflicts;
use crate::aws::{BucketArn, BucketName};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Persistence, Phase, Problems, Resolved, Resource, Scope, Tags, fields,
    validate_plain_tags,
};

/// A bucket.
///
/// ```
/// # use ebbtide::aws::s3::{Bucket, LifecycleRule};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let expire = LifecycleRule { expiration_days: Some(30), ..LifecycleRule::new("expire") };
/// let bucket = stack.add("captures", Bucket { lifecycle: vec![expire], ..Bucket::new() });
/// stack.output("BUCKET", &bucket.name);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Bucket<P: Phase = Declared> {
    /// The name, unique in all of AWS, 3 to 63 characters; derived if there is none.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether replaced and deleted objects are kept as versions. Once on, it can only be suspended.
    pub versioning: bool,
    /// The default encryption of objects.
    pub encryption: Encryption<P>,
    /// The public access that is blocked.
    #[serde(default)]
    pub public_access: PublicAccessBlock,
    /// The rules by which objects move to cheaper storage and expire.
    #[serde(default)]
    pub lifecycle: Vec<LifecycleRule>,
    /// The bucket policy, which says who else may use it. In it, `on_itself()` is the bucket and `on_itself_then("/*")` are
    /// its objects.
    #[serde(default)]
    pub policy: Option<Policy<P>>,
    /// Whether requests without TLS are refused.
    pub tls_only: bool,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl Bucket {
    /// Creates a private bucket: encrypted, all public access blocked, over TLS only, without versions.
    pub fn new() -> Self {
        Self {
            name: None,
            versioning: false,
            encryption: Encryption::Aes256,
            public_access: PublicAccessBlock::ALL,
            lifecycle: Vec::new(),
            policy: None,
            tls_only: true,
            tags: Tags::new(),
        }
    }
}

impl Default for Bucket {
    fn default() -> Self {
        Self::new()
    }
}

impl<P: Phase> Bucket<P> {
    /// Returns the declared name, or else the name derived from the identity.
    #[doc(hidden)]
    pub fn name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(63).to_lowercase())
    }
}

/// The outputs of a bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct BucketOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<BucketName>,
    /// The ARN, `arn:aws:s3:::NAME`.
    pub arn: P::Of<BucketArn>,
    /// The host name in its region, `NAME.s3.REGION.amazonaws.com`.
    pub regional_domain_name: P::Of<String>,
}

impl BucketOutputs<Resolved> {
    /// Returns the outputs of a bucket, all of which follow from its name and its scope.
    #[doc(hidden)]
    pub fn of(name: &str, scope: &Scope) -> Self {
        let suffix = if scope.partition() == "aws-cn" { ".cn" } else { "" };
        Self {
            name: BucketName(name.to_owned()),
            arn: BucketArn(format!("arn:{}:s3:::{name}", scope.partition())),
            regional_domain_name: format!("{name}.s3.{}.amazonaws.com{suffix}", scope.region),
        }
    }
}

impl Resource for Bucket {
    const KIND: &'static str = "s3_bucket";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const HOLDS_DATA: bool = true;
    const REPLACE_ON: &'static [&'static str] = fields!(Bucket: name);
    const TYPICAL_SECONDS: u32 = 2;
    type Resolved = Bucket<Resolved>;
    type Outputs<P: Phase> = BucketOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::Charges(bucket_charges(&self.lifecycle, &self.encryption))
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_deref().and_then(name_problem) {
            problems.refuse("name", problem);
        }
        for problem in lifecycle_problems(&self.lifecycle) {
            problems.refuse("lifecycle", problem);
        }
        if let Some(policy) = &self.policy {
            for problem in policy.problems(Purpose::Resource) {
                problems.refuse("policy", problem);
            }
            if self.public_access.block_public_policy && policy.allows_everyone() {
                let message = "allows everyone without a condition, which `public_access.block_public_policy` refuses";
                problems.refuse("policy", message);
            }
            if self.tls_only && has_reserved_statement(policy) {
                problems.refuse("policy", "has a statement with the name that `tls_only` adds; give it another name");
            }
        }
        validate_plain_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |bucket| bucket.name.as_ref(), |name| format!("another bucket is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let outputs = BucketOutputs::of(&self.name(identity), &identity.scope);
        let outputs = serde_json::to_value(outputs).ok().and_then(|outputs| outputs.as_object().cloned());
        outputs.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::iam::Principal;

    #[test]
    fn invalid_buckets_are_refused() {
        let policy = || Policy::new().allow(["s3:GetObject"]).on_itself_then("/*");
        let cases = [
            ("name", Bucket { name: Some("My_Bucket".into()), ..Bucket::new() }),
            ("lifecycle", Bucket { lifecycle: vec![LifecycleRule::new("x")], ..Bucket::new() }),
            ("policy", Bucket { policy: Some(policy()), ..Bucket::new() }),
            ("policy", Bucket { policy: Some(policy().to(Principal::Everyone)), ..Bucket::new() }),
            ("tags", Bucket { tags: Tags::from([("ebb:stack".into(), "mine".into())]), ..Bucket::new() }),
            (
                "policy",
                Bucket {
                    policy: Some(policy().to(Principal::account("123456789012")).named("DenyInsecureTransport")),
                    ..Bucket::new()
                },
            ),
        ];
        for (field, bucket) in cases {
            let mut problems = Problems::new();
            bucket.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }

    #[test]
    fn a_bucket_in_china_has_another_partition_and_domain() {
        let scope = |region: &str| Scope {
            environment: "prod".into(),
            stack: "adeptai".into(),
            region: region.into(),
            account: String::new(),
        };
        let out = BucketOutputs::of("b", &scope("cn-north-1"));
        assert_eq!(out.arn.as_str(), "arn:aws-cn:s3:::b");
        assert_eq!(out.regional_domain_name, "b.s3.cn-north-1.amazonaws.com.cn");
        assert_eq!(BucketOutputs::of("b", &scope("eu-west-1")).regional_domain_name, "b.s3.eu-west-1.amazonaws.com");
    }
}
