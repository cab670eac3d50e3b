//! `ec2_route_table`: the routes of some subnets.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::route::{Route, RouteTarget};
use crate::aws::lists::{has_repeats, repeats};
use crate::aws::{RouteTableId, SubnetId, VpcId};
use crate::resource::{
    Billing, Conflict, Declared, OnPause, Persistence, Phase, Problems, Resolved, Resource, Tags, fields, validate_tags,
};

/// A route table with all its routes and the subnets that follow it.
///
/// ```
/// # use ebbtide::aws::ec2::{InternetGatewayOutputs, Route, RouteTable, SubnetOutputs, VpcOutputs};
/// # use ebbtide::resource::{Declared, Tags};
/// # use ebbtide::stack::Stack;
/// # fn declare(
/// #     stack: &mut Stack,
/// #     vpc: &VpcOutputs<Declared>,
/// #     gateway: &InternetGatewayOutputs<Declared>,
/// #     subnet: &SubnetOutputs<Declared>,
/// # ) {
/// let table = RouteTable {
///     vpc: vpc.vpc_id.clone(),
///     routes: vec![Route::to_internet(&gateway.internet_gateway_id)],
///     subnets: vec![subnet.subnet_id.clone()],
///     tags: Tags::new(),
/// };
/// let table = stack.add("public", table);
/// stack.output("ROUTE_TABLE_ID", &table.route_table_id);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct RouteTable<P: Phase = Declared> {
    /// The VPC.
    pub vpc: P::Of<VpcId>,
    /// All routes except the VPC's own. Routes of gateway endpoints belong to the endpoints.
    #[serde(default = "Vec::new")]
    pub routes: Vec<Route<P>>,
    /// The subnets that follow the table. A subnet follows one table.
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

    fn billing(&self) -> Billing {
        Billing::free("AWS bills no route table")
    }

    fn validate(&self, problems: &mut Problems) {
        for (_, destination) in repeats(&self.routes, |route| Some(route.destination)) {
            problems.refuse("routes", format!("there are two routes to {destination}"));
        }
        for route in self.routes.iter().filter(|route| matches!(route.target, RouteTarget::Blackhole(_))) {
            problems.refuse("routes", format!("the route to {} leads nowhere", route.destination));
        }
        if has_repeats(&self.subnets) {
            problems.refuse("subnets", "a subnet is listed twice");
        }
        validate_tags(&self.tags, problems);
    }

    fn conflicts(all: &[Self]) -> Vec<Conflict> {
        let subnets: Vec<_> = all
            .iter()
            .enumerate()
            .flat_map(|(index, table)| distinct(&table.subnets).map(move |subnet| (index, subnet)))
            .collect();
        let shared = repeats(&subnets, |(_, subnet)| Some(*subnet));
        let tables: BTreeSet<usize> = shared.into_iter().map(|(at, _)| subnets[at].0).collect();
        let message = "one of its subnets follows another route table already";
        tables.into_iter().map(|index| Conflict { index, message: message.to_owned() }).collect()
    }

    /// Removes the routes to NAT gateways, which a pause deletes.
    fn paused(&self) -> OnPause<Self> {
        let mut reduced = self.clone();
        reduced.routes.retain(|route| !matches!(route.target, RouteTarget::NatGateway(_)));
        if reduced.routes.len() == self.routes.len() { OnPause::Keep } else { OnPause::Reduce(reduced) }
    }
}

/// Returns the members of a list without their repetitions.
fn distinct<T: Serialize>(members: &[T]) -> impl Iterator<Item = &T> {
    let repeated: BTreeSet<usize> = repeats(members, Some).into_iter().map(|(index, _)| index).collect();
    members.iter().enumerate().filter(move |(index, _)| !repeated.contains(index)).map(|(_, member)| member)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(routes: Vec<Route>) -> RouteTable {
        RouteTable { vpc: "vpc-1".into(), routes, subnets: vec!["subnet-1".into()], tags: Tags::new() }
    }

    #[test]
    fn a_pause_removes_only_the_routes_to_nat_gateways() {
        let peering =
            Route { destination: "10.9.0.0/16".parse().unwrap(), target: RouteTarget::VpcPeering("pcx-1".into()) };
        let private = table(vec![Route::through_nat("nat-1"), peering.clone()]);
        assert_eq!(private.paused(), OnPause::Reduce(table(vec![peering])));
        assert_eq!(table(vec![Route::to_internet("igw-1")]).paused(), OnPause::Keep);
    }

    #[test]
    fn two_routes_to_one_destination_are_refused() {
        let mut problems = Problems::new();
        table(vec![Route::through_nat("nat-1"), Route::to_internet("igw-1")]).validate(&mut problems);
        assert_eq!(problems.iter().collect::<Vec<_>>(), [("routes", "there are two routes to 0.0.0.0/0")]);
    }

    #[test]
    fn routes_without_a_target_and_repeated_subnets_are_refused() {
        let nowhere = Route { destination: "10.9.0.0/16".parse().unwrap(), target: RouteTarget::Blackhole("x".into()) };
        let invalid = RouteTable { subnets: vec!["subnet-1".into(), "subnet-1".into()], ..table(vec![nowhere]) };
        let mut problems = Problems::new();
        invalid.validate(&mut problems);
        assert_eq!(problems.fields(), ["routes", "subnets"]);
    }

    #[test]
    fn a_subnet_follows_one_table() {
        assert_eq!(RouteTable::conflicts(&[table(Vec::new()), table(Vec::new())])[0].index, 1);
    }

    #[test]
    fn a_subnet_that_one_table_lists_twice_is_no_conflict_between_tables() {
        let twice = RouteTable { subnets: vec!["subnet-2".into(), "subnet-2".into()], ..table(Vec::new()) };
        assert_eq!(RouteTable::conflicts(&[table(Vec::new()), twice]), []);
    }
}
