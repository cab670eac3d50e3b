//! `bedrock_inference_profile`: an inference profile, by which the use of a model is told apart on the bill.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::checks::check_length;
use super::prices;
use crate::aws::InferenceProfileArn;
use crate::aws::lists::repeat_conflicts;
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags,
    fields, validate_plain_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 64;

/// An inference profile of an application. Calls name it in place of the model, and its tags reach the bill.
///
/// ```
/// # use ebbtide::aws::bedrock::InferenceProfile;
/// # use ebbtide::resource::Tags;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let model = "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0";
/// let tags = Tags::from([("CostCenter".into(), "documents".into())]);
/// let profile = stack.add("documents", InferenceProfile { tags, ..InferenceProfile::of(model) });
/// stack.output("MODEL_ID", &profile.arn);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct InferenceProfile<P: Phase = Declared> {
    /// The name, up to 64 letters, digits and single spaces, hyphens and underscores between them; derived from environment, stack and
    /// address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// A description, up to 200 letters, digits, `:`, `.` and single spaces, hyphens and underscores between them.
    #[serde(default)]
    pub description: Option<String>,
    /// The ARN of a foundation model of the region, or of an inference profile of AWS for several regions.
    pub model: P::Of<String>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl InferenceProfile {
    /// Creates a profile of a foundation model, or of an inference profile of AWS.
    pub fn of(model: impl Into<Input<String>>) -> Self {
        Self { name: None, description: None, model: model.into(), tags: Tags::new() }
    }
}

impl<P: Phase> InferenceProfile<P> {
    /// Returns the name that the profile has in AWS, which takes no two hyphens in a row.
    fn aws_name(&self, identity: &Identity) -> String {
        let derived = || {
            let name = identity.name(MAX_NAME_LENGTH);
            name.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
        };
        self.name.clone().unwrap_or_else(derived)
    }
}

/// The outputs of an inference profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct InferenceProfileOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<InferenceProfileArn>,
    /// The id.
    pub id: P::Of<String>,
    /// The identifier, which is the ARN.
    pub identifier: P::Of<String>,
    /// The name.
    pub name: P::Of<String>,
    /// The models, one for each region that calls may go to.
    pub models: P::Of<Vec<ProfileModel>>,
    /// The status.
    pub status: P::Of<String>,
    /// The kind of profile: `APPLICATION`.
    pub kind: P::Of<String>,
    /// The instant of its creation.
    pub created: P::Of<String>,
    /// The instant of its last change.
    pub updated: P::Of<String>,
}

/// A model of an inference profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileModel {
    /// The ARN.
    #[serde(alias = "ModelArn")]
    pub arn: String,
}

/// Returns the beginning of the items of a model. Profiles for several regions have prices of their own.
fn items(model: &str) -> String {
    let id = model.rsplit_once(":foundation-model/").map(|(_, id)| id);
    match id.and_then(prices::items) {
        Some(items) => items.to_owned(),
        None => format!("bedrock.model.{}", model.rsplit('/').next().unwrap_or(model)),
    }
}

/// Returns whether a text is of these characters, with a single space, hyphen or underscore after each at most.
fn is_separated(text: &str, has: impl Fn(char) -> bool) -> bool {
    let mut after_separator = true;
    text.chars().all(|c| {
        let is_separator = " _-".contains(c);
        let fits = has(c) || (is_separator && !after_separator);
        after_separator = is_separator;
        fits
    })
}

impl Resource for InferenceProfile {
    const KIND: &'static str = "bedrock_inference_profile";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(InferenceProfile: name, description, model);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = InferenceProfile<Resolved>;
    type Outputs<P: Phase> = InferenceProfileOutputs<P>;

    fn billing(&self) -> Billing {
        let Some(model) = self.model.known() else { return Billing::Unknown };
        let items = items(model);
        // Prices are those of a thousand tokens.
        let tokens = |item: &str, usage: &str| Charge::by_use(format!("{items}.{item}"), usage).times(0.001);
        let input = tokens("input", "input_tokens");
        // A model that makes vectors has no output of tokens.
        let output = (!model.contains("embed")).then(|| tokens("output", "output_tokens"));
        Billing::Charges(std::iter::once(input).chain(output).collect())
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(name) = &self.name {
            check_length(problems, "name", "it", name, 1..=MAX_NAME_LENGTH);
            if !is_separated(name, |c| c.is_ascii_alphanumeric()) {
                let advice = "use letters and digits, with single spaces, hyphens and underscores between them";
                problems.refuse("name", format!("`{name}` is not the name of an inference profile: {advice}"));
            }
        }
        if let Some(description) = &self.description {
            check_length(problems, "description", "it", description, 1..=200);
            if !is_separated(description, |c| c.is_ascii_alphanumeric() || ":.".contains(c)) {
                let advice =
                    "use letters, digits, `:` and `.`, with single spaces, hyphens and underscores between them";
                problems.refuse("description", format!("has other characters: {advice}"));
            }
        }
        let is_source = |arn: &str| {
            arn.starts_with("arn:")
                && (arn.contains(":foundation-model/") || arn.contains(":inference-profile/"))
                && arn.contains(":bedrock:")
        };
        if let Some(model) = self.model.known().filter(|model| !is_source(model)) {
            let advice = "use the ARN of a foundation model, or of an inference profile of AWS";
            problems.refuse("model", format!("`{model}` cannot be the model of a profile: {advice}"));
        }
        validate_plain_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |profile| profile.name.as_ref(), |name| format!("another profile is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        Map::from_iter([("name".to_owned(), json!(self.aws_name(identity)))])
    }
}

impl CloudControl for InferenceProfile {
    const TYPE: &'static str = "AWS::Bedrock::ApplicationInferenceProfile";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "InferenceProfileName"),
        Property::plain("description", "Description").has_no_default(),
        Property::plain("model", "ModelSource/CopyFrom").write_only(),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("arn", "InferenceProfileArn"),
        ("id", "InferenceProfileId"),
        ("identifier", "InferenceProfileIdentifier"),
        ("name", "InferenceProfileName"),
        ("models", "Models"),
        ("status", "Status"),
        ("kind", "Type"),
        ("created", "CreatedAt"),
        ("updated", "UpdatedAt"),
    ];

    fn placed(inputs: &InferenceProfile<Resolved>, identity: &Identity) -> Placed {
        let name = json!(inputs.aws_name(identity));
        Placed { properties: Map::from_iter([("InferenceProfileName".to_owned(), name)]), ..Placed::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &str = "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0";

    #[test]
    fn invalid_profiles_are_refused() {
        let profile = || InferenceProfile::of(MODEL);
        let own = "arn:aws:bedrock:eu-west-1:123456789012:application-inference-profile/abc";
        let cases = [
            ("name", InferenceProfile { name: Some("a--b".into()), ..profile() }),
            ("name", InferenceProfile { name: Some("-a".into()), ..profile() }),
            ("name", InferenceProfile { name: Some("x".repeat(65)), ..profile() }),
            ("description", InferenceProfile { description: Some("a  b".into()), ..profile() }),
            ("description", InferenceProfile { description: Some("x".repeat(201)), ..profile() }),
            ("model", InferenceProfile::of("amazon.nova-lite-v1:0")),
            ("model", InferenceProfile::of(own)),
            ("tags", InferenceProfile { tags: Tags::from([("team".into(), "a,b".into())]), ..profile() }),
        ];
        for (field, profile) in cases {
            let mut problems = Problems::new();
            profile.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }

    #[test]
    fn tokens_of_models_in_the_price_book_have_prices_and_others_are_unknown() {
        let charges = |model: &str| match InferenceProfile::of(model).billing() {
            Billing::Charges(charges) => charges.into_iter().map(|charge| (charge.item, charge.quantity)).collect(),
            other => panic!("{other:?}"),
        };
        let of: Vec<(String, f64)> = charges(MODEL);
        assert_eq!(of, [("bedrock.nova_lite.input".into(), 0.001), ("bedrock.nova_lite.output".into(), 0.001)]);
        // Calls that may go to other regions have other prices.
        let of: Vec<(String, f64)> = charges("arn:aws:bedrock:eu-west-1:1:inference-profile/eu.amazon.nova-lite-v1:0");
        assert_eq!(of[0].0, "bedrock.model.eu.amazon.nova-lite-v1:0.input");
        let titan: Vec<_> = charges("arn:aws:bedrock:eu-west-1::foundation-model/amazon.titan-embed-text-v2:0");
        assert_eq!(titan.len(), 1);
    }
}
