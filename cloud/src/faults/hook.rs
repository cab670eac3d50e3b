//! The hook that sees every call, and what it can do to one.

use std::time::Duration;

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

/// What becomes of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FaultAction {
    /// It acts and is answered.
    #[default]
    Act,
    /// It is answered with this fault (throttling, 500, 503) and does not act.
    Refuse(Fault),
    /// The connection breaks before it acts.
    Drop,
    /// It acts, but the connection breaks before the answer arrives.
    ActAndDrop,
    /// It acts, but the connection breaks in the middle of the answer's body; an answer without a body does not arrive.
    ActAndTruncate,
    /// It arrives twice, as a proxy that tries again may send it: it acts two times, and the second answer is given.
    ActTwice,
    /// It does not act and is never answered: the client waits until its own time-out.
    Hang,
}

/// Sees every call, and decides what becomes of it. All methods have a default that changes nothing.
///
/// A test that wants to die at a point calls `std::process::abort` in the method of that point.
pub trait CallHook: Send + Sync + 'static {
    /// How long the call waits before anything else happens, outside the cloud's lock: latency.
    fn delay(&self, _call: &Call) -> Duration {
        Duration::ZERO
    }

    /// The longest [`lag`](Self::lag) there can be: so long the cloud remembers what its documents were.
    fn longest_lag(&self) -> Duration {
        Duration::ZERO
    }

    /// How far behind the present the answer to this call may be, if it is a read of something that AWS makes
    /// consistent only eventually: all but the objects of S3, KMS and STS.
    fn lag(&self, _call: &Call) -> Duration {
        self.longest_lag()
    }

    /// Before the call acts.
    fn before(&self, _call: &Call) -> FaultAction {
        FaultAction::Act
    }

    /// The effect is durable, nobody has seen the answer yet.
    fn acted(&self, _call: &Call, _status: u16) {}

    /// The answer is handed to the client (it is on its way when this returns).
    fn answered(&self, _call: &Call, _status: u16) {}
}
