//! Declares the resources of a network.

use std::collections::BTreeMap;

use super::endpoints::declare_endpoints;
use super::layout::{Zone, zones};
use super::outputs::NetworkOutputs;
use super::settings::{Nat, Network, Zones};
use crate::aws::ec2::{DefaultSecurityGroup, ElasticIp, InternetGateway, NatGateway, Route, RouteTable, Subnet, Vpc};
use crate::aws::{InternetGatewayId, NatGatewayId, RouteTableId, SubnetId, VpcId};
use crate::resource::Input;
use crate::stack::Stack;

impl Network {
    /// Declares the network. All its resources are named `NAME` or `NAME-…`. Invalid settings are problems of the
    /// stack.
    pub fn declare(&self, stack: &mut Stack, name: &str) -> NetworkOutputs {
        let zones = match zones(self.cidr, &self.zones, &stack.scope().region, &stack.zones().names) {
            Ok(zones) => zones,
            Err((field, message)) => {
                stack.problem(name, Some(field.to_owned()), message);
                // Without any zone all that uses the network would be another problem.
                zones(self.cidr, &Zones::default(), &stack.scope().region, &[]).unwrap_or_default()
            }
        };
        if self.nat != Nat::None && !self.public {
            let message = "NAT gateways need public subnets: set `public`, or set `nat` to none";
            stack.problem(name, Some("nat".to_owned()), message);
        }
        let vpc = stack.add(name, Vpc { tags: self.tags.clone(), ..Vpc::new(self.cidr) }).vpc_id;
        if self.close_default_group {
            stack.add(name, DefaultSecurityGroup { tags: self.tags.clone(), ..DefaultSecurityGroup::closed(&vpc) });
        }
        let public = self.public.then(|| self.declare_public(stack, name, &vpc, &zones));
        let nat = match &public {
            Some(public) => self.declare_nat(stack, name, &zones, public),
            None => NatGateways::default(),
        };
        let private = self.declare_private(stack, name, &vpc, &zones, &nat.gateways);
        let mut outputs = NetworkOutputs {
            vpc_id: vpc,
            zones: zones.into_iter().map(|zone| zone.name).collect(),
            private_subnets: private.subnets,
            public_subnets: public.as_ref().map(|public| public.subnets.clone()).unwrap_or_default(),
            private_route_tables: private.route_tables,
            public_route_table: public.map(|public| public.route_table),
            nat_addresses: nat.addresses,
            endpoint_security_group: None,
            prefix_lists: BTreeMap::new(),
        };
        let endpoints = declare_endpoints(self, stack, name, &outputs);
        outputs.endpoint_security_group = endpoints.security_group;
        outputs.prefix_lists = endpoints.prefix_lists;
        outputs
    }

    fn declare_public(&self, stack: &mut Stack, name: &str, vpc: &Input<VpcId>, zones: &[Zone]) -> PublicSubnets {
        let gateway = InternetGateway { tags: self.tags.clone(), ..InternetGateway::new(vpc) };
        let gateway = stack.add(name, gateway).internet_gateway_id;
        let subnets: Vec<_> = zones
            .iter()
            .map(|zone| {
                // Only NAT gateways are here, which bring their addresses along: nothing gets a public one by itself.
                let subnet = Subnet { tags: self.tags.clone(), ..Subnet::private(vpc, zone.public, &zone.name) };
                stack.add(&format!("{name}-public-{}", zone.letter), subnet).subnet_id
            })
            .collect();
        let table = RouteTable {
            vpc: vpc.clone(),
            routes: vec![Route::to_internet(&gateway)],
            subnets: subnets.clone(),
            tags: self.tags.clone(),
        };
        let route_table = stack.add(&format!("{name}-public"), table).route_table_id;
        PublicSubnets { gateway, subnets, route_table }
    }

    fn declare_nat(&self, stack: &mut Stack, name: &str, zones: &[Zone], public: &PublicSubnets) -> NatGateways {
        let count = match self.nat {
            Nat::None => 0,
            Nat::One => 1,
            Nat::PerZone => zones.len(),
        };
        let mut nat = NatGateways::default();
        for (zone, subnet) in zones.iter().zip(&public.subnets).take(count) {
            let name = format!("{name}-nat-{}", zone.letter);
            let address = ElasticIp { keep_while_paused: self.keep_addresses, tags: self.tags.clone() };
            let address = stack.add(&name, address);
            let gateway = NatGateway { tags: self.tags.clone(), ..NatGateway::public(subnet, address.allocation_id) };
            let gateway = stack.add(&name, gateway).nat_gateway_id;
            // A NAT gateway fails in a VPC without an internet gateway, and the internet gateway cannot be detached
            // while addresses are in use. The inputs do not show this dependency.
            stack.after(&gateway, &public.gateway);
            nat.gateways.push(gateway);
            nat.addresses.push(address.public_ip);
        }
        nat
    }

    fn declare_private(
        &self,
        stack: &mut Stack,
        name: &str,
        vpc: &Input<VpcId>,
        zones: &[Zone],
        gateways: &[Input<NatGatewayId>],
    ) -> PrivateSubnets {
        let mut private = PrivateSubnets::default();
        for (index, zone) in zones.iter().enumerate() {
            let name = format!("{name}-private-{}", zone.letter);
            let subnet = Subnet { tags: self.tags.clone(), ..Subnet::private(vpc, zone.private, &zone.name) };
            let subnet = stack.add(&name, subnet).subnet_id;
            // Each zone has a table of its own, so that a change of `nat` moves no subnet to another table.
            let gateway = gateways.get(index).or(gateways.first());
            let table = RouteTable {
                vpc: vpc.clone(),
                routes: gateway.map(Route::through_nat).into_iter().collect(),
                subnets: vec![subnet.clone()],
                tags: self.tags.clone(),
            };
            private.route_tables.push(stack.add(&name, table).route_table_id);
            private.subnets.push(subnet);
        }
        private
    }
}

struct PublicSubnets {
    gateway: Input<InternetGatewayId>,
    subnets: Vec<Input<SubnetId>>,
    route_table: Input<RouteTableId>,
}

#[derive(Default)]
struct PrivateSubnets {
    subnets: Vec<Input<SubnetId>>,
    route_tables: Vec<Input<RouteTableId>>,
}

#[derive(Default)]
struct NatGateways {
    gateways: Vec<Input<NatGatewayId>>,
    addresses: Vec<Input<String>>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::settings::Zones;
    use super::*;
    use crate::resource::{Address, OnPause, Scope};
    use crate::stack::{Declarations, Problem, RegionZones};
    use serde_json::Value;

    fn declare(network: &Network) -> Result<(NetworkOutputs, Declarations), Vec<Problem>> {
        declare_with(network, RegionZones::default())
    }

    fn declare_with(network: &Network, zones: RegionZones) -> Result<(NetworkOutputs, Declarations), Vec<Problem>> {
        let scope = Scope {
            environment: "test".into(),
            stack: "network".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let mut stack = Stack::new(scope, Default::default()).with_zones(zones);
        let outputs = network.declare(&mut stack, "main");
        stack.finish().map(|declarations| (outputs, declarations))
    }

    fn paused(declarations: &Declarations, address: &str) -> OnPause<Value> {
        let address: Address = address.parse().unwrap();
        let kind = crate::aws::kinds().get(address.kind()).unwrap();
        kind.paused(&declarations.resources[&address].inputs).unwrap()
    }

    fn network() -> Network {
        Network::new("10.0.0.0/16".parse().unwrap())
    }

    fn addresses(network: &Network) -> BTreeSet<String> {
        declare(network).unwrap().1.resources.keys().map(ToString::to_string).collect()
    }

    #[test]
    fn a_plain_network_has_subnets_tables_and_a_free_endpoint() {
        let expected = [
            "ec2_internet_gateway.main",
            "ec2_route_table.main-private-a",
            "ec2_route_table.main-private-b",
            "ec2_route_table.main-public",
            "ec2_subnet.main-private-a",
            "ec2_subnet.main-private-b",
            "ec2_subnet.main-public-a",
            "ec2_subnet.main-public-b",
            "ec2_vpc.main",
            "ec2_vpc_endpoint.main-s3",
        ];
        assert_eq!(addresses(&network()), expected.map(str::to_owned).into());
    }

    #[test]
    fn nat_gateways_wait_for_the_internet_gateway_and_serve_each_zone() {
        let (outputs, declared) = declare(&Network { nat: Nat::PerZone, ..network() }).unwrap();
        assert_eq!(outputs.nat_addresses.len(), 2);
        for zone in ["a", "b"] {
            let nat: Address = format!("ec2_nat_gateway.main-nat-{zone}").parse().unwrap();
            let internet = "ec2_internet_gateway.main".parse().unwrap();
            assert!(declared.resources[&nat].depends_on.contains(&internet));
            let table = format!("ec2_route_table.main-private-{zone}");
            assert!(declared.resources[&table.parse().unwrap()].depends_on.contains(&nat));
            let OnPause::Reduce(reduced) = paused(&declared, &table) else { panic!("{table} is not reduced") };
            assert_eq!(reduced["routes"], serde_json::json!([]));
        }
    }

    #[test]
    fn one_nat_gateway_serves_all_zones_and_its_address_can_stay() {
        let network = Network { nat: Nat::One, keep_addresses: true, zones: Zones::Count(3), ..network() };
        let (_, declared) = declare(&network).unwrap();
        let nat: Address = "ec2_nat_gateway.main-nat-a".parse().unwrap();
        let through = declared.resources.values().filter(|one| one.depends_on.contains(&nat)).count();
        assert_eq!(through, 3);
        assert_eq!(paused(&declared, "ec2_elastic_ip.main-nat-a"), OnPause::Keep);
    }

    #[test]
    fn another_zone_moves_no_subnet() {
        let two = declare(&Network { nat: Nat::PerZone, ..network() }).unwrap().1.resources;
        let three = declare(&Network { nat: Nat::PerZone, zones: Zones::Count(3), ..network() }).unwrap().1.resources;
        for (address, declaration) in two.iter().filter(|(address, _)| address.kind() == "ec2_subnet") {
            assert_eq!(declaration, &three[address]);
        }
        assert_eq!(three.keys().filter(|address| !two.contains_key(address)).count(), 5);
    }

    #[test]
    fn interface_endpoints_are_in_each_zone_behind_one_group_that_a_pause_keeps() {
        let services = vec!["sagemaker.api".to_owned(), "sagemaker.runtime".to_owned()];
        let (outputs, declared) = declare(&Network { interface_endpoints: services, ..network() }).unwrap();
        assert!(outputs.endpoint_security_group.is_some());
        let group = &declared.resources[&"ec2_security_group.main-endpoints".parse().unwrap()];
        assert_eq!(group.inputs["ingress"][0]["peer"]["cidr"], "10.0.0.0/16");
        let endpoint = &declared.resources[&"ec2_vpc_endpoint.main-sagemaker-runtime".parse().unwrap()];
        assert_eq!(paused(&declared, "ec2_vpc_endpoint.main-sagemaker-runtime"), OnPause::Delete);
        assert_eq!(endpoint.inputs["subnets"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn the_default_security_group_is_closed_where_a_network_says_so() {
        let closed = Network { close_default_group: true, ..network() };
        let (_, declared) = declare(&closed).unwrap();
        let group = &declared.resources[&"ec2_default_security_group.main".parse().unwrap()].inputs;
        assert_eq!((&group["ingress"], &group["egress"]), (&serde_json::json!([]), &serde_json::json!([])));
        assert!(!addresses(&network()).contains("ec2_default_security_group.main"));
    }

    #[test]
    fn an_endpoint_has_the_policy_of_its_service_and_a_gateway_its_prefix_list() {
        let policy = serde_json::json!({"Statement": [{"Principal": "*"}]});
        let network = Network {
            interface_endpoints: vec!["sagemaker.runtime".to_owned()],
            endpoint_policies: [("s3".to_owned(), policy.clone())].into(),
            ..network()
        };
        let (outputs, declared) = declare(&network).unwrap();
        let of = |name: &str| &declared.resources[&format!("ec2_vpc_endpoint.main-{name}").parse().unwrap()].inputs;
        assert_eq!((&of("s3")["policy"], &of("sagemaker-runtime")["policy"]), (&policy, &Value::Null));
        let list = serde_json::to_value(&outputs.prefix_lists["s3"]).unwrap();
        assert_eq!(list, serde_json::json!({"$ref": "ec2_vpc_endpoint.main-s3", "output": "prefix_list_id"}));
        let unknown = Network { endpoint_policies: [("sqs".to_owned(), policy)].into(), ..network };
        let problems = declare(&unknown).unwrap_err();
        assert_eq!(problems[0].field.as_deref(), Some("endpoint_policies"), "{problems:?}");
    }

    #[test]
    fn an_endpoint_is_only_in_the_zones_of_its_service() {
        let zones = |service: &str, letters: &[&str]| RegionZones {
            names: ["a", "b", "c"].map(|letter| format!("eu-west-1{letter}")).into(),
            endpoints: [(
                format!("com.amazonaws.eu-west-1.{service}"),
                letters.iter().map(|letter| format!("eu-west-1{letter}")).collect(),
            )]
            .into(),
        };
        let network = Network { interface_endpoints: vec!["email-smtp".into(), "logs".into()], ..network() };
        let (_, declared) = declare_with(&network, zones("email-smtp", &["b", "c"])).unwrap();
        let subnets = |name: &str| {
            let endpoint = &declared.resources[&format!("ec2_vpc_endpoint.main-{name}").parse().unwrap()];
            endpoint.inputs["subnets"].as_array().unwrap().len()
        };
        assert_eq!((subnets("email-smtp"), subnets("logs")), (1, 2));
        let problems = declare_with(&network, zones("email-smtp", &["c"])).unwrap_err();
        assert!(
            problems[0].message.contains("email-smtp") && problems[0].message.contains("eu-west-1c"),
            "{problems:?}"
        );
    }

    #[test]
    fn nothing_in_a_public_subnet_gets_an_address_by_itself() {
        let (_, declared) = declare(&network()).unwrap();
        assert_eq!(declared.resources[&"ec2_subnet.main-public-a".parse().unwrap()].inputs["public"], false);
    }

    #[test]
    fn invalid_networks_are_refused() {
        for (network, field) in [
            (Network { nat: Nat::One, public: false, ..network() }, "nat"),
            (Network { zones: Zones::Count(0), ..network() }, "zones"),
            (Network { cidr: "10.0.0.0/28".parse().unwrap(), ..network() }, "cidr"),
        ] {
            let problems = declare(&network).unwrap_err();
            assert!(problems.iter().any(|problem| problem.field.as_deref() == Some(field)), "{problems:?}");
        }
        let private = Network { public: false, ..network() };
        assert!(!addresses(&private).contains("ec2_internet_gateway.main"));
    }
}
