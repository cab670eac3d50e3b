//! Definitions of monitoring jobs: of data quality and of model quality. Both are immutable.

use serde_json::{Value, json};

use super::endpoint_record::Endpoint;
use super::kind::{DATA_QUALITY, Kind, MODEL_QUALITY};
use super::listing::{self, Item};
use super::monitoring_record::Schedule;
use super::store::Record;
use super::{model, references, tags};
use crate::clock;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// CreateDataQualityJobDefinition.
pub fn create_data_quality(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    create(DATA_QUALITY, "DataQualityJobInput", input, context)
}

/// CreateModelQualityJobDefinition.
pub fn create_model_quality(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    if input["ModelQualityJobInput"]["GroundTruthS3Input"]["S3Uri"].is_null() {
        return Err(invalid("GroundTruthS3Input needs an S3Uri."));
    }
    create(MODEL_QUALITY, "ModelQualityJobInput", input, context)
}

/// DescribeDataQualityJobDefinition.
pub fn describe_data_quality(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    describe(DATA_QUALITY, input, context)
}

/// DescribeModelQualityJobDefinition.
pub fn describe_model_quality(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    describe(MODEL_QUALITY, input, context)
}

/// ListDataQualityJobDefinitions.
pub fn list_data_quality(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    list(DATA_QUALITY, input, context)
}

/// ListModelQualityJobDefinitions.
pub fn list_model_quality(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    list(MODEL_QUALITY, input, context)
}

/// DeleteDataQualityJobDefinition.
pub fn delete_data_quality(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    delete(DATA_QUALITY, input, context)
}

/// DeleteModelQualityJobDefinition.
pub fn delete_model_quality(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    delete(MODEL_QUALITY, input, context)
}

fn create(kind: Kind, data: &str, input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, kind.name_field);
    kind.check_free(context, name)?;
    let sources = &input[data];
    if sources["EndpointInput"].is_null() == sources["BatchTransformInput"].is_null() {
        return Err(invalid(format!("{data} needs exactly one of EndpointInput and BatchTransformInput.")));
    }
    if let Some(endpoint) = sources["EndpointInput"]["EndpointName"].as_str() {
        check_endpoint(endpoint, context)?;
    }
    references::check_role(context, &input["RoleArn"])?;
    references::check_network(context, &input["NetworkConfig"]["VpcConfig"])?;
    let arn = kind.arn(context, name);
    tags::record(context, &arn, &input["Tags"])?;
    let mut record = model::kept(input, context.now_ms);
    if let Some(endpoint) = record[data].get_mut("EndpointInput") {
        // The defaults of the service model: "Defaults to File", "Defaults to FullyReplicated".
        for (member, value) in [("S3InputMode", "File"), ("S3DataDistributionType", "FullyReplicated")] {
            if endpoint[member].is_null() {
                endpoint[member] = json!(value);
            }
        }
    }
    context.own.put(kind.table, name, record);
    Ok(json!({ "JobDefinitionArn": arn }))
}

/// Checks the endpoint of a definition: "Currently SageMaker verifies that an endpoint exists", one whose configuration captures
/// data (aws/sagemaker-python-sdk#4873); "An endpoint in customer's account which has enabled DataCaptureConfig" (service model).
fn check_endpoint(name: &str, context: &CallContext<'_>) -> Result<(), Fault> {
    let endpoint = Endpoint::find(context, name)?;
    if endpoint.fleet.data_capture_config.as_ref().is_none_or(|capture| capture["EnableCapture"] != true) {
        return Err(invalid(format!("Data Capture is not enabled for the endpoint \"{name}\".")));
    }
    Ok(())
}

fn describe(kind: Kind, input: &Value, context: &CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, kind.name_field);
    let mut shown = model::echoed(kind.find(context, name)?);
    shown["JobDefinitionArn"] = json!(kind.arn(context, name));
    Ok(shown)
}

fn list(kind: Kind, input: &Value, context: &CallContext<'_>) -> Result<Value, Fault> {
    let asked = |record: &Value| input["EndpointName"].as_str().is_none_or(|asked| endpoint_of(record) == Some(asked));
    let item = |(name, record): (&str, &Value)| {
        let created_ms = record["CreatedMs"].as_i64().unwrap_or_default();
        let summary = json!({
            "MonitoringJobDefinitionName": name,
            "MonitoringJobDefinitionArn": kind.arn(context, name),
            "CreationTime": clock::seconds(created_ms),
            "EndpointName": endpoint_of(record).unwrap_or_default(),
        });
        Item { name: name.to_owned(), created_ms, modified_ms: created_ms, status: String::new(), summary }
    };
    let definitions = context.own.all(kind.table).filter(|(_, record)| asked(record)).map(item).collect();
    listing::respond(input, "JobDefinitionSummaries", definitions)
}

/// Returns the endpoint of a definition.
pub fn endpoint_of(record: &Value) -> Option<&str> {
    let inputs = ["DataQualityJobInput", "ModelQualityJobInput"];
    inputs.iter().find_map(|member| record[*member]["EndpointInput"]["EndpointName"].as_str())
}

/// A definition cannot be deleted while a schedule uses it: "Job definition is locked by schedule so need to wait for the schedule
/// to be deleted" (aws/sagemaker-python-sdk, `model_monitor/model_monitoring.py`). The words are this cloud's.
fn delete(kind: Kind, input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, kind.name_field);
    kind.find(context, name)?;
    let arn = kind.arn(context, name);
    let uses = |schedule: &Schedule| schedule.definition() == Some((kind, name));
    if let Some(schedule) = Schedule::all(context)?.iter().find(|schedule| uses(schedule)) {
        let schedule = &schedule.monitoring_schedule_name;
        return Err(invalid(format!(
            "The job definition \"{arn}\" is used by the monitoring schedule \"{schedule}\"."
        )));
    }
    tags::forget(context, &arn);
    context.own.remove(kind.table, name);
    Ok(json!({}))
}
