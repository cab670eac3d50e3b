//! `bedrock_guardrail_version`: a version of a guardrail.

use serde::{Deserialize, Serialize};

use super::checks::check_length;
use super::guardrail::Guardrail;
use crate::aws::{GuardrailArn, GuardrailId};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{Billing, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, fields};

/// A version of a guardrail: the guardrail as it is when the version is created. AWS cannot change one.
///
/// Another description makes another version: it is created, the resources that refer to the number move over, and the old one is deleted.
/// [`GuardrailVersion::of`] describes it by the content of the guardrail, so that each change of the guardrail makes a version.
///
/// ```
/// # use ebbtide::aws::bedrock::{Guardrail, GuardrailVersion, WordList};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let declared = Guardrail { word_lists: vec![WordList::profanity()], ..Guardrail::new("No.", "No.") };
/// let guardrail = stack.add("documents", declared.clone());
/// let version = stack.add("documents", GuardrailVersion::of(&guardrail.arn, &declared));
/// stack.output("GUARDRAIL_VERSION", &version.version);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct GuardrailVersion<P: Phase = Declared> {
    /// The guardrail.
    pub guardrail: P::Of<GuardrailArn>,
    /// A description, up to 200 characters. Another one makes another version.
    #[serde(default)]
    pub description: Option<String>,
}

impl GuardrailVersion {
    /// Creates a version that is made once, and again if its description changes.
    pub fn described(guardrail: impl Into<Input<GuardrailArn>>, description: impl Into<String>) -> Self {
        Self { guardrail: guardrail.into(), description: Some(description.into()) }
    }

    /// Creates the version of a guardrail with this content. A change of its filters or messages makes another version.
    pub fn of(guardrail: impl Into<Input<GuardrailArn>>, content: &Guardrail) -> Self {
        Self::described(guardrail, format!("content {}", content.content_hash()))
    }
}

/// The outputs of a version of a guardrail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct GuardrailVersionOutputs<P: Phase> {
    /// The ARN of the guardrail.
    pub guardrail_arn: P::Of<GuardrailArn>,
    /// The id of the guardrail.
    pub guardrail_id: P::Of<GuardrailId>,
    /// The number of the version.
    pub version: P::Of<String>,
}

impl Resource for GuardrailVersion {
    const KIND: &'static str = "bedrock_guardrail_version";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(GuardrailVersion: guardrail, description);
    // DeleteGuardrail without a version deletes all versions.
    const DELETED_WITH: &'static [&'static str] = fields!(GuardrailVersion: guardrail);
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = GuardrailVersion<Resolved>;
    type Outputs<P: Phase> = GuardrailVersionOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("the use of a version is billed as that of its guardrail")
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(description) = &self.description {
            check_length(problems, "description", "it", description, 1..=200);
        }
        let is_guardrail =
            |arn: &GuardrailArn| arn.as_str().starts_with("arn:") && arn.as_str().contains(":guardrail/");
        if self.guardrail.known().is_some_and(|arn| !is_guardrail(arn)) {
            problems.refuse("guardrail", "is not the ARN of a guardrail");
        }
    }
}

impl CloudControl for GuardrailVersion {
    const TYPE: &'static str = "AWS::Bedrock::GuardrailVersion";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("guardrail", "GuardrailIdentifier").write_only(),
        Property::plain("description", "Description").has_no_default(),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] =
        &[("guardrail_arn", "GuardrailArn"), ("guardrail_id", "GuardrailId"), ("version", "Version")];

    fn placed(_inputs: &GuardrailVersion<Resolved>, _identity: &Identity) -> Placed {
        Placed::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::bedrock::{Word, WordList};

    const ARN: &str = "arn:aws:bedrock:eu-west-1:123456789012:guardrail/abc";

    #[test]
    fn invalid_versions_are_refused() {
        let cases = [
            ("description", GuardrailVersion::described(ARN, "")),
            ("description", GuardrailVersion::described(ARN, "x".repeat(201))),
            ("guardrail", GuardrailVersion::described("abc", "first")),
        ];
        for (field, version) in cases {
            let mut problems = Problems::new();
            version.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }

    #[test]
    fn another_filter_makes_another_version_and_another_name_does_not() {
        let guardrail = || Guardrail { word_lists: vec![WordList::profanity()], ..Guardrail::new("no", "no") };
        let of = |guardrail: &Guardrail| GuardrailVersion::of(ARN, guardrail);
        assert_eq!(of(&guardrail()), of(&Guardrail { name: Some("other".into()), ..guardrail() }));
        assert_ne!(of(&guardrail()), of(&Guardrail { words: vec![Word::blocked("fool")], ..guardrail() }));
    }
}
