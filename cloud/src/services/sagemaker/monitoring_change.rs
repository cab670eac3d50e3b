//! Changing, starting, stopping and deleting monitoring schedules.

use serde_json::{Value, json};

use super::kind::MONITORING_SCHEDULE;
use super::monitoring;
use super::monitoring_record::{Schedule, Step};
use super::store::Record;
use super::transition::Transition;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// Returns the schedule that an input names, if it is in no transition: "Monitoring schedule in status Pending"
/// (aws/amazon-sagemaker-examples#2342, of DeleteMonitoringSchedule).
fn at_rest(input: &Value, context: &CallContext<'_>) -> Result<Schedule, Fault> {
    let schedule = Schedule::find(context, text(input, MONITORING_SCHEDULE.name_field))?;
    if schedule.transition.is_some() {
        return Err(invalid("Monitoring schedule in status Pending"));
    }
    Ok(schedule)
}

fn begin(mut schedule: Schedule, step: Step, context: &mut CallContext<'_>) -> Result<(), Fault> {
    schedule.modified_ms = context.now_ms;
    schedule.transition = Some(Transition::begin(context, context.durations.monitoring_schedule_change, step));
    schedule.save(context)
}

/// UpdateMonitoringSchedule. Whether AWS starts a stopped schedule with it is not documented; here it stays stopped.
pub fn update(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let schedule = at_rest(input, context)?;
    let config = &input["MonitoringScheduleConfig"];
    monitoring::check(config, context)?;
    let arn = MONITORING_SCHEDULE.arn(context, &schedule.monitoring_schedule_name);
    begin(schedule, Step::Update(Box::new(config.clone())), context)?;
    Ok(json!({ "MonitoringScheduleArn": arn }))
}

/// StartMonitoringSchedule.
pub fn start(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let schedule = at_rest(input, context)?;
    if schedule.works_since_ms.is_none() {
        begin(schedule, Step::Start, context)?;
    }
    Ok(json!({}))
}

/// StopMonitoringSchedule.
pub fn stop(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let schedule = at_rest(input, context)?;
    if schedule.works_since_ms.is_some() {
        begin(schedule, Step::Stop, context)?;
    }
    Ok(json!({}))
}

/// DeleteMonitoringSchedule. "Check if we have running schedule executions before deleting schedule", says the code with which
/// aws-samples/amazon-sagemaker-safe-deployment-pipeline deletes schedules: none is deleted while one runs. The words of the
/// refusal are this cloud's.
pub fn delete(input: &Value, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let schedule = at_rest(input, context)?;
    if schedule.executions(context.now_ms).iter().any(|at_ms| monitoring::runs(*at_ms, context)) {
        let arn = MONITORING_SCHEDULE.arn(context, &schedule.monitoring_schedule_name);
        return Err(invalid(format!(
            "Cannot delete the monitoring schedule \"{arn}\": it has in-progress executions."
        )));
    }
    begin(schedule, Step::Delete, context)?;
    Ok(json!({}))
}
