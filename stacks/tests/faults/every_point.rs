//! Every command of the shipped stacks, ended at every call to AWS and every write of state, and ended a second time when it is
//! run again: in a cloud that shows everything at once, and in one whose reads lag behind. The suite takes points in
//! even steps;
//! `EBB_FAULTS=all` takes them all.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::fault::Fault;
use crate::observer::Inventory;
use crate::random::Random;
use crate::shipped::{Case, Shipped, after};
use crate::world::{Command, World};

/// Two work, one waits for the disk.
const AT_ONCE: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_ended_anywhere_twice_converges() {
    ended_everywhere(Shipped::Adeptai, 4, Duration::ZERO).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_of_document_intelligence_ended_anywhere_twice_converges() {
    ended_everywhere(Shipped::DocumentIntelligence, 2, Duration::ZERO).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_of_fine_tuning_ended_anywhere_twice_converges() {
    ended_everywhere(Shipped::FineTuning, 3, Duration::ZERO).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_ended_anywhere_converges_though_reads_lag_behind() {
    ended_everywhere(Shipped::Adeptai, 2, Duration::from_millis(60)).await;
}

/// Ends every command at all points, or at so many of them, in a cloud whose reads lag so far behind.
async fn ended_everywhere(stack: Shipped, sampled: usize, lag: Duration) {
    let all = std::env::var("EBB_FAULTS").is_ok_and(|value| value == "all");
    let seed = std::env::var("EBB_FAULT_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let (mut failures, mut experiments, mut struck) = (Vec::new(), 0, 0);
    for Case { name, command, start } in stack.cases().await {
        let (points, expected) = points(&start, &command).await;
        let step = if all { 1 } else { points.len().div_ceil(sampled) };
        let mut random = Random::new(seed);
        let offset = if all { 0 } else { random.below(step as u64) as usize };
        let chosen: Vec<Fault> = points.into_iter().skip(offset).step_by(step).collect();
        println!("{name}: {} points (seed {seed})", chosen.len());
        let start = if lag.is_zero() { start } else { start.lagging(lag) };
        let mut running = JoinSet::new();
        let (start, expected, command) = (Arc::new(start), Arc::new(expected), Arc::new(command));
        let mut waiting = chosen.into_iter();
        loop {
            while running.len() < AT_ONCE
                && let Some(fault) = waiting.next()
            {
                let (start, expected, command) = (Arc::clone(&start), Arc::clone(&expected), Arc::clone(&command));
                let second = random.next();
                running.spawn(async move {
                    (fault.clone(), ended_twice(&start, &command, &expected, &fault, second).await)
                });
            }
            let Some(ended) = running.join_next().await else { break };
            experiments += 1;
            match ended.expect("an experiment") {
                (_, Ok(ended)) => struck += usize::from(ended),
                (fault, Err(wrong)) => {
                    println!("{name}, {fault}: {wrong}");
                    failures.push(format!("{name}, {fault}: {wrong}"));
                }
            }
        }
    }
    println!("{struck} of {experiments} commands were ended where they should be");
    assert!(failures.is_empty(), "{} failed:\n{}", failures.len(), failures.join("\n"));
    // The order of calls differs a little from run to run, so the last points may not be reached.
    assert!(struck * 10 >= experiments * 9, "only {struck} of {experiments} were ended");
}

/// Returns every point at which a command can end, and the resources that exist once it is over.
pub async fn points(start: &World, command: &Command) -> (Vec<Fault>, Inventory) {
    let twin = start.copy();
    let ran = twin.under(command, None).await;
    assert!(ran.result.is_some_and(|result| result.is_ok_and(|finished| finished.success)));
    let calls = (1..=ran.calls).flat_map(|at| [false, true].map(|acted| Fault::Call { at, acted }));
    let writes = (1..=ran.writes).flat_map(|at| [false, true].map(|done| Fault::Write { at, done }));
    assert!(ran.calls > 20 && ran.writes > 4, "{} calls, {} writes", ran.calls, ran.writes);
    (calls.chain(writes).collect(), twin.inventory().await)
}

/// Ends a command at a point, then runs it again twice: once to its end, and once from the same point with a second end.
/// Returns whether the command came to that point.
async fn ended_twice(
    start: &World,
    command: &Command,
    expected: &Inventory,
    fault: &Fault,
    second: u64,
) -> Result<bool, String> {
    let world = start.copy();
    let ended = world.under(command, Some(fault)).await.result.is_none();
    // The earlier states that a cloud may still show are not copied.
    let again = if start.lag().is_zero() { world.copy() } else { start.copy() };
    if !start.lag().is_zero() {
        again.under(command, Some(fault)).await;
    }
    world.settles(command, expected).await?;
    // Somewhere in the second run, which is no longer than the first one.
    let second = match second % 4 {
        0 => Fault::Call { at: second / 4 % 150 + 1, acted: false },
        1 => Fault::Call { at: second / 4 % 150 + 1, acted: true },
        2 => Fault::Write { at: second / 4 % 20 + 1, done: false },
        _ => Fault::Write { at: second / 4 % 20 + 1, done: true },
    };
    again.under(command, Some(&second)).await;
    again.settles(command, expected).await.map_err(|wrong| format!("then {second}: {wrong}"))?;
    Ok(ended)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_observer_sees_every_recorded_resource() {
    for (stack, least) in [(Shipped::Adeptai, 12), (Shipped::DocumentIntelligence, 12), (Shipped::FineTuning, 8)] {
        let apply = stack.cases().await.pop().expect("the apply is the last case");
        let applied = after(&apply.start, &apply.command).await;
        let seen = applied.inventory().await;
        let kinds: std::collections::BTreeSet<_> = seen.keys().filter_map(|name| name.split(' ').next()).collect();
        assert!(kinds.len() >= least, "{stack:?}: {kinds:?}");
        let before = apply.start.inventory().await;
        let created = seen.values().sum::<usize>() - before.values().sum::<usize>();
        assert_eq!(created, applied.document().await.unwrap().resources.len(), "{seen:#?}");
        assert!(before.keys().all(|name| name.contains("of-another-account")), "{before:?}");
    }
}
