//! `cloudwatch_alarm`: an alarm that goes off when a metric crosses a threshold.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Watch;
use crate::aws::autoscaling::ScalingPolicy;
use crate::aws::lists::{has_repeats, repeat_conflicts};
use crate::aws::{AlarmArn, AlarmName, Arn};
use crate::resource::{
    Billing, Charge, Conflict, Declared, Identity, Input, OnPause, Persistence, Phase, Problems, Resolved, Resource,
    Tags, fields, validate_tags,
};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 255;

/// The number of actions that AWS accepts for each state.
const MAX_ACTIONS: usize = 5;

/// The length of the longest description that AWS accepts, in characters.
const MAX_DESCRIPTION_LENGTH: usize = 1024;

const HOUR: u32 = 3600;
const DAY: u64 = 86_400;

/// An alarm.
///
/// ```
/// # use ebbtide::aws::Arn;
/// # use ebbtide::aws::cloudwatch::{Alarm, AlarmActions, Comparison, Metric, Statistic, Watch};
/// # use ebbtide::resource::Input;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, notify: Input<Arn>) {
/// let latency = Metric::of_variant("ModelLatency", "llm", "main", Statistic::Percentile(95.0));
/// let slow = stack.add("slow", Alarm {
///     description: Some("One call in twenty takes longer than half a second".into()),
///     actions: AlarmActions { alarm: vec![notify], ..AlarmActions::none() },
///     ..Alarm::new(Watch::Metric(latency), Comparison::Greater, 500_000.0)
/// });
/// stack.output("ALARM", &slow.name);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Alarm<P: Phase = Declared> {
    /// The name; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The meaning of the alarm and the steps to take, for the person it wakes.
    #[serde(default)]
    pub description: Option<String>,
    /// The metric or expression that the alarm watches.
    pub watch: Watch<P>,
    /// The period over which values are aggregated, in seconds: 10, 20, 30 or a multiple of 60.
    pub period_seconds: u32,
    /// The number of latest periods that are evaluated.
    pub evaluation_periods: u32,
    /// The number of evaluated periods that must breach; all of them unless given.
    #[serde(default)]
    pub datapoints_to_alarm: Option<u32>,
    /// The comparison with the threshold that is a breach.
    pub comparison: Comparison,
    /// The threshold, in the metric's unit.
    pub threshold: f64,
    /// The treatment of a period without values.
    #[serde(default)]
    pub missing_data: MissingData,
    /// The actions of each state.
    #[serde(default = "AlarmActions::none")]
    pub actions: AlarmActions<P>,
    /// Whether the actions are carried out.
    #[serde(default = "enabled")]
    pub actions_enabled: bool,
    /// Whether the actions are disabled while the stack is paused, because the watched resource sleeps.
    #[serde(default)]
    pub quiet_while_paused: bool,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

fn enabled() -> bool {
    true
}

/// The actions of an alarm: ARNs of topics, scaling policies and the like, for each state that it changes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct AlarmActions<P: Phase = Declared> {
    /// Actions when the alarm goes off.
    #[serde(default)]
    pub alarm: Vec<P::Of<Arn>>,
    /// Actions when the alarm ends.
    #[serde(default)]
    pub ok: Vec<P::Of<Arn>>,
    /// Actions when there are too few values to decide.
    #[serde(default)]
    pub insufficient_data: Vec<P::Of<Arn>>,
}

impl<P: Phase> AlarmActions<P> {
    /// Creates a set without actions.
    pub fn none() -> Self {
        Self { alarm: Vec::new(), ok: Vec::new(), insufficient_data: Vec::new() }
    }
}

/// The comparison of a value with the threshold that is a breach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// The value is greater.
    Greater,
    /// The value is greater or equal.
    GreaterOrEqual,
    /// The value is less.
    Less,
    /// The value is less or equal.
    LessOrEqual,
}

/// The treatment of a period without values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingData {
    /// The period counts as missing; with too many of them the alarm has insufficient data.
    #[default]
    Missing,
    /// The alarm keeps its state.
    Ignore,
    /// The period breaches.
    Breaching,
    /// The period does not breach.
    NotBreaching,
}

impl Alarm {
    /// Creates an alarm that evaluates five-minute periods and goes off after one breach. It has no actions.
    pub fn new(watch: Watch, comparison: Comparison, threshold: f64) -> Self {
        Self {
            name: None,
            description: None,
            watch,
            period_seconds: 300,
            evaluation_periods: 1,
            datapoints_to_alarm: None,
            comparison,
            threshold,
            missing_data: MissingData::Missing,
            actions: AlarmActions::none(),
            actions_enabled: true,
            quiet_while_paused: false,
            tags: Tags::new(),
        }
    }

    fn validate_periods(&self, problems: &mut Problems) {
        let period = self.period_seconds;
        if !matches!(period, 10 | 20 | 30) && (period == 0 || !period.is_multiple_of(60)) {
            problems.refuse("period_seconds", format!("{period}: AWS accepts 10, 20, 30 or a multiple of 60"));
        }
        if self.evaluation_periods == 0 {
            problems.refuse("evaluation_periods", "must be at least 1");
        }
        let longest = if period >= HOUR { 7 * DAY } else { DAY };
        if u64::from(period) * u64::from(self.evaluation_periods) > longest {
            problems.refuse("evaluation_periods", format!("together the periods may last {longest} seconds at most"));
        }
        if self.datapoints_to_alarm.is_some_and(|points| points == 0 || points > self.evaluation_periods) {
            problems.refuse("datapoints_to_alarm", "must be at least 1 and at most evaluation_periods");
        }
    }
}

impl<P: Phase> Alarm<P> {
    /// Returns the name that the alarm has in AWS.
    #[doc(hidden)]
    pub fn aws_name(&self, identity: &Identity) -> String {
        self.name.clone().unwrap_or_else(|| identity.name(MAX_NAME_LENGTH))
    }
}

/// The outputs of an alarm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct AlarmOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<AlarmName>,
    /// The ARN.
    pub arn: P::Of<AlarmArn>,
}

impl Resource for Alarm {
    const KIND: &'static str = "cloudwatch_alarm";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const BILLED_WHILE_PAUSED: Option<&'static str> = Some("deleting it would lose its history");
    const REPLACE_ON: &'static [&'static str] = fields!(Alarm: name);
    type Resolved = Alarm<Resolved>;
    type Outputs<P: Phase> = AlarmOutputs<P>;

    /// Returns one charge: AWS bills an alarm for each metric that it watches, and a band of expected values as two more.
    fn billing(&self) -> Billing {
        let item =
            if self.period_seconds < 60 { "cloudwatch.alarm.high_resolution" } else { "cloudwatch.alarm.standard" };
        let metrics = match &self.watch {
            Watch::Metric(_) => 1,
            Watch::Math(math) => {
                let metrics = u32::try_from(math.metrics.len()).unwrap_or(u32::MAX);
                // "CloudWatch pricing": an alarm with anomaly detection is billed as three metrics.
                let band = math.expression.contains("ANOMALY_DETECTION_BAND");
                if band { metrics.saturating_add(2) } else { metrics }
            }
        };
        let custom = self.watch.custom_metrics();
        let published = (custom > 0).then(|| Charge::by_use("cloudwatch.metric", "published_metrics"));
        Billing::Charges([Charge::monthly(item, f64::from(metrics))].into_iter().chain(published).collect())
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_deref().and_then(name_problem) {
            problems.refuse("name", problem);
        }
        self.validate_periods(problems);
        if !self.threshold.is_finite() {
            problems.refuse("threshold", "must be a finite number");
        }
        let actions = &self.actions;
        if [&actions.alarm, &actions.ok, &actions.insufficient_data].iter().any(|list| list.len() > MAX_ACTIONS) {
            problems.refuse("actions", format!("AWS accepts at most {MAX_ACTIONS} actions for each state"));
        }
        let lists = [&actions.alarm, &actions.ok, &actions.insufficient_data];
        for action in lists.into_iter().flatten().filter_map(Input::known) {
            if !(action.as_str().starts_with("arn:") && action.as_str().len() <= 1024) {
                problems.refuse("actions", format!("`{action}` is not an ARN"));
            }
        }
        if lists.into_iter().any(|list| has_repeats(list)) {
            problems.refuse("actions", "an action is listed twice for one state");
        }
        if self.description.as_ref().is_some_and(|text| text.chars().count() > MAX_DESCRIPTION_LENGTH) {
            problems.refuse("description", format!("is longer than {MAX_DESCRIPTION_LENGTH} characters"));
        }
        self.watch.validate(problems);
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        repeat_conflicts(all, |alarm| alarm.name.as_ref(), |name| format!("another alarm is named {name}"))
    }

    /// Disables the actions if the alarm is to be quiet, and removes those that call a scaling policy: policies are deleted
    /// during a pause.
    fn paused(&self) -> OnPause<Self> {
        let mut reduced = self.clone();
        reduced.actions_enabled = self.actions_enabled && !self.quiet_while_paused;
        let AlarmActions { alarm, ok, insufficient_data } = &mut reduced.actions;
        for actions in [alarm, ok, insufficient_data] {
            actions.retain(|action| !is_scaling(action));
        }
        if reduced == *self { OnPause::Keep } else { OnPause::Reduce(reduced) }
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.aws_name(identity);
        let scope = &identity.scope;
        let mut known = Map::new();
        if !scope.account.is_empty() {
            known.insert("arn".into(), scope.arn("cloudwatch", &format!("alarm:{name}")).into());
        }
        known.insert("name".into(), name.into());
        known
    }
}

/// Returns the reason why AWS would refuse a name.
fn name_problem(name: &str) -> Option<String> {
    let fits = (1..=MAX_NAME_LENGTH).contains(&name.chars().count()) && !name.contains(|c: char| c.is_control());
    (!fits).then(|| format!("`{name}`: AWS accepts 1 to {MAX_NAME_LENGTH} printable characters"))
}

fn is_scaling(action: &Input<Arn>) -> bool {
    action.resource().is_some_and(|address| address.kind() == ScalingPolicy::KIND)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::cloudwatch::{Metric, Statistic};

    fn alarm() -> Alarm {
        let latency = Metric::of_variant("ModelLatency", "llm", "v", Statistic::Percentile(95.0));
        Alarm::new(Watch::Metric(latency), Comparison::Greater, 500_000.0)
    }

    #[test]
    fn invalid_alarms_are_refused() {
        let problems_of = |alarm: &Alarm| {
            let mut problems = Problems::new();
            alarm.validate(&mut problems);
            problems
        };
        assert_eq!(problems_of(&alarm()), Problems::new());
        let wrong = Alarm {
            name: Some("x".repeat(256)),
            period_seconds: 90,
            evaluation_periods: 2000,
            datapoints_to_alarm: Some(2001),
            threshold: f64::NAN,
            tags: Tags::from([("ebb:stack".into(), "mine".into())]),
            ..alarm()
        };
        let expected = ["name", "period_seconds", "evaluation_periods", "datapoints_to_alarm", "threshold", "tags"];
        assert_eq!(problems_of(&wrong).fields(), expected);
    }

    #[test]
    fn each_text_that_aws_would_refuse_is_refused() {
        let metric = |change: fn(&mut Metric)| {
            let mut metric = Metric::of_variant("ModelLatency", "llm", "v", Statistic::Average);
            change(&mut metric);
            Alarm { watch: Watch::Metric(metric), ..alarm() }
        };
        let actions = |actions: &[&str]| AlarmActions {
            alarm: actions.iter().map(|arn| Input::from(*arn)).collect(),
            ..AlarmActions::none()
        };
        let topic = "arn:aws:sns:eu-west-1:123456789012:alerts";
        let cases = [
            ("description", Alarm { description: Some("x".repeat(1025)), ..alarm() }),
            ("actions", Alarm { actions: actions(&["alerts"]), ..alarm() }),
            ("actions", Alarm { actions: actions(&[topic, topic]), ..alarm() }),
            ("watch", metric(|metric| metric.namespace = ":x".into())),
            ("watch", metric(|metric| metric.name = "x".repeat(256))),
            ("watch.dimensions", metric(|metric| drop(metric.dimensions.insert("x".into(), "".into())))),
            ("watch.dimensions", metric(|metric| drop(metric.dimensions.insert("".into(), "x".into())))),
            ("watch.unit", metric(|metric| metric.unit = Some("Furlongs".into()))),
            ("watch.unit", metric(|metric| metric.unit = Some(String::new()))),
            ("watch.statistic", metric(|metric| metric.statistic = Statistic::Other(String::new()))),
            ("watch.statistic", metric(|metric| metric.statistic = Statistic::Other("Median".into()))),
        ];
        for (field, alarm) in cases {
            let mut problems = Problems::new();
            alarm.validate(&mut problems);
            assert_eq!(problems.fields(), [field], "{problems:?}");
        }
        for good in ["tm99", "TM(10%:90%)", "IQM", "PR(:300)", "p99.9", "wm98", "ts90", "tc5"] {
            let mut problems = Problems::new();
            let mut watch = Metric::of_variant("ModelLatency", "llm", "v", Statistic::Average);
            watch.statistic = Statistic::Other(good.into());
            Alarm { watch: Watch::Metric(watch), ..alarm() }.validate(&mut problems);
            assert_eq!(problems, Problems::new(), "{good}");
        }
    }

    #[test]
    fn two_alarms_of_one_name_are_a_conflict() {
        let named = |name: &str| Alarm { name: Some(name.into()), ..alarm() };
        let conflicts = Alarm::conflicts(&[named("a"), alarm(), named("b"), alarm(), named("a")]);
        assert_eq!(conflicts.iter().map(|conflict| conflict.index).collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn a_pause_quiets_an_alarm_that_asks_for_it() {
        assert_eq!(alarm().paused(), OnPause::Keep);
        let quiet = Alarm { quiet_while_paused: true, ..alarm() };
        let OnPause::Reduce(paused) = quiet.paused() else { panic!("it is not quiet") };
        assert_eq!(Alarm { actions_enabled: true, ..paused }, quiet);
        let off = Alarm { actions_enabled: false, ..quiet };
        assert_eq!(off.paused(), OnPause::Keep);
    }

    #[test]
    fn a_pause_leaves_no_action_that_calls_a_sleeping_policy() {
        let mut wakes = alarm();
        let policy = Input::reference("autoscaling_policy.wake".parse().unwrap(), "arn");
        wakes.actions.alarm = vec![policy, Input::from("arn:aws:sns:eu-west-1:123456789012:alerts")];
        let OnPause::Reduce(paused) = wakes.paused() else { panic!("the policy is still called") };
        assert_eq!(paused.actions.alarm, wakes.actions.alarm[1..]);
        assert!(paused.actions_enabled);
    }

    #[test]
    fn every_metric_is_charged_and_short_periods_cost_more() {
        let charges = |alarm: &Alarm| match alarm.billing() {
            Billing::Charges(charges) => charges,
            other => panic!("{other:?}"),
        };
        assert_eq!(charges(&alarm()), [Charge::monthly("cloudwatch.alarm.standard", 1.0)]);
        let quick = Alarm { period_seconds: 10, ..alarm() };
        assert_eq!(charges(&quick), [Charge::monthly("cloudwatch.alarm.high_resolution", 1.0)]);
        let metric = Metric::of_variant("ModelLatency", "llm", "v", Statistic::Average);
        let metrics = std::collections::BTreeMap::from([("m".to_owned(), metric.clone())]);
        let expression = "ANOMALY_DETECTION_BAND(m, 2)".to_owned();
        let band = Watch::Math(super::super::MetricMath { expression, label: None, metrics });
        assert_eq!(charges(&Alarm { watch: band, ..alarm() })[0].quantity, 3.0, "a band counts as two metrics more");
        let custom = Watch::Metric(Metric { namespace: "Shop".into(), ..metric });
        assert_eq!(
            charges(&Alarm { watch: custom, ..alarm() })[1],
            Charge::by_use("cloudwatch.metric", "published_metrics")
        );
    }
}
