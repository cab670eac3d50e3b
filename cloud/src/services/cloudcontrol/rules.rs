//! Rules of handlers beyond schemas and references.

use serde_json::Value;

use super::failure::Failure;
use super::resource::Resource;
use super::schema::path;
use super::{load_balancing, versions};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::s3_objects;

/// Returns the failure for the first rule that a model breaks. `before` is the resource that an update changes.
pub fn broken(
    type_name: &str,
    model: &Value,
    before: Option<&Resource>,
    context: &CallContext<'_>,
) -> Result<Option<Failure>, Fault> {
    Ok(match type_name {
        "AWS::DynamoDB::Table" => table(model),
        "AWS::SQS::Queue" => queue(model, context)?,
        "AWS::SQS::QueueInlinePolicy" => queue_policy(model),
        "AWS::Events::Rule" => rule(model),
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => load_balancing::balancer(model, before, context),
        "AWS::ElasticLoadBalancingV2::TargetGroup" => load_balancing::targets(model, context)?,
        "AWS::CloudTrail::Trail" => trail(model, context),
        "AWS::ApiGateway::Resource" if before.is_none() => path_part(model, context)?,
        "AWS::ApiGateway::Deployment" if before.is_none() => methods(model, context)?,
        "AWS::ApiGateway::Stage" if model["DeploymentId"].is_null() => {
            invalid("ApiGateway", "A stage needs a deployment")
        }
        "AWS::ElasticLoadBalancingV2::Listener" => load_balancing::listener(model, before, context)?,
        "AWS::Lambda::Function" => code(model, context),
        "AWS::Lambda::Version" if before.is_none() => versions::unchanged(model, context)?,
        "AWS::Lambda::Alias" => alias(model, context)?,
        "AWS::StepFunctions::StateMachine" => definition(model),
        "AWS::OpenSearchServerless::Collection" if before.is_none() => collection(model, context)?,
        "AWS::OpenSearchServerless::Index" => before.and_then(|before| mapping(&before.model, model)),
        "AWS::OpenSearchServerless::SecurityPolicy" | "AWS::OpenSearchServerless::AccessPolicy" => policy(model),
        "AWS::CE::AnomalyMonitor" if before.is_none() => monitor(model, context)?,
        _ => None,
    })
}

fn invalid(service: &str, message: impl std::fmt::Display) -> Option<Failure> {
    Some(Failure::invalid(format!("{message} (Service: {service}, Status Code: 400)")))
}

/// DynamoDB: its words for missing attributes and throughput.
fn table(model: &Value) -> Option<Failure> {
    let defined = path::values(model, "AttributeDefinitions/*/AttributeName");
    if path::values(model, "KeySchema/*/AttributeName").iter().any(|name| !defined.contains(name)) {
        let message = "One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions";
        return invalid("DynamoDb", message);
    }
    if model["BillingMode"] == "PROVISIONED" && model["ProvisionedThroughput"].is_null() {
        let message = "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED";
        return invalid("DynamoDb", message);
    }
    if model["BillingMode"] == "PAY_PER_REQUEST" && !model["ProvisionedThroughput"].is_null() {
        let message = "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST";
        return invalid("DynamoDb", message);
    }
    None
}

/// SQS: the names of FIFO queues (CreateQueue), and queues for messages that were not processed, in its words
/// (serverless#5215).
fn queue(model: &Value, context: &CallContext<'_>) -> Result<Option<Failure>, Fault> {
    let ends = model["QueueName"].as_str().is_some_and(|name| name.ends_with(".fifo"));
    if ends != (model["FifoQueue"] == true) {
        return Ok(invalid(
            "Sqs",
            "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.",
        ));
    }
    let policy = match &model["RedrivePolicy"] {
        Value::String(text) => serde_json::from_str(text).unwrap_or_default(),
        policy => policy.clone(),
    };
    let target = &policy["deadLetterTargetArn"];
    if target.is_null() || Resource::named(context.own, "AWS::SQS::Queue", &["Arn"], target, context.now_ms)?.is_some()
    {
        return Ok(None);
    }
    let message =
        format!("Value {policy} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.");
    Ok(invalid("Sqs", message))
}

/// SQS: a policy that it takes has statements, in its words (terraform-provider-aws#42209).
fn queue_policy(model: &Value) -> Option<Failure> {
    let statements = model["PolicyDocument"]["Statement"].as_array();
    let complete = |statement: &Value| {
        ["Effect", "Principal", "Action", "Resource"].iter().all(|member| !statement[*member].is_null())
    };
    if statements.is_some_and(|statements| !statements.is_empty() && statements.iter().all(complete)) {
        return None;
    }
    invalid("Sqs", "Invalid value for the parameter Policy.")
}

/// EventBridge: a rule has a pattern or a schedule (PutRule), and the handler takes a pattern as a text only (cdkd's notes on
/// AWS::Events::Rule).
fn rule(model: &Value) -> Option<Failure> {
    if model["EventPattern"].is_null() && model["ScheduleExpression"].is_null() {
        let message = "Parameter(s) EventPattern or ScheduleExpression must be specified.";
        return invalid("CloudWatchEvents", message);
    }
    let pattern = &model["EventPattern"];
    let parsed = pattern.as_str().map(serde_json::from_str::<Value>);
    if pattern.is_null() || parsed.is_some_and(|parsed| parsed.is_ok_and(|pattern| pattern.is_object())) {
        return None;
    }
    invalid("CloudWatchEvents", "Event pattern is not valid. Reason: Filter is not an object")
}

/// API Gateway: a part of a path is there once, in its words (serverless#2730), and one variable part below a part
/// (serverless#3075).
fn path_part(model: &Value, context: &CallContext<'_>) -> Result<Option<Failure>, Fault> {
    let siblings = Resource::with(context.own, "AWS::ApiGateway::Resource", "ParentId", &model["ParentId"], i64::MAX)?;
    let taken = siblings.iter().any(|one| one.model["PathPart"] == model["PathPart"]);
    let message = format!(
        "Another resource with the same parent already has this name: {} (Service: ApiGateway, Status Code: 409)",
        model["PathPart"].as_str().unwrap_or_default()
    );
    if taken {
        return Ok(Some(Failure::new("AlreadyExists", message)));
    }
    let is_variable = |part: &Value| part.as_str().is_some_and(|part| part.starts_with('{'));
    let sibling = siblings.iter().find(|one| is_variable(&model["PathPart"]) && is_variable(&one.model["PathPart"]));
    Ok(sibling.and_then(|sibling| {
        let part = sibling.model["PathPart"].as_str().unwrap_or_default();
        let message =
            format!("A sibling ({part}) of this resource already has a variable path part -- only one is allowed");
        invalid("ApiGateway", message)
    }))
}

/// API Gateway: a deployment is a snapshot of methods, each with an integration, in its words (troposphere#496, serverless#993,
/// moto#9466).
fn methods(model: &Value, context: &CallContext<'_>) -> Result<Option<Failure>, Fault> {
    let api = &model["RestApiId"];
    let found = Resource::named(context.own, "AWS::ApiGateway::RestApi", &["RestApiId"], api, context.now_ms)?;
    if found.is_some_and(|api| api.model.get("Body").is_some() || api.model.get("BodyS3Location").is_some()) {
        return Ok(None);
    }
    let methods = Resource::with(context.own, "AWS::ApiGateway::Method", "RestApiId", api, context.now_ms)?;
    if methods.is_empty() {
        return Ok(invalid("ApiGateway", "The REST API doesn't contain any methods"));
    }
    let complete = methods.iter().all(|method| method.model["Integration"].is_object());
    let message = "No integration defined for method (Service: ApiGateway, Status Code: 404)";
    Ok((!complete).then(|| Failure::new("NotFound", message)))
}

/// CloudTrail: the bucket must let it write, in its words (aws-cdk#11602, #27168).
fn trail(model: &Value, context: &CallContext<'_>) -> Option<Failure> {
    let bucket = model["S3BucketName"].as_str().unwrap_or_default();
    let buckets = context.other("s3");
    let policy = buckets.get("buckets", bucket).map(|bucket| bucket["policy"].to_string()).unwrap_or_default();
    if policy.contains("cloudtrail.amazonaws.com") {
        return None;
    }
    invalid(
        "CloudTrail",
        format!("Invalid request provided: Incorrect S3 bucket policy is detected for bucket: {bucket}"),
    )
}

/// Lambda's words for missing code, runtime or handler, and for an object that is not there (CreateFunction, aws-account-vending-machine#23).
fn code(model: &Value, context: &CallContext<'_>) -> Option<Failure> {
    let code = &model["Code"];
    let is_image = model["PackageType"] == "Image" || code["ImageUri"].is_string();
    let is_zip = code["ZipFile"].is_string() || code["S3Bucket"].is_string();
    if !is_image && !is_zip {
        return invalid("Lambda", "Please provide a source for function code.");
    }
    if is_zip && (model["Runtime"].is_null() || model["Handler"].is_null()) {
        let message = "Runtime and Handler are mandatory parameters for functions created with deployment packages.";
        return invalid("Lambda", message);
    }
    let (bucket, key) = (code["S3Bucket"].as_str()?, code["S3Key"].as_str()?);
    if s3_objects::has_object(&context.other("s3"), bucket, key) {
        return None;
    }
    invalid(
        "Lambda",
        "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.",
    )
}

/// Lambda: an alias stands for a version that there is.
fn alias(model: &Value, context: &CallContext<'_>) -> Result<Option<Failure>, Fault> {
    let version = &model["FunctionVersion"];
    if version == "$LATEST" {
        return Ok(None);
    }
    let named = Resource::with(context.own, "AWS::Lambda::Version", "Version", version, context.now_ms)?;
    let of_function = |one: &Resource| super::behaviour::names(&one.model["FunctionName"], &model["FunctionName"]);
    if named.iter().any(of_function) {
        return Ok(None);
    }
    let function = super::behaviour::bare(model["FunctionName"].as_str().unwrap_or_default());
    let message = format!(
        "Function not found: arn:{}:lambda:{}:{}:function:{function}:{} (Service: Lambda, Status Code: 404)",
        context.partition(),
        context.region,
        context.account,
        version.as_str().unwrap_or_default()
    );
    Ok(Some(Failure::new("NotFound", message)))
}

/// Step Functions: a definition is JSON with a first state that there is (Amazon States Language).
fn definition(model: &Value) -> Option<Failure> {
    let text = model["DefinitionString"].as_str();
    if text.is_none() && model["Definition"].is_null() && model["DefinitionS3Location"].is_null() {
        return invalid(
            "Sfn",
            "Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: the definition is missing'",
        );
    }
    let parsed = text.map(serde_json::from_str::<Value>);
    let definition = match &parsed {
        Some(Ok(definition)) => definition,
        Some(Err(error)) => {
            return invalid("Sfn", format!("Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: {error}'"));
        }
        None if model["Definition"].is_object() => &model["Definition"],
        None => return None,
    };
    let first = definition["StartAt"].as_str().unwrap_or_default();
    if definition["States"].get(first).is_some() {
        return None;
    }
    invalid("Sfn", "Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target at /StartAt'")
}

/// OpenSearch Serverless: a collection needs an encryption policy that fits its name ("Encryption in Amazon OpenSearch Serverless"). For
/// the words no source was found.
fn collection(model: &Value, context: &CallContext<'_>) -> Result<Option<Failure>, Fault> {
    let group = &model["CollectionGroupName"];
    if !group.is_null() {
        // "A collection group can contain only one type of collection" (Managing capacity limits). For the words no source was found.
        let kind = "AWS::OpenSearchServerless::Collection";
        let others = Resource::with(context.own, kind, "CollectionGroupName", group, context.now_ms)?;
        if others.iter().any(|other| other.model["Type"] != model["Type"]) {
            return Ok(invalid("OpenSearchServerless", "A collection group can contain only one type of collection"));
        }
    }
    if !model["EncryptionConfig"].is_null() {
        return Ok(None);
    }
    let name = model["Name"].as_str().unwrap_or_default();
    let policies = Resource::all_of(context.own, "AWS::OpenSearchServerless::SecurityPolicy", context.now_ms)?;
    let fits = |resource: &Resource| {
        let policy: Value =
            serde_json::from_str(resource.model["Policy"].as_str().unwrap_or_default()).unwrap_or_default();
        let patterns = path::values(&policy, "Rules/*/Resource/*").into_iter().filter_map(Value::as_str);
        resource.model["Type"] == "encryption"
            && patterns.filter_map(|pattern| pattern.strip_prefix("collection/")).any(|pattern| {
                pattern == name || pattern.strip_suffix('*').is_some_and(|beginning| name.starts_with(beginning))
            })
    };
    if policies.iter().any(fits) {
        return Ok(None);
    }
    let message = format!(
        "No matching security policy of encryption type found for collection name: {name}. Please create security policy of encryption type for this collection."
    );
    Ok(invalid("OpenSearchServerless", message))
}

/// OpenSearch: a field that is there cannot be changed ("Update mapping", OpenSearch documentation; the words are those of
/// `illegal_argument_exception`, opensearch-project/OpenSearch#7557).
fn mapping(before: &Value, model: &Value) -> Option<Failure> {
    let fields = |model: &Value| model["Mappings"]["Properties"].as_object().cloned().unwrap_or_default();
    let wanted = fields(model);
    let differing =
        fields(before).into_iter().find(|(name, field)| wanted.get(name).is_some_and(|other| other != field));
    let (name, field) = differing?;
    let message = if field["Type"] == wanted[&name]["Type"] {
        format!("Mapper for [{name}] conflicts with existing mapper: Cannot update parameters")
    } else {
        let kind = |field: &Value| field["Type"].as_str().unwrap_or_default().to_owned();
        format!("mapper [{name}] cannot be changed from type [{}] to [{}]", kind(&field), kind(&wanted[&name]))
    };
    invalid("OpenSearchServerless", message)
}

fn policy(model: &Value) -> Option<Failure> {
    match serde_json::from_str::<Value>(model["Policy"].as_str().unwrap_or_default()) {
        Ok(policy) if policy.is_object() || policy.is_array() => None,
        _ => invalid("OpenSearchServerless", "Policy json is invalid, error: [$: string found, object expected]"),
    }
}

/// Cost Explorer: one DIMENSIONAL monitor for each dimension of an account; the quota reads AlreadyExists with the message
/// "null" (cloudformation-coverage-roadmap#2515).
fn monitor(model: &Value, context: &CallContext<'_>) -> Result<Option<Failure>, Fault> {
    if model["MonitorType"] != "DIMENSIONAL" {
        return Ok(None);
    }
    let monitors = Resource::all_of(context.own, "AWS::CE::AnomalyMonitor", i64::MAX)?;
    let same = |one: &Resource| {
        one.model["MonitorType"] == "DIMENSIONAL" && one.model["MonitorDimension"] == model["MonitorDimension"]
    };
    Ok(monitors.iter().any(same).then(|| Failure::new("AlreadyExists", "null")))
}
