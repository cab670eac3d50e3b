//! Changing an endpoint in place.

use crate::providers::lists::difference;
use crate::sdk::{CallName, Context, Error};
use ebbtide::aws::ec2::VpcEndpoint;
use ebbtide::resource::Resolved;

/// Changes the differing fields in one call, or makes none if only tags or the order of lists differ.
pub(super) async fn modify(
    context: &Context,
    id: &str,
    from: &VpcEndpoint<Resolved>,
    to: &VpcEndpoint<Resolved>,
) -> Result<(), Error> {
    if !differ(from, to) {
        return Ok(());
    }
    let mut request = context.aws.ec2().modify_vpc_endpoint().vpc_endpoint_id(id);
    for table in difference(&to.route_tables, &from.route_tables) {
        request = request.add_route_table_ids(table.as_str());
    }
    for table in difference(&from.route_tables, &to.route_tables) {
        request = request.remove_route_table_ids(table.as_str());
    }
    for subnet in difference(&to.subnets, &from.subnets) {
        request = request.add_subnet_ids(subnet.as_str());
    }
    for subnet in difference(&from.subnets, &to.subnets) {
        request = request.remove_subnet_ids(subnet.as_str());
    }
    for group in difference(&to.security_groups, &from.security_groups) {
        request = request.add_security_group_ids(group.as_str());
    }
    for group in difference(&from.security_groups, &to.security_groups) {
        request = request.remove_security_group_ids(group.as_str());
    }
    if from.private_dns != to.private_dns {
        request = request.private_dns_enabled(to.private_dns);
    }
    if from.policy != to.policy {
        request = match &to.policy {
            Some(policy) => request.policy_document(policy.to_string()),
            None => request.reset_policy(true),
        };
    }
    request.send().await.named("ec2:ModifyVpcEndpoint").map(drop)
}

/// Returns whether anything but tags and the order of lists differs.
fn differ(from: &VpcEndpoint<Resolved>, to: &VpcEndpoint<Resolved>) -> bool {
    fn members_differ<T: PartialEq>(one: &[T], other: &[T]) -> bool {
        !difference(one, other).is_empty() || !difference(other, one).is_empty()
    }
    from.policy != to.policy
        || from.private_dns != to.private_dns
        || members_differ(&from.route_tables, &to.route_tables)
        || members_differ(&from.subnets, &to.subnets)
        || members_differ(&from.security_groups, &to.security_groups)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ebbtide::aws::ec2::EndpointAccess;
    use ebbtide::resource::Tags;

    #[test]
    fn order_and_tags_alone_do_not_modify_an_endpoint() {
        let from = VpcEndpoint::<Resolved> {
            vpc: "vpc-1".into(),
            service: "s3".into(),
            access: EndpointAccess::Gateway,
            route_tables: vec!["rtb-1".into(), "rtb-2".into()],
            subnets: Vec::new(),
            security_groups: Vec::new(),
            private_dns: false,
            policy: None,
            tags: Tags::new(),
        };
        let mut to = from.clone();
        to.route_tables.reverse();
        to.tags.insert("team".into(), "serving".into());
        assert!(!differ(&from, &to));
        to.route_tables.pop();
        assert!(differ(&from, &to));
    }
}
