//! EC2: each kind through its life, and behaviour that needs a cloud.

mod address;
mod endpoint;
mod gateway;
mod gone;
mod network;
mod route;
mod security;
mod subnet;
mod vpc;

use ebbtide::aws::VpcId;
use ebbtide::aws::ec2::{InternetGateway, RouteTable, SecurityGroup, Subnet, Vpc};
use ebbtide::resource::{Resolved, Tags};

use crate::harness::{Made, World};

/// Returns tags with a single key.
fn tags(key: &str, value: &str) -> Tags {
    Tags::from([(key.to_owned(), value.to_owned())])
}

async fn new_vpc(world: &World) -> (Made, VpcId) {
    let made = world.make::<Vpc>("main", &Vpc::new("10.0.0.0/16".parse().unwrap())).await;
    let id = VpcId(made.id.clone());
    (made, id)
}

fn subnet_in(vpc: &VpcId, cidr: &str, zone: &str) -> Subnet<Resolved> {
    Subnet { vpc: vpc.clone(), cidr: cidr.parse().unwrap(), zone: zone.into(), public: false, tags: Tags::new() }
}

fn gateway_of(vpc: &VpcId) -> InternetGateway<Resolved> {
    InternetGateway { vpc: vpc.clone(), attached: true, tags: Tags::new() }
}

fn table_in(vpc: &VpcId) -> RouteTable<Resolved> {
    RouteTable { vpc: vpc.clone(), routes: Vec::new(), subnets: Vec::new(), tags: Tags::new() }
}

fn group_in(vpc: &VpcId) -> SecurityGroup<Resolved> {
    SecurityGroup {
        vpc: vpc.clone(),
        name: None,
        description: "A group".into(),
        ingress: Vec::new(),
        egress: Vec::new(),
        tags: Tags::new(),
    }
}
