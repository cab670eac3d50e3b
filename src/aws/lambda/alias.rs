//! `lambda_alias`: a name for a version of a function.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::function::name_problem;
use crate::aws::lists::repeat_conflicts;
use crate::aws::{FunctionArn, FunctionName};
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, OnPause, Persistence, Phase, Problems, Resolved, Resource,
    fields,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 128;

/// An alias: a name for a version of a function, or for two of them. A pause takes its provisioned concurrency away, which is billed
/// by the hour.
///
/// ```
/// # use ebbtide::aws::FunctionName;
/// # use ebbtide::aws::lambda::{Alias, VersionWeight};
/// # use ebbtide::resource::Input;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, router: &Input<FunctionName>, old: &Input<String>, new: &Input<String>) {
/// let weights = vec![VersionWeight { version: new.clone(), weight: 0.1 }];
/// stack.add("live", Alias { weights, provisioned_concurrency: Some(5), ..Alias::new(router, "live", old) });
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Alias<P: Phase = Declared> {
    /// The name of the function.
    pub function: P::Of<FunctionName>,
    /// The name, up to 128 letters, digits, hyphens and underscores, but no number.
    pub name: String,
    /// The version; `$LATEST` for the function itself.
    pub version: P::Of<String>,
    /// A description, up to 256 characters.
    #[serde(default)]
    pub description: Option<String>,
    /// Another version, with the part of the calls that goes there.
    #[serde(default)]
    pub weights: Vec<VersionWeight<P>>,
    /// The calls at a time for which instances are kept ready.
    #[serde(default)]
    pub provisioned_concurrency: Option<u32>,
}

/// A version with a part of the calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct VersionWeight<P: Phase = Declared> {
    /// The version.
    pub version: P::Of<String>,
    /// The part, 0 to 1.
    pub weight: f64,
}

impl Alias {
    /// Creates an alias of a version of a function.
    pub fn new(
        function: impl Into<Input<FunctionName>>,
        name: impl Into<String>,
        version: impl Into<Input<String>>,
    ) -> Self {
        Self {
            function: function.into(),
            name: name.into(),
            version: version.into(),
            description: None,
            weights: Vec::new(),
            provisioned_concurrency: None,
        }
    }
}

fn arn(identity: &Identity, function: &FunctionName, name: &str) -> String {
    identity.scope.arn("lambda", &format!("function:{function}:{name}"))
}

/// The outputs of an alias.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct AliasOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<FunctionArn>,
}

impl Resource for Alias {
    const KIND: &'static str = "lambda_alias";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Alias: function, name);
    const DELETED_WITH: &'static [&'static str] = fields!(Alias: function);
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = Alias<Resolved>;
    type Outputs<P: Phase> = AliasOutputs<P>;

    fn paused(&self) -> OnPause<Self> {
        match self.provisioned_concurrency {
            Some(_) => OnPause::Reduce(Self { provisioned_concurrency: None, ..self.clone() }),
            None => OnPause::Keep,
        }
    }

    fn billing(&self) -> Billing {
        match self.provisioned_concurrency {
            // For the memory of each, which is the function's.
            Some(count) => Billing::Charges(vec![Charge::hourly("lambda.provisioned.instance", f64::from(count))]),
            None => Billing::free("AWS bills the calls of a function, and an alias only for provisioned concurrency"),
        }
    }

    fn validate(&self, problems: &mut Problems) {
        let problem = name_problem(&self.name, MAX_NAME_LENGTH, "an alias");
        let number = self.name.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.then(|| format!("`{}` is a number, as a version has it", self.name));
        problem.or(number).into_iter().for_each(|problem| problems.refuse("name", problem));
        let is_version = |version: &str| {
            version == "$LATEST" || !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit())
        };
        if let Some(version) = self.version.known().filter(|version| !is_version(version)) {
            problems.refuse("version", format!("`{version}` is neither a number nor `$LATEST`"));
        }
        if self.description.as_ref().is_some_and(|text| text.chars().count() > 256) {
            problems.refuse("description", "is longer than 256 characters");
        }
        if self.weights.len() > 1 {
            problems.refuse("weights", "has more than one version; AWS takes one besides that of the alias");
        }
        for other in &self.weights {
            if !(0.0..=1.0).contains(&other.weight) {
                problems.refuse("weights", format!("{} is not a part of the calls, 0 to 1", other.weight));
            }
            let is_latest = |version: &Input<String>| version.known().is_some_and(|version| version == "$LATEST");
            if is_latest(&other.version) || is_latest(&self.version) {
                problems.refuse("weights", "are those of published versions, not of `$LATEST`");
            } else if other.version == self.version {
                problems.refuse("weights", "has the version of the alias itself");
            }
        }
        if self.provisioned_concurrency == Some(0) {
            problems.refuse("provisioned_concurrency", "is 0; leave it out for none");
        }
        if self.provisioned_concurrency.is_some() && self.version.known().is_some_and(|version| version == "$LATEST") {
            problems.refuse("provisioned_concurrency", "is that of a published version, not of `$LATEST`");
        }
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let place = |alias: &Self| Some((format!("{:?}", alias.function), alias.name.clone()));
        repeat_conflicts(all, place, |(_, name)| format!("another alias of the same function is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let function = self.function.known().filter(|_| !identity.scope.account.is_empty());
        function.map(|function| ("arn".to_owned(), json!(arn(identity, function, &self.name)))).into_iter().collect()
    }
}

impl CloudControl for Alias {
    const TYPE: &'static str = "AWS::Lambda::Alias";
    const PROPERTIES: &'static [Property] = &[
        // AWS may show the ARN.
        Property::plain("function", "FunctionName").rewritten(),
        Property::plain("name", "Name"),
        Property::plain("version", "FunctionVersion"),
        Property::plain("description", "Description").has_no_default(),
        Property::list("weights", "RoutingConfig/AdditionalVersionWeights", WEIGHTS),
        Property::plain("provisioned_concurrency", "ProvisionedConcurrencyConfig/ProvisionedConcurrentExecutions")
            .has_no_default(),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("arn", "AliasArn")];

    fn placed(inputs: &Alias<Resolved>, identity: &Identity) -> Placed {
        Placed::at(arn(identity, &inputs.function, &inputs.name), Map::new())
    }
}

const WEIGHTS: &[Property] =
    &[Property::plain("version", "FunctionVersion"), Property::plain("weight", "FunctionWeight")];

#[cfg(test)]
mod tests {
    use super::*;

    fn alias() -> Alias {
        Alias::new("router", "live", "1")
    }

    #[test]
    fn invalid_aliases_are_refused() {
        let to = |version: &str, weight: f64| VersionWeight { version: version.into(), weight };
        let cases = [
            ("name", Alias { name: "12".into(), ..alias() }),
            ("name", Alias { name: "a b".into(), ..alias() }),
            ("version", Alias { version: "live".into(), ..alias() }),
            ("description", Alias { description: Some("x".repeat(257)), ..alias() }),
            ("weights", Alias { weights: vec![to("2", 0.1), to("3", 0.1)], ..alias() }),
            ("weights", Alias { weights: vec![to("2", 1.1)], ..alias() }),
            ("weights", Alias { weights: vec![to("1", 0.1)], ..alias() }),
            ("weights", Alias { weights: vec![to("$LATEST", 0.1)], ..alias() }),
            ("provisioned_concurrency", Alias { provisioned_concurrency: Some(0), ..alias() }),
            (
                "provisioned_concurrency",
                Alias { provisioned_concurrency: Some(1), version: "$LATEST".into(), ..alias() },
            ),
        ];
        for (field, alias) in cases {
            let mut problems = Problems::new();
            alias.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
    }

    #[test]
    fn a_pause_takes_provisioned_concurrency_away() {
        let provisioned = Alias { provisioned_concurrency: Some(5), ..alias() };
        assert_eq!(provisioned.paused(), OnPause::Reduce(alias()));
        assert_eq!(alias().paused(), OnPause::Keep);
    }
}
