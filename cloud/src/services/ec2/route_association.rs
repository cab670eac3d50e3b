//! Associations of route tables with subnets, and of the main table with its VPC.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::kind::{self, Kind};
use super::route_table::RouteTable;
use super::store::{self, Record};
use super::subnet::Subnet;
use crate::documents::{CallContext, Tables};
use crate::service::Fault;
use crate::wire::query::Parameters;

/// What is remembered of an association.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Association {
    /// Its id.
    pub id: String,
    /// The route table.
    pub table: String,
    /// The subnet; none for the main table's association with its VPC.
    subnet: Option<String>,
}

impl Record for Association {
    const KIND: Kind = kind::ASSOCIATION;

    fn id(&self) -> &str {
        &self.id
    }
}

impl Association {
    /// A new association of a table as the main one of its VPC.
    pub fn main(table: &str) -> Self {
        Self { id: kind::ASSOCIATION.fresh(), table: table.to_owned(), subnet: None }
    }

    /// Whether it makes its table the main one.
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

/// Forgets the association of a subnet that is being deleted.
pub fn remove_of_subnet(tables: &mut Tables, subnet: &str) -> Result<(), Fault> {
    for association in store::all::<Association>(tables)? {
        if association.subnet.as_deref() == Some(subnet) {
            store::remove::<Association>(tables, &association.id);
        }
    }
    Ok(())
}

fn check_same_vpc(table: &RouteTable, subnet: &Subnet) -> Result<(), Fault> {
    if table.vpc == subnet.vpc {
        return Ok(());
    }
    let message = format!("Route table {} and subnet {} belong to different networks", table.id, subnet.id);
    Err(Fault::new("InvalidParameterValue", message))
}

/// AssociateRouteTable: a subnet has at most one.
pub fn associate(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let table: RouteTable = store::find(context.own, parameters.need("RouteTableId")?)?;
    let subnet: Subnet = store::find(context.own, parameters.need("SubnetId")?)?;
    check_same_vpc(&table, &subnet)?;
    if store::all::<Association>(context.own)?.iter().any(|present| present.subnet.as_deref() == Some(&*subnet.id)) {
        let message =
            format!("the specified association for route table {} conflicts with an existing association", table.id);
        return Err(Fault::new("Resource.AlreadyAssociated", message));
    }
    let association = Association { id: kind::ASSOCIATION.fresh(), table: table.id, subnet: Some(subnet.id) };
    store::save(context.own, &association)?;
    Ok(json!({ "associationId": association.id, "associationState": { "state": "associated" } }))
}

/// DisassociateRouteTable: the subnet falls back to the main table. The main association stays.
pub fn disassociate(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let association: Association = store::find(context.own, parameters.need("AssociationId")?)?;
    if association.is_main() {
        let message = format!("cannot disassociate the main route table association {}", association.id);
        return Err(Fault::new("InvalidParameterValue", message));
    }
    store::remove::<Association>(context.own, &association.id);
    Ok(json!({ "return": true }))
}

/// ReplaceRouteTableAssociation: another table for the subnet, or another main table; the association gets a new id.
pub fn replace(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let old: Association = store::find(context.own, parameters.need("AssociationId")?)?;
    let table: RouteTable = store::find(context.own, parameters.need("RouteTableId")?)?;
    match &old.subnet {
        Some(subnet) => check_same_vpc(&table, &store::find(context.own, subnet)?)?,
        None => {
            let present: RouteTable = store::find(context.own, &old.table)?;
            if present.vpc != table.vpc {
                let message = format!("Route tables {} and {} belong to different networks", present.id, table.id);
                return Err(Fault::new("InvalidParameterValue", message));
            }
        }
    }
    store::remove::<Association>(context.own, &old.id);
    let association = Association { id: kind::ASSOCIATION.fresh(), table: table.id, subnet: old.subnet };
    store::save(context.own, &association)?;
    Ok(json!({ "newAssociationId": association.id, "associationState": { "state": "associated" } }))
}
