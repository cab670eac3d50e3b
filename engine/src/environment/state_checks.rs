//! Checks of the settings of state.

use crate::environment::document::{Document, path_to};
use crate::environment::error::Fault;
use crate::environment::file::{EncryptionSettings, KeyProvider, KeySettings, StateBackend, StateSettings};
use crate::environment::regions::REGIONS;
use crate::environment::suggest::{did_you_mean, nearest};

/// Returns the faults of the settings of state.
pub(super) fn state_faults(document: &Document, settings: &StateSettings) -> Vec<Fault> {
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
    if settings.keep == Some(0) {
        refuse(&["state", "keep"], "the present serial is always kept: write 1 or more".to_owned());
    }
    if let Some(region) = settings.region.as_deref().filter(|region| !REGIONS.contains(region)) {
        let near = did_you_mean(nearest(region, REGIONS.iter().copied()));
        refuse(&["state", "region"], format!("`{region}` is not a region of AWS{near}"));
    }
    faults.extend(settings.encryption.iter().flat_map(|encryption| encryption_faults(document, encryption)));
    faults
}

/// Returns the faults of the settings of encryption.
fn encryption_faults(document: &Document, encryption: &EncryptionSettings) -> Vec<Fault> {
    let keys = [
        (Some(encryption.current()), &["state", "encryption", "provider"][..]),
        (encryption.previous.clone(), &["state", "encryption", "previous", "provider"][..]),
    ];
    let keys = keys.into_iter().filter_map(|(key, path)| Some((key?, path)));
    keys.filter_map(|(key, path)| {
        let message = key_fault(&key)?.to_owned();
        Some(Fault { location: document.of_value(&path_to(path)), message })
    })
    .collect()
}

/// Returns the fault of a key, if its settings do not fit its provider.
fn key_fault(key: &KeySettings) -> Option<&'static str> {
    let has_passphrase = key.passphrase_env.is_some() || key.passphrase_file.is_some();
    match (key.provider, &key.kms_key, has_passphrase) {
        (KeyProvider::Kms, None, _) => Some("the provider `kms` needs a key: add `kms_key = \"ARN or alias/NAME\"`"),
        (KeyProvider::None | KeyProvider::Passphrase, Some(_), _) => {
            Some("only the provider `kms` has `kms_key`: change the provider or remove the key")
        }
        (KeyProvider::None | KeyProvider::Kms, _, true) => {
            Some("only the provider `passphrase` has a passphrase: change the provider or remove it")
        }
        _ => None,
    }
}
