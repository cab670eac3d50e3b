//! Drives one kind through its life, as the executor does: create, find, read, update, delete, each twice where it
//! must be repeatable.

use std::sync::Arc;
use std::time::Duration;

use ebbtide::resource::{Address, Identity, LiveState, Readiness, Resource, Scope, kind};
use ebbtide_cloud::{Cloud, Settings};
use ebbtide_engine::providers::DynProvider;
use ebbtide_engine::sdk::{Aws, Context};
use serde_json::Value;
use tempfile::TempDir;

/// An embedded cloud of its own, with quick transitions.
pub struct World {
    pub aws: Arc<Aws>,
    pub cloud: Cloud,
    _folder: TempDir,
}

/// A resource that a test created.
pub struct Made {
    pub kind: &'static dyn Kind,
    pub context: Context,
    pub id: String,
    pub inputs: Value,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { transition: Duration::from_millis(20), ..Settings::default() };
        let cloud = Cloud::open(folder.path(), settings).unwrap();
        let config = aws_config::SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::latest())
            .region(aws_config::Region::new("eu-west-1"))
            .http_client(cloud.http_client())
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(cloud.credentials()))
            .build();
        Self { aws: Arc::new(Aws::new(config, false)), cloud, _folder: folder }
    }

    pub fn context(&self, address: &str, generation: u32) -> Context {
        let scope = Scope {
            environment: "test".into(),
            stack: "kinds".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let address: Address = address.parse().unwrap();
        let identity = Identity { scope, address, generation };
        Context { aws: Arc::clone(&self.aws), identity, include_data: false }
    }

    /// Creates a resource from resolved inputs, checks that it can be found without its id, waits until it is ready,
    /// and checks that what AWS has is what was asked for.
    pub async fn make<R: Resource>(&self, name: &str, inputs: &R::Resolved) -> Made {
        let kind = kind(R::KIND).unwrap();
        let context = self.context(&format!("{}.{name}", R::KIND), 1);
        let inputs = serde_json::to_value(inputs).unwrap();
        assert_eq!(kind.find(&context, &inputs).await.unwrap(), None, "found before it was created");
        let id = kind.create(&context, &inputs).await.unwrap_or_else(|error| panic!("create {name}: {error}"));
        assert_eq!(kind.find(&context, &inputs).await.unwrap().as_ref(), Some(&id), "not found without its id");
        let made = Made { kind, context, id, inputs };
        let observed = made.ready().await;
        assert_eq!(observed.inputs, made.inputs, "what AWS has is not what was asked for");
        made
    }
}

impl Made {
    /// Waits until the resource is ready and answers how AWS has it then.
    pub async fn ready(&self) -> Observed {
        for _ in 0..500 {
            let observed = self.read().await.expect("it exists");
            match &observed.readiness {
                Readiness::Ready => return observed,
                Readiness::Pending(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                other => panic!("{}: {other:?}", self.id),
            }
        }
        panic!("{} never became ready", self.id)
    }

    /// What AWS has.
    pub async fn read(&self) -> Option<Observed> {
        self.kind.read(&self.context, &self.id, &self.inputs).await.unwrap_or_else(|error| panic!("read: {error}"))
    }

    /// The outputs.
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
        let observed = self.ready().await;
        assert_eq!(observed.inputs, self.inputs, "the update did not arrive");
    }

    /// Deletes it, waits until it is gone, and deletes it once more, as after a lost answer.
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
