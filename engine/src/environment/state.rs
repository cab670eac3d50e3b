//! The state of an environment: its location, and the keys that encrypt it.

use std::path::PathBuf;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::environment::connect::{Clients, ConnectError};
use crate::environment::file::{KeyProvider, KeySettings, StateBackend, StateSettings};
use crate::environment::loaded::Environment;
use crate::environment::place::{InvalidPlace, NamedPlace};
use crate::sdk::Aws;
use crate::state::{Key, Keys, KmsKey, Passphrase, StateBucket, StateError, StateLocation, StateStore};

/// The default environment variables of the passphrases.
const PASSPHRASE: &str = "EBB_STATE_PASSPHRASE";
const PREVIOUS_PASSPHRASE: &str = "EBB_STATE_PASSPHRASE_PREVIOUS";

/// What the credentials have to reach in AWS for the state of a stack.
#[derive(Clone, Debug, Default)]
pub(crate) struct StateAccess {
    /// The bucket, and the beginning of the keys of the stack's objects.
    pub(crate) bucket: Option<(String, String)>,
    /// The KMS keys, ARNs or `alias/NAME`.
    pub(crate) keys: Vec<String>,
}

impl Environment {
    /// Returns the state of a stack. `clients` are those of this command, if it has any. Without them, clients are made
    /// only if the state needs AWS.
    pub async fn state(&self, stack: &str, clients: Option<&Clients>) -> Result<StateStore, ConnectError> {
        let aws = match clients {
            Some(clients) => Some(Arc::clone(&clients.aws)),
            None if self.state_settings().needs_aws() => Some(self.clients().await?.aws),
            None => None,
        };
        Ok(self.state_at(&self.location(aws.as_ref()), stack, aws.as_ref())?)
    }

    /// Makes the clients that the state of any stack of this environment needs; `None` if it needs none.
    pub async fn state_clients(&self) -> Result<Option<Clients>, ConnectError> {
        if self.state_settings().needs_aws() { self.clients().await.map(Some) } else { Ok(None) }
    }

    /// Returns what the credentials have to reach in AWS for the state of a stack.
    pub(crate) fn state_access(&self, stack: &str) -> StateAccess {
        let settings = self.state_settings();
        let mut keys = Vec::new();
        let prefix = settings.prefix.as_deref().unwrap_or_default().trim_matches('/');
        let folder = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        let bucket = match settings.backend {
            StateBackend::S3 => {
                keys.extend(settings.kms_key.clone());
                settings.bucket.clone().map(|bucket| (bucket, format!("{folder}{}/{stack}/", self.name())))
            }
            StateBackend::Local => None,
        };
        if let Some(encryption) = &settings.encryption {
            let previous = encryption.previous.iter().cloned();
            let used = previous.chain([encryption.current()]).filter(|key| key.provider == KeyProvider::Kms);
            keys.extend(used.filter_map(|key| key.kms_key));
        }
        StateAccess { bucket, keys }
    }

    /// Returns the state of a stack at another location than that of the settings.
    pub fn state_in(&self, place: &StateLocation, stack: &str, clients: &Clients) -> Result<StateStore, ConnectError> {
        Ok(self.state_at(place, stack, Some(&clients.aws))?)
    }

    fn state_at(&self, place: &StateLocation, stack: &str, aws: Option<&Arc<Aws>>) -> Result<StateStore, StateError> {
        let key = |settings: &KeySettings, variable| self.key(settings, variable, stack, aws);
        let keys = match &self.state_settings().encryption {
            None => Keys::default(),
            Some(encryption) => {
                let previous =
                    encryption.previous.as_ref().map(|previous| key(previous, PREVIOUS_PASSPHRASE)).transpose()?;
                Keys::new(key(&encryption.current(), PASSPHRASE)?, previous.flatten())
            }
        };
        let kept = self.state_settings().keep.and_then(|kept| usize::try_from(kept).ok());
        let state = StateStore::new(place.backend(self.name(), stack), self.name(), stack, keys);
        Ok(state.keeping(kept).remembering(self.ledgers()))
    }

    /// Returns the location of the state of all stacks of this environment.
    pub async fn state_place(&self) -> Result<StateLocation, ConnectError> {
        match self.state_settings().backend {
            StateBackend::Local => Ok(self.location(None)),
            StateBackend::S3 => Ok(self.location(Some(&self.clients().await?.aws))),
        }
    }

    /// Returns the location of the state of all stacks of this environment, with clients that were made before.
    pub fn state_place_with(&self, clients: Option<&Clients>) -> StateLocation {
        self.location(clients.map(|clients| &clients.aws))
    }

    /// Returns the location that a command line names: `s3://BUCKET/PREFIX`, or a directory, relative to the project's.
    pub fn other_place(&self, named: &str, clients: &Clients) -> Result<StateLocation, InvalidPlace> {
        Ok(match NamedPlace::parse(named)? {
            NamedPlace::Bucket { name, prefix } => StateLocation::Bucket(self.bucket(&clients.aws, name, prefix)),
            NamedPlace::Directory(path) => {
                StateLocation::Directory(self.project_root().join(path).components().collect())
            }
        })
    }

    /// Returns a directory of the command line as a setting, relative to the project's directory.
    pub fn state_directory_setting(&self, named: &str) -> String {
        named.strip_prefix("./").unwrap_or(named).to_owned()
    }

    /// Returns the directory of the embedded cloud once the settings name another place for state.
    pub fn cloud_directory_with(&self, place: &StateLocation) -> PathBuf {
        let root = match place {
            StateLocation::Directory(root) => root.clone(),
            // The settings of a bucket leave out the directory, so that it is the default one.
            StateLocation::Bucket(_) => self.default_state_directory(),
        };
        root.join(self.name()).join("cloud")
    }

    fn location(&self, aws: Option<&Arc<Aws>>) -> StateLocation {
        let settings = self.state_settings();
        match (&settings.bucket, aws) {
            (Some(bucket), Some(aws)) if settings.backend == StateBackend::S3 => {
                StateLocation::Bucket(self.bucket(aws, bucket, settings.prefix.as_deref().unwrap_or_default()))
            }
            _ => StateLocation::Directory(self.state_directory().to_owned()),
        }
    }

    fn bucket(&self, aws: &Arc<Aws>, name: &str, prefix: &str) -> StateBucket {
        let settings = self.state_settings();
        let aws = match &settings.region {
            Some(region) if *region != self.aws().region => Arc::new(aws.in_region(region)),
            _ => Arc::clone(aws),
        };
        StateBucket {
            aws,
            name: name.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
            kms_key: settings.kms_key.clone(),
        }
    }

    fn key(
        &self,
        settings: &KeySettings,
        variable: &str,
        stack: &str,
        aws: Option<&Arc<Aws>>,
    ) -> Result<Option<Key>, StateError> {
        match settings.provider {
            KeyProvider::None => Ok(None),
            KeyProvider::Passphrase => self.passphrase(settings, variable).map(|key| Some(Key::Passphrase(key))),
            KeyProvider::Kms => Ok(settings
                .kms_key
                .as_deref()
                .zip(aws)
                .map(|(id, aws)| Key::Kms(KmsKey::new(Arc::clone(aws), id, self.name(), stack)))),
        }
    }

    fn passphrase(&self, settings: &KeySettings, variable: &str) -> Result<Passphrase, StateError> {
        if let Some(file) = &settings.passphrase_file {
            let path = self.project_root().join(file);
            let text = fs_err::read_to_string(&path).map(Zeroizing::new);
            let text = text.map_err(StateError::PassphraseUnreadable)?;
            let text = Zeroizing::new(text.trim_end_matches(['\n', '\r']).to_owned());
            return Passphrase::new(text, &format!("the file {}", path.display()));
        }
        let variable = settings.passphrase_env.as_deref().unwrap_or(variable);
        let text = std::env::var(variable).map(Zeroizing::new).ok().filter(|text| !text.is_empty());
        let text = text.ok_or_else(|| StateError::PassphraseNotSet(variable.to_owned()))?;
        Passphrase::new(text, &format!("the environment variable {variable}"))
    }
}

impl StateSettings {
    /// Returns whether the backend or a key of state needs AWS.
    fn needs_aws(&self) -> bool {
        let keys =
            self.encryption.iter().flat_map(|encryption| [Some(encryption.current()), encryption.previous.clone()]);
        self.backend == StateBackend::S3 || keys.flatten().any(|key| key.provider == KeyProvider::Kms)
    }
}
