//! Scheduled actions.

use aws_sdk_applicationautoscaling::operation::put_scheduled_action::builders::PutScheduledActionFluentBuilder;
use aws_sdk_applicationautoscaling::primitives::DateTime;
use aws_sdk_applicationautoscaling::types::{ScalableTargetAction, ScheduledAction, SuspendedState};
use aws_sdk_sagemaker::types::EndpointStatus;

use super::{INSTANCES, RESOURCE, SAGEMAKER, Scaling};
use crate::sagemaker::{invalid, says};
use crate::support::code;

impl Scaling {
    fn schedule(&self, name: &str) -> PutScheduledActionFluentBuilder {
        let call = self.client.put_scheduled_action().service_namespace(SAGEMAKER).resource_id(RESOURCE);
        call.scalable_dimension(INSTANCES).scheduled_action_name(name)
    }

    async fn actions(&self) -> Vec<ScheduledAction> {
        let found = self.client.describe_scheduled_actions().service_namespace(SAGEMAKER).send().await.unwrap();
        found.scheduled_actions().to_vec()
    }

    async fn count(&self) -> Option<i32> {
        let shown = self.region.client.describe_endpoint().endpoint_name("e").send().await.unwrap();
        shown.production_variants()[0].current_instance_count()
    }
}

fn between(min: i32, max: i32) -> ScalableTargetAction {
    ScalableTargetAction::builder().min_capacity(min).max_capacity(max).build()
}

#[tokio::test]
async fn putting_again_changes_given_members_and_drops_start_and_end() {
    let scaling = Scaling::registered().await;
    let (start, end) = (DateTime::from_secs(1_900_000_000), DateTime::from_secs(1_900_100_000));
    let put = scaling.schedule("morning").schedule("cron(0 8 ? * MON-FRI *)").timezone("Europe/Berlin");
    put.scalable_target_action(between(2, 4)).start_time(start).end_time(end).send().await.unwrap();
    let first = scaling.actions().await.remove(0);
    assert_eq!(first.schedule(), "cron(0 8 ? * MON-FRI *)");
    assert_eq!(first.timezone(), Some("Europe/Berlin"));
    assert_eq!((first.start_time(), first.end_time()), (Some(&start), Some(&end)));
    assert_eq!(first.scalable_target_action(), Some(&between(2, 4)));
    says(first.scheduled_action_arn(), ":resource/sagemaker/endpoint/e/variant/main:scheduledActionName/morning");

    scaling.schedule("morning").schedule("cron(0 9 ? * MON-FRI *)").send().await.unwrap();
    let second = scaling.actions().await.remove(0);
    assert_eq!(second.schedule(), "cron(0 9 ? * MON-FRI *)");
    assert_eq!(second.timezone(), Some("Europe/Berlin"));
    assert_eq!(second.scalable_target_action(), Some(&between(2, 4)));
    assert_eq!((second.start_time(), second.end_time()), (None, None));
    assert_eq!(second.scheduled_action_arn(), first.scheduled_action_arn());
    assert_eq!(second.creation_time(), first.creation_time());
}

#[tokio::test]
async fn invalid_inputs_are_refused() {
    let scaling = Scaling::registered().await;
    let put = |schedule: &str| scaling.schedule("a").schedule(schedule).scalable_target_action(between(0, 1));
    let good = "cron(0 8 ? * MON-FRI *)";
    says(&invalid(scaling.schedule("a").schedule(good).send().await), "ScalableTargetAction is required");
    says(&invalid(scaling.schedule("a").scalable_target_action(between(0, 1)).send().await), "Schedule is required");
    says(&invalid(put("0 8 * * *").send().await), "at(…), rate(…) or cron(…)");
    says(&invalid(put("cron(0 8 * * * *)").send().await), "exactly one of");
    says(&invalid(put(good).timezone("Mars/Base").send().await), "'Mars/Base' is not supported");
    says(&invalid(put(good).scalable_target_action(between(2, 1)).send().await), "cannot be less");
    let nothing = ScalableTargetAction::builder().build();
    says(&invalid(put(good).scalable_target_action(nothing).send().await), "MinCapacity, a MaxCapacity, or both");
    let (early, late) = (DateTime::from_secs(1_900_000_000), DateTime::from_secs(1_900_000_001));
    says(&invalid(put(good).start_time(late).end_time(early).send().await), "before EndTime");
    says(&invalid(put(good).scheduled_action_name("a:b").send().await), "scheduledActionName");
    assert!(scaling.actions().await.is_empty());
}

#[tokio::test]
async fn actions_need_a_target_and_go_with_it() {
    let scaling = Scaling::new().await;
    let put = || scaling.schedule("a").schedule("rate(1 hour)").scalable_target_action(between(0, 1));
    assert_eq!(code(put().send().await), "ObjectNotFoundException");
    scaling.register(RESOURCE).min_capacity(1).max_capacity(4).send().await.unwrap();
    put().send().await.unwrap();
    let delete = || {
        let call = scaling.client.delete_scheduled_action().service_namespace(SAGEMAKER).resource_id(RESOURCE);
        call.scalable_dimension(INSTANCES).scheduled_action_name("a")
    };
    delete().send().await.unwrap();
    assert_eq!(code(delete().send().await), "ObjectNotFoundException");
    put().send().await.unwrap();
    scaling.region.client.delete_endpoint().endpoint_name("e").send().await.unwrap();
    assert!(scaling.actions().await.is_empty());
}

#[tokio::test]
async fn an_action_moves_the_count_into_its_bounds_unless_it_is_suspended() {
    let scaling = Scaling::registered().await;
    let put = |min: i32, max: i32| scaling.schedule("a").schedule(soon()).scalable_target_action(between(min, max));
    put(3, 4).send().await.unwrap();
    let bounds = async || {
        let target = scaling.targets().await.remove(0);
        (target.min_capacity(), target.max_capacity())
    };
    while bounds().await != (3, 4) {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    scaling.region.becomes("e", EndpointStatus::InService).await;
    assert_eq!(scaling.count().await, Some(3));
    let suspended = SuspendedState::builder().scheduled_scaling_suspended(true).build();
    scaling.register(RESOURCE).suspended_state(suspended).send().await.unwrap();
    put(1, 1).send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(2500)).await;
    assert_eq!(bounds().await, (3, 4));
    scaling.region.becomes("e", EndpointStatus::InService).await;
    assert_eq!(scaling.count().await, Some(3));
}

/// Returns a schedule whose time comes within two seconds.
fn soon() -> String {
    let at = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC) + jiff::SignedDuration::from_secs(2);
    format!("at({})", at.strftime("%Y-%m-%dT%H:%M:%S"))
}
