//! The kinds of things that have a name: how they are stored, called and refused.

use serde_json::Value;

use crate::documents::CallContext;
use crate::partition;
use crate::service::Fault;
use crate::services::json::invalid;

/// A kind of thing with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The table that remembers it, by name.
    pub table: &'static str,
    /// The member of inputs that names it.
    pub name_field: &'static str,
    segment: &'static str,
    noun: &'static str,
}

/// A model.
pub const MODEL: Kind = Kind { table: "Model", name_field: "ModelName", segment: "model", noun: "model" };
/// An endpoint configuration.
pub const CONFIG: Kind = Kind {
    table: "EndpointConfig",
    name_field: "EndpointConfigName",
    segment: "endpoint-config",
    noun: "endpoint configuration",
};
/// An endpoint.
pub const ENDPOINT: Kind =
    Kind { table: "Endpoint", name_field: "EndpointName", segment: "endpoint", noun: "endpoint" };
/// An inference component.
pub const COMPONENT: Kind = Kind {
    table: "InferenceComponent",
    name_field: "InferenceComponentName",
    segment: "inference-component",
    noun: "inference component",
};

/// Every kind there is.
pub const ALL: [Kind; 4] = [MODEL, CONFIG, ENDPOINT, COMPONENT];

impl Kind {
    /// Returns the ARN of the thing of that name. SageMaker writes names in ARNs in small letters.
    pub fn arn(&self, context: &CallContext<'_>, name: &str) -> String {
        self.arn_in(context.region, context.account, name)
    }

    /// Returns the ARN of the thing of that name in a region and an account.
    pub fn arn_in(&self, region: &str, account: &str, name: &str) -> String {
        let partition = partition::of(region);
        format!("arn:{partition}:sagemaker:{region}:{account}:{}/{}", self.segment, name.to_ascii_lowercase())
    }

    /// Returns the record of that name; on AWS a missing one is a validation error.
    pub fn find<'a>(&self, context: &'a CallContext<'_>, name: &str) -> Result<&'a Value, Fault> {
        context.own.get(self.table, name).ok_or_else(|| self.missing(context, name))
    }

    /// Returns the error for a name that does not exist.
    pub fn missing(&self, context: &CallContext<'_>, name: &str) -> Fault {
        invalid(format!("Could not find {} \"{}\".", self.noun, self.arn(context, name)))
    }

    /// Refuses a name that is taken. Names that differ in case only have the same ARN, so they are the same.
    pub fn check_free(&self, context: &CallContext<'_>, name: &str) -> Result<(), Fault> {
        if context.own.all(self.table).any(|(taken, _)| taken.eq_ignore_ascii_case(name)) {
            let arn = self.arn(context, name);
            return Err(invalid(format!("Cannot create already existing {} \"{arn}\".", self.noun)));
        }
        Ok(())
    }

    /// Returns the error for a change to a thing that is in a transition.
    pub fn in_progress(&self, context: &CallContext<'_>, name: &str) -> Fault {
        invalid(format!("Cannot update in-progress {} \"{}\".", self.noun, self.arn(context, name)))
    }
}
