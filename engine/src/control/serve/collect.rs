//! From reports and records to the data that is shown.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::board::{BudgetBoard, CostBoard, DecisionBoard, HoldBoard, RunBoard, Segment, StackBoard, TransitionBoard};
use crate::control::money::{Money, Point};
use crate::control::month::month;
use crate::control::under_way::under_way;
use crate::control::{Controller, Evaluated, Look, Outcome, StackReport};
use crate::state::StateStore;
use ebbtide::cost::Amount;
use ebbtide::plan::Target;
use ebbtide::record::RunRecord;
use ebbtide::schedule::{Course, CourseStretch, Decision, Idleness, Situation};

/// The number of runs that are shown.
const RUNS: usize = 8;
/// The time ahead that is shown.
const AHEAD: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The most parts of that time.
const MOST_SEGMENTS: usize = 300;

/// The last runs of stacks, read again when their records change.
#[derive(Debug, Default)]
pub(super) struct Runs(BTreeMap<String, (u64, Vec<RunBoard>)>);

impl Runs {
    /// Returns the last runs of a stack, the latest first.
    pub(super) async fn of(&mut self, state: &StateStore, look: &Look) -> Vec<RunBoard> {
        let serial = look.document.serial;
        if let Some((read, runs)) = self.0.get(&look.stack)
            && *read == serial
        {
            return runs.clone();
        }
        let runs = last_runs(state).await;
        self.0.insert(look.stack.clone(), (serial, runs.clone()));
        runs
    }
}

async fn last_runs(state: &StateStore) -> Vec<RunBoard> {
    let Ok(Some(history)) = state.history().await else { return Vec::new() };
    let mut runs: Vec<RunRecord> = Vec::new();
    for serial in history.serials() {
        let Ok(summary) = history.summary(*serial).await else { break };
        let ended = summary.ended.filter(|ended| runs.last().is_none_or(|last| last.id != ended.id));
        runs.extend(ended);
        if runs.len() == RUNS {
            break;
        }
    }
    runs.into_iter().map(run).collect()
}

fn run(ended: RunRecord) -> RunBoard {
    let took = ended.ended.duration_since(ended.started);
    RunBoard {
        started: ended.started,
        took_ms: u64::try_from(took.as_millis()).unwrap_or(0),
        command: ended.command,
        by: ended.by,
        why: ended.why,
        target: ended.target,
        outcome: ended.outcome,
        summary: ended.summary,
        failed: ended.failed,
    }
}

/// Returns the dollars of all stacks together. Those of a record that cannot be read are not known.
pub(super) fn hourly(reports: &[StackReport], money: &Money) -> CostBoard {
    let each = reports.iter().map(|report| money.hourly.get(&report.stack).copied().unwrap_or(Amount::UNKNOWN));
    CostBoard { hourly: each.sum() }
}

/// Returns the data of a budget.
pub(super) fn budget(of: &Evaluated, course: &[Point], now: Timestamp) -> BudgetBoard {
    BudgetBoard {
        monthly: of.budget.monthly,
        with_buffer: of.budget.with_buffer,
        daily: of.budget.daily,
        spent: of.spending.actual,
        forecast: of.spending.forecast,
        reconciled: of.reconciled.clone(),
        since: of.since,
        incomplete: of.incomplete,
        spike: of.spike,
        rules: of.rules(now),
        course: course.to_vec(),
    }
}

/// Returns the data of one stack.
pub(super) fn stack(
    controller: &Controller,
    report: &StackReport,
    runs: Vec<RunBoard>,
    money: &Money,
    now: Timestamp,
) -> StackBoard {
    let course = money.courses.get(&report.stack).map_or(&[][..], Vec::as_slice);
    let look = report.look.as_deref();
    let document = look.map(|look| &look.document);
    let week = look.map(|look| week(controller, look, now)).unwrap_or_default();
    let asleep = document.map_or(0, |document| document.resources.values().filter(|record| record.is_asleep()).count());
    let zone = controller.environment.schedule(&report.stack).map(|schedule| schedule.zone());
    let open_run = document.and_then(|document| document.run.as_ref());
    StackBoard {
        stack: report.stack.clone(),
        target: document.map(|document| document.target),
        since: document.map(|document| document.since),
        by: document.map(|document| document.by.clone()).filter(|by| !by.is_empty()),
        why: document.map(|document| document.why.clone()),
        decision: report.decision.as_ref().map(|decision| decided(decision, look)),
        hold: document.and_then(|document| document.hold.as_ref()).filter(|hold| hold.is_active(now)).map(|hold| {
            let (until, reason, by) = (hold.until, hold.reason.clone(), hold.by.clone());
            HoldBoard { target: hold.target, until, reason, by }
        }),
        resources: document.map_or(0, |document| document.resources.len()) - asleep,
        asleep,
        open_run: open_run.map(|run| format!("`ebb {}` by {} is under way, or was cut off", run.command, run.by)),
        outcome: report.outcome.words().to_owned(),
        error: report.message.clone().filter(|_| report.outcome == Outcome::Failed),
        failures: 0,
        retry_at: None,
        cost: money.hourly.get(&report.stack).map(|hourly| CostBoard { hourly: *hourly }),
        budget: money.budgets.stacks.get(&report.stack).map(|of| budget(of, course, now)),
        timezone: zone.and_then(|zone| zone.iana_name()).map(str::to_owned),
        next: next(&week, zone),
        week,
        runs,
    }
}

fn decided(decision: &Decision, look: Option<&Look>) -> DecisionBoard {
    let capacity = look.map(|look| &look.capacity).into_iter().flatten();
    DecisionBoard {
        target: decision.target,
        cause: decision.cause.name().to_owned(),
        reason: decision.reason.clone(),
        until: decision.until,
        tzdb: decision.tzdb.clone(),
        capacity: capacity.map(|(address, bounds)| format!("{} {bounds}", address.name())).collect(),
    }
}

/// Returns the targets of the week ahead, as ticks would decide if nothing but time changes.
fn week(controller: &Controller, look: &Look, now: Timestamp) -> Vec<Segment> {
    let (Ok(end), schedule) = (now.checked_add(AHEAD), controller.environment.schedule(&look.stack)) else {
        return Vec::new();
    };
    let document = &look.document;
    if look.decision.target == Target::Destroyed || schedule.is_none() && document.hold.is_none() {
        return Vec::new();
    }
    let limit = look.guarded.limit(document.hold.as_ref(), now);
    let (hold, recorded) = (document.hold.as_ref(), document.target);
    let (limit, idle, lead) = (limit.as_ref(), Idleness::default(), look.lead);
    let rollout = under_way(&controller.environment, &look.stack, document, now);
    let rollout = rollout.as_ref();
    let situation = Situation { schedule, hold, limit, rollout, idle, recorded, now, lead };
    let mut segments: Vec<Segment> = Vec::new();
    for CourseStretch { begin, end, decision } in Course::new(situation, month(now).1, end) {
        let is_full = segments.len() == MOST_SEGMENTS;
        match segments.last_mut().filter(|last| last.target == decision.target && last.reason == decision.reason) {
            Some(last) => last.to = end,
            None if is_full => break,
            None => segments.push(Segment { from: begin, to: end, target: decision.target, reason: decision.reason }),
        }
    }
    segments
}

fn next(week: &[Segment], zone: Option<&jiff::tz::TimeZone>) -> Option<TransitionBoard> {
    let first = week.first()?;
    let next = week.iter().find(|segment| segment.target != first.target)?;
    let zone = zone.cloned().unwrap_or(jiff::tz::TimeZone::UTC);
    Some(TransitionBoard {
        at: next.from,
        local: next.from.to_zoned(zone).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        target: next.target,
        reason: next.reason.clone(),
    })
}
