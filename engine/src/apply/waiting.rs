//! Reading how far AWS is with resources that were not seen ready yet, beside a command that is at work.

use std::sync::Arc;

use serde::Serialize;
use tokio::task::JoinSet;

use super::Deployment;
use super::rate_limit::{CallKind, RateLimiter};
use super::retry::Retry;
use crate::sdk::Error;
use ebbtide::planner::PlanError;
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, LiveState, Readiness};

/// A resource that AWS accepted, and that was not seen ready yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// The resource.
    pub address: Address,
    /// Its status now, in AWS's words where AWS is at work on it (`InProgress: training`).
    pub status: String,
}

impl Deployment<'_> {
    /// Reads the recorded resources that were not seen ready yet, and changes nothing. Takes no lock, so it may run beside a command
    /// that is at work. Returns the addresses of those that cannot be read as well.
    ///
    /// # Errors
    /// A recorded resource is of an unknown kind.
    pub async fn waiting(&self, document: &StateDocument) -> Result<(Vec<Waiting>, Vec<Address>), PlanError> {
        let limiter: Arc<RateLimiter> = Arc::default();
        let mut reads = JoinSet::new();
        for (address, record) in document.resources.iter().filter(|(_, record)| record.pending) {
            let Some(id) = record.id.clone() else { continue };
            let kind = self.access.implementation(address)?;
            let context = self.access.context(document, address, record.generation);
            let (address, last, limiter) = (address.clone(), record.inputs.clone(), Arc::clone(&limiter));
            let mut retry = Retry::for_checks(self.access.propagation);
            reads.spawn(async move {
                let read = || kind.provider.read(&context, &id, &last);
                let found = retry.attempt(&limiter, (kind.name(), CallKind::Read), read).await;
                (address, found)
            });
        }
        let (mut waiting, mut unread) = (Vec::new(), Vec::new());
        for (address, found) in reads.join_all().await {
            match status(found) {
                Ok(status) => waiting.push(Waiting { address, status }),
                Err(error) => {
                    tracing::debug!(%address, %error, "could not be read");
                    unread.push(address);
                }
            }
        }
        waiting.sort_by(|one, other| one.address.cmp(&other.address));
        unread.sort();
        Ok((waiting, unread))
    }
}

fn status(found: Result<Option<LiveState>, Error>) -> Result<String, Error> {
    Ok(match found?.map(|live| live.readiness) {
        None => "not there yet".to_owned(),
        Some(Readiness::Ready) => "ready".to_owned(),
        Some(Readiness::Pending(status) | Readiness::Deleting(status)) => status,
        Some(Readiness::Failed(reason)) => format!("failed: {reason}"),
    })
}
