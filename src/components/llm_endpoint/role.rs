//! The role of an endpoint, with no more permissions than the endpoint needs.

use super::settings::LlmEndpoint;
use crate::aws::iam::{Policy, Role};
use crate::aws::sagemaker::{AsyncInference, Container, ContainerMode, ModelForm};
use crate::resource::{Input, Part, Scope};

/// Returns the role of an endpoint.
pub(super) fn execution_role(endpoint: &LlmEndpoint, scope: &Scope) -> Role {
    let mut trust = Policy::trust("sagemaker.amazonaws.com");
    if !scope.account.is_empty() {
        trust = trust.when("StringEquals", "aws:SourceAccount", [scope.account.as_str()]);
    }
    let mut policy = image_policy(Policy::new(), &endpoint.container, scope);
    policy = logs_policy(policy, endpoint, scope);
    policy = model_policy(policy, &endpoint.container, scope);
    if let Some(successor) = &endpoint.successor {
        if successor.container.image != endpoint.container.image {
            policy = image_policy(policy, &successor.container, scope);
        }
        if successor.container.model != endpoint.container.model {
            policy = model_policy(policy, &successor.container, scope);
        }
    }
    policy = queue_policy(policy, endpoint, scope);
    policy = keys_policy(policy, endpoint, scope);
    for topic in endpoint
        .async_inference()
        .into_iter()
        .flat_map(|inference| inference.notify.success.iter().chain(&inference.notify.failure))
    {
        policy = policy.allow(["sns:Publish"]).on(topic.text());
    }
    let mut role = Role::new(trust).policy("serve", policy);
    if endpoint.network.is_some() {
        role = role.policy("network", network_policy());
    }
    role.description = format!("Serves {}", endpoint.endpoint_name);
    role.tags = endpoint.tags.clone();
    role
}

/// Allows to pull the image.
fn image_policy(policy: Policy, container: &Container, scope: &Scope) -> Policy {
    let repository = container.image.known().and_then(|image| repository_arn(image, scope));
    let any = || format!("arn:{}:ecr:{}:*:repository/*", scope.partition(), scope.region);
    policy
        .allow(["ecr:GetAuthorizationToken"])
        .on_everything()
        .allow(["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"])
        .on(repository.unwrap_or_else(any))
}

/// Allows to write logs and metrics. The log group is declared, so the endpoint need not create it, and one that is being
/// deleted cannot create it again. AWS's page on execution roles asks for the metrics (`CreateModel`).
fn logs_policy(policy: Policy, endpoint: &LlmEndpoint, scope: &Scope) -> Policy {
    let account = if scope.account.is_empty() { "*" } else { &scope.account };
    let group = format!("arn:{}:logs:{}:{account}:log-group:{}", scope.partition(), scope.region, endpoint.log_group());
    policy
        .allow(["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"])
        .on(group.clone())
        .on(format!("{group}:*"))
        .allow(["cloudwatch:PutMetricData"])
        .on_everything()
        .when("StringLike", "cloudwatch:namespace", ["/aws/sagemaker/*"])
}

/// Allows to read the requests of an asynchronous endpoint, and to write its responses and captured traffic.
///
/// Large responses are uploaded in parts. Without permission to list the bucket, a missing request is reported as denied.
fn queue_policy(mut policy: Policy, endpoint: &LlmEndpoint, scope: &Scope) -> Policy {
    let writes = endpoint.async_inference().into_iter().flat_map(|inference| {
        let AsyncInference { output, failures, .. } = inference;
        std::iter::once(output).chain(failures)
    });
    let writes: Vec<_> = writes.chain(endpoint.data_capture.as_ref().map(|capture| &capture.destination)).collect();
    for location in writes.iter().filter_map(|uri| S3Location::parse(uri, scope)) {
        policy = policy
            .allow(["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"])
            .on(location.objects())
            .allow(["s3:ListBucket", "s3:ListBucketMultipartUploads"])
            .on(location.bucket);
    }
    if let Some(location) = endpoint.requests.as_ref().and_then(|uri| S3Location::parse(uri, scope)) {
        let prefix = location.key.then("*");
        policy = policy
            .allow(["s3:GetObject"])
            .on(location.objects())
            .allow(["s3:ListBucket"])
            .on(location.bucket)
            .when("StringLike", "s3:prefix", [prefix]);
    }
    policy
}

/// Allows to use the keys that are named: those of responses and captured traffic, of buckets and topics, and of volumes. A
/// volume is attached with a grant on its key ("VolumeKmsKeyId" of RecommendationJobInputConfig in the API reference).
fn keys_policy(mut policy: Policy, endpoint: &LlmEndpoint, scope: &Scope) -> Policy {
    let queue = endpoint.async_inference().and_then(|inference| inference.kms_key.as_ref());
    let capture = endpoint.data_capture.as_ref().and_then(|capture| capture.kms_key.as_ref());
    let volume = endpoint.volume_kms_key.as_ref();
    let mut seen: Vec<&Input<String>> = Vec::new();
    for key in queue.into_iter().chain(capture).chain(&endpoint.kms_keys).chain(volume) {
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        policy = on_key(policy.allow(["kms:Decrypt", "kms:GenerateDataKey"]), key, scope);
    }
    if let Some(key) = volume {
        policy = on_key(policy.allow(["kms:CreateGrant"]), key, scope);
        policy = policy.when("Bool", "kms:GrantIsForAWSResource", ["true"]);
    }
    policy
}

/// Limits the last statement to a key.
fn on_key(policy: Policy, key: &Input<String>, scope: &Scope) -> Policy {
    match key.known().map(|key| key.rsplit_once("alias/").ok_or(key.as_str())) {
        // A policy names a key by its ARN, or any key that carries an alias.
        Some(Ok((_, alias))) => policy.on(scope.arn("kms", "key/*")).when(
            "ForAnyValue:StringEquals",
            "kms:ResourceAliases",
            [format!("alias/{alias}")],
        ),
        Some(Err(id)) if !id.starts_with("arn:") => policy.on(scope.arn("kms", &format!("key/{id}"))),
        Some(Err(_)) | None => policy.on(key.clone()),
    }
}

/// Allows to read the model.
fn model_policy(policy: Policy, container: &Container, scope: &Scope) -> Policy {
    let Some(model) = &container.model else { return policy };
    let Some(location) = S3Location::parse(&model.uri, scope) else { return policy };
    let is_prefix = model.form == ModelForm::Prefix || container.mode == ContainerMode::MultiModel;
    let objects = if is_prefix { location.objects() } else { location.object() };
    policy.allow(["s3:GetObject"]).on(objects).allow(["s3:ListBucket"]).on(location.bucket).when(
        "StringLike",
        "s3:prefix",
        [location.key.then("*")],
    )
}

/// Allows SageMaker to manage its network interfaces in the VPC. EC2 offers no narrower resource for most of these
/// calls.
fn network_policy() -> Policy {
    Policy::new()
        .allow([
            "ec2:CreateNetworkInterface",
            "ec2:CreateNetworkInterfacePermission",
            "ec2:DeleteNetworkInterface",
            "ec2:DeleteNetworkInterfacePermission",
            "ec2:DescribeDhcpOptions",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
        ])
        .on_everything()
}

/// Returns the ARN of the repository of an image in ECR, `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG`.
fn repository_arn(image: &str, scope: &Scope) -> Option<String> {
    let (registry, rest) = image.split_once('/')?;
    let name = rest.split(['@', ':']).next()?;
    let mut host = registry.split('.');
    let (account, dkr, ecr, region) = (host.next()?, host.next()?, host.next()?, host.next()?);
    (dkr == "dkr" && ecr == "ecr")
        .then(|| format!("arn:{}:ecr:{region}:{account}:repository/{name}", scope.partition()))
}

/// A location in S3, `s3://BUCKET/KEY`. Both parts may contain outputs of other resources.
struct S3Location {
    /// The ARN of the bucket.
    bucket: Input<String>,
    /// The key, without a slash in front.
    key: Input<String>,
}

impl S3Location {
    fn parse(uri: &Input<String>, scope: &Scope) -> Option<Self> {
        let mut parts = uri.parts();
        let Part::Text(first) = parts.first_mut()? else { return None };
        *first = format!("arn:{}:s3:::{}", scope.partition(), first.strip_prefix("s3://")?);
        let (mut bucket, mut key) = (Vec::new(), Vec::new());
        let mut in_key = false;
        for part in parts {
            match part {
                Part::Text(text) if !in_key => match text.split_once('/') {
                    Some((before, after)) => {
                        bucket.push(Part::Text(before.to_owned()));
                        key.push(Part::Text(after.to_owned()));
                        in_key = true;
                    }
                    None => bucket.push(Part::Text(text)),
                },
                part if in_key => key.push(part),
                part => bucket.push(part),
            }
        }
        bucket.retain(|part| *part != Part::Text(String::new()));
        Some(Self { bucket: Input::join(bucket), key: Input::join(key) })
    }

    /// Returns the ARN of the object with exactly this key.
    fn object(&self) -> Input<String> {
        let parts = self.bucket.parts().into_iter().chain([Part::from("/")]).chain(self.key.parts());
        Input::join(parts)
    }

    /// Returns the ARN of all objects whose keys begin with the key.
    fn objects(&self) -> Input<String> {
        self.object().then("*")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::BucketName;

    fn scope() -> Scope {
        Scope {
            environment: "prod".into(),
            stack: "adeptai".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        }
    }

    #[test]
    fn a_location_may_be_known_or_contain_a_reference() {
        let known = S3Location::parse(&"s3://models/llama/v1.tar.gz".into(), &scope()).unwrap();
        assert_eq!(known.bucket, "arn:aws:s3:::models".into());
        assert_eq!(known.object(), "arn:aws:s3:::models/llama/v1.tar.gz".into());
        assert_eq!(known.objects(), "arn:aws:s3:::models/llama/v1.tar.gz*".into());
        let name = Input::<BucketName>::reference("s3_bucket.models".parse().unwrap(), "name").text();
        let referred = S3Location::parse(&name.after("s3://").then("/llama/"), &scope()).unwrap();
        assert_eq!(referred.bucket, name.after("arn:aws:s3:::"));
        assert_eq!(referred.key, "llama/".into());
        assert_eq!(referred.objects(), name.after("arn:aws:s3:::").then("/").then("llama/").then("*"));
        assert!(S3Location::parse(&"https://models".into(), &scope()).is_none());
    }

    #[test]
    fn keys_are_named_by_arn_id_or_alias() {
        let mut endpoint = LlmEndpoint::new(
            "llm-v1",
            Container::new("img:1", None),
            crate::aws::sagemaker::Instances::new("ml.g5.xlarge", 1),
        );
        let arn = "arn:aws:kms:eu-west-1:123456789012:key/1";
        endpoint.kms_keys = vec![arn.into(), "2".into(), "alias/models".into(), arn.into()];
        let policy = keys_policy(Policy::new(), &endpoint, &scope());
        let resources: Vec<_> = policy.statements.iter().map(|statement| statement.resources[0].clone()).collect();
        let of = |key: &str| Input::from(format!("arn:aws:kms:eu-west-1:123456789012:key/{key}"));
        assert_eq!(resources, [of("1"), of("2"), of("*")]);
        assert_eq!(policy.statements.iter().map(|statement| statement.conditions.len()).collect::<Vec<_>>(), [0, 0, 1]);
    }

    #[test]
    fn a_dying_endpoint_cannot_create_its_log_group_again() {
        let container = Container::new("img:1", None);
        let endpoint = LlmEndpoint::new("llm-v1", container, crate::aws::sagemaker::Instances::new("ml.g5.xlarge", 1));
        let role = serde_json::to_string(&execution_role(&endpoint, &scope())).unwrap();
        assert!(role.contains("logs:PutLogEvents") && !role.contains("logs:CreateLogGroup"), "{role}");
    }

    #[test]
    fn the_name_of_an_image_in_ecr_contains_its_repository() {
        let image = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/djl-inference:0.28.0-lmi10.0.0-cu124";
        let arn = "arn:aws:ecr:eu-west-1:763104351884:repository/djl-inference";
        assert_eq!(repository_arn(image, &scope()).as_deref(), Some(arn));
        assert_eq!(repository_arn("vllm/vllm-openai:latest", &scope()), None);
    }
}
