//! Route tables, their routes and their associations.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::documents::Tables;
use crate::service::Fault;
use crate::services::ec2::kind::{self, Kind};
use crate::services::ec2::store::{self, Record};

/// The destination of a route, by its field in responses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// An IPv4 range, canonical.
    Ipv4(String),
    /// An IPv6 range.
    Ipv6(String),
    /// A prefix list.
    PrefixList(String),
}

/// The target of a route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// An internet gateway.
    InternetGateway(String),
    /// A NAT gateway.
    NatGateway(String),
    /// A network interface.
    NetworkInterface(String),
}

/// One route.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Route {
    /// Its destination.
    pub destination: Destination,
    /// Its target.
    pub target: Target,
}

impl Route {
    /// Returns whether it is the route for a destination.
    pub fn goes_to(&self, destination: &Destination) -> bool {
        self.destination == *destination
    }
}

/// The record of an association of a route table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Association {
    /// Its id.
    pub id: String,
    /// The route table.
    pub table: String,
    /// The subnet; none for the main table's association with its VPC.
    pub subnet: Option<String>,
}

impl Record for Association {
    const KIND: Kind = kind::ASSOCIATION;

    fn id(&self) -> &str {
        &self.id
    }
}

impl Association {
    /// Returns a new association of a table as the main one of its VPC.
    pub fn main(table: &str) -> Self {
        Self { id: kind::ASSOCIATION.fresh(), table: table.to_owned(), subnet: None }
    }

    /// Returns whether it makes its table the main one.
    pub fn is_main(&self) -> bool {
        self.subnet.is_none()
    }

    /// As DescribeRouteTables shows it.
    pub fn shown(&self) -> Value {
        json!({
            "routeTableAssociationId": self.id, "routeTableId": self.table, "subnetId": self.subnet,
            "main": self.is_main(), "associationState": { "state": "associated" },
        })
    }
}

/// The record of a route table. Its local route follows from its VPC, the routes of gateway endpoints from
/// those; its associations are records of their own.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RouteTable {
    /// Its id.
    pub id: String,
    /// Its VPC.
    pub vpc: String,
    /// The routes that calls made.
    pub routes: Vec<Route>,
}

impl Record for RouteTable {
    const KIND: Kind = kind::ROUTE_TABLE;

    fn id(&self) -> &str {
        &self.id
    }
}

impl RouteTable {
    /// Returns whether it is the main table of its VPC.
    pub fn is_main(&self, tables: &Tables) -> bool {
        self.associations(tables).is_ok_and(|all| all.iter().any(Association::is_main))
    }

    pub fn associations(&self, tables: &Tables) -> Result<Vec<Association>, Fault> {
        let all = store::all::<Association>(tables)?;
        Ok(all.into_iter().filter(|association| association.table == self.id).collect())
    }
}
