//! `ebb rollout approve`, `hold` and `back`.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::opened::Opened;
use super::show::over;
use crate::cli::context::CommandContext;
use crate::cli::deploy::who;
use crate::cli::error::{CommandError, CommandErrorKind};
use crate::control::access;
use crate::control::rolling_out::{Carrier, RollingOut, Said};
use crate::state::LockOwner;
use ebbtide::planner::asleep_sides;
use ebbtide::resource::{Address, component_of, components_of};
use ebbtide::rollout::{Phase, Rollout};

/// How long a rollback is tried that AWS refuses for the moment: an endpoint that is being updated cannot be changed, which takes
/// minutes.
const PATIENCE: Duration = Duration::from_mins(30);
/// Between two attempts of a rollback.
const BETWEEN: Duration = Duration::from_secs(1);
/// Between two signs of life.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);

/// Approves a step.
pub(super) async fn approve(
    context: &CommandContext,
    stack: Option<&str>,
    percent: Option<u8>,
) -> Result<u8, CommandError> {
    let opened = Opened::open(context, stack).await?;
    let rollout = opened.rollout()?;
    if !rollout.is_under_way() {
        return Err(over(&opened));
    }
    let percent = waiting(&opened, rollout, percent)?;
    let rolling = rolling(context, &opened, "rollout approve");
    let approved = rolling
        .note(format!("{percent} % approved"), |rollout, _| rollout.is_under_way() && rollout.approved.insert(percent));
    let text = format!("{percent} % of the roll-out of {} is approved. It follows when it is due.", opened.stack);
    opened.said(context, approved.await, &text)
}

/// Returns the percentage of the step to approve.
fn waiting(opened: &Opened, rollout: &Rollout, percent: Option<u8>) -> Result<u8, CommandError> {
    let rules = opened.environment.rollout_rules(&opened.stack, rollout);
    let approve = rules.map(|rules| rules.approve).unwrap_or_default();
    let waiting: Vec<u8> = approve.into_iter().filter(|step| *step > rollout.percent).collect();
    let open: Vec<u8> = waiting.iter().copied().filter(|step| !rollout.approved.contains(step)).collect();
    let listed = |steps: &[u8]| steps.iter().map(|step| format!("{step} %")).collect::<Vec<_>>().join(", ");
    match percent {
        Some(percent) if open.contains(&percent) => Ok(percent),
        None if !open.is_empty() => Ok(open[0]),
        _ => {
            let known =
                if open.is_empty() { "none does".to_owned() } else { format!("those that do: {}", listed(&open)) };
            let step = percent.map_or_else(|| "no step".to_owned(), |percent| format!("no step to {percent} %"));
            let message = format!("{step} of the roll-out of {} waits for approval ({known})", opened.stack);
            Err(CommandError::new(CommandErrorKind::Refused, message)
                .hint("`approve` below [stacks.NAME.rollout] lists the steps that wait for a person"))
        }
    }
}

/// Holds a roll-out for a reason, or goes on without one.
pub(super) async fn hold(
    context: &CommandContext,
    stack: Option<&str>,
    reason: Option<&str>,
) -> Result<u8, CommandError> {
    let opened = Opened::open(context, stack).await?;
    if !opened.rollout()?.is_under_way() {
        return Err(over(&opened));
    }
    let rolling = rolling(context, &opened, "rollout hold");
    let what = reason.map_or_else(|| "hold cleared".to_owned(), |reason| format!("held: {reason}"));
    let phase = reason.map(str::to_owned);
    let held = rolling.note(what, |rollout, now| {
        let is_held = matches!(rollout.phase, Phase::Held { .. });
        let applies = rollout.is_under_way() && (phase.is_some() || is_held);
        if applies {
            rollout.phase = match phase {
                Some(reason) => Phase::Held { by: who(), at: now, reason },
                None => Phase::UnderWay,
            };
        }
        applies
    });
    let text = match reason {
        Some(_) => format!(
            "The roll-out of {} takes no further step. `ebb rollout hold {} --clear` goes on.",
            opened.stack, opened.stack
        ),
        None => format!("The roll-out of {} goes on when its next step is due.", opened.stack),
    };
    opened.said(context, held.await, &text)
}

/// Takes all traffic back.
pub(super) async fn back(
    context: &CommandContext,
    stack: Option<&str>,
    reason: &str,
    anyway: bool,
) -> Result<u8, CommandError> {
    let opened = Opened::open(context, stack).await?;
    let rollout = opened.rollout()?;
    check_awake(&opened, rollout, anyway)?;
    let access = access(&opened.connection, &context.providers);
    let carrier = Carrier::recorded(&access, &opened.document, rollout);
    let carrier = carrier.ok_or_else(|| {
        let message = format!("{} does not exist now, so that nothing gets any traffic by it", rollout.of);
        CommandError::new(CommandErrorKind::Refused, message)
    })?;
    let rolling = rolling(context, &opened, "rollout back");
    let text = format!("All traffic of {} is back ({}).", opened.stack, rollout.of);
    let began = Instant::now();
    let mut told = began;
    loop {
        let said = rolling.back(&carrier, reason).await;
        let error = match &said {
            Said::Refused(error) if error.kind.passes() && began.elapsed() <= PATIENCE => error,
            _ => return opened.said(context, said, &text),
        };
        if told == began || told.elapsed() > SIGN_OF_LIFE {
            told = Instant::now();
            context.output.note(&format!("AWS cannot change {} yet ({error}); trying again.", rollout.of));
        }
        tokio::time::sleep(BETWEEN).await;
    }
}

/// Refuses to take all traffic back to a side that may be asleep. While a roll-out is under way, nothing of it can be.
fn check_awake(opened: &Opened, rollout: &Rollout, anyway: bool) -> Result<(), CommandError> {
    let asleep = asleep_sides(&opened.document);
    // Without the resource that splits the traffic there is nothing to wake a side for.
    if anyway || rollout.is_under_way() || asleep.is_empty() || asleep.contains(&&rollout.of) {
        return Ok(());
    }
    let stack = &opened.stack;
    let all: Vec<&Address> = opened.document.resources.keys().collect();
    let names = components_of(&all);
    let components: BTreeSet<&str> = asleep.iter().map(|address| component_of(address, &names)).collect();
    let only: Vec<String> = components.iter().map(|component| format!("--only {component}")).collect();
    let asleep: Vec<String> = asleep.into_iter().map(ToString::to_string).collect();
    let message =
        format!("{} is asleep, and the old side of {} may need it: nothing was changed", asleep.join(", "), rollout.of);
    Err(CommandError::new(CommandErrorKind::Refused, message).hint(format!(
        "`ebb resume {stack} {}` wakes it; `ebb rollout back {stack} --anyway` takes the traffic back nevertheless",
        only.join(" ")
    )))
}

fn rolling<'a>(context: &'a CommandContext, opened: &'a Opened, command: &str) -> RollingOut<'a> {
    let owner = LockOwner::of_this_process(who(), command, Timestamp::now());
    RollingOut { state: &opened.state, kinds: context.providers.kinds(), owner }
}
