//! What AWS has billed for a stack, by Cost Explorer and the ownership tags.

use std::collections::BTreeMap;

use aws_sdk_costexplorer::types::{
    DateInterval, Expression, Granularity, GroupDefinition, GroupDefinitionType, TagValues,
};
use jiff::civil::Date;
use serde::Serialize;

use crate::sdk::{Aws, CallName as _, Error, ErrorKind, built};
use ebbtide::resource::Scope;

const CALL: &str = "ce:GetCostAndUsage";
const METRIC: &str = "UnblendedCost";
/// The tag by which costs are told apart.
const ADDRESS: &str = "ebb:address";

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
    let period = built(DateInterval::builder().start(from.to_string()).end(to.to_string()).build())?;
    let tag = |key: &str, value: &str| {
        Expression::builder().tags(TagValues::builder().key(key).values(value).build()).build()
    };
    let filter = Expression::builder()
        .and(tag("ebb:environment", &scope.environment))
        .and(tag("ebb:stack", &scope.stack))
        .build();
    let by_address = GroupDefinition::builder().r#type(GroupDefinitionType::Tag).key(ADDRESS).build();
    let call = aws.costexplorer().get_cost_and_usage().time_period(period).granularity(Granularity::Monthly);
    let call = call.metrics(METRIC).filter(filter).group_by(by_address);
    let mut billed = Billed::default();
    let mut next = None;
    loop {
        let page = match call.clone().set_next_page_token(next).send().await.named(CALL) {
            // Nothing is known of these days yet.
            Err(error) if error.is_code("DataUnavailableException") => return Ok(billed),
            page => page?,
        };
        for group in page.results_by_time().iter().flat_map(|period| period.groups()) {
            let cost = group.metrics().and_then(|metrics| metrics.get(METRIC));
            let amount = cost.and_then(|cost| cost.amount()).unwrap_or("0");
            let unreadable = || Error::new(ErrorKind::Unavailable, format!("{CALL}: `{amount}` is no amount"));
            let amount: f64 = amount.parse().map_err(|_| unreadable())?;
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
