//! The alarms by which a roll-out of the new side is judged, and the audit trail.

use std::collections::BTreeMap;

use ebbtide::aws::cloudtrail::Trail;
use ebbtide::aws::cloudwatch::{Alarm, AlarmActions, Comparison, Metric, Statistic, Watch};
use ebbtide::aws::{Arn, BucketName, TopicArn};
use ebbtide::components::monitoring::Alerts;
use ebbtide::resource::Input;
use ebbtide::stack::Stack;

use super::workflows::Workflows;

/// The namespace of the metrics that an evaluation publishes, from the table of comparisons.
const EVALUATION: &str = "DocumentIntelligence";

/// Declares the gates of the roll-out, and the reasons to go back. An alarm without data is no proof.
pub(super) fn declare(stack: &mut Stack, workflows: &Workflows, alerts: &Input<TopicArn>) {
    let evaluated = |name: &str, statistic: Statistic| Metric {
        namespace: EVALUATION.into(),
        name: name.into(),
        dimensions: BTreeMap::from([("Side".to_owned(), "language".into())]),
        statistic,
        unit: None,
    };
    let executed = |name: &str, statistic: Statistic| Metric {
        namespace: "AWS/States".into(),
        name: name.into(),
        dimensions: BTreeMap::from([("StateMachineArn".to_owned(), workflows.understand.text())]),
        statistic,
        unit: None,
    };
    use Comparison::{Greater, Less};
    let hour = 3600;
    // The goals of the pilot, and what it must reach at least.
    let alarms = [
        ("accuracy", evaluated("Accuracy", Statistic::Average), Less, 0.93, hour, 1),
        ("hallucination", evaluated("HallucinationRate", Statistic::Average), Greater, 0.05, hour, 1),
        ("latency-p95", executed("ExecutionTime", Statistic::Percentile(95.0)), Greater, 10_000.0, 300, 3),
        ("cost-per-document", evaluated("CostPerDocument", Statistic::Average), Greater, 0.40, hour, 1),
        // Five points below the baseline.
        ("accuracy-drop", evaluated("Accuracy", Statistic::Average), Less, 0.90, hour, 1),
        ("hallucination-high", evaluated("HallucinationRate", Statistic::Average), Greater, 0.10, hour, 4),
        ("unavailable", executed("ExecutionsFailed", Statistic::Sum), Greater, 5.0, 300, 3),
    ];
    for (name, metric, comparison, threshold, period_seconds, evaluation_periods) in alarms {
        let alarm = Alarm {
            period_seconds,
            evaluation_periods,
            actions: AlarmActions { alarm: vec![Alerts::action(alerts)], ..AlarmActions::none() },
            quiet_while_paused: true,
            ..Alarm::new(Watch::Metric(metric), comparison, threshold)
        };
        stack.add(name, alarm);
    }
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
