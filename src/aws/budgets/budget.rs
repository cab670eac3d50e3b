//! `budgets_budget`: an amount of money for a period, with notifications about its use.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Notify;
use super::amount::amount_problem;
use crate::aws::Arn;
use crate::aws::lists::repeat_conflicts;
use crate::resource::{
    Billing, Conflict, Declared, Identity, Persistence, Phase, Problems, Resolved, Resource, Scope, Tags, fields,
    validate_tags,
};

/// The longest name of a budget that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 100;

/// A budget of costs.
///
/// ```
/// # use std::collections::BTreeSet;
/// # use ebbtide::aws::budgets::{Budget, NotificationOn, Notify, NotifyWhen, Threshold};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let notify = Notify {
///     when: NotifyWhen { on: NotificationOn::ActualAbove, threshold: Threshold::Percent(80.0) },
///     emails: BTreeSet::from(["ops@example.com".to_owned()]),
///     topic: None,
/// };
/// stack.add("costs", Budget { notify: vec![notify], ..Budget::monthly("6190") });
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Budget<P: Phase = Declared> {
    /// The name; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The amount in US dollars, as decimal text: `6190` or `6190.50`.
    pub amount: String,
    /// The period that the amount is for.
    #[serde(default)]
    pub period: BudgetPeriod,
    /// The costs that count; all unless given.
    #[serde(default)]
    pub filter: BudgetFilter,
    /// The notifications, at most 10.
    #[serde(default)]
    pub notify: Vec<Notify<P>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The period of a budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BudgetPeriod {
    /// Each day. AWS makes no forecast for it.
    Daily,
    /// Each month.
    #[default]
    Monthly,
    /// Each quarter.
    Quarterly,
    /// Each year.
    Annually,
}

/// The costs that count towards a budget.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetFilter {
    /// The costs of resources with these tags. The keys must be activated as cost allocation tags.
    #[serde(default)]
    pub tags: BTreeMap<String, BTreeSet<String>>,
    /// The costs of these services, by their names on the bill: `Amazon SageMaker`.
    #[serde(default)]
    pub services: BTreeSet<String>,
    /// Parts read from AWS that cannot be declared (another dimension, an exclusion). They only show as drift.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<String>,
}

impl BudgetFilter {
    /// Returns the reason why AWS would refuse the filter.
    fn problem(&self) -> Option<String> {
        let empty = self.tags.iter().find(|(key, values)| key.is_empty() || values.is_empty());
        let long = |text: &&String| text.is_empty() || text.chars().count() > 1024;
        match empty {
            _ if self.other.is_some() => Some("`other` cannot be declared".to_owned()),
            Some((key, _)) => Some(format!("the tag `{key}` needs a key and values")),
            None => self.services.iter().find(long).map(|name| format!("`{name}` is not a name of a service")),
        }
    }
}

impl Budget {
    /// Creates a monthly budget of all costs, without notifications.
    pub fn monthly(amount: impl Into<String>) -> Self {
        Self {
            name: None,
            amount: amount.into(),
            period: BudgetPeriod::Monthly,
            filter: BudgetFilter::default(),
            notify: Vec::new(),
            tags: Tags::new(),
        }
    }
}

/// The outputs of a budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct BudgetOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<String>,
    /// The ARN.
    pub arn: P::Of<Arn>,
}

impl Resource for Budget {
    const KIND: &'static str = "budgets_budget";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Budget: name);
    type Resolved = Budget<Resolved>;
    type Outputs<P: Phase> = BudgetOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills only budgets with actions, and this one only notifies")
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(message) = self.name.as_deref().and_then(name_problem) {
            problems.refuse("name", message);
        }
        if let Some(message) = amount_problem(&self.amount) {
            problems.refuse("amount", message);
        }
        if let Some(message) = self.filter.problem() {
            problems.refuse("filter", message);
        }
        if self.notify.len() > 10 {
            problems.refuse("notify", "AWS takes at most 10 notifications");
        }
        for (index, notify) in self.notify.iter().enumerate() {
            let field = format!("notify[{index}]");
            notify.validate(&field, problems);
            if self.notify[..index].iter().any(|other| other.when == notify.when) {
                problems.refuse(field.clone(), "another notification has the same threshold");
            }
            if self.period == BudgetPeriod::Daily && notify.when.on.is_forecast() {
                problems.refuse(field, "AWS makes no forecast for a daily budget");
            }
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |budget| budget.name.as_deref(), |name| format!("another budget is named {name}"))
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = budget_name(identity, self.name.as_deref());
        let mut known = Map::new();
        if !identity.scope.account.is_empty() {
            known.insert("arn".into(), budget_arn(&identity.scope, &name).into());
        }
        known.insert("name".into(), name.into());
        known
    }
}

/// Returns the given name of a budget or derives one.
#[doc(hidden)]
pub fn budget_name(identity: &Identity, given: Option<&str>) -> String {
    given.map_or_else(|| identity.name(MAX_NAME_LENGTH), str::to_owned)
}

/// Returns the ARN of a budget. It has no region, because budgets belong to the account.
#[doc(hidden)]
pub fn budget_arn(scope: &Scope, name: &str) -> String {
    format!("arn:{}:budgets::{}:budget/{name}", scope.partition(), scope.account)
}

/// Returns the problem with a name, if it has one.
fn name_problem(name: &str) -> Option<String> {
    let fits = (1..=MAX_NAME_LENGTH).contains(&name.chars().count()) && !name.contains([':', '\\', '/']);
    (!fits).then(|| format!("`{name}`: AWS takes 1 to {MAX_NAME_LENGTH} characters, without `:`, `\\` and `/`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::budgets::{NotificationOn, NotifyWhen, Threshold};

    #[test]
    fn invalid_budgets_are_refused() {
        let problems_of = |budget: &Budget| {
            let mut problems = Problems::new();
            budget.validate(&mut problems);
            problems
        };
        assert!(problems_of(&Budget::monthly("6190")).is_empty());
        let filters = [
            BudgetFilter { tags: BTreeMap::from([("Project".to_owned(), BTreeSet::new())]), ..BudgetFilter::default() },
            BudgetFilter { services: BTreeSet::from([String::new()]), ..BudgetFilter::default() },
            BudgetFilter { other: Some("REGION".into()), ..BudgetFilter::default() },
        ];
        for filter in filters {
            assert_eq!(problems_of(&Budget { filter, ..Budget::monthly("1") }).fields(), ["filter"]);
        }
        let forecast = Notify {
            when: NotifyWhen { on: NotificationOn::ForecastAbove, threshold: Threshold::Percent(100.0) },
            emails: BTreeSet::from(["ops@example.com".to_owned()]),
            topic: None,
        };
        let wrong = Budget {
            name: Some("a:b".into()),
            period: BudgetPeriod::Daily,
            notify: vec![forecast.clone(), forecast],
            tags: Tags::from([("ebb:stack".to_owned(), "mine".to_owned())]),
            ..Budget::monthly("plenty")
        };
        let fields = ["name", "amount", "notify[0]", "notify[1]", "notify[1]", "tags"];
        assert_eq!(problems_of(&wrong).fields(), fields);
    }
}
