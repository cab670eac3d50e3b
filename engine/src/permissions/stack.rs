//! The permissions of a stack: those of its kinds, of the commands, and of the state.

use std::collections::{BTreeMap, BTreeSet};

use clap::ValueEnum;
use ebbtide::aws::sagemaker::{Endpoint, MonitoringSchedule};
use ebbtide::resource::{Address, OnPause, Resource, references};
use ebbtide::stack::Declarations;
use serde_json::Value;

use super::actions::{Condition, Need, Target, needs};
use super::document::policies;
use super::handlers;
use super::phase::Phase;
use super::resources::{Named, Resources};
use super::statement::Actions;
use crate::providers::{KnownCalls, Providers};

/// The use of the credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Purpose {
    /// `ebb plan`: reads only
    Plan,
    /// `ebb apply`, `ebb destroy` and all others but `ebb logs` and `ebb invoke`
    Apply,
    /// `ebb pause` and `ebb resume`
    Pause,
    /// `ebb tick` and `ebb serve`
    Tick,
    /// `ebb logs`
    Logs,
    /// `ebb invoke`
    Invoke,
}

impl Purpose {
    /// Returns whether it is the use of what is there: it reads the record, and no resource.
    fn is_use(self) -> bool {
        matches!(self, Self::Logs | Self::Invoke)
    }
}

/// What commands use beside the resources of the stack.
#[derive(Clone, Debug, Default)]
pub(crate) struct Beside {
    /// The ARN of the bucket with the state, and the part of its keys that belongs to the stack.
    pub(crate) state: Option<(String, String)>,
    /// The keys that encrypt the state, ARNs or `alias/NAME`.
    pub(crate) keys: Vec<String>,
    /// The topic of notifications.
    pub(crate) topic: Option<String>,
    /// Whether bills are looked up.
    pub(crate) bills: bool,
    /// Whether the use of endpoints is looked up.
    pub(crate) idle: bool,
    /// The role that the credentials assume, if the environment names it.
    pub(crate) role: Option<String>,
}

/// The permissions of a stack.
#[derive(Clone, Debug)]
pub(crate) struct Permissions {
    /// Policies that each fit into a managed policy.
    pub(crate) policies: Vec<Value>,
    /// The kinds whose calls are not known, and how many resources there are of each.
    pub(crate) unknown: BTreeMap<String, usize>,
}

pub(super) struct Collector<'a> {
    resources: Resources<'a>,
    actions: Actions,
    unknown: BTreeMap<String, usize>,
}

impl Permissions {
    /// Returns the permissions that a purpose needs.
    pub(crate) fn of(declarations: &Declarations, providers: &Providers, purpose: Purpose, beside: &Beside) -> Self {
        let resources = Resources::new(declarations, providers);
        let mut collector = Collector::new(resources);
        let pauses = Pauses::of(declarations, providers);
        for (address, declaration) in &declarations.resources {
            let phases: &[Phase] = match purpose {
                Purpose::Plan => &[Phase::Read],
                Purpose::Apply => &[Phase::Read, Phase::Create, Phase::Update, Phase::Delete],
                Purpose::Pause | Purpose::Tick => pauses.phases(address, &declaration.inputs),
                Purpose::Logs | Purpose::Invoke => &[],
            };
            match purpose {
                Purpose::Logs => collector.add_logs(address),
                Purpose::Invoke => collector.add_invocation(address),
                Purpose::Plan | Purpose::Apply | Purpose::Pause | Purpose::Tick => {}
            }
            phases.iter().for_each(|phase| collector.add_phase(address, *phase));
        }
        collector.add_commands(purpose, beside);
        let Collector { actions, unknown, .. } = collector;
        let (statements, creating) = actions.statements();
        Self { policies: policies(statements, &declarations.scope, &creating), unknown }
    }
}

/// Returns an action with its service in small letters.
fn with_small_service(action: &str) -> String {
    match action.split_once(':') {
        Some((service, name)) => format!("{}:{name}", service.to_ascii_lowercase()),
        None => action.to_owned(),
    }
}

/// The effect of pauses on the resources of a stack.
struct Pauses<'a> {
    declarations: &'a Declarations,
    providers: &'a Providers,
    deleted: BTreeSet<Address>,
}

impl<'a> Pauses<'a> {
    fn of(declarations: &'a Declarations, providers: &'a Providers) -> Self {
        let mut pauses = Self { declarations, providers, deleted: BTreeSet::new() };
        let all = declarations.resources.iter();
        let deleted = all.filter(|(address, one)| matches!(pauses.effect(address, &one.inputs), Some(OnPause::Delete)));
        pauses.deleted = deleted.map(|(address, _)| address.clone()).collect();
        pauses
    }

    fn effect(&self, address: &Address, inputs: &Value) -> Option<OnPause<Value>> {
        self.providers.kinds().get(address.kind())?.paused(inputs).ok()
    }

    /// Returns the functions that a pause and a resume use of a resource. One that refers to the id of another, which changes, is
    /// updated.
    fn phases(&self, address: &Address, inputs: &Value) -> &'static [Phase] {
        match self.effect(address, inputs) {
            Some(OnPause::Keep) if !self.follows(inputs) => &[Phase::Read],
            Some(OnPause::Keep | OnPause::Reduce(_)) => &[Phase::Read, Phase::Update],
            Some(OnPause::Delete) | None => &[Phase::Read, Phase::Create, Phase::Update, Phase::Delete],
        }
    }

    fn follows(&self, inputs: &Value) -> bool {
        let known = |address: &Address, output: &str| {
            let declaration = self.declarations.resources.get(address)?;
            let identity = self.declarations.scope.identity("", address, 1);
            let outputs =
                self.providers.kinds().get(address.kind())?.known_outputs(&identity, &declaration.inputs).ok()?;
            outputs.contains_key(output).then_some(())
        };
        let deleted = references(inputs).into_iter().filter(|reference| self.deleted.contains(&reference.address));
        deleted.into_iter().any(|reference| known(&reference.address, &reference.output).is_none())
    }
}

impl<'a> Collector<'a> {
    pub(super) fn new(resources: Resources<'a>) -> Self {
        Self { resources, actions: Actions::default(), unknown: BTreeMap::new() }
    }

    /// Returns the actions that were added so far, and forgets them.
    pub(super) fn take(&mut self) -> Actions {
        std::mem::take(&mut self.actions)
    }
}

impl Collector<'_> {
    pub(super) fn add_phase(&mut self, address: &Address, phase: Phase) {
        let providers = self.resources.providers;
        let Some(implementation) = providers.get(address.kind()) else { return };
        match implementation.provider.calls() {
            KnownCalls::Of(calls) => {
                let named = match phase {
                    Phase::Read => calls.reads,
                    Phase::Create => calls.creates,
                    Phase::Update => calls.updates,
                    Phase::Delete => calls.deletes,
                };
                named.split_whitespace().for_each(|call| self.add_call(address, call));
            }
            KnownCalls::CloudControl(type_name) => match handlers::of(type_name, phase) {
                Some(handler) => {
                    handler.calls.iter().for_each(|call| self.add_call(address, call));
                    for action in handler.actions {
                        self.add_handler(address, &action, handler.service);
                    }
                    for action in handler.lists {
                        self.add_list(&action, handler.service);
                    }
                }
                None => self.is_unknown(address, phase),
            },
            KnownCalls::Unknown => self.is_unknown(address, phase),
        }
    }

    fn is_unknown(&mut self, address: &Address, phase: Phase) {
        if matches!(phase, Phase::Read) {
            *self.unknown.entry(address.kind().to_owned()).or_default() += 1;
        }
    }

    fn add_call(&mut self, address: &Address, call: &str) {
        let is_needed = match call {
            // Without scaling of the stack, that of others is only looked at.
            call if call.starts_with("application-autoscaling:") && !call.contains(":Describe") => self.scales(),
            "ec2:CreateVpcEndpoint(private)" => self.has_private_name(address),
            "cloudwatch:GetMetricData(queue)" => self.has_queue(address),
            _ => true,
        };
        if !is_needed {
            return;
        }
        for need in needs(call).unwrap_or_default() {
            if need.condition == Condition::Created {
                self.actions.add_creation(call);
            }
            self.add_need(address, need);
        }
    }

    fn has_private_name(&self, address: &Address) -> bool {
        let declaration = self.resources.declarations.resources.get(address);
        declaration.is_some_and(|declaration| declaration.inputs.to_string().contains("\"private_dns\":true"))
    }

    fn scales(&self) -> bool {
        self.resources.declarations.resources.keys().any(|address| address.kind().starts_with("autoscaling_"))
    }

    /// Adds an action by which a handler lists the resources of a type.
    fn add_list(&mut self, action: &str, service: &str) {
        let (action, service) = (with_small_service(action), service.to_ascii_lowercase());
        let is_own = action.split(':').next() == Some(service.as_str());
        let arn = match is_own && !handlers::is_unscoped(&action) {
            true => self.resources.filled(&handlers::arn_of_service(&service), |_| None),
            false => "*".to_owned(),
        };
        self.actions.add(&action, arn, Condition::Always);
    }

    /// Returns whether an endpoint may have a queue: its configuration says so, or is not one of the stack.
    fn has_queue(&self, address: &Address) -> bool {
        let resources = &self.resources.declarations.resources;
        let referred = resources.get(address).map(|one| references(&one.inputs)).unwrap_or_default();
        let configs = referred.iter().filter(|reference| reference.address.kind() == "sagemaker_endpoint_config");
        let mut configs = configs.filter_map(|reference| resources.get(&reference.address)).peekable();
        configs.peek().is_none() || configs.any(|config| !config.inputs["async_inference"].is_null())
    }

    fn add_need(&mut self, address: &Address, need: &Need) {
        let condition = match &need.condition {
            Condition::Policies(_) => match self.resources.managed_policies(address) {
                policies if policies.is_empty() => return,
                policies => Condition::Policies(policies),
            },
            condition => condition.clone(),
        };
        let named: Vec<Named> = match &need.target {
            Target::Any => vec![Named { arn: "*".to_owned(), is_own: true }],
            Target::Own(ending) => {
                let own = self.resources.own(address).into_iter();
                own.map(|arn| Named { arn: self.resources.shorten(arn) + ending, is_own: true }).collect()
            }
            Target::Arn(template) => {
                let arn = self.resources.filled(template, |_| None);
                vec![Named { arn, is_own: true }]
            }
            Target::Type { name, is_optional } => {
                let referred = self.resources.referred(address, name);
                if referred.is_empty() && !is_optional {
                    // The inputs name it by a name alone.
                    let service = need.action.split(':').next().unwrap_or_default();
                    let arn = self.resources.declarations.scope.arn(service, &format!("{name}/*"));
                    vec![Named { arn, is_own: false }]
                } else {
                    referred.into_iter().collect()
                }
            }
        };
        for Named { arn, is_own } in named {
            // A resource of somebody else does not have the tags of this stack.
            let condition = match &condition {
                Condition::Own if !is_own => Condition::Always,
                condition => condition.clone(),
            };
            let arn = if is_own { self.resources.shorten(arn) } else { arn };
            self.actions.add(&need.action, arn, condition);
        }
    }

    /// Adds an action of a handler of Cloud Control, which acts with the permissions of the caller.
    fn add_handler(&mut self, address: &Address, action: &str, service: &str) {
        // Schemas write some services in capitals.
        let (action, service) = (&with_small_service(action), &service.to_ascii_lowercase());
        if action == "iam:PassRole" {
            for Named { arn, is_own } in self.resources.passed_roles(address) {
                let arn = if is_own { self.resources.shorten(arn) } else { arn };
                self.actions.add(action, arn, Condition::PassedTo(format!("{service}.amazonaws.com")));
            }
            return;
        }
        if action.starts_with("iam:") {
            // The role that the service makes for itself.
            let arn = self.resources.filled("arn:{partition}:iam::{account}:role/aws-service-role/*", |_| None);
            self.actions.add(action, arn, Condition::Always);
            return;
        }
        let is_own = action.split(':').next().is_some_and(|of| of.eq_ignore_ascii_case(service));
        if !is_own || handlers::is_unscoped(action) {
            self.actions.add(action, "*".to_owned(), Condition::Always);
            return;
        }
        let own = self.resources.own(address);
        if own.is_empty() {
            let arn = self.resources.filled(&handlers::arn_of_service(service), |_| None);
            self.actions.add(action, arn, Condition::Always);
            return;
        }
        for arn in own {
            let arn = self.resources.shorten(arn);
            // Versions, aliases, indexes and other parts stand below it.
            if !arn.ends_with('*') {
                self.actions.add(action, format!("{arn}/*"), Condition::Always);
                self.actions.add(action, format!("{arn}:*"), Condition::Always);
            }
            self.actions.add(action, arn, Condition::Always);
        }
    }

    /// Adds what the checks before the first change ask AWS.
    fn add_preflight(&mut self, beside: &Beside) {
        let with_quotas = [<Endpoint as Resource>::KIND, <MonitoringSchedule as Resource>::KIND];
        let kinds = self.resources.declarations.resources.keys().map(Address::kind);
        if kinds.into_iter().any(|kind| with_quotas.contains(&kind)) {
            for action in [
                "servicequotas:ListServiceQuotas",
                "servicequotas:GetAWSDefaultServiceQuota",
                "servicequotas:ListAWSDefaultServiceQuotas",
                "cloudwatch:GetMetricData",
            ] {
                self.actions.add(action, "*".to_owned(), Condition::Always);
            }
        }
        let any_role = || self.resources.filled("arn:{partition}:iam::{account}:role/*", |_| None);
        let role = beside.role.clone().unwrap_or_else(any_role);
        self.actions.add("iam:SimulatePrincipalPolicy", role, Condition::Always);
    }

    /// Adds the reading of the log groups that a resource writes into.
    fn add_logs(&mut self, address: &Address) {
        for group in self.resources.log_groups(address) {
            let arn = self.resources.declarations.scope.arn("logs", &format!("log-group:{group}:*"));
            self.actions.add("logs:FilterLogEvents", arn, Condition::Always);
        }
    }

    /// Adds the invocations of an endpoint. Those of its inference components are calls of the endpoint.
    fn add_invocation(&mut self, address: &Address) {
        if address.kind() != <Endpoint as Resource>::KIND {
            return;
        }
        let queues = self.has_queue(address);
        for arn in self.resources.own(address) {
            let arn = self.resources.shorten(arn);
            let mut allow = |action: &str| self.actions.add(action, arn.clone(), Condition::Always);
            match queues {
                true => allow("sagemaker:InvokeEndpointAsync"),
                false => {
                    allow("sagemaker:InvokeEndpoint");
                    allow("sagemaker:InvokeEndpointWithResponseStream");
                }
            }
        }
    }

    fn add_commands(&mut self, purpose: Purpose, beside: &Beside) {
        if purpose != Purpose::Tick && !purpose.is_use() {
            self.add_preflight(beside);
        }
        let mut any = |action: &str| self.actions.add(action, "*".to_owned(), Condition::Always);
        if !purpose.is_use() {
            any("tag:GetResources");
        }
        if matches!(purpose, Purpose::Plan | Purpose::Apply) {
            any("ec2:DescribeAvailabilityZones");
            any("ec2:DescribeVpcEndpointServices");
        }
        if beside.idle && purpose == Purpose::Tick {
            any("cloudwatch:GetMetricData");
            any("sagemaker:ListInferenceComponents");
        }
        let changes = !matches!(purpose, Purpose::Plan | Purpose::Logs | Purpose::Invoke);
        if beside.bills && changes {
            any("ce:GetCostAndUsage");
        }
        if let Some(topic) = beside.topic.as_ref().filter(|_| purpose == Purpose::Tick) {
            self.actions.add("sns:Publish", topic.clone(), Condition::Always);
        }
        let writes = changes;
        if let Some((bucket, keys)) = &beside.state {
            let in_bucket: &[&str] =
                if writes { &["s3:ListBucket", "s3:GetBucketVersioning"] } else { &["s3:ListBucket"] };
            let on_objects: &[&str] =
                if writes { &["s3:GetObject", "s3:PutObject", "s3:DeleteObject"] } else { &["s3:GetObject"] };
            in_bucket.iter().for_each(|action| self.actions.add(action, bucket.clone(), Condition::Always));
            let objects = format!("{bucket}/{keys}*");
            on_objects.iter().for_each(|action| self.actions.add(action, objects.clone(), Condition::Always));
        }
        for key in &beside.keys {
            let (arn, condition) = match key.starts_with("arn:") && !key.contains(":alias/") {
                true => (key.clone(), Condition::Always),
                false => {
                    let alias =
                        key.rsplit_once(":alias/").map_or_else(|| key.clone(), |(_, name)| format!("alias/{name}"));
                    (self.resources.declarations.scope.arn("kms", "key/*"), Condition::Aliased(alias))
                }
            };
            let actions = ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"];
            actions.iter().for_each(|action| self.actions.add(action, arn.clone(), condition.clone()));
        }
    }
}
