//! The stand-in for a model: it answers an invocation, and writes a line into the log of its container.
//!
//! The lines and the body of a response are the model server's own on AWS. These say that there is no model.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::documents::{CallContext, OwnCall};

/// The log of the container that answers.
pub struct Container {
    /// The log group.
    group: String,
    variant: String,
    stream: String,
}

impl Container {
    /// Returns the container of a variant: `/aws/sagemaker/Endpoints/NAME` and `VARIANT/INSTANCE` (developer guide, "Log groups and streams
    /// that Amazon SageMaker AI sends to Amazon CloudWatch Logs").
    pub fn of_variant(endpoint: &str, variant: &str) -> Self {
        Self::at(format!("/aws/sagemaker/Endpoints/{endpoint}"), variant)
    }

    /// Returns the container of an inference component: AWS's examples of components read `/aws/sagemaker/InferenceComponents/NAME`. Its
    /// streams are not documented; these are named as those of variants.
    pub fn of_component(component: &str, variant: &str) -> Self {
        Self::at(format!("/aws/sagemaker/InferenceComponents/{component}"), variant)
    }

    fn at(group: String, variant: &str) -> Self {
        let digest = Sha256::digest(format!("{group}/{variant}"));
        let id: String = digest.iter().take(9).map(|byte| format!("{byte:02x}")).collect();
        Self { stream: format!("{variant}/i-{}", &id[..17]), variant: variant.to_owned(), group }
    }

    /// Returns the variant.
    pub fn variant(&self) -> &str {
        &self.variant
    }

    /// Returns the ARN of the log group: the `LogStreamArn` of a `ModelError` names no stream (opensearch-project/skills, `PPLToolTests`).
    pub fn arn(&self, context: &CallContext<'_>) -> String {
        format!("arn:{}:logs:{}:{}:log-group:{}", context.partition(), context.region, context.account, self.group)
    }

    /// Returns the words of a refusal by the model (aws/amazon-sagemaker-examples, issue 1881).
    pub fn refused(&self, status: u16, message: &str, context: &CallContext<'_>) -> String {
        let (region, account, group) = (context.region, context.account, &self.group);
        format!(
            "Received client error ({status}) from primary with message \"{message}\". See \
             https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#logEventViewer:group={group} in account {account} \
             for more information."
        )
    }

    /// Writes a line into the log, with the group and the stream if they are missing.
    pub fn log(&self, line: &str, context: &mut CallContext<'_>) {
        let (group, stream) = (&self.group, &self.stream);
        let calls = [
            ("Logs_20140328.CreateLogGroup", json!({ "logGroupName": group })),
            ("Logs_20140328.CreateLogStream", json!({ "logGroupName": group, "logStreamName": stream })),
            (
                "Logs_20140328.PutLogEvents",
                json!({
                    "logGroupName": group, "logStreamName": stream,
                    "logEvents": [{ "timestamp": context.now_ms, "message": line }],
                }),
            ),
        ];
        // The first two are refused where the group and the stream exist.
        context.calls.extend(calls.map(|(operation, input)| OwnCall { service: "logs", operation, input }));
    }
}

/// The answer of the stand-in.
pub struct Answer {
    /// The status that the container returns.
    pub status: u16,
    /// The body, or the reason of a refusal.
    pub body: Value,
    /// The line in the log.
    pub line: String,
}

/// Answers a request. As servers of models do, the stand-in refuses a body that is not the JSON that its content type says.
pub fn answer(content_type: Option<&str>, body: &[u8], says: &Value) -> Answer {
    let is_json = content_type.is_some_and(|kind| kind.starts_with("application/json"));
    let fault = if is_json { serde_json::from_slice::<Value>(body).err() } else { None };
    let (status, body_out) = match fault {
        Some(fault) => (400, json!({ "error": format!("the body is not JSON: {fault}") })),
        None => (200, says.clone()),
    };
    let kind = content_type.unwrap_or("no content type");
    let line =
        format!("POST /invocations {status}: {} bytes of {kind} (embedded cloud: no model is loaded)", body.len());
    Answer { status, body: body_out, line }
}
