//! A project of one stack: its own embedded cloud, its own state, one process after the other.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use ebbtide::plan::{Plan, Target};
use ebbtide::planner::Components;
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, Scope};
use ebbtide::stack::Declarations;
use ebbtide_cloud::{Cloud, Settings};
use ebbtide_engine::apply::{Access, Deployment, Event, Failure, Finished, Goal, Shutdown};
use ebbtide_engine::providers::providers;
use ebbtide_engine::sdk::{Aws, PropagationDelay};
use ebbtide_engine::state::{Backend, Keys, LocalBackend, StateStore};
use jiff::Timestamp;
use tempfile::TempDir;

use crate::cut::Cut;

pub const ACCOUNT: &str = "123456789012";

pub fn scope() -> Scope {
    Scope { environment: "test".into(), stack: "faults".into(), region: "eu-west-1".into(), account: ACCOUNT.into() }
}

/// A command on the stack: `ebb apply`, `pause`, `resume` or `destroy`.
#[derive(Clone, Debug)]
pub struct Command {
    pub target: Target,
    /// The declared stack; a resume has none, since it brings back the recorded one.
    pub declarations: Option<Arc<Declarations>>,
    /// Whether resources may be deleted with their data.
    pub with_data: bool,
    /// The jobs that are run again.
    pub run: BTreeSet<Address>,
    /// The components that it is about alone, and those that it leaves asleep.
    pub components: Option<(BTreeSet<String>, BTreeSet<String>)>,
}

impl Command {
    fn goal<'a>(&'a self, scope: &'a Scope, include_data: &'a BTreeSet<Address>) -> Goal<'a> {
        let (only, asleep) = self.components.as_ref().map(|(only, asleep)| (only, asleep)).unzip();
        let components = Components { asleep, only };
        let declarations = self.declarations.as_deref();
        Goal { scope, target: self.target, declarations, include_data, pushed: None, components }
    }
}

pub struct World {
    folder: TempDir,
    pub settings: Settings,
    pub clock: fn() -> Timestamp,
    /// A cloud whose reads lag behind, and how far. All processes of this world share it, since the earlier states that
    /// it shows are not on disk.
    lagging: Option<(Cloud, Duration)>,
}

/// A clock that stands still.
fn standing() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().expect("a time")
}

impl World {
    pub fn new() -> Self {
        let settings = Settings { transition: Duration::ZERO, ..Settings::default() };
        let world = Self { folder: folder(), settings, clock: standing, lagging: None };
        write_first_document(&world.state_folder(), scope());
        world
    }

    /// Returns another world just like this one.
    pub fn copy(&self) -> Self {
        let copy = Self { folder: folder(), settings: self.settings.clone(), clock: self.clock, lagging: None };
        copy_all(self.folder.path(), copy.folder.path());
        match self.lag() {
            Duration::ZERO => copy,
            lag => copy.lagging(lag),
        }
    }

    /// Returns the same world, but every second read lags so far behind.
    pub fn lagging(self, lag: Duration) -> Self {
        let cloud = self.present();
        Self { lagging: Some((cloud, lag)), ..self }
    }

    /// Returns how far reads lag behind.
    pub fn lag(&self) -> Duration {
        self.lagging.as_ref().map_or(Duration::ZERO, |(_, lag)| *lag)
    }

    /// Opens the cloud as a new process does.
    pub fn cloud(&self) -> Cloud {
        match &self.lagging {
            Some((cloud, lag)) => {
                cloud.faults().install(Cut::new(None, *lag));
                cloud.clone()
            }
            None => self.present(),
        }
    }

    /// Opens the cloud without any lag.
    pub fn present(&self) -> Cloud {
        Cloud::open(&self.folder.path().join("cloud"), self.settings.clone()).expect("the cloud opens")
    }

    pub fn aws(cloud: &Cloud) -> Arc<Aws> {
        let config = aws_config::SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(aws_config::Region::new("eu-west-1"))
            .http_client(cloud.http_client())
            .timeout_config(
                aws_config::timeout::TimeoutConfig::builder()
                    .operation_attempt_timeout(Duration::from_secs(1))
                    .operation_timeout(Duration::from_secs(20))
                    .build(),
            )
            .retry_config(
                aws_config::retry::RetryConfig::standard()
                    .with_max_attempts(8)
                    .with_initial_backoff(Duration::from_millis(2))
                    .with_max_backoff(Duration::from_millis(50)),
            )
            .credentials_provider(SharedCredentialsProvider::new(cloud.credentials()))
            .build();
        Arc::new(Aws::new(config, true))
    }

    pub fn state_folder(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    pub fn backend(&self) -> LocalBackend {
        LocalBackend::new(&self.state_folder(), "test", "faults")
    }

    pub async fn document(&self) -> Option<StateDocument> {
        let state = state_on(self.backend());
        state.read().await.expect("state is read").map(|(document, _)| document)
    }

    /// Runs a command to its end on a cloud and a backend.
    pub async fn run_on(
        &self,
        cloud: &Cloud,
        backend: impl Backend + 'static,
        command: &Command,
        on_event: &(dyn Fn(Event) + Sync),
    ) -> Result<Finished, Failure> {
        let (state, scope) = (state_on(backend), scope());
        let deployment = self.deployment(&state, cloud, on_event);
        let mut locked = deployment.lock("command", &scope).await?;
        let include_data = match (command.with_data, self.document().await) {
            (true, Some(document)) => document.resources.into_keys().collect(),
            _ => BTreeSet::new(),
        };
        let run = async {
            let planned = locked.plan_running(command.goal(&scope, &include_data), &command.run).await?;
            locked.execute(&planned.plan).await
        };
        let ran = run.await;
        locked.release().await;
        ran
    }

    /// Runs a command without any fault.
    pub async fn run(&self, command: &Command) -> Result<Finished, Failure> {
        self.run_on(&self.cloud(), self.backend(), command, &|_| {}).await
    }

    /// Runs a command without any fault. Returns an error in words unless it reaches its target.
    pub async fn reaches(&self, command: &Command) -> Result<(), String> {
        let failures = Mutex::new(Vec::new());
        let on_event = |event| {
            if let Event::OperationFailed { address, operation, error, .. } = event {
                failures.lock().expect("nobody panicked").push(format!("{operation} {address}: {error}"));
            }
        };
        match self.run_on(&self.cloud(), self.backend(), command, &on_event).await {
            Ok(finished) if finished.success => Ok(()),
            Ok(_) => Err(failures.into_inner().expect("nobody panicked").join("; ")),
            Err(failure) => Err(failure.to_string()),
        }
    }

    /// Plans the rest of the same command.
    pub async fn plan(&self, command: &Command) -> Result<Plan, Failure> {
        let (state, scope) = (state_on(self.backend()), scope());
        let cloud = self.cloud();
        let deployment = self.deployment(&state, &cloud, &|_| {});
        Ok(deployment.plan(command.goal(&scope, &BTreeSet::new())).await?.plan)
    }

    /// Checks that a plan that was just made, and saved, could be applied: nothing has changed since.
    pub async fn fits(&self, plan: &Plan) -> Result<(), String> {
        let (state, scope) = (state_on(self.backend()), scope());
        let cloud = self.cloud();
        let deployment = self.deployment(&state, &cloud, &|_| {});
        let mut locked = deployment.lock("apply", &scope).await.map_err(|failure| failure.to_string())?;
        let checked = locked.check(plan).await;
        locked.release().await;
        checked.map_err(|failure| format!("a plan that was just made: {failure}"))
    }

    fn deployment<'a>(
        &'a self,
        state: &'a StateStore,
        cloud: &Cloud,
        on_event: &'a (dyn Fn(Event) + Sync),
    ) -> Deployment<'a> {
        let propagation = PropagationDelay::within(cloud.faults().longest_lag() * 2);
        Deployment {
            state,
            access: Access { aws: Self::aws(cloud), providers: providers(), propagation },
            account: ACCOUNT.into(),
            clock: &self.clock,
            on_event,
            shutdown: Shutdown::default(),
            parallel: None,
            who: "test@host".into(),
            why: None,
        }
    }
}

/// Writes the document of a stack that has no resources yet. Its lineage is part of names, so twins need the same.
pub fn write_first_document(state_folder: &Path, scope: Scope) {
    let folder = state_folder.join(&scope.environment);
    let path = folder.join(format!("{}.json", scope.stack));
    let empty = StateDocument::empty(scope, standing(), "faults".into(), "key".into());
    let document = serde_json::to_vec(&StateDocument { serial: 1, ..empty }).expect("a document");
    fs_err::create_dir_all(folder).expect("a folder");
    fs_err::write(path, document).expect("a file");
}

fn state_on(backend: impl Backend + 'static) -> StateStore {
    StateStore::new(Box::new(backend), "test", "faults", Keys::default())
}

/// Creates a folder, in memory if the machine has such a place: nothing here needs to survive it.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.expect("a folder")
}

fn copy_all(from: &Path, to: &Path) {
    fs_err::create_dir_all(to).expect("a folder");
    for entry in fs_err::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_all(&path, &target);
        } else {
            fs_err::copy(&path, &target).expect("a copy");
        }
    }
}
