//! The two workflows of a document: the classifier, and the language model behind its guardrail. Both end in the table in which they are compared.

use ebbtide::aws::dynamodb::{Attribute, AttributeType, KeyPart, Table, TableEncryption, TimeToLive};
use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::logs::LogGroup;
use ebbtide::aws::stepfunctions::{LogLevel, MachineKind, MachineLogging, StateMachine};
use ebbtide::aws::{Arn, FunctionArn, RoleArn, StateMachineArn, TableName};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;
use serde_json::{Map, Value, json};

use super::classifier::Classified;
use super::encryption::{USE, objects};
use super::guardrail::Guarded;
use super::storage::Storage;
use super::{Settings, language, name};

/// The workflows, by the ARN of their state machines.
pub(super) struct Workflows {
    /// The old side.
    pub(super) classify: Input<StateMachineArn>,
    /// The new side.
    pub(super) understand: Input<StateMachineArn>,
}

/// The resources that the workflows use.
pub(super) struct Parts<'a> {
    pub(super) storage: &'a Storage,
    pub(super) classifier: &'a Classified,
    pub(super) guardrail: &'a Guarded,
    pub(super) retriever: Option<&'a Input<FunctionArn>>,
}

/// Declares the table and both workflows.
pub(super) fn declare(stack: &mut Stack, settings: &Settings, model: &str, parts: &Parts<'_>) -> Workflows {
    let table = stack.add("comparison", comparison(&parts.storage.key));
    let role = role(stack, model, parts, &table.arn.text());
    let group = stack.add(
        "workflows",
        LogGroup::new(
            &format!("/aws/vendedlogs/states/{}", name(stack, "document-intelligence", 100)),
            settings.log_retention_days,
        ),
    );
    let workflow = |stack: &mut Stack, name: &str, definition: Value| {
        let machine = StateMachine {
            kind: MachineKind::Express,
            logging: Some(MachineLogging::new(LogLevel::Error, group.arn.then(":*").text())),
            tracing: true,
            ..StateMachine::new(&role, definition)
        };
        stack.add(name, machine).arn
    };
    let partition = stack.scope().partition();
    let classify = workflow(stack, "classify", classify(partition, &table.name, parts));
    let understand = workflow(stack, "understand", understand(partition, settings, model, &table.name, parts));
    Workflows { classify, understand }
}

/// The results of both sides, by document, encrypted with a key. One with a time in `expires` goes then.
fn comparison(key: &Input<Arn>) -> Table {
    let attribute = |name: &str| Attribute { name: name.into(), kind: AttributeType::Text };
    Table {
        attributes: vec![attribute("document"), attribute("side")],
        key: vec![KeyPart::hash("document"), KeyPart::range("side")],
        time_to_live: Some(TimeToLive { attribute: "expires".into(), enabled: true }),
        point_in_time_recovery: true,
        encryption: Some(TableEncryption::with(key)),
        ..Table::new("document")
    }
}

/// Declares the role of both state machines.
fn role(stack: &mut Stack, model: &str, parts: &Parts<'_>, table: &Input<String>) -> Input<RoleArn> {
    let mut policy = Policy::new()
        .allow(["sagemaker:InvokeEndpoint"])
        .on(parts.classifier.arn.text())
        .allow(["s3:GetObject"])
        .on(objects(stack, &parts.storage.documents))
        .on(objects(stack, &parts.storage.prompts))
        .allow(USE)
        .on(parts.storage.key.text())
        .allow(["textract:DetectDocumentText"])
        .on_everything()
        .allow(["bedrock:ApplyGuardrail"])
        .on(parts.guardrail.arn.text())
        .allow(["dynamodb:PutItem"])
        .on(table.clone())
        // Delivery of the log and of traces takes no single resource (Step Functions' guide, "Logging" and "Tracing").
        .allow([
            "logs:CreateLogDelivery",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups",
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
        ])
        .on_everything();
    policy = policy.allow(["bedrock:InvokeModel"]);
    for model in language::arns(stack.scope(), model) {
        policy = policy.on(model);
    }
    if let Some(retriever) = parts.retriever {
        policy = policy.allow(["lambda:InvokeFunction"]).on(retriever.text());
    }
    stack.add("workflows", Role::new(Policy::trust("states.amazonaws.com")).policy("process", policy)).arn
}

/// The old side: the classifier is asked.
fn classify(partition: &str, table: &Input<TableName>, parts: &Parts<'_>) -> Value {
    let ask = json!({
        "Type": "Task",
        "Resource": format!("arn:{partition}:states:::aws-sdk:sagemakerruntime:invokeEndpoint"),
        "Parameters": {
            "EndpointName": parts.classifier.endpoint,
            "ContentType": "application/json",
            "Body.$": "States.JsonToString($)",
        },
        "ResultSelector": { "text.$": "$.Body" },
        "ResultPath": "$.answer",
        "Retry": retry(),
        "Next": "Record",
    });
    json!({ "StartAt": "Classify", "States": { "Classify": ask, "Record": record(partition, table, "classifier") } })
}

/// The new side: the document is read, similar ones are looked up, and the model is asked through the guardrail.
fn understand(partition: &str, settings: &Settings, model: &str, table: &Input<TableName>, parts: &Parts<'_>) -> Value {
    let task = |service: &str, parameters: Value, selected: Value, path: &str, next: &str| {
        json!({
            "Type": "Task",
            "Resource": format!("arn:{partition}:states:::{service}"),
            "Parameters": parameters,
            "ResultSelector": selected,
            "ResultPath": path,
            "Retry": retry(),
            "Next": next,
        })
    };
    let mut states = Map::new();
    let read = json!({ "Document": { "S3Object": { "Bucket": parts.storage.documents, "Name.$": "$.document" } } });
    let lines = json!({ "text.$": "$.Blocks[?(@.BlockType == 'LINE')].Text" });
    states.insert("Read".into(), task("aws-sdk:textract:detectDocumentText", read, lines, "$.page", "Prompt"));
    let prompt = json!({ "Bucket": parts.storage.prompts, "Key": settings.language.prompt });
    let after_prompt = if parts.retriever.is_some() { "Retrieve" } else { "Ask" };
    let body = json!({ "text.$": "$.Body", "version.$": "$.VersionId" });
    states.insert("Prompt".into(), task("aws-sdk:s3:getObject", prompt, body, "$.prompt", after_prompt));
    let mut words = "States.Format('{}\n\n{}', $.prompt.text, States.JsonToString($.page.text))";
    if let Some(retriever) = parts.retriever {
        let call = json!({ "FunctionName": retriever, "Payload.$": "$" });
        let similar = json!({ "chunks.$": "$.Payload" });
        states.insert("Retrieve".into(), task("lambda:invoke", call, similar, "$.similar", "Ask"));
        words = "States.Format('{}\n\n{}\n\n{}', $.prompt.text, States.JsonToString($.similar.chunks), States.JsonToString($.page.text))";
    }
    let ask = json!({
        "ModelId": model,
        "Messages": [{ "Role": "user", "Content": [{ "Text.$": words }] }],
        "InferenceConfig": { "MaxTokens": settings.language.max_tokens, "Temperature": 0.0 },
        "GuardrailConfig": { "GuardrailIdentifier": parts.guardrail.id, "GuardrailVersion": parts.guardrail.version },
    });
    let answer = json!({ "text.$": "$.Output.Message.Content[0].Text", "tokens.$": "$.Usage.TotalTokens", "stop.$": "$.StopReason" });
    states.insert("Ask".into(), task("aws-sdk:bedrockruntime:converse", ask, answer, "$.answer", "Record"));
    states.insert("Record".into(), record(partition, table, "language"));
    json!({ "StartAt": "Read", "States": states })
}

/// Writes the result of a side into the table, and returns it to the caller.
fn record(partition: &str, table: &Input<TableName>, side: &str) -> Value {
    json!({
        "Type": "Task",
        "Resource": format!("arn:{partition}:states:::dynamodb:putItem"),
        "Parameters": {
            "TableName": table,
            "Item": {
                "document": { "S.$": "$.document" },
                "side": { "S": side },
                "at": { "S.$": "$$.State.EnteredTime" },
                "answer": { "S.$": "States.JsonToString($.answer)" },
            },
        },
        "ResultPath": Value::Null,
        "OutputPath": "$.answer",
        "End": true,
    })
}

/// Tries again what AWS throttles, with growing delays.
fn retry() -> Value {
    json!([{
        "ErrorEquals": ["States.TaskFailed"],
        "IntervalSeconds": 1,
        "MaxAttempts": 3,
        "BackoffRate": 2.0,
        "JitterStrategy": "FULL",
    }])
}
