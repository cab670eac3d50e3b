//! The loop counts instances where scaling varies them, and nothing else.

use std::time::Duration;

use tokio::time::sleep;

use crate::fixture::network;
use crate::month::plant::Plant;
use crate::named_scaling::scaled;

const ALWAYS: &str = "[aws]\nregion = \"eu-west-1\"\nembedded = true\n";
const ENDPOINT: &str = "sagemaker_endpoint.llm";

async fn minutes(minutes: u64) {
    sleep(Duration::from_secs(60 * minutes)).await;
}

#[tokio::test(start_paused = true)]
async fn instances_are_counted_after_a_run_and_then_every_five_minutes_at_most() {
    let plant = Plant::of(scaled("llm"), ALWAYS, "2027-03-01T09:00:00Z").await;
    minutes(1).await;
    let before = plant.calls("DescribeEndpoint");
    // A dry run asks nothing and writes nothing.
    plant.look(true).await;
    assert_eq!((plant.calls("DescribeEndpoint"), plant.counted(ENDPOINT).await), (before, vec![]));
    // Ten looks, one a minute.
    for _ in 0..10 {
        plant.tick().await;
        minutes(1).await;
    }
    let counted = plant.counted(ENDPOINT).await;
    assert_eq!(counted.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [1.0, 1.0]);
    assert_eq!(counted[1].0.duration_since(counted[0].0).as_mins(), 5);
    assert_eq!(plant.calls("DescribeEndpoint"), before + 2);
}

#[tokio::test(start_paused = true)]
async fn a_stack_without_scaling_needs_no_call() {
    let plant = Plant::of(network("10.0.0.0/16"), ALWAYS, "2027-03-01T09:00:00Z").await;
    let before = plant.calls("*");
    for _ in 0..3 {
        minutes(20).await;
        plant.tick().await;
    }
    assert_eq!(plant.calls("*"), before);
}

#[tokio::test(start_paused = true)]
async fn a_paused_stack_needs_no_call() {
    let never = "[schedule]\ntimezone = \"UTC\"\ndefault = \"paused\"\n";
    let plant = Plant::of(scaled("llm"), &format!("{ALWAYS}{never}"), "2027-03-01T09:00:00Z").await;
    plant.tick().await;
    let before = plant.calls("*");
    minutes(60).await;
    plant.tick().await;
    assert_eq!(plant.calls("*"), before);
    assert_eq!(plant.counted(ENDPOINT).await, []);
}

#[tokio::test(start_paused = true)]
async fn calls_that_fail_are_a_remark_and_no_failure() {
    let plant = Plant::of(scaled("llm"), ALWAYS, "2027-03-01T09:00:00Z").await;
    plant.breaks();
    let report = plant.look(false).await;
    assert_eq!(report.outcome.words(), "nothing to do");
    let message = report.message.unwrap();
    assert!(message.contains("its instances were not counted, so that the ledger has bounds for them: "), "{message}");
    plant.mends();
    plant.look(false).await;
    assert_eq!(plant.counted(ENDPOINT).await.len(), 1);
}
