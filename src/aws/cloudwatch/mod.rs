//! CloudWatch: one file for each kind, and for each part with a name of its own.

mod alarm;
mod body;
mod calls;
mod dashboard;
mod metric;
mod widget;

pub use alarm::{Alarm, AlarmActions, AlarmOutputs, Comparison, MissingData};
pub use dashboard::{Dashboard, DashboardOutputs};
pub use metric::{Metric, MetricMath, Statistic, Watch};
pub use widget::{AlarmsWidget, MetricLine, MetricView, MetricWidget, TextWidget, Widget};
