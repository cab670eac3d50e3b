//! A layered graph: 50 resources wide, three references each into the layer before.

use std::collections::BTreeMap;

use ebbtide::aws::ec2::VpcEndpoint;
use ebbtide::plan::Target;
use ebbtide::record::{ResourceRecord, StateDocument};
use ebbtide::resource::{Address, Input, Scope, resolve};
use ebbtide::stack::{Declarations, Stack};
use serde_json::json;

const WIDE: usize = 50;

pub fn scope() -> Scope {
    Scope { environment: "bench".into(), stack: "layers".into(), region: "eu-west-1".into(), account: "1".repeat(12) }
}

fn name(index: usize) -> String {
    format!("r{index}")
}

/// Declares the graph, as the code of a stack would.
pub fn declare(size: usize) -> Declarations {
    let mut stack = Stack::new(scope(), BTreeMap::new());
    for index in 0..size {
        let before = |offset: usize| {
            let layer = index / WIDE;
            let address = Address::new("ec2_vpc_endpoint", &name((layer - 1) * WIDE + (index + offset) % WIDE));
            Input::reference(address.expect("an address"), "vpc_endpoint_id")
        };
        let subnets = if index < WIDE { Vec::new() } else { (0..3).map(before).collect() };
        let mut endpoint = VpcEndpoint::interface("vpc-0123456789abcdef0", "sagemaker.runtime", subnets, Vec::new());
        if index < WIDE {
            endpoint.subnets = vec!["subnet-0123456789abcdef0".into()];
        }
        endpoint.security_groups = vec!["sg-0123456789abcdef0".into()];
        endpoint.private_dns = false;
        stack.add(&name(index), endpoint);
    }
    stack.finish().expect("the graph is declared")
}

/// Returns the record of the graph once it is applied.
pub fn document(size: usize) -> StateDocument {
    let declarations = declare(size);
    let now = "2026-01-01T00:00:00Z".parse().expect("a time");
    let mut document = StateDocument::empty(scope(), now, "lineage".into(), "key".into());
    document.serial = 1;
    document.target = Target::Running;
    for (address, declaration) in &declarations.resources {
        let output = |name: &str| json!(format!("vpce-{name:0>17}"));
        let (inputs, _) = resolve(&declaration.inputs, &|reference| Some(output(reference.address.name())));
        let mut record = ResourceRecord {
            id: output(address.name()).as_str().map(str::to_owned),
            inputs,
            outputs: json!({"vpc_endpoint_id": output(address.name()), "dns_name": "", "prefix_list_id": ""}),
            depends_on: declaration.depends_on.clone(),
            ..ResourceRecord::blank(1)
        };
        record.declare(&declaration.inputs);
        document.resources.insert(address.clone(), record);
    }
    document
}
