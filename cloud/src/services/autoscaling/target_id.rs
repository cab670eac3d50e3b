//! The identity of a scalable target: namespace, resource and dimension.

use serde_json::{Value, json};

use crate::service::Fault;
use crate::services::json::{invalid, text};

/// The dimension of a variant with instances.
pub const INSTANCE_COUNT: &str = "sagemaker:variant:DesiredInstanceCount";
/// The dimension of a serverless variant.
pub const PROVISIONED_CONCURRENCY: &str = "sagemaker:variant:DesiredProvisionedConcurrency";
/// The dimension of an inference component.
pub const COPY_COUNT: &str = "sagemaker:inference-component:DesiredCopyCount";

/// The identity of a scalable target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetId {
    /// The service namespace, e.g. `sagemaker`.
    pub namespace: String,
    /// The resource, e.g. `endpoint/NAME/variant/VARIANT`.
    pub resource: String,
    /// The dimension, e.g. `sagemaker:variant:DesiredInstanceCount`.
    pub dimension: String,
}

impl TargetId {
    /// Returns the identity that an input names.
    pub fn of(input: &Value) -> Result<Self, Fault> {
        let id = Self {
            namespace: text(input, "ServiceNamespace").to_owned(),
            resource: text(input, "ResourceId").to_owned(),
            dimension: text(input, "ScalableDimension").to_owned(),
        };
        if id.dimension.split(':').next() != Some(id.namespace.as_str()) {
            let message = "Unsupported service namespace, resource type or scalable dimension";
            return Err(invalid(message));
        }
        Ok(id)
    }

    /// Returns the key of its record.
    pub fn key(&self) -> String {
        format!("{}|{}|{}", self.namespace, self.resource, self.dimension)
    }

    /// Returns the key of the record of a policy or scheduled action of the target.
    pub fn key_of(&self, name: &str) -> String {
        format!("{}|{name}", self.key())
    }

    /// Returns the members that name it in a response.
    pub fn members(&self) -> Value {
        json!({
            "ServiceNamespace": self.namespace, "ResourceId": self.resource, "ScalableDimension": self.dimension,
        })
    }

    /// Returns the error for something of the target that does not exist.
    pub fn missing(&self, what: &str, name: Option<(&str, &str)>) -> Fault {
        let named = name.map(|(member, name)| format!(", {member}: {name}")).unwrap_or_default();
        let message = format!(
            "No {what} found for service namespace: {}, resource ID: {}, scalable dimension: {}{named}",
            self.namespace, self.resource, self.dimension
        );
        Fault::new("ObjectNotFoundException", message)
    }
}
