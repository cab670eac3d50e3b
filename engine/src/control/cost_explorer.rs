//! Asking Cost Explorer, once a day for each stack whose budget is reconciled with it.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::controller::{Connected, Controller};
use super::month::month;
use super::notify::NoticeKind;
use super::report::StackReport;
use crate::apply::{billed_sum, why_not_billed};
use crate::sdk::ErrorKind;
use crate::state::{LockOwner, StateError, StateStore};
use ebbtide::budget::{is_bill_due, settled_days};
use ebbtide::record::{Bill, BilledDays, StateDocument};

/// How long one look asks. The other stacks are asked by the next looks.
const AT_MOST: Duration = Duration::from_secs(10);
/// How often an answer is recorded anew while another command has the stack: each question costs money.
const ATTEMPTS: usize = 5;
const BETWEEN_ATTEMPTS: Duration = Duration::from_secs(1);

/// The reason why a question has no answer.
#[derive(Clone, Debug)]
struct NoAnswer {
    /// The reason in words.
    fault: String,
    /// Whether the question about another stack would end in the same way.
    is_of_all: bool,
}

impl Controller {
    /// Asks Cost Explorer about the stacks whose budgets are reconciled with it and that nobody asked about today, and records the
    /// answers: the next look counts them. A question without an answer is recorded as well, and made again a day later. It is a
    /// remark of the stack, and no failure: the budget works from the ledger alone.
    pub(super) async fn ask_cost_explorer(&self, reports: &mut [StackReport], connected: &Connected) {
        let began = Instant::now();
        let mut known: Option<NoAnswer> = None;
        for report in reports {
            let document = report.look.as_deref().map(|look| &look.document);
            if !document.is_some_and(|document| self.has_to_ask(&report.stack, document)) {
                continue;
            }
            if known.is_none() && began.elapsed() > AT_MOST {
                return;
            }
            let (remark, is_over) = match self.ask(&report.stack, known.as_ref(), connected).await {
                Ok(None) => continue,
                Ok(Some(none)) => {
                    let NoAnswer { fault, is_of_all } = &none;
                    let remark = format!("its budget works from the ledger alone: {fault}");
                    let is_over = !is_of_all;
                    known = Some(none);
                    (remark, is_over)
                }
                Err(error) => (format!("Cost Explorer was not asked about it: {error}"), true),
            };
            report.message = report.message.take().or(Some(remark));
            if is_over {
                return;
            }
        }
    }

    /// Returns whether Cost Explorer is to be asked about a stack. Of a stack without resources, only the month in which it was
    /// destroyed has costs.
    fn has_to_ask(&self, stack: &str, document: &StateDocument) -> bool {
        let now = (self.clock)();
        let exists = !document.resources.is_empty() || month(document.since) == month(now);
        self.environment.reconciles(stack) && exists && is_bill_due(document.bill.as_ref(), now)
    }

    /// Asks about one stack, unless another process did or has the stack, and records the answer. `known` is the reason why there
    /// would be none. Returns the reason if there is none.
    async fn ask(
        &self,
        stack: &str,
        known: Option<&NoAnswer>,
        connected: &Connected,
    ) -> Result<Option<NoAnswer>, String> {
        let state = self.state(stack).await.map_err(|error| error.to_string())?;
        if matches!(state.backend().lock_info().await, Ok(Some(_))) {
            return Ok(None);
        }
        let read = state.read().await.map_err(|error| error.to_string())?;
        let now = (self.clock)();
        let due = read.filter(|(document, _)| is_bill_due(document.bill.as_ref(), now)).zip(settled_days(now));
        let Some(((document, _), (from, to))) = due else { return Ok(None) };
        let answer = match known {
            Some(none) => Err(none.clone()),
            None => {
                let connection = self.connection(connected).await.map_err(|error| error.to_string())?;
                let usd = billed_sum(&connection.clients.aws, &document.scope, from, to).await;
                usd.map(|usd| BilledDays { at: now, from, to, usd }).map_err(|error| NoAnswer {
                    fault: why_not_billed(&error),
                    is_of_all: matches!(
                        error.kind,
                        ErrorKind::Denied | ErrorKind::Credentials | ErrorKind::Unavailable
                    ),
                })
            }
        };
        self.keep(&state, &answer, now).await?;
        Ok(answer.err())
    }

    /// Records an answer, or that there is none.
    async fn keep(
        &self,
        state: &StateStore,
        answer: &Result<BilledDays, NoAnswer>,
        now: Timestamp,
    ) -> Result<(), String> {
        let owner = LockOwner { since: now, ..self.owner() };
        let keep = |document: &mut StateDocument| {
            if !is_bill_due(document.bill.as_ref(), now) {
                return false;
            }
            document.bill = Some(match answer {
                Ok(answer) => Bill { asked: now, answer: Some(*answer), fault: None },
                Err(none) => {
                    let before = document.bill.take().and_then(|bill| bill.answer);
                    Bill { asked: now, answer: before, fault: Some(none.fault.clone()) }
                }
            });
            // After an answer with costs, the next fault is said again.
            if answer.as_ref().is_ok_and(|answer| answer.usd > 0.0) {
                document.said.remove(NoticeKind::Bill.topic());
            }
            true
        };
        let mut attempts = 1;
        loop {
            match state.edit(owner.clone(), "bill", keep).await {
                Err(StateError::Locked { .. }) if attempts < ATTEMPTS => {
                    attempts += 1;
                    tokio::time::sleep(BETWEEN_ATTEMPTS).await;
                }
                kept => {
                    return kept.map(drop).map_err(|error| format!("the answer was not recorded: {error}"));
                }
            }
        }
    }
}
