//! The next act of each roll-out, first of all things that a look does.

use super::access::access;
use super::controller::{Connected, Controller};
use super::look::Look;
use super::report::{Outcome, StackReport};
use super::rolling_out::{Carrier, RollingOut, RolloutView, Said, seen};
use crate::environment::ConnectError;
use crate::sdk::Hint as _;
use crate::state::StateError;
use ebbtide::plan::Target;
use ebbtide::rollout::{Next, Observed, Phase, Rollout, next, whole_percent};

/// Who moved a share that nobody of us did.
const SOMEBODY: &str = "somebody in AWS";

impl Controller {
    /// Takes the next act of each roll-out: a step, or all traffic back. Nothing is changed in a rehearsed look.
    pub(super) async fn roll_out(&self, reports: &mut [StackReport], connected: &Connected, dry_run: bool) {
        for report in reports {
            let Some(look) = report.look.as_deref() else { continue };
            let Some(rollout) = look.document.rollout.clone() else { continue };
            report.rollout = Some(RolloutView::of(&rollout, None));
            if !self.is_watched(look, &rollout) {
                continue;
            }
            let (look, decided) = (look.clone(), self.decided(look, &rollout, connected).await);
            match decided {
                Err(error) => fail(report, format!("its roll-out: {error}"), None),
                Ok((next, _)) if dry_run => show(report, &rollout, &next),
                Ok((next, carrier)) => self.take(report, look, (&rollout, next), carrier.as_ref()).await,
            }
        }
    }

    /// Looks at all roll-outs, and says why their next steps wait. Changes nothing.
    pub async fn look_at_rollouts(&self) -> Result<Vec<StackReport>, ConnectError> {
        let mut reports = self.look().await?;
        for report in &mut reports {
            // Anything else that there would be to do is no part of it.
            (report.message, report.outcome) = (None, Outcome::Nothing);
        }
        self.roll_out(&mut reports, &Connected::default(), true).await;
        Ok(reports)
    }

    /// Returns whether AWS is looked at. A resource that sleeps splits nothing, and that is no news.
    fn is_watched(&self, look: &Look, rollout: &Rollout) -> bool {
        let record = look.document.resources.get(&rollout.of);
        let sleeps = record.is_some_and(|record| record.is_asleep()) && !rollout.is_under_way();
        let generation = record.map_or(rollout.generation, |record| record.generation);
        !sleeps && (record.is_none() || rollout.is_watched(generation, (self.clock)()))
    }

    /// Looks at AWS, and decides.
    async fn decided(
        &self,
        look: &Look,
        rollout: &Rollout,
        connected: &Connected,
    ) -> Result<(Next, Option<Carrier>), String> {
        let rules = self.environment.rollout_rules(&look.stack, rollout).map_err(|problems| {
            let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
            format!("its recorded settings are invalid: {}", problems.join("; "))
        })?;
        let connection = self.connection(connected).await.map_err(|error| error.to_string())?;
        let aws = &connection.clients.aws;
        let now = (self.clock)();
        let carrier = Carrier::recorded(&access(connection, &self.providers), &look.document, rollout);
        let percent = match &carrier {
            Some(carrier) => carrier.share().await.map_err(|error| format!("{}: {error}", carrier.address))?,
            None => None,
        };
        let alarms = match rollout.is_under_way() {
            true => seen(aws, &look.document, &rules, now).await.map_err(|error| error.to_string())?,
            false => Default::default(),
        };
        let observed = Observed {
            percent,
            generation: carrier.as_ref().map_or(rollout.generation, |carrier| carrier.generation),
            alarms,
            costs: look.rolling.costs.clone(),
            over_budget: look.rolling.over_budget.clone().or_else(|| not_running(look)),
        };
        Ok((next(rollout, &rules, &observed, now), carrier))
    }

    /// Takes the next act.
    async fn take(
        &self,
        report: &mut StackReport,
        look: Look,
        (rollout, next): (&Rollout, Next),
        carrier: Option<&Carrier>,
    ) {
        let state = match self.state(&look.stack).await {
            Ok(state) => state,
            Err(error) => return fail(report, format!("its roll-out: {error}"), error.hint()),
        };
        let rolling = RollingOut { state: &state, kinds: self.providers.kinds(), owner: self.owner() };
        let said = match (&next, carrier) {
            (Next::Back(reason), Some(carrier)) => rolling.back(carrier, reason).await,
            (Next::Step(percent), Some(carrier)) => rolling.step(rollout, carrier, *percent).await,
            (Next::Set(percent), Some(carrier)) => rolling.set_again(carrier, *percent).await,
            (Next::Taken(percent), Some(carrier)) => rolling.taken(carrier.generation, *percent).await,
            (Next::Moved(live), Some(carrier)) => moved(&rolling, carrier, *live).await,
            (Next::Done, _) => {
                let done = rolling.note("done".to_owned(), |rollout, now| {
                    let holds = rollout.phase == Phase::UnderWay;
                    rollout.phase = Phase::Done { at: now };
                    holds
                });
                done.await
            }
            (Next::Closed, _) => rolling.close().await,
            (Next::Back(reason), None) => {
                return fail(
                    report,
                    format!("its traffic cannot be taken back ({reason}): {} is asleep", rollout.of),
                    None,
                );
            }
            (Next::Wait { .. } | Next::Step(_) | Next::Set(_) | Next::Taken(_) | Next::Moved(_), _) => {
                return show(report, rollout, &next);
            }
        };
        self.report(report, look, &next, said);
    }

    fn report(&self, report: &mut StackReport, look: Look, next: &Next, said: Said) {
        let what = words(next);
        match said {
            Said::Done(document) => {
                report.rollout = document.rollout.as_ref().map(|rollout| RolloutView::of(rollout, None));
                report.look = Some(Box::new(Look { document: *document, ..look }));
                if report.outcome == Outcome::Nothing {
                    report.outcome = Outcome::Acted;
                }
                report.message = Some(join(report.message.take(), &what));
            }
            Said::Outdated => {
                report.message =
                    Some(join(report.message.take(), "its roll-out was changed meanwhile: the next look goes on"));
            }
            Said::Unrecorded(error) => {
                let message = format!("{what}; AWS has it, and the next look records it: {error}");
                busy_or_failed(report, &error, message);
            }
            Said::NotRecorded(error) => {
                let message = format!("{what} waits: {error}");
                busy_or_failed(report, &error, message);
            }
            Said::Refused(error) => {
                let hint = error.hint.clone();
                fail(report, format!("{what}: AWS refused it, and the next look tries again: {error}"), hint);
            }
        }
    }
}

/// Records a share that somebody else set: none is a rollback, any other a hold.
async fn moved(rolling: &RollingOut<'_>, carrier: &Carrier, live: f64) -> Said {
    let percent = whole_percent(live);
    let reason = format!("AWS routes {live:.0} %, which no step did");
    if percent == 0 {
        return rolling.rolled_back(carrier.generation, SOMEBODY, &reason).await;
    }
    let generation = carrier.generation;
    let held = rolling.note(format!("held: {reason}"), |rollout, now| {
        rollout.gets(percent, generation, now);
        rollout.phase = Phase::Held { by: SOMEBODY.to_owned(), at: now, reason: reason.clone() };
        true
    });
    held.await
}

/// Returns why a stack that does not run holds a step back.
fn not_running(look: &Look) -> Option<String> {
    if look.document.run.is_some() {
        return Some("a run of the stack is open".to_owned());
    }
    let recorded = look.document.target;
    (recorded != Target::Running).then(|| format!("the stack is {recorded}"))
}

/// Returns an act in words.
fn words(next: &Next) -> String {
    match next {
        Next::Wait { why, .. } => format!("roll-out: {why}"),
        Next::Back(reason) => format!("roll-out: all traffic is taken back: {reason}"),
        Next::Step(percent) | Next::Taken(percent) => format!("roll-out: {percent} %"),
        Next::Set(percent) => format!("roll-out: {percent} % again"),
        Next::Moved(live) => format!("roll-out: AWS routes {live:.0} %, which no step did, so it is held"),
        Next::Done => "roll-out: done".to_owned(),
        Next::Closed => "roll-out: closed, since nothing splits the traffic any more".to_owned(),
    }
}

/// Shows an act that is not taken.
fn show(report: &mut StackReport, rollout: &Rollout, next: &Next) {
    report.rollout = Some(RolloutView::of(rollout, Some(next)));
    if matches!(next, Next::Wait { .. }) {
        return;
    }
    if report.outcome == Outcome::Nothing {
        report.outcome = Outcome::WouldAct;
    }
    report.message = Some(join(report.message.take(), &words(next)));
}

fn busy_or_failed(report: &mut StackReport, error: &StateError, message: String) {
    match error {
        StateError::Locked { .. } => {
            if report.outcome == Outcome::Nothing {
                report.outcome = Outcome::Busy;
            }
            report.message = Some(join(report.message.take(), &message));
        }
        _ => fail(report, message, error.hint()),
    }
}

fn fail(report: &mut StackReport, message: String, hint: Option<String>) {
    report.outcome = Outcome::Failed;
    report.message = Some(join(report.message.take(), &message));
    report.hint = report.hint.take().or(hint);
}

fn join(before: Option<String>, message: &str) -> String {
    before.map_or_else(|| message.to_owned(), |before| format!("{before}; {message}"))
}
