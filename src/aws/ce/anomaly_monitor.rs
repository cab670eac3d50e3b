//! `ce_anomaly_monitor`: a monitor of cost anomalies.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::aws::AnomalyMonitorArn;
use crate::aws::lists::repeat_conflicts;
use crate::resource::cloud_control::{CloudControl, Placed, Property};
use crate::resource::{
    Billing, Conflict, Identity, Persistence, Phase, Problems, Resource, Tags, fields, validate_tags,
};

/// The length of a derived name, in characters. AWS accepts 1,024.
const DERIVED_LENGTH: usize = 128;

/// A monitor of cost anomalies. AWS can change its name alone, and not its tags: another tag makes another monitor.
///
/// An account has one monitor for each dimension, and a new account has that of services from the start. So a stack watches its own costs by a
/// tag, with a monitor of the kind `custom`. The tag has to be active as a cost allocation tag.
///
/// ```
/// # use ebbtide::aws::ce::{AnomalyMonitor, AnomalySubscription, Subscriber};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let monitor = stack.add("costs", AnomalyMonitor::of_tag("Project", ["llmops"]));
/// let subscriber = Subscriber::email("ada@example.com");
/// stack.add("costs", AnomalySubscription::daily(&monitor.arn, 20.0).to(subscriber));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AnomalyMonitor {
    /// The name, up to 1,024 characters; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The kind.
    pub kind: MonitorKind,
    /// The dimension that a monitor of a dimension watches.
    #[serde(default)]
    pub dimension: Option<MonitorDimension>,
    /// The costs that a monitor of the kind `custom` watches.
    #[serde(default)]
    pub scope: Option<MonitorScope>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The kind of a monitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonitorKind {
    /// It watches each value of a dimension.
    Dimensional,
    /// It watches the costs that it names.
    Custom,
}

/// A dimension of costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonitorDimension {
    /// The services of AWS.
    Service,
    /// The accounts of the organization.
    LinkedAccount,
    /// The values of a tag.
    Tag,
    /// The values of a cost category.
    CostCategory,
}

/// The costs that a monitor watches. Its members have the names that AWS gives them; one of them is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonitorScope {
    /// Values of a cost allocation tag.
    #[serde(rename = "Tags", default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<ScopeValues>,
    /// Values of a cost category.
    #[serde(rename = "CostCategories", default, skip_serializing_if = "Option::is_none")]
    pub cost_category: Option<ScopeValues>,
    /// Values of a dimension: `LINKED_ACCOUNT` and account numbers.
    #[serde(rename = "Dimensions", default, skip_serializing_if = "Option::is_none")]
    pub dimension: Option<ScopeValues>,
}

/// A key and some of its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeValues {
    /// The key.
    #[serde(rename = "Key")]
    pub key: String,
    /// The values.
    #[serde(rename = "Values")]
    pub values: Vec<String>,
}

impl ScopeValues {
    /// Creates a key with some values.
    pub fn new<T: Into<String>>(key: impl Into<String>, values: impl IntoIterator<Item = T>) -> Self {
        Self { key: key.into(), values: values.into_iter().map(Into::into).collect() }
    }
}

impl AnomalyMonitor {
    /// Creates the monitor of all services of the account.
    pub fn of_services() -> Self {
        Self {
            name: None,
            kind: MonitorKind::Dimensional,
            dimension: Some(MonitorDimension::Service),
            scope: None,
            tags: Tags::new(),
        }
    }

    /// Creates a monitor of the costs with some values of a tag.
    pub fn of_tag<T: Into<String>>(key: impl Into<String>, values: impl IntoIterator<Item = T>) -> Self {
        let scope = MonitorScope { tag: Some(ScopeValues::new(key, values)), ..MonitorScope::default() };
        Self { kind: MonitorKind::Custom, dimension: None, scope: Some(scope), ..Self::of_services() }
    }

    fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(DERIVED_LENGTH))
    }
}

/// The outputs of a monitor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct AnomalyMonitorOutputs<P: Phase> {
    /// The ARN.
    pub arn: P::Of<AnomalyMonitorArn>,
    /// The name.
    pub name: P::Of<String>,
    /// The time of its creation.
    pub created: P::Of<Option<String>>,
    /// The time of the last evaluation.
    pub evaluated: P::Of<Option<String>>,
    /// The time of the last change.
    pub updated: P::Of<Option<String>>,
    /// The number of values of its dimension.
    pub values: P::Of<Option<u32>>,
}

impl Resource for AnomalyMonitor {
    const KIND: &'static str = "ce_anomaly_monitor";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(AnomalyMonitor: kind, dimension, scope, tags);
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = Self;
    type Outputs<P: Phase> = AnomalyMonitorOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("Cost Anomaly Detection is free")
    }

    fn validate(&self, problems: &mut Problems) {
        if self.name.as_ref().is_some_and(|name| name.is_empty() || name.chars().count() > 1024) {
            problems.refuse("name", "has not 1 to 1024 characters");
        }
        match self.kind {
            MonitorKind::Dimensional if self.dimension.is_none() => {
                problems.refuse("dimension", "is missing: a monitor of a dimension names it");
            }
            MonitorKind::Custom if self.dimension.is_some() => {
                problems.refuse("dimension", "is for a monitor of a dimension: a custom one has a `scope`");
            }
            MonitorKind::Custom if self.scope.is_none() => {
                problems.refuse("scope", "is missing: a custom monitor names the costs that it watches");
            }
            _ => {}
        }
        if let Some(scope) = &self.scope {
            let MonitorScope { tag, cost_category, dimension } = scope;
            let given: Vec<_> = [tag, cost_category, dimension].into_iter().flatten().collect();
            match given.as_slice() {
                [one] if one.key.is_empty() => problems.refuse("scope", "has an empty key"),
                [one] if one.values.is_empty() && self.kind == MonitorKind::Custom => {
                    problems.refuse("scope", format!("has no value of {}", one.key));
                }
                [_] => {}
                _ => problems.refuse("scope", "needs one of `Tags`, `CostCategories` and `Dimensions`"),
            }
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let watches = |monitor: &Self| monitor.dimension.map(|dimension| (dimension, monitor.scope.clone()));
        repeat_conflicts(all, watches, |_| {
            "another monitor watches the same dimension, and an account has one".to_owned()
        })
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        Map::from_iter([("name".to_owned(), json!(self.aws_name(identity)))])
    }
}

impl CloudControl for AnomalyMonitor {
    const TYPE: &'static str = "AWS::CE::AnomalyMonitor";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("name", "MonitorName"),
        Property::words("kind", "MonitorType", &[("dimensional", "DIMENSIONAL"), ("custom", "CUSTOM")]),
        Property::words(
            "dimension",
            "MonitorDimension",
            &[
                ("service", "SERVICE"),
                ("linked_account", "LINKED_ACCOUNT"),
                ("tag", "TAG"),
                ("cost_category", "COST_CATEGORY"),
            ],
        ),
        Property::json_text("scope", "MonitorSpecification"),
        Property::tags("ResourceTags"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[
        ("arn", "MonitorArn"),
        ("name", "MonitorName"),
        ("created", "CreationDate"),
        ("evaluated", "LastEvaluatedDate"),
        ("updated", "LastUpdatedDate"),
        ("values", "DimensionalValueCount"),
    ];

    fn placed(inputs: &Self, identity: &Identity) -> Placed {
        let name = json!(inputs.aws_name(identity));
        Placed { properties: Map::from_iter([("MonitorName".to_owned(), name)]), ..Placed::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_monitors_are_refused() {
        let monitor = || AnomalyMonitor::of_tag("Project", ["llmops"]);
        let scope = |scope: MonitorScope| AnomalyMonitor { scope: Some(scope), ..monitor() };
        let values = || Some(ScopeValues::new("Project", ["a"]));
        let cases = [
            ("name", AnomalyMonitor { name: Some(String::new()), ..monitor() }),
            ("dimension", AnomalyMonitor { dimension: None, ..AnomalyMonitor::of_services() }),
            ("dimension", AnomalyMonitor { dimension: Some(MonitorDimension::Service), ..monitor() }),
            ("scope", AnomalyMonitor { scope: None, ..monitor() }),
            ("scope", scope(MonitorScope::default())),
            ("scope", scope(MonitorScope { tag: values(), cost_category: values(), dimension: None })),
            ("scope", AnomalyMonitor::of_tag("", ["a"])),
            ("scope", AnomalyMonitor::of_tag("Project", [""; 0])),
            ("tags", AnomalyMonitor { tags: Tags::from([("aws:x".into(), "y".into())]), ..monitor() }),
        ];
        for (field, monitor) in cases {
            let mut problems = Problems::new();
            monitor.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
        assert_eq!(AnomalyMonitor::conflicts(&[AnomalyMonitor::of_services(), AnomalyMonitor::of_services()]).len(), 1);
    }

    #[test]
    fn members_that_aws_adds_to_a_scope_are_no_difference() {
        let read = json!({ "And": null, "Tags": { "Key": "Project", "Values": ["llmops"], "MatchOptions": null } });
        let scope: MonitorScope = serde_json::from_value(read).unwrap();
        assert_eq!(Some(scope), AnomalyMonitor::of_tag("Project", ["llmops"]).scope);
    }
}
