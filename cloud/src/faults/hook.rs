//! The hook that sees every call, and the actions it can choose.

use std::time::Duration;

use crate::documents::HandlerFault;
use crate::service::Fault;

/// One call, as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its number in this process, from 1, in the order of arrival.
    pub number: u64,
    /// The signing name of the service, e.g. `sagemaker`.
    pub service: String,
    /// The operation, e.g. `CreateEndpoint`.
    pub operation: String,
    /// The region, e.g. `us-east-1`.
    pub region: String,
}

/// The action that a hook chooses for a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FaultAction {
    /// It acts, and its response arrives.
    #[default]
    Act,
    /// It does not act, and the response is this fault (throttling, 500, 503).
    Refuse(Fault),
    /// The connection breaks before it acts.
    Drop,
    /// It acts, but the connection breaks before the response arrives.
    ActAndDrop,
    /// It acts, but the connection breaks in the middle of the response's body; a response without a body does not
    /// arrive.
    ActAndTruncate,
    /// It acts, and an endpoint that it creates or updates fails when its transition is over, because AWS lacks instances.
    ActWithoutCapacity,
    /// It acts, and the request of Cloud Control that it begins makes its resource and then fails.
    ActAndFailLater(HandlerFault),
    /// It arrives twice, as a proxy that tries again may send it: it acts two times, and the second response is given.
    ActTwice,
    /// It does not act, and no response ever arrives: the client waits until its own time-out.
    Hang,
}

/// Sees every call, and chooses its action. All methods have a default that changes nothing.
///
/// A test that wants to die at a point calls `std::process::abort` in the method of that point.
pub trait CallHook: Send + Sync + 'static {
    /// Returns how long the call waits before anything else happens, outside the cloud's lock: latency.
    fn delay(&self, _call: &Call) -> Duration {
        Duration::ZERO
    }

    /// Returns the longest [`lag`](Self::lag) there can be: the cloud remembers earlier versions of its documents for
    /// that long.
    fn longest_lag(&self) -> Duration {
        Duration::ZERO
    }

    /// How far behind the present the response to this call may be, if it is a read of something that AWS makes
    /// consistent only eventually: all but the objects of S3, KMS, STS and Cloud Control.
    fn lag(&self, _call: &Call) -> Duration {
        self.longest_lag()
    }

    /// Runs before the call acts, and returns its action.
    fn before(&self, _call: &Call) -> FaultAction {
        FaultAction::Act
    }

    /// Runs when the effect is durable and the response has not left.
    fn acted(&self, _call: &Call, _status: u16) {}

    /// Runs when the response is handed to the client; it leaves when this returns.
    fn answered(&self, _call: &Call, _status: u16) {}
}
