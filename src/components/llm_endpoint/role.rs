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
    let writes = endpoint.async_inference().into_iter().flat_map(|inference| {
        let AsyncInference { output, failures, .. } = inference;
        std::iter::once(output).chain(failures)
    });
    for uri in writes.chain(endpoint.data_capture.as_ref().map(|capture| &capture.destination)) {
        if let Some(location) = S3Location::parse(uri, scope) {
            policy = policy.allow(["s3:PutObject"]).on(location.objects());
        }
    }
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

/// Allows to write logs and metrics.
fn logs_policy(policy: Policy, endpoint: &LlmEndpoint, scope: &Scope) -> Policy {
    let account = if scope.account.is_empty() { "*" } else { &scope.account };
    let group = format!("arn:{}:logs:{}:{account}:log-group:{}", scope.partition(), scope.region, endpoint.log_group());
    policy
        .allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"])
        .on(group.clone())
        .on(format!("{group}:*"))
        .allow(["cloudwatch:PutMetricData"])
        .on_everything()
        .when("StringLike", "cloudwatch:namespace", ["/aws/sagemaker/*"])
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
    fn the_name_of_an_image_in_ecr_contains_its_repository() {
        let image = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/djl-inference:0.28.0-lmi10.0.0-cu124";
        let arn = "arn:aws:ecr:eu-west-1:763104351884:repository/djl-inference";
        assert_eq!(repository_arn(image, &scope()).as_deref(), Some(arn));
        assert_eq!(repository_arn("vllm/vllm-openai:latest", &scope()), None);
    }
}
