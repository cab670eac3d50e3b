//! CloudWatch: alarms, composite alarms, dashboards, and the metrics that were put.
//!
//! Alarms are recorded and echoed, not evaluated against metrics: an alarm starts in `INSUFFICIENT_DATA` and changes
//! its state by `SetAlarmState`. A composite alarm's state is computed from its rule when somebody asks.

mod alarm;
mod alarm_checks;
mod alarm_list;
mod alarm_rule;
mod alarm_state;
mod composite;
mod dashboard;
mod dashboard_body;
mod expression;
mod fields;
mod form;
mod history;
mod metric;
mod metric_data;
mod metric_queries;
mod protocol;
mod refusal;
mod statistics;
mod tags;

use serde_json::{Value, json};
use winterbaume_core::{MockRequest, MockResponse};

use self::protocol::Call;
use self::refusal::Outcome;
use crate::documents::World;
use crate::service::Service;

/// CloudWatch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Monitoring;

impl Service for Monitoring {
    fn name(&self) -> &'static str {
        "monitoring"
    }

    fn call(&self, request: &MockRequest, world: &mut World<'_>) -> MockResponse {
        let call = Call::of(request);
        let outcome = call.input.clone().and_then(|input| answer(&call, &input, world));
        call.answer(outcome)
    }
}

fn answer(call: &Call, input: &Value, world: &mut World<'_>) -> Outcome {
    match call.operation.as_str() {
        "PutMetricAlarm" => alarm::put(input, world),
        "PutCompositeAlarm" => composite::put(input, world),
        "DescribeAlarms" => alarm_list::describe(input, world),
        "DescribeAlarmsForMetric" => alarm_list::describe_for_metric(input, world),
        "DescribeAlarmHistory" => history::describe(input, world),
        "DeleteAlarms" => alarm::delete(input, world),
        "EnableAlarmActions" => alarm_state::enable_actions(input, true, world),
        "DisableAlarmActions" => alarm_state::enable_actions(input, false, world),
        "SetAlarmState" => alarm_state::set(input, world),
        "PutDashboard" => dashboard::put(input, world),
        "GetDashboard" => dashboard::get(input, world),
        "ListDashboards" => dashboard::list(input, world),
        "DeleteDashboards" => dashboard::delete(input, world),
        "PutMetricData" => metric::put(input, world),
        "ListMetrics" => metric::list(input, world),
        "GetMetricStatistics" => statistics::get(input, world),
        "GetMetricData" => metric_data::get(input, world),
        "TagResource" => tags::tag(input, world),
        "UntagResource" => tags::untag(input, world),
        "ListTagsForResource" => tags::list(input, world),
        _ => Err(call.unknown_operation().into()),
    }
}

/// The instant of the call in seconds since the epoch, as CloudWatch's timestamps are.
fn now(world: &World<'_>) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this age fit a double exactly")]
    let seconds = world.now_ms as f64 / 1000.0;
    json!(seconds)
}
