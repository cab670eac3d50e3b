//! CloudWatch: alarms, composite alarms, dashboards, the metrics that were put, and those that SageMaker publishes.
//!
//! Alarms are recorded and echoed, not evaluated against metrics: an alarm starts in `INSUFFICIENT_DATA` and changes
//! its state by `SetAlarmState`. A composite alarm's state is computed from its rule when it is read.

mod alarm;
mod alarm_checks;
mod alarm_list;
mod alarm_rule;
mod alarm_state;
mod clock;
mod composite;
mod composite_rule;
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
mod published;
mod records;
mod refusal;
mod sample;
mod service;
mod statistics;
mod tags;
mod uses;

pub use service::Monitoring;
