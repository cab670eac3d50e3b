//! `cloudwatch_alarm`: goes off when a metric passes a threshold.

use aws_sdk_cloudwatch::types::{AlarmType, ComparisonOperator, MetricAlarm, StandardUnit};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::calls::{all_tags, sdk_tags, update_tags};
use super::{Metric, Watch};
use crate::aws::autoscaling::ScalingPolicy;
use crate::aws::lists::repeats;
use crate::aws::{AlarmArn, AlarmName, Arn};
use crate::engine::providers::lists::ordered_like;
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};
use crate::resource::{
    Charge, Declared, Identity, Input, OnPause, Persistence, Phase, Problems, Resolved, Resource, Tags, fields,
    own_tags,
};

/// The longest name that AWS takes, in characters.
const LONGEST: usize = 255;

/// An alarm.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Alarm<P: Phase = Declared> {
    /// The name; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// What it means and what to do, for whoever is woken by it.
    #[serde(default)]
    pub description: Option<String>,
    /// What is watched.
    pub watch: Watch<P>,
    /// Over how long values are put together, in seconds: 10, 20, 30 or a multiple of 60.
    pub period_seconds: u32,
    /// How many periods are looked at.
    pub evaluation_periods: u32,
    /// How many of them must breach; all unless given.
    #[serde(default)]
    pub datapoints_to_alarm: Option<u32>,
    /// How the value compares to the threshold when it breaches.
    pub comparison: Comparison,
    /// The threshold, in the metric's unit.
    pub threshold: f64,
    /// What a period without values means.
    #[serde(default)]
    pub missing_data: MissingData,
    /// What it does.
    #[serde(default = "AlarmActions::none")]
    pub actions: AlarmActions<P>,
    /// Whether it does anything at all.
    #[serde(default = "yes")]
    pub actions_enabled: bool,
    /// Whether it does nothing while the stack is paused, because what it watches sleeps.
    #[serde(default)]
    pub quiet_while_paused: bool,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

fn yes() -> bool {
    true
}

/// What an alarm does: ARNs of topics, scaling policies and the like, for each state that it goes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct AlarmActions<P: Phase = Declared> {
    /// When it goes off.
    #[serde(default)]
    pub alarm: Vec<P::Of<Arn>>,
    /// When all is well again.
    #[serde(default)]
    pub ok: Vec<P::Of<Arn>>,
    /// When there are too few values to tell.
    #[serde(default)]
    pub insufficient_data: Vec<P::Of<Arn>>,
}

impl<P: Phase> AlarmActions<P> {
    /// It does nothing.
    pub fn none() -> Self {
        Self { alarm: Vec::new(), ok: Vec::new(), insufficient_data: Vec::new() }
    }
}

/// How a value compares to the threshold when it breaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// It is greater.
    Greater,
    /// It is greater or the same.
    GreaterOrEqual,
    /// It is less.
    Less,
    /// It is less or the same.
    LessOrEqual,
}

/// What a period without values means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingData {
    /// Nobody knows: the alarm has too few values.
    #[default]
    Missing,
    /// It stays as it is.
    Ignore,
    /// It breaches.
    Breaching,
    /// It does not breach.
    NotBreaching,
}

impl Alarm {
    /// An alarm that looks at five-minute periods, one of which suffices.
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
    const REPLACE_ON: &'static [&'static str] = fields!(Alarm: name);
    type Resolved = Alarm<Resolved>;
    type Outputs<P: Phase> = AlarmOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        let mut problem = |field: &str, message: String| problems.refuse(field, message);
        if let Some(name) = &self.name
            && (!(1..=LONGEST).contains(&name.chars().count()) || name.contains(|c: char| c.is_control()))
        {
            problem("name", format!("`{name}`: AWS takes 1 to {LONGEST} printable characters"));
        }
        let period = self.period_seconds;
        if !matches!(period, 10 | 20 | 30) && (period == 0 || !period.is_multiple_of(60)) {
            problem("period_seconds", format!("{period}: AWS takes 10, 20, 30 or a multiple of 60"));
        }
        if self.evaluation_periods == 0 {
            problem("evaluation_periods", "at least one period is looked at".to_owned());
        }
        let longest: u64 = if period >= 3600 { 7 * 86_400 } else { 86_400 };
        if u64::from(period) * u64::from(self.evaluation_periods) > longest {
            problem("evaluation_periods", format!("together the periods may have {longest} seconds"));
        }
        if self.datapoints_to_alarm.is_some_and(|points| points == 0 || points > self.evaluation_periods) {
            problem("datapoints_to_alarm", "it is at least 1 and at most evaluation_periods".to_owned());
        }
        if !self.threshold.is_finite() {
            problem("threshold", "a number is needed".to_owned());
        }
        let actions = &self.actions;
        if [&actions.alarm, &actions.ok, &actions.insufficient_data].iter().any(|list| list.len() > 5) {
            problem("actions", "AWS takes at most 5 actions for each state".to_owned());
        }
        self.watch.validate(problems);
    }

    fn conflicts(all: &[Self]) -> Vec<(usize, String)> {
        let again = repeats(all, |alarm| alarm.name.clone());
        again.into_iter().map(|(index, name)| (index, format!("another alarm is named {name}"))).collect()
    }

    /// Scaling policies sleep during a pause, so no action can lead to them then.
    fn paused(&self) -> OnPause<Self> {
        let mut reduced = self.clone();
        reduced.actions_enabled = self.actions_enabled && !self.quiet_while_paused;
        let AlarmActions { alarm, ok, insufficient_data } = &mut reduced.actions;
        for actions in [alarm, ok, insufficient_data] {
            actions.retain(|action| !is_scaling(action));
        }
        if reduced == *self { OnPause::Keep } else { OnPause::Reduce(reduced) }
    }

    /// AWS charges each metric that an alarm looks at.
    fn cost(&self) -> Vec<Charge> {
        let item =
            if self.period_seconds < 60 { "cloudwatch.alarm.high_resolution" } else { "cloudwatch.alarm.standard" };
        let metrics = match &self.watch {
            Watch::Metric(_) => 1,
            Watch::Math(math) => u32::try_from(math.metrics.len()).unwrap_or(u32::MAX),
        };
        vec![Charge::monthly(item, f64::from(metrics))]
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.name.clone().unwrap_or_else(|| identity.name(LONGEST));
        let scope = &identity.scope;
        let mut known = Map::new();
        if !scope.account.is_empty() {
            let (partition, region, account) = (scope.partition(), &scope.region, &scope.account);
            let arn = format!("arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}");
            known.insert("arn".into(), arn.into());
        }
        known.insert("name".into(), name.into());
        known
    }
}

impl Provider for Alarm {
    async fn find(context: &Context, inputs: &Alarm<Resolved>) -> Result<Option<String>, Error> {
        let name = aws_name(context, inputs.name.as_deref());
        let Some(found) = describe(context, &name).await? else { return Ok(None) };
        let tags = all_tags(context, found.alarm_arn().unwrap_or_default()).await.optional()?.unwrap_or_default();
        Ok(context.identity.owns(&tags).then_some(name))
    }

    async fn create(context: &Context, inputs: &Alarm<Resolved>) -> Result<String, Error> {
        let name = aws_name(context, inputs.name.as_deref());
        // Putting an alarm replaces another of that name without a word: look whose it is first.
        if let Some(found) = describe(context, &name).await? {
            let tags = all_tags(context, found.alarm_arn().unwrap_or_default()).await.optional()?.unwrap_or_default();
            if !context.identity.owns(&tags) {
                let message = format!("there is an alarm `{name}` that this stack does not own");
                return Err(Error::new(ErrorKind::AlreadyExists, message).hint("give this one another name"));
            }
        }
        put(context, &name, inputs, Some(context.tags(&inputs.tags))).await?;
        Ok(name)
    }

    async fn read(context: &Context, id: &str, last: &Alarm<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = describe(context, id).await? else { return Ok(None) };
        let arn = found.alarm_arn().unwrap_or_default();
        let Some(tags) = all_tags(context, arn).await.optional()? else { return Ok(None) };
        let outputs = AlarmOutputs::<Resolved> { name: AlarmName(id.to_owned()), arn: AlarmArn(arn.to_owned()) };
        Ok(Some(Reading::ready(from_sdk(&found, own_tags(tags), last), outputs)))
    }

    async fn update(context: &Context, id: &str, from: &Alarm<Resolved>, to: &Alarm<Resolved>) -> Result<(), Error> {
        let without_tags = |alarm: &Alarm<Resolved>| Alarm { tags: Tags::new(), ..alarm.clone() };
        if without_tags(from) != without_tags(to) {
            put(context, id, to, None).await?;
        }
        if from.tags == to.tags {
            return Ok(());
        }
        let found = describe(context, id).await?;
        let arn = found.as_ref().and_then(MetricAlarm::alarm_arn).unwrap_or_default();
        update_tags(context, arn, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &Alarm<Resolved>) -> Result<(), Error> {
        let delete = context.aws.cloudwatch().delete_alarms().alarm_names(id);
        delete.send().await.named("cloudwatch:DeleteAlarms").optional().map(drop)
    }
}

fn is_scaling(action: &Input<Arn>) -> bool {
    matches!(action, Input::Ref(reference, _) if reference.address.kind() == ScalingPolicy::KIND)
}

fn aws_name(context: &Context, given: Option<&str>) -> String {
    given.map_or_else(|| context.identity.name(LONGEST), str::to_owned)
}

async fn describe(context: &Context, name: &str) -> Result<Option<MetricAlarm>, Error> {
    let describe = context.aws.cloudwatch().describe_alarms().alarm_names(name).alarm_types(AlarmType::MetricAlarm);
    let found = describe.send().await.named("cloudwatch:DescribeAlarms")?;
    Ok(found.metric_alarms().iter().find(|alarm| alarm.alarm_name() == Some(name)).cloned())
}

/// Puts an alarm as a whole: AWS keeps nothing of an older one but its state and, unless it is new, its tags.
async fn put(
    context: &Context,
    name: &str,
    alarm: &Alarm<Resolved>,
    tags: Option<std::collections::BTreeMap<String, String>>,
) -> Result<(), Error> {
    let texts = |arns: &[Arn]| Some(arns.iter().map(|arn| arn.0.clone()).collect::<Vec<_>>());
    let comparison = match alarm.comparison {
        Comparison::Greater => ComparisonOperator::GreaterThanThreshold,
        Comparison::GreaterOrEqual => ComparisonOperator::GreaterThanOrEqualToThreshold,
        Comparison::Less => ComparisonOperator::LessThanThreshold,
        Comparison::LessOrEqual => ComparisonOperator::LessThanOrEqualToThreshold,
    };
    let missing = match alarm.missing_data {
        MissingData::Missing => "missing",
        MissingData::Ignore => "ignore",
        MissingData::Breaching => "breaching",
        MissingData::NotBreaching => "notBreaching",
    };
    let request = context
        .aws
        .cloudwatch()
        .put_metric_alarm()
        .alarm_name(name)
        .set_alarm_description(alarm.description.clone())
        .evaluation_periods(signed(alarm.evaluation_periods))
        .set_datapoints_to_alarm(alarm.datapoints_to_alarm.map(signed))
        .comparison_operator(comparison)
        .threshold(alarm.threshold)
        .treat_missing_data(missing)
        .set_alarm_actions(texts(&alarm.actions.alarm))
        .set_ok_actions(texts(&alarm.actions.ok))
        .set_insufficient_data_actions(texts(&alarm.actions.insufficient_data))
        .actions_enabled(alarm.actions_enabled)
        .set_tags(tags.map(sdk_tags));
    let request = match &alarm.watch {
        Watch::Metric(metric) => {
            let Metric { namespace, name, statistic, unit, .. } = metric;
            let (plain, extended) = statistic.of_alarm();
            request
                .namespace(namespace)
                .metric_name(name)
                .set_dimensions(Some(metric.sdk_dimensions()))
                .set_statistic(plain)
                .set_extended_statistic(extended)
                .set_unit(unit.as_deref().map(StandardUnit::from))
                .period(signed(alarm.period_seconds))
        }
        Watch::Math(math) => request.set_metrics(Some(math.to_sdk(signed(alarm.period_seconds)))),
    };
    request.send().await.named("cloudwatch:PutMetricAlarm").map(drop)
}

fn from_sdk(found: &MetricAlarm, tags: Tags, last: &Alarm<Resolved>) -> Alarm<Resolved> {
    let (watch, period) = Watch::from_sdk(found);
    let evaluation_periods = found.evaluation_periods().map_or(0, unsigned);
    let datapoints = found.datapoints_to_alarm().map(unsigned);
    let arns = |read: &[String], last: &[Arn]| ordered_like(last, read.iter().cloned().map(Arn).collect());
    Alarm {
        name: last.name.clone(),
        description: found.alarm_description().filter(|text| !text.is_empty()).map(str::to_owned),
        watch,
        period_seconds: unsigned(period),
        evaluation_periods,
        // AWS may say of an alarm that needs all periods that it needs all periods.
        datapoints_to_alarm: match last.datapoints_to_alarm {
            None => datapoints.filter(|points| *points != evaluation_periods),
            Some(_) => datapoints,
        },
        comparison: match found.comparison_operator() {
            Some(ComparisonOperator::GreaterThanOrEqualToThreshold) => Comparison::GreaterOrEqual,
            Some(ComparisonOperator::LessThanThreshold) => Comparison::Less,
            Some(ComparisonOperator::LessThanOrEqualToThreshold) => Comparison::LessOrEqual,
            _ => Comparison::Greater,
        },
        threshold: found.threshold().unwrap_or(f64::MAX),
        missing_data: match found.treat_missing_data() {
            Some("ignore") => MissingData::Ignore,
            Some("breaching") => MissingData::Breaching,
            Some("notBreaching") => MissingData::NotBreaching,
            _ => MissingData::Missing,
        },
        actions: AlarmActions {
            alarm: arns(found.alarm_actions(), &last.actions.alarm),
            ok: arns(found.ok_actions(), &last.actions.ok),
            insufficient_data: arns(found.insufficient_data_actions(), &last.actions.insufficient_data),
        },
        actions_enabled: found.actions_enabled().unwrap_or(true),
        quiet_while_paused: last.quiet_while_paused,
        tags,
    }
}

fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn unsigned(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::cloudwatch::Statistic;

    fn alarm() -> Alarm {
        let latency = Metric::of_variant("ModelLatency", "llm", "v", Statistic::Percentile(95.0));
        Alarm::new(Watch::Metric(latency), Comparison::Greater, 500_000.0)
    }

    #[test]
    fn what_aws_would_refuse_is_found() {
        let fields_of = |alarm: &Alarm| {
            let mut problems = Problems::new();
            alarm.validate(&mut problems);
            problems.into_iter().map(|(field, _)| field).collect::<Vec<_>>()
        };
        assert_eq!(fields_of(&alarm()), Vec::<String>::new());
        let wrong = Alarm {
            name: Some("x".repeat(256)),
            period_seconds: 90,
            evaluation_periods: 2000,
            datapoints_to_alarm: Some(2001),
            threshold: f64::NAN,
            ..alarm()
        };
        let expected = ["name", "period_seconds", "evaluation_periods", "datapoints_to_alarm", "threshold"];
        assert_eq!(fields_of(&wrong), expected);
    }

    #[test]
    fn a_pause_quiets_what_watches_sleepers() {
        assert_eq!(alarm().paused(), OnPause::Keep);
        let quiet = Alarm { quiet_while_paused: true, ..alarm() };
        let OnPause::Reduce(paused) = quiet.paused() else { panic!("it is not quiet") };
        assert_eq!(Alarm { actions_enabled: true, ..paused }, quiet);
        let off = Alarm { actions_enabled: false, ..quiet };
        assert_eq!(off.paused(), OnPause::Keep);
    }

    #[test]
    fn a_pause_leaves_no_action_that_leads_to_a_sleeping_policy() {
        let mut wakes = alarm();
        let policy = Input::reference("autoscaling_policy.wake".parse().unwrap(), "arn");
        wakes.actions.alarm = vec![policy, Input::from("arn:aws:sns:eu-west-1:123456789012:alerts")];
        let OnPause::Reduce(paused) = wakes.paused() else { panic!("the policy is still called") };
        assert_eq!(paused.actions.alarm, wakes.actions.alarm[1..]);
        assert!(paused.actions_enabled);
    }

    #[test]
    fn every_metric_is_charged_and_short_periods_cost_more() {
        assert_eq!(alarm().cost(), [Charge::monthly("cloudwatch.alarm.standard", 1.0)]);
        let quick = Alarm { period_seconds: 10, ..alarm() };
        assert_eq!(quick.cost(), [Charge::monthly("cloudwatch.alarm.high_resolution", 1.0)]);
    }
}
