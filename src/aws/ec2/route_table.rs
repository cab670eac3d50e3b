//! `ec2_route_table`: where traffic goes, and for which subnets.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{Filter, ResourceType, RouteTable as Found};
use serde::{Deserialize, Serialize};

use super::order::{as_last, missing, repeated};
use super::route::{Route, RouteTarget, read_route};
use super::tagging::{owned, ownership_filters, read_tags, specification, update_tags};
use super::visibility::once_visible;
use crate::aws::lists::repeats;
use crate::aws::{RouteTableId, SubnetId, VpcId};
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};
use crate::resource::{
    Declared, OnPause, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, validate_tags,
};

/// A route table with all its routes and the subnets that follow it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct RouteTable<P: Phase = Declared> {
    /// The VPC.
    pub vpc: P::Of<VpcId>,
    /// All routes but the VPC's own. Routes of gateway endpoints belong to the endpoints.
    #[serde(default = "Vec::new")]
    pub routes: Vec<Route<P>>,
    /// The subnets that follow it; a subnet follows one table.
    #[serde(default = "Vec::new")]
    pub subnets: Vec<P::Of<SubnetId>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

/// The outputs of a route table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct RouteTableOutputs<P: Phase> {
    /// The id, `rtb-…`.
    pub route_table_id: P::Of<RouteTableId>,
}

impl Resource for RouteTable {
    const KIND: &'static str = "ec2_route_table";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(RouteTable: vpc);
    type Resolved = RouteTable<Resolved>;
    type Outputs<P: Phase> = RouteTableOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        for (index, route) in self.routes.iter().enumerate() {
            let destination = route.destination;
            if self.routes[..index].iter().any(|other| other.destination == destination) {
                problems.refuse("routes", format!("there are two routes to {destination}"));
            }
            if matches!(route.target, RouteTarget::Blackhole(_)) {
                problems.refuse("routes", format!("the route to {destination} leads nowhere"));
            }
        }
        if repeated(&self.subnets).is_some() {
            problems.refuse("subnets", "a subnet is listed twice");
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<(usize, String)> {
        let own = |(index, table): (usize, &Self)| {
            let mut subnets: Vec<_> = table.subnets.iter().map(|subnet| (index, subnet.clone())).collect();
            // What a table names twice is none of the others' business.
            let again: BTreeSet<_> =
                repeats(&subnets, |(_, subnet)| Some(subnet.clone())).into_iter().map(|(at, _)| at).collect();
            let mut at = 0..;
            subnets.retain(|_| at.next().is_none_or(|at| !again.contains(&at)));
            subnets
        };
        let each: Vec<_> = all.iter().enumerate().flat_map(own).collect();
        let shared = repeats(&each, |(_, subnet)| Some(subnet.clone()));
        let shares: BTreeSet<usize> = shared.into_iter().map(|(at, _)| each[at].0).collect();
        let message = "one of its subnets follows another route table already";
        shares.into_iter().map(|index| (index, message.to_owned())).collect()
    }

    /// While paused there is no NAT gateway that a route could lead to.
    fn paused(&self) -> OnPause<Self> {
        let mut reduced = self.clone();
        reduced.routes.retain(|route| !matches!(route.target, RouteTarget::NatGateway(_)));
        if reduced.routes.len() == self.routes.len() { OnPause::Keep } else { OnPause::Reduce(reduced) }
    }
}

impl Provider for RouteTable {
    async fn find(context: &Context, _inputs: &RouteTable<Resolved>) -> Result<Option<String>, Error> {
        let found = list(context, ownership_filters(context)).await?;
        let own = found.iter().find(|table| owned(context, table.tags()));
        Ok(own.and_then(|table| table.route_table_id()).map(str::to_owned))
    }

    async fn create(context: &Context, inputs: &RouteTable<Resolved>) -> Result<String, Error> {
        let created = context
            .aws
            .ec2()
            .create_route_table()
            .client_token(context.identity.token())
            .vpc_id(inputs.vpc.as_str())
            .tag_specifications(specification(context, ResourceType::RouteTable, &inputs.tags))
            .send()
            .await
            .named("ec2:CreateRouteTable")?;
        let id = created.route_table().and_then(|table| table.route_table_id()).unwrap_or_default().to_owned();
        for route in &inputs.routes {
            once_visible(|| set_route(context, &id, route)).await?;
        }
        for subnet in &inputs.subnets {
            once_visible(|| associate(context, &id, subnet)).await?;
        }
        Ok(id)
    }

    async fn read(context: &Context, id: &str, last: &RouteTable<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some(table) = describe(context, id).await? else { return Ok(None) };
        let routes = table.routes().iter().filter_map(read_route).collect();
        let subnets = associations(&table).map(|(_, subnet)| SubnetId::from(subnet)).collect();
        let inputs = RouteTable::<Resolved> {
            vpc: table.vpc_id().map_or_else(|| last.vpc.clone(), VpcId::from),
            routes: as_last(&last.routes, routes),
            subnets: as_last(&last.subnets, subnets),
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
        for route in missing(&from.routes, &to.routes) {
            if !to.routes.iter().any(|other| other.destination == route.destination) {
                remove_route(context, id, route).await?;
            }
        }
        for route in missing(&to.routes, &from.routes) {
            set_route(context, id, route).await?;
        }
        for subnet in missing(&to.subnets, &from.subnets) {
            associate(context, id, subnet).await?;
        }
        let gone = missing(&from.subnets, &to.subnets);
        if !gone.is_empty() {
            disassociate(context, id, |subnet| gone.iter().any(|gone| gone.as_str() == subnet)).await?;
        }
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &RouteTable<Resolved>) -> Result<(), Error> {
        disassociate(context, id, |_| true).await?;
        let request = context.aws.ec2().delete_route_table().route_table_id(id);
        request.send().await.named("ec2:DeleteRouteTable").optional().map(drop)
    }
}

async fn list(context: &Context, filters: Vec<Filter>) -> Result<Vec<Found>, Error> {
    let request = context.aws.ec2().describe_route_tables().set_filters(Some(filters));
    let found: Result<Vec<_>, _> = request.into_paginator().items().send().collect().await;
    found.named("ec2:DescribeRouteTables")
}

async fn describe(context: &Context, id: &str) -> Result<Option<Found>, Error> {
    let request = context.aws.ec2().describe_route_tables().route_table_ids(id);
    let found = request.send().await.named("ec2:DescribeRouteTables").optional()?;
    Ok(found.and_then(|found| found.route_tables().first().cloned()))
}

/// The associations with subnets that stand: the id of each, and its subnet.
fn associations(table: &Found) -> impl Iterator<Item = (&str, &str)> {
    table.associations().iter().filter_map(|association| {
        let state = association.association_state().and_then(|state| state.state()).map_or("", |state| state.as_str());
        if matches!(state, "disassociating" | "disassociated" | "failed") {
            return None;
        }
        Some((association.route_table_association_id()?, association.subnet_id()?))
    })
}

/// Creates a route, or turns the one that leads to the same addresses.
async fn set_route(context: &Context, id: &str, route: &Route<Resolved>) -> Result<(), Error> {
    let ec2 = context.aws.ec2();
    let destination = route.destination.to_string();
    // Both requests have the same fields, but no type in common.
    macro_rules! to_target {
        ($request:expr) => {{
            let request = $request.route_table_id(id).destination_cidr_block(&destination);
            match &route.target {
                RouteTarget::InternetGateway(target) => request.gateway_id(target.as_str()),
                RouteTarget::NatGateway(target) => request.nat_gateway_id(target.as_str()),
                RouteTarget::VpcPeering(target) => request.vpc_peering_connection_id(target),
                RouteTarget::TransitGateway(target) => request.transit_gateway_id(target),
                RouteTarget::NetworkInterface(target) => request.network_interface_id(target),
                RouteTarget::Gateway(target) => request.gateway_id(target),
                RouteTarget::Blackhole(_) => {
                    return Err(Error::invalid(format!("the route to {destination} leads nowhere")));
                }
            }
        }};
    }
    match to_target!(ec2.create_route()).send().await.named("ec2:CreateRoute") {
        Err(error) if error.kind == ErrorKind::AlreadyExists => {
            to_target!(ec2.replace_route()).send().await.named("ec2:ReplaceRoute").map(drop)
        }
        created => created.map(drop),
    }
}

async fn remove_route(context: &Context, id: &str, route: &Route<Resolved>) -> Result<(), Error> {
    let request = context.aws.ec2().delete_route().route_table_id(id);
    let request = request.destination_cidr_block(route.destination.to_string());
    request.send().await.named("ec2:DeleteRoute").optional().map(drop)
}

/// Makes a subnet follow a table, and no other one that it followed so far.
async fn associate(context: &Context, id: &str, subnet: &SubnetId) -> Result<(), Error> {
    let ec2 = context.aws.ec2();
    let request = ec2.associate_route_table().route_table_id(id).subnet_id(subnet.as_str());
    let refused = match request.send().await.named("ec2:AssociateRouteTable") {
        Err(error) if error.is_code("Resource.AlreadyAssociated") => error,
        answer => return answer.map(drop),
    };
    let filter = Filter::builder().name("association.subnet-id").values(subnet.as_str()).build();
    for table in list(context, vec![filter]).await? {
        let Some((association, _)) = associations(&table).find(|(_, other)| *other == subnet.as_str()) else {
            continue;
        };
        if table.route_table_id() == Some(id) {
            return Ok(());
        }
        let request = ec2.replace_route_table_association().association_id(association).route_table_id(id);
        return match request.send().await.named("ec2:ReplaceRouteTableAssociation") {
            // It went meanwhile, with the table that had it: the next attempt meets nothing.
            Err(error) if error.kind == ErrorKind::NotFound => Err(refused),
            answer => answer.map(drop),
        };
    }
    Err(refused)
}

async fn disassociate(context: &Context, id: &str, which: impl Fn(&str) -> bool) -> Result<(), Error> {
    let Some(table) = describe(context, id).await? else { return Ok(()) };
    for (association, _) in associations(&table).filter(|(_, subnet)| which(subnet)) {
        let request = context.aws.ec2().disassociate_route_table().association_id(association);
        request.send().await.named("ec2:DisassociateRouteTable").optional()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(routes: Vec<Route>) -> RouteTable {
        RouteTable { vpc: "vpc-1".into(), routes, subnets: vec!["subnet-1".into()], tags: Tags::new() }
    }

    #[test]
    fn a_pause_takes_only_the_routes_to_nat_gateways_away() {
        let peering =
            Route { destination: "10.9.0.0/16".parse().unwrap(), target: RouteTarget::VpcPeering("pcx-1".into()) };
        let private = table(vec![Route::through_nat("nat-1"), peering.clone()]);
        assert_eq!(private.paused(), OnPause::Reduce(table(vec![peering])));
        assert_eq!(table(vec![Route::to_internet("igw-1")]).paused(), OnPause::Keep);
    }

    #[test]
    fn two_ways_to_the_same_place_are_refused() {
        let mut problems = Problems::new();
        table(vec![Route::through_nat("nat-1"), Route::to_internet("igw-1")]).validate(&mut problems);
        assert_eq!(problems, [("routes".to_owned(), "there are two routes to 0.0.0.0/0".to_owned())]);
    }

    #[test]
    fn a_subnet_follows_one_table() {
        assert_eq!(RouteTable::conflicts(&[table(Vec::new()), table(Vec::new())])[0].0, 1);
    }
}
