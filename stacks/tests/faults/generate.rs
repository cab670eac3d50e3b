//! Generated stacks: pieces of all kinds, each referring to earlier pieces where its kind does.

use std::collections::BTreeSet;
use std::fmt;

use ebbtide::aws::autoscaling::{PredefinedMetric, ScalableTarget, ScalingPolicy, ScheduledAction, TargetTracking};
use ebbtide::aws::budgets::{Budget, NotificationOn, Notify, NotifyWhen, Threshold};
use ebbtide::aws::cloudwatch::{
    Alarm, AlarmActions, Comparison, Dashboard, Metric, Statistic, TextWidget, Watch, Widget,
};
use ebbtide::aws::dynamodb;
use ebbtide::aws::ec2::{
    Cidr, DefaultSecurityGroup, ElasticIp, InternetGateway, NatGateway, Peer, Route, RouteTable, SecurityGroup,
    SecurityRule, Subnet, Vpc, VpcEndpoint,
};
use ebbtide::aws::ecr::{Repository, TagMutability};
use ebbtide::aws::events::{Rule, Target};
use ebbtide::aws::iam::{Policy, Role};
use ebbtide::aws::logs::LogGroup;
use ebbtide::aws::s3::Bucket;
use ebbtide::aws::sagemaker::{Container, Endpoint, EndpointConfig, Instances, Model, Variant};
use ebbtide::aws::secretsmanager::{Secret, SecretSource};
use ebbtide::aws::sns::{Subscription, Topic};
use ebbtide::aws::sqs::{DeadLetter, Queue};
use ebbtide::aws::stepfunctions::StateMachine;
use ebbtide::aws::{
    AllocationId, EndpointConfigName, EndpointName, InternetGatewayId, ModelName, NatGatewayId, QueueArn, RoleArn,
    RouteTableId, ScalableResource, SecurityGroupId, SubnetId, TopicArn, VpcId,
};
use ebbtide::resource::cloud_control::Any;
use ebbtide::resource::{Input, Tags};
use ebbtide::stack::{Declarations, Stack};
use serde_json::json;

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
    Bucket,
    Logs,
    Topic,
    Subscription,
    Secret,
    Model,
    Config,
    Endpoint,
    Target,
    Policy,
    Action,
    Alarm,
    Dashboard,
    Budget,
    Queue,
    Images,
    Items,
    Rule,
    Machine,
    AnyType,
);

impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}({}, variant {}, on {})", self.shape, self.name, self.variant, self.on)
    }
}

/// Shapes that belong together: the end of such a row is only drawn with everything it depends on.
const ROWS: [&[Shape]; 3] = [
    &[Shape::Vpc, Shape::Subnet, Shape::Gateway, Shape::Address, Shape::Nat, Shape::Table],
    &[Shape::Vpc, Shape::Subnet, Shape::Group, Shape::Table, Shape::VpcEndpoint, Shape::VpcEndpoint],
    &[Shape::Role, Shape::Model, Shape::Config, Shape::Endpoint, Shape::Target, Shape::Action, Shape::Policy],
];

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
    topics: Vec<Input<TopicArn>>,
    subscribed: BTreeSet<(u8, u8)>,
    models: Vec<Input<ModelName>>,
    configs: Vec<Input<EndpointConfigName>>,
    endpoints: Vec<(String, Input<EndpointName>)>,
    targets: Vec<Input<ScalableResource>>,
    queues: Vec<Input<QueueArn>>,
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
                stack.add(&name, Bucket { tags: tags(variant), ..Bucket::new() });
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
            Shape::Model | Shape::Config | Shape::Endpoint => self.serving(stack, piece, &name)?,
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
            Shape::Queue | Shape::Images | Shape::Items | Shape::Rule | Shape::Machine | Shape::AnyType => {
                self.by_cloud_control(stack, piece, &name);
            }
        }
        Some(())
    }

    fn network(&mut self, stack: &mut Stack, piece: &Piece, name: &str) -> Option<()> {
        let (variant, on) = (piece.variant, piece.on);
        if piece.shape == Shape::Vpc {
            // A network with another block is another one.
            let base = piece.name % 60 + 64 * (variant % 2);
            let vpc = Vpc { tags: tags(variant / 2), ..Vpc::new(block(&format!("10.{base}.0.0/16"))) };
            let id = stack.add(name, vpc).vpc_id;
            self.networks.push(Network {
                name: name.to_owned(),
                base,
                id,
                gateway: None,
                nat: None,
                subnets: Vec::new(),
                free: Vec::new(),
                groups: Vec::new(),
                tables: Vec::new(),
                endpoints: BTreeSet::new(),
                default_group: false,
            });
            return Some(());
        }
        if piece.shape == Shape::Address {
            let address = ElasticIp { keep_while_paused: variant == 3, tags: tags(variant % 2) };
            self.addresses.push((name.to_owned(), stack.add(name, address).allocation_id));
            return Some(());
        }
        let count = self.networks.len();
        let network = self.networks.get_mut(usize::from(on) % count.max(1))?;
        match piece.shape {
            Shape::Subnet => {
                let zone = ["eu-west-1a", "eu-west-1b"][usize::from(variant % 2)];
                let cidr = block(&format!("10.{}.{}.0/24", network.base, piece.name));
                let subnet = Subnet { tags: tags(variant / 2), ..Subnet::private(&network.id, cidr, zone) };
                let id = stack.add(name, subnet).subnet_id;
                network.subnets.push(id.clone());
                network.free.push(id);
            }
            Shape::Gateway if network.gateway.is_none() => {
                let gateway = InternetGateway::new(&network.id);
                network.gateway = Some(stack.add(&network.name, gateway).internet_gateway_id);
            }
            Shape::Nat => {
                let (gateway, subnet) = (network.gateway.clone()?, pick(&network.subnets, on)?);
                let (name, address) = self.addresses.pop()?;
                let nat = NatGateway { tags: tags(variant), ..NatGateway::public(&subnet, address) };
                let nat = stack.add(&name, nat).nat_gateway_id;
                stack.after(&nat, &gateway);
                network.nat = Some(nat);
            }
            Shape::Table => {
                let routes = match (variant, &network.gateway, &network.nat) {
                    (0, Some(gateway), _) => vec![Route::to_internet(gateway)],
                    (1 | 2, _, Some(nat)) => vec![Route::through_nat(nat)],
                    _ => Vec::new(),
                };
                let subnets = network.free.pop().into_iter().collect();
                let table = RouteTable { vpc: network.id.clone(), routes, subnets, tags: tags(variant) };
                network.tables.push(stack.add(name, table).route_table_id);
            }
            Shape::Group => {
                let from = block(&format!("10.{}.0.0/16", network.base));
                let ingress = (0..variant).map(|n| SecurityRule::tcp(443 + u16::from(n), Peer::Cidr(from))).collect();
                let group = SecurityGroup { ingress, ..SecurityGroup::new(&network.id, "generated") };
                network.groups.push(stack.add(name, group).security_group_id);
            }
            Shape::DefaultGroup if !network.default_group => {
                network.default_group = true;
                let ingress = (0..variant).map(|n| SecurityRule::tcp(443 + u16::from(n), Peer::Itself)).collect();
                let group = DefaultSecurityGroup { ingress, ..DefaultSecurityGroup::closed(&network.id) };
                stack.add(&network.name, group);
            }
            Shape::VpcEndpoint if variant < 2 && network.endpoints.insert("s3") => {
                let tables = network.tables.iter().take(usize::from(variant) + 1).cloned().collect();
                stack.add(&format!("{}-s3", network.name), VpcEndpoint::gateway(&network.id, "s3", tables));
            }
            Shape::VpcEndpoint if variant >= 2 && network.endpoints.insert("sagemaker.runtime") => {
                let (subnet, group) = (pick(&network.subnets, on)?, pick(&network.groups, on)?);
                stack.add(name, VpcEndpoint::interface(&network.id, "sagemaker.runtime", vec![subnet], vec![group]));
            }
            _ => {}
        }
        Some(())
    }

    fn by_cloud_control(&mut self, stack: &mut Stack, piece: &Piece, name: &str) {
        let (variant, on) = (piece.variant, piece.on);
        match piece.shape {
            Shape::Queue => {
                let dead_letter = pick(&self.queues, on).map(|queue| DeadLetter { queue, max_receives: 3 });
                let dead_letter = dead_letter.filter(|_| variant % 2 == 1);
                let queue = Queue { delay_seconds: u32::from(variant), dead_letter, ..Queue::new() };
                self.queues.push(stack.add(name, queue).arn);
            }
            Shape::Images => {
                let tag_mutability = [TagMutability::Mutable, TagMutability::Immutable][usize::from(variant % 2)];
                stack.add(name, Repository { tag_mutability, tags: tags(variant / 2), ..Repository::new() });
            }
            Shape::Rule => {
                let rule = match variant {
                    0 => Rule::scheduled("rate(5 minutes)"),
                    _ => Rule::matching(json!({ "source": [format!("shop-{variant}")] })),
                };
                let target = pick(&self.queues, on).map(|queue| Target::new("queue", queue.text()));
                stack.add(name, target.into_iter().fold(rule, Rule::to));
            }
            Shape::Machine => {
                let Some(role) = pick(&self.roles, on) else { return };
                let wait = json!({ "Type": "Wait", "Seconds": variant + 1, "End": true });
                let definition = json!({ "StartAt": "Wait", "States": { "Wait": wait } });
                stack.add(name, StateMachine { tracing: variant % 2 == 1, ..StateMachine::new(&role, definition) });
            }
            Shape::AnyType => {
                // AWS assigns the identifier of a guardrail, and its versions have no tags.
                let guardrail = Any::new("AWS::Bedrock::Guardrail").with("Name", format!("g-{name}")).without_data();
                let guardrail = guardrail.with("BlockedInputMessaging", format!("no {variant}"));
                let guardrail = stack.add(name, guardrail.with("BlockedOutputsMessaging", "no"));
                let version = Any::new("AWS::Bedrock::GuardrailVersion").with("Description", "first").without_data();
                stack.add(name, version.with("GuardrailIdentifier", guardrail.get::<String>("GuardrailArn")));
            }
            _ => {
                let table = dynamodb::Table { tags: tags(variant), ..dynamodb::Table::new("id") };
                stack.add(name, table);
            }
        }
    }

    fn serving(&mut self, stack: &mut Stack, piece: &Piece, name: &str) -> Option<()> {
        let (variant, on) = (piece.variant, piece.on);
        match piece.shape {
            Shape::Model => {
                let role = pick(&self.roles, on)?;
                let container = Container::new(format!("1.dkr.ecr/vllm:{variant}"), None);
                self.models.push(stack.add(name, Model::new(&role, container)).name);
            }
            Shape::Config => {
                let model = pick(&self.models, on)?;
                let instances = Instances::new("ml.g5.xlarge", 1 + u32::from(variant));
                let config = EndpointConfig::new(Variant::on_instances("AllTraffic", &model, instances));
                self.configs.push(stack.add(name, config).name);
            }
            _ => {
                let config = pick(&self.configs, on)?;
                let endpoint = stack.add(name, Endpoint::new(format!("llm-{name}"), &config)).name;
                self.endpoints.push((name.to_owned(), endpoint));
            }
        }
        Some(())
    }
}
