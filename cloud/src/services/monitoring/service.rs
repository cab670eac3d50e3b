//! The service CloudWatch: its operations, and the way of a call through it.

use serde_json::Value;
use winterbaume_core::{MockRequest, MockResponse};

use super::protocol::Call;
use super::refusal::Outcome;
use super::{
    alarm, alarm_list, alarm_state, composite, dashboard, history, metric, metric_data, statistics, tags, uses,
};
use crate::documents::{CallContext, Tables};
use crate::service::Service;
use crate::usage::{Place, Use};

/// CloudWatch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Monitoring;

impl Service for Monitoring {
    fn name(&self) -> &'static str {
        "monitoring"
    }

    fn uses(&self, document: &Tables, place: &Place<'_>) -> Vec<Use> {
        uses::all(document, place)
    }

    fn call(&self, request: &MockRequest, context: &mut CallContext<'_>) -> MockResponse {
        let call = Call::of(request);
        let outcome = call.input.clone().and_then(|input| respond(&call, &input, context));
        call.respond(outcome)
    }
}

fn respond(call: &Call, input: &Value, context: &mut CallContext<'_>) -> Outcome {
    match call.operation.as_str() {
        "PutMetricAlarm" => alarm::put(input, context),
        "PutCompositeAlarm" => composite::put(input, context),
        "DescribeAlarms" => alarm_list::describe(input, context),
        "DescribeAlarmsForMetric" => alarm_list::describe_for_metric(input, context),
        "DescribeAlarmHistory" => history::describe(input, context),
        "DeleteAlarms" => alarm::delete(input, context),
        "EnableAlarmActions" => alarm_state::enable_actions(input, true, context),
        "DisableAlarmActions" => alarm_state::enable_actions(input, false, context),
        "SetAlarmState" => alarm_state::set(input, context),
        "PutDashboard" => dashboard::put(input, context),
        "GetDashboard" => dashboard::get(input, context),
        "ListDashboards" => dashboard::list(input, context),
        "DeleteDashboards" => dashboard::delete(input, context),
        "PutMetricData" => metric::put(input, context),
        "ListMetrics" => metric::list(input, context),
        "GetMetricStatistics" => statistics::get(input, context),
        "GetMetricData" => metric_data::get(input, context),
        "TagResource" => tags::tag(input, context),
        "UntagResource" => tags::untag(input, context),
        "ListTagsForResource" => tags::list(input, context),
        _ => Err(call.unknown_operation().into()),
    }
}
