//! `apigateway_usage_plan`: limits of the callers with the keys of a plan.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use crate::aws::lists::has_repeats;
use crate::aws::{RestApiId, UsagePlanId};
use crate::resource::cloud_control::{CloudControl, Entries, Placed, Property};
use crate::resource::{
    Billing, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, Tags, validate_plain_tags,
};

/// The length of a derived name, in characters. AWS has no limit of its own that is documented.
const MAX_NAME_LENGTH: usize = 128;

/// A usage plan: the limits of callers with its keys, at stages of APIs.
///
/// ```
/// # use ebbtide::aws::RestApiId;
/// # use ebbtide::aws::apigateway::{ApiStage, Quota, Throttle, UsagePlan};
/// # use ebbtide::resource::Input;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, api: &Input<RestApiId>, stage: &Input<String>) {
/// let plan = UsagePlan {
///     throttle: Some(Throttle { rate: 20.0, burst: 40 }),
///     quota: Some(Quota::a_day(50_000)),
///     ..UsagePlan::at(ApiStage::new(api, stage))
/// };
/// stack.add("partners", plan);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct UsagePlan<P: Phase = Declared> {
    /// The name, which others may have as well; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// A description.
    #[serde(default)]
    pub description: Option<String>,
    /// The stages that the keys of the plan are good for.
    #[serde(default)]
    pub stages: Vec<ApiStage<P>>,
    /// The requests a second of each key.
    #[serde(default)]
    pub throttle: Option<Throttle>,
    /// The requests of each key in a period.
    #[serde(default)]
    pub quota: Option<Quota>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// A stage of an API.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ApiStage<P: Phase = Declared> {
    /// The API.
    pub api: P::Of<RestApiId>,
    /// The name of the stage.
    pub stage: P::Of<String>,
    /// The requests a second of each key at single methods, by `/PATH/METHOD`: `/documents/POST`.
    #[serde(default)]
    pub throttle: BTreeMap<String, Throttle>,
}

impl ApiStage {
    /// Creates a stage without limits for single methods.
    pub fn new(api: impl Into<Input<RestApiId>>, stage: impl Into<Input<String>>) -> Self {
        Self { api: api.into(), stage: stage.into(), throttle: BTreeMap::new() }
    }
}

/// The requests a second that are let through.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Throttle {
    /// On average.
    pub rate: f64,
    /// At once.
    pub burst: u32,
}

/// The requests that are let through in a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// The number of requests.
    pub limit: u32,
    /// The period.
    pub period: QuotaPeriod,
    /// The number that is subtracted in the first period: 0 for days, up to 6 for weeks, up to 27 for months.
    #[serde(default)]
    pub offset: u32,
}

impl Quota {
    /// Creates a quota of requests a day.
    pub fn a_day(limit: u32) -> Self {
        Self { limit, period: QuotaPeriod::Day, offset: 0 }
    }
}

/// A period of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaPeriod {
    /// A day.
    Day,
    /// A week.
    Week,
    /// A month.
    Month,
}

impl UsagePlan {
    /// Creates a plan without limits at a stage.
    pub fn at(stage: ApiStage) -> Self {
        Self { name: None, description: None, stages: vec![stage], throttle: None, quota: None, tags: Tags::new() }
    }
}

/// The outputs of a usage plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct UsagePlanOutputs<P: Phase> {
    /// The id.
    pub id: P::Of<UsagePlanId>,
}

impl Resource for UsagePlan {
    const KIND: &'static str = "apigateway_usage_plan";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = &[];
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = UsagePlan<Resolved>;
    type Outputs<P: Phase> = UsagePlanOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills the requests of an API, not its usage plans")
    }

    fn validate(&self, problems: &mut Problems) {
        if self.name.as_ref().is_some_and(|name| name.is_empty()) {
            problems.refuse("name", "is empty; leave it out for a derived one");
        }
        let places: Vec<_> = self.stages.iter().map(|stage| (&stage.api, &stage.stage)).collect();
        if has_repeats(&places) {
            problems.refuse("stages", "has a stage twice");
        }
        let is_wrong = |throttle: &Throttle| !(throttle.rate >= 0.0 && throttle.rate.is_finite());
        for (method, throttle) in self.stages.iter().flat_map(|stage| &stage.throttle) {
            if !method.starts_with('/') {
                problems.refuse("stages", format!("`{method}` is no method of a path, such as `/documents/POST`"));
            } else if is_wrong(throttle) {
                problems.refuse("stages", format!("{method}: the rate is negative"));
            }
        }
        if self.throttle.as_ref().is_some_and(is_wrong) {
            problems.refuse("throttle", "the rate is negative");
        }
        // AWS: "Usage Plan quota offset must be zero in the DAY period", and so on (terraform-provider-aws, `usage_plan.go`).
        let most = |quota: &Quota| match quota.period {
            QuotaPeriod::Day => 0,
            QuotaPeriod::Week => 6,
            QuotaPeriod::Month => 27,
        };
        if let Some(quota) = self.quota.filter(|quota| quota.offset > most(quota)) {
            problems.refuse("quota", format!("offset is {}; AWS takes {} at most", quota.offset, most(&quota)));
        }
        if self.quota.is_some_and(|quota| quota.limit == 0) {
            problems.refuse("quota", "limit is 0; AWS takes 1 or more");
        }
        validate_plain_tags(&self.tags, problems);
    }
}

impl CloudControl for UsagePlan {
    const TYPE: &'static str = "AWS::ApiGateway::UsagePlan";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "UsagePlanName"),
        Property::plain("description", "Description").has_no_default(),
        Property::list("stages", "ApiStages", STAGE),
        Property::object("throttle", "Throttle", THROTTLE).has_no_default(),
        Property::object("quota", "Quota", QUOTA).has_no_default(),
        Property::tags("Tags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("id", "Id")];

    fn placed(inputs: &UsagePlan<Resolved>, identity: &Identity) -> Placed {
        let name = inputs.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH));
        Placed { properties: Map::from_iter([("UsagePlanName".to_owned(), json!(name))]), ..Placed::default() }
    }
}

const STAGE: &[Property] = &[
    Property::plain("api", "ApiId"),
    Property::plain("stage", "Stage"),
    Property::map("throttle", "Throttle", THROTTLE, Entries::All),
];

const THROTTLE: &[Property] = &[Property::plain("rate", "RateLimit"), Property::plain("burst", "BurstLimit")];

const QUOTA: &[Property] = &[
    Property::plain("limit", "Limit"),
    Property::words("period", "Period", &[("day", "DAY"), ("week", "WEEK"), ("month", "MONTH")]),
    Property::plain("offset", "Offset"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_plans_are_refused() {
        let stage = || ApiStage::new("api", "prod");
        let plan = || UsagePlan::at(stage());
        let throttle = |rate: f64| Throttle { rate, burst: 1 };
        let at = |method: &str, rate: f64| {
            UsagePlan::at(ApiStage { throttle: BTreeMap::from([(method.to_owned(), throttle(rate))]), ..stage() })
        };
        let quota = |period, offset| Some(Quota { period, offset, ..Quota::a_day(1) });
        let cases = [
            ("name", UsagePlan { name: Some(String::new()), ..plan() }),
            ("stages", UsagePlan { stages: vec![stage(), stage()], ..plan() }),
            ("stages", at("documents/POST", 1.0)),
            ("stages", at("/documents/POST", -1.0)),
            ("throttle", UsagePlan { throttle: Some(throttle(f64::NAN)), ..plan() }),
            ("quota", UsagePlan { quota: quota(QuotaPeriod::Day, 1), ..plan() }),
            ("quota", UsagePlan { quota: quota(QuotaPeriod::Week, 7), ..plan() }),
            ("quota", UsagePlan { quota: quota(QuotaPeriod::Month, 28), ..plan() }),
            ("quota", UsagePlan { quota: Some(Quota::a_day(0)), ..plan() }),
            ("tags", UsagePlan { tags: Tags::from([("team".into(), "a,b".into())]), ..plan() }),
        ];
        for (field, plan) in cases {
            let mut problems = Problems::new();
            plan.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
        let mut problems = Problems::new();
        UsagePlan { quota: quota(QuotaPeriod::Month, 27), ..at("/documents/POST", 0.5) }.validate(&mut problems);
        assert!(problems.is_empty(), "{problems:?}");
    }
}
