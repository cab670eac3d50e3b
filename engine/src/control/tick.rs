//! One tick: every stack of the environment once.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::controller::{Connected, Controller};
use super::look::Work;
use super::report::{StackReport, TICK_FORMAT, TickReport};
use super::{say, unreadable};
use crate::environment::ConnectError;

/// The number of stacks that are changed at once. Each makes many calls at once itself.
const CHANGED_AT_ONCE: usize = 4;

impl Controller {
    /// Looks at all stacks, and brings each to its decision. One that fails does not stop the others.
    pub async fn tick(self: &Arc<Self>, dry_run: bool) -> Result<TickReport, ConnectError> {
        let clients = self.environment.state_clients().await?;
        let mut stacks = self.look_with(clients.as_ref()).await?;
        let connected: Arc<Connected> = Arc::default();
        self.roll_out(&mut stacks, &connected, dry_run).await;
        self.observe_idleness(&mut stacks, &connected, &mut BTreeMap::new()).await;
        self.observe_missed(&mut stacks, &connected, &mut BTreeMap::new()).await;
        if !dry_run {
            unreadable::forget(self, &stacks, clients.as_ref()).await;
            self.act(&mut stacks, &connected).await;
            self.count_instances(&mut stacks, &connected, &mut BTreeMap::new()).await;
            self.ask_cost_explorer(&mut stacks, &connected).await;
        }
        let environment = self.environment.name().to_owned();
        Ok(TickReport { format: TICK_FORMAT, environment, at: (self.clock)(), dry_run, stacks })
    }

    /// Brings the stacks that need it to their decisions, several at once.
    async fn act(self: &Arc<Self>, stacks: &mut [StackReport], connected: &Arc<Connected>) {
        let permits = Arc::new(Semaphore::new(CHANGED_AT_ONCE));
        let mut work = JoinSet::new();
        for (index, report) in stacks.iter().enumerate() {
            if let Some(one) = self.work_on(report, connected, Some(&permits)) {
                work.spawn(async move { (index, one.await) });
            }
        }
        while let Some(done) = work.join_next().await {
            match done {
                Ok((index, report)) => stacks[index] = report,
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        }
    }

    /// Returns the work on one stack: it is brought to its decision, and what there is to say is said. `None` if there is
    /// nothing to do and to say. A receiver of notifications that hangs keeps no permit from other stacks.
    pub(super) fn work_on(
        self: &Arc<Self>,
        report: &StackReport,
        connected: &Arc<Connected>,
        permits: Option<&Arc<Semaphore>>,
    ) -> Option<impl Future<Output = StackReport> + Send + use<>> {
        let look = report.look.as_deref();
        let has_work = look.is_some_and(|look| look.work != Work::None);
        if !has_work && look.is_some_and(|look| !say::has_to_say(self, look, report)) {
            return None;
        }
        let (controller, report, connected) = (Arc::clone(self), report.clone(), Arc::clone(connected));
        let permits = permits.cloned();
        Some(async move {
            let mut report = report;
            if has_work {
                let _permit = match &permits {
                    Some(permits) => permits.acquire().await.ok(),
                    None => None,
                };
                if !controller.shutdown.is_draining() {
                    report = controller.converge(report, &connected).await;
                }
            }
            report.unsent = match report.look {
                Some(_) => say::say(&controller, &report, &connected).await,
                None => unreadable::say(&controller, &report, &connected).await,
            };
            report
        })
    }
}
