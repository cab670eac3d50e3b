//! Deployment guardrails: how an endpoint moves from one fleet to the next.

use std::ops::RangeInclusive;

use serde_json::Value;

use super::fleet::Fleet;
use crate::service::Fault;
use crate::services::json::{invalid, text};

const CANARY_PERCENT: RangeInclusive<i64> = 0..=50;
const LINEAR_PERCENT: RangeInclusive<i64> = 10..=50;
const ROLLING_PERCENT: RangeInclusive<i64> = 5..=50;
const ROLLBACK_PERCENT: RangeInclusive<i64> = 0..=100;

/// Checks a deployment configuration for the fleet that it brings up.
pub fn check(deployment: &Value, fleet: &Fleet) -> Result<(), Fault> {
    let (blue_green, rolling) = (&deployment["BlueGreenUpdatePolicy"], &deployment["RollingUpdatePolicy"]);
    if !blue_green.is_null() && !rolling.is_null() {
        return Err(invalid("Only one of BlueGreenUpdatePolicy and RollingUpdatePolicy can be used."));
    }
    if !blue_green.is_null() {
        check_blue_green(blue_green, fleet)?;
    }
    if !rolling.is_null() {
        check_rolling(rolling, fleet)?;
    }
    let alarms = deployment["AutoRollbackConfiguration"]["Alarms"].as_array();
    if alarms.into_iter().flatten().any(|alarm| alarm["AlarmName"].is_null()) {
        return Err(invalid("Every alarm of AutoRollbackConfiguration needs an AlarmName."));
    }
    Ok(())
}

fn check_blue_green(policy: &Value, fleet: &Fleet) -> Result<(), Fault> {
    let routing = &policy["TrafficRoutingConfiguration"];
    let step = match text(routing, "Type") {
        "CANARY" => Some(("CanarySize", CANARY_PERCENT)),
        "LINEAR" => Some(("LinearStepSize", LINEAR_PERCENT)),
        _ => None,
    };
    if let Some((member, percent)) = step {
        if routing[member].is_null() {
            return Err(invalid(format!("Traffic routing of type {} needs a {member}.", text(routing, "Type"))));
        }
        check_size(&routing[member], member, &percent, fleet)?;
    }
    let seconds = |of: &Value, member: &str| of[member].as_i64();
    let waits = seconds(routing, "WaitIntervalInSeconds").unwrap_or(0)
        + seconds(policy, "TerminationWaitInSeconds").unwrap_or(0);
    if let Some(timeout) = seconds(policy, "MaximumExecutionTimeoutInSeconds")
        && timeout <= waits
    {
        return Err(invalid(format!(
            "MaximumExecutionTimeoutInSeconds ({timeout}) must be larger than the total waiting time ({waits})."
        )));
    }
    Ok(())
}

fn check_rolling(policy: &Value, fleet: &Fleet) -> Result<(), Fault> {
    if fleet.production_variants.iter().any(|variant| variant.serverless.is_some()) {
        return Err(invalid("Rolling deployments are not supported for serverless endpoints."));
    }
    if fleet.production_variants.len() > 1 {
        return Err(invalid("Rolling deployments are not supported for endpoints with multiple variants."));
    }
    check_size(&policy["MaximumBatchSize"], "MaximumBatchSize", &ROLLING_PERCENT, fleet)?;
    if !policy["RollbackMaximumBatchSize"].is_null() {
        let size = &policy["RollbackMaximumBatchSize"];
        check_size(size, "RollbackMaximumBatchSize", &ROLLBACK_PERCENT, fleet)?;
    }
    Ok(())
}

/// Checks a size, in percent or in instances of each variant.
fn check_size(size: &Value, member: &str, percent: &RangeInclusive<i64>, fleet: &Fleet) -> Result<(), Fault> {
    let value = size["Value"].as_i64().unwrap_or_default();
    let (low, high) = (percent.start(), percent.end());
    let range = if *low == 0 { format!("at most {high}") } else { format!("{low} to {high}") };
    let refused =
        |of: &str| Err(invalid(format!("{member} must be {range} percent of the variant's total instance count{of}.")));
    if size["Type"] == "CAPACITY_PERCENT" {
        return if percent.contains(&value) { Ok(()) } else { refused(&format!("; it is {value} percent")) };
    }
    for variant in &fleet.production_variants {
        let Some(total) = variant.count else { continue };
        // Multiplied out, so that nothing is rounded.
        let share = value.saturating_mul(100);
        if share < low.saturating_mul(total) || share > high.saturating_mul(total) {
            return refused(&format!("; {value} of {total} instances of '{}' is not", variant.variant_name));
        }
    }
    Ok(())
}
