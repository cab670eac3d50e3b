//! The tables of scaling policies: by target tracking and by steps.

use aws_sdk_applicationautoscaling::types::{
    CustomizedMetricSpecification, ScalingPolicy as SdkPolicy, StepAdjustment, TargetTrackingMetricDataQuery,
};
use ebbtide::aws::autoscaling::{
    Adjustment, Aggregation, PredefinedMetric, ScalingPolicy, ScalingRule, Step, StepScaling, TargetTracking,
};
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Value, json};

use super::super::table::{Table, with};
use super::{SAGEMAKER, among_targets, targets};

const CALLS: PredefinedMetric = PredefinedMetric::SageMakerVariantInvocationsPerInstance;

fn policy(rule: ScalingRule) -> ScalingPolicy {
    ScalingPolicy { name: Some("one".into()), target: targets()[0].clone(), rule }
}

fn steps() -> StepScaling {
    StepScaling {
        adjustment: Adjustment::Change,
        steps: vec![Step { lower: Some(0.0), upper: None, by: 1 }],
        cooldown_seconds: Some(120),
        aggregation: Aggregation::Average,
        least_change: None,
    }
}

fn shown_steps() -> Value {
    json!({
        "adjustment": "ChangeInCapacity",
        "steps": [[0.0, null, 1]],
        "cooldown": 120,
        "aggregation": "Average",
        "least_change": null,
    })
}

/// Returns the table of a policy that tracks a metric, which may also become one by steps.
pub fn tracking() -> Table {
    let rule = TargetTracking { scale_in_cooldown_seconds: Some(300), ..TargetTracking::predefined(CALLS, 70.0) };
    let base = policy(ScalingRule::TargetTracking(rule.clone()));
    let rule = json!(rule);
    let to = |changes: Value| json!({ "target_tracking": with(&rule, &changes) });
    let tracked = json!({
        "metric": "SageMakerVariantInvocationsPerInstance",
        "value": 70.0,
        "scale_in_cooldown": 300,
        "scale_out_cooldown": null,
        "disable_scale_in": false,
    });
    let shown = |changes: Value| with(&tracked, &changes);
    let high_resolution = "SageMakerVariantConcurrentRequestsPerModelHighResolution";
    let dimensions = json!({ "EndpointName": "llm" });
    let custom = json!({ "custom": {
        "namespace": "AWS/SageMaker", "name": "Backlog", "dimensions": dimensions, "statistic": "maximum", "unit": "Count",
    } });
    let source = json!({
        "namespace": "AWS/SageMaker", "name": "Backlog", "dimensions": dimensions, "statistic": "p90", "unit": "Count",
    });
    let math = json!({ "math": [
        { "id": "m", "metric": source, "return_data": false },
        { "id": "half", "expression": "m / 2", "label": "Half", "return_data": true },
    ] });
    let shown_custom = json!(["AWS/SageMaker", "Backlog", "EndpointName=llm", "Maximum", "Count"]);
    let shown_source = json!(["AWS/SageMaker", "Backlog", "EndpointName=llm", "p90", "Count"]);
    let shown_math = json!([["m", null, null, false, shown_source], ["half", "m / 2", "Half", true, null]]);
    let table = Table::new(&base, observe)
        .shows("name", json!("two"), json!("two"))
        .shows("target", json!(targets()[1]), json!("endpoint/llm/variant/b"))
        .shows("rule", to(json!({ "value": 55.5 })), shown(json!({ "value": 55.5 })))
        .shows("rule", to(json!({ "scale_in_cooldown_seconds": null })), shown(json!({ "scale_in_cooldown": null })))
        .shows("rule", to(json!({ "scale_out_cooldown_seconds": 0 })), shown(json!({ "scale_out_cooldown": 0 })))
        .shows("rule", to(json!({ "disable_scale_in": true })), shown(json!({ "disable_scale_in": true })))
        .shows(
            "rule",
            to(json!({ "metric": { "predefined": high_resolution } })),
            shown(json!({ "metric": high_resolution })),
        )
        .shows("rule", to(json!({ "metric": custom })), shown(json!({ "metric": shown_custom })))
        .shows("rule", to(json!({ "metric": math })), shown(json!({ "metric": shown_math })))
        .shows("rule", json!({ "step": steps() }), shown_steps());
    Table { add: among_targets::<ScalingPolicy>, ..table }
}

/// Returns the table of a policy by steps.
pub fn stepped() -> Table {
    let base = policy(ScalingRule::Step(steps()));
    let to = |changes: Value| json!({ "step": with(&json!(steps()), &changes) });
    let shown = |changes: Value| with(&shown_steps(), &changes);
    let several = json!([
        { "lower": null, "upper": -5.5, "by": -2 },
        { "lower": -5.5, "upper": 10.0, "by": 0 },
        { "lower": 10.0, "upper": null, "by": 3 },
    ]);
    let shown_several = json!([[null, -5.5, -2], [-5.5, 10.0, 0], [10.0, null, 3]]);
    let table = Table::new(&base, observe)
        .shows("rule", to(json!({ "adjustment": "exact" })), shown(json!({ "adjustment": "ExactCapacity" })))
        .shows(
            "rule",
            to(json!({ "adjustment": "percent", "least_change": 2 })),
            shown(json!({ "adjustment": "PercentChangeInCapacity", "least_change": 2 })),
        )
        .shows("rule", to(json!({ "steps": several })), shown(json!({ "steps": shown_several })))
        .shows("rule", to(json!({ "cooldown_seconds": 60 })), shown(json!({ "cooldown": 60 })))
        .shows("rule", to(json!({ "cooldown_seconds": null })), shown(json!({ "cooldown": null })))
        .shows("rule", to(json!({ "aggregation": "minimum" })), shown(json!({ "aggregation": "Minimum" })))
        .shows("rule", to(json!({ "aggregation": "maximum" })), shown(json!({ "aggregation": "Maximum" })));
    Table { add: among_targets::<ScalingPolicy>, ..table }
}

fn observe<'a>(aws: &'a Aws, _id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async {
        let describe = aws.applicationautoscaling().describe_scaling_policies().service_namespace(SAGEMAKER);
        let found = describe.send().await.unwrap();
        let [policy] = found.scaling_policies() else { panic!("not one policy: {found:?}") };
        json!({ "name": policy.policy_name(), "target": policy.resource_id(), "rule": rule(policy) })
    })
}

fn rule(policy: &SdkPolicy) -> Value {
    if let Some(tracking) = policy.target_tracking_scaling_policy_configuration() {
        assert!(policy.step_scaling_policy_configuration().is_none());
        let predefined = tracking.predefined_metric_specification();
        let predefined = predefined.map(|metric| json!(metric.predefined_metric_type().as_str()));
        return json!({
            "metric": predefined.or(tracking.customized_metric_specification().map(metric)),
            "value": tracking.target_value(),
            "scale_in_cooldown": tracking.scale_in_cooldown(),
            "scale_out_cooldown": tracking.scale_out_cooldown(),
            "disable_scale_in": tracking.disable_scale_in(),
        });
    }
    let scaling = policy.step_scaling_policy_configuration().expect("it is by steps");
    let step = |step: &StepAdjustment| {
        json!([step.metric_interval_lower_bound(), step.metric_interval_upper_bound(), step.scaling_adjustment()])
    };
    json!({
        "adjustment": scaling.adjustment_type().map(|adjustment| adjustment.as_str()),
        "steps": scaling.step_adjustments().iter().map(step).collect::<Vec<_>>(),
        "cooldown": scaling.cooldown(),
        "aggregation": scaling.metric_aggregation_type().map(|aggregation| aggregation.as_str()),
        "least_change": scaling.min_adjustment_magnitude(),
    })
}

fn metric(custom: &CustomizedMetricSpecification) -> Value {
    if !custom.metrics().is_empty() {
        return custom.metrics().iter().map(query).collect();
    }
    let dimensions: Vec<_> = custom.dimensions().iter().map(|one| format!("{}={}", one.name(), one.value())).collect();
    let statistic = custom.statistic().map(|statistic| statistic.as_str());
    json!([custom.namespace(), custom.metric_name(), dimensions.join(" "), statistic, custom.unit()])
}

fn query(query: &TargetTrackingMetricDataQuery) -> Value {
    let source = query.metric_stat().map(|statistic| {
        let metric = statistic.metric().unwrap();
        let dimensions: Vec<_> =
            metric.dimensions().iter().map(|one| format!("{}={}", one.name(), one.value())).collect();
        json!([metric.namespace(), metric.metric_name(), dimensions.join(" "), statistic.stat(), statistic.unit()])
    });
    json!([query.id(), query.expression(), query.label(), query.return_data(), source])
}
