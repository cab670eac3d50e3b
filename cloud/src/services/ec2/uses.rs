//! The items of AWS's bill that gateways, endpoints and addresses use.
//!
//! "You are charged for each NAT Gateway-hour that your gateway is provisioned and available" (Amazon VPC pricing). An
//! interface endpoint bills "for each hour that your VPC endpoint remains provisioned in each Availability Zone", until it is
//! deleted (AWS PrivateLink pricing). A public address bills from its allocation on, in use or idle. Not metered: data.

use serde_json::Value;

use super::kind::{self, Kind};
use super::records::gateways::{Address, Endpoint, NatGateway};
use super::{store, tags};
use crate::documents::Tables;
use crate::usage::{Item, Place, Use};

/// Returns the uses of a region. Unreadable records use nothing; EC2 refuses the calls that need them.
pub fn all(document: &Tables, place: &Place<'_>) -> Vec<Use> {
    let gateways = store::all::<NatGateway>(document).unwrap_or_default();
    let addresses = store::all::<Address>(document).unwrap_or_default();
    let endpoints = store::all::<Endpoint>(document).unwrap_or_default();
    let mut uses: Vec<Use> = gateways.iter().filter_map(|nat| of_gateway(nat, document, place)).collect();
    uses.extend(endpoints.iter().flat_map(|endpoint| of_endpoint(endpoint, document, place)));
    uses.extend(addresses.iter().flat_map(|address| of_address(address, &gateways, document, place)));
    uses
}

fn used(item: Item, kind: Kind, id: &str, document: &Tables, place: &Place<'_>) -> Use {
    let arn = format!("arn:{}:ec2:{}:{}:{}/{id}", place.partition(), place.region, place.account, kind.resource_type);
    Use::new(item, arn, document.get(tags::TABLE, id).unwrap_or(&Value::Null), place)
}

fn of_gateway(nat: &NatGateway, document: &Tables, place: &Place<'_>) -> Option<Use> {
    if nat.failure.is_some() {
        return None;
    }
    let used = used(Item::NatGateway, kind::NAT_GATEWAY, &nat.id, document, place);
    Some(Use { from_ms: Some(nat.available_ms(&place.durations)), until_ms: nat.deleted_ms, ..used })
}

fn of_endpoint(endpoint: &Endpoint, document: &Tables, place: &Place<'_>) -> Vec<Use> {
    let template = used(Item::VpcEndpoint, kind::ENDPOINT, &endpoint.id, document, place);
    let in_zone = |interface: &str| Use {
        part: interface.to_owned(),
        from_ms: Some(endpoint.created_ms),
        until_ms: endpoint.deleted_ms,
        ..template.clone()
    };
    endpoint.interfaces.iter().map(|interface| in_zone(&interface.id)).collect()
}

fn of_address(address: &Address, gateways: &[NatGateway], document: &Tables, place: &Place<'_>) -> Vec<Use> {
    let idle = used(Item::IdleAddress, kind::ADDRESS, &address.id, document, place);
    let holds = |nat: &&NatGateway| {
        nat.allocation.as_deref() == Some(&*address.id)
            && nat.failure.is_none()
            && nat.ends_ms(&place.durations).is_none_or(|ends_ms| ends_ms > place.now_ms)
    };
    let Some(holder) = gateways.iter().find(holds) else { return vec![idle] };
    let ends_ms = holder.ends_ms(&place.durations);
    let in_use = Use { item: Item::AddressInUse, from_ms: Some(holder.created_ms), until_ms: ends_ms, ..idle.clone() };
    match ends_ms {
        Some(_) => vec![in_use, Use { from_ms: ends_ms, ..idle }],
        None => vec![in_use],
    }
}
