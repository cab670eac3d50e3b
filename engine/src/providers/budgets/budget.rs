//! The provider of `budgets_budget`.

use aws_sdk_budgets::types::{Budget as SdkBudget, BudgetType, Metric, NotificationWithSubscribers, Spend, TimeUnit};

use super::calls::{MISSING, all_tags, notifications, tags_to_sdk, update_notifications, update_tags};
use super::filter::{filter_to_sdk, read_filter};
use super::notification::{condition_to_sdk, subscribers_to_sdk};
use crate::providers::lists::ordered_like;
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, OptionalCall, built};
use ebbtide::aws::Arn;
use ebbtide::aws::budgets::{
    Budget, BudgetFilter, BudgetOutputs, BudgetPeriod, amount_as_written, budget_arn, budget_name,
};
use ebbtide::resource::{Resolved, own_tags};

type Inputs = Budget<Resolved>;

impl Provider for Budget {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:budgets::{account}:budget/{name}",
        reads: "budgets:DescribeBudget budgets:DescribeNotificationsForBudget \
            budgets:DescribeSubscribersForNotification budgets:ListTagsForResource",
        creates: "budgets:CreateBudget",
        updates: "budgets:UpdateBudget budgets:CreateNotification budgets:DeleteNotification \
            budgets:CreateSubscriber budgets:DeleteSubscriber budgets:UpdateSubscriber budgets:TagResource \
            budgets:UntagResource",
        deletes: "budgets:DeleteBudget",
    });

    async fn find(context: &Context, inputs: &Inputs) -> Result<Option<String>, Error> {
        let name = budget_name(&context.identity, inputs.name.as_deref());
        if describe(context, &name).await?.is_none() {
            return Ok(None);
        }
        let tags = all_tags(context, &name).await.unless_missing(MISSING)?.unwrap_or_default();
        Ok(context.identity.owns(&tags).then_some(name))
    }

    async fn create(context: &Context, inputs: &Inputs) -> Result<String, Error> {
        let name = budget_name(&context.identity, inputs.name.as_deref());
        let mut notifications = Vec::new();
        for notify in &inputs.notify {
            let notification = NotificationWithSubscribers::builder()
                .notification(condition_to_sdk(notify.when)?)
                .set_subscribers(Some(subscribers_to_sdk(notify)?));
            notifications.push(built(notification.build())?);
        }
        context
            .aws
            .budgets()
            .create_budget()
            .account_id(&context.scope().account)
            .budget(to_sdk(&name, inputs, None)?)
            .set_notifications_with_subscribers(Some(notifications))
            .set_resource_tags(Some(tags_to_sdk(context.tags(&inputs.tags))?))
            .send()
            .await
            .named("budgets:CreateBudget")?;
        Ok(name)
    }

    async fn read(context: &Context, id: &str, last: &Inputs) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = describe(context, id).await? else { return Ok(None) };
        let (Some(tags), Some(notify)) = (
            all_tags(context, id).await.unless_missing(MISSING)?,
            notifications(context, id).await.unless_missing(MISSING)?,
        ) else {
            return Ok(None);
        };
        let inputs = Budget {
            name: last.name.clone(),
            amount: amount_as_written(&last.amount, found.budget_limit().map_or("0", |limit| limit.amount())),
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
        let outputs = BudgetOutputs::<Resolved> { name: id.to_owned(), arn: Arn(budget_arn(context.scope(), id)) };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(context: &Context, id: &str, from: &Inputs, to: &Inputs) -> Result<(), Error> {
        if (&from.amount, from.period, &from.filter) != (&to.amount, to.period, &to.filter) {
            // AWS replaces the whole budget: send the fields that are not declared here as they are.
            let kept = describe(context, id).await?.filter(|_| from.period == to.period);
            let update = context.aws.budgets().update_budget().account_id(&context.scope().account);
            update.new_budget(to_sdk(id, to, kept.as_ref())?).send().await.named("budgets:UpdateBudget")?;
        }
        update_notifications(context, id, &from.notify, &to.notify).await?;
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &Inputs) -> Result<(), Error> {
        let delete = context.aws.budgets().delete_budget().account_id(&context.scope().account).budget_name(id);
        delete.send().await.named("budgets:DeleteBudget").unless_missing(MISSING).map(drop)
    }
}

async fn describe(context: &Context, name: &str) -> Result<Option<SdkBudget>, Error> {
    let describe = context.aws.budgets().describe_budget().account_id(&context.scope().account).budget_name(name);
    let describe = describe.show_filter_expression(true);
    Ok(describe.send().await.named("budgets:DescribeBudget").unless_missing(MISSING)?.and_then(|found| found.budget))
}

#[expect(deprecated, reason = "budgets that were made before filter expressions have the older form")]
fn filter_of(budget: &SdkBudget) -> BudgetFilter {
    read_filter(budget.cost_filters(), budget.filter_expression())
}

/// Returns the metric of a budget: its own if it has one, else the one that its older settings mean.
#[expect(deprecated, reason = "budgets that were made before metrics have the older form")]
fn metric_of(budget: Option<&SdkBudget>) -> Metric {
    let Some(budget) = budget else { return Metric::UnblendedCost };
    match (budget.metrics().first(), budget.cost_types()) {
        (Some(metric), _) => metric.clone(),
        (None, Some(types)) if types.use_amortized() == Some(true) => Metric::AmortizedCost,
        (None, Some(types)) if types.use_blended() == Some(true) => Metric::BlendedCost,
        _ => Metric::UnblendedCost,
    }
}

/// Returns a budget as the SDK takes it. `kept` is the budget as it is, whose fields that cannot be declared stay.
#[expect(deprecated, reason = "a budget without a filter keeps its older settings")]
fn to_sdk(name: &str, budget: &Inputs, kept: Option<&SdkBudget>) -> Result<SdkBudget, Error> {
    let unit = match budget.period {
        BudgetPeriod::Daily => TimeUnit::Daily,
        BudgetPeriod::Monthly => TimeUnit::Monthly,
        BudgetPeriod::Quarterly => TimeUnit::Quarterly,
        BudgetPeriod::Annually => TimeUnit::Annually,
    };
    let filter = filter_to_sdk(&budget.filter)?;
    // AWS takes filter expression and metric together, or else the older settings. An expression without a metric makes a
    // budget that cannot be displayed (terraform-provider-aws, issue 46866).
    let metrics = filter.is_some().then(|| vec![metric_of(kept)]);
    let cost_types = kept.filter(|_| filter.is_none()).and_then(|kept| kept.cost_types().cloned());
    built(
        SdkBudget::builder()
            .budget_name(name)
            .budget_type(BudgetType::Cost)
            .time_unit(unit)
            .budget_limit(built(Spend::builder().amount(&budget.amount).unit("USD").build())?)
            .set_filter_expression(filter)
            .set_metrics(metrics)
            .set_time_period(kept.and_then(|kept| kept.time_period().cloned()))
            .set_cost_types(cost_types)
            .build(),
    )
}
