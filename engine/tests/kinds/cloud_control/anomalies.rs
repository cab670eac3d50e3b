//! Monitors of cost anomalies, and subscriptions to them.

use ebbtide::aws::AnomalyMonitorArn;
use ebbtide::aws::ce::{
    AnomalyMonitor, AnomalyMonitorOutputs, AnomalySubscription, AnomalySubscriptionOutputs, Frequency, Subscriber,
    Threshold,
};
use ebbtide::resource::{Resolved, Tags};
use ebbtide_engine::sdk::ErrorKind;

use crate::declared::resolved;
use crate::harness::World;

fn tags(team: &str) -> Tags {
    Tags::from([("team".into(), team.into())])
}

#[tokio::test]
async fn a_monitor_has_a_subscription_that_goes_through_every_change() {
    let world = World::new();
    let base = || AnomalyMonitor { tags: tags("llm"), ..AnomalyMonitor::of_tag("Project", ["llmops"]) };
    let mut monitor = world.make::<AnomalyMonitor>("costs", &base()).await;
    let outputs: AnomalyMonitorOutputs<Resolved> = monitor.outputs().await;
    assert_eq!(outputs.arn.as_str(), monitor.id);
    monitor.change_to(&AnomalyMonitor { name: Some("Costs of the project".into()), ..base() }).await;
    monitor.change_to(&base()).await;
    let again: AnomalyMonitorOutputs<Resolved> = monitor.outputs().await;
    assert_eq!(again.name, outputs.name, "a name that is no longer declared is the derived one");

    let email = |name: &str| Subscriber::email(format!("{name}@example.com"));
    let base = || AnomalySubscription::daily(AnomalyMonitorArn(monitor.id.clone()), 10.0).to(email("ada"));
    let mut made =
        world.make::<AnomalySubscription>("digest", &resolved::<_, AnomalySubscription<Resolved>>(&base())).await;
    let outputs: AnomalySubscriptionOutputs<Resolved> = made.outputs().await;
    assert_eq!((outputs.arn.as_str(), outputs.confirmations.as_slice()), (made.id.as_str(), &["CONFIRMED".into()][..]));
    let changes = [
        AnomalySubscription { name: Some("Digest".into()), ..base() },
        AnomalySubscription { frequency: Frequency::Weekly, ..base() },
        AnomalySubscription { threshold: Threshold::dollars(5.0).or(Threshold::percent(40.0)), ..base() },
        base().to(email("bob")).to(email("cy")),
        base(),
    ];
    for changed in changes {
        made.change_to(&resolved::<_, AnomalySubscription<Resolved>>(&changed)).await;
    }
    made.delete().await;
    monitor.delete().await;
}

#[tokio::test]
async fn a_second_monitor_of_a_dimension_is_refused_with_the_quota() {
    let world = World::new();
    let inputs = serde_json::to_value(AnomalyMonitor::of_services()).unwrap();
    let made = world.make::<AnomalyMonitor>("one", &AnomalyMonitor::of_services()).await;
    let error = made.kind.create(&world.context("ce_anomaly_monitor.two", 1), &inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists, "{error}");
    assert!(error.hint.as_ref().is_some_and(|hint| hint.contains("quota")), "{error:?}");
    made.delete().await;
}
