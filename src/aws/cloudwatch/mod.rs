//! CloudWatch: alarms and dashboards.

mod alarm;
mod dashboard;
mod metric;
mod widget;

pub use alarm::{Alarm, AlarmActions, AlarmOutputs, Comparison, MissingData};
pub use dashboard::{Dashboard, DashboardOutputs};
pub use metric::{Metric, MetricMath, Statistic, Watch};
pub use widget::{AlarmsWidget, MetricLine, MetricView, MetricWidget, TextWidget, Widget};
