//! The role of the back end.

use ebbtide::aws::iam::{Policy, Role};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;

use super::endpoint::DeclaredEndpoint;
use super::settings::Settings;

/// The service that says for which account it assumes a role; others, such as EC2, do not.
const NAMES_ITS_ACCOUNT: &str = "ecs-tasks.amazonaws.com";

/// Where the requests of an endpoint are queued, and its responses: keys in one bucket.
pub(super) struct Exchange {
    /// The name of the bucket.
    pub(super) bucket: Input<String>,
    /// The key of the endpoint.
    pub(super) key: String,
}

impl Exchange {
    /// The location of requests.
    pub(super) fn requests(&self) -> Input<String> {
        self.location("requests")
    }

    /// The location of responses.
    pub(super) fn responses(&self) -> Input<String> {
        self.location("responses")
    }

    /// The location of failures.
    pub(super) fn failures(&self) -> Input<String> {
        self.location("failures")
    }

    fn location(&self, part: &str) -> Input<String> {
        self.bucket.after("s3://").then(format!("/{}/{part}/", self.key))
    }
}

/// Declares the role of the back end: it may call these endpoints, exchange bulk requests and responses, and do nothing else.
pub(super) fn declare_caller(stack: &mut Stack, settings: &Settings, endpoints: &[DeclaredEndpoint]) {
    if endpoints.is_empty() {
        return;
    }
    let calls = Policy::new().allow([
        "sagemaker:InvokeEndpoint",
        "sagemaker:InvokeEndpointAsync",
        "sagemaker:InvokeEndpointWithResponseStream",
    ]);
    let calls = endpoints.iter().fold(calls, |policy, endpoint| policy.on(endpoint.out.endpoint_arn.text()));
    let mut trust = Policy::trust(&settings.backend_service);
    let account = &stack.scope().account;
    if settings.backend_service == NAMES_ITS_ACCOUNT && !account.is_empty() {
        trust = trust.when("StringEquals", "aws:SourceAccount", [account.as_str()]);
    }
    let mut role = Role::new(trust).policy("call-endpoints", calls);
    let arn = format!("arn:{}:s3:::", stack.scope().partition());
    let exchanges: Vec<_> = endpoints.iter().filter_map(|endpoint| endpoint.exchange.as_ref()).collect();
    if !exchanges.is_empty() {
        let exchange = exchanges.into_iter().fold(Policy::new(), |policy, Exchange { bucket, key }| {
            let objects = |part: &str| bucket.after(&arn).then(format!("/{key}/{part}/*"));
            policy
                .allow(["s3:PutObject"])
                .on(objects("requests"))
                .allow(["s3:GetObject"])
                .on(objects("responses"))
                .on(objects("failures"))
                // Without it, a response that is not there yet is reported as denied.
                .allow(["s3:ListBucket"])
                .on(bucket.after(&arn))
                .when("StringLike", "s3:prefix", [format!("{key}/*")])
        });
        let exchange = match &settings.kms_key {
            Some(key) => exchange.allow(["kms:Decrypt", "kms:GenerateDataKey"]).on(key.as_str()),
            None => exchange,
        };
        role = role.policy("exchange-bulk", exchange);
    }
    stack.add("back-end", Role { description: "Calls the endpoints of AdeptAI".into(), ..role });
}
