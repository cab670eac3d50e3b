//! Where an environment keeps its state, and the keys that it is encrypted with.

use std::path::Path;
use std::sync::Arc;

use zeroize::Zeroizing;

use super::document::Document;
use super::environment::path_to;
use super::error::did_you_mean;
use super::regions::REGIONS;
use super::{
    Clients, ConnectError, Environment, Fault, KeyProvider, KeySettings, StateBackend, StateSettings, nearest,
};
use crate::aws::Aws;
use crate::state::{Bucket, Key, Keys, KmsKey, Passphrase, Place, State, StateError};

/// The environment variables with passphrases, if the file names no others.
const PASSPHRASE: &str = "EBB_STATE_PASSPHRASE";
const PASSPHRASE_BEFORE: &str = "EBB_STATE_PASSPHRASE_PREVIOUS";

impl Environment {
    /// The state of a stack. `clients` are those of this command, if it has any already; others are made only where the
    /// state cannot be reached without.
    pub async fn state(&self, stack: &str, clients: Option<&Clients>) -> Result<State, ConnectError> {
        let settings = self.state_settings();
        let keys = settings.encryption.as_ref().map(|encryption| {
            let current = KeySettings {
                provider: encryption.provider,
                passphrase_env: encryption.passphrase_env.clone(),
                passphrase_file: encryption.passphrase_file.clone(),
                kms_key: encryption.kms_key.clone(),
            };
            (current, encryption.previous.clone())
        });
        let uses_kms = |keys: &&(KeySettings, Option<KeySettings>)| {
            [Some(&keys.0), keys.1.as_ref()].into_iter().flatten().any(|key| key.provider == KeyProvider::Kms)
        };
        let needed = settings.backend == StateBackend::S3 || keys.as_ref().filter(uses_kms).is_some();
        let aws = match clients {
            Some(clients) => Some(Arc::clone(&clients.aws)),
            None if needed => Some(self.clients().await?.aws),
            None => None,
        };
        let key = |settings: &KeySettings, variable| self.key(settings, variable, stack, aws.as_ref());
        let keys = match keys {
            Some((current, previous)) => Keys::new(
                key(&current, PASSPHRASE)?,
                previous.map(|previous| key(&previous, PASSPHRASE_BEFORE)).transpose()?.flatten(),
            ),
            None => Keys::default(),
        };
        let place = self.place(aws.as_ref());
        Ok(State::new(place.backend(self.name(), stack), self.name(), stack, keys))
    }

    /// Where the state of all stacks of this environment is kept.
    pub async fn state_place(&self) -> Result<Place, ConnectError> {
        match self.state_settings().backend {
            StateBackend::Local => Ok(self.place(None)),
            StateBackend::S3 => Ok(self.place(Some(&self.clients().await?.aws))),
        }
    }

    /// Another place for the same state, as it is named on a command line: `s3://BUCKET/PREFIX` or a directory.
    pub fn other_place(&self, named: &str, clients: &Clients) -> Place {
        match named.strip_prefix("s3://") {
            Some(rest) => {
                let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
                Place::Bucket(self.bucket(&clients.aws, bucket, prefix))
            }
            None => Place::Directory(self.root().join(named)),
        }
    }

    fn place(&self, aws: Option<&Arc<Aws>>) -> Place {
        let settings = self.state_settings();
        match (&settings.bucket, aws) {
            (Some(bucket), Some(aws)) if settings.backend == StateBackend::S3 => {
                Place::Bucket(self.bucket(aws, bucket, settings.prefix.as_deref().unwrap_or_default()))
            }
            _ => Place::Directory(self.state_directory().to_owned()),
        }
    }

    fn bucket(&self, aws: &Arc<Aws>, name: &str, prefix: &str) -> Bucket {
        let settings = self.state_settings();
        let aws = match &settings.region {
            Some(region) if *region != self.aws().region => Arc::new(aws.in_region(region)),
            _ => Arc::clone(aws),
        };
        Bucket {
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
            let text = text.map_err(|error| StateError::NoPassphrase(error.to_string()))?;
            let text = Zeroizing::new(text.trim_end_matches(['\n', '\r']).to_owned());
            return Passphrase::new(text, &format!("the file {}", path.display()));
        }
        let variable = settings.passphrase_env.as_deref().unwrap_or(variable);
        let text = std::env::var(variable).map(Zeroizing::new).map_err(|_| {
            StateError::NoPassphrase(format!(
                "the environment variable {variable} is not set; set it, then run the same command"
            ))
        })?;
        Passphrase::new(text, &format!("the environment variable {variable}"))
    }

    fn root(&self) -> &Path {
        self.project_root()
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
        let previous = encryption.previous.as_ref().map(|key| (key.provider, key.kms_key.is_some(), true));
        for (provider, has_key, before) in
            [(encryption.provider, encryption.kms_key.is_some(), false)].into_iter().chain(previous)
        {
            let path: &[&str] = if before {
                &["state", "encryption", "previous", "provider"]
            } else {
                &["state", "encryption", "provider"]
            };
            match provider {
                KeyProvider::Kms if !has_key => {
                    refuse(path, "the provider `kms` needs a key: add `kms_key = \"ARN or alias/NAME\"`".to_owned());
                }
                KeyProvider::None | KeyProvider::Passphrase if has_key => {
                    refuse(
                        path,
                        "only the provider `kms` has `kms_key`: change the provider or remove the key".to_owned(),
                    );
                }
                _ => {}
            }
        }
    }
    faults
}
