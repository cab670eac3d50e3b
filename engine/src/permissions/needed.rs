//! The actions that the operations of a plan need, with the resources as this state names them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::phase::Phase;
use super::resources::Resources;
use super::stack::Collector;
use crate::providers::{KnownCalls, Providers};
use ebbtide::plan::{Effect, Operation, Plan};
use ebbtide::record::StateDocument;
use ebbtide::resource::Address;
use ebbtide::stack::{Declaration, Declarations};

/// An action that operations need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NeededAction {
    /// The action, `sagemaker:CreateEndpoint`.
    pub(crate) action: String,
    /// The ARN of its resource, with `*` for what AWS assigns.
    pub(crate) resource: String,
    /// The keys of the request that conditions may ask for.
    pub(crate) keys: Vec<(String, Vec<String>)>,
    /// Whether the plan fails without it. An update makes some of its calls only, a handler of Cloud Control some of its schema's, and
    /// what exists may have a policy of its own.
    pub(crate) is_certain: bool,
    /// The resources whose operations need it.
    pub(crate) addresses: BTreeSet<Address>,
}

/// Returns the actions that the operations of a plan need. Reads are left out: the plan was made with them.
pub(crate) fn needed(plan: &Plan, document: &StateDocument, providers: &Providers) -> Vec<NeededAction> {
    let declarations = wanted(plan, document);
    let generations = document.resources.iter().map(|(address, record)| (address.clone(), record.generation));
    let mut generations: BTreeMap<Address, u32> = generations.collect();
    for operation in plan.operations.iter().filter(|operation| operation.upsert().is_some()) {
        generations.insert(operation.address.clone(), operation.generation);
    }
    let resources = Resources::exact(&declarations, providers, &plan.lineage, generations);
    let mut collector = Collector::new(resources);
    let mut found: BTreeMap<(String, String, Keys), (bool, BTreeSet<Address>)> = BTreeMap::new();
    for operation in &plan.operations {
        let Some(phase) = phase(operation) else { continue };
        let provider = providers.get(operation.address.kind()).map(|implementation| implementation.provider);
        let is_known = provider.is_some_and(|provider| matches!(provider.calls(), KnownCalls::Of(_)));
        collector.add_phase(&operation.address, phase);
        let (actions, creating) = collector.take().into_needed();
        for ((condition, action), resources) in actions {
            let mut keys = condition.keys(&plan.scope, &creating);
            if condition.sets_tags() {
                keys.extend(tags(operation));
            }
            for resource in resources {
                let (is_certain, addresses) = found.entry((action.clone(), resource, keys.clone())).or_default();
                *is_certain |= is_known && phase == Phase::Create && condition.is_certain();
                addresses.insert(operation.address.clone());
            }
        }
    }
    let action = |((action, resource, keys), (is_certain, addresses))| NeededAction {
        action,
        resource,
        keys,
        is_certain,
        addresses,
    };
    found.into_iter().map(action).collect()
}

/// The keys of a request with their values.
type Keys = Vec<(String, Vec<String>)>;

/// Returns the keys of the tags that an operation sets beside those of ownership.
fn tags(operation: &Operation) -> Keys {
    let tags = operation.upsert().and_then(|upsert| upsert.inputs["tags"].as_object());
    let key =
        |(name, value): (&String, &Value)| Some((format!("aws:RequestTag/{name}"), vec![value.as_str()?.to_owned()]));
    tags.into_iter().flatten().filter_map(key).collect()
}

fn phase(operation: &Operation) -> Option<Phase> {
    match operation.effect {
        Effect::Create(_) | Effect::Replace(_) => Some(Phase::Create),
        Effect::Update(_) => Some(Phase::Update),
        Effect::Delete(_) => Some(Phase::Delete),
        Effect::Forget => None,
    }
}

/// Returns the resources as they are recorded, and as the plan wants them where it changes them.
fn wanted(plan: &Plan, document: &StateDocument) -> Declarations {
    let mut declarations = document.declarations();
    declarations.scope = plan.scope.clone();
    for operation in &plan.operations {
        if let Some(upsert) = operation.upsert() {
            let wanted = Declaration {
                inputs: upsert.inputs.clone(),
                depends_on: upsert.dependencies.clone(),
                protect: upsert.protect,
            };
            declarations.resources.insert(operation.address.clone(), wanted);
        }
    }
    declarations
}
