//! The network component: all its resources can be created, and none differs afterwards.

use std::collections::{BTreeMap, BTreeSet};

use ebbtide::components::{Nat, Network};
use ebbtide::resource::{Address, Reference, resolve};
use ebbtide::stack::{Declaration, Declarations, Stack};
use serde_json::Value;

use crate::harness::{Made, World, provider};

fn declare(world: &World) -> Declarations {
    let scope = world.context("ec2_vpc.main", 1).identity.scope;
    let mut stack = Stack::new(scope, BTreeMap::from([("team".to_owned(), "serving".to_owned())]));
    let network = Network {
        nat: Nat::PerZone,
        interface_endpoints: vec!["sagemaker.runtime".to_owned()],
        ..Network::new("10.0.0.0/16".parse().unwrap())
    };
    network.declare(&mut stack, "main");
    stack.finish().unwrap()
}

/// Returns the addresses, each after all its dependencies.
fn in_order(resources: &BTreeMap<Address, Declaration>) -> Vec<&Address> {
    let (mut order, mut done) = (Vec::new(), BTreeSet::new());
    while order.len() < resources.len() {
        let next = resources
            .iter()
            .find(|(address, one)| !done.contains(address) && one.depends_on.iter().all(|on| done.contains(on)));
        let (address, _) = next.expect("no cycle");
        done.insert(address);
        order.push(address);
    }
    order
}

#[tokio::test]
async fn a_whole_network_is_created_and_deleted() {
    let world = World::new();
    let declared = declare(&world).resources;
    let mut made: BTreeMap<&Address, Made> = BTreeMap::new();
    let mut outputs: BTreeMap<&Address, Value> = BTreeMap::new();
    let order = in_order(&declared);
    for address in &order {
        let lookup = |reference: &Reference| outputs.get(&reference.address)?.get(&reference.output).cloned();
        let (inputs, unknown) = resolve(&declared[*address].inputs, &lookup);
        assert!(unknown.is_empty(), "{address}: {unknown:?}");
        let kind = provider(address.kind());
        let context = world.context(&address.to_string(), 1);
        let id = kind.create(&context, &inputs).await.unwrap_or_else(|error| panic!("{address}: {error}"));
        let one = Made { kind, context, id, inputs };
        outputs.insert(address, one.ready().await.outputs);
        made.insert(address, one);
    }
    for (address, one) in &made {
        assert_eq!(one.ready().await.inputs, one.inputs, "{address} differs");
    }
    for address in order.iter().rev() {
        made.remove(*address).unwrap().delete().await;
    }
}
