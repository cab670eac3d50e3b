//! The bounds that the actions of a schedule would have set by now.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, MutexGuard};

use super::action_calls::actions;
use super::missed::{after_runs, bounds};
use super::named::is_derived;
use super::target_calls::{Settings, register, target};
use super::timetable::Timetable;
use crate::sdk::{Context, Error};

/// Each of these actions runs at least once in so much time.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(8 * 24);

static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());

/// Waits until no other action is changed: the bounds follow from all of them.
pub(super) async fn turn() -> MutexGuard<'static, ()> {
    ONE_AT_A_TIME.lock().await
}

/// Sets the bounds that the actions of a schedule would have set by now, were one of them as it is about to be: AWS itself acts at
/// the next time only. `action` is its timetable; `None` if it goes. Nothing happens before there are as many as `needed`.
pub(super) async fn catch_up(
    context: &Context,
    resource: &str,
    name: &str,
    action: Option<Timetable>,
    needed: u32,
) -> Result<(), Error> {
    let found = actions(context, resource, None).await?;
    let own = found.iter().filter(|action| is_derived(context.scope(), action.scheduled_action_name()));
    let mut all: BTreeMap<&str, Timetable> =
        own.map(|action| (action.scheduled_action_name(), Timetable::read(action))).collect();
    match action {
        Some(action) => drop(all.insert(name, action)),
        None => drop(all.remove(name)),
    }
    if u32::try_from(all.len()).is_ok_and(|count| count < needed) {
        return Ok(());
    }
    let now = context.aws.now();
    let since = now.saturating_sub(LOOK_BACK).unwrap_or(Timestamp::MIN);
    let Some(target) = target(context, resource).await? else { return Ok(()) };
    let present = bounds(&target);
    let Some((min, max)) = after_runs(all.values(), present, since, now).filter(|wanted| *wanted != present) else {
        return Ok(());
    };
    let settings = Settings { min: Some(min), max: Some(max), suspended: None };
    register(context, resource, target.scalable_dimension().clone(), settings, None).await
}
