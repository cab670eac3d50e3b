//! REST APIs: parts of paths, methods, deployments, stages, and the keys of their callers.

use std::collections::BTreeMap;

use ebbtide::aws::apigateway::{
    ApiKey, ApiResource, ApiStage, Canary, Deployment, Integration, Method, RestApi, Stage, Throttle, UsagePlan,
    UsagePlanKey,
};
use ebbtide::aws::{ApiKeyId, ApiResourceId, DeploymentId, RestApiId, UsagePlanId};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;

use super::{Made, Piece, Shape, pick, tags};

/// An API with what was declared of it.
pub struct Gateway {
    id: Input<RestApiId>,
    /// The root and the parts of paths.
    parts: Vec<Input<ApiResourceId>>,
    /// The parts without a method, with their names.
    free: Vec<(String, Input<ApiResourceId>)>,
    revision: Input<String>,
    /// The revisions of the methods.
    revisions: Vec<Input<String>>,
    deployments: Vec<Input<DeploymentId>>,
    stages: Vec<Input<String>>,
}

/// Callers.
#[derive(Default)]
pub struct Callers {
    plans: Vec<Input<UsagePlanId>>,
    /// The keys that are of no plan, with their names.
    keys: Vec<(String, Input<ApiKeyId>)>,
}

impl Made {
    pub(super) fn gateway(&mut self, stack: &mut Stack, piece: &Piece, name: &str) -> Option<()> {
        let (variant, on) = (piece.variant, piece.on);
        let description = || Some(format!("{name} {variant}"));
        match piece.shape {
            Shape::Api => {
                let bytes = Some(u32::from(variant));
                let api = RestApi { description: description(), minimum_compression_bytes: bytes, ..RestApi::new() };
                let made = stack.add(name, api);
                self.gateways.push(Gateway {
                    id: made.id,
                    parts: vec![made.root],
                    free: Vec::new(),
                    revision: made.revision,
                    revisions: Vec::new(),
                    deployments: Vec::new(),
                    stages: Vec::new(),
                });
                return Some(());
            }
            Shape::ApiKey => {
                let key = ApiKey { description: description(), enabled: variant % 2 == 0, ..ApiKey::new() };
                self.callers.keys.push((name.to_owned(), stack.add(name, key).id));
                return Some(());
            }
            Shape::ApiPlanKey => {
                let plan = pick(&self.callers.plans, on)?;
                let (name, key) = (!self.callers.keys.is_empty()).then(|| self.callers.keys.remove(0))?;
                stack.add(&name, UsagePlanKey::new(&key, &plan));
                return Some(());
            }
            _ => {}
        }
        let count = self.gateways.len();
        let api = self.gateways.get_mut(usize::from(on) % count.max(1))?;
        match piece.shape {
            Shape::ApiPart => {
                let parent = pick(&api.parts, on)?;
                let part = ApiResource::below(&api.id, &parent, format!("{name}-{}", variant / 2));
                let id = stack.add(name, part).id;
                api.parts.push(id.clone());
                api.free.push((name.to_owned(), id));
            }
            Shape::ApiMethod => {
                // A part has one method here, which is named after it.
                let (name, part) = (!api.free.is_empty()).then(|| api.free.remove(0))?;
                let status = u16::from(variant) + 200;
                let method =
                    Method::new(&api.id, &part, "ANY", Integration::mock(status)).responding(status.to_string());
                api.revisions.push(stack.add(&name, method).revision);
            }
            Shape::Deployment if !api.revisions.is_empty() => {
                let deployment = Deployment { description: description(), ..Deployment::of(&api.id) };
                let deployment = api.revisions.iter().fold(deployment.with(&api.revision), Deployment::with);
                api.deployments.push(stack.add(name, deployment).id);
            }
            Shape::Stage => {
                let deployment = pick(&api.deployments, on)?;
                let back_end = |name: &str| BTreeMap::from([("backend".to_owned(), name.into())]);
                let canary = Canary { variables: back_end("b"), ..Canary::of(10.0 * f64::from(variant)) };
                let stage = Stage {
                    variables: back_end("a"),
                    canary: (variant > 0).then_some(canary),
                    tags: tags(variant / 2),
                    ..Stage::new(&api.id, name, &deployment)
                };
                api.stages.push(stack.add(name, stage).name);
            }
            Shape::UsagePlan => {
                let stages = pick(&api.stages, on).map(|stage| ApiStage::new(&api.id, &stage));
                let throttle = Some(Throttle { rate: 1.0 + f64::from(variant), burst: 5 });
                let plan = UsagePlan { description: description(), throttle, ..UsagePlan::at(stages?) };
                self.callers.plans.push(stack.add(name, plan).id);
            }
            _ => {}
        }
        Some(())
    }
}
