//! Where state is kept in a test: a place, keys, and an embedded cloud for what needs one.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use ebbtide_cloud::{Cloud, Settings};
use ebbtide_engine::sdk::Aws;
use ebbtide_engine::state::{
    Backend, Bucket, Key, Keys, KmsKey, LocalBackend, LockOwner, Passphrase, S3Backend, StateStore,
};
use tempfile::TempDir;

pub const ENVIRONMENT: &str = "test";
/// How soon the SDK asks again, at first.
const QUICKLY: Duration = Duration::from_millis(10);
pub const STACK: &str = "demo";
pub const BUCKET: &str = "state-of-tests";
/// A prefix may have whatever S3 allows.
pub const PREFIX: &str = "odd & co/ü+%20 'x'=1";

/// Where state is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateLocation {
    Directory,
    Bucket,
}

/// What it is sealed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum With {
    Nothing,
    Passphrase(&'static str),
    Kms(&'static str),
}

pub const PASSPHRASE: With = With::Passphrase("correct horse battery staple");
pub const OTHER_PASSPHRASE: With = With::Passphrase("incorrect horse battery staple");
pub const KMS: With = With::Kms("alias/state");
pub const OTHER_KMS: With = With::Kms("alias/state-next");

/// A folder with an embedded cloud and a directory for state.
pub struct World {
    folder: PathBuf,
    pub cloud: Cloud,
    pub aws: Arc<Aws>,
    pub place: StateLocation,
    pub with: With,
    _kept: Option<TempDir>,
}

impl World {
    /// A new folder; the bucket and the keys are made.
    pub async fn new(place: StateLocation, with: With) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut world = Self::open(folder.path(), place, with);
        world._kept = Some(folder);
        world.init().await;
        world
    }

    /// A folder as another process finds it.
    pub fn open(folder: &Path, place: StateLocation, with: With) -> Self {
        let settings = Settings { transition: Duration::from_millis(20), ..Settings::default() };
        let cloud = Cloud::open(&folder.join("cloud"), settings).unwrap();
        let aws = aws(&cloud);
        Self { folder: folder.to_owned(), cloud, aws, place, with, _kept: None }
    }

    async fn init(&self) {
        S3Backend::init(&self.bucket()).await.unwrap();
        for alias in [KMS, OTHER_KMS] {
            let With::Kms(alias) = alias else { unreachable!() };
            let made = self.aws.kms().create_key().send().await.unwrap();
            let id = made.key_metadata.unwrap().key_id;
            self.aws.kms().create_alias().alias_name(alias).target_key_id(id).send().await.unwrap();
        }
    }

    pub fn path(&self) -> &Path {
        &self.folder
    }

    pub fn bucket(&self) -> Bucket {
        Bucket { aws: Arc::clone(&self.aws), name: BUCKET.into(), prefix: PREFIX.into(), kms_key: None }
    }

    pub fn local(&self) -> LocalBackend {
        LocalBackend::new(&self.folder.join("state"), ENVIRONMENT, STACK)
    }

    pub fn s3(&self) -> S3Backend {
        S3Backend::new(&self.bucket(), ENVIRONMENT, STACK)
    }

    pub fn backend_in(&self, place: StateLocation) -> Box<dyn Backend> {
        match place {
            StateLocation::Directory => Box::new(self.local()),
            StateLocation::Bucket => Box::new(self.s3()),
        }
    }

    pub fn backend(&self) -> Box<dyn Backend> {
        self.backend_in(self.place)
    }

    pub fn key(&self, with: With) -> Option<Key> {
        match with {
            With::Nothing => None,
            With::Passphrase(text) => {
                let passphrase = Passphrase::new(text.to_owned().into(), "the environment variable X");
                // The suite derives hundreds of keys.
                Some(Key::Passphrase(passphrase.unwrap().hashed(NonZeroU32::MIN)))
            }
            With::Kms(id) => Some(Key::Kms(KmsKey::new(Arc::clone(&self.aws), id, ENVIRONMENT, STACK))),
        }
    }

    pub fn keys(&self, current: With, previous: With) -> Keys {
        Keys::new(self.key(current), self.key(previous))
    }

    /// The state, as a new process would open it.
    pub fn state(&self) -> StateStore {
        self.state_on(self.backend())
    }

    pub fn state_on(&self, backend: Box<dyn Backend>) -> StateStore {
        self.state_with(backend, self.with, With::Nothing)
    }

    pub fn state_with(&self, backend: Box<dyn Backend>, current: With, previous: With) -> StateStore {
        StateStore::new(backend, ENVIRONMENT, STACK, self.keys(current, previous))
    }

    /// The place that this world does not keep its state in.
    pub fn other_place(&self) -> StateLocation {
        match self.place {
            StateLocation::Directory => StateLocation::Bucket,
            StateLocation::Bucket => StateLocation::Directory,
        }
    }
}

pub fn aws(cloud: &Cloud) -> Arc<Aws> {
    let config = aws_config::SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new("eu-west-1"))
        .http_client(cloud.http_client())
        .retry_config(aws_config::retry::RetryConfig::standard().with_max_attempts(5).with_initial_backoff(QUICKLY))
        .credentials_provider(SharedCredentialsProvider::new(cloud.credentials()))
        .build();
    Arc::new(Aws::new(config, true))
}

pub fn holder(by: &str) -> LockOwner {
    LockOwner {
        by: by.to_owned(),
        process: std::process::id(),
        command: "apply".into(),
        since: "2026-01-01T00:00:00Z".parse().unwrap(),
    }
}
