//! Where an environment keeps its state, and the keys that it is encrypted with.

use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::environment::document::Document;
use crate::environment::environment::path_to;
use crate::environment::error::did_you_mean;
use crate::environment::regions::REGIONS;
use crate::environment::{
    Clients, ConnectError, EncryptionSettings, Environment, Fault, KeyProvider, KeySettings, StateBackend,
    StateSettings, nearest,
};
use crate::sdk::Aws;
use crate::state::{Key, Keys, KmsKey, Passphrase, StateBucket, StateError, StateLocation, StateStore};

/// The environment variables with passphrases, if the file names no others.
const PASSPHRASE: &str = "EBB_STATE_PASSPHRASE";
const PASSPHRASE_BEFORE: &str = "EBB_STATE_PASSPHRASE_PREVIOUS";

impl Environment {
    /// The state of a stack. `clients` are those of this command, if it has any already; others are made only where the
    /// state cannot be reached without.
    pub async fn state(&self, stack: &str, clients: Option<&Clients>) -> Result<StateStore, ConnectError> {
        let aws = match clients {
            Some(clients) => Some(Arc::clone(&clients.aws)),
            None if self.state_settings().need_aws() => Some(self.clients().await?.aws),
            None => None,
        };
        Ok(self.state_at(&self.place(aws.as_ref()), stack, aws.as_ref())?)
    }

    /// The state of a stack in another place than the environment says.
    pub fn state_in(&self, place: &StateLocation, stack: &str, clients: &Clients) -> Result<StateStore, ConnectError> {
        Ok(self.state_at(place, stack, Some(&clients.aws))?)
    }

    fn state_at(&self, place: &StateLocation, stack: &str, aws: Option<&Arc<Aws>>) -> Result<StateStore, StateError> {
        let key = |settings: &KeySettings, variable| self.key(settings, variable, stack, aws);
        let keys = match &self.state_settings().encryption {
            None => Keys::default(),
            Some(encryption) => {
                let previous =
                    encryption.previous.as_ref().map(|previous| key(previous, PASSPHRASE_BEFORE)).transpose()?;
                Keys::new(key(&encryption.current(), PASSPHRASE)?, previous.flatten())
            }
        };
        Ok(StateStore::new(place.backend(self.name(), stack), self.name(), stack, keys))
    }

    /// Where the state of all stacks of this environment is kept.
    pub async fn state_place(&self) -> Result<StateLocation, ConnectError> {
        match self.state_settings().backend {
            StateBackend::Local => Ok(self.place(None)),
            StateBackend::S3 => Ok(self.place(Some(&self.clients().await?.aws))),
        }
    }

    /// Another place for the same state, as it is named on a command line: `s3://BUCKET/PREFIX` or a directory.
    pub fn other_place(&self, named: &str, clients: &Clients) -> StateLocation {
        match named.strip_prefix("s3://") {
            Some(rest) => {
                let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
                StateLocation::Bucket(self.bucket(&clients.aws, bucket, prefix))
            }
            None => StateLocation::Directory(self.root().join(named)),
        }
    }

    /// The directory as a setting: as it was named, from the project's directory on.
    pub fn state_directory_setting(&self, named: &str) -> String {
        named.strip_prefix("./").unwrap_or(named).to_owned()
    }

    fn place(&self, aws: Option<&Arc<Aws>>) -> StateLocation {
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
            let path = self.root().join(file);
            let text = fs_err::read_to_string(&path).map(Zeroizing::new);
            let text = text.map_err(StateError::PassphraseUnreadable)?;
            let text = Zeroizing::new(text.trim_end_matches(['\n', '\r']).to_owned());
            return Passphrase::new(text, &format!("the file {}", path.display()));
        }
        let variable = settings.passphrase_env.as_deref().unwrap_or(variable);
        let text = std::env::var(variable).map(Zeroizing::new);
        let text = text.map_err(|_| StateError::PassphraseNotSet(variable.to_owned()))?;
        Passphrase::new(text, &format!("the environment variable {variable}"))
    }

    fn root(&self) -> &Path {
        self.project_root()
    }
}

impl StateSettings {
    /// Whether state cannot be reached without AWS.
    fn need_aws(&self) -> bool {
        let keys =
            self.encryption.iter().flat_map(|encryption| [Some(encryption.current()), encryption.previous.clone()]);
        self.backend == StateBackend::S3 || keys.flatten().any(|key| key.provider == KeyProvider::Kms)
    }
}

impl EncryptionSettings {
    /// The key in use.
    fn current(&self) -> KeySettings {
        KeySettings {
            provider: self.provider,
            passphrase_env: self.passphrase_env.clone(),
            passphrase_file: self.passphrase_file.clone(),
            kms_key: self.kms_key.clone(),
        }
    }
}

/// What is wrong with the settings of state.
pub(super) fn faults(document: &Document, settings: &StateSettings) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut refuse = |keys: &[&str], message: String| {
        faults.push(Fault { location: document.of_value(&path_to(keys)), message });
    };
    match settings.backend {
        StateBackend::S3 => {
            if settings.bucket.is_none() {
                refuse(&["state", "backend"], "the backend `s3` needs a bucket: add `bucket = \"NAME\"`".to_owned());
            }
            if settings.directory.is_some() {
                refuse(&["state", "directory"], "only the backend `local` has a directory: remove it".to_owned());
            }
        }
        StateBackend::Local => {
            let given = [
                ("bucket", &settings.bucket),
                ("prefix", &settings.prefix),
                ("region", &settings.region),
                ("kms_key", &settings.kms_key),
            ];
            for (key, _) in given.iter().filter(|(_, value)| value.is_some()) {
                refuse(
                    &["state", key],
                    format!("only the backend `s3` has `{key}`: add `backend = \"s3\"` or remove it"),
                );
            }
        }
    }
    if let Some(region) = settings.region.as_deref().filter(|region| !REGIONS.contains(region)) {
        let near = did_you_mean(nearest(region, REGIONS.iter().copied()));
        refuse(&["state", "region"], format!("`{region}` is not a region of AWS{near}"));
    }
    if let Some(encryption) = &settings.encryption {
        let both = [(Some(encryption.current()), "encryption"), (encryption.previous.clone(), "previous")];
        for (key, table) in both.iter().filter_map(|(key, table)| Some((key.as_ref()?, table))) {
            let path: &[&str] = match *table {
                "previous" => &["state", "encryption", "previous", "provider"],
                _ => &["state", "encryption", "provider"],
            };
            match (key.provider, &key.kms_key, key.passphrase_env.is_some() || key.passphrase_file.is_some()) {
                (KeyProvider::Kms, None, _) => {
                    refuse(path, "the provider `kms` needs a key: add `kms_key = \"ARN or alias/NAME\"`".to_owned());
                }
                (KeyProvider::None | KeyProvider::Passphrase, Some(_), _) => {
                    refuse(
                        path,
                        "only the provider `kms` has `kms_key`: change the provider or remove the key".to_owned(),
                    );
                }
                (KeyProvider::None | KeyProvider::Kms, _, true) => {
                    let message = "only the provider `passphrase` has a passphrase: change the provider or remove it";
                    refuse(path, message.to_owned());
                }
                _ => {}
            }
        }
    }
    faults
}
