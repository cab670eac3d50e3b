//! The provider of `autoscaling_scheduled_action`.

use jiff::Timestamp;
use serde_json::Value;

use super::action_calls::{actions, delete_action, put_action};
use super::level::{catch_up, turn};
use super::missed::Missed;
use super::named::{self, Named, parts_of};
use super::timetable::Timetable;
use crate::providers::{Calls, Provider, Reading, Remark};
use crate::sdk::{Context, Error};
use ebbtide::aws::autoscaling::{ACTION_INFIX, ScheduledAction, ScheduledActionOutputs};
use ebbtide::aws::{Arn, ScalableResource};
use ebbtide::resource::Resolved;

type Inputs = ScheduledAction<Resolved>;

impl Named for Inputs {
    const INFIX: &'static str = ACTION_INFIX;
    const DESCRIPTION: &'static str = "scheduled action";

    fn target(&self) -> &ScalableResource {
        &self.target
    }

    fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    async fn exists(context: &Context, resource: &str, name: &str) -> Result<bool, Error> {
        Ok(!actions(context, resource, Some(name)).await?.is_empty())
    }

    async fn put(&self, context: &Context, resource: &str, name: &str) -> Result<(), Error> {
        let when = Timetable::of(self);
        let Some(count) = self.pushed else { return put_action(context, resource, name, &when).await };
        let _turn = turn().await;
        // Before the action exists: a command that is cut off in between repeats both.
        catch_up(context, resource, name, Some(when.clone()), count).await?;
        put_action(context, resource, name, &when).await
    }
}

impl Provider for ScheduledAction {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:application-autoscaling:{region}:{account}:scalable-target/*",
        reads: "application-autoscaling:DescribeScalableTargets application-autoscaling:DescribeScheduledActions \
            application-autoscaling:ListTagsForResource",
        creates: "application-autoscaling:PutScheduledAction application-autoscaling:RegisterScalableTarget(again)",
        updates: "application-autoscaling:PutScheduledAction application-autoscaling:RegisterScalableTarget(again)",
        deletes: "application-autoscaling:DeleteScheduledAction \
            application-autoscaling:RegisterScalableTarget(again)",
    });

    fn remarks(&self, now: Timestamp) -> Vec<Remark> {
        let remark = |since: Timestamp| {
            Remark {
            message: format!("it has not run since {since} and will not run again, so it is neither created nor changed"),
            hint: "remove it from the code, or give it a time to come; to keep bounds that it has set, declare them at the target"
                .to_owned(),
            is_over: true,
        }
        };
        Timetable::of(self).over_since(now).map(remark).into_iter().collect()
    }

    async fn find(context: &Context, inputs: &Inputs) -> Result<Option<String>, Error> {
        named::find(context, inputs).await
    }

    async fn create(context: &Context, inputs: &Inputs) -> Result<String, Error> {
        named::create(context, inputs).await
    }

    async fn read(context: &Context, id: &str, last: &Inputs) -> Result<Option<Reading<Self>>, Error> {
        let (resource, name) = parts_of::<Inputs>(id)?;
        let found = actions(context, resource, Some(name)).await?;
        let Some(action) = found.first() else { return Ok(None) };
        let Timetable { schedule, zone, min, max, start, end } = Timetable::read(action);
        let inputs = ScheduledAction {
            name: last.name.clone(),
            target: ScalableResource(resource.to_owned()),
            schedule,
            zone: zone.unwrap_or_else(|| "UTC".to_owned()),
            min,
            max,
            start,
            end,
            pushed: last.pushed,
        };
        let outputs = ScheduledActionOutputs::<Resolved> { arn: Arn(action.scheduled_action_arn().to_owned()) };
        // The actions of a schedule catch up when they are created.
        let missed = match last.pushed {
            Some(_) => None,
            None => Missed::from_now_on(context, resource).await?,
        };
        let pause_snapshot = missed.map(serde_json::to_value).transpose()?;
        Ok(Some(Reading { pause_snapshot, ..Reading::ready(inputs, outputs) }))
    }

    async fn restore(context: &Context, id: &str, _inputs: &Inputs, pause_snapshot: &Value) -> Result<bool, Error> {
        let missed: Missed = serde_json::from_value(pause_snapshot.clone())?;
        missed.catch_up(context, parts_of::<Inputs>(id)?.0).await
    }

    async fn update(context: &Context, id: &str, _from: &Inputs, to: &Inputs) -> Result<(), Error> {
        let (resource, name) = parts_of::<Inputs>(id)?;
        to.put(context, resource, name).await
    }

    async fn delete(context: &Context, id: &str, last: &Inputs) -> Result<(), Error> {
        let (resource, name) = parts_of::<Inputs>(id)?;
        // Where the target goes as well, a change of its bounds would only keep its endpoint busy.
        if last.pushed.is_some() && context.rest_stays {
            let _turn = turn().await;
            catch_up(context, resource, name, None, 1).await?;
            return delete_action(context, resource, name).await;
        }
        delete_action(context, resource, name).await
    }
}
