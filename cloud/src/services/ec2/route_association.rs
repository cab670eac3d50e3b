//! Associations of route tables with subnets, and of the main table with its VPC.

use serde_json::{Value, json};

use super::records::network::Subnet;
use super::records::routing::{Association, RouteTable};
use super::{kind, store};
use crate::documents::{CallContext, Tables};
use crate::service::Fault;
use crate::wire::query::Parameters;

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
