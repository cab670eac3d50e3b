//! The alarms by which a roll-out of the new side is judged, and the audit trail.

use std::collections::BTreeMap;

use ebbtide::aws::cloudtrail::Trail;
use ebbtide::aws::cloudwatch::{Alarm, AlarmActions, Comparison, Metric, MetricMath, Statistic, Watch};
use ebbtide::aws::{Arn, BucketName, TopicArn};
use ebbtide::components::monitoring::Alerts;
use ebbtide::resource::Input;
use ebbtide::stack::Stack;

use super::workflows::Workflows;

/// The namespace of the metrics that an evaluation publishes, from the table of comparisons.
const EVALUATION: &str = "DocumentIntelligence";

/// Declares the gates of the roll-out, and the reasons to go back.
///
/// An alarm without data is no proof, so none may run out of data where there is little traffic: a tenth of 50,000 documents a month is
/// seven an hour, and nights have none. With M of N periods, an alarm has insufficient data only if all N have none (CloudWatch's guide,
/// "Configuring how CloudWatch alarms treat missing data").
pub(super) fn declare(stack: &mut Stack, workflows: &Workflows, alerts: &Input<TopicArn>) {
    let evaluated = |name: &str| {
        let dimensions = BTreeMap::from([("Side".to_owned(), "language".into())]);
        Watch::Metric(metric(EVALUATION, name, dimensions, Statistic::Average))
    };
    let executed = |name: &str, statistic: Statistic| {
        let dimensions = BTreeMap::from([("StateMachineArn".to_owned(), workflows.understand.text())]);
        metric("AWS/States", name, dimensions, statistic)
    };
    // A share: with little traffic, all may fail and be few.
    let failed = Watch::Math(MetricMath {
        expression: "100 * (FILL(failed, 0) + FILL(late, 0)) / started".to_owned(),
        label: Some("Failed executions, in percent".to_owned()),
        metrics: BTreeMap::from([
            ("failed".to_owned(), executed("ExecutionsFailed", Statistic::Sum)),
            ("late".to_owned(), executed("ExecutionsTimedOut", Statistic::Sum)),
            ("started".to_owned(), executed("ExecutionsStarted", Statistic::Sum)),
        ]),
    });
    let latency = Watch::Metric(executed("ExecutionTime", Statistic::Percentile(95.0)));
    use Comparison::{Greater, Less};
    let (hour, quarter) = (3600, 900);
    // The goals of the pilot, and what it must reach at least. The evaluation publishes each hour, and may miss some.
    let alarms = [
        ("accuracy", evaluated("Accuracy"), Less, 0.93, hour, (2, 6)),
        ("hallucination", evaluated("HallucinationRate"), Greater, 0.05, hour, (2, 6)),
        ("latency-p95", latency, Greater, 10_000.0, hour, (3, 24)),
        ("cost-per-document", evaluated("CostPerDocument"), Greater, 0.40, hour, (2, 6)),
        // Five points below the baseline.
        ("accuracy-drop", evaluated("Accuracy"), Less, 0.90, hour, (3, 6)),
        ("hallucination-high", evaluated("HallucinationRate"), Greater, 0.10, hour, (4, 6)),
        ("unavailable", failed, Greater, 50.0, quarter, (2, 4)),
    ];
    for (name, watch, comparison, threshold, period_seconds, (datapoints, evaluation_periods)) in alarms {
        let alarm = Alarm {
            period_seconds,
            evaluation_periods,
            datapoints_to_alarm: Some(datapoints),
            actions: AlarmActions { alarm: vec![Alerts::action(alerts)], ..AlarmActions::none() },
            quiet_while_paused: true,
            ..Alarm::new(watch, comparison, threshold)
        };
        stack.add(name, alarm);
    }
}

fn metric(namespace: &str, name: &str, dimensions: BTreeMap<String, Input<String>>, statistic: Statistic) -> Metric {
    Metric { namespace: namespace.into(), name: name.into(), dimensions, statistic, unit: None }
}

/// Declares the audit trail of all calls that change anything, encrypted with a key.
pub(super) fn declare_trail(stack: &mut Stack, name: &str, audit: &Input<BucketName>, key: &Input<Arn>) {
    let trail = Trail {
        name: Some(name.to_owned()),
        multi_region: true,
        validate_files: true,
        kms_key: Some(key.text()),
        ..Trail::to(audit)
    };
    stack.add("audit", trail);
}
