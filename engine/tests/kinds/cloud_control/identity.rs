//! Recovering resources that have no derived identifier, or no tags.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_cloudcontrol::types::Operation;
use ebbtide::resource::cloud_control::CloudControl;
use ebbtide::resource::{Readiness, Resource};
use ebbtide_cloud::faults::FaultInjector;
use ebbtide_cloud::virtual_time::TokioClock;
use ebbtide_cloud::{Durations, Settings};
use ebbtide_engine::providers::{DynProvider, Providers, providers};
use ebbtide_engine::sdk::{Context, ErrorKind};
use serde_json::{Value, json};

use super::kinds::{Guardrail, GuardrailVersion, SecurityPolicy, Vault};
use super::{in_another_process, made_by_attempts};
use crate::harness::World;

fn provider<R: CloudControl>() -> Arc<dyn DynProvider> {
    Providers::new().with_cloud_control::<R>().get(R::KIND).unwrap().provider
}

fn guardrail(name: &str) -> Value {
    json!({ "name": name, "refusal": "no", "other_refusal": "no", "tags": { "team": "llm" } })
}

fn policy(name: Option<&str>) -> Value {
    let rules = json!([{ "ResourceType": "collection", "Resource": ["collection/docs"] }]);
    json!({ "name": name, "policy": { "Rules": rules, "AWSOwnedKey": true } })
}

/// Makes a resource as somebody else.
async fn foreign(world: &World, type_name: &str, desired: &Value) -> String {
    let client = world.aws.cloudcontrol();
    let made = client.create_resource().type_name(type_name).desired_state(desired.to_string()).send().await.unwrap();
    let token = made.progress_event.unwrap().request_token.unwrap();
    loop {
        let event = client.get_resource_request_status().request_token(&token).send().await.unwrap();
        let event = event.progress_event.unwrap();
        if event.operation_status().unwrap().as_str() == "SUCCESS" {
            return event.identifier.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Makes the guardrail of versions, and returns the inputs of one.
async fn version(world: &World) -> Value {
    let desired = json!({ "Name": "base", "BlockedInputMessaging": "no", "BlockedOutputsMessaging": "no" });
    let guardrail = foreign(world, "AWS::Bedrock::Guardrail", &desired).await;
    json!({ "guardrail": guardrail, "description": "first" })
}

/// Returns the identifiers that creations of a type were given.
async fn created(world: &World, type_name: &str) -> Vec<String> {
    let all = world.aws.cloudcontrol().list_resource_requests().max_results(100).send().await.unwrap();
    let all = all.resource_request_status_summaries.unwrap_or_default().into_iter();
    let creations = all.filter(|event| event.operation() == Some(&Operation::Create));
    creations
        .filter(|event| event.type_name() == Some(type_name))
        .map(|event| event.identifier.unwrap_or_default())
        .collect()
}

fn context<R: CloudControl>(world: &World, name: &str) -> Context {
    in_another_process(world, &world.context(&format!("{}.{name}", R::KIND), 1))
}

/// Cuts the creation of a resource off at each call in turn, with a process of its own for each attempt. There is one creation in the end.
async fn is_made_once<R: CloudControl>(inputs: impl AsyncFn(&World) -> Value) {
    for word in ["drop-before", "drop-after", "twice"] {
        for at in 1..=8 {
            let (fault, world, kind) = (format!("{word}={at}"), World::new(), provider::<R>());
            let wanted = inputs(&world).await;
            let before = created(&world, R::TYPE).await.len();
            world.cloud.faults().install(FaultInjector::from_spec(&fault).unwrap());
            let made = made_by_attempts(&*kind, &wanted, 8, || context::<R>(&world, "a")).await;
            let context = context::<R>(&world, "a");
            assert!(made.is_some(), "{} {fault}", R::KIND);
            assert_eq!(kind.find(&context, &wanted).await.unwrap(), made, "{} {fault}", R::KIND);
            assert_eq!(created(&world, R::TYPE).await.len(), before + 1, "{} {fault}", R::KIND);
        }
    }
}

#[tokio::test]
async fn a_creation_that_is_cut_off_makes_one_resource_without_tags_and_without_a_known_identifier() {
    is_made_once::<Guardrail>(async |_| guardrail("support")).await;
    is_made_once::<GuardrailVersion>(version).await;
    is_made_once::<SecurityPolicy>(async |_| policy(Some("docs"))).await;
    is_made_once::<SecurityPolicy>(async |_| policy(None)).await;
    is_made_once::<Vault>(async |_| json!({ "name": "copies", "lock": null, "tags": {} })).await;
}

#[tokio::test]
async fn twins_without_tags_are_told_apart() {
    let (world, kind) = (World::new(), provider::<GuardrailVersion>());
    let wanted = version(&world).await;
    let one = kind.create(&context::<GuardrailVersion>(&world, "one"), &wanted).await.unwrap();
    let other = kind.create(&context::<GuardrailVersion>(&world, "other"), &wanted).await.unwrap();
    assert_ne!(one, other);
    for (name, id) in [("one", one), ("other", other)] {
        assert_eq!(kind.find(&context::<GuardrailVersion>(&world, name), &wanted).await.unwrap(), Some(id));
    }
}

#[tokio::test]
async fn what_another_owner_made_is_left_alone_where_there_are_no_tags() {
    let (world, kind) = (World::new(), provider::<SecurityPolicy>());
    let text = r#"{"Rules":[{"ResourceType":"collection","Resource":["collection/docs"]}],"AWSOwnedKey":true}"#;
    let theirs = json!({ "Type": "encryption", "Name": "docs", "Policy": text });
    foreign(&world, SecurityPolicy::TYPE, &theirs).await;
    let wanted = policy(Some("docs"));
    for _ in 0..2 {
        let context = context::<SecurityPolicy>(&world, "a");
        assert_eq!(kind.find(&context, &wanted).await.unwrap(), None);
        let error = kind.create(&context, &wanted).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::AlreadyExists, "{error}");
        assert!(error.hint.as_ref().is_some_and(|hint| hint.contains("encryption|docs")), "{error:?}");
        assert_eq!(kind.find(&context, &wanted).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_guardrail_whose_name_is_taken_says_so() {
    let (world, kind) = (World::new(), provider::<Guardrail>());
    let theirs = json!({ "Name": "support", "BlockedInputMessaging": "no", "BlockedOutputsMessaging": "no" });
    foreign(&world, Guardrail::TYPE, &theirs).await;
    let error = kind.create(&context::<Guardrail>(&world, "a"), &guardrail("support")).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists, "{error}");
    assert!(error.hint.as_ref().is_some_and(|hint| hint.contains("is not this stack's")), "{error:?}");
    assert_eq!(kind.find(&context::<Guardrail>(&world, "a"), &guardrail("support")).await.unwrap(), None);
}

#[tokio::test]
async fn a_resource_whose_creation_failed_after_it_was_made_is_found_without_tags_or_identifier() {
    for fault in ["fails-after-create=1", "exists-after-create=1"] {
        let (world, kind) = (World::new(), provider::<SecurityPolicy>());
        world.cloud.faults().install(FaultInjector::from_spec(fault).unwrap());
        let context = context::<SecurityPolicy>(&world, "a");
        kind.create(&context, &policy(Some("docs"))).await.unwrap_err();
        let found = kind.find(&context, &policy(Some("docs"))).await.unwrap();
        assert_eq!(found.as_deref(), Some("encryption|docs"), "{fault}");
    }
    let (world, kind) = (World::new(), provider::<Guardrail>());
    world.cloud.faults().install(FaultInjector::from_spec("fails-after-create=1").unwrap());
    kind.create(&context::<Guardrail>(&world, "a"), &guardrail("support")).await.unwrap_err();
    assert!(kind.find(&context::<Guardrail>(&world, "a"), &guardrail("support")).await.unwrap().is_some());
}

#[tokio::test]
async fn tags_that_are_a_map_and_hidden_parts_survive_changes() {
    let world = World::new();
    let vault = |days: u32, team: &str| json!({ "name": "copies", "lock": { "least_days": days, "changeable_for_days": 3 }, "tags": { "team": team } });
    let mut made = world.make_by(provider::<Vault>(), Vault::KIND, "copies", &vault(1, "llm")).await;
    for inputs in [vault(2, "llm"), vault(2, "ops")] {
        made.change_to(&inputs).await;
    }
    made.delete().await;
}

/// Returns a world in virtual time, with AWS's durations.
fn in_virtual_time() -> World {
    let settings = Settings { durations: Some(Durations::of_aws()), ..Settings::default() };
    World::with_clock(settings, TokioClock::starting_at("2027-03-01T00:00:00Z".parse().unwrap()))
}

#[tokio::test(start_paused = true)]
async fn ownership_tags_are_found_after_aws_has_forgotten_the_creation() {
    let (world, kind) = (in_virtual_time(), provider::<Guardrail>());
    let id = kind.create(&context::<Guardrail>(&world, "a"), &guardrail("support")).await.unwrap();
    tokio::time::sleep(Duration::from_hours(8 * 24)).await;
    assert!(created(&world, Guardrail::TYPE).await.is_empty());
    let context = context::<Guardrail>(&world, "a");
    assert_eq!(kind.find(&context, &guardrail("support")).await.unwrap(), Some(id));
}

#[tokio::test(start_paused = true)]
async fn a_resource_of_which_nothing_tells_the_owner_any_more_is_named() {
    let (world, kind) = (in_virtual_time(), provider::<GuardrailVersion>());
    let wanted = version(&world).await;
    let id = kind.create(&context::<GuardrailVersion>(&world, "a"), &wanted).await.unwrap();
    tokio::time::sleep(Duration::from_hours(40)).await;
    let error = kind.find(&context::<GuardrailVersion>(&world, "a"), &wanted).await.unwrap_err();
    assert!(error.message.contains(&id) && error.hint.is_some(), "{error:?}");
    assert_eq!(created(&world, GuardrailVersion::TYPE).await.len(), 1, "no look creates another");
}

#[tokio::test(start_paused = true)]
async fn requests_that_take_long_are_waited_for_by_another_process() {
    let world = in_virtual_time();
    let name = "AWS_OpenSearchService_Domain";
    let kind = providers().get(name).unwrap().provider;
    let context = || in_another_process(&world, &world.context(&format!("{name}.docs"), 1));
    let wanted = json!({ "DomainName": "docs", "tags": {}, "holds_data": false });
    let began = tokio::time::Instant::now();
    // A domain takes twenty minutes. The process ends while it waits for the first of them.
    let cut = tokio::time::timeout(Duration::from_secs(20), kind.create(&context(), &wanted)).await;
    assert!(cut.is_err(), "{cut:?}");
    let first = context();
    assert_eq!(kind.find(&first, &wanted).await.unwrap().as_deref(), Some("docs"));
    let again = kind.create(&first, &wanted).await.unwrap();
    assert_eq!(again, "docs");
    assert!(began.elapsed() < Duration::from_mins(3), "a call gives the waiting back: {:?}", began.elapsed());
    let live = kind.read(&context(), "docs", &wanted).await.unwrap().unwrap();
    assert!(matches!(live.readiness, Readiness::Pending(_)), "{live:?}");
    let changed = json!({ "DomainName": "docs", "tags": { "team": "llm" }, "holds_data": false });
    let busy = kind.update(&context(), "docs", &wanted, &changed).await.unwrap_err();
    assert_eq!(busy.kind, ErrorKind::Busy, "{busy}");
    tokio::time::sleep(Duration::from_mins(20)).await;
    let live = kind.read(&context(), "docs", &wanted).await.unwrap().unwrap();
    assert_eq!(live.readiness, Readiness::Ready);
    assert_eq!(created(&world, "AWS::OpenSearchService::Domain").await.len(), 1);

    kind.delete(&context(), "docs", &wanted).await.unwrap();
    let live = kind.read(&context(), "docs", &wanted).await.unwrap().unwrap();
    assert!(matches!(live.readiness, Readiness::Deleting(_)), "{live:?}");
    tokio::time::sleep(Duration::from_mins(20)).await;
    assert!(kind.read(&context(), "docs", &wanted).await.unwrap().is_none());
}
