//! The metrics of `ebb serve`.

use super::metrics::{Metric, Sort};

macro_rules! metrics {
    ($($constant:ident: $name:literal, $sort:ident, $help:literal;)*) => {
        $( pub(super) static $constant: Metric = Metric { name: $name, sort: Sort::$sort, help: $help }; )*
    };
}

metrics! {
    BUILD: "ebb_build_info", Gauge, "The version of ebb, as a label.";
    LEADER: "ebb_leader", Gauge, "Whether this process acts on the environment.";
    LOOKS: "ebb_looks_total", Counter, "Looks at the stacks of the environment, by result.";
    LAST_LOOK: "ebb_last_look_timestamp_seconds", Gauge, "The last look at the stacks of the environment.";
    TARGET: "ebb_stack_target", Gauge, "Whether this is the recorded target of the stack.";
    DECIDED: "ebb_stack_decided_target", Gauge, "Whether this is the target that the stack should have now.";
    DECISIONS: "ebb_decisions_total", Counter, "Decisions on the stack, by the rule that decided.";
    NEXT: "ebb_stack_next_transition_timestamp_seconds", Gauge, "The next transition of the stack.";
    HOLD: "ebb_stack_hold_until_timestamp_seconds", Gauge, "The end of the hold of the stack.";
    RESOURCES: "ebb_stack_resources", Gauge, "The recorded resources of the stack, by status.";
    READABLE: "ebb_stack_readable", Gauge, "Whether the record of the stack can be read.";
    HOURLY: "ebb_stack_hourly_cost_dollars", Gauge, "The dollars of an hour of what exists now, as far as prices are known.";
    HOURLY_UNKNOWN: "ebb_stack_hourly_cost_unknown", Gauge, "Whether some price is not known, so that an hour costs more than that.";
    MONTHLY: "ebb_budget_monthly_dollars", Gauge, "The budget of a month.";
    WITH_BUFFER: "ebb_budget_with_buffer_dollars", Gauge, "The budget of a month with its buffer.";
    SPENT: "ebb_budget_spent_dollars", Gauge, "The spending of the month so far, within two bounds.";
    FORECAST: "ebb_budget_forecast_dollars", Gauge, "The spending of the whole month, within two bounds.";
    BUDGET_UNKNOWN: "ebb_budget_unknown", Gauge, "Whether some record or ledger cannot be read, so that more may be spent of the budget than is known.";
    RULE: "ebb_budget_rule_reached", Gauge, "Whether the rule of the budget is reached this month.";
    FAILURES: "ebb_stack_consecutive_failures", Gauge, "The failures to bring the stack to its target, since the last success.";
    TRANSITIONS: "ebb_transitions_total", Counter, "Attempts to bring the stack to a target, by outcome.";
    RUN_SECONDS: "ebb_run_duration_seconds", Histogram, "The durations of runs.";
    UNSENT: "ebb_notifications_unsent_total", Counter, "Notifications that were not received.";
    CALLS: "ebb_aws_calls_total", Counter, "Attempts of calls to AWS.";
    THROTTLES: "ebb_aws_throttles_total", Counter, "Attempts of calls that AWS throttled.";
}
