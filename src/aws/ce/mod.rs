//! Cost Explorer: monitors of cost anomalies, and subscriptions to them.

mod anomaly_monitor;
mod anomaly_subscription;

pub use anomaly_monitor::{
    AnomalyMonitor, AnomalyMonitorOutputs, MonitorDimension, MonitorKind, MonitorScope, ScopeValues,
};
pub use anomaly_subscription::{
    AnomalySubscription, AnomalySubscriptionOutputs, Frequency, Impact, Subscriber, SubscriberKind, Threshold,
};
