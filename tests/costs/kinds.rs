//! The bill of every kind of AWS resources: considered, and made of items that the price book has.

use std::collections::{BTreeMap, BTreeSet};

use ebbtide::aws::apigateway::{
    ApiKey, ApiResource, ApiStage, CacheSize, Deployment, Integration, Method, RestApi, Stage, UsagePlan, UsagePlanKey,
};
use ebbtide::aws::autoscaling::{PredefinedMetric, ScalableTarget, ScalingPolicy, ScheduledAction, TargetTracking};
use ebbtide::aws::bedrock::{
    Commitment, ContentPolicy, CustomModel, CustomModelDeployment, CustomizationJob, DataAction, GroundingFilter,
    GroundingKind, Guardrail, GuardrailVersion, InferenceProfile, InvocationLogging, PersonalData, PersonalDataRule,
    ProvisionedThroughput, ReasoningPolicy, TopicPolicy,
};
use ebbtide::aws::budgets::Budget;
use ebbtide::aws::ce::{AnomalyMonitor, AnomalySubscription};
use ebbtide::aws::cloudtrail::{EventSelector, FieldSelector, Trail};
use ebbtide::aws::cloudwatch::{Alarm, Comparison, Dashboard, Metric, Statistic, Watch};
use ebbtide::aws::dynamodb::{Table, TableClass};
use ebbtide::aws::ec2::{
    DefaultSecurityGroup, ElasticIp, InternetGateway, NatGateway, RouteTable, SecurityGroup, Subnet, Vpc, VpcEndpoint,
};
use ebbtide::aws::ecr::Repository;
use ebbtide::aws::elbv2::{Action, Listener, LoadBalancer, TargetGroup};
use ebbtide::aws::events::Rule;
use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::kms;
use ebbtide::aws::lambda::{Alias, Architecture, Code, Function, Permission, Version};
use ebbtide::aws::logs::{LogGroup, LogGroupClass};
use ebbtide::aws::opensearch::{Domain, Volume};
use ebbtide::aws::opensearchserverless::{
    AccessPolicy, Collection, CollectionGroup, CollectionKind, Generation, Index, SecurityPolicy,
};
use ebbtide::aws::s3::{Bucket, Encryption, LifecycleRule, StorageClass, Transition};
use ebbtide::aws::s3vectors::{VectorBucket, VectorIndex};
use ebbtide::aws::sagemaker::{
    AsyncInference, ComponentNeeds, Container, DataQualityJobDefinition, Endpoint, EndpointConfig, Feature,
    FeatureGroup, Hosting, InferenceComponent, Instances, Model, ModelPackageGroup, ModelQualityJobDefinition,
    MonitoringCluster, MonitoringImage, MonitoringInput, MonitoringKind, MonitoringOutput, MonitoringSchedule,
    Pipeline, Served, Serverless, Throughput, Variant,
};
use ebbtide::aws::secretsmanager::{Secret, SecretSource};
use ebbtide::aws::sns::{Protocol, Subscription, Topic};
use ebbtide::aws::sqs::{Queue, QueuePolicy};
use ebbtide::aws::stepfunctions::{MachineKind, StateMachine};
use ebbtide::cost::{Book, UNPRICED};
use ebbtide::resource::{Billing, Charge, OnPause, Per, Resource};
use serde_json::Value;

fn sample<R: Resource>(resource: R) -> (&'static str, Value) {
    (R::KIND, serde_json::to_value(resource).unwrap())
}

/// Returns inputs of every kind, and of each form that is billed in another way.
fn samples() -> Vec<(&'static str, Value)> {
    let cidr = || "10.0.0.0/16".parse().unwrap();
    let metric = || Metric::of_variant("ModelLatency", "llm", "v", Statistic::Average);
    let alarm = || Alarm::new(Watch::Metric(metric()), Comparison::Greater, 1.0);
    let config =
        |hosting| EndpointConfig::new(Variant { name: "v".into(), model: Some("llm".into()), hosting, weight: 1.0 });
    let instances = |instance_type: &str| Hosting::Instances(Instances::new(instance_type, 2));
    let queued =
        EndpointConfig { async_inference: Some(AsyncInference::to("s3://a/b")), ..config(instances("ml.g5.xlarge")) };
    let serverless = Serverless { memory_mb: 2048, max_concurrency: 5, provisioned_concurrency: Some(1) };
    let tracking = |metric| ScalingPolicy::tracking("endpoint/llm/variant/v", TargetTracking::predefined(metric, 5.0));
    let classes = [
        StorageClass::StandardInfrequentAccess,
        StorageClass::OneZoneInfrequentAccess,
        StorageClass::IntelligentTiering,
        StorageClass::GlacierInstantRetrieval,
        StorageClass::Glacier,
        StorageClass::DeepArchive,
    ];
    let transitions = classes.map(|storage_class| Transition { days: 90, storage_class }).to_vec();
    let lifecycle = vec![LifecycleRule { transitions, ..LifecycleRule::new("all") }];
    let encryption = Encryption::Kms { key: None, bucket_key: true };
    let subscription =
        |protocol| Subscription { protocol, ..Subscription::email("arn:aws:sns:eu-west-1:1:t", "a@b.c") };
    let group = |class| LogGroup { class, ..LogGroup::new("/a", 30) };
    let features = || FeatureGroup::online("id", "at", vec![Feature::string("id"), Feature::fractional("at")]);
    let (image, input) = (|| MonitoringImage::new("image"), || MonitoringInput::of_endpoint("llm"));
    let (output, cluster) = (|| MonitoringOutput::to("s3://a/b"), || MonitoringCluster::one("ml.m5.xlarge", 20));
    let data_events = EventSelector::new("data").with(FieldSelector::equals("eventCategory", ["Data"]));
    let guardrail = Guardrail {
        content: Some(ContentPolicy::of([])),
        topics: Some(TopicPolicy::of([])),
        personal_data: vec![PersonalDataRule::new(PersonalData::Email, DataAction::Block)],
        grounding: vec![GroundingFilter::new(GroundingKind::Grounding, 0.5)],
        reasoning: Some(ReasoningPolicy { policies: Vec::new(), confidence: None }),
        ..Guardrail::new("no", "no")
    };
    let models =
        ["nova-micro-v1:0", "nova-lite-v1:0", "nova-pro-v1:0", "nova-2-lite-v1:0", "titan-embed-text-v2:0", "a"];
    let profile = |model| format!("arn:aws:bedrock:eu-west-1::foundation-model/amazon.{model}");
    let function = || Function::new("role", Code::object("bucket", "key"), "python3.13", "a.handle");
    let stage = || Stage::new("api", "prod", "deployment");
    let mut samples = vec![
        sample(CustomModel::of("s3://artifacts/a", "role")),
        sample(InvocationLogging::to_bucket("bucket")),
        sample(ApiKey::new()),
        sample(kms::Key::new("Documents")),
        sample(kms::Alias::of("key")),
        sample(function()),
        sample(Function { architecture: Architecture::Arm64, ..function() }),
        sample(Version::of("router", "revision")),
        sample(Alias::new("router", "live", "1")),
        sample(Alias { provisioned_concurrency: Some(5), ..Alias::new("router", "live", "1") }),
        sample(Permission::of_service("router", "apigateway.amazonaws.com")),
        sample(ApiResource::below("api", "root", "documents")),
        sample(Deployment::of("api")),
        sample(Method::new("api", "root", "GET", Integration::mock(200))),
        sample(RestApi::new()),
        sample(stage()),
        sample(Stage { cache_enabled: true, cache_size: Some(CacheSize::Gb1_6), ..stage() }),
        sample(UsagePlan::at(ApiStage::new("api", "prod"))),
        sample(UsagePlanKey::new("key", "plan")),
        sample(ScalableTarget::variant("llm", "v", (1, 4))),
        sample(tracking(PredefinedMetric::SageMakerVariantInvocationsPerInstance)),
        sample(tracking(PredefinedMetric::SageMakerVariantConcurrentRequestsPerModelHighResolution)),
        sample(ScheduledAction::new("endpoint/llm/variant/v", "cron(0 18 ? * * *)", (1, 1))),
        sample(guardrail),
        sample(Guardrail::new("no", "no")),
        sample(GuardrailVersion::described("arn", "first")),
        sample(CustomModelDeployment::of("arn")),
        sample(ProvisionedThroughput::of("amazon.nova-lite-v1:0:300k", 1)),
        sample(ProvisionedThroughput {
            commitment: Some(Commitment::OneMonth),
            ..ProvisionedThroughput::of("amazon.nova-lite-v1:0:300k", 1)
        }),
        sample(Budget::monthly("6190")),
        sample(alarm()),
        sample(Alarm { period_seconds: 10, ..alarm() }),
        sample(Alarm { watch: Watch::Metric(Metric { namespace: "Shop".into(), ..metric() }), ..alarm() }),
        sample(Dashboard { name: None, widgets: Vec::new() }),
        sample(DefaultSecurityGroup::closed("vpc-1")),
        sample(ElasticIp::default()),
        sample(InternetGateway::new("vpc-1")),
        sample(LoadBalancer::application(["subnet-1", "subnet-2"]).with_group("sg-1")),
        sample(LoadBalancer::network(["subnet-1"]).with("deletion_protection.enabled", "true")),
        sample(LoadBalancer::network(["subnet-1"]).internal()),
        sample(Listener::http("lb", 80, Action::forward("tg"))),
        sample(TargetGroup::http("vpc-1", 80)),
        sample(NatGateway::public("subnet-1", "eipalloc-1")),
        sample(RouteTable { vpc: "vpc-1".into(), routes: Vec::new(), subnets: Vec::new(), tags: BTreeMap::new() }),
        sample(SecurityGroup::new("vpc-1", "a")),
        sample(Subnet::private("vpc-1", cidr(), "eu-west-1a")),
        sample(Vpc::new(cidr())),
        sample(VpcEndpoint::gateway("vpc-1", "s3", Vec::new())),
        sample(VpcEndpoint::interface("vpc-1", "sagemaker.runtime", vec!["subnet-1".into()], Vec::new())),
        sample(Role::new(Policy::new())),
        sample(Bucket { lifecycle, encryption, ..Bucket::new() }),
        sample(Endpoint::new("llm", "config")),
        sample(config(instances("ml.g5.xlarge"))),
        sample(config(instances("ml.m5.xlarge"))),
        sample(queued),
        sample(config(Hosting::Serverless(serverless))),
        sample(InferenceComponent::new(
            "c",
            "llm",
            "v",
            Served::Model("m".into()),
            ComponentNeeds::accelerators(1, 1024),
        )),
        sample(Model::new("role", Container::new("image", None))),
        sample(ModelPackageGroup::new()),
        sample(features()),
        sample(FeatureGroup { throughput: Throughput::Provisioned { read_units: 1, write_units: 1 }, ..features() }),
        sample(DataQualityJobDefinition::new("role", image(), input(), output(), cluster())),
        sample(ModelQualityJobDefinition::new("role", image(), input(), "s3://labels", output(), cluster())),
        sample(MonitoringSchedule::new(MonitoringKind::DataQuality, "drift", "cron(0 * ? * * *)")),
        sample(Pipeline::new("role", Value::Null)),
        sample(Secret::new(SecretSource::generated(32))),
        sample(Topic::new()),
        sample(Queue::new()),
        sample(Queue { fifo: true, ..Queue::new() }),
        sample(QueuePolicy::new("https://sqs", Value::Null)),
        sample(Repository::new()),
        sample(VectorBucket::new()),
        sample(VectorIndex::new("bucket", 1024)),
        sample(Trail::to("bucket")),
        sample(Trail { events: vec![data_events], ..Trail::to("bucket") }),
        sample(AnomalyMonitor::of_services()),
        sample(AnomalySubscription::daily("arn", 10.0)),
        sample(Domain {
            volume: Some(Volume { iops: Some(4000), throughput: Some(250), ..Volume::gp3(100) }),
            warm: true,
            warm_type: Some("ultrawarm1.medium.search".into()),
            warm_count: Some(2),
            ..Domain::on("r6g.large.search", 2)
        }),
        sample(CollectionGroup { min_search_ocu: Some(1.0), ..CollectionGroup::scaling_to_zero(4.0) }),
        sample(CollectionGroup { generation: Generation::Classic, ..CollectionGroup::scaling_to_zero(4.0) }),
        sample(Collection::classic(CollectionKind::Vectors)),
        sample(SecurityPolicy::public(["documents"])),
        sample(AccessPolicy::of([])),
        sample(Index::new("https://a.aoss.amazonaws.com")),
        sample(Rule::scheduled("rate(5 minutes)")),
        sample(StateMachine::new("role", Value::Null)),
        sample(StateMachine { kind: MachineKind::Express, ..StateMachine::new("role", Value::Null) }),
        sample(Table { point_in_time_recovery: true, ..Table::new("id") }),
        sample(Table { class: TableClass::InfrequentAccess, ..Table::new("id") }),
    ];
    samples.extend(models.map(|model| sample(InferenceProfile::of(profile(model)))));
    let bases = ["nova-micro-v1:0:128k", "nova-lite-v1:0:300k", "nova-pro-v1:0:300k", "nova-2-lite-v1:0:256k", "a"];
    let job = |base| CustomizationJob::new(format!("amazon.{base}"), "role", "s3://data/a", "s3://data/b/");
    samples.extend(bases.map(|base| sample(job(base))));
    let protocols = [Protocol::Email, Protocol::Sms, Protocol::Https, Protocol::Sqs, Protocol::Lambda];
    samples.extend(protocols.map(|protocol| sample(subscription(protocol))));
    let classes = [LogGroupClass::Standard, LogGroupClass::InfrequentAccess, LogGroupClass::Delivery];
    samples.extend(classes.map(|class| sample(group(class))));
    samples
}

fn bills() -> Vec<(&'static str, Billing)> {
    let kinds = ebbtide::aws::kinds();
    let bill = |(kind, inputs): (&'static str, Value)| (kind, kinds.get(kind).unwrap().billing(&inputs).unwrap());
    samples().into_iter().map(bill).collect()
}

fn charges(billing: &Billing) -> &[Charge] {
    match billing {
        Billing::Charges(charges) | Billing::Conferred { charges, .. } | Billing::WithConferred { charges, .. } => {
            charges
        }
        Billing::Unknown | Billing::Free { .. } | Billing::Scaling { .. } => &[],
    }
}

#[test]
fn every_kind_says_what_it_bills_or_why_it_is_free() {
    let bills = bills();
    for kind in ebbtide::aws::kinds().iter() {
        let name = &kind.info().name;
        let of_kind: Vec<_> = bills.iter().filter(|(kind, _)| kind == name).collect();
        assert!(!of_kind.is_empty(), "{name} has no sample in this test");
        for (_, billing) in of_kind {
            let says = match billing {
                Billing::Unknown => false,
                Billing::Free { because } => because.len() > 10,
                Billing::Charges(charges) => !charges.is_empty(),
                Billing::Conferred { .. } | Billing::WithConferred { .. } | Billing::Scaling { .. } => true,
            };
            assert!(says, "{name} does not say what it bills: {billing:?}");
        }
    }
}

#[test]
fn a_kind_that_a_pause_keeps_and_aws_bills_by_time_says_why_it_is_kept() {
    let kinds = ebbtide::aws::kinds();
    let mut kept = BTreeSet::new();
    for (name, inputs) in samples() {
        let kind = kinds.get(name).unwrap();
        let billing = match kind.paused(&inputs).unwrap() {
            OnPause::Keep => kind.billing(&inputs).unwrap(),
            OnPause::Reduce(inputs) => kind.billing(&inputs).unwrap(),
            OnPause::Delete => continue,
        };
        // Conferred charges are those of another resource.
        let own = if let Billing::Conferred { .. } = &billing { &[] } else { charges(&billing) };
        if own.iter().any(|charge| matches!(charge.per, Per::Hour | Per::Month)) {
            kept.insert(name);
            assert!(kind.info().billed_while_paused.is_some(), "{name} does not say why it is kept: {billing:?}");
        }
    }
    for kind in kinds.iter().filter(|kind| kind.info().billed_while_paused.is_some()) {
        assert!(kept.contains(kind.info().name.as_str()), "{} is not billed by time while paused", kind.info().name);
    }
}

#[test]
fn every_billed_item_has_a_price_or_is_unknown_on_purpose() {
    let book = Book::embedded();
    let items: BTreeSet<String> =
        bills().iter().flat_map(|(_, billing)| charges(billing).iter().map(|charge| charge.item.clone())).collect();
    let is_unknown = |item: &str| UNPRICED.iter().any(|(unknown, _)| item.starts_with(unknown));
    for region in ["eu-west-1", "us-east-1"] {
        let missing: Vec<_> =
            items.iter().filter(|item| book.price(region, item).is_none() && !is_unknown(item)).collect();
        assert!(missing.is_empty(), "without a price in {region}: {missing:?}");
    }
    let is_billed = |unknown: &str| items.iter().any(|item| item.starts_with(unknown));
    let idle: Vec<_> = UNPRICED.iter().filter(|(unknown, _)| !is_billed(unknown)).collect();
    assert!(idle.is_empty(), "listed as unknown, and billed by no kind: {idle:?}");
}
