//! The AWS side of `ec2_route_table`.

use aws_sdk_ec2::types as sdk;

use super::gone;
use super::ownership::{find_owned, ownership_filters};
use super::route::{read_route, remove_route, set_route};
use super::tagging::{read_tags, tag_specification, update_tags};
use super::visibility::once_visible;
use crate::providers::lists::{difference, ordered_like};
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall, required};
use ebbtide::aws::ec2::{RouteTable, RouteTableOutputs};
use ebbtide::aws::{RouteTableId, SubnetId, VpcId};
use ebbtide::resource::Resolved;

impl Provider for RouteTable {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:ec2:{region}:{account}:route-table/*",
        reads: "ec2:DescribeRouteTables",
        creates: "ec2:CreateRouteTable ec2:CreateRoute ec2:ReplaceRoute ec2:AssociateRouteTable \
            ec2:ReplaceRouteTableAssociation",
        updates: "ec2:CreateTags ec2:DeleteTags ec2:CreateRoute ec2:ReplaceRoute ec2:DeleteRoute \
            ec2:AssociateRouteTable ec2:ReplaceRouteTableAssociation ec2:DisassociateRouteTable",
        deletes: "ec2:DisassociateRouteTable ec2:DeleteRouteTable",
    });

    async fn find(context: &Context, _inputs: &RouteTable<Resolved>) -> Result<Option<String>, Error> {
        let request = context.aws.ec2().describe_route_tables().set_filters(Some(ownership_filters(context)));
        let pages = request.into_paginator().items().send().collect();
        let id = sdk::RouteTable::route_table_id;
        find_owned(context, "ec2:DescribeRouteTables", pages, id, sdk::RouteTable::tags).await
    }

    async fn create(context: &Context, inputs: &RouteTable<Resolved>) -> Result<String, Error> {
        let request = context
            .aws
            .ec2()
            .create_route_table()
            .client_token(context.identity.token())
            .vpc_id(inputs.vpc.as_str())
            .tag_specifications(tag_specification(context, sdk::ResourceType::RouteTable, &inputs.tags));
        let created = request.send().await.named("ec2:CreateRouteTable")?;
        let id = required(created.route_table().and_then(|table| table.route_table_id()), "RouteTableId")?;
        for route in &inputs.routes {
            once_visible(|| set_route(context, id, route, false)).await?;
        }
        for subnet in &inputs.subnets {
            once_visible(|| associate(context, id, subnet)).await?;
        }
        Ok(id.to_owned())
    }

    async fn read(context: &Context, id: &str, last: &RouteTable<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some(table) = describe(context, id).await? else { return Ok(None) };
        let routes = table.routes().iter().filter_map(read_route).collect();
        let subnets = associations(&table).map(|(_, subnet)| SubnetId::from(subnet)).collect();
        let inputs = RouteTable::<Resolved> {
            vpc: table.vpc_id().map_or_else(|| last.vpc.clone(), VpcId::from),
            routes: ordered_like(&last.routes, routes),
            subnets: ordered_like(&last.subnets, subnets),
            tags: read_tags(table.tags()),
        };
        let outputs = RouteTableOutputs::<Resolved> { route_table_id: RouteTableId::from(id) };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &RouteTable<Resolved>,
        to: &RouteTable<Resolved>,
    ) -> Result<(), Error> {
        for route in difference(&from.routes, &to.routes) {
            if !to.routes.iter().any(|other| other.destination == route.destination) {
                remove_route(context, id, route).await?;
            }
        }
        for route in difference(&to.routes, &from.routes) {
            let exists = from.routes.iter().any(|other| other.destination == route.destination);
            set_route(context, id, route, exists).await?;
        }
        for subnet in difference(&to.subnets, &from.subnets) {
            associate(context, id, subnet).await?;
        }
        let removed = difference(&from.subnets, &to.subnets);
        if !removed.is_empty() {
            disassociate(context, id, |subnet| removed.iter().any(|other| other.as_str() == subnet)).await?;
        }
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &RouteTable<Resolved>) -> Result<(), Error> {
        disassociate(context, id, |_| true).await?;
        let request = context.aws.ec2().delete_route_table().route_table_id(id);
        request.send().await.named("ec2:DeleteRouteTable").unless_missing(gone::ROUTE_TABLE).map(drop)
    }
}

async fn describe(context: &Context, id: &str) -> Result<Option<sdk::RouteTable>, Error> {
    let request = context.aws.ec2().describe_route_tables().route_table_ids(id);
    let described = request.send().await.named("ec2:DescribeRouteTables").unless_missing(gone::ROUTE_TABLE)?;
    Ok(described.and_then(|described| described.route_tables.unwrap_or_default().into_iter().next()))
}

/// Returns the associations with subnets that are in effect, each as its id and the id of the subnet.
fn associations(table: &sdk::RouteTable) -> impl Iterator<Item = (&str, &str)> {
    table.associations().iter().filter_map(|association| {
        let state = association.association_state().and_then(|state| state.state()).map_or("", |state| state.as_str());
        if matches!(state, "disassociating" | "disassociated" | "failed") {
            return None;
        }
        Some((association.route_table_association_id()?, association.subnet_id()?))
    })
}

/// Makes a subnet follow a table, and no longer the table that it followed before.
async fn associate(context: &Context, id: &str, subnet: &SubnetId) -> Result<(), Error> {
    let ec2 = context.aws.ec2();
    let request = ec2.associate_route_table().route_table_id(id).subnet_id(subnet.as_str());
    let refused = match request.send().await.named("ec2:AssociateRouteTable") {
        Err(error) if error.is_code("Resource.AlreadyAssociated") => error,
        result => return result.map(drop),
    };
    for table in tables_of(context, subnet).await? {
        let Some((association, _)) = associations(&table).find(|(_, other)| *other == subnet.as_str()) else {
            continue;
        };
        if table.route_table_id() == Some(id) {
            return Ok(());
        }
        let request = ec2.replace_route_table_association().association_id(association).route_table_id(id);
        return match request.send().await.named("ec2:ReplaceRouteTableAssociation") {
            // The association was removed in the meantime, so that the next attempt will not be refused.
            Err(error) if error.kind == ErrorKind::NotFound => Err(refused),
            result => result.map(drop),
        };
    }
    Err(refused)
}

async fn tables_of(context: &Context, subnet: &SubnetId) -> Result<Vec<sdk::RouteTable>, Error> {
    let filter = sdk::Filter::builder().name("association.subnet-id").values(subnet.as_str()).build();
    let request = context.aws.ec2().describe_route_tables().filters(filter);
    let tables: Result<Vec<_>, _> = request.into_paginator().items().send().collect().await;
    tables.named("ec2:DescribeRouteTables")
}

/// Removes the associations of a table with the subnets that `is_removed` selects by id.
async fn disassociate(context: &Context, id: &str, is_removed: impl Fn(&str) -> bool) -> Result<(), Error> {
    let Some(table) = describe(context, id).await? else { return Ok(()) };
    for (association, _) in associations(&table).filter(|(_, subnet)| is_removed(subnet)) {
        let request = context.aws.ec2().disassociate_route_table().association_id(association);
        request.send().await.named("ec2:DisassociateRouteTable").unless_missing(gone::ASSOCIATION)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn associations_that_are_being_removed_are_skipped() {
        let association = |id: &str, state: sdk::RouteTableAssociationStateCode| {
            sdk::RouteTableAssociation::builder()
                .route_table_association_id(id)
                .subnet_id("subnet-1")
                .association_state(sdk::RouteTableAssociationState::builder().state(state).build())
                .build()
        };
        let table = sdk::RouteTable::builder()
            .associations(association("rtbassoc-1", sdk::RouteTableAssociationStateCode::Disassociating))
            .associations(association("rtbassoc-2", sdk::RouteTableAssociationStateCode::Associated))
            .build();
        assert_eq!(associations(&table).collect::<Vec<_>>(), [("rtbassoc-2", "subnet-1")]);
    }
}
