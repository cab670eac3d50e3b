//! The surroundings of state in a test: a location, keys, and an embedded cloud.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::SharedCredentialsProvider;
use ebbtide_cloud::{Cloud, Settings};
use ebbtide_engine::sdk::Aws;
use ebbtide_engine::state::{
    Backend, Key, Keys, KmsKey, LocalBackend, LockOwner, Passphrase, S3Backend, StateBucket, StateStore,
};
use tempfile::TempDir;

pub const ENVIRONMENT: &str = "test";
/// The first delay of the SDK's retries.
const QUICKLY: Duration = Duration::from_millis(10);
pub const STACK: &str = "demo";
pub const BUCKET: &str = "state-of-tests";
/// A prefix may have every character that S3 allows.
pub const PREFIX: &str = "odd & co/ü+%20 'x'=1";

/// The location of state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    Directory,
    Bucket,
}

/// The key that state is encrypted with.
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
    pub location: Location,
    pub with: With,
    _kept: Option<TempDir>,
}

impl World {
    /// Creates a folder, the bucket and the keys.
    pub async fn new(location: Location, with: With) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut world = Self::open(folder.path(), location, with);
        world._kept = Some(folder);
        world.init().await;
        world
    }

    /// Opens a folder, as another process does.
    pub fn open(folder: &Path, location: Location, with: With) -> Self {
        let settings = Settings { transition: Duration::from_millis(20), ..Settings::default() };
        let cloud = Cloud::open(&folder.join("cloud"), settings).unwrap();
        let aws = aws(&cloud);
        Self { folder: folder.to_owned(), cloud, aws, location, with, _kept: None }
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

    pub fn bucket(&self) -> StateBucket {
        StateBucket { aws: Arc::clone(&self.aws), name: BUCKET.into(), prefix: PREFIX.into(), kms_key: None }
    }

    pub fn local(&self) -> LocalBackend {
        LocalBackend::new(&self.folder.join("state"), ENVIRONMENT, STACK)
    }

    pub fn s3(&self) -> S3Backend {
        S3Backend::new(&self.bucket(), ENVIRONMENT, STACK)
    }

    pub fn backend_in(&self, location: Location) -> Box<dyn Backend> {
        match location {
            Location::Directory => Box::new(self.local()),
            Location::Bucket => Box::new(self.s3()),
        }
    }

    pub fn backend(&self) -> Box<dyn Backend> {
        self.backend_in(self.location)
    }

    pub fn key(&self, with: With) -> Option<Key> {
        match with {
            With::Nothing => None,
            With::Passphrase(text) => {
                let passphrase = Passphrase::new(text.to_owned().into(), "the environment variable X");
                // Few iterations, because the suite derives hundreds of keys.
                Some(Key::Passphrase(passphrase.unwrap().with_iterations(NonZeroU32::MIN)))
            }
            With::Kms(id) => Some(Key::Kms(KmsKey::new(Arc::clone(&self.aws), id, ENVIRONMENT, STACK))),
        }
    }

    pub fn keys(&self, current: With, previous: With) -> Keys {
        Keys::new(self.key(current), self.key(previous))
    }

    /// Returns the state as a new process opens it.
    pub fn state(&self) -> StateStore {
        self.state_on(self.backend())
    }

    pub fn state_on(&self, backend: Box<dyn Backend>) -> StateStore {
        self.state_with(backend, self.with, With::Nothing)
    }

    pub fn state_with(&self, backend: Box<dyn Backend>, current: With, previous: With) -> StateStore {
        StateStore::new(backend, ENVIRONMENT, STACK, self.keys(current, previous))
    }

    /// Returns the location that this world does not use.
    pub fn other_location(&self) -> Location {
        match self.location {
            Location::Directory => Location::Bucket,
            Location::Bucket => Location::Directory,
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

pub fn owner(by: &str) -> LockOwner {
    LockOwner {
        by: by.to_owned(),
        process: std::process::id(),
        command: "apply".into(),
        since: "2026-01-01T00:00:00Z".parse().unwrap(),
    }
}
