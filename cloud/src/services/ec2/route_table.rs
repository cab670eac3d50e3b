//! Route tables.

use serde_json::{Value, json};

use super::listing::Listing;
use super::records::gateways::Endpoint;
use super::records::network::Vpc;
use super::records::routing::{Association, RouteTable};
use super::{client_token, endpoint, kind, route, store, tags};
use crate::documents::{CallContext, Tables};
use crate::service::Fault;
use crate::wire::query::Parameters;

fn shown(table: &RouteTable, associations: &[Association], context: &CallContext<'_>) -> Result<Value, Fault> {
    let vpc: Vpc = store::find(context.own, &table.vpc)?;
    let mut routes = vec![json!({
        "destinationCidrBlock": vpc.cidr, "gatewayId": "local", "origin": "CreateRouteTable", "state": "active",
    })];
    for route in &table.routes {
        routes.push(route::shown(route, table, context)?);
    }
    for (endpoint, prefix_list) in endpoint::prefix_lists_in(context, &table.id)? {
        routes.push(json!({
            "destinationPrefixListId": prefix_list, "gatewayId": endpoint, "origin": "CreateRoute", "state": "active",
        }));
    }
    let associations = associations.iter().filter(|association| association.table == table.id);
    let associations: Vec<Value> = associations.map(Association::shown).collect();
    Ok(json!({
        "routeTableId": table.id, "vpcId": table.vpc, "ownerId": context.account, "routeSet": routes,
        "associationSet": associations, "propagatingVgwSet": [], "tagSet": tags::set(context.own, &table.id),
    }))
}

/// Makes the main route table of a new VPC.
pub fn create_main(tables: &mut Tables, vpc: &Vpc) -> Result<(), Fault> {
    let table = RouteTable { id: kind::ROUTE_TABLE.fresh(), vpc: vpc.id.clone(), routes: Vec::new() };
    store::save(tables, &table)?;
    store::save(tables, &Association::main(&table.id))
}

/// Forgets the main route table of a VPC that is being deleted.
pub fn remove_of_vpc(tables: &mut Tables, vpc: &str) -> Result<(), Fault> {
    for table in store::all::<RouteTable>(tables)?.iter().filter(|table| table.vpc == vpc) {
        for association in table.associations(tables)? {
            store::remove::<Association>(tables, &association.id);
        }
        store::remove::<RouteTable>(tables, &table.id);
    }
    Ok(())
}

/// CreateRouteTable, idempotent by its client token.
pub fn create(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let token = parameters.get("ClientToken");
    if let Some(id) = client_token::recall(parameters, context.own)? {
        let table: RouteTable = store::find(context.own, &id)?;
        return Ok(
            json!({ "routeTable": shown(&table, &table.associations(context.own)?, context)?, "clientToken": token }),
        );
    }
    let vpc: Vpc = store::find(context.own, parameters.need("VpcId")?)?;
    let tags = tags::specified(parameters, kind::ROUTE_TABLE)?;
    let table = RouteTable { id: kind::ROUTE_TABLE.fresh(), vpc: vpc.id, routes: Vec::new() };
    store::save(context.own, &table)?;
    tags::add(context.own, &table.id, tags)?;
    client_token::remember(parameters, context.own, &table.id);
    Ok(json!({ "routeTable": shown(&table, &table.associations(context.own)?, context)?, "clientToken": token }))
}

/// DescribeRouteTables.
pub fn describe(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let (tables, associations) = (store::all::<RouteTable>(context.own)?, store::all::<Association>(context.own)?);
    let items = tables.iter().map(|table| shown(table, &associations, context)).collect::<Result<_, _>>()?;
    let listing = Listing {
        ids: "RouteTableId",
        kind: kind::ROUTE_TABLE,
        id_field: "routeTableId",
        set: "routeTableSet",
        filters: &[
            ("route-table-id", "routeTableId"),
            ("vpc-id", "vpcId"),
            ("owner-id", "ownerId"),
            ("association.gateway-id", "associationSet/gatewayId"),
            ("association.main", "associationSet/main"),
            ("association.route-table-association-id", "associationSet/routeTableAssociationId"),
            ("association.route-table-id", "associationSet/routeTableId"),
            ("association.subnet-id", "associationSet/subnetId"),
            ("route.destination-cidr-block", "routeSet/destinationCidrBlock"),
            ("route.destination-ipv6-cidr-block", "routeSet/destinationIpv6CidrBlock"),
            ("route.destination-prefix-list-id", "routeSet/destinationPrefixListId"),
            ("route.gateway-id", "routeSet/gatewayId"),
            ("route.nat-gateway-id", "routeSet/natGatewayId"),
            ("route.network-interface-id", "routeSet/networkInterfaceId"),
            ("route.origin", "routeSet/origin"),
            ("route.state", "routeSet/state"),
        ],
    };
    listing.respond(parameters, items)
}

/// DeleteRouteTable: refused while it is associated with a subnet or the main table.
pub fn delete(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let table: RouteTable = store::find(context.own, parameters.need("RouteTableId")?)?;
    if !table.associations(context.own)?.is_empty() {
        let message = format!("The routeTable '{}' has dependencies and cannot be deleted.", table.id);
        return Err(Fault::new("DependencyViolation", message));
    }
    for mut endpoint in store::all::<Endpoint>(context.own)? {
        if endpoint.route_tables.contains(&table.id) {
            endpoint.route_tables.retain(|id| *id != table.id);
            store::save(context.own, &endpoint)?;
        }
    }
    store::remove::<RouteTable>(context.own, &table.id);
    client_token::forget(context.own, &table.id);
    Ok(json!({ "return": true }))
}
