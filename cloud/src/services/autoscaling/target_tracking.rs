//! The configuration of target tracking policies.

use serde_json::{Value, json};

use super::target_id::{COPY_COUNT, INSTANCE_COUNT, PROVISIONED_CONCURRENCY, TargetId};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// The predefined metrics of SageMaker, each with the dimension it is for.
const PREDEFINED: [(&str, &str); 5] = [
    ("SageMakerVariantInvocationsPerInstance", INSTANCE_COUNT),
    ("SageMakerVariantConcurrentRequestsPerModelHighResolution", INSTANCE_COUNT),
    ("SageMakerVariantProvisionedConcurrencyUtilization", PROVISIONED_CONCURRENCY),
    ("SageMakerInferenceComponentInvocationsPerCopy", COPY_COUNT),
    ("SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution", COPY_COUNT),
];

/// Checks a configuration.
pub fn check(configuration: &Value, id: &TargetId) -> Result<(), Fault> {
    let (predefined, customized) =
        (&configuration["PredefinedMetricSpecification"], &configuration["CustomizedMetricSpecification"]);
    if predefined.is_null() == customized.is_null() {
        return Err(invalid(
            "You must specify exactly one of PredefinedMetricSpecification and CustomizedMetricSpecification",
        ));
    }
    if !predefined.is_null() {
        let metric = text(predefined, "PredefinedMetricType");
        if !PREDEFINED.contains(&(metric, id.dimension.as_str())) {
            let message = format!("The predefined metric {metric} is not one of the dimension {}", id.dimension);
            return Err(invalid(message));
        }
        if !predefined["ResourceLabel"].is_null() {
            return Err(invalid(format!("The predefined metric {metric} cannot have a ResourceLabel")));
        }
    } else if customized["Metrics"].is_null() {
        check_one_metric(customized)?;
    } else {
        check_metric_math(customized)?;
    }
    let cooldowns = ["ScaleInCooldown", "ScaleOutCooldown"];
    if cooldowns.iter().any(|member| configuration[*member].as_i64().is_some_and(|seconds| seconds < 0)) {
        return Err(invalid("Cooldowns must be 0 seconds or more"));
    }
    let target = configuration["TargetValue"].as_f64().unwrap_or_default();
    if target <= 0.0 || target > 2f64.powi(360) {
        return Err(invalid("TargetValue must be greater than 0 and at most 2^360"));
    }
    Ok(())
}

fn check_one_metric(customized: &Value) -> Result<(), Fault> {
    for member in ["MetricName", "Namespace", "Statistic"] {
        if text(customized, member).is_empty() {
            return Err(invalid(format!("CustomizedMetricSpecification needs a {member}, or Metrics")));
        }
    }
    Ok(())
}

fn check_metric_math(customized: &Value) -> Result<(), Fault> {
    if ["MetricName", "Namespace", "Statistic", "Dimensions", "Unit"]
        .iter()
        .any(|member| !customized[*member].is_null())
    {
        return Err(invalid("CustomizedMetricSpecification has either Metrics or one metric, not both"));
    }
    let queries = customized["Metrics"].as_array().map(Vec::as_slice).unwrap_or_default();
    for (index, query) in queries.iter().enumerate() {
        let id = text(query, "Id");
        if query["Expression"].is_null() == query["MetricStat"].is_null() {
            return Err(invalid(format!("The metric '{id}' needs exactly one of Expression and MetricStat")));
        }
        if queries[..index].iter().any(|earlier| earlier["Id"] == query["Id"]) {
            return Err(invalid(format!("The metric id '{id}' is used twice")));
        }
    }
    // ReturnData is true unless it is said to be false.
    if queries.iter().filter(|query| query["ReturnData"] != false).count() != 1 {
        return Err(invalid("Exactly one of Metrics must return data"));
    }
    Ok(())
}

/// Returns the metric that a configuration tracks.
pub fn metric(configuration: &Value) -> (&Value, &Value) {
    (&configuration["PredefinedMetricSpecification"], &configuration["CustomizedMetricSpecification"])
}

/// Returns the alarms that Application Auto Scaling makes for such a policy. Those that are there keep their names.
pub fn alarms(existing: &Value, configuration: &Value, id: &TargetId, context: &CallContext<'_>) -> Value {
    let sides = if configuration["DisableScaleIn"] == true { &["AlarmHigh"][..] } else { &["AlarmHigh", "AlarmLow"] };
    let alarm = |side: &&str| {
        let prefix = format!("TargetTracking-{}-{side}-", id.resource);
        let mut existing = existing.as_array().into_iter().flatten();
        if let Some(alarm) = existing.find(|alarm| text(alarm, "AlarmName").starts_with(&prefix)) {
            return alarm.clone();
        }
        let name = format!("{prefix}{}", uuid::Uuid::new_v4());
        let arn = format!("arn:{}:cloudwatch:{}:{}:alarm:{name}", context.partition(), context.region, context.account);
        json!({ "AlarmName": name, "AlarmARN": arn })
    };
    sides.iter().map(alarm).collect()
}
