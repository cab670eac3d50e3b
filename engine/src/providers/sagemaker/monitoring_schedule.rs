//! The provider of `sagemaker_monitoring_schedule`.

use std::time::Duration;

use aws_sdk_sagemaker::operation::describe_monitoring_schedule::DescribeMonitoringScheduleOutput;
use aws_sdk_sagemaker::types::{
    ExecutionStatus, MonitoringScheduleConfig, MonitoringType, ScheduleConfig, ScheduleStatus,
};

use super::assumable::reference_may_be_new;
use super::tagging::{all_tags, creation_tags, is_owned, update_tags};
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall, required};
use ebbtide::aws::sagemaker::{MonitoringKind, MonitoringSchedule, MonitoringScheduleOutputs};
use ebbtide::aws::{Arn, EndpointName, MonitoringJobDefinitionName, MonitoringScheduleName};
use ebbtide::resource::{Readiness, Resolved, Tags, own_tags};

/// The expression of a schedule that runs once, at once.
const NOW: &str = "NOW";

impl Provider for MonitoringSchedule {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:sagemaker:{region}:{account}:monitoring-schedule/{name}",
        reads: "sagemaker:DescribeMonitoringSchedule sagemaker:ListTags sagemaker:ListMonitoringExecutions",
        creates: "sagemaker:CreateMonitoringSchedule sagemaker:StartMonitoringSchedule \
            sagemaker:StopMonitoringSchedule",
        updates: "sagemaker:AddTags sagemaker:DeleteTags sagemaker:UpdateMonitoringSchedule \
            sagemaker:StartMonitoringSchedule sagemaker:StopMonitoringSchedule",
        deletes: "sagemaker:DeleteMonitoringSchedule",
    });

    /// A run of an hourly schedule takes an hour at most (service model, MaxRuntimeInSeconds), and AWS deletes no schedule while one
    /// runs.
    const DELETABLE_WITHIN: Duration = Duration::from_mins(70);

    async fn find(context: &Context, inputs: &MonitoringSchedule<Resolved>) -> Result<Option<String>, Error> {
        let name = inputs.aws_name(&context.identity);
        let Some(found) = describe(context, &name).await? else { return Ok(None) };
        let owned = is_owned(context, required(found.monitoring_schedule_arn(), "MonitoringScheduleArn")?).await?;
        Ok(owned.then_some(name))
    }

    async fn create(context: &Context, inputs: &MonitoringSchedule<Resolved>) -> Result<String, Error> {
        let name = inputs.aws_name(&context.identity);
        check_endpoint(context, inputs).await?;
        let create = context
            .aws
            .sagemaker()
            .create_monitoring_schedule()
            .monitoring_schedule_name(&name)
            .monitoring_schedule_config(config_to_sdk(inputs))
            .set_tags(Some(creation_tags(context, &inputs.tags)));
        create.send().await.named("sagemaker:CreateMonitoringSchedule").map_err(reference_may_be_new)?;
        if !inputs.enabled {
            // AWS starts every new schedule. This one is found, and stopped once it is ready for that.
            return Err(at_work(&name, "to be stopped"));
        }
        Ok(name)
    }

    async fn read(
        context: &Context,
        id: &str,
        last: &MonitoringSchedule<Resolved>,
    ) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = describe(context, id).await? else { return Ok(None) };
        let arn = required(found.monitoring_schedule_arn(), "MonitoringScheduleArn")?;
        let Some(tags) = all_tags(context, arn).await.optional()? else { return Ok(None) };
        let outputs = MonitoringScheduleOutputs::<Resolved> {
            name: MonitoringScheduleName(id.to_owned()),
            arn: Arn(arn.to_owned()),
        };
        let inputs = read_inputs(&found, id, last, own_tags(tags));
        Ok(Some(Reading { readiness: readiness(&found), ..Reading::ready(inputs, outputs) }))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &MonitoringSchedule<Resolved>,
        to: &MonitoringSchedule<Resolved>,
    ) -> Result<(), Error> {
        let found = required(describe(context, id).await?, "the schedule")?;
        if from.tags != to.tags {
            let arn = required(found.monitoring_schedule_arn(), "MonitoringScheduleArn")?;
            update_tags(context, arn, &from.tags, &to.tags).await?;
        }
        if from.endpoint != to.endpoint || from.definition != to.definition {
            check_endpoint(context, to).await?;
        }
        let settings = settings(to) != settings(from);
        if !settings && from.enabled == to.enabled {
            return Ok(());
        }
        if let Readiness::Pending(status) = readiness(&found) {
            return Err(at_work(id, &status));
        }
        // An earlier attempt may have made the first change.
        let live = read_inputs(&found, id, to, Tags::new());
        let sagemaker = context.aws.sagemaker();
        if settings && self::settings(&live) != self::settings(to) {
            let update = sagemaker.update_monitoring_schedule().monitoring_schedule_name(id);
            let update = update.monitoring_schedule_config(config_to_sdk(to));
            update.send().await.named("sagemaker:UpdateMonitoringSchedule").map_err(reference_may_be_new)?;
            // Whether it works afterwards is looked at once AWS is done.
            return Err(at_work(id, "it takes on other settings"));
        }
        match (live.enabled, to.enabled) {
            (false, true) => {
                let start = sagemaker.start_monitoring_schedule().monitoring_schedule_name(id);
                start.send().await.named("sagemaker:StartMonitoringSchedule").map(drop)
            }
            (true, false) => {
                let stop = sagemaker.stop_monitoring_schedule().monitoring_schedule_name(id);
                stop.send().await.named("sagemaker:StopMonitoringSchedule").map(drop)
            }
            _ => Ok(()),
        }
    }

    async fn delete(context: &Context, id: &str, _last: &MonitoringSchedule<Resolved>) -> Result<(), Error> {
        let delete = context.aws.sagemaker().delete_monitoring_schedule().monitoring_schedule_name(id);
        match delete.send().await.named("sagemaker:DeleteMonitoringSchedule").optional() {
            Err(error) if error.is_code("ValidationException") && runs(context, id).await? => {
                let hint =
                    "a run is in progress, and AWS deletes the schedule only after it: run the same command again then";
                Err(error.as_kind(ErrorKind::Busy).hint(hint))
            }
            deleted => deleted.map(drop),
        }
    }
}

/// Returns the error for a change that has to wait for AWS.
fn at_work(id: &str, status: &str) -> Error {
    Error::new(ErrorKind::Busy, format!("AWS is at work on the monitoring schedule {id} ({status})"))
}

async fn describe(context: &Context, name: &str) -> Result<Option<DescribeMonitoringScheduleOutput>, Error> {
    let describe = context.aws.sagemaker().describe_monitoring_schedule().monitoring_schedule_name(name);
    describe.send().await.named("sagemaker:DescribeMonitoringSchedule").optional()
}

/// Returns whether a run of a schedule is in progress.
async fn runs(context: &Context, name: &str) -> Result<bool, Error> {
    let list = context.aws.sagemaker().list_monitoring_executions().monitoring_schedule_name(name);
    let executions = list.send().await.named("sagemaker:ListMonitoringExecutions").optional()?;
    let in_progress = |status: &ExecutionStatus| {
        matches!(status, ExecutionStatus::Pending | ExecutionStatus::InProgress | ExecutionStatus::Stopping)
    };
    let mut summaries = executions.iter().flat_map(|executions| executions.monitoring_execution_summaries());
    Ok(summaries.any(|execution| execution.monitoring_execution_status().is_some_and(in_progress)))
}

/// Checks that the declared endpoint is that of the definition: a pause relies on it.
async fn check_endpoint(context: &Context, inputs: &MonitoringSchedule<Resolved>) -> Result<(), Error> {
    let Some(declared) = &inputs.endpoint else { return Ok(()) };
    let sagemaker = context.aws.sagemaker();
    let name = inputs.definition.as_str();
    let found = match inputs.monitors {
        MonitoringKind::DataQuality => {
            let describe = sagemaker.describe_data_quality_job_definition().job_definition_name(name).send().await;
            let found = describe.named("sagemaker:DescribeDataQualityJobDefinition").map_err(reference_may_be_new)?;
            found.data_quality_job_input.and_then(|data| data.endpoint_input)
        }
        MonitoringKind::ModelQuality => {
            let describe = sagemaker.describe_model_quality_job_definition().job_definition_name(name).send().await;
            let found = describe.named("sagemaker:DescribeModelQualityJobDefinition").map_err(reference_may_be_new)?;
            found.model_quality_job_input.and_then(|data| data.endpoint_input)
        }
        // No stack declares definitions of these kinds.
        MonitoringKind::ModelBias | MonitoringKind::ModelExplainability => return Ok(()),
    };
    let found = found.as_ref().and_then(|endpoint| endpoint.endpoint_name());
    if found == Some(declared.as_str()) {
        return Ok(());
    }
    let message = match found {
        Some(found) => format!("the definition {name} is of the endpoint {found}, and not of {declared}"),
        None => format!("the definition {name} is of no endpoint, and not of {declared}"),
    };
    Err(Error::invalid(message)
        .hint("declare the `endpoint` of the definition, by which a pause knows when to stop the schedule"))
}

/// The settings that one call changes.
type Settings<'a> = (MonitoringKind, &'a str, Option<&'a str>, Option<&'a str>, Option<&'a str>);

fn settings(inputs: &MonitoringSchedule<Resolved>) -> Settings<'_> {
    let (start, end) = (inputs.analysis_start.as_deref(), inputs.analysis_end.as_deref());
    (inputs.monitors, inputs.definition.as_str(), inputs.schedule.as_deref(), start, end)
}

fn config_to_sdk(inputs: &MonitoringSchedule<Resolved>) -> MonitoringScheduleConfig {
    let monitors = match inputs.monitors {
        MonitoringKind::DataQuality => MonitoringType::DataQuality,
        MonitoringKind::ModelQuality => MonitoringType::ModelQuality,
        MonitoringKind::ModelBias => MonitoringType::ModelBias,
        MonitoringKind::ModelExplainability => MonitoringType::ModelExplainability,
    };
    let schedule = inputs.schedule.as_ref().map(|expression| {
        ScheduleConfig::builder()
            .schedule_expression(expression)
            .set_data_analysis_start_time(inputs.analysis_start.clone())
            .set_data_analysis_end_time(inputs.analysis_end.clone())
            .build()
    });
    MonitoringScheduleConfig::builder()
        .monitoring_type(monitors)
        .monitoring_job_definition_name(inputs.definition.as_str())
        .set_schedule_config(schedule)
        .build()
}

fn readiness(found: &DescribeMonitoringScheduleOutput) -> Readiness {
    let status = found.monitoring_schedule_status();
    let text = status.map_or("unknown", ScheduleStatus::as_str).to_owned();
    match status {
        Some(ScheduleStatus::Scheduled | ScheduleStatus::Stopped) => Readiness::Ready,
        Some(ScheduleStatus::Failed) => Readiness::failed(text, found.failure_reason()),
        _ => Readiness::Pending(text),
    }
}

fn read_inputs(
    found: &DescribeMonitoringScheduleOutput,
    id: &str,
    last: &MonitoringSchedule<Resolved>,
    tags: Tags,
) -> MonitoringSchedule<Resolved> {
    let config = found.monitoring_schedule_config();
    let schedule = config.and_then(MonitoringScheduleConfig::schedule_config);
    let text = |text: Option<&str>| text.map(str::to_owned);
    let expression = text(schedule.and_then(ScheduleConfig::schedule_expression));
    let runs_once = expression.as_deref() == Some(NOW);
    MonitoringSchedule {
        name: last.name.as_ref().map(|_| id.to_owned()),
        monitors: match config.and_then(MonitoringScheduleConfig::monitoring_type) {
            Some(MonitoringType::ModelQuality) => MonitoringKind::ModelQuality,
            Some(MonitoringType::ModelBias) => MonitoringKind::ModelBias,
            Some(MonitoringType::ModelExplainability) => MonitoringKind::ModelExplainability,
            _ => MonitoringKind::DataQuality,
        },
        definition: MonitoringJobDefinitionName(
            config.and_then(MonitoringScheduleConfig::monitoring_job_definition_name).unwrap_or_default().to_owned(),
        ),
        // What is declared is the order with the endpoint; the definition has the endpoint itself.
        endpoint: last.endpoint.as_ref().map(|endpoint| EndpointName(endpoint.as_str().to_owned())),
        // AWS may report the time that it picked.
        schedule: last.schedule.as_ref().and(expression),
        analysis_start: text(schedule.and_then(ScheduleConfig::data_analysis_start_time)),
        analysis_end: text(schedule.and_then(ScheduleConfig::data_analysis_end_time)),
        enabled: match found.monitoring_schedule_status() {
            // The only run of such a schedule may be over.
            _ if runs_once => last.enabled,
            Some(ScheduleStatus::Scheduled) => true,
            Some(ScheduleStatus::Stopped) => false,
            _ => last.enabled,
        },
        tags,
    }
}
