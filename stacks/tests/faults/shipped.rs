//! The shipped stacks, their commands, and the world in which each of them begins.

use std::collections::BTreeSet;
use std::sync::Arc;

use ebbtide::plan::Target;
use ebbtide::stack::{Declarations, Stack};
use ebbtide_stacks::{adeptai, document_intelligence, fine_tuning};
use serde_json::{Value, json};

use crate::world::{Command, World, scope};

/// A command, its name, and the world in which it begins.
pub struct Case {
    pub name: &'static str,
    pub command: Command,
    pub start: World,
}

/// The code of the function that looks up documents.
const CODE: &str = "s3://code-of-another-account/retriever.zip";

/// A stack that is shipped.
#[derive(Clone, Copy, Debug)]
pub enum Shipped {
    Adeptai,
    DocumentIntelligence,
    FineTuning,
}

impl Shipped {
    fn declared(self, settings: Value) -> Arc<Declarations> {
        let mut stack = Stack::new(scope(), [("Project".to_owned(), "test".to_owned())].into());
        match self {
            Self::Adeptai => adeptai::declare(&mut stack, &serde_json::from_value(settings).expect("settings")),
            Self::DocumentIntelligence => {
                document_intelligence::declare(&mut stack, &serde_json::from_value(settings).expect("settings"));
            }
            Self::FineTuning => fine_tuning::declare(&mut stack, &serde_json::from_value(settings).expect("settings")),
        }
        Arc::new(stack.finish().expect("the stack is valid"))
    }

    /// Returns the stack, and an update of it.
    fn settings(self) -> (Value, Value) {
        match self {
            // Replaces a model and its configuration, moves an endpoint over, changes alarms and a budget, and removes an
            // endpoint with all its resources.
            Self::Adeptai => (
                json!({ "models": "s3://of-another-account" }),
                json!({
                    "models": "s3://of-another-account",
                    "monthly_budget": "7000",
                    "error_percent": 3.0,
                    "endpoints": {
                        "query_enhancer": { "image": "763104351884.dkr.ecr.eu-west-1.amazonaws.com/djl-inference:2" },
                        "job_parser": { "enabled": false },
                    },
                }),
            ),
            // Moves the endpoint and its monitor over, changes both workflows, the API's limits and a bucket's rules, and removes the function
            // with its role and the access policy.
            Self::DocumentIntelligence => {
                let image = "468650794304.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-model-monitor-analyzer";
                let classifier = |instance_type: &str| {
                    json!({
                        "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/classifier:1",
                        "model": "s3://of-another-account/classifier.tar.gz",
                        "monitor_image": image,
                        "instance_type": instance_type,
                    })
                };
                let retriever = json!({
                    "bucket": "code-of-another-account",
                    "key": "retriever.zip",
                    "handler": "main.handler",
                    "runtime": "python3.13",
                });
                (
                    json!({
                        "classifier": classifier("ml.m5.large"),
                        "language": { "model": "amazon.nova-2-lite-v1:0", "retriever": retriever },
                    }),
                    json!({
                        "classifier": classifier("ml.m5.xlarge"),
                        "language": { "model": "amazon.nova-2-lite-v1:0", "max_tokens": 500 },
                        "api": { "rate": 10.0, "daily_quota": 1000 },
                        "document_days": 400,
                    }),
                )
            }
            // Puts a deployment in the place of the throughput, and moves the alarms over. The job is declared otherwise than it was run,
            // and is not run again.
            Self::FineTuning => {
                let now = json!({
                    "base_model": "amazon.nova-lite-v1:0:300k",
                    "data": "s3://of-another-account",
                    "training_data": "train.jsonl",
                    "validation_data": ["validation.jsonl"],
                    "hyper_parameters": { "epochs": 2 },
                    "serving": { "provisioned": { "units": 1 } },
                });
                let mut changed = now.clone();
                changed["serving"] = json!("on_demand");
                changed["hyper_parameters"]["epochs"] = json!(3);
                changed["latency_ms"] = json!(1500.0);
                changed["monthly_budget"] = json!("400");
                (now, changed)
            }
        }
    }

    /// Returns every command of a life, and an update.
    pub async fn cases(self) -> Vec<Case> {
        let (now, changed) = self.settings();
        let (now, changed) = (self.declared(now), self.declared(changed));
        let nothing = World::new();
        if let Self::DocumentIntelligence = self {
            let code = nothing.present().put_object("eu-west-1", CODE, "the code of a function").await;
            code.expect("the object is put");
        }
        let component = matches!(self, Self::Adeptai).then_some("query-enhancer");
        cases(nothing, &now, &changed, component).await
    }
}

/// Returns every command of the life of a stack, and an update of it.
async fn cases(
    nothing: World,
    now: &Arc<Declarations>,
    changed: &Arc<Declarations>,
    component: Option<&str>,
) -> Vec<Case> {
    let to = |target, declarations: &Arc<Declarations>| Command {
        target,
        declarations: Some(Arc::clone(declarations)),
        with_data: false,
        run: BTreeSet::new(),
        components: None,
    };
    let resume = Command {
        target: Target::Running,
        declarations: None,
        with_data: false,
        run: BTreeSet::new(),
        components: None,
    };
    let (apply, pause, destroy) = (to(Target::Running, now), to(Target::Paused, now), to(Target::Destroyed, now));
    let applied = after(&nothing, &apply).await;
    applied.put_data().await;
    let paused = after(&applied, &pause).await;
    let mut cases = Vec::new();
    if let Some(component) = component {
        let only = || BTreeSet::from([component.to_owned()]);
        let leaving = |asleep| Command { components: Some((only(), asleep)), ..resume.clone() };
        let (sleep, wake) = (leaving(only()), leaving(BTreeSet::new()));
        let without = after(&applied, &sleep).await;
        cases.push(Case { name: "pause of one component", command: sleep, start: applied.copy() });
        cases.push(Case { name: "resume of one component", command: wake, start: without });
    }
    cases.extend([
        Case { name: "update", command: to(Target::Running, changed), start: applied.copy() },
        Case { name: "pause", command: pause, start: applied.copy() },
        Case { name: "resume", command: resume, start: paused },
        Case { name: "destroy", command: destroy, start: applied },
        Case { name: "apply", command: apply, start: nothing },
    ]);
    cases
}

/// Returns the world after a command.
pub async fn after(world: &World, command: &Command) -> World {
    let next = world.copy();
    let finished = next.run(command).await.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(finished.success);
    next
}
