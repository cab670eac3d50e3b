//! What AWS has billed for a stack, by Cost Explorer and the ownership tags.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_costexplorer::config;
use aws_sdk_costexplorer::operation::get_cost_and_usage::builders::GetCostAndUsageFluentBuilder;
use aws_sdk_costexplorer::types::{
    DateInterval, Dimension, DimensionValues, Expression, Granularity, GroupDefinition, GroupDefinitionType,
    MetricValue, TagValues,
};
use jiff::civil::Date;
use serde::Serialize;

use crate::sdk::{Aws, CallName as _, Error, ErrorKind, built};
use ebbtide::resource::Scope;

const CALL: &str = "ce:GetCostAndUsage";
const METRIC: &str = "UnblendedCost";
/// The tag by which costs are told apart.
const ADDRESS: &str = "ebb:address";
/// How long the loop waits for Cost Explorer.
const PATIENCE: Duration = Duration::from_secs(15);

/// The costs of some days, as Cost Explorer has them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Billed {
    /// The dollars of each resource, by the address in its tag. Empty if that tag is not activated.
    pub resources: BTreeMap<String, f64>,
    /// The dollars of costs without such a tag.
    pub other: f64,
}

impl Billed {
    /// Returns the sum.
    pub fn total(&self) -> f64 {
        self.resources.values().sum::<f64>() + self.other
    }

    /// Returns whether Cost Explorer knows nothing: the tags are not activated, or nothing was billed.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.other == 0.0
    }
}

/// Returns the costs of whole days of UTC, `to` excluded, under the tags of a stack. Each page is a request, and AWS bills a
/// cent for one.
pub async fn billed(aws: &Aws, scope: &Scope, from: Date, to: Date) -> Result<Billed, Error> {
    let by_address = GroupDefinition::builder().r#type(GroupDefinitionType::Tag).key(ADDRESS).build();
    let call = request(aws, scope, from, to)?.group_by(by_address);
    let mut billed = Billed::default();
    let mut next = None;
    loop {
        let page = match call.clone().set_next_page_token(next).send().await.named(CALL) {
            // Nothing is known of these days yet.
            Err(error) if error.is_code("DataUnavailableException") => return Ok(billed),
            page => page?,
        };
        for group in page.results_by_time().iter().flat_map(|period| period.groups()) {
            let amount = dollars(group.metrics())?;
            // A key is `ebb:address$VALUE`; without the tag, the value is empty.
            match group.keys().first().and_then(|key| key.split_once('$')).map(|(_, address)| address) {
                Some(address) if !address.is_empty() => {
                    *billed.resources.entry(address.to_owned()).or_default() += amount;
                }
                _ => billed.other += amount,
            }
        }
        next = page.next_page_token;
        if next.is_none() {
            return Ok(billed);
        }
    }
}

/// Returns the sum of the costs of whole days of one month of UTC, `to` excluded, under the tags of a stack. It is one request that
/// is not repeated: AWS bills a cent for one. Without groups the answer has one page.
pub async fn billed_sum(aws: &Aws, scope: &Scope, from: Date, to: Date) -> Result<f64, Error> {
    let once = config::Builder::new()
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().operation_timeout(PATIENCE).build());
    let call = request(aws, scope, from, to)?.customize().config_override(once);
    match call.send().await.named(CALL) {
        Err(error) if error.is_code("DataUnavailableException") => Ok(0.0),
        Err(error) => Err(error),
        Ok(page) => page.results_by_time().iter().map(|period| dollars(period.total())).sum(),
    }
}

/// Returns in words why Cost Explorer did not answer.
pub fn why_not_billed(error: &Error) -> String {
    match error.kind {
        ErrorKind::Denied => {
            "these credentials may not ask Cost Explorer: allow ce:GetCostAndUsage, and enable Cost Explorer in the \
                              account that pays"
                .to_owned()
        }
        // A request id would make it another fault each time.
        _ => format!("Cost Explorer cannot be asked: {}", Error { request_id: None, ..error.clone() }),
    }
}

/// Returns the request for the costs of a stack in its account.
///
/// The management account of an organization sees "all cost management data incurred by all accounts within the organization"
/// (AWS Cost Management User Guide, Billing View), so the account is part of the filter. Credits and refunds are left out: they
/// are granted to an account, and say nothing about what a stack uses.
fn request(aws: &Aws, scope: &Scope, from: Date, to: Date) -> Result<GetCostAndUsageFluentBuilder, Error> {
    let period = built(DateInterval::builder().start(from.to_string()).end(to.to_string()).build())?;
    let tag = |key: &str, value: &str| {
        Expression::builder().tags(TagValues::builder().key(key).values(value).build()).build()
    };
    let dimension = |key: Dimension, values: &[&str]| {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let values = DimensionValues::builder().key(key).set_values(Some(values)).build();
        Expression::builder().dimensions(values).build()
    };
    let lowering = dimension(Dimension::RecordType, &["Credit", "Refund"]);
    let filter = Expression::builder()
        .and(tag("ebb:environment", &scope.environment))
        .and(tag("ebb:stack", &scope.stack))
        .and(dimension(Dimension::LinkedAccount, &[&scope.account]))
        .and(Expression::builder().not(lowering).build())
        .build();
    let call = aws.costexplorer().get_cost_and_usage().time_period(period).granularity(Granularity::Monthly);
    Ok(call.metrics(METRIC).filter(filter))
}

/// Returns the dollars among the metrics of a group or a period.
fn dollars(metrics: Option<&HashMap<String, MetricValue>>) -> Result<f64, Error> {
    let cost = metrics.and_then(|metrics| metrics.get(METRIC));
    let amount = cost.and_then(|cost| cost.amount()).unwrap_or("0");
    let dollars = amount.parse().ok().filter(|dollars: &f64| dollars.is_finite());
    let dollars = dollars
        .ok_or_else(|| Error::new(ErrorKind::Unavailable, format!("{CALL}: `{amount}` is no amount of dollars")))?;
    match cost.and_then(|cost| cost.unit()) {
        Some(unit) if unit != "USD" && dollars != 0.0 => {
            Err(Error::invalid(format!("{CALL}: the costs are in {unit}, and the ledger counts US dollars")))
        }
        _ => Ok(dollars),
    }
}
