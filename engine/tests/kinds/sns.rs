//! SNS: topics and subscriptions.

use ebbtide::aws::TopicArn;
use ebbtide::aws::iam::{Policy, Principal};
use ebbtide::aws::sns::{Filter, FilterScope, Protocol, Subscription, SubscriptionOutputs, Topic, TopicOutputs};
use ebbtide::resource::{Readiness, Resolved, Tags};
use ebbtide_engine::providers::Provider as _;
use ebbtide_engine::sdk::ErrorKind;
use serde_json::json;

use crate::declared::resolved;
use crate::harness::{Made, World};

const QUEUE: &str = "arn:aws:sqs:eu-west-1:123456789012:alarms";

fn topic() -> Topic<Resolved> {
    resolved(&Topic {
        display_name: "Alarms".into(),
        tags: Tags::from([("team".into(), "llm".into())]),
        ..Topic::new()
    })
}

fn subscription(topic: &Made, protocol: Protocol, endpoint: &str) -> Subscription<Resolved> {
    Subscription {
        topic: TopicArn(topic.id.clone()),
        protocol,
        endpoint: endpoint.into(),
        raw_delivery: false,
        filter: None,
    }
}

/// Confirms a subscription by e-mail. Subscribing again returns its ARN, and the ARN ends with the token.
async fn confirm(world: &World, topic: &str, endpoint: &str) {
    let again = world.aws.sns().subscribe().topic_arn(topic).protocol("email").endpoint(endpoint);
    let arn = again.return_subscription_arn(true).send().await.unwrap().subscription_arn.unwrap();
    let token = arn.rsplit(':').next().unwrap().to_owned();
    world.aws.sns().confirm_subscription().topic_arn(topic).token(token).send().await.unwrap();
}

#[tokio::test]
async fn a_topic_goes_through_every_change() {
    let world = World::new();
    let mut made = world.make::<Topic>("alarms", &topic()).await;
    let outputs: TopicOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.arn.as_str(), format!("arn:aws:sns:eu-west-1:123456789012:{}", outputs.name));

    let mut changed = Topic { display_name: String::new(), ..topic() };
    made.change_to(&changed).await;
    changed.kms_key = Some("alias/aws/sns".into());
    made.change_to(&changed).await;
    changed.kms_key = None;
    made.change_to(&changed).await;
    let budgets = Policy::new().allow(["SNS:Publish"]).on_itself().to(Principal::service("budgets.amazonaws.com"));
    changed.policy = Some(resolved(&budgets));
    made.change_to(&changed).await;
    changed.policy = None;
    made.change_to(&changed).await;
    changed.tags = Tags::from([("stage".into(), "test".into())]);
    made.change_to(&changed).await;
    made.delete().await;
}

#[tokio::test]
async fn a_topic_is_created_with_its_policy_and_drift_is_detected() {
    let world = World::new();
    let alarms = Policy::new().allow(["SNS:Publish"]).on_itself().to(Principal::service("cloudwatch.amazonaws.com"));
    let made = world.make::<Topic>("alarms", &Topic { policy: Some(resolved(&alarms)), ..topic() }).await;
    let set = world.aws.sns().set_topic_attributes().topic_arn(&made.id);
    set.attribute_name("DisplayName").attribute_value("Other").send().await.unwrap();
    assert_eq!(made.read().await.unwrap().inputs["display_name"], "Other");
    made.delete().await;
}

#[tokio::test]
async fn a_topic_of_another_owner_is_neither_found_nor_taken_over() {
    let world = World::new();
    world.aws.sns().create_topic().name("theirs").send().await.unwrap();
    let context = world.context("sns_topic.ours", 1);
    let inputs = Topic { name: Some("theirs".into()), ..topic() };
    assert_eq!(Topic::find(&context, &inputs).await.unwrap(), None);
    assert_eq!(Topic::create(&context, &inputs).await.unwrap_err().kind, ErrorKind::AlreadyExists);
}

#[tokio::test]
async fn a_subscription_goes_through_every_change() {
    let world = World::new();
    let topic = world.make::<Topic>("alarms", &topic()).await;
    let mut changed = subscription(&topic, Protocol::Sqs, QUEUE);
    let mut made = world.make::<Subscription>("queue", &changed).await;
    let outputs: SubscriptionOutputs<Resolved> = made.outputs().await;
    assert!(outputs.arn.as_str().starts_with(&topic.id), "{}", outputs.arn);

    changed.raw_delivery = true;
    made.change_to(&changed).await;
    let policy = json!({"severity": ["high"], "count": [{"numeric": [">", 3]}]}).as_object().unwrap().clone();
    changed.filter = Some(Filter { scope: FilterScope::MessageBody, policy: policy.clone() });
    made.change_to(&changed).await;
    changed.filter = Some(Filter { scope: FilterScope::MessageAttributes, policy });
    made.change_to(&changed).await;
    changed.filter = None;
    made.change_to(&changed).await;
    made.delete().await;

    changed.filter =
        Some(Filter { scope: FilterScope::MessageBody, policy: json!({"a": ["b"]}).as_object().unwrap().clone() });
    world.make::<Subscription>("queue", &changed).await.delete().await;
}

#[tokio::test]
async fn an_unconfirmed_subscription_is_ready_and_can_be_deleted_and_created_again() {
    let world = World::new();
    let topic = world.make::<Topic>("alarms", &topic()).await;
    let inputs = subscription(&topic, Protocol::Email, "ops@example.com");
    for _ in 0..2 {
        let made = world.make::<Subscription>("ops", &inputs).await;
        let observed = made.read().await.unwrap();
        assert_eq!(observed.readiness, Readiness::Ready);
        assert_eq!(observed.outputs["arn"], "PendingConfirmation");
        made.delete().await;
    }
    // The tombstone that this leaves is none of the topic's own tags.
    assert_eq!(topic.read().await.unwrap().inputs, topic.inputs);
}

#[tokio::test]
async fn a_confirmed_subscription_has_its_arn_under_the_same_id() {
    let world = World::new();
    let topic = world.make::<Topic>("alarms", &topic()).await;
    let inputs = subscription(&topic, Protocol::Email, "ops@example.com");
    let mut made = world.make::<Subscription>("ops", &inputs).await;
    let filter = Filter { scope: FilterScope::default(), policy: json!({"a": ["b"]}).as_object().unwrap().clone() };
    let filtered = Subscription { filter: Some(filter), ..inputs.clone() };
    let error = Subscription::update(&made.context, &made.id, &inputs, &filtered).await.unwrap_err();
    assert!(error.to_string().contains("confirmed"), "{error}");

    confirm(&world, &topic.id, "ops@example.com").await;
    assert!(made.outputs::<SubscriptionOutputs<Resolved>>().await.arn.as_str().starts_with(&topic.id));
    made.change_to(&filtered).await;
    made.delete().await;
}

#[tokio::test]
async fn deleting_a_topic_deletes_its_subscriptions() {
    let world = World::new();
    let topic = world.make::<Topic>("alarms", &topic()).await;
    let made = world.make::<Subscription>("queue", &subscription(&topic, Protocol::Sqs, QUEUE)).await;
    topic.delete().await;
    assert!(made.read().await.is_none());
    made.delete().await;
}

/// Refuses a change of tags while another is under way, as SNS does.
#[derive(Default)]
struct OneAtATime(std::sync::atomic::AtomicU32);

impl OneAtATime {
    fn is_change(call: &ebbtide_cloud::faults::Call) -> bool {
        ["TagResource", "UntagResource"].contains(&call.operation.as_str())
    }
}

impl ebbtide_cloud::faults::CallHook for OneAtATime {
    fn before(&self, call: &ebbtide_cloud::faults::Call) -> ebbtide_cloud::faults::FaultAction {
        use ebbtide_cloud::{faults::FaultAction, service::Fault};
        if Self::is_change(call) && self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst) > 0 {
            let message =
                "Can't perform multiple operations on a tag simultaneously. Perform the operations sequentially.";
            return FaultAction::Refuse(Fault::new("ConcurrentAccess", message));
        }
        FaultAction::Act
    }

    fn acted(&self, call: &ebbtide_cloud::faults::Call, _status: u16) {
        if Self::is_change(call) {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    fn answered(&self, call: &ebbtide_cloud::faults::Call, _status: u16) {
        if Self::is_change(call) {
            self.0.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn unconfirmed_subscriptions_of_one_topic_are_deleted_at_once() {
    let world = World::new();
    let topic = world.make::<Topic>("alarms", &topic()).await;
    let mut tasks = Vec::new();
    let mut all = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let inputs = subscription(&topic, Protocol::Email, &format!("{name}@example.com"));
        all.push(world.make::<Subscription>(name, &inputs).await);
    }
    world.cloud.faults().install(std::sync::Arc::<OneAtATime>::default());
    for made in all {
        tasks.push(tokio::spawn(async move { made.kind.delete(&made.context, &made.id, &made.inputs).await }));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_topic_waits_for_the_principal_of_its_policy() {
    let world = World::new();
    let reader = "arn:aws:iam::123456789012:role/reader";
    let policy = Policy::new().allow(["SNS:Subscribe"]).on_itself().to(Principal::aws(reader));
    let admitting = Topic { policy: Some(resolved(&policy)), ..topic() };
    let context = world.context("sns_topic.alarms", 1);
    let error = Topic::create(&context, &admitting).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotYet, "{error}");
    let trust = Policy::trust("sagemaker.amazonaws.com");
    let trust: Policy<Resolved> = resolved(&trust);
    let create = world.aws.iam().create_role().role_name("reader").assume_role_policy_document(trust.to_string());
    create.send().await.unwrap();
    world.make::<Topic>("alarms", &admitting).await.delete().await;
}
