//! Generated stacks: pieces of all kinds, each referring to earlier pieces where its kind does.

mod balancing;
mod bedrock;
mod cloud_control;
mod functions;
mod gateway;
mod mlops;
mod network;
mod search;
mod serving;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use ebbtide::aws::autoscaling::{PredefinedMetric, ScalableTarget, ScalingPolicy, ScheduledAction, TargetTracking};
use ebbtide::aws::budgets::{Budget, NotificationOn, Notify, NotifyWhen, Threshold};
use ebbtide::aws::cloudwatch::{
    Alarm, AlarmActions, Comparison, Dashboard, Metric, Statistic, TextWidget, Watch, Widget,
};
use ebbtide::aws::ec2::Cidr;
use ebbtide::aws::iam::{Policy, Principal, Role};
use ebbtide::aws::kms;
use ebbtide::aws::logs::LogGroup;
use ebbtide::aws::s3::Bucket;
use ebbtide::aws::sagemaker::MonitoringKind;
use ebbtide::aws::secretsmanager::{Secret, SecretSource};
use ebbtide::aws::sns::{Subscription, Topic};
use ebbtide::aws::sqs::QueueOutputs;
use ebbtide::aws::{
    AllocationId, BucketName, CollectionEndpoint, CollectionGroupName, EndpointConfigName, EndpointName,
    InferenceComponentName, InternetGatewayId, KmsKeyId, ModelName, MonitoringJobDefinitionName, NatGatewayId,
    QueueArn, RoleArn, RouteTableId, ScalableResource, SecurityGroupId, SubnetId, TopicArn, VectorBucketArn, VpcId,
};
use ebbtide::resource::{Declared, Input, Tags};
use ebbtide::stack::{Declarations, Stack};

use crate::random::Random;
use crate::world::scope;

/// One resource of a generated stack.
#[derive(Clone, Debug)]
pub struct Piece {
    pub name: u8,
    pub shape: Shape,
    /// Selects the inputs that can change.
    pub variant: u8,
    /// Selects the earlier pieces to which it refers.
    pub on: u8,
}

macro_rules! shapes {
    ($($shape:ident),* $(,)?) => {
        /// The shapes of pieces, one for each kind.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Shape { $($shape),* }
        pub const SHAPES: &[Shape] = &[$(Shape::$shape),*];
    };
}

shapes!(
    Vpc,
    Subnet,
    Gateway,
    Address,
    Nat,
    Table,
    Group,
    DefaultGroup,
    VpcEndpoint,
    Role,
    Job,
    ImportedModel,
    CustomModel,
    Throughput,
    Bucket,
    Logs,
    Topic,
    Subscription,
    Secret,
    Model,
    Config,
    Endpoint,
    Host,
    Component,
    Copies,
    DataQuality,
    ModelQuality,
    Monitoring,
    Target,
    Policy,
    Action,
    Alarm,
    Dashboard,
    Budget,
    Queue,
    QueuePolicy,
    Images,
    Items,
    Rule,
    Machine,
    Trail,
    Invocations,
    Vectors,
    VectorIndex,
    Guardrail,
    Profile,
    SearchGroup,
    Collection,
    SearchPolicy,
    AccessPolicy,
    SearchIndex,
    Domain,
    Anomalies,
    Api,
    ApiPart,
    ApiMethod,
    Deployment,
    Stage,
    UsagePlan,
    ApiKey,
    ApiPlanKey,
    Key,
    KeyAlias,
    Function,
    Version,
    Alias,
    Permission,
    Balancer,
    Targets,
    Listener,
    AnyType,
    Registry,
    Features,
    Pipeline,
);

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({}, variant {}, on {})", self.shape, self.name, self.variant, self.on)
    }
}

/// Shapes that belong together: the end of such a row is only drawn with everything it depends on.
/// A kind that depends on another one is in such a row.
const ROWS: &[&[Shape]] = &[
    &[Shape::Vpc, Shape::Subnet, Shape::Gateway, Shape::Address, Shape::Nat, Shape::Table],
    &[Shape::Vpc, Shape::Subnet, Shape::Group, Shape::Table, Shape::VpcEndpoint, Shape::VpcEndpoint],
    &[Shape::Vpc, Shape::Subnet, Shape::Balancer, Shape::Targets, Shape::Listener],
    &[Shape::Vpc, Shape::Subnet, Shape::Subnet, Shape::Group, Shape::Balancer, Shape::Targets, Shape::Listener],
    &[Shape::Role, Shape::Model, Shape::Config, Shape::Endpoint, Shape::Target, Shape::Action, Shape::Policy],
    &[Shape::Role, Shape::Host, Shape::Component, Shape::Copies],
    &[Shape::Role, Shape::Machine, Shape::AccessPolicy],
    &[Shape::SearchGroup, Shape::Collection, Shape::SearchIndex, Shape::Collection, Shape::SearchPolicy],
    &[Shape::Role, Shape::Model, Shape::Config, Shape::Endpoint, Shape::DataQuality, Shape::Monitoring],
    &[Shape::Role, Shape::Pipeline, Shape::ModelQuality, Shape::Monitoring],
    &[Shape::Key, Shape::KeyAlias],
    &[Shape::Queue, Shape::Rule, Shape::QueuePolicy],
    &[Shape::Role, Shape::Function, Shape::Version, Shape::Alias, Shape::Permission],
    &[
        Shape::Api,
        Shape::ApiPart,
        Shape::ApiMethod,
        Shape::Deployment,
        Shape::Stage,
        Shape::UsagePlan,
        Shape::ApiKey,
        Shape::ApiPlanKey,
    ],
    &[Shape::Role, Shape::Job, Shape::CustomModel, Shape::Throughput],
    &[Shape::Role, Shape::ImportedModel, Shape::CustomModel],
    &[Shape::Bucket, Shape::Invocations],
    &[Shape::Bucket, Shape::Trail, Shape::Vectors, Shape::VectorIndex, Shape::Topic, Shape::Subscription],
];

/// Histories of so many seeds in a row contain every kind.
pub const BEGINNINGS: u64 = (ROWS.len() + SHAPES.len()) as u64;

/// Draws the first pieces of the history of a seed: a whole row, or one of a kind.
pub fn first_pieces(seed: u64, random: &mut Random, next: &mut u8) -> Vec<Piece> {
    let at = (seed % BEGINNINGS) as usize;
    let shapes = ROWS.get(at).copied().unwrap_or_else(|| std::slice::from_ref(&SHAPES[at - ROWS.len()]));
    pieces(shapes, random, next)
}

/// Draws pieces: one of any kind, or the beginning of a row.
pub fn draw_pieces(random: &mut Random, next: &mut u8) -> Vec<Piece> {
    let shapes = match random.below(4) {
        0 => {
            let row = ROWS[random.below(ROWS.len() as u64) as usize];
            &row[..2 + random.below(row.len() as u64 - 1) as usize]
        }
        _ => {
            let at = random.below(SHAPES.len() as u64) as usize;
            &SHAPES[at..=at]
        }
    };
    pieces(shapes, random, next)
}

fn pieces(shapes: &[Shape], random: &mut Random, next: &mut u8) -> Vec<Piece> {
    let piece = |shape: &Shape| {
        *next += 1;
        Piece { name: *next, shape: *shape, variant: random.below(4) as u8, on: random.below(8) as u8 }
    };
    shapes.iter().map(piece).collect()
}

/// Declares the stack of these pieces, without those that refer to a missing one. Returns `None` if nothing is left, or
/// if the pieces contradict each other.
///
/// A resource of which there can be only one (a gateway of a network, a target of an endpoint) is named after its
/// owner, so that no other takes its place under another name.
pub fn declare(pieces: &[Piece]) -> Option<Declarations> {
    let mut made = Made::default();
    let mut stack = Stack::new(scope(), [("Project".to_owned(), "faults".to_owned())].into());
    // In the order of kinds, so that references lead to earlier pieces.
    for shape in SHAPES {
        for piece in pieces.iter().filter(|piece| piece.shape == *shape) {
            made.add(&mut stack, piece);
        }
    }
    stack.finish().ok().filter(|declarations| !declarations.resources.is_empty())
}

struct Network {
    name: String,
    base: u8,
    id: Input<VpcId>,
    gateway: Option<Input<InternetGatewayId>>,
    nat: Option<Input<NatGatewayId>>,
    subnets: Vec<Input<SubnetId>>,
    /// The first subnet of each zone.
    zones: BTreeMap<&'static str, Input<SubnetId>>,
    /// Subnets without a route table.
    free: Vec<Input<SubnetId>>,
    groups: Vec<Input<SecurityGroupId>>,
    tables: Vec<Input<RouteTableId>>,
    endpoints: BTreeSet<&'static str>,
    default_group: bool,
}

/// The resources that were declared so far.
#[derive(Default)]
struct Made {
    networks: Vec<Network>,
    addresses: Vec<(String, Input<AllocationId>)>,
    roles: Vec<Input<RoleArn>>,
    /// Those of jobs, and imported ones.
    custom_models: Vec<Input<String>>,
    logs_invocations: bool,
    topics: Vec<Input<TopicArn>>,
    subscribed: BTreeSet<(u8, u8)>,
    models: Vec<Input<ModelName>>,
    configs: Vec<Input<EndpointConfigName>>,
    endpoints: Vec<(String, Input<EndpointName>)>,
    hosts: Vec<Input<EndpointName>>,
    components: Vec<(String, Input<InferenceComponentName>)>,
    targets: Vec<Input<ScalableResource>>,
    queues: Vec<Input<QueueArn>>,
    /// The queues without a policy, with the names of their pieces.
    open_queues: Vec<(String, QueueOutputs<Declared>)>,
    buckets: Vec<Input<BucketName>>,
    vectors: Vec<Input<VectorBucketArn>>,
    search_groups: Vec<Input<CollectionGroupName>>,
    collections: Vec<Input<CollectionEndpoint>>,
    definitions: Vec<(MonitoringKind, Input<MonitoringJobDefinitionName>, Option<Input<EndpointName>>)>,
    gateways: Vec<gateway::Gateway>,
    callers: gateway::Callers,
    functions: Vec<functions::Declared>,
    balancers: Vec<balancing::Balancer>,
    keys: Vec<Input<KmsKeyId>>,
}

fn pick<T: Clone>(pool: &[T], on: u8) -> Option<T> {
    pool.get(usize::from(on) % pool.len().max(1)).cloned()
}

fn tags(variant: u8) -> Tags {
    Tags::from([("variant".to_owned(), variant.to_string())])
}

fn block(text: &str) -> Cidr {
    text.parse().expect("a block")
}

impl Made {
    fn add(&mut self, stack: &mut Stack, piece: &Piece) -> Option<()> {
        let (name, variant, on) = (format!("p{}", piece.name), piece.variant, piece.on);
        match piece.shape {
            Shape::Vpc
            | Shape::Subnet
            | Shape::Gateway
            | Shape::Address
            | Shape::Nat
            | Shape::Table
            | Shape::Group
            | Shape::DefaultGroup
            | Shape::VpcEndpoint => self.network(stack, piece, &name)?,
            Shape::Role => {
                let mut role = Role { tags: tags(variant / 2), ..Role::new(Policy::trust("sagemaker.amazonaws.com")) };
                if variant % 2 == 1 {
                    role = role.policy("read", Policy::new().allow(["s3:GetObject"]).on("arn:aws:s3:::models/*"));
                }
                self.roles.push(stack.add(&name, role).arn);
            }
            Shape::Bucket => {
                // Trails and the log of invocations write to it.
                let write = |policy: Policy, service: &str| {
                    let policy = policy.allow(["s3:PutObject"]).on_itself_then("/*");
                    policy.to(Principal::Service(service.into()))
                };
                let writers = ["cloudtrail.amazonaws.com", "bedrock.amazonaws.com"];
                let policy = Some(writers.into_iter().fold(Policy::new(), write));
                let bucket = stack.add(&name, Bucket { policy, tags: tags(variant), ..Bucket::new() });
                self.buckets.push(bucket.name);
            }
            Shape::Key => {
                let rotation_days = (variant % 2 == 1).then(|| 90 + u32::from(variant));
                let key =
                    kms::Key { rotation_days, tags: tags(variant / 2), ..kms::Key::new(format!("{name} {variant}")) };
                self.keys.push(stack.add(&name, key).id);
            }
            Shape::KeyAlias => {
                stack.add(&name, kms::Alias::of(&pick(&self.keys, on)?));
            }
            Shape::Logs => {
                let days = [1, 7, 30, 90][usize::from(variant)];
                stack.add(&name, LogGroup::new(&format!("/faults/{name}"), days));
            }
            Shape::Topic => {
                let topic = Topic { display_name: format!("Topic {variant}"), ..Topic::new() };
                self.topics.push(stack.add(&name, topic).arn);
            }
            Shape::Subscription => {
                let topic = pick(&self.topics, on)?;
                let address = format!("{name}-{variant}@example.com");
                stack.add(&name, Subscription::email(&topic, &address));
                self.subscribed.insert((on, variant));
            }
            Shape::Secret => {
                let secret = Secret {
                    description: format!("variant {variant}"),
                    recovery_window_days: 0,
                    ..Secret::new(SecretSource::generated(24))
                };
                stack.add(&name, secret);
            }
            Shape::Job => self.job(stack, piece, &name)?,
            Shape::ImportedModel => self.imported_model(stack, piece, &name)?,
            Shape::Invocations => self.invocations(stack, piece, &name)?,
            Shape::CustomModel | Shape::Throughput => self.result_user(stack, piece, &name)?,
            Shape::Model | Shape::Config | Shape::Endpoint => self.serving(stack, piece, &name)?,
            Shape::Host | Shape::Component | Shape::Copies => self.components(stack, piece, &name)?,
            Shape::Target => {
                // An endpoint scales once.
                let (name, endpoint) = (!self.endpoints.is_empty()).then(|| self.endpoints.remove(0))?;
                let target = ScalableTarget::variant(&endpoint, "AllTraffic", (1, 2 + u32::from(variant)));
                self.targets.push(stack.add(&name, target).resource);
            }
            Shape::Policy => {
                // A target has one policy for each metric, and all policies here follow the same one.
                let target = (!self.targets.is_empty()).then(|| self.targets.remove(0))?;
                let metric = PredefinedMetric::SageMakerVariantInvocationsPerInstance;
                let tracking = TargetTracking::predefined(metric, 10.0 + f64::from(variant));
                stack.add(&name, ScalingPolicy::tracking(&target, tracking));
            }
            Shape::Action => {
                let target = pick(&self.targets, on)?;
                let hour = 16 + variant;
                stack.add(&name, ScheduledAction::new(&target, format!("cron(0 {hour} ? * MON-FRI *)"), (1, 1)));
            }
            Shape::Alarm => {
                let actions = match pick(&self.topics, on) {
                    Some(topic) => AlarmActions { alarm: vec![Input::join(topic.parts())], ..AlarmActions::none() },
                    None => AlarmActions::none(),
                };
                let latency = Metric::of_variant("ModelLatency", "llm", "AllTraffic", Statistic::Average);
                let alarm = Alarm {
                    actions,
                    quiet_while_paused: variant % 2 == 0,
                    ..Alarm::new(Watch::Metric(latency), Comparison::Greater, 100.0 * f64::from(variant + 1))
                };
                stack.add(&name, alarm);
            }
            Shape::Dashboard => {
                let text = format!("# Variant {variant}");
                let widget = TextWidget { markdown: text.as_str().into(), width: 12, height: 3 };
                stack.add(&name, Dashboard { name: None, widgets: vec![Widget::Text(widget)] });
            }
            Shape::Budget => {
                let when = NotifyWhen { on: NotificationOn::ActualAbove, threshold: Threshold::Percent(80.0) };
                let topic = pick(&self.topics, on);
                let emails = BTreeSet::from(["ada@example.com".to_owned()]);
                let notify = vec![Notify { when, emails, topic }];
                stack.add(&name, Budget { notify, ..Budget::monthly(format!("{}", 100 * (u32::from(variant) + 1))) });
            }
            Shape::Guardrail
            | Shape::Profile
            | Shape::SearchGroup
            | Shape::Collection
            | Shape::SearchPolicy
            | Shape::AccessPolicy
            | Shape::SearchIndex
            | Shape::Domain
            | Shape::Anomalies => self.search(stack, piece, &name)?,
            Shape::Registry
            | Shape::Features
            | Shape::DataQuality
            | Shape::ModelQuality
            | Shape::Monitoring
            | Shape::Pipeline => self.mlops(stack, piece, &name)?,
            Shape::Api
            | Shape::ApiPart
            | Shape::ApiMethod
            | Shape::Deployment
            | Shape::Stage
            | Shape::UsagePlan
            | Shape::ApiKey
            | Shape::ApiPlanKey => self.gateway(stack, piece, &name)?,
            Shape::Function | Shape::Version | Shape::Alias | Shape::Permission => {
                self.functions(stack, piece, &name)?;
            }
            Shape::Balancer | Shape::Targets | Shape::Listener => self.balancing(stack, piece, &name)?,
            _ => self.by_cloud_control(stack, piece, &name)?,
        }
        Some(())
    }
}
