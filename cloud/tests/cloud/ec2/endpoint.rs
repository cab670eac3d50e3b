//! VPC endpoints.

use std::time::Duration;

use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType, VpcEndpointType};

use super::{Region, filter, tagged, unknown_id};
use crate::support::code;

const RUNTIME: &str = "com.amazonaws.us-east-1.sagemaker.runtime";
const S3: &str = "com.amazonaws.us-east-1.s3";

/// Returns the state of an endpoint in lower case, as AWS writes it and the SDK's type does not; none when it is gone.
async fn state(region: &Region, id: &str) -> Option<String> {
    let answer = region.ec2.describe_vpc_endpoints().vpc_endpoint_ids(id).send().await;
    match answer {
        Ok(answer) => Some(answer.vpc_endpoints()[0].state().unwrap().as_str().to_owned()),
        refused => {
            assert_eq!(code(refused), "InvalidVpcEndpointId.NotFound");
            None
        }
    }
}

async fn becomes(region: &Region, id: &str, wanted: Option<&str>) {
    for _ in 0..500 {
        if state(region, id).await.as_deref() == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the endpoint never becomes {wanted:?}");
}

#[tokio::test]
async fn a_gateway_endpoint_is_a_route() {
    let region = Region::new();
    let (ec2, vpc) = (&region.ec2, region.vpc().await);
    let table = region.route_table(&vpc).await;
    let create = || ec2.create_vpc_endpoint().vpc_id(&vpc).service_name(S3).route_table_ids(&table);
    let tags = tagged(ResourceType::VpcEndpoint, "ebb:address", "vpc_endpoint.s3");
    let made = create().client_token("t").tag_specifications(tags.clone()).send().await.unwrap();
    let made = made.vpc_endpoint().unwrap();
    let id = made.vpc_endpoint_id().unwrap();
    assert_eq!(made.route_table_ids(), [&*table]);
    assert_eq!((made.vpc_endpoint_type(), made.tags().len()), (Some(&VpcEndpointType::Gateway), 1));
    let again = create().client_token("t").tag_specifications(tags).send().await.unwrap();
    assert_eq!(again.vpc_endpoint().unwrap().vpc_endpoint_id(), Some(id));
    assert_eq!(code(create().send().await), "RouteAlreadyExists");

    let lists = || async {
        let seen = ec2.describe_route_tables().route_table_ids(&table).send().await.unwrap();
        let routes = seen.route_tables()[0].routes().iter();
        routes.filter_map(|route| route.destination_prefix_list_id().map(str::to_owned)).collect::<Vec<_>>()
    };
    let known = ec2.describe_prefix_lists().filters(filter("prefix-list-name", S3)).send().await.unwrap();
    assert_eq!(lists().await, [known.prefix_lists()[0].prefix_list_id().unwrap()]);
    let modify = || ec2.modify_vpc_endpoint().vpc_endpoint_id(id);
    modify().remove_route_table_ids(&table).send().await.unwrap();
    assert!(lists().await.is_empty());
    modify().add_route_table_ids(&table).policy_document(r#"{"Statement":[]}"#).send().await.unwrap();
    assert_eq!(lists().await.len(), 1);
    let seen = ec2.describe_vpc_endpoints().filters(filter("service-name", S3)).send().await.unwrap();
    assert_eq!(seen.vpc_endpoints()[0].policy_document(), Some(r#"{"Statement":[]}"#));
    assert_eq!(code(modify().policy_document("{").send().await), "InvalidPolicyDocument");

    assert_eq!(code(ec2.delete_vpc().vpc_id(&vpc).send().await), "DependencyViolation");
    ec2.delete_vpc_endpoints().vpc_endpoint_ids(id).send().await.unwrap();
    assert!(lists().await.is_empty());
    becomes(&region, id, None).await;
}

#[tokio::test]
async fn an_interface_endpoint_holds_subnets_and_groups_until_it_is_gone() {
    let region = Region::slow();
    let (ec2, vpc) = (&region.ec2, region.vpc().await);
    let a = region.subnet(&vpc, "10.0.1.0/24", "us-east-1a").await;
    let also_a = region.subnet(&vpc, "10.0.2.0/24", "us-east-1a").await;
    let b = region.subnet(&vpc, "10.0.3.0/24", "us-east-1b").await;
    let group = region.group(&vpc, "endpoints").await;
    let create = || {
        let call = ec2.create_vpc_endpoint().vpc_id(&vpc).service_name(RUNTIME);
        call.vpc_endpoint_type(VpcEndpointType::Interface).subnet_ids(&a).security_group_ids(&group)
    };
    assert_eq!(code(create().send().await), "InvalidParameter", "private DNS needs DNS host names in the VPC");
    let on = AttributeBooleanValue::builder().value(true).build();
    ec2.modify_vpc_attribute().vpc_id(&vpc).enable_dns_hostnames(on).send().await.unwrap();
    assert_eq!(code(create().subnet_ids(&also_a).send().await), "DuplicateSubnetsInSameZone");
    let made = create().send().await.unwrap().vpc_endpoint.unwrap();
    let id = made.vpc_endpoint_id().unwrap();
    assert_eq!(made.state().unwrap().as_str(), "pending");
    assert_eq!(made.private_dns_enabled(), Some(true));
    assert_eq!(made.groups()[0].group_id(), Some(&*group));
    let names: Vec<_> = made.dns_entries().iter().filter_map(|entry| entry.dns_name()).collect();
    assert!(names.contains(&"runtime.sagemaker.us-east-1.amazonaws.com"), "{names:?}");
    becomes(&region, id, Some("available")).await;
    assert_eq!(code(create().send().await), "InvalidParameter", "private DNS is taken");

    let modify = || ec2.modify_vpc_endpoint().vpc_endpoint_id(id);
    assert_eq!(code(modify().add_subnet_ids(&also_a).send().await), "DuplicateSubnetsInSameZone");
    modify().remove_subnet_ids(&a).add_subnet_ids(&also_a).add_subnet_ids(&b).send().await.unwrap();
    let interfaces = ec2.describe_network_interfaces().filters(filter("group-id", &group)).send().await.unwrap();
    assert_eq!(interfaces.network_interfaces().len(), 2);
    ec2.delete_subnet().subnet_id(&a).send().await.unwrap();
    let delete_b = || ec2.delete_subnet().subnet_id(&b);
    let delete_group = || ec2.delete_security_group().group_id(&group);
    assert_eq!(code(delete_b().send().await), "DependencyViolation");
    assert_eq!(code(delete_group().send().await), "DependencyViolation");

    let deleted = ec2.delete_vpc_endpoints().vpc_endpoint_ids(id).vpc_endpoint_ids(unknown_id("vpce"));
    let deleted = deleted.send().await.unwrap();
    let [failed] = deleted.unsuccessful() else { panic!("{deleted:?}") };
    assert_eq!(failed.error().unwrap().code(), Some("InvalidVpcEndpoint.NotFound"));
    assert_eq!(code(delete_b().send().await), "DependencyViolation", "its interface lingers");
    becomes(&region, id, None).await;
    delete_b().send().await.unwrap();
    delete_group().send().await.unwrap();
}

#[tokio::test]
async fn services_and_types_must_fit() {
    let region = Region::new();
    let (ec2, vpc) = (&region.ec2, region.vpc().await);
    let create = |service: &str| ec2.create_vpc_endpoint().vpc_id(&vpc).service_name(service);
    assert_eq!(code(create("com.amazonaws.us-east-1.nonsense").send().await), "InvalidServiceName");
    assert_eq!(code(create("com.amazonaws.eu-west-1.s3").send().await), "InvalidServiceName");
    assert_eq!(code(create(RUNTIME).send().await), "InvalidParameter", "there is no gateway endpoint for it");
    let table = region.route_table(&vpc).await;
    let interface = create(RUNTIME).vpc_endpoint_type(VpcEndpointType::Interface).private_dns_enabled(false);
    assert_eq!(code(interface.clone().route_table_ids(&table).send().await), "InvalidParameter");
    assert_eq!(code(interface.clone().subnet_ids(unknown_id("subnet")).send().await), "InvalidSubnetId.NotFound");
    let made = interface.send().await.unwrap().vpc_endpoint.unwrap();
    assert_eq!(made.groups()[0].group_name(), Some("default"));
    // Only the default policy of a gateway endpoint has a version.
    assert!(made.policy_document().is_some_and(|policy| !policy.contains("Version") && policy.contains("Allow")));
    let gateway = create(S3).send().await.unwrap().vpc_endpoint.unwrap();
    assert!(gateway.policy_document().is_some_and(|policy| policy.contains(r#""Version":"2008-10-17""#)));
    let services = ec2.describe_vpc_endpoint_services().service_names(RUNTIME).send().await.unwrap();
    assert_eq!(services.service_names(), [RUNTIME]);
}

#[tokio::test]
async fn a_service_is_not_in_every_zone() {
    let region = Region::new();
    let (ec2, vpc) = (&region.ec2, region.vpc().await);
    const MAIL: &str = "com.amazonaws.us-east-1.email-smtp";
    let services = ec2.describe_vpc_endpoint_services().service_names(MAIL).send().await.unwrap();
    assert_eq!(services.service_details()[0].availability_zones(), ["us-east-1b", "us-east-1c", "us-east-1d"]);
    let a = region.subnet(&vpc, "10.0.1.0/24", "us-east-1a").await;
    let b = region.subnet(&vpc, "10.0.2.0/24", "us-east-1b").await;
    let create = |subnet: &str| {
        let call = ec2.create_vpc_endpoint().vpc_id(&vpc).service_name(MAIL).private_dns_enabled(false);
        call.vpc_endpoint_type(VpcEndpointType::Interface).subnet_ids(subnet).send()
    };
    assert_eq!(code(create(&a).await), "InvalidParameter");
    create(&b).await.unwrap();
}

#[tokio::test]
async fn some_services_have_names_of_their_own_in_china() {
    let fixture = crate::support::Fixture::new();
    let ec2 = aws_sdk_ec2::Client::new(&crate::support::sdk(&fixture.cloud, "cn-north-1"));
    let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap().vpc_id.unwrap();
    let create = |service: &str| {
        let call = ec2.create_vpc_endpoint().vpc_id(&vpc).service_name(service).private_dns_enabled(false);
        call.vpc_endpoint_type(VpcEndpointType::Interface).send()
    };
    assert_eq!(code(create("com.amazonaws.cn-north-1.sagemaker.runtime").await), "InvalidServiceName");
    create("cn.com.amazonaws.cn-north-1.sagemaker.runtime").await.unwrap();
    create("com.amazonaws.cn-north-1.logs").await.unwrap();
}
