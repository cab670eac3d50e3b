//! Drives one kind through its life, as the executor does: create, find, read, update and delete, each twice if it must be
//! repeatable.

use std::sync::Arc;
use std::time::Duration;

use ebbtide::resource::{Address, Identity, LiveState, Readiness, Resource, Scope};
use ebbtide_cloud::{Clock, Cloud, Settings, SystemClock};
use ebbtide_engine::providers::{DynProvider, Provider, providers};
use ebbtide_engine::sdk::{Aws, Context, ErrorKind};
use serde_json::Value;
use tempfile::TempDir;

/// The kinds whose tags AWS cannot change.
const FIXED_TAGS: &[&str] = &["ce_anomaly_monitor", "ce_anomaly_subscription", "opensearchserverless_collection"];

/// An embedded cloud of its own, with quick transitions.
pub struct World {
    pub aws: Arc<Aws>,
    pub cloud: Cloud,
    _folder: TempDir,
}

/// A resource that a test created.
pub struct Made {
    pub kind: Arc<dyn DynProvider>,
    pub context: Context,
    pub id: String,
    pub inputs: Value,
}

/// Returns the provider of a kind.
pub fn provider(kind: &str) -> Arc<dyn DynProvider> {
    providers().get(kind).unwrap_or_else(|| panic!("{kind} has no provider")).provider
}

/// Checks that a resource that exists and is not the stack's is neither found nor taken over by a creation.
pub async fn refuses_foreign<R: Provider>(context: &Context, inputs: &R::Resolved, name: &str) {
    assert_eq!(R::find(context, inputs).await.unwrap(), None);
    let error = R::create(context, inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists);
    assert!(error.hint.as_ref().is_some_and(|hint| hint.contains(name)), "{error:?}");
}

impl World {
    pub fn new() -> Self {
        Self::with(Settings { transition: Duration::from_millis(20), ..Settings::default() })
    }

    /// Makes a world whose cloud has other settings.
    pub fn with(settings: Settings) -> Self {
        Self::with_clock(settings, SystemClock)
    }

    /// Makes a world whose cloud has other settings and a clock of its own.
    pub fn with_clock(settings: Settings, clock: impl Clock) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cloud = Cloud::open_with_clock(folder.path(), settings, clock).unwrap();
        let config = aws_config::SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(aws_config::Region::new("eu-west-1"))
            .http_client(cloud.http_client())
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(cloud.credentials()))
            .time_source(cloud.time_source())
            .build();
        let of_cloud = cloud.clone();
        let now = move || jiff::Timestamp::from_millisecond(of_cloud.now_ms()).unwrap();
        Self { aws: Arc::new(Aws::new(config, false).with_clock(now)), cloud, _folder: folder }
    }

    pub fn context(&self, address: &str, generation: u32) -> Context {
        let scope = Scope {
            environment: "test".into(),
            stack: "kinds".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let address: Address = address.parse().unwrap();
        let identity = Identity { scope, lineage: Some("lineage".into()), address, generation };
        Context {
            aws: Arc::clone(&self.aws),
            identity,
            include_data: false,
            rest_stays: true,
            listed: None,
            hash_key: "key".to_owned(),
        }
    }

    /// Creates a resource from resolved inputs, checks that it can be found without its id, waits until it is ready, and
    /// checks that AWS has the inputs that were asked for.
    pub async fn make<R: Resource>(&self, name: &str, inputs: &R::Resolved) -> Made {
        self.make_by(provider(R::KIND), R::KIND, name, &serde_json::to_value(inputs).unwrap()).await
    }

    /// Creates a resource as [`make`](Self::make) does, by a provider.
    pub async fn make_by(&self, kind: Arc<dyn DynProvider>, kind_name: &str, name: &str, inputs: &Value) -> Made {
        let context = self.context(&format!("{kind_name}.{name}"), 1);
        let inputs = inputs.clone();
        assert_eq!(kind.find(&context, &inputs).await.unwrap(), None, "found before it was created");
        let id = kind.create(&context, &inputs).await.unwrap_or_else(|error| panic!("create {name}: {error}"));
        assert_eq!(kind.find(&context, &inputs).await.unwrap().as_ref(), Some(&id), "not found without its id");
        let made = Made { kind, context, id, inputs };
        let live = made.ready().await;
        assert_eq!(live.inputs, made.inputs, "AWS has other inputs than were asked for");
        made.changes_hands().await;
        made
    }
}

impl Made {
    /// Waits until the resource is ready, and returns its state then.
    pub async fn ready(&self) -> LiveState {
        for _ in 0..500 {
            let live = self.read().await.expect("it exists");
            match &live.readiness {
                Readiness::Ready => return live,
                Readiness::Pending(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                other => panic!("{}: {other:?}", self.id),
            }
        }
        panic!("{} never became ready", self.id)
    }

    /// Checks that a resource whose ownership tags name another lineage or another address is not found, and is found once
    /// they are written back; nothing else changes. A kind without tags stays as it is.
    async fn changes_hands(&self) {
        // A pause snapshot may hold the tags.
        let but_tags = |live: LiveState| LiveState { pause_snapshot: None, ..live };
        let before = but_tags(self.ready().await);
        let has_tags = self.inputs.get("tags").is_some() && !FIXED_TAGS.contains(&self.context.identity.address.kind());
        let mut checkout = self.context.clone();
        checkout.identity.lineage = Some("another".into());
        let mut renamed = self.context.clone();
        renamed.identity.address = format!("{}.another", renamed.identity.address.kind()).parse().unwrap();
        for other in [&checkout, &renamed] {
            self.kind.retag(other, &self.id, &self.inputs).await.unwrap_or_else(|error| panic!("retag: {error}"));
            let found = self.kind.find(&self.context, &self.inputs).await.unwrap();
            assert_eq!(found.is_none(), has_tags, "{} is found by tags that are not its own", self.id);
            assert_eq!(but_tags(self.ready().await), before, "writing ownership tags changed {}", self.id);
        }
        self.kind.retag(&self.context, &self.id, &self.inputs).await.unwrap();
        assert_eq!(self.kind.find(&self.context, &self.inputs).await.unwrap().as_ref(), Some(&self.id));
    }

    /// Reads the resource from AWS.
    pub async fn read(&self) -> Option<LiveState> {
        self.kind.read(&self.context, &self.id, &self.inputs).await.unwrap_or_else(|error| panic!("read: {error}"))
    }

    /// Asks for the data that it holds.
    pub async fn data(&self) -> Option<String> {
        self.kind.data(&self.context, &self.id).await.unwrap_or_else(|error| panic!("data: {error}"))
    }

    /// Reads the outputs.
    pub async fn outputs<T: serde::de::DeserializeOwned>(&self) -> T {
        serde_json::from_value(self.read().await.unwrap().outputs).unwrap()
    }

    /// Updates to other resolved inputs and checks that AWS has them then.
    pub async fn change_to<T: serde::Serialize>(&mut self, inputs: &T) {
        let to = serde_json::to_value(inputs).unwrap();
        self.kind
            .update(&self.context, &self.id, &self.inputs, &to)
            .await
            .unwrap_or_else(|error| panic!("update: {error}"));
        self.inputs = to;
        let live = self.ready().await;
        assert_eq!(live.inputs, self.inputs, "the update did not arrive");
    }

    /// Deletes the resource, waits until it is gone, and deletes it once more, as after a lost response.
    pub async fn delete(self) {
        self.kind.delete(&self.context, &self.id, &self.inputs).await.unwrap_or_else(|error| panic!("delete: {error}"));
        for _ in 0..500 {
            if self.read().await.is_none() {
                self.kind.delete(&self.context, &self.id, &self.inputs).await.expect("deleting twice is a success");
                assert_eq!(self.kind.find(&self.context, &self.inputs).await.unwrap(), None, "found after deletion");
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{} is never gone", self.id)
    }
}
