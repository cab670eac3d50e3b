//! NAT gateways: pending → available (or failed), deleting → deleted, and shown as deleted for an hour.

use serde_json::{Value, json};

use super::listing::Listing;
use super::records::gateways::{Address, NatGateway, holding};
use super::records::interfaces;
use super::records::network::{self, Subnet};
use super::{client_token, instant, kind, lingering, network_interface, store, tags};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::Parameters;

/// How long a deleted or failed gateway is still shown, in milliseconds.
const SHOWN_AFTER_END_MS: i64 = 60 * 60 * 1000;

/// Forgets the gateways that ended more than an hour ago.
pub fn forget_ended(context: &mut CallContext<'_>) -> Result<(), Fault> {
    for nat in store::all::<NatGateway>(context.own)? {
        let failed_ms = nat.failure.as_ref().map(|_| nat.available_ms(&context.durations));
        let ended_ms = nat.ends_ms(&context.durations).or(failed_ms);
        if ended_ms.is_some_and(|ms| context.now_ms >= ms.saturating_add(SHOWN_AFTER_END_MS)) {
            store::remove::<NatGateway>(context.own, &nat.id);
            client_token::forget(context.own, &nat.id);
        }
    }
    Ok(())
}

fn shown(nat: &NatGateway, context: &CallContext<'_>) -> Value {
    let state = nat.state(context);
    let failure = nat.failure.as_ref().filter(|_| state == "failed");
    json!({
        "natGatewayId": nat.id, "subnetId": nat.subnet, "vpcId": nat.vpc, "state": state,
        "createTime": instant::text(nat.created_ms),
        "deleteTime": nat.deleted_ms.map(instant::text),
        "connectivityType": if nat.address_association.is_some() { "public" } else { "private" },
        "failureCode": failure.map(|(code, _)| code), "failureMessage": failure.map(|(_, message)| message),
        "natGatewayAddressSet": [{
            "allocationId": nat.allocation, "publicIp": nat.public_ip,
            "associationId": nat.address_association.as_ref().filter(|_| nat.holds(context)),
            "networkInterfaceId": nat.interface, "privateIp": nat.private_ip, "isPrimary": true,
            "status": if nat.holds(context) { "succeeded" } else { "failed" },
        }],
        "tagSet": tags::set(context.own, &nat.id),
    })
}

/// CreateNatGateway, idempotent by its client token.
pub fn create(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    if let Some(id) = client_token::recall(parameters, context.own)? {
        let nat: NatGateway = store::find(context.own, &id)?;
        return Ok(json!({ "clientToken": parameters.get("ClientToken"), "natGateway": shown(&nat, context) }));
    }
    let subnet: Subnet = store::find(context.own, parameters.need("SubnetId")?)?;
    let address = match parameters.get("ConnectivityType").unwrap_or("public") {
        "public" => Some(store::find::<Address>(context.own, parameters.need("AllocationId")?)?),
        "private" if parameters.get("AllocationId").is_some() => {
            let message = "The parameter AllocationId cannot be used with the connectivity type private";
            return Err(Fault::new("InvalidParameterCombination", message));
        }
        "private" => None,
        other => {
            let message = format!("Value ({other}) for parameter ConnectivityType is invalid.");
            return Err(Fault::new("InvalidParameterValue", message));
        }
    };
    let tags = tags::specified(parameters, kind::NAT_GATEWAY)?;
    let nat = NatGateway {
        id: kind::NAT_GATEWAY.fresh(),
        failure: failure(&subnet, address.as_ref(), context)?,
        address_association: address.as_ref().map(|_| kind::ADDRESS_ASSOCIATION.fresh()),
        public_ip: address.as_ref().map(|address| address.public_ip.clone()),
        allocation: address.map(|address| address.id),
        interface: kind::NETWORK_INTERFACE.fresh(),
        private_ip: network_interface::free_address(context, &subnet, &[])?,
        subnet: subnet.id,
        vpc: subnet.vpc,
        created_ms: context.now_ms,
        deleted_ms: None,
    };
    store::save(context.own, &nat)?;
    tags::add(context.own, &nat.id, tags)?;
    client_token::remember(parameters, context.own, &nat.id);
    Ok(json!({ "clientToken": parameters.get("ClientToken"), "natGateway": shown(&nat, context) }))
}

// AWS returns a pending gateway that ends as failed; a program has to look at the state.
fn failure(
    subnet: &Subnet,
    address: Option<&Address>,
    context: &CallContext<'_>,
) -> Result<Option<(String, String)>, Fault> {
    let Some(address) = address else { return Ok(None) };
    if !network::attached_to(context.own, &subnet.vpc)? {
        let message = format!("Network {} has no Internet gateway attached", subnet.vpc);
        return Ok(Some(("Gateway.NotAttached".into(), message)));
    }
    if holding(context)?.iter().any(|nat| nat.allocation.as_deref() == Some(&*address.id)) {
        let message = format!("Elastic IP address [{}] is already associated", address.id);
        return Ok(Some(("Resource.AlreadyAssociated".into(), message)));
    }
    Ok(None)
}

/// DescribeNatGateways.
pub fn describe(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let items = store::all::<NatGateway>(context.own)?.iter().map(|nat| shown(nat, context)).collect();
    let listing = Listing {
        ids: "NatGatewayId",
        kind: kind::NAT_GATEWAY,
        id_field: "natGatewayId",
        set: "natGatewaySet",
        filters: &[
            ("nat-gateway-id", "natGatewayId"),
            ("state", "state"),
            ("subnet-id", "subnetId"),
            ("vpc-id", "vpcId"),
            ("connectivity-type", "connectivityType"),
        ],
    };
    listing.respond(parameters, items)
}

/// DeleteNatGateway. Its address stays taken until it is deleted; routes to it become black holes.
pub fn delete(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut nat: NatGateway = store::find(context.own, parameters.need("NatGatewayId")?)?;
    if nat.state(context) == "deleted" {
        return Err(kind::NAT_GATEWAY.missing(&nat.id));
    }
    if nat.deleted_ms.is_none() && nat.failure.is_none() {
        // Its address is free then, only the interface stays.
        let interface = interfaces::of_gateway(&nat).without_address();
        lingering::keep(vec![interface], context.durations.nat_gateway_delete, context)?;
    }
    nat.deleted_ms.get_or_insert(context.now_ms);
    store::save(context.own, &nat)?;
    Ok(json!({ "natGatewayId": nat.id }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::documents::Tables;
    use crate::durations::Durations;

    fn at<T>(own: &mut Tables, now_ms: i64, look: impl FnOnce(&mut CallContext<'_>) -> T) -> T {
        let others = |_: &str| Tables::default();
        look(&mut CallContext::new(
            own,
            &others,
            "us-east-1",
            "123456789012",
            now_ms,
            Durations::all(Duration::from_secs(1)),
        ))
    }

    #[test]
    fn states_follow_the_clock_and_an_ended_gateway_is_shown_for_an_hour() {
        let mut nat = NatGateway {
            id: kind::NAT_GATEWAY.fresh(),
            subnet: kind::SUBNET.fresh(),
            vpc: kind::VPC.fresh(),
            allocation: None,
            public_ip: None,
            address_association: None,
            interface: kind::NETWORK_INTERFACE.fresh(),
            private_ip: "10.0.0.4".into(),
            created_ms: 5000,
            deleted_ms: None,
            failure: None,
        };
        let mut own = Tables::default();
        let state = |nat: &NatGateway, own: &mut Tables, now_ms| at(own, now_ms, |context| nat.state(context));
        assert_eq!(state(&nat, &mut own, 5999), "pending");
        assert_eq!(state(&nat, &mut own, 6000), "available");
        nat.deleted_ms = Some(9000);
        assert_eq!(state(&nat, &mut own, 9999), "deleting");
        assert_eq!(state(&nat, &mut own, 10_000), "deleted");
        store::save(&mut own, &nat).expect("a record");
        at(&mut own, 10_000 + SHOWN_AFTER_END_MS - 1, forget_ended).expect("records are whole");
        assert!(store::find::<NatGateway>(&own, &nat.id).is_ok());
        at(&mut own, 10_000 + SHOWN_AFTER_END_MS, forget_ended).expect("records are whole");
        assert_eq!(store::find::<NatGateway>(&own, &nat.id).expect_err("forgotten").code, "NatGatewayNotFound");
    }
}
