//! The AWS side of `ec2_vpc_endpoint`.

use aws_sdk_ec2::types as sdk;
use serde_json::Value;

use super::endpoint_change::modify;
use super::endpoint_reading::{exists, read_inputs, readiness};
use super::gone;
use super::ownership::{find_owned, ownership_filters};
use super::tagging::{tag_specification, update_tags};
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, OptionalCall, kind_of, required};
use ebbtide::aws::ec2::{EndpointAccess, VpcEndpoint, VpcEndpointOutputs};
use ebbtide::aws::{RouteTableId, SecurityGroupId, SubnetId, VpcEndpointId};
use ebbtide::resource::Resolved;

impl Provider for VpcEndpoint {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:ec2:{region}:{account}:vpc-endpoint/*",
        reads: "ec2:DescribeVpcEndpoints ec2:DescribePrefixLists",
        creates: "ec2:CreateVpcEndpoint ec2:CreateVpcEndpoint(private)",
        updates: "ec2:CreateTags ec2:DeleteTags ec2:ModifyVpcEndpoint ec2:CreateVpcEndpoint(private)",
        deletes: "ec2:DeleteVpcEndpoints",
    });

    async fn find(context: &Context, _inputs: &VpcEndpoint<Resolved>) -> Result<Option<String>, Error> {
        let request = context.aws.ec2().describe_vpc_endpoints().set_filters(Some(ownership_filters(context)));
        let pages = request.into_paginator().items().send().collect();
        find_owned(context, "ec2:DescribeVpcEndpoints", pages, existing_id, sdk::VpcEndpoint::tags).await
    }

    async fn create(context: &Context, inputs: &VpcEndpoint<Resolved>) -> Result<String, Error> {
        let request = context
            .aws
            .ec2()
            .create_vpc_endpoint()
            .client_token(context.identity.token())
            .vpc_id(inputs.vpc.as_str())
            .service_name(inputs.full_service_name(context.aws.region()))
            .set_policy_document(inputs.policy.as_ref().map(Value::to_string))
            .tag_specifications(tag_specification(context, sdk::ResourceType::VpcEndpoint, &inputs.tags));
        let request = match inputs.access {
            EndpointAccess::Gateway => request
                .vpc_endpoint_type(sdk::VpcEndpointType::Gateway)
                .set_route_table_ids(id_list(&inputs.route_tables, RouteTableId::as_str)),
            EndpointAccess::Interface => request
                .vpc_endpoint_type(sdk::VpcEndpointType::Interface)
                .set_subnet_ids(id_list(&inputs.subnets, SubnetId::as_str))
                .set_security_group_ids(id_list(&inputs.security_groups, SecurityGroupId::as_str))
                .private_dns_enabled(inputs.private_dns),
        };
        let created = request.send().await.named("ec2:CreateVpcEndpoint")?;
        required(created.vpc_endpoint.and_then(|endpoint| endpoint.vpc_endpoint_id), "VpcEndpointId")
    }

    async fn read(context: &Context, id: &str, last: &VpcEndpoint<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let request = context.aws.ec2().describe_vpc_endpoints().vpc_endpoint_ids(id);
        let described = request.send().await.named("ec2:DescribeVpcEndpoints").unless_missing(gone::ENDPOINT)?;
        let Some(described) = described else { return Ok(None) };
        let mut endpoints = described.vpc_endpoints().iter();
        let Some(endpoint) = endpoints.find(|endpoint| exists(endpoint)) else { return Ok(None) };
        let inputs = read_inputs(endpoint, context.aws.region(), last)?;
        // A gateway has no DNS entries.
        let dns_name = endpoint.dns_entries().first().and_then(|entry| entry.dns_name()).unwrap_or_default().to_owned();
        let prefix_list_id = match inputs.access {
            EndpointAccess::Gateway => prefix_list(context, &inputs.full_service_name(context.aws.region())).await?,
            EndpointAccess::Interface => String::new(),
        };
        let outputs =
            VpcEndpointOutputs::<Resolved> { vpc_endpoint_id: VpcEndpointId::from(id), dns_name, prefix_list_id };
        Ok(Some(Reading { readiness: readiness(endpoint), ..Reading::ready(inputs, outputs) }))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &VpcEndpoint<Resolved>,
        to: &VpcEndpoint<Resolved>,
    ) -> Result<(), Error> {
        modify(context, id, from, to).await?;
        update_tags(context, id, &from.tags, &to.tags).await
    }

    async fn delete(context: &Context, id: &str, _last: &VpcEndpoint<Resolved>) -> Result<(), Error> {
        let call = "ec2:DeleteVpcEndpoints";
        let request = context.aws.ec2().delete_vpc_endpoints().vpc_endpoint_ids(id);
        let Some(deleted) = request.send().await.named(call).unless_missing(gone::ENDPOINT)? else { return Ok(()) };
        // The call as a whole succeeds and lists the endpoints that it could not delete.
        let Some(failure) = deleted.unsuccessful().first().and_then(|item| item.error()) else { return Ok(()) };
        let (code, message) = (failure.code().unwrap_or_default(), failure.message().unwrap_or_default());
        let error = Error::new(kind_of(call, code, message, 400), message);
        let refused = Err(Error { call: Some(call.to_owned()), code: Some(code.to_owned()), ..error });
        refused.unless_missing(gone::ENDPOINT).map(|_: Option<()>| ())
    }
}

/// Returns the id of the prefix list of a service, which has the name of the service. DescribeVpcEndpoints does not return
/// it (terraform-provider-aws looks it up in the same way: `internal/service/ec2/vpc_endpoint.go`).
async fn prefix_list(context: &Context, service: &str) -> Result<String, Error> {
    let by_name = sdk::Filter::builder().name("prefix-list-name").values(service).build();
    let request = context.aws.ec2().describe_prefix_lists().filters(by_name);
    let described = request.send().await.named("ec2:DescribePrefixLists")?;
    let list = described.prefix_lists().first().and_then(|list| list.prefix_list_id());
    Ok(list.unwrap_or_default().to_owned())
}

fn existing_id(endpoint: &sdk::VpcEndpoint) -> Option<&str> {
    endpoint.vpc_endpoint_id().filter(|_| exists(endpoint))
}

/// Returns the ids as text, or `None` for an empty list, which AWS refuses.
fn id_list<T>(ids: &[T], as_str: fn(&T) -> &str) -> Option<Vec<String>> {
    (!ids.is_empty()).then(|| ids.iter().map(|id| as_str(id).to_owned()).collect())
}
