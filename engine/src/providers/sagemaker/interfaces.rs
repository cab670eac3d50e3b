//! The network interfaces that SageMaker leaves behind for a while when a fleet is gone.
//!
//! It removes them asynchronously, with the execution role: "Do not delete or revoke the permissions for your
//! ExecutionRoleArn, otherwise SageMaker cannot delete these resources" (DeleteEndpoint). A model knows the role, the
//! subnets and the security groups, and goes before them, so its deletion waits.

use aws_sdk_ec2::types::{Filter, NetworkInterface};
use aws_sdk_sagemaker::types::{EndpointStatus, VpcConfig};

use crate::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};
use ebbtide::aws::sagemaker::{Model, ModelVpc};
use ebbtide::resource::Resolved;

/// Returns the ids of the interfaces that keep the role and the network of a deleted model in use.
///
/// Other endpoints may have interfaces in the same subnets and groups. While one has, only interfaces that were made with
/// this model's role count, and none if such an endpoint has that role too: the role and the network stay in use anyway.
pub(super) async fn left_behind(context: &Context, model: &Model<Resolved>) -> Result<Vec<String>, Error> {
    let Some(vpc) = &model.vpc else { return Ok(Vec::new()) };
    let found = interfaces(context, vpc).await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let role = model.execution_role.as_str();
    let neighbours = neighbours(context, vpc).await?;
    let ids = |interfaces: Vec<&NetworkInterface>| {
        interfaces.into_iter().filter_map(NetworkInterface::network_interface_id).map(str::to_owned).collect()
    };
    if neighbours.is_empty() {
        return Ok(ids(found.iter().collect()));
    }
    if neighbours.iter().any(|other| other == role) {
        return Ok(Vec::new());
    }
    let Some(role_id) = role_id(context, role).await? else { return Ok(Vec::new()) };
    let session = format!("{role_id}:");
    let of_role = |interface: &&NetworkInterface| interface.requester_id().is_some_and(|id| id.starts_with(&session));
    Ok(ids(found.iter().filter(of_role).collect()))
}

/// Returns the interfaces in the subnets and groups of a model, other than those of VPC endpoints and gateways.
async fn interfaces(context: &Context, vpc: &ModelVpc<Resolved>) -> Result<Vec<NetworkInterface>, Error> {
    let filter = |name: &str, values: Vec<String>| Filter::builder().name(name).set_values(Some(values)).build();
    let subnets = vpc.subnets.iter().map(|subnet| subnet.0.clone()).collect();
    let groups = vpc.security_groups.iter().map(|group| group.0.clone()).collect();
    let describe = context.aws.ec2().describe_network_interfaces();
    let describe = describe.filters(filter("subnet-id", subnets)).filters(filter("group-id", groups));
    let mut pages = describe.into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(interface) = pages.next().await {
        found.push(interface.named("ec2:DescribeNetworkInterfaces")?);
    }
    found.retain(|interface| interface.interface_type().is_none_or(|kind| kind.as_str() == "interface"));
    Ok(found)
}

/// Returns the roles of the models that run in a network, on endpoints that are not being deleted.
async fn neighbours(context: &Context, vpc: &ModelVpc<Resolved>) -> Result<Vec<String>, Error> {
    let sagemaker = context.aws.sagemaker();
    let mut pages = sagemaker.list_endpoints().into_paginator().items().send();
    let mut roles = Vec::new();
    while let Some(endpoint) = pages.next().await {
        let endpoint = endpoint.named("sagemaker:ListEndpoints")?;
        if endpoint.endpoint_status() == Some(&EndpointStatus::Deleting) {
            continue;
        }
        let name = endpoint.endpoint_name().unwrap_or_default();
        let describe = sagemaker.describe_endpoint().endpoint_name(name).send().await;
        let endpoint = match describe.named("sagemaker:DescribeEndpoint").optional() {
            // An endpoint of another stack that the credentials may not look at: it may have interfaces here, and its role is not
            // this model's.
            Err(error) if error.kind == ErrorKind::Denied => {
                roles.push(String::new());
                continue;
            }
            found => found?,
        };
        let Some(endpoint) = endpoint else { continue };
        let config = endpoint.endpoint_config_name().unwrap_or_default();
        let describe = sagemaker.describe_endpoint_config().endpoint_config_name(config).send().await;
        let Some(config) = describe.named("sagemaker:DescribeEndpointConfig").optional()? else { continue };
        for model in config.production_variants().iter().filter_map(|variant| variant.model_name()) {
            let describe = sagemaker.describe_model().model_name(model).send().await;
            let Some(model) = describe.named("sagemaker:DescribeModel").optional()? else { continue };
            if model.vpc_config().is_some_and(|other| overlaps(vpc, other)) {
                roles.extend(model.execution_role_arn().map(str::to_owned));
            }
        }
    }
    Ok(roles)
}

fn overlaps(vpc: &ModelVpc<Resolved>, other: &VpcConfig) -> bool {
    vpc.subnets.iter().any(|subnet| other.subnets().contains(&subnet.0))
        && vpc.security_groups.iter().any(|group| other.security_group_ids().contains(&group.0))
}

/// Returns the unique id of a role, which begins the id of the principal of its sessions.
async fn role_id(context: &Context, arn: &str) -> Result<Option<String>, Error> {
    let name = arn.rsplit('/').next().unwrap_or_default();
    let found = context.aws.iam().get_role().role_name(name).send().await.named("iam:GetRole").optional()?;
    Ok(found.and_then(|found| found.role).map(|role| role.role_id))
}
