//! EC2 networking: one module for each family, and their helpers.

mod endpoint;
mod gateway;
mod group;
mod listing;
mod route;
mod vpc;

use std::time::Duration;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Filter, NatGatewayState, ResourceType, Tag, TagSpecification};

use ebbtide_cloud::Settings;

use crate::support::Fixture;

/// Returns a well-formed id that does not exist.
fn unknown_id(prefix: &str) -> String {
    format!("{prefix}-0123456789abcdef0")
}

fn filter(name: &str, value: &str) -> Filter {
    Filter::builder().name(name).values(value).build()
}

fn tagged(kind: ResourceType, key: &str, value: &str) -> TagSpecification {
    TagSpecification::builder().resource_type(kind).tags(Tag::builder().key(key).value(value).build()).build()
}

/// A client and the fixture that it needs to stay alive.
struct Region {
    _fixture: Fixture,
    ec2: Client,
}

impl Region {
    fn new() -> Self {
        Self::of(Fixture::new())
    }

    /// Returns a fixture with transitions so long that the next call still meets the intermediate state.
    fn slow() -> Self {
        Self::of(Fixture::with(Settings { transition: Duration::from_secs(1), ..Settings::default() }))
    }

    fn of(fixture: Fixture) -> Self {
        Self { ec2: Client::new(&fixture.sdk()), _fixture: fixture }
    }

    async fn vpc(&self) -> String {
        self.vpc_of("10.0.0.0/16").await
    }

    async fn vpc_of(&self, cidr: &str) -> String {
        let answer = self.ec2.create_vpc().cidr_block(cidr).send().await.unwrap();
        answer.vpc().unwrap().vpc_id().unwrap().to_owned()
    }

    async fn subnet(&self, vpc: &str, cidr: &str, zone: &str) -> String {
        let call = self.ec2.create_subnet().vpc_id(vpc).cidr_block(cidr).availability_zone(zone);
        call.send().await.unwrap().subnet().unwrap().subnet_id().unwrap().to_owned()
    }

    async fn internet_gateway(&self, vpc: &str) -> String {
        let answer = self.ec2.create_internet_gateway().send().await.unwrap();
        let id = answer.internet_gateway().unwrap().internet_gateway_id().unwrap().to_owned();
        self.ec2.attach_internet_gateway().internet_gateway_id(&id).vpc_id(vpc).send().await.unwrap();
        id
    }

    async fn address(&self) -> String {
        let answer = self.ec2.allocate_address().send().await.unwrap();
        answer.allocation_id().unwrap().to_owned()
    }

    /// Returns a NAT gateway, still pending.
    async fn nat_gateway(&self, subnet: &str, address: &str) -> String {
        let call = self.ec2.create_nat_gateway().subnet_id(subnet).allocation_id(address);
        call.send().await.unwrap().nat_gateway().unwrap().nat_gateway_id().unwrap().to_owned()
    }

    /// Waits until a NAT gateway has a state; fails after ten seconds.
    async fn nat_gateway_becomes(&self, id: &str, state: NatGatewayState) {
        for _ in 0..500 {
            let answer = self.ec2.describe_nat_gateways().nat_gateway_ids(id).send().await.unwrap();
            if answer.nat_gateways()[0].state() == Some(&state) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the NAT gateway never becomes {state:?}");
    }

    async fn route_table(&self, vpc: &str) -> String {
        let answer = self.ec2.create_route_table().vpc_id(vpc).send().await.unwrap();
        answer.route_table().unwrap().route_table_id().unwrap().to_owned()
    }

    async fn group(&self, vpc: &str, name: &str) -> String {
        let call = self.ec2.create_security_group().vpc_id(vpc).group_name(name).description("for tests");
        call.send().await.unwrap().group_id().unwrap().to_owned()
    }
}
