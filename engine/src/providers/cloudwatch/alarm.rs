//! `cloudwatch_alarm` in AWS.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{AlarmType, ComparisonOperator, MetricAlarm, StandardUnit};

use super::metric::{dimensions_to_sdk, math_to_sdk, read_watch, statistic_to_sdk, text_as_written};
use super::tags::{all_tags, sdk_tags, update_tags};
use crate::providers::lists::ordered_like;
use crate::providers::numbers::{signed, unsigned};
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall, required};
use ebbtide::aws::cloudwatch::{Alarm, AlarmActions, AlarmOutputs, Comparison, MissingData, Watch};
use ebbtide::aws::{AlarmArn, AlarmName, Arn};
use ebbtide::resource::{Resolved, Tags, own_tags};

/// The codes with which AWS says that an alarm does not exist; calls on tags have their own.
const MISSING: &[&str] = &["ResourceNotFound", "ResourceNotFoundException"];

impl Provider for Alarm {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}",
        reads: "cloudwatch:DescribeAlarms cloudwatch:ListTagsForResource",
        creates: "cloudwatch:PutMetricAlarm",
        updates: "cloudwatch:PutMetricAlarm(again) cloudwatch:TagResource cloudwatch:UntagResource",
        deletes: "cloudwatch:DeleteAlarms",
    });

    async fn find(context: &Context, inputs: &Alarm<Resolved>) -> Result<Option<String>, Error> {
        let name = inputs.aws_name(&context.identity);
        let Some(found) = describe(context, &name).await? else { return Ok(None) };
        Ok(is_owned(context, &found).await?.then_some(name))
    }

    async fn create(context: &Context, inputs: &Alarm<Resolved>) -> Result<String, Error> {
        let name = inputs.aws_name(&context.identity);
        // PutMetricAlarm silently overwrites an alarm of the same name, so check the owner first.
        if let Some(found) = describe(context, &name).await?
            && !is_owned(context, &found).await?
        {
            let message = format!("there is an alarm `{name}` that this stack does not own");
            return Err(Error::new(ErrorKind::AlreadyExists, message).hint("give this one another name"));
        }
        put(context, &name, inputs, Some(context.tags(&inputs.tags))).await?;
        Ok(name)
    }

    async fn read(context: &Context, id: &str, last: &Alarm<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = describe(context, id).await? else { return Ok(None) };
        let arn = required(found.alarm_arn(), "AlarmArn")?;
        let Some(tags) = all_tags(context, arn).await.unless_missing(MISSING)? else { return Ok(None) };
        let outputs = AlarmOutputs::<Resolved> { name: AlarmName(id.to_owned()), arn: AlarmArn(arn.to_owned()) };
        Ok(Some(Reading::ready(read_inputs(&found, own_tags(tags), last), outputs)))
    }

    async fn update(context: &Context, id: &str, from: &Alarm<Resolved>, to: &Alarm<Resolved>) -> Result<(), Error> {
        let without_tags = |alarm: &Alarm<Resolved>| Alarm { tags: Tags::new(), ..alarm.clone() };
        if without_tags(from) != without_tags(to) {
            put(context, id, to, None).await?;
        }
        if from.tags == to.tags {
            return Ok(());
        }
        let Some(found) = describe(context, id).await? else {
            return Err(Error::new(ErrorKind::NotFound, format!("there is no alarm `{id}`")));
        };
        update_tags(context, required(found.alarm_arn(), "AlarmArn")?, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &Alarm<Resolved>) -> Result<(), Error> {
        let delete = context.aws.cloudwatch().delete_alarms().alarm_names(id);
        delete.send().await.named("cloudwatch:DeleteAlarms").unless_missing(MISSING).map(drop)
    }
}

async fn describe(context: &Context, name: &str) -> Result<Option<MetricAlarm>, Error> {
    if let Some(alarm) = context.listed_alarm(name).await {
        return Ok(Some(alarm));
    }
    let describe = context.aws.cloudwatch().describe_alarms().alarm_names(name).alarm_types(AlarmType::MetricAlarm);
    let found = describe.send().await.named("cloudwatch:DescribeAlarms")?;
    Ok(found.metric_alarms().iter().find(|alarm| alarm.alarm_name() == Some(name)).cloned())
}

/// Returns whether an alarm carries the ownership tags of this very identity.
async fn is_owned(context: &Context, alarm: &MetricAlarm) -> Result<bool, Error> {
    let arn = required(alarm.alarm_arn(), "AlarmArn")?;
    let tags = all_tags(context, arn).await.unless_missing(MISSING)?.unwrap_or_default();
    Ok(context.identity.owns(&tags))
}

/// Creates an alarm, or overwrites it as a whole. AWS keeps the state and the tags of an existing alarm; `tags` count for a
/// new one only.
async fn put(
    context: &Context,
    name: &str,
    alarm: &Alarm<Resolved>,
    tags: Option<BTreeMap<String, String>>,
) -> Result<(), Error> {
    let texts = |arns: &[Arn]| Some(arns.iter().map(|arn| arn.0.clone()).collect::<Vec<_>>());
    let period = signed(alarm.period_seconds);
    let request = context
        .aws
        .cloudwatch()
        .put_metric_alarm()
        .alarm_name(name)
        .set_alarm_description(alarm.description.clone())
        .evaluation_periods(signed(alarm.evaluation_periods))
        .set_datapoints_to_alarm(alarm.datapoints_to_alarm.map(signed))
        .comparison_operator(comparison_to_sdk(alarm.comparison))
        .threshold(alarm.threshold)
        .treat_missing_data(missing_data_to_sdk(alarm.missing_data))
        .set_alarm_actions(texts(&alarm.actions.alarm))
        .set_ok_actions(texts(&alarm.actions.ok))
        .set_insufficient_data_actions(texts(&alarm.actions.insufficient_data))
        .actions_enabled(alarm.actions_enabled)
        .set_tags(tags.map(sdk_tags));
    let request = match &alarm.watch {
        Watch::Metric(metric) => {
            let (plain, extended) = statistic_to_sdk(&metric.statistic);
            request
                .namespace(&metric.namespace)
                .metric_name(&metric.name)
                .set_dimensions(Some(dimensions_to_sdk(metric)))
                .set_statistic(plain)
                .set_extended_statistic(extended)
                .set_unit(metric.unit.as_deref().map(StandardUnit::from))
                .period(period)
        }
        Watch::Math(math) => request.set_metrics(Some(math_to_sdk(math, period))),
    };
    request.send().await.named("cloudwatch:PutMetricAlarm").map(drop)
}

fn read_inputs(found: &MetricAlarm, tags: Tags, last: &Alarm<Resolved>) -> Alarm<Resolved> {
    let (watch, period) = read_watch(found, &last.watch);
    let evaluation_periods = found.evaluation_periods().map_or(0, unsigned);
    let datapoints = found.datapoints_to_alarm().map(unsigned);
    let arns = |read: &[String], last: &[Arn]| ordered_like(last, read.iter().cloned().map(Arn).collect());
    Alarm {
        name: last.name.clone(),
        description: text_as_written(found.alarm_description(), last.description.as_deref()),
        watch,
        period_seconds: unsigned(period),
        evaluation_periods,
        // AWS may report the default, all periods, for an alarm that was put without a number.
        datapoints_to_alarm: match last.datapoints_to_alarm {
            None => datapoints.filter(|points| *points != evaluation_periods),
            Some(_) => datapoints,
        },
        comparison: read_comparison(found.comparison_operator()),
        threshold: found.threshold().unwrap_or(f64::MAX),
        missing_data: read_missing_data(found.treat_missing_data()),
        actions: AlarmActions {
            alarm: arns(found.alarm_actions(), &last.actions.alarm),
            ok: arns(found.ok_actions(), &last.actions.ok),
            insufficient_data: arns(found.insufficient_data_actions(), &last.actions.insufficient_data),
        },
        actions_enabled: found.actions_enabled().unwrap_or(true),
        quiet_while_paused: last.quiet_while_paused,
        tags,
    }
}

fn comparison_to_sdk(comparison: Comparison) -> ComparisonOperator {
    match comparison {
        Comparison::Greater => ComparisonOperator::GreaterThanThreshold,
        Comparison::GreaterOrEqual => ComparisonOperator::GreaterThanOrEqualToThreshold,
        Comparison::Less => ComparisonOperator::LessThanThreshold,
        Comparison::LessOrEqual => ComparisonOperator::LessThanOrEqualToThreshold,
    }
}

fn read_comparison(operator: Option<&ComparisonOperator>) -> Comparison {
    match operator {
        Some(ComparisonOperator::GreaterThanOrEqualToThreshold) => Comparison::GreaterOrEqual,
        Some(ComparisonOperator::LessThanThreshold) => Comparison::Less,
        Some(ComparisonOperator::LessThanOrEqualToThreshold) => Comparison::LessOrEqual,
        _ => Comparison::Greater,
    }
}

fn missing_data_to_sdk(missing_data: MissingData) -> &'static str {
    match missing_data {
        MissingData::Missing => "missing",
        MissingData::Ignore => "ignore",
        MissingData::Breaching => "breaching",
        MissingData::NotBreaching => "notBreaching",
    }
}

fn read_missing_data(text: Option<&str>) -> MissingData {
    match text {
        Some("ignore") => MissingData::Ignore,
        Some("breaching") => MissingData::Breaching,
        Some("notBreaching") => MissingData::NotBreaching,
        _ => MissingData::Missing,
    }
}
