//! OpenSearch Serverless: collection groups, collections, their policies and indexes.

mod access_policy;
mod collection;
mod collection_group;
mod index;
mod mapping;
mod names;
mod security_policy;
mod security_rules;

pub use access_policy::{AccessGrant, AccessPolicy, AccessPolicyOutputs, AccessRule};
pub use collection::{Collection, CollectionKind, CollectionOutputs, FipsEndpoints, VectorAcceleration};
pub use collection_group::{CollectionGroup, CollectionGroupOutputs, Generation};
pub use index::{Index, IndexOutputs};
pub use mapping::{
    Analyzer, Compression, Field, FieldKind, VectorAlgorithm, VectorData, VectorEngine, VectorField, VectorMethod,
    VectorSpace,
};
pub use security_policy::{SecurityPolicy, SecurityPolicyKind, SecurityPolicyOutputs};
pub use security_rules::{EncryptionRules, NetworkRules, SecurityRule, SecurityRules};
