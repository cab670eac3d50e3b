//! The table `[budget]` of an environment.

use schemars::JsonSchema;
use serde::Deserialize;

/// A budget: the spending that a month may come to, and what happens on the way there.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BudgetSettings")]
pub struct Settings {
    /// The budget of a calendar month (UTC, as AWS bills) in US dollars.
    pub monthly: f64,
    /// The share of `monthly` that may be spent on top of it, such as `20%`; none by default. A rule refers to the budget
    /// with its buffer by `at = "buffer"`.
    pub buffer: Option<String>,
    /// The spending in US dollars above which a day counts as a spike.
    pub daily: Option<f64>,
    /// Whether `ebb tick` and `ebb serve` ask Cost Explorer about the stacks, and add what it has beyond the ledger. AWS bills a
    /// cent for a request, and there is one for each stack and day. `false` by default; the setting of a stack's own budget
    /// counts before that of the environment.
    pub reconcile: Option<bool>,
    /// The rules. Without any, spending is reported at 80 % and 100 % of the budget, actual and forecast.
    #[serde(default)]
    pub rules: Vec<RuleSettings>,
}

/// One rule of a budget.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleSettings {
    /// The share of `monthly` at which the rule is reached, such as `80%`; or `buffer`, the budget with its buffer.
    pub at: String,
    /// The spending that is compared: `actual`, or `forecast` for the whole month. `actual` by default.
    #[schemars(extend("enum" = ["actual", "forecast"]))]
    pub of: Option<String>,
    /// The action: `notify`, `block` an apply that raises spending, `reduce` capacities to their minimum, or `pause`.
    #[serde(rename = "do")]
    #[schemars(extend("enum" = ["notify", "block", "reduce", "pause"]))]
    pub action: String,
    /// The time between the announcement and the action of `reduce` or `pause`, such as `30m`. By default 30 minutes for
    /// `pause`, and none for `reduce`.
    pub grace: Option<String>,
}
