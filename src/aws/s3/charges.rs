//! The charges of a bucket: storage, requests and transfer, all by use.

use super::{Encryption, LifecycleRule, StorageClass};
use crate::resource::Charge;

/// Returns the charges of a bucket: for standard storage, and for each class that its lifecycle moves objects to.
pub(super) fn bucket_charges(lifecycle: &[LifecycleRule], encryption: &Encryption) -> Vec<Charge> {
    let mut charges = vec![
        Charge::by_use("s3.standard.storage", "storage_gb"),
        Charge::by_use("s3.standard.put", "put_requests"),
        Charge::by_use("s3.standard.get", "get_requests"),
        Charge::by_use("datatransfer.out.internet", "data_out_gb"),
    ];
    let enabled = lifecycle.iter().filter(|rule| rule.enabled);
    let mut classes: Vec<StorageClass> = enabled
        .flat_map(|rule| {
            let replaced = rule.noncurrent_transitions.iter().map(|to| to.storage_class);
            rule.transitions.iter().map(|to| to.storage_class).chain(replaced)
        })
        .collect();
    classes.sort();
    classes.dedup();
    charges.extend(classes.into_iter().flat_map(class_charges));
    if !matches!(encryption, Encryption::Aes256) {
        charges.push(Charge::by_use("kms.request", "kms_requests"));
    }
    charges
}

/// Returns the charges for objects of a class: their storage, the transitions to it, and reading them.
fn class_charges(class: StorageClass) -> Vec<Charge> {
    let (name, retrieval) = match class {
        StorageClass::StandardInfrequentAccess => ("standard_ia", "retrieval"),
        StorageClass::OneZoneInfrequentAccess => ("onezone_ia", "retrieval"),
        // Objects are read without a charge for retrieval; AWS bills their monitoring instead.
        StorageClass::IntelligentTiering => ("intelligent_tiering", "monitoring"),
        StorageClass::GlacierInstantRetrieval => ("glacier_ir", "retrieval"),
        StorageClass::Glacier => ("glacier_flexible", "retrieval_standard"),
        StorageClass::DeepArchive => ("deep_archive", "retrieval_standard"),
    };
    let charge = |item: &str, usage: &str| Charge::by_use(format!("s3.{name}.{item}"), format!("{name}_{usage}"));
    let read = match class {
        StorageClass::IntelligentTiering => charge(retrieval, "objects"),
        _ => charge(retrieval, "retrieved_gb"),
    };
    vec![charge("storage", "storage_gb"), charge("transition", "transitions"), read]
}
