//! Internet gateways.

use serde_json::{Value, json};

use super::listing::Listing;
use super::records::gateways;
use super::records::network::{InternetGateway, Vpc, attached_to};
use super::{kind, store, tags};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::Parameters;

fn shown(gateway: &InternetGateway, context: &CallContext<'_>) -> Value {
    let attachments: Vec<Value> = gateway.vpc.iter().map(|vpc| json!({ "vpcId": vpc, "state": "available" })).collect();
    json!({
        "internetGatewayId": gateway.id, "ownerId": context.account, "attachmentSet": attachments,
        "tagSet": tags::set(context.own, &gateway.id),
    })
}

/// CreateInternetGateway.
pub fn create(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let tags = tags::specified(parameters, kind::INTERNET_GATEWAY)?;
    let gateway = InternetGateway { id: kind::INTERNET_GATEWAY.fresh(), vpc: None };
    store::save(context.own, &gateway)?;
    tags::add(context.own, &gateway.id, tags)?;
    Ok(json!({ "internetGateway": shown(&gateway, context) }))
}

/// DescribeInternetGateways.
pub fn describe(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let items = store::all::<InternetGateway>(context.own)?.iter().map(|gateway| shown(gateway, context)).collect();
    let listing = Listing {
        ids: "InternetGatewayId",
        kind: kind::INTERNET_GATEWAY,
        id_field: "internetGatewayId",
        set: "internetGatewaySet",
        filters: &[
            ("internet-gateway-id", "internetGatewayId"),
            ("attachment.vpc-id", "attachmentSet/vpcId"),
            ("attachment.state", "attachmentSet/state"),
            ("owner-id", "ownerId"),
        ],
    };
    listing.respond(parameters, items)
}

/// AttachInternetGateway: one gateway for a VPC, one VPC for a gateway.
pub fn attach(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut gateway: InternetGateway = store::find(context.own, parameters.need("InternetGatewayId")?)?;
    let vpc: Vpc = store::find(context.own, parameters.need("VpcId")?)?;
    if let Some(present) = &gateway.vpc {
        let message = format!("resource {} is already attached to network {present}", gateway.id);
        return Err(Fault::new("Resource.AlreadyAssociated", message));
    }
    if attached_to(context.own, &vpc.id)? {
        let message = format!("Network {} already has an internet gateway attached", vpc.id);
        return Err(Fault::new("InvalidParameterValue", message));
    }
    gateway.vpc = Some(vpc.id);
    store::save(context.own, &gateway)?;
    Ok(json!({ "return": true }))
}

/// DetachInternetGateway: refused while public addresses are mapped in the VPC.
pub fn detach(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let mut gateway: InternetGateway = store::find(context.own, parameters.need("InternetGatewayId")?)?;
    let vpc: Vpc = store::find(context.own, parameters.need("VpcId")?)?;
    if gateway.vpc.as_deref() != Some(&*vpc.id) {
        let message = format!("resource {} is not attached to network {}", gateway.id, vpc.id);
        return Err(Fault::new("Gateway.NotAttached", message));
    }
    if gateways::holding(context)?.iter().any(|nat| nat.vpc == vpc.id && nat.allocation.is_some()) {
        let message = format!(
            "Network {} has some mapped public address(es). Please unmap those public address(es) before detaching \
             the gateway.",
            vpc.id
        );
        return Err(Fault::new("DependencyViolation", message));
    }
    gateway.vpc = None;
    store::save(context.own, &gateway)?;
    Ok(json!({ "return": true }))
}

/// DeleteInternetGateway: refused while attached.
pub fn delete(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let gateway: InternetGateway = store::find(context.own, parameters.need("InternetGatewayId")?)?;
    if gateway.vpc.is_some() {
        let message = format!("The internetGateway '{}' has dependencies and cannot be deleted.", gateway.id);
        return Err(Fault::new("DependencyViolation", message));
    }
    store::remove::<InternetGateway>(context.own, &gateway.id);
    Ok(json!({ "return": true }))
}
