//! Monitoring schedules: created, described, listed, with their executions.
//!
//! An execution takes as long as the settings say and completes, whatever its endpoint does by then.

use serde_json::{Value, json};

use super::job_definition::endpoint_of;
use super::kind::MONITORING_SCHEDULE;
use super::listing::{self, Item};
use super::monitoring_record::{self, Schedule, Step};
use super::store::Record;
use super::tags;
use super::transition::Transition;
use crate::clock;
use crate::documents::CallContext;
use crate::durations::milliseconds;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// CreateMonitoringSchedule. "By default, when you successfully create a new schedule, the status of a monitoring schedule is
/// scheduled" (service model, StartMonitoringSchedule).
pub fn create(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let name = text(input, MONITORING_SCHEDULE.name_field);
    MONITORING_SCHEDULE.check_free(context, name)?;
    let config = &input["MonitoringScheduleConfig"];
    check(config, context)?;
    let arn = MONITORING_SCHEDULE.arn(context, name);
    tags::record(context, &arn, &input["Tags"])?;
    let schedule = Schedule {
        monitoring_schedule_name: name.to_owned(),
        created_ms: context.now_ms,
        modified_ms: context.now_ms,
        config: config.clone(),
        works_since_ms: None,
        executed_ms: Vec::new(),
        transition: Some(Transition::begin(context, context.durations.monitoring_schedule_change, Step::Create)),
    };
    schedule.save(context)?;
    Ok(json!({ "MonitoringScheduleArn": arn }))
}

/// Checks a configuration.
pub fn check(config: &Value, context: &CallContext<'_>) -> Result<(), Fault> {
    if !config["MonitoringJobDefinition"].is_null() {
        return Err(invalid("The embedded cloud has only schedules of a MonitoringJobDefinitionName."));
    }
    let name = text(config, "MonitoringJobDefinitionName");
    match monitoring_record::definition(config) {
        Some((kind, name)) if context.own.get(kind.table, name).is_some() => {}
        _ => return Err(invalid(format!("Could not find monitoring job definition \"{name}\"."))),
    }
    let schedule = &config["ScheduleConfig"];
    match schedule["ScheduleExpression"].as_str() {
        // "If you set ScheduleExpression to NOW, this parameter is required" (service model, of the beginning and the end of the
        // analysis).
        Some("NOW") => {
            match ["DataAnalysisStartTime", "DataAnalysisEndTime"].iter().find(|time| schedule[**time].is_null()) {
                Some(missing) => Err(invalid(format!("{missing} is required if ScheduleExpression is NOW."))),
                None => Ok(()),
            }
        }
        Some(expression) if monitoring_record::hours(expression).is_none() => {
            Err(invalid(format!("Invalid schedule expression: {expression}")))
        }
        _ => Ok(()),
    }
}

/// DescribeMonitoringSchedule.
pub fn describe(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let schedule = Schedule::find(context, text(input, MONITORING_SCHEDULE.name_field))?;
    let mut shown = summary(&schedule, context);
    shown["MonitoringScheduleConfig"] = schedule.config.clone();
    if let Some(last) = schedule.executions(context.now_ms).last() {
        shown["LastMonitoringExecutionSummary"] = execution(&schedule, *last, context);
    }
    Ok(shown)
}

/// Returns the members that a description and an item of a list share.
fn summary(schedule: &Schedule, context: &CallContext<'_>) -> Value {
    let name = &schedule.monitoring_schedule_name;
    json!({
        "MonitoringScheduleName": name,
        "MonitoringScheduleArn": MONITORING_SCHEDULE.arn(context, name),
        "MonitoringScheduleStatus": schedule.status(),
        "MonitoringType": schedule.config["MonitoringType"],
        "EndpointName": endpoint(schedule, context),
        "CreationTime": clock::seconds(schedule.created_ms),
        "LastModifiedTime": clock::seconds(schedule.modified_ms),
    })
}

fn endpoint(schedule: &Schedule, context: &CallContext<'_>) -> Option<String> {
    let (kind, name) = schedule.definition()?;
    endpoint_of(context.own.get(kind.table, name)?).map(str::to_owned)
}

/// ListMonitoringSchedules.
pub fn list(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let asked = |schedule: &Schedule| {
        let definition = &schedule.config["MonitoringJobDefinitionName"];
        input["EndpointName"].as_str().is_none_or(|asked| endpoint(schedule, context).as_deref() == Some(asked))
            && (input["MonitoringJobDefinitionName"].is_null() || input["MonitoringJobDefinitionName"] == *definition)
            && (input["MonitoringTypeEquals"].is_null()
                || input["MonitoringTypeEquals"] == schedule.config["MonitoringType"])
    };
    let item = |schedule: Schedule| {
        let mut summary = summary(&schedule, context);
        summary["MonitoringJobDefinitionName"] = schedule.config["MonitoringJobDefinitionName"].clone();
        Item {
            created_ms: schedule.created_ms,
            modified_ms: schedule.modified_ms,
            status: schedule.status().to_owned(),
            name: schedule.monitoring_schedule_name,
            summary,
        }
    };
    let schedules = Schedule::all(context)?.into_iter().filter(asked).map(item).collect();
    listing::respond(input, "MonitoringScheduleSummaries", schedules)
}

/// ListMonitoringExecutions.
pub fn list_executions(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let asked = |schedule: &Schedule| {
        let name = input[MONITORING_SCHEDULE.name_field].as_str();
        name.is_none_or(|asked| asked == schedule.monitoring_schedule_name)
    };
    let mut items = Vec::new();
    for schedule in Schedule::all(context)?.into_iter().filter(asked) {
        for at_ms in schedule.executions(context.now_ms) {
            let summary = execution(&schedule, at_ms, context);
            items.push(Item {
                name: format!("{}/{at_ms:020}", schedule.monitoring_schedule_name),
                created_ms: at_ms,
                modified_ms: at_ms,
                status: text(&summary, "MonitoringExecutionStatus").to_owned(),
                summary,
            });
        }
    }
    listing::respond(input, "MonitoringExecutionSummaries", items)
}

fn execution(schedule: &Schedule, at_ms: i64, context: &CallContext<'_>) -> Value {
    let status = if runs(at_ms, context) { "InProgress" } else { "Completed" };
    json!({
        "MonitoringScheduleName": schedule.monitoring_schedule_name,
        "ScheduledTime": clock::seconds(at_ms),
        "CreationTime": clock::seconds(at_ms),
        "LastModifiedTime": clock::seconds(at_ms),
        "MonitoringExecutionStatus": status,
        "EndpointName": endpoint(schedule, context),
        "MonitoringJobDefinitionName": schedule.config["MonitoringJobDefinitionName"],
        "MonitoringType": schedule.config["MonitoringType"],
    })
}

/// Returns whether an execution that began at an instant still runs.
pub fn runs(at_ms: i64, context: &CallContext<'_>) -> bool {
    context.now_ms < at_ms.saturating_add(milliseconds(context.durations.monitoring_execution))
}
