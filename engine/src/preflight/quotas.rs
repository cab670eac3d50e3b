//! The check of quotas: whether the instances of a plan fit beside those that the account has.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::SignedDuration;

use super::demand::Demand;
use super::finding::{Check, Finding, Severity};
use super::planned::Planned;
use super::quota_list::{self, Quota, SERVICE};
use super::usage;
use crate::sdk::{Aws, Error, ErrorKind};
use ebbtide::resource::Address;

/// How long after a run of this stack the metrics may still have instances that it has deleted.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// Returns the findings about the quotas that a plan needs more of.
pub(super) async fn check(aws: &Arc<Aws>, demands: &[Demand], planned: Planned<'_>) -> Vec<Finding> {
    if demands.is_empty() {
        return Vec::new();
    }
    let names: BTreeSet<&str> = demands.iter().map(|demand| demand.quota.as_str()).collect();
    let quotas = match quota_list::look_up(aws, &names).await {
        Ok(quotas) => quotas,
        Err(error) => return vec![unchecked(&error)],
    };
    let mut findings = Vec::new();
    let used = match usage::look_up(aws, &quotas, planned.now).await {
        Ok(used) => used,
        Err(error) => {
            let message = format!("the instances of other stacks were not counted: {error}");
            findings.push(Finding::new(Check::Quota, Severity::Warning, Vec::new(), message));
            Default::default()
        }
    };
    let ended = planned.document.ended.as_ref().map(|ended| planned.now.duration_since(ended.ended));
    let is_settled = ended.is_none_or(|since| since > SETTLED_AFTER);
    let region = &planned.plan.scope.region;
    for demand in demands {
        let Some(quota) = quotas.get(&demand.quota) else {
            let message = format!("AWS lists no quota `{}` in {region}, so it was not checked", demand.quota);
            findings.push(Finding::new(Check::Quota, Severity::Warning, listed(&demand.adding), message));
            continue;
        };
        let others = used.get(&demand.quota).map_or(0.0, |used| (used - demand.before).max(0.0));
        findings.extend(compare(demand, quota, (others, is_settled), region));
    }
    findings
}

fn unchecked(error: &Error) -> Finding {
    let finding = Finding::unchecked(Check::Quota, error);
    match (&error.kind, &error.call) {
        (ErrorKind::Denied, Some(call)) => finding.remedy(format!("allow `{call}` to these credentials")),
        _ => finding,
    }
}

/// Compares what a plan needs of a quota with its value. `others` are the instances of other stacks, as AWS counted them last, and
/// whether that count is later than the last run of this stack.
fn compare(demand: &Demand, quota: &Quota, (others, is_settled): (f64, bool), region: &str) -> Option<Finding> {
    let Quota { code, value, .. } = quota;
    let named = format!("the quota `{}` ({code}) is {value} in {region}", demand.quota);
    let beside = match others > 0.0 {
        true => format!(" beside {others} in use"),
        false => String::new(),
    };
    let finding = |severity, addresses: &BTreeSet<Address>, message: String, needed: f64| {
        let remedy = format!(
            "aws service-quotas request-service-quota-increase --service-code {SERVICE} --quota-code {code} \
             --desired-value {needed} --region {region}"
        );
        Some(Finding::new(Check::Quota, severity, listed(addresses), message).remedy(remedy))
    };
    let is_adding = !demand.adding.is_empty();
    if is_adding && demand.after > *value {
        let message = format!("{named}, and the stack needs {}{beside}", demand.after);
        return finding(Severity::Error, &demand.adding, message, others + demand.after.max(demand.peak));
    }
    if is_adding && others + demand.after > *value {
        let severity = if is_settled { Severity::Error } else { Severity::Warning };
        let message = format!("{named}, and the stack needs {}{beside}", demand.after);
        let found = finding(severity, &demand.adding, message, others + demand.peak)?;
        return Some(Finding { may_pass: true, ..found });
    }
    if is_adding && others + demand.peak > *value {
        let message = format!(
            "{named}, and {}{beside} are there at once while instances are replaced: AWS may refuse that",
            demand.peak
        );
        return finding(Severity::Warning, &demand.adding, message, others + demand.peak);
    }
    if others + demand.most > *value {
        let scaling = if demand.scaling.is_empty() { &demand.adding } else { &demand.scaling };
        let message = format!("{named}, and auto scaling may ask for {}{beside}: it stays below", demand.most);
        return finding(Severity::Warning, scaling, message, others + demand.most);
    }
    None
}

fn listed(addresses: &BTreeSet<Address>) -> Vec<Address> {
    addresses.iter().cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(value: f64, others: f64, is_settled: bool) -> Option<(Severity, bool, String)> {
        let demand = Demand {
            quota: "ml.g5.xlarge for endpoint usage".into(),
            before: 1.0,
            after: 3.0,
            peak: 4.0,
            most: 8.0,
            adding: BTreeSet::from(["sagemaker_endpoint.llm".parse().unwrap()]),
            scaling: BTreeSet::new(),
        };
        let quota = Quota { code: "L-1".into(), value, metric: None };
        let found = compare(&demand, &quota, (others, is_settled), "eu-west-1")?;
        let remedy = found.remedy.unwrap();
        let wanted = remedy.split("--desired-value ").nth(1).unwrap().split(' ').next().unwrap();
        Some((found.severity, found.may_pass, wanted.to_owned()))
    }

    #[test]
    fn only_what_cannot_fit_is_an_error() {
        use Severity::{Error, Warning};
        let expected = |severity, may_pass, wanted: &str| Some((severity, may_pass, wanted.to_owned()));
        assert_eq!(found(2.0, 0.0, true), expected(Error, false, "4"));
        assert_eq!(found(4.0, 2.0, true), expected(Error, true, "6"), "others may give up theirs");
        assert_eq!(found(4.0, 2.0, false), expected(Warning, true, "6"), "the count may have deleted instances");
        assert_eq!(found(3.0, 0.0, true), expected(Warning, false, "4"), "both sides of a move are there for a while");
        assert_eq!(found(4.0, 0.0, true), expected(Warning, false, "8"), "auto scaling");
        assert_eq!(found(8.0, 0.0, true), None);
    }
}
