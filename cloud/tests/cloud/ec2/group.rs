//! Security groups and their rules.

use aws_sdk_ec2::types::{IpPermission, IpRange, ResourceType, SecurityGroupRuleDescription, UserIdGroupPair};

use super::{Region, filter, tagged, unknown_id};
use crate::support::code;

fn https_from(cidr: &str) -> IpPermission {
    let range = IpRange::builder().cidr_ip(cidr).description("clients").build();
    IpPermission::builder().ip_protocol("tcp").from_port(443).to_port(443).ip_ranges(range).build()
}

fn https_from_group(id: &str) -> IpPermission {
    let pair = UserIdGroupPair::builder().group_id(id).build();
    IpPermission::builder().ip_protocol("6").from_port(443).to_port(443).user_id_group_pairs(pair).build()
}

#[tokio::test]
async fn names_are_checked_and_unique_in_a_vpc() {
    let region = Region::new();
    let (ec2, vpc) = (&region.ec2, region.vpc().await);
    let id = region.group(&vpc, "web").await;
    let create = |name: &str| ec2.create_security_group().vpc_id(&vpc).group_name(name).description("d");
    assert_eq!(code(create("web").send().await), "InvalidGroup.Duplicate");
    assert_eq!(code(create("sg-web").send().await), "InvalidParameterValue");
    assert_eq!(code(create("wéb").send().await), "InvalidParameterValue");
    assert_eq!(code(create("default").send().await), "InvalidGroup.Reserved");
    let other = region.vpc_of("10.9.0.0/16").await;
    region.group(&other, "web").await;
    let found = ec2.describe_security_groups().filters(filter("group-name", "web")).filters(filter("vpc-id", &vpc));
    let found = found.send().await.unwrap();
    let [group] = found.security_groups() else { panic!("{found:?}") };
    assert_eq!(group.group_id(), Some(&*id));
    assert!(group.ip_permissions().is_empty());
    let [out] = group.ip_permissions_egress() else { panic!("{group:?}") };
    assert_eq!((out.ip_protocol(), out.from_port()), (Some("-1"), None));
    assert_eq!(out.ip_ranges()[0].cidr_ip(), Some("0.0.0.0/0"));
    let default = ec2.describe_security_groups().filters(filter("group-name", "default")).send().await.unwrap();
    let default = default.security_groups()[0].group_id().unwrap();
    assert_eq!(code(ec2.delete_security_group().group_id(default).send().await), "CannotDelete");
}

#[tokio::test]
async fn rules_are_given_ids_and_can_be_revoked_either_way() {
    let region = Region::new();
    let (ec2, vpc) = (&region.ec2, region.vpc().await);
    let group = region.group(&vpc, "web").await;
    let authorize =
        |permission: IpPermission| ec2.authorize_security_group_ingress().group_id(&group).ip_permissions(permission);
    let tags = tagged(ResourceType::SecurityGroupRule, "a", "b");
    let added = authorize(https_from("10.0.0.9/16")).tag_specifications(tags).send().await.unwrap();
    let [rule] = added.security_group_rules() else { panic!("{added:?}") };
    assert_eq!((rule.cidr_ipv4(), rule.description()), (Some("10.0.0.0/16"), Some("clients")));
    assert_eq!((rule.is_egress(), rule.tags().len()), (Some(false), 1));
    assert_eq!(code(authorize(https_from("10.0.0.0/16")).send().await), "InvalidPermission.Duplicate");
    let half = authorize(https_from("10.1.0.0/16")).ip_permissions(https_from("10.0.0.0/16"));
    assert_eq!(code(half.send().await), "InvalidPermission.Duplicate");
    let listed = ec2.describe_security_group_rules().filters(filter("group-id", &group)).send().await.unwrap();
    assert_eq!(listed.security_group_rules().len(), 2, "the rule of the refused call is not there");

    let description = SecurityGroupRuleDescription::builder()
        .security_group_rule_id(rule.security_group_rule_id().unwrap())
        .description("everyone");
    let update = ec2.update_security_group_rule_descriptions_ingress().group_id(&group);
    update.security_group_rule_descriptions(description.build()).send().await.unwrap();
    let seen = ec2.describe_security_groups().group_ids(&group).send().await.unwrap();
    let permission = &seen.security_groups()[0].ip_permissions()[0];
    assert_eq!(permission.ip_ranges()[0].description(), Some("everyone"));
    assert_eq!((permission.from_port(), permission.to_port()), (Some(443), Some(443)));

    let revoke = || ec2.revoke_security_group_ingress().group_id(&group);
    revoke().ip_permissions(https_from("10.0.0.0/16")).send().await.unwrap();
    let again = revoke().ip_permissions(https_from("10.0.0.0/16")).send().await;
    assert_eq!(code(again), "InvalidPermission.NotFound");
    let egress = listed.security_group_rules().iter().find(|rule| rule.is_egress() == Some(true)).unwrap();
    let egress = egress.security_group_rule_id().unwrap();
    let wrong_way = revoke().security_group_rule_ids(egress).send().await;
    assert_eq!(code(wrong_way), "InvalidSecurityGroupRuleId.NotFound");
    let out = ec2.revoke_security_group_egress().group_id(&group).security_group_rule_ids(egress);
    assert_eq!(out.send().await.unwrap().revoked_security_group_rules().len(), 1);
    let seen = ec2.describe_security_groups().group_ids(&group).send().await.unwrap();
    assert!(seen.security_groups()[0].ip_permissions_egress().is_empty());
}

#[tokio::test]
async fn a_group_that_others_refer_to_stays() {
    let region = Region::new();
    let (ec2, vpc) = (&region.ec2, region.vpc().await);
    let (clients, servers) = (region.group(&vpc, "clients").await, region.group(&vpc, "servers").await);
    let authorize = |group: &str, from: &str| {
        ec2.authorize_security_group_ingress().group_id(group).ip_permissions(https_from_group(from)).send()
    };
    authorize(&servers, &clients).await.unwrap();
    authorize(&servers, &servers).await.unwrap();
    assert_eq!(code(authorize(&servers, &unknown_id("sg")).await), "InvalidGroup.NotFound");
    let other = region.vpc_of("10.9.0.0/16").await;
    let elsewhere = region.group(&other, "elsewhere").await;
    assert_eq!(code(authorize(&servers, &elsewhere).await), "InvalidGroup.NotFound");
    let seen = ec2.describe_security_groups().group_ids(&servers).send().await.unwrap();
    let [permission] = seen.security_groups()[0].ip_permissions() else { panic!("{seen:?}") };
    assert_eq!(permission.user_id_group_pairs().len(), 2);
    assert_eq!(permission.user_id_group_pairs()[0].user_id(), Some("123456789012"));
    let delete = |group: &str| ec2.delete_security_group().group_id(group).send();
    assert_eq!(code(delete(&clients).await), "DependencyViolation");
    // Its own reference to itself does not count.
    delete(&servers).await.unwrap();
    delete(&clients).await.unwrap();
    assert_eq!(code(delete(&clients).await), "InvalidGroup.NotFound");
}

#[tokio::test]
async fn permissions_are_checked() {
    let region = Region::new();
    let (ec2, vpc) = (&region.ec2, region.vpc().await);
    let group = region.group(&vpc, "web").await;
    let authorize = |permission: IpPermission| {
        ec2.authorize_security_group_ingress().group_id(&group).ip_permissions(permission).send()
    };
    let from = |ports: Option<(i32, i32)>, protocol: &str, cidr: &str| {
        let range = IpRange::builder().cidr_ip(cidr).build();
        let permission = IpPermission::builder().ip_protocol(protocol).ip_ranges(range);
        permission.set_from_port(ports.map(|p| p.0)).set_to_port(ports.map(|p| p.1)).build()
    };
    for wrong in [
        from(None, "tcp", "10.0.0.0/16"),
        from(Some((443, 80)), "tcp", "10.0.0.0/16"),
        from(Some((0, 70000)), "udp", "10.0.0.0/16"),
        from(Some((80, 80)), "carrier-pigeon", "10.0.0.0/16"),
        from(Some((80, 80)), "tcp", "10.0.0.0"),
    ] {
        assert_eq!(code(authorize(wrong.clone()).await), "InvalidParameterValue", "{wrong:?}");
    }
    let without_peer = IpPermission::builder().ip_protocol("-1").build();
    assert_eq!(code(authorize(without_peer).await), "MissingParameter");
    authorize(from(Some((80, 90)), "-1", "10.0.0.0/16")).await.unwrap();
    let seen = ec2.describe_security_groups().group_ids(&group).send().await.unwrap();
    assert_eq!(seen.security_groups()[0].ip_permissions()[0].from_port(), None, "all traffic has no ports");
}
