//! A program that panics in the middle of a command: its panic, its backtrace and its state reveal no secret, and the next
//! command completes the rest.

use std::backtrace::Backtrace;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use ebbtide::aws::secretsmanager::{Secret, SecretSource};
use ebbtide::plan::Target;
use ebbtide::stack::Stack;
use ebbtide_cloud::faults::{Call, CallHook, FaultAction};

use crate::fixture::{Project, scope};

const CANARY: &str = "canary-in-the-middle-of-a-panic";

/// Panics when a secret's value is on its way.
struct Panics;

impl CallHook for Panics {
    fn before(&self, call: &Call) -> FaultAction {
        assert_ne!(call.operation, "CreateSecret", "broken on purpose");
        FaultAction::Act
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_reveals_no_secret() {
    let source = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(source.path(), CANARY).unwrap();
    let mut stack = Stack::new(scope(), Default::default());
    stack.add("password", Secret::new(SecretSource::File(source.path().display().to_string())));
    let project = Arc::new(Project::new(stack.finish().unwrap()));

    let said = Arc::new(Mutex::new(String::new()));
    let heard = Arc::clone(&said);
    std::panic::set_hook(Box::new(move |panic| {
        let mut said = heard.lock().unwrap();
        let _ = writeln!(said, "{panic}\n{panic:?}\n{}", Backtrace::force_capture());
    }));
    let broken = tokio::spawn({
        let project = Arc::clone(&project);
        async move {
            let cloud = project.cloud();
            cloud.faults().install(Arc::new(Panics));
            project.run_on(&cloud, Target::Running).await
        }
    });
    let broken = broken.await;
    let _ = std::panic::take_hook();
    let said = said.lock().unwrap().clone();
    assert!(broken.is_err() && said.contains("broken on purpose"), "it panicked: {said}");
    assert!(!said.contains(CANARY), "{said}");
    for file in
        std::fs::read_dir(project.path().join("state/test")).unwrap().flatten().filter(|file| file.path().is_file())
    {
        assert!(!std::fs::read_to_string(file.path()).unwrap().contains(CANARY), "{}", file.path().display());
    }
    project.run(Target::Running).await;
    assert!(project.plan(Target::Running).await.is_empty());
}
