//! `ebb rollout start`: checks everything that the roll-out needs, and records it.

use jiff::Timestamp;

use super::opened::Opened;
use crate::cli::context::CommandContext;
use crate::cli::deploy::who;
use crate::cli::error::{CommandError, CommandErrorKind};
use crate::control::access;
use crate::control::rolling_out::{Carrier, Mistake, Parts, RollingOut, RolloutView, addresses, seen};
use crate::environment::RolloutPlace;
use crate::state::LockOwner;
use ebbtide::plan::Target;
use ebbtide::rollout::{Rollout, Rules, Settings, whole_percent};

pub(super) async fn start(context: &CommandContext, stack: Option<&str>) -> Result<u8, CommandError> {
    let opened = Opened::open(context, stack).await?;
    let Opened { environment, connection, stack, state, document } = &opened;
    let (settings, rules) = settings(&opened)?;
    if let Some(rollout) = document.rollout.as_ref().filter(|rollout| rollout.is_under_way()) {
        return Err(refused(format!("a roll-out of {stack} is under way already ({rollout})"))
            .hint(format!("`ebb rollout status {stack}` shows why it waits; `ebb rollout back {stack}` ends it")));
    }
    if document.target != Target::Running || document.run.is_some() {
        let why = if document.run.is_some() {
            "a run of it is open".to_owned()
        } else {
            format!("it is {}", document.target)
        };
        return Err(refused(format!("{stack} cannot be rolled out: {why}"))
            .hint(format!("`ebb resume {stack}` or `ebb apply {stack}` brings it up")));
    }
    let access = access(connection, &context.providers);
    let parts = Parts::from(document);
    let of = parts.carrier(context.providers.kinds(), &rules).map_err(|mistake| mistaken(&opened, vec![mistake]))?;
    let found = Carrier::of(&access, document, &of, rules.to.as_deref());
    let found = found.ok_or_else(|| {
        refused(format!("{stack} cannot be rolled out: {of} is asleep")).hint(format!("`ebb resume {stack}` wakes it"))
    })?;
    let share = found.share().await.map_err(|error| refused(format!("{of}: {error}")))?;
    let share = share.ok_or_else(|| {
        refused(format!("{stack} cannot be rolled out: {of} has one side in AWS"))
            .hint(format!("`ebb apply {stack}` gives it the declared ones"))
    })?;
    check_alarms(&opened, &rules).await?;
    let percent = whole_percent(share);
    let now = Timestamp::now();
    let alarms = addresses(document, &rules);
    let rollout = Rollout { alarms, percent, ..Rollout::new(of, found.generation, settings, who(), now) };
    let owner = LockOwner::of_this_process(who(), "rollout start", now);
    let rolling = RollingOut { state, kinds: context.providers.kinds(), owner };
    let started = rolling.start(rollout).await?;
    let started = started.and_then(|document| document.rollout);
    let started =
        started.ok_or_else(|| refused(format!("a roll-out of {stack} was started by another command meanwhile")))?;
    let first = rules.after(percent).map_or_else(String::new, |step| format!(", to {} %,", step.percent));
    let text = format!(
        "The roll-out of {stack} in {} has started: {started}.\nThe first step{first} follows when it is due and all gates are OK (`ebb tick`, or `ebb serve`).",
        environment.name()
    );
    opened.print(context, Some(RolloutView::of(&started, None)), &text)
}

/// Returns the settings of the roll-out.
fn settings(opened: &Opened) -> Result<(Settings, Rules), CommandError> {
    let Opened { environment, stack, .. } = opened;
    let found = environment.rollout(stack).map(|(settings, rules)| (settings.clone(), rules.clone()));
    found.ok_or_else(|| {
        refused(format!("environment {} has no roll-out of {stack}", environment.name()))
            .hint(format!("add [stacks.{stack}.rollout] with `steps` and `gates` to the environment's file"))
    })
}

/// Refuses alarms that do not exist, and gates that are OK without data.
async fn check_alarms(opened: &Opened, rules: &Rules) -> Result<(), CommandError> {
    let Opened { connection, stack, document, .. } = opened;
    let mistakes = Parts::from(document).alarm_mistakes(rules);
    if !mistakes.is_empty() {
        return Err(mistaken(opened, mistakes));
    }
    let seen = seen(&connection.clients.aws, document, rules, Timestamp::now()).await;
    let seen = seen.map_err(|error| refused(format!("the alarms cannot be read: {error}")))?;
    let at = |name: &str, message: String| {
        mistaken(opened, vec![Mistake { place: RolloutPlace::Alarm(name.to_owned()), message }])
    };
    for name in rules.alarms() {
        let Some(alarm) = seen.get(name) else {
            return Err(at(name, format!("the alarm `{name}` is recorded, and AWS has none"))
                .hint(format!("`ebb apply {stack}` creates it again")));
        };
        if alarm.lenient && rules.gates.iter().any(|gate| gate == name) {
            return Err(at(name, format!("the alarm `{name}` is OK without data in AWS, which proves nothing"))
                .hint(format!("somebody changed it; `ebb apply {stack}` sets it as it is declared")));
        }
    }
    Ok(())
}

/// Returns the error for settings that do not fit the stack, each with its place in the file.
fn mistaken(opened: &Opened, mistakes: Vec<Mistake>) -> CommandError {
    let Opened { environment, stack, .. } = opened;
    let line = |mistake: Mistake| {
        let message = format!("the roll-out of {stack} cannot start: {}", mistake.message);
        let fault = environment.rollout_fault(stack, &mistake.place, message.clone());
        fault.map_or(message, |fault| fault.to_string())
    };
    refused(mistakes.into_iter().map(line).collect::<Vec<_>>().join("\n"))
        .hint("the recorded stack counts, as `ebb state list` shows it; `ebb validate` checks the declared one")
}

fn refused(message: String) -> CommandError {
    CommandError::new(CommandErrorKind::Refused, message)
}
