//! The observation of idleness: whether callers used the stacks that an idle schedule would pause.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::controller::{Connected, Controller, look_again};
use super::idle::{LAG, announced, ask_again, called, ids_by_kind};
use super::look::{Look, Work};
use super::report::StackReport;
use ebbtide::plan::Target;
use ebbtide::record::StateDocument;
use ebbtide::schedule::Idleness;

impl Controller {
    /// Asks AWS since when nobody called a running stack. Without data of every resource that AWS counts calls of, the stack
    /// is not idle.
    async fn idleness(
        &self,
        document: &StateDocument,
        limit: SignedDuration,
        connected: &Connected,
    ) -> Result<Idleness, String> {
        let now = (self.clock)();
        // A stack that came up a moment ago cannot be idle for long enough.
        if now < announced(document.since, limit) {
            return Ok(Idleness::default());
        }
        let connection = self.connection(connected).await.map_err(|error| error.to_string())?;
        let from = now.checked_sub(limit.saturating_add(LAG)).unwrap_or(Timestamp::MIN);
        let mut since = document.since;
        let mut is_counted = false;
        for (kind, ids) in ids_by_kind(document) {
            let Some(implementation) = self.providers.get(kind) else { continue };
            let found = implementation.provider.activity(&connection.clients.aws, &ids, from, now).await;
            for (id, activity) in found.map_err(|error| error.to_string())? {
                let last = called(&activity).ok_or_else(|| format!("CloudWatch has no data on the calls of {id}"))?;
                since = since.max(last);
                is_counted = true;
            }
        }
        Ok(Idleness { since: is_counted.then_some(since) })
    }

    /// Looks again at the running stacks that a schedule pauses when nobody calls them, with what AWS knows of calls. Data that
    /// AWS does not give are a remark of the stack, and no failure: without them it is not idle. `asked` has the instants before
    /// which a stack is not asked about again, for a process that looks all the time.
    pub(super) async fn observe_idleness(
        &self,
        reports: &mut [StackReport],
        connected: &Connected,
        asked: &mut BTreeMap<String, Timestamp>,
    ) {
        let now = (self.clock)();
        for report in reports {
            let running = report.look.as_deref().filter(|look| look.document.target == Target::Running);
            let Some(seen) = running.filter(|look| look.work == Work::None) else { continue };
            let Some(limit) = seen.idle_limit else { continue };
            if asked.get(&report.stack).is_some_and(|next| now < *next) {
                continue;
            }
            let idle = self.idleness(&seen.document, limit, connected).await;
            let next = ask_again(idle.as_ref().copied().unwrap_or_default(), limit, now);
            asked.insert(report.stack.clone(), next);
            let observed = idle.map(|idle| idle.since.is_some().then(|| Look { idle, ..seen.clone() }));
            self.observed(report, observed, "whether it is idle");
        }
    }

    /// Looks again at a stack with what AWS was seen to have, if that is anything new. No answer to the question is a remark.
    pub(super) fn observed(&self, report: &mut StackReport, observed: Result<Option<Look>, String>, question: &str) {
        match observed {
            Ok(Some(observed)) => {
                let document = observed.document.clone();
                *report = StackReport::of(look_again(self, &observed, document));
            }
            Ok(None) => {}
            Err(error) => {
                let message = format!("{question} is not known: {error}");
                report.message = report.message.take().or(Some(message));
            }
        }
    }
}
