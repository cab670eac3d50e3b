//! The stack adeptai, its commands, and the world in which each of them begins.

use std::collections::BTreeSet;
use std::sync::Arc;

use ebbtide::plan::Target;
use ebbtide::stack::{Declarations, Stack};
use ebbtide_stacks::adeptai::{Settings, declare};

use crate::world::{Command, World, scope};

/// A command, its name, and the world in which it begins.
pub struct Case {
    pub name: &'static str,
    pub command: Command,
    pub start: World,
}

fn declared(settings: &str) -> Arc<Declarations> {
    let settings: Settings = serde_json::from_str(settings).expect("settings");
    let mut stack = Stack::new(scope(), [("Project".to_owned(), "test".to_owned())].into());
    declare(&mut stack, &settings);
    Arc::new(stack.finish().expect("the stack is valid"))
}

/// Returns every command of a life, and an update that replaces a model and its configuration, moves an endpoint over,
/// changes alarms and a budget, and removes an endpoint with all its resources.
pub async fn cases() -> Vec<Case> {
    let now = declared(r#"{"models": "s3://of-another-account"}"#);
    let changed = declared(
        r#"{"models": "s3://of-another-account", "monthly_budget": "7000", "error_percent": 3.0, "endpoints": {
            "query_enhancer": {"image": "763104351884.dkr.ecr.eu-west-1.amazonaws.com/djl-inference:2"},
            "job_parser": {"enabled": false}
        }}"#,
    );
    let to = |target, declarations: &Arc<Declarations>| Command {
        target,
        declarations: Some(Arc::clone(declarations)),
        with_data: false,
        run: BTreeSet::new(),
    };
    let resume = Command { target: Target::Running, declarations: None, with_data: false, run: BTreeSet::new() };
    let nothing = World::new();
    let (apply, pause, destroy) = (to(Target::Running, &now), to(Target::Paused, &now), to(Target::Destroyed, &now));
    let applied = after(&nothing, &apply).await;
    applied.put_data().await;
    let paused = after(&applied, &pause).await;
    vec![
        Case { name: "update", command: to(Target::Running, &changed), start: applied.copy() },
        Case { name: "pause", command: pause, start: applied.copy() },
        Case { name: "resume", command: resume, start: paused },
        Case { name: "destroy", command: destroy, start: applied },
        Case { name: "apply", command: apply, start: nothing },
    ]
}

/// Returns the world after a command.
pub async fn after(world: &World, command: &Command) -> World {
    let next = world.copy();
    let finished = next.run(command).await.unwrap_or_else(|failure| panic!("{failure}"));
    assert!(finished.success);
    next
}
