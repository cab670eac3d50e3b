//! The way in which the custom model answers, and the alarms of its invocations.

use std::collections::BTreeMap;

use ebbtide::aws::TopicArn;
use ebbtide::aws::bedrock::{Commitment, CustomModelDeployment, CustomizationJobOutputs, ProvisionedThroughput};
use ebbtide::aws::cloudwatch::{Alarm, AlarmActions, Comparison, Metric, Statistic, Watch};
use ebbtide::components::monitoring::Alerts;
use ebbtide::resource::{Declared, Input};
use ebbtide::stack::Stack;

use super::Settings;
use super::settings::{Serving, Term};

/// Declares the deployment or the throughput, and its alarms. Returns the id that invocations name as the model.
pub(super) fn declare(
    stack: &mut Stack,
    settings: &Settings,
    job: &CustomizationJobOutputs<Declared>,
    alerts: &Input<TopicArn>,
) -> Option<Input<String>> {
    let (invoked, sleeps) = match &settings.serving {
        Serving::None => return None,
        Serving::OnDemand => {
            let deployment = stack.add("expert", CustomModelDeployment::of(&job.model_arn));
            (deployment.arn.text(), false)
        }
        Serving::Provisioned(bought) => {
            let commitment = bought.commitment.map(|term| match term {
                Term::OneMonth => Commitment::OneMonth,
                Term::SixMonths => Commitment::SixMonths,
            });
            let throughput = ProvisionedThroughput::of(&job.model_arn, bought.units);
            let throughput = stack.add("expert", ProvisionedThroughput { commitment, ..throughput });
            (throughput.arn.text(), bought.commitment.is_none())
        }
    };
    let metric = |name: &str, statistic| Metric {
        namespace: "AWS/Bedrock".into(),
        name: name.into(),
        dimensions: BTreeMap::from([("ModelId".to_owned(), invoked.clone())]),
        statistic,
        unit: None,
    };
    let alarms = [
        ("expert-errors", metric("InvocationServerErrors", Statistic::Sum), Comparison::GreaterOrEqual, 5.0, 1),
        ("expert-throttled", metric("InvocationThrottles", Statistic::Sum), Comparison::GreaterOrEqual, 5.0, 3),
        (
            "expert-latency",
            metric("InvocationLatency", Statistic::Average),
            Comparison::Greater,
            settings.latency_ms,
            3,
        ),
    ];
    for (name, metric, comparison, threshold, evaluation_periods) in alarms {
        let alarm = Alarm {
            evaluation_periods,
            actions: AlarmActions { alarm: vec![Alerts::action(alerts)], ..AlarmActions::none() },
            quiet_while_paused: sleeps,
            ..Alarm::new(Watch::Metric(metric), comparison, threshold)
        };
        stack.add(name, alarm);
    }
    Some(invoked)
}
