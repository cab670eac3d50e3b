//! Kinds that Cloud Control manages: each through its life, and the provider that they share.

mod anomalies;
mod audit;
mod balancing;
mod functions;
mod gateway;
mod guardrails;
mod identity;
mod kinds;
mod search;

use std::sync::Arc;

use aws_sdk_cloudcontrol::types::Operation;
use ebbtide::aws::QueueArn;
use ebbtide::aws::dynamodb::{
    Attribute, AttributeType, Index, KeyPart, Projection, StreamView, Table, TableClass, TableEncryption, TimeToLive,
};
use ebbtide::aws::ecr::{Repository, RepositoryOutputs, TagMutability};
use ebbtide::aws::events::{Rule, RuleOutputs, RuleState, Target};
use ebbtide::aws::sqs::{DeadLetter, Queue, QueueOutputs, QueuePolicy};
use ebbtide::aws::stepfunctions::{LogLevel, MachineEncryption, MachineLogging, StateMachine, StateMachineOutputs};
use ebbtide::resource::{Resolved, Tags};
use ebbtide_cloud::faults::FaultInjector;
use ebbtide_engine::providers::DynProvider;
use ebbtide_engine::sdk::{Aws, Context, ErrorKind};
use serde_json::{Value, json};

use crate::declared::resolved;
use crate::harness::{Made, World, provider};

fn tags(team: &str) -> Tags {
    Tags::from([("team".into(), team.into())])
}

fn queue() -> Queue<Resolved> {
    resolved(&Queue { tags: tags("llm"), ..Queue::new() })
}

fn inputs(queue: &Queue<Resolved>) -> Value {
    serde_json::to_value(queue).unwrap()
}

/// Deletes a resource with the data that it may hold.
async fn delete(mut made: Made) {
    made.context.include_data = true;
    made.delete().await;
}

/// Counts the creations that AWS was asked for.
async fn creations(world: &World) -> usize {
    let all = world.aws.cloudcontrol().list_resource_requests().max_results(100).send().await.unwrap();
    let all = all.resource_request_status_summaries.unwrap_or_default();
    all.iter().filter(|event| event.operation() == Some(&Operation::Create)).count()
}

/// Makes a resource in some attempts, each in a context of its own, and returns its id.
async fn made_by_attempts(
    kind: &dyn DynProvider,
    wanted: &Value,
    most: usize,
    context: impl Fn() -> Context,
) -> Option<String> {
    for _ in 0..most {
        let context = context();
        let made = match kind.find(&context, wanted).await {
            Ok(None) => kind.create(&context, wanted).await.ok(),
            Ok(found) => found,
            Err(_) => None,
        };
        if made.is_some() {
            return made;
        }
    }
    None
}

/// Returns the context as another process has it, which remembers nothing.
fn in_another_process(world: &World, context: &Context) -> Context {
    let aws: Arc<Aws> = Arc::new(world.aws.in_region("eu-west-1"));
    Context { aws, ..context.clone() }
}

#[tokio::test]
async fn a_queue_goes_through_every_change() {
    let world = World::new();
    let dead = world.make::<Queue>("dead", &queue()).await;
    let dead_outputs: QueueOutputs<Resolved> = dead.outputs().await;
    let mut made = world.make::<Queue>("drift", &queue()).await;
    let outputs: QueueOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.url, made.id);
    assert!(outputs.url.ends_with(&outputs.name), "{outputs:?}");

    let mut changed = queue();
    changed.delay_seconds = 5;
    made.change_to(&changed).await;
    changed.max_message_bytes = 2048;
    changed.retention_seconds = 60;
    changed.receive_wait_seconds = 20;
    changed.visibility_timeout_seconds = 0;
    made.change_to(&changed).await;
    changed.kms_key = Some("alias/aws/sqs".into());
    made.change_to(&changed).await;
    changed.kms_key = None;
    made.change_to(&changed).await;
    changed.dead_letter = Some(DeadLetter { queue: dead_outputs.arn, max_receives: 5 });
    made.change_to(&changed).await;
    changed.dead_letter = None;
    made.change_to(&changed).await;
    changed.tags = Tags::new();
    made.change_to(&changed).await;
    changed.tags = tags("ops");
    made.change_to(&changed).await;
    delete(made).await;
    delete(dead).await;
}

#[tokio::test]
async fn a_queue_has_a_policy_that_lets_a_rule_send() {
    let world = World::new();
    let queue = world.make::<Queue>("drift", &queue()).await;
    let policy = |rule: &str| {
        let statement = json!({
            "Effect": "Allow", "Principal": { "Service": "events.amazonaws.com" }, "Action": "sqs:SendMessage", "Resource": "*",
            "Condition": { "ArnEquals": { "aws:SourceArn": format!("arn:aws:events:eu-west-1:123456789012:rule/{rule}") } },
        });
        let document = json!({ "Version": "2012-10-17", "Statement": [statement] });
        resolved::<_, QueuePolicy<Resolved>>(&QueuePolicy::new(queue.id.as_str(), document))
    };
    let mut made = world.make::<QueuePolicy>("drift", &policy("one")).await;
    assert_eq!(made.id, queue.id);
    made.change_to(&policy("two")).await;
    made.delete().await;
    // It goes with its queue.
    let again = world.make::<QueuePolicy>("drift", &policy("one")).await;
    delete(queue).await;
    assert!(again.kind.read(&again.context, &again.id, &again.inputs).await.unwrap().is_none());
}

#[tokio::test]
async fn a_fifo_queue_has_its_ending() {
    let world = World::new();
    let inputs = Queue { fifo: true, content_based_deduplication: Some(true), ..queue() };
    let mut made = world.make::<Queue>("ordered", &inputs).await;
    assert!(made.id.ends_with(".fifo"), "{}", made.id);
    made.change_to(&Queue { content_based_deduplication: Some(false), ..inputs }).await;
    delete(made).await;
}

#[tokio::test]
async fn a_rule_goes_through_every_change() {
    let world = World::new();
    let base = || Rule { tags: tags("llm"), ..Rule::matching(json!({ "source": ["aws.sagemaker"] })) };
    let mut made = world.make::<Rule>("drift", &resolved::<_, Rule<Resolved>>(&base())).await;
    let outputs: RuleOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.arn.as_str(), made.id);
    let target = |id: &str| Target::new(id, "arn:aws:sqs:eu-west-1:123456789012:jobs");
    let changes = [
        Rule { description: Some("Drift".into()), ..base() },
        Rule { state: RuleState::Disabled, ..base() },
        Rule { schedule: Some("rate(5 minutes)".into()), ..base() },
        Rule {
            pattern: Some(json!({ "source": ["aws.s3"], "detail": { "size": [{ "numeric": [">", 1] }] } })),
            ..base()
        },
        base().to(target("b")).to(target("a")),
        base().to(Target { input: Some("{}".into()), retries: Some(0), ..target("a") }),
        base().to(Target { input_path: Some("$.detail".into()), message_group: Some("g".into()), ..target("a") }),
        Rule { tags: Tags::new(), ..base() },
    ];
    for changed in changes {
        made.change_to(&resolved::<_, Rule<Resolved>>(&changed)).await;
    }
    made.delete().await;
}

#[tokio::test]
async fn a_rule_on_another_bus_is_found_by_its_tags() {
    let world = World::new();
    let rule = Rule { bus: Some("orders".into()), tags: tags("llm"), ..Rule::matching(json!({ "source": ["shop"] })) };
    world.make::<Rule>("orders", &resolved::<_, Rule<Resolved>>(&rule)).await.delete().await;
}

#[tokio::test]
async fn a_state_machine_goes_through_every_change() {
    let world = World::new();
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"states.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    world.aws.iam().create_role().role_name("one").assume_role_policy_document(trust).send().await.unwrap();
    let definition = |seconds: u32| json!({ "StartAt": "Wait", "States": { "Wait": { "Type": "Wait", "Seconds": seconds, "End": true } } });
    let role = "arn:aws:iam::123456789012:role/one";
    let base = || StateMachine { tags: tags("llm"), ..StateMachine::new(role, definition(1)) };
    let mut made = world.make::<StateMachine>("Workflow", &resolved::<_, StateMachine<Resolved>>(&base())).await;
    let outputs: StateMachineOutputs<Resolved> = made.outputs().await;
    assert_eq!((outputs.arn.as_str(), outputs.name.is_empty()), (made.id.as_str(), false));
    let group = "arn:aws:logs:eu-west-1:123456789012:log-group:workflow:*";
    let changes = [
        StateMachine { definition: definition(2), ..base() },
        StateMachine { logging: Some(MachineLogging::new(LogLevel::All, group)), ..base() },
        StateMachine {
            logging: Some(MachineLogging { data: true, ..MachineLogging::new(LogLevel::Fatal, group) }),
            ..base()
        },
        StateMachine { tracing: true, ..base() },
        StateMachine { encryption: Some(MachineEncryption::by("alias/aws/states")), ..base() },
        StateMachine { tags: Tags::new(), ..base() },
    ];
    for changed in changes {
        made.change_to(&resolved::<_, StateMachine<Resolved>>(&changed)).await;
    }
    made.delete().await;
}

#[tokio::test]
async fn a_repository_goes_through_every_change() {
    let world = World::new();
    let base = || Repository { tags: tags("llm"), ..Repository::new() };
    let mut made = world.make::<Repository>("Router", &resolved::<_, Repository<Resolved>>(&base())).await;
    let outputs: RepositoryOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.uri, format!("123456789012.dkr.ecr.eu-west-1.amazonaws.com/{}", made.id));

    let changes = [
        Repository { tag_mutability: TagMutability::Immutable, ..base() },
        Repository { scan_on_push: true, ..base() },
        Repository { lifecycle: Repository::keeping(3).lifecycle, ..base() },
        Repository { lifecycle: Repository::keeping(4).lifecycle, ..base() },
        Repository { tags: tags("ops"), ..base() },
        base(),
    ];
    for change in changes {
        made.change_to(&resolved::<_, Repository<Resolved>>(&change)).await;
    }
    made.delete().await;
}

#[tokio::test]
async fn a_repository_with_images_stays() {
    let world = World::new();
    let mut made = world.make::<Repository>("router", &resolved::<_, Repository<Resolved>>(&Repository::new())).await;
    world.cloud.push_image("eu-west-1", &made.id, "latest").await.unwrap();
    made.context.include_data = true;
    let error = made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::HoldsData, "{error}");
    assert!(error.hint.as_ref().is_some_and(|hint| hint.contains("delete its contents first")), "{error:?}");
}

#[tokio::test]
async fn a_table_goes_through_every_change() {
    let world = World::new();
    let base = || Table { tags: tags("llm"), ..Table::new("document") };
    let key = world.aws.kms().create_key().send().await.unwrap().key_metadata.unwrap().arn.unwrap();
    let resolved = |table: &Table| resolved::<_, Table<Resolved>>(table);
    let mut made = world.make::<Table>("comparison", &resolved(&base())).await;
    let attribute = |name: &str, kind| Attribute { name: name.into(), kind };
    let index = Index { name: "by-time".into(), key: vec![KeyPart::hash("at")], projection: Projection::KeysOnly };
    let attributes = vec![attribute("document", AttributeType::Text), attribute("at", AttributeType::Number)];
    let ttl = |enabled| Some(TimeToLive { attribute: "expires".into(), enabled });
    let changes = [
        Table { attributes, indexes: vec![index], ..base() },
        Table { time_to_live: ttl(true), ..base() },
        Table { time_to_live: ttl(false), ..base() },
        Table { stream: Some(StreamView::NewAndOldImages), ..base() },
        Table { point_in_time_recovery: true, ..base() },
        Table { deletion_protection: true, ..base() },
        Table { class: TableClass::InfrequentAccess, ..base() },
        Table { encryption: Some(TableEncryption::with(key.as_str())), ..base() },
        base(),
        Table { tags: tags("ops"), ..base() },
        base(),
    ];
    for change in changes {
        made.change_to(&resolved(&change)).await;
    }
    let error = made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::HoldsData, "{error}");
    delete(made).await;
}

#[tokio::test]
async fn values_that_somebody_else_set_are_drift_and_defaults_are_not() {
    let world = World::new();
    let made = world.make::<Queue>("drift", &queue()).await;
    let patch = r#"[{"op":"add","path":"/DelaySeconds","value":9},{"op":"add","path":"/KmsMasterKeyId","value":"alias/aws/sqs"}]"#;
    let update = world.aws.cloudcontrol().update_resource().type_name("AWS::SQS::Queue").identifier(&made.id);
    update.patch_document(patch).send().await.unwrap();
    let live = made.ready().await;
    // The list of running requests may be a moment old.
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    let live = if live.inputs["delay_seconds"] == 9 { live } else { made.ready().await };
    assert_eq!((&live.inputs["delay_seconds"], &live.inputs["kms_key"]), (&9.into(), &"alias/aws/sqs".into()));
}

#[tokio::test]
async fn a_queue_of_another_owner_is_neither_found_nor_taken_over() {
    let world = World::new();
    let create = world.aws.cloudcontrol().create_resource().type_name("AWS::SQS::Queue");
    create.desired_state(r#"{"QueueName":"theirs"}"#).send().await.unwrap();
    let (kind, context) = (provider("sqs_queue"), world.context("sqs_queue.ours", 1));
    let ours = inputs(&Queue { name: Some("theirs".into()), ..queue() });
    assert_eq!(kind.find(&context, &ours).await.unwrap(), None);
    for _ in 0..2 {
        let error = kind.create(&context, &ours).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::AlreadyExists, "{error}");
        assert!(error.hint.as_ref().is_some_and(|hint| hint.contains("theirs")), "{error:?}");
    }
}

#[tokio::test]
async fn a_creation_that_is_repeated_is_one_creation() {
    let world = World::new();
    let (kind, context, inputs) = (provider("sqs_queue"), world.context("sqs_queue.drift", 1), inputs(&queue()));
    let id = kind.create(&context, &inputs).await.unwrap();
    let again = in_another_process(&world, &context);
    assert_eq!(kind.create(&again, &inputs).await.unwrap(), id);
    assert_eq!(creations(&world).await, 1);
}

#[tokio::test]
async fn a_creation_goes_on_after_failures_that_aws_repeats() {
    let world = World::new();
    let (kind, context) = (provider("sqs_queue"), world.context("sqs_queue.drift", 1));
    let dead = world.context("sqs_queue.dead", 1);
    let name = dead.identity.name(80);
    let queue_arn = QueueArn(dead.identity.scope.arn("sqs", &name));
    let dead_letter = DeadLetter::<Resolved> { queue: queue_arn, max_receives: 5 };
    let wanted = inputs(&Queue { dead_letter: Some(dead_letter), ..queue() });
    for _ in 0..2 {
        let error = kind.create(&context, &wanted).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Invalid, "{error}");
        assert!(error.message.contains("does not exist"), "{error}");
    }
    kind.create(&dead, &inputs(&queue())).await.unwrap();
    // Another process begins with the first token, and is given the failures of the first two.
    let id = kind.create(&in_another_process(&world, &context), &wanted).await.unwrap();
    assert_eq!(kind.find(&context, &wanted).await.unwrap(), Some(id));
    assert_eq!(creations(&world).await, 4);
}

#[tokio::test]
async fn a_resource_whose_creation_failed_after_it_was_made_is_found() {
    for (fault, kind_of_failure) in
        [("fails-after-create=1", ErrorKind::Invalid), ("exists-after-create=1", ErrorKind::AlreadyExists)]
    {
        let world = World::new();
        world.cloud.faults().install(FaultInjector::from_spec(fault).unwrap());
        let (kind, context, inputs) = (provider("sqs_queue"), world.context("sqs_queue.drift", 1), inputs(&queue()));
        let error = kind.create(&context, &inputs).await.unwrap_err();
        assert_eq!(error.kind, kind_of_failure, "{fault}: {error}");
        let again = in_another_process(&world, &context);
        let id = kind.find(&again, &inputs).await.unwrap().unwrap_or_else(|| panic!("{fault}: not found"));
        assert!(kind.read(&again, &id, &inputs).await.unwrap().is_some());
        assert_eq!(creations(&world).await, 1, "{fault}");
    }
}

#[tokio::test]
async fn a_creation_that_has_only_begun_is_found() {
    let world = World::new();
    let (kind, context, wanted) = (provider("sqs_queue"), world.context("sqs_queue.drift", 1), inputs(&queue()));
    let cut = {
        let (kind, context, wanted) = (provider("sqs_queue"), context.clone(), wanted.clone());
        tokio::spawn(async move { kind.create(&context, &wanted).await })
    };
    while creations(&world).await == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    cut.abort();
    assert!(kind.find(&in_another_process(&world, &context), &wanted).await.unwrap().is_some());
}

#[tokio::test]
async fn a_creation_that_is_cut_off_at_any_call_makes_one_resource() {
    for word in ["drop-before", "drop-after", "twice"] {
        for at in 1..=6 {
            let fault = format!("{word}={at}");
            let world = World::new();
            world.cloud.faults().install(FaultInjector::from_spec(&fault).unwrap());
            let (kind, wanted) = (provider("sqs_queue"), inputs(&queue()));
            let context = || in_another_process(&world, &world.context("sqs_queue.drift", 1));
            let made = made_by_attempts(&*kind, &wanted, 6, context).await;
            assert!(made.is_some(), "{fault}");
            let queues = world.aws.cloudcontrol().list_resources().type_name("AWS::SQS::Queue").send().await.unwrap();
            assert_eq!(queues.resource_descriptions().len(), 1, "{fault}");
            assert_eq!(creations(&world).await, 1, "{fault}");
        }
    }
}
