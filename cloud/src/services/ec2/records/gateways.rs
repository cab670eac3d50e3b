//! The ways out of a VPC: addresses, NAT gateways, endpoints.

use serde::{Deserialize, Serialize};

use crate::documents::CallContext;
use crate::durations::{Durations, milliseconds};
use crate::service::Fault;
use crate::services::ec2::kind::{self, Kind};
use crate::services::ec2::store::{self, Record};

/// The record of an allocated address. Its associations follow from the NAT gateways.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Address {
    /// The id of its allocation.
    pub id: String,
    /// The address.
    pub public_ip: String,
}

impl Record for Address {
    const KIND: Kind = kind::ADDRESS;

    fn id(&self) -> &str {
        &self.id
    }
}

/// The record of a NAT gateway.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NatGateway {
    /// Its id.
    pub id: String,
    /// Its subnet.
    pub subnet: String,
    /// The VPC of that subnet.
    pub vpc: String,
    /// The allocation of its public address; a private gateway has none.
    pub allocation: Option<String>,
    /// That address itself.
    pub public_ip: Option<String>,
    /// The id under which that address is associated.
    pub address_association: Option<String>,
    /// Its network interface.
    pub interface: String,
    /// Its address in the subnet.
    pub private_ip: String,
    /// When it was created, in milliseconds since the Unix epoch.
    pub created_ms: i64,
    /// When its deletion was asked for, in milliseconds since the Unix epoch.
    pub deleted_ms: Option<i64>,
    /// Why it cannot come up: AWS accepts the call and the gateway ends as `failed`.
    pub failure: Option<(String, String)>,
}

impl Record for NatGateway {
    const KIND: Kind = kind::NAT_GATEWAY;

    fn id(&self) -> &str {
        &self.id
    }
}

impl NatGateway {
    /// Returns its state now: `pending`, `available`, `failed`, `deleting` or `deleted`.
    pub fn state(&self, context: &CallContext<'_>) -> &'static str {
        match self.deleted_ms {
            Some(_) if context.now_ms >= self.ends_ms(&context.durations).unwrap_or(i64::MAX) => "deleted",
            Some(_) => "deleting",
            None if context.now_ms < self.available_ms(&context.durations) => "pending",
            None if self.failure.is_some() => "failed",
            None => "available",
        }
    }

    /// Returns when it is available (or failed), in milliseconds since the Unix epoch.
    pub fn available_ms(&self, durations: &Durations) -> i64 {
        self.created_ms.saturating_add(milliseconds(durations.nat_gateway_create))
    }

    /// Returns when it is deleted, in milliseconds since the Unix epoch, if that was asked for.
    pub fn ends_ms(&self, durations: &Durations) -> Option<i64> {
        Some(self.deleted_ms?.saturating_add(milliseconds(durations.nat_gateway_delete)))
    }

    /// Returns whether it holds its public address and its network interface.
    pub fn holds(&self, context: &CallContext<'_>) -> bool {
        self.failure.is_none() && self.state(context) != "deleted"
    }
}

/// Returns the gateways that hold an address and an interface.
pub fn holding(context: &CallContext<'_>) -> Result<Vec<NatGateway>, Fault> {
    Ok(store::all::<NatGateway>(context.own)?.into_iter().filter(|nat| nat.holds(context)).collect())
}

/// The record of an endpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Endpoint {
    /// Its id.
    pub id: String,
    /// Its VPC.
    pub vpc: String,
    /// The full name of the service that it reaches.
    pub service: String,
    /// `Gateway` or `Interface`.
    pub endpoint_type: String,
    /// The policy document, JSON.
    pub policy: String,
    /// The route tables of a gateway endpoint.
    pub route_tables: Vec<String>,
    /// The network interfaces of an interface endpoint, one in each of its subnets.
    pub interfaces: Vec<Interface>,
    /// The security groups of those interfaces.
    pub security_groups: Vec<String>,
    /// Whether the service's ordinary name leads to the endpoint.
    pub private_dns: bool,
    /// When it was created, in milliseconds since the Unix epoch.
    pub created_ms: i64,
    /// When its deletion was asked for, in milliseconds since the Unix epoch.
    pub deleted_ms: Option<i64>,
}

/// The network interface of an endpoint in one subnet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Interface {
    /// Its id.
    pub id: String,
    /// Its subnet.
    pub subnet: String,
    /// Its address in the subnet.
    pub private_ip: String,
}

impl Record for Endpoint {
    const KIND: Kind = kind::ENDPOINT;

    fn id(&self) -> &str {
        &self.id
    }
}

impl Endpoint {
    /// Returns whether it is a gateway endpoint.
    pub fn is_gateway(&self) -> bool {
        self.endpoint_type == "Gateway"
    }

    // A gateway endpoint is a route, and there at once; an interface takes its time.
    pub fn state(&self, context: &CallContext<'_>) -> &'static str {
        if self.deleted_ms.is_some() {
            "deleting"
        } else if self.is_gateway()
            || context.now_ms >= self.created_ms.saturating_add(milliseconds(context.durations.vpc_endpoint_create))
        {
            "available"
        } else {
            "pending"
        }
    }
}
