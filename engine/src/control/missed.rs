//! Capacities that AWS was to set by scheduled actions, and did not: an action fails while its endpoint is being updated, and AWS
//! does not repeat it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::controller::{Connected, Controller};
use super::look::{Look, Work};
use super::report::StackReport;
use crate::apply::Pushed;
use ebbtide::aws::autoscaling::ScalableTarget;
use ebbtide::plan::Target;
use ebbtide::planner::awake;
use ebbtide::resource::{Address, Resource as _};
use ebbtide::schedule::Bounds;

impl Controller {
    /// Looks again at the running stacks whose capacities AWS sets, with the bounds that AWS has: others than those of the
    /// schedule are work. AWS out of reach is a remark of the stack, and no failure. `asked` has the instants before which AWS
    /// is not asked again, for a process that looks all the time.
    pub(super) async fn observe_missed(
        &self,
        reports: &mut [StackReport],
        connected: &Connected,
        asked: &mut BTreeMap<String, Timestamp>,
    ) {
        let now = (self.clock)();
        for report in reports {
            let running = report.look.as_deref().filter(|look| {
                let targets = (look.document.target, look.decision.target);
                targets == (Target::Running, Target::Running) && look.pushes && look.work == Work::None
            });
            let Some(seen) = running else { continue };
            let pushed = Pushed { schedule: self.environment.schedule(&seen.stack), reduce: seen.decision.reduce };
            let set = pushed.set_by_now(&awake(&seen.document, self.providers.kinds()), now);
            if set.is_empty() || asked.get(&report.stack).is_some_and(|next| now < *next) {
                continue;
            }
            let missed = self.missed(&set, connected).await;
            if missed.as_ref().is_ok_and(Vec::is_empty) {
                asked.insert(report.stack.clone(), pushed.next_set(now).unwrap_or(Timestamp::MAX));
            }
            let observed = missed
                .map(|missed| (!missed.is_empty()).then(|| Look { missed: Some(missed.join(", ")), ..seen.clone() }));
            self.observed(report, observed, "whether AWS has set its capacity");
        }
    }

    /// Returns the targets with others than these bounds, in words.
    async fn missed(
        &self,
        set: &BTreeMap<Address, (String, Bounds)>,
        connected: &Connected,
    ) -> Result<Vec<String>, String> {
        let connection = self.connection(connected).await.map_err(|error| error.to_string())?;
        let Some(targets) = self.providers.get(ScalableTarget::KIND) else { return Ok(Vec::new()) };
        let ids: Vec<&str> = set.values().map(|(id, _)| id.as_str()).collect();
        let found = targets.provider.bounds(&connection.clients.aws, &ids).await;
        let found = found.map_err(|error| error.to_string())?;
        let differs = |(id, bounds): &(String, Bounds)| {
            found.get(id).is_some_and(|(min, max)| (*min, *max) != (bounds.min, bounds.max))
        };
        let missed = set.iter().filter(|(_, wanted)| differs(wanted));
        Ok(missed.map(|(address, (_, bounds))| format!("{} {bounds}", address.name())).collect())
    }
}
