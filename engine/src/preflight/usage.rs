//! The use of quotas by the whole account, from the metrics that AWS publishes of them.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy};
use jiff::{SignedDuration, Timestamp};

use super::quota_list::Quotas;
use crate::sdk::{Aws, CallName as _, Error};

/// How far back the last data point is looked for. Usage metrics come every minute, some minutes late.
const WITHIN: SignedDuration = SignedDuration::from_mins(15);

/// Returns how much of each quota the account used last, by name: one call for all. A quota without a metric, or without a data point,
/// is left out.
pub(super) async fn look_up(aws: &Aws, quotas: &Quotas, now: Timestamp) -> Result<BTreeMap<String, f64>, Error> {
    let metrics = quotas.iter().filter_map(|(name, quota)| Some((name, quota.metric.as_ref()?)));
    let (mut names, mut queries) = (Vec::new(), Vec::new());
    for (name, metric) in metrics {
        let dimensions = metric.metric_dimensions().into_iter().flatten();
        let dimensions = dimensions.map(|(name, value)| Dimension::builder().name(name).value(value).build());
        let of = Metric::builder()
            .set_namespace(metric.metric_namespace().map(str::to_owned))
            .set_metric_name(metric.metric_name().map(str::to_owned))
            .set_dimensions(Some(dimensions.collect()))
            .build();
        let statistic = metric.metric_statistic_recommendation().unwrap_or("Maximum");
        let stat = MetricStat::builder().metric(of).period(60).stat(statistic).build();
        queries.push(MetricDataQuery::builder().id(format!("q{}", names.len())).metric_stat(stat).build());
        names.push(name);
    }
    if queries.is_empty() {
        return Ok(BTreeMap::new());
    }
    let request = aws
        .cloudwatch()
        .get_metric_data()
        .set_metric_data_queries(Some(queries))
        .start_time(DateTime::from_secs(now.saturating_sub(WITHIN).unwrap_or(now).as_second()))
        .end_time(DateTime::from_secs(now.as_second()))
        .scan_by(ScanBy::TimestampDescending);
    let data = request.send().await.named("cloudwatch:GetMetricData")?;
    let last = data.metric_data_results().iter().filter_map(|result| {
        let number: usize = result.id()?.strip_prefix('q')?.parse().ok()?;
        Some(((*names.get(number)?).clone(), *result.values().first()?))
    });
    Ok(last.collect())
}
