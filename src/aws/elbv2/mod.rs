//! Elastic Load Balancing: load balancers for HTTP and for connections, groups of targets, listeners.

mod action;
mod listener;
mod load_balancer;
mod names;
mod protocol;
mod settings;
mod target_group;
mod target_health;
mod types;

pub use action::{Action, ActionType, FixedResponse, Forward, Redirect, RedirectStatus, WeightedTargetGroup};
pub use listener::{Certificate, Listener, ListenerOutputs};
pub use load_balancer::{LoadBalancer, LoadBalancerAddresses, LoadBalancerOutputs, Scheme};
pub use protocol::{Protocol, ProtocolVersion};
pub use target_group::{Target, TargetAddresses, TargetGroup, TargetGroupOutputs};
pub use types::{LoadBalancerType, TargetType};
