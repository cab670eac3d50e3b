//! Ownership tags of resources that exist already: after a resource was renamed, or was recorded by an earlier version.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::task::JoinSet;
use tracing::{Instrument as _, debug_span};

use super::rate_limit::{CallKind, RateLimiter};
use super::retry::Retry;
use super::{Event, Failure, LockedDeployment};
use crate::providers::Implementation;
use crate::sdk::{Context, Error, PropagationDelay};
use ebbtide::plan::{Effect, Operation};
use ebbtide::record::StateDocument;
use ebbtide::resource::Address;

/// The number of resources at once.
const AT_ONCE: usize = 64;

/// One generation of a resource whose tags are written.
struct Tagging {
    kind: Implementation,
    context: Context,
    id: String,
    version: u32,
    inputs: serde_json::Value,
}

impl LockedDeployment<'_> {
    /// Writes the ownership tags of every recorded resource that may have others. Returns how many resources failed; these are
    /// reported, and the next run tries again. Those that these operations create or delete are left out. The document is
    /// changed in memory only.
    pub(super) async fn write_tags(&mut self, operations: &[Operation]) -> Result<usize, Failure> {
        let (mut written, mut failed) = (0, 0);
        let updates = |operation: &&Operation| matches!(operation.effect, Effect::Update(_));
        let others = operations.iter().filter(|operation| !updates(operation));
        let left_out: BTreeSet<&Address> = others.map(|operation| &operation.address).collect();
        let mut waiting = self.taggings(&left_out)?.into_iter();
        let mut tasks = JoinSet::new();
        loop {
            while tasks.len() < AT_ONCE
                && let Some(tagging) = waiting.next()
            {
                let (limiter, propagation) = (Arc::clone(&self.limiter), self.deployment.access.propagation);
                let span = debug_span!("retag", address = %tagging.context.identity.address);
                tasks.spawn(async move { tagging.write(&limiter, propagation).await }.instrument(span));
            }
            let Some(ended) = tasks.join_next().await else { break };
            let (context, result) = ended.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            let address = context.identity.address;
            match result {
                Ok(()) => {
                    written += 1;
                    tagged(&mut self.document, &address, context.identity.generation);
                }
                Err(error) => {
                    failed += 1;
                    self.emit(Event::TagsFailed { address, error: error.to_string() });
                }
            }
        }
        if written > 0 {
            self.emit(Event::TagsWritten { resources: written });
        }
        Ok(failed)
    }

    /// Returns the generations that exist and may have other tags.
    fn taggings(&self, left_out: &BTreeSet<&Address>) -> Result<Vec<Tagging>, Failure> {
        let (document, access) = (&self.document, &self.deployment.access);
        let mut taggings = Vec::new();
        for (address, record) in document.resources.iter().filter(|(address, _)| !left_out.contains(address)) {
            let current =
                record.id.iter().map(|id| (record.retag, record.generation, id, record.version, &record.inputs));
            let deposed =
                record.deposed.iter().map(|old| (old.retag, old.generation, &old.id, old.version, &old.inputs));
            for (_, generation, id, version, inputs) in current.chain(deposed).filter(|(retag, ..)| *retag) {
                let kind = access.implementation(address)?;
                let context = access.context(document, address, generation);
                taggings.push(Tagging { kind, context, id: id.clone(), version, inputs: inputs.clone() });
            }
        }
        Ok(taggings)
    }
}

impl Tagging {
    async fn write(self, limiter: &RateLimiter, propagation: PropagationDelay) -> (Context, Result<(), Error>) {
        if self.version != self.kind.kind.info().version {
            return (self.context, Err(Error::invalid("its inputs are recorded in another version of its kind")));
        }
        let retag = || self.kind.provider.retag(&self.context, &self.id, &self.inputs);
        let mut retry = Retry::for_reads(propagation);
        let written = retry.attempt(limiter, (self.kind.name(), CallKind::Write), retag).await;
        (self.context, written)
    }
}

/// Records that a generation has the tags of its identity.
fn tagged(document: &mut StateDocument, address: &Address, generation: u32) {
    let Some(record) = document.resources.get_mut(address) else { return };
    if record.generation == generation {
        record.retag = false;
    }
    for deposed in record.deposed.iter_mut().filter(|deposed| deposed.generation == generation) {
        deposed.retag = false;
    }
}
