//! `budgets_budget`: an amount of money for a time, and who is told when it is spent.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_budgets::types::{Budget as SdkBudget, BudgetType, NotificationWithSubscribers, Spend, TimeUnit};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Notify;
use super::amount::{amount_problem, in_words_of};
use super::calls::{all_tags, budget_arn, notifications, sdk_tags, update_notifications, update_tags};
use crate::aws::Arn;
use crate::aws::lists::repeats;
use crate::engine::providers::lists::ordered_like;
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, OptionalCall, built};
use crate::resource::{Declared, Identity, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, own_tags};

/// The longest name that AWS takes, in characters.
const LONGEST: usize = 100;

/// A budget of costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Budget<P: Phase = Declared> {
    /// The name; derived from environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The amount in US dollars, as decimal text: `6190` or `6190.50`.
    pub amount: String,
    /// The time that it is for.
    #[serde(default)]
    pub period: BudgetPeriod,
    /// Which costs count; all unless given.
    #[serde(default)]
    pub filter: BudgetFilter,
    /// Who is told and when, at most 10.
    #[serde(default)]
    pub notify: Vec<Notify<P>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The time that a budget is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BudgetPeriod {
    /// Each day. AWS forecasts nothing for it.
    Daily,
    /// Each month.
    #[default]
    Monthly,
    /// Each quarter.
    Quarterly,
    /// Each year.
    Annually,
}

/// Which costs count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetFilter {
    /// Those of resources with these tags. The keys must be activated as cost allocation tags.
    #[serde(default)]
    pub tags: BTreeMap<String, BTreeSet<String>>,
    /// Those of these services, by their names on the bill: `Amazon SageMaker`.
    #[serde(default)]
    pub services: BTreeSet<String>,
}

impl Budget {
    /// A monthly budget of all costs that nobody is told about.
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

    fn validate(&self, problems: &mut Problems) {
        if let Some(name) = &self.name
            && (!(1..=LONGEST).contains(&name.chars().count()) || name.contains([':', '\\', '/']))
        {
            let message = format!("`{name}`: AWS takes 1 to {LONGEST} characters, without `:`, `\\` and `/`");
            problems.refuse("name", message);
        }
        problems.extend(amount_problem(&self.amount).map(|message| ("amount".to_owned(), message)));
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
                problems.refuse(field, "AWS forecasts nothing for a daily budget");
            }
        }
    }

    fn conflicts(all: &[Self]) -> Vec<(usize, String)> {
        let again = repeats(all, |budget| budget.name.clone());
        again.into_iter().map(|(index, name)| (index, format!("another budget is named {name}"))).collect()
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.name.clone().unwrap_or_else(|| identity.name(LONGEST));
        let scope = &identity.scope;
        let mut known = Map::new();
        if !scope.account.is_empty() {
            let arn = format!("arn:{}:budgets::{}:budget/{name}", scope.partition(), scope.account);
            known.insert("arn".into(), arn.into());
        }
        known.insert("name".into(), name.into());
        known
    }
}

impl Provider for Budget {
    async fn find(context: &Context, inputs: &Budget<Resolved>) -> Result<Option<String>, Error> {
        let name = aws_name(context, inputs.name.as_deref());
        if describe(context, &name).await?.is_none() {
            return Ok(None);
        }
        let tags = all_tags(context, &name).await.optional()?.unwrap_or_default();
        Ok(context.identity.owns(&tags).then_some(name))
    }

    async fn create(context: &Context, inputs: &Budget<Resolved>) -> Result<String, Error> {
        let name = aws_name(context, inputs.name.as_deref());
        let mut notifications = Vec::new();
        for notify in &inputs.notify {
            let notification = NotificationWithSubscribers::builder()
                .notification(notify.when.to_sdk()?)
                .set_subscribers(Some(notify.subscribers()?));
            notifications.push(built(notification.build())?);
        }
        context
            .aws
            .budgets()
            .create_budget()
            .account_id(&context.scope().account)
            .budget(to_sdk(&name, inputs, None)?)
            .set_notifications_with_subscribers(Some(notifications))
            .set_resource_tags(Some(sdk_tags(context.tags(&inputs.tags))?))
            .send()
            .await
            .named("budgets:CreateBudget")?;
        Ok(name)
    }

    async fn read(context: &Context, id: &str, last: &Budget<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = describe(context, id).await? else { return Ok(None) };
        let (Some(tags), Some(notify)) =
            (all_tags(context, id).await.optional()?, notifications(context, id).await.optional()?)
        else {
            return Ok(None);
        };
        let inputs = Budget {
            name: last.name.clone(),
            amount: in_words_of(&last.amount, found.budget_limit().map_or("0", |limit| limit.amount())),
            period: match found.time_unit() {
                TimeUnit::Daily => BudgetPeriod::Daily,
                TimeUnit::Quarterly => BudgetPeriod::Quarterly,
                TimeUnit::Annually => BudgetPeriod::Annually,
                _ => BudgetPeriod::Monthly,
            },
            filter: filter_of(&found),
            notify: ordered_like(&last.notify, notify),
            tags: own_tags(tags),
        };
        let outputs = BudgetOutputs::<Resolved> { name: id.to_owned(), arn: Arn(budget_arn(context, id)) };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(context: &Context, id: &str, from: &Budget<Resolved>, to: &Budget<Resolved>) -> Result<(), Error> {
        if (&from.amount, from.period, &from.filter) != (&to.amount, to.period, &to.filter) {
            // A budget is replaced as a whole; what nobody declares here stays as it is.
            let kept = describe(context, id).await?.filter(|_| from.period == to.period);
            let update = context.aws.budgets().update_budget().account_id(&context.scope().account);
            update.new_budget(to_sdk(id, to, kept.as_ref())?).send().await.named("budgets:UpdateBudget")?;
        }
        update_notifications(context, id, &from.notify, &to.notify).await?;
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &Budget<Resolved>) -> Result<(), Error> {
        let delete = context.aws.budgets().delete_budget().account_id(&context.scope().account).budget_name(id);
        delete.send().await.named("budgets:DeleteBudget").optional().map(drop)
    }
}

fn aws_name(context: &Context, given: Option<&str>) -> String {
    given.map_or_else(|| context.identity.name(LONGEST), str::to_owned)
}

async fn describe(context: &Context, name: &str) -> Result<Option<SdkBudget>, Error> {
    let describe = context.aws.budgets().describe_budget().account_id(&context.scope().account).budget_name(name);
    Ok(describe.send().await.named("budgets:DescribeBudget").optional()?.and_then(|found| found.budget))
}

#[expect(deprecated, reason = "the newer filter expressions are not told back unless asked for, and say no more here")]
fn filter_of(budget: &SdkBudget) -> BudgetFilter {
    filter_from_sdk(budget.cost_filters())
}

#[expect(deprecated, reason = "the newer filter expressions are not told back unless asked for, and say no more here")]
fn to_sdk(name: &str, budget: &Budget<Resolved>, kept: Option<&SdkBudget>) -> Result<SdkBudget, Error> {
    let unit = match budget.period {
        BudgetPeriod::Daily => TimeUnit::Daily,
        BudgetPeriod::Monthly => TimeUnit::Monthly,
        BudgetPeriod::Quarterly => TimeUnit::Quarterly,
        BudgetPeriod::Annually => TimeUnit::Annually,
    };
    built(
        SdkBudget::builder()
            .budget_name(name)
            .budget_type(BudgetType::Cost)
            .time_unit(unit)
            .budget_limit(built(Spend::builder().amount(&budget.amount).unit("USD").build())?)
            .set_cost_filters(filter_to_sdk(&budget.filter))
            .set_time_period(kept.and_then(|kept| kept.time_period().cloned()))
            .set_cost_types(kept.and_then(|kept| kept.cost_types().cloned()))
            .build(),
    )
}

/// AWS writes a tag as `user:KEY$VALUE`.
fn filter_to_sdk(filter: &BudgetFilter) -> Option<HashMap<String, Vec<String>>> {
    let mut filters = HashMap::new();
    let tags: Vec<_> = filter
        .tags
        .iter()
        .flat_map(|(key, values)| values.iter().map(move |value| format!("user:{key}${value}")))
        .collect();
    if !tags.is_empty() {
        filters.insert("TagKeyValue".to_owned(), tags);
    }
    if !filter.services.is_empty() {
        filters.insert("Service".to_owned(), filter.services.iter().cloned().collect());
    }
    (!filters.is_empty()).then_some(filters)
}

fn filter_from_sdk(filters: Option<&HashMap<String, Vec<String>>>) -> BudgetFilter {
    let of = |name: &str| filters.and_then(|filters| filters.get(name)).into_iter().flatten();
    let mut tags: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for tag in of("TagKeyValue") {
        let (key, value) = tag.strip_prefix("user:").unwrap_or(tag).split_once('$').unwrap_or((tag, ""));
        tags.entry(key.to_owned()).or_default().insert(value.to_owned());
    }
    BudgetFilter { tags, services: of("Service").cloned().collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::budgets::{NotificationOn, NotifyWhen, Threshold};

    #[test]
    fn filters_read_back_as_they_were_sent() {
        let values = BTreeSet::from(["adeptai".to_owned(), "shared".to_owned()]);
        let filter = BudgetFilter {
            tags: BTreeMap::from([("Project".to_owned(), values)]),
            services: BTreeSet::from(["Amazon SageMaker".to_owned()]),
        };
        assert_eq!(filter_from_sdk(filter_to_sdk(&filter).as_ref()), filter);
        assert_eq!(filter_to_sdk(&BudgetFilter::default()), None);
    }

    #[test]
    fn what_aws_would_refuse_is_found() {
        let fields_of = |budget: &Budget| {
            let mut problems = Problems::new();
            budget.validate(&mut problems);
            problems.into_iter().map(|(field, _)| field).collect::<Vec<_>>()
        };
        assert_eq!(fields_of(&Budget::monthly("6190")), Vec::<String>::new());
        let forecast = Notify {
            when: NotifyWhen { on: NotificationOn::ForecastAbove, threshold: Threshold::Percent(100.0) },
            emails: BTreeSet::from(["ops@example.com".to_owned()]),
            topic: None,
        };
        let wrong = Budget {
            name: Some("a:b".into()),
            period: BudgetPeriod::Daily,
            notify: vec![forecast.clone(), forecast],
            ..Budget::monthly("plenty")
        };
        assert_eq!(fields_of(&wrong), ["name", "amount", "notify[0]", "notify[1]", "notify[1]"]);
    }
}
