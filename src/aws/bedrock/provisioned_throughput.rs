//! `bedrock_provisioned_throughput`: units of a model for one account, billed by the hour.

use serde::{Deserialize, Serialize};

use super::names::{MAX_NAME_LENGTH, name_problem};
use crate::aws::Arn;
use crate::aws::lists::repeat_conflicts;
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, OnPause, Persistence, Phase, Problems, Resolved, Resource,
    Tags, fields, validate_tags,
};

/// Provisioned throughput of a model. Without a commitment a pause deletes it, and a resume buys it again with another ARN. With
/// one it cannot be deleted before its term is over: a pause keeps it, and it bills all the same.
///
/// ```
/// # use ebbtide::aws::bedrock::{CustomizationJobOutputs, ProvisionedThroughput};
/// # use ebbtide::resource::Declared;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, job: &CustomizationJobOutputs<Declared>) {
/// let throughput = stack.add("expert", ProvisionedThroughput::of(&job.model_arn, 1));
/// stack.output("MODEL_ID", &throughput.arn);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ProvisionedThroughput<P: Phase = Declared> {
    /// The name, up to 63 letters and digits with single hyphens and underscores between them; derived from environment, stack and
    /// address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The ARN of the custom model, or of a base model.
    pub model: P::Of<String>,
    /// The number of model units.
    pub units: u32,
    /// The commitment; none unless given.
    #[serde(default)]
    pub commitment: Option<Commitment>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The term for which throughput is bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Commitment {
    /// One month.
    OneMonth,
    /// Six months.
    SixMonths,
}

impl ProvisionedThroughput {
    /// Creates throughput without a commitment.
    pub fn of(model: impl Into<Input<String>>, units: u32) -> Self {
        Self { name: None, model: model.into(), units, commitment: None, tags: Tags::new() }
    }
}

impl<P: Phase> ProvisionedThroughput<P> {
    /// Returns the name that the throughput has in AWS.
    #[doc(hidden)]
    pub fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH))
    }
}

/// The outputs of provisioned throughput.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ProvisionedThroughputOutputs<P: Phase> {
    /// The ARN, which invocations name as the model.
    pub arn: P::Of<Arn>,
    /// The name.
    pub name: P::Of<String>,
}

impl Resource for ProvisionedThroughput {
    const KIND: &'static str = "bedrock_provisioned_throughput";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const BILLED_WHILE_PAUSED: Option<&'static str> = Some("AWS bills it until its commitment ends");
    const REPLACE_ON: &'static [&'static str] = fields!(ProvisionedThroughput: name, units, commitment);
    const UNIQUE_NAME_FIELD: Option<&'static str> = Some("name");
    const TYPICAL_SECONDS: u32 = 600;
    type Resolved = ProvisionedThroughput<Resolved>;
    type Outputs<P: Phase> = ProvisionedThroughputOutputs<P>;

    fn paused(&self) -> OnPause<Self> {
        if self.commitment.is_some() { OnPause::Keep } else { OnPause::Delete }
    }

    fn billing(&self) -> Billing {
        let base = self.model.known().map(|model| match model.split_once("custom-model/") {
            Some((_, custom)) => custom.split('/').next().unwrap_or(custom),
            None => model.rsplit('/').next().unwrap_or(model),
        });
        let term = match self.commitment {
            None => "no_commitment",
            Some(Commitment::OneMonth) => "one_month",
            Some(Commitment::SixMonths) => "six_months",
        };
        let base = base.unwrap_or("model").replace([':', '.'], "_");
        Billing::Charges(vec![Charge::hourly(format!("bedrock.provisioned.{base}.{term}"), f64::from(self.units))])
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_deref().and_then(name_problem) {
            problems.refuse("name", problem);
        }
        if self.model.known().is_some_and(String::is_empty) {
            problems.refuse("model", "is empty");
        }
        if self.units == 0 {
            problems.refuse("units", "is at least 1");
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |one| one.name.as_ref(), |name| format!("another throughput is named {name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_would_refuse_is_refused() {
        let good = ProvisionedThroughput::of("amazon.nova-lite-v1:0:300k", 1);
        let wrong = ProvisionedThroughput { name: Some("-a".into()), ..ProvisionedThroughput::of("", 0) };
        for (throughput, expected) in [(good, vec![]), (wrong, vec!["name", "model", "units"])] {
            let mut problems = Problems::new();
            throughput.validate(&mut problems);
            assert_eq!(problems.fields(), expected);
        }
    }

    #[test]
    fn a_pause_deletes_what_has_no_commitment() {
        let throughput = ProvisionedThroughput::of("arn:aws:bedrock:us-east-1:1:custom-model/amazon.nova:0/abc", 2);
        assert_eq!(throughput.paused(), OnPause::Delete);
        let committed = ProvisionedThroughput { commitment: Some(Commitment::OneMonth), ..throughput };
        assert_eq!(committed.paused(), OnPause::Keep);
        let Billing::Charges(charges) = committed.billing() else { panic!("it bills") };
        assert_eq!(charges, [Charge::hourly("bedrock.provisioned.amazon_nova_0.one_month", 2.0)]);
    }
}
