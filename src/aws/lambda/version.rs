//! `lambda_version`: a version of a function.

use serde::{Deserialize, Serialize};

use crate::aws::lists::repeat_conflicts;
use crate::aws::{FunctionArn, FunctionName};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, fields,
};

/// A version: a snapshot of a function's code and configuration.
///
/// A change of the function makes another version, to which aliases move before the old one is deleted. Provisioned concurrency
/// is that of an [`Alias`](super::Alias).
///
/// ```
/// # use ebbtide::aws::FunctionName;
/// # use ebbtide::aws::lambda::{Alias, Version};
/// # use ebbtide::resource::Input;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, router: &Input<FunctionName>, revision: &Input<String>) {
/// let version = stack.add("router", Version::of(router, revision));
/// stack.add("live", Alias::new(router, "live", &version.version));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Version<P: Phase = Declared> {
    /// The name of the function.
    pub function: P::Of<FunctionName>,
    /// The revision of the function, its output of this name. Another one makes another version. AWS has it as the version's description.
    pub revision: P::Of<String>,
}

impl Version {
    /// Creates a version of a function, given its name and revision.
    pub fn of(function: impl Into<Input<FunctionName>>, revision: impl Into<Input<String>>) -> Self {
        Self { function: function.into(), revision: revision.into() }
    }
}

/// The outputs of a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct VersionOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<FunctionArn>,
    /// The number.
    pub version: P::Of<String>,
}

impl Resource for Version {
    const KIND: &'static str = "lambda_version";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Version: function, revision);
    const DELETED_WITH: &'static [&'static str] = fields!(Version: function);
    const TYPICAL_SECONDS: u32 = 5;
    type Resolved = Version<Resolved>;
    type Outputs<P: Phase> = VersionOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills the calls of a function, not its versions")
    }

    fn validate(&self, problems: &mut Problems) {
        if self.revision.known().is_some_and(|revision| !(1..=256).contains(&revision.chars().count())) {
            problems.refuse("revision", "has not 1 to 256 characters");
        }
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        // AWS: "A version for this Lambda function exists".
        let of = |version: &Self| Some(format!("{:?}", version.function));
        repeat_conflicts(all, of, |_| {
            "another version of the same function is declared, and AWS makes one of each state".to_owned()
        })
    }
}

impl CloudControl for Version {
    const TYPE: &'static str = "AWS::Lambda::Version";
    const PROPERTIES: &'static [Property] = &[
        // AWS may show the ARN.
        Property::plain("function", "FunctionName").rewritten(),
        Property::plain("revision", "Description"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("arn", "FunctionArn"), ("version", "Version")];

    fn placed(_inputs: &Version<Resolved>, _identity: &Identity) -> Placed {
        Placed::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_has_one_version() {
        let versions = [("a", "1"), ("b", "1"), ("a", "2")].map(|(function, revision)| Version::of(function, revision));
        let conflicts = Version::conflicts(&versions);
        assert_eq!(conflicts.iter().map(|conflict| conflict.index).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn a_revision_that_is_no_description_is_refused() {
        for (revision, fits) in [("a".to_owned(), true), (String::new(), false), ("x".repeat(257), false)] {
            let mut problems = Problems::new();
            Version::of("router", revision).validate(&mut problems);
            assert_eq!(problems.is_empty(), fits, "{problems:?}");
        }
    }
}
