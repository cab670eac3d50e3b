//! One process acts on an environment; others stand by and take over.

use crate::environment::{Clients, Environment};
use crate::state::{LockOwner, StateError, WriteSession};

/// The part that this process has in an environment.
pub(super) enum Part {
    /// It acts.
    Leader(Box<dyn WriteSession>),
    /// Another process acts, or may act.
    StandingBy(String),
}

impl Part {
    /// Returns whether this process acts, and may go on to.
    pub(super) fn is_leader(&self) -> bool {
        matches!(self, Self::Leader(session) if session.lease().expired().is_none())
    }

    /// Returns the process that acts instead.
    pub(super) fn acting(&self) -> Option<&str> {
        match self {
            Self::Leader(_) => None,
            Self::StandingBy(other) => Some(other),
        }
    }

    /// Keeps the lease, or tries to get it. A process that lost its lease, such as one that was frozen, stands by: what it had
    /// in flight is fenced by the locks of the stacks.
    pub(super) async fn renewed(
        self,
        environment: &Environment,
        clients: Option<&Clients>,
        owner: LockOwner,
    ) -> Result<Self, StateError> {
        if self.is_leader() {
            return Ok(self);
        }
        let backend = environment.state_place_with(clients).leader(environment.name());
        match backend.acquire(owner).await {
            Ok(session) => Ok(Self::Leader(session)),
            Err(StateError::Locked { lock, .. }) => Ok(Self::StandingBy(lock.owner.to_string())),
            Err(error) => Err(error),
        }
    }

    /// Gives the lease back, so that another process takes over at once.
    pub(super) async fn release(self) {
        if let Self::Leader(session) = self {
            session.release().await;
        }
    }
}
