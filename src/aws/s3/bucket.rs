//! `s3_bucket`: a bucket with its settings.

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Encryption, LifecycleRule, PublicAccessBlock, bucket_name, bucket_policy, configuration, lifecycle, objects,
};
use crate::aws::iam::{Policy, Purpose};
use crate::aws::{BucketArn, BucketName};
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};
use crate::resource::{Declared, Identity, Persistence, Phase, Problems, Resolved, Resource, Scope, Tags, fields};

/// A bucket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Bucket<P: Phase = Declared> {
    /// The name, unique in all of AWS, 3 to 63 characters; derived if there is none.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether replaced and deleted objects stay as versions. Once on, it can only be suspended.
    pub versioning: bool,
    /// How objects are encrypted.
    pub encryption: Encryption<P>,
    /// What public access is blocked.
    #[serde(default)]
    pub public_access: PublicAccessBlock,
    /// When objects move to cheaper storage, and when they go.
    #[serde(default)]
    pub lifecycle: Vec<LifecycleRule>,
    /// Who else may use it; `on_itself` and `on_itself_then("/*")` name the bucket and its objects.
    #[serde(default)]
    pub policy: Option<Policy<P>>,
    /// Whether requests that do not come over TLS are refused.
    pub tls_only: bool,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl Bucket {
    /// A private bucket: encrypted, nothing public, over TLS only, without versions.
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
    fn name(&self, identity: &Identity) -> String {
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
    fn of(name: &str, scope: &Scope) -> Self {
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
    const REPLACE_ON: &'static [&'static str] = fields!(Bucket: name);
    const TYPICAL_SECONDS: u32 = 2;
    type Resolved = Bucket<Resolved>;
    type Outputs<P: Phase> = BucketOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        let mut add = |field: &str, message: String| problems.refuse(field, message);
        if let Some(problem) = self.name.as_deref().and_then(bucket_name::problem) {
            add("name", problem);
        }
        for problem in lifecycle::problems(&self.lifecycle) {
            add("lifecycle", problem);
        }
        let Some(policy) = &self.policy else { return };
        for problem in policy.problems(Purpose::Resource) {
            add("policy", problem);
        }
        if self.tls_only && bucket_policy::takes_its_name(policy) {
            add("policy", "has a statement of the name that `tls_only` adds; give it another".to_owned());
        }
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let outputs = BucketOutputs::of(&self.name(identity), &identity.scope);
        let outputs = serde_json::to_value(outputs).ok().and_then(|outputs| outputs.as_object().cloned());
        outputs.unwrap_or_default()
    }
}

impl Provider for Bucket {
    async fn find(context: &Context, inputs: &Bucket<Resolved>) -> Result<Option<String>, Error> {
        let name = inputs.name(&context.identity);
        match configuration::tags(context, &name).await {
            Ok(tags) => Ok(tags.filter(|tags| context.identity.owns(tags)).map(|_| name)),
            // A bucket of that name in another account, or (moved) in another region, is none of ours.
            Err(error) if error.kind == ErrorKind::Denied || error.is_code("PermanentRedirect") => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn create(context: &Context, inputs: &Bucket<Resolved>) -> Result<String, Error> {
        let name = inputs.name(&context.identity);
        let region = context.aws.region();
        let mut place =
            CreateBucketConfiguration::builder().set_tags(Some(configuration::sdk_tags(context.tags(&inputs.tags))?));
        // The first region of AWS is the one that must not be named.
        if region != "us-east-1" {
            place = place.location_constraint(BucketLocationConstraint::from(region));
        }
        let create = context.aws.s3().create_bucket().bucket(&name).create_bucket_configuration(place.build());
        let taken = || {
            format!("the bucket {name} exists and is not this one: choose another name, or none to have one derived")
        };
        match create.send().await.named("s3:CreateBucket") {
            // An earlier attempt made it: what is left to do can be done again.
            Err(error) if error.is_code("BucketAlreadyOwnedByYou") && Self::find(context, inputs).await?.is_some() => {}
            Err(error) if error.kind == ErrorKind::AlreadyExists => return Err(error.hint(taken())),
            // There AWS answers as if it had made a bucket that this account has already.
            Ok(_) if region == "us-east-1" && Self::find(context, inputs).await?.is_none() => {
                return Err(Error::new(ErrorKind::AlreadyExists, taken()).hint("choose another name"));
            }
            created => drop(created?),
        }
        let arn = BucketOutputs::of(&name, context.scope()).arn;
        let fresh = Bucket::<Resolved> {
            name: None,
            versioning: false,
            encryption: Encryption::Aes256,
            // Not what AWS gives a new bucket, so that the block is always set and never a matter of defaults.
            public_access: PublicAccessBlock::NONE,
            lifecycle: Vec::new(),
            policy: None,
            tls_only: false,
            tags: inputs.tags.clone(),
        };
        configuration::change(context, &name, arn.as_str(), &fresh, inputs).await?;
        Ok(name)
    }

    async fn read(context: &Context, id: &str, last: &Bucket<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let outputs = BucketOutputs::of(id, context.scope());
        let (inputs, holds) = tokio::try_join!(
            configuration::read(context, id, outputs.arn.as_str(), last),
            objects::holds(context, id)
        )?;
        Ok(inputs.map(|inputs| Reading { data: holds, ..Reading::ready(inputs, outputs) }))
    }

    async fn update(context: &Context, id: &str, from: &Bucket<Resolved>, to: &Bucket<Resolved>) -> Result<(), Error> {
        let arn = BucketOutputs::of(id, context.scope()).arn;
        configuration::change(context, id, arn.as_str(), from, to).await
    }

    async fn delete(context: &Context, id: &str, _last: &Bucket<Resolved>) -> Result<(), Error> {
        if context.include_data {
            objects::delete_all(context, id).await?;
        } else if let Some(held) = objects::holds(context, id).await? {
            return Err(holds_data(&format!("the bucket {id} holds {held}")));
        }
        let deleted = context.aws.s3().delete_bucket().bucket(id).send().await.named("s3:DeleteBucket").optional();
        match deleted {
            // Something was put into it since: with the data included, the next attempt deletes that as well.
            Err(error) if error.is_code("BucketNotEmpty") && context.include_data => {
                Err(error.as_kind(ErrorKind::Busy))
            }
            deleted => deleted.map(drop),
        }
    }
}

fn holds_data(message: &str) -> Error {
    Error::new(ErrorKind::HoldsData, message).hint("name it with --include-data to delete that as well")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::iam::Principal;

    #[test]
    fn what_aws_would_refuse_is_found_before() {
        let policy = || Policy::new().allow(["s3:GetObject"]).on_itself_then("/*");
        let cases = [
            ("name", Bucket { name: Some("My_Bucket".into()), ..Bucket::new() }),
            ("lifecycle", Bucket { lifecycle: vec![LifecycleRule::new("x")], ..Bucket::new() }),
            ("policy", Bucket { policy: Some(policy()), ..Bucket::new() }),
            (
                "policy",
                Bucket {
                    policy: Some(policy().to(Principal::Everyone).named("DenyInsecureTransport")),
                    ..Bucket::new()
                },
            ),
        ];
        for (field, bucket) in cases {
            let mut problems = Problems::new();
            bucket.validate(&mut problems);
            assert!(problems.len() == 1 && problems[0].0 == field, "{field}: {problems:?}");
        }
    }

    #[test]
    fn a_bucket_of_china_has_its_own_partition_and_domain() {
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
