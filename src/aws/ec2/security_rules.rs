//! Bringing the rules of a security group from one state to another.

use aws_sdk_ec2::types::IpPermission;

use super::security_rule::{SecurityRule, write_rule};
use crate::engine::sdk::{CallName, Context, Error};
use crate::resource::Resolved;

/// Which way the traffic of a rule goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Ingress,
    Egress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Authorize,
    Describe,
    Revoke,
}

/// What has to be done to get from some rules to others.
#[derive(Debug, PartialEq)]
struct Changes<'a> {
    added: Vec<&'a SecurityRule<Resolved>>,
    described: Vec<&'a SecurityRule<Resolved>>,
    removed: Vec<&'a SecurityRule<Resolved>>,
}

fn changes<'a>(from: &'a [SecurityRule<Resolved>], to: &'a [SecurityRule<Resolved>]) -> Changes<'a> {
    let among = |rules: &[SecurityRule<Resolved>], rule: &SecurityRule<Resolved>| rules.iter().any(|o| o.same(rule));
    Changes {
        added: to.iter().filter(|rule| !among(from, rule)).collect(),
        described: to.iter().filter(|rule| among(from, rule) && !from.contains(rule)).collect(),
        removed: from.iter().filter(|rule| !among(to, rule)).collect(),
    }
}

/// Makes the rules of one direction of a group what they should be; what stays is never interrupted.
pub(super) async fn change_rules(
    context: &Context,
    id: &str,
    direction: Direction,
    from: &[SecurityRule<Resolved>],
    to: &[SecurityRule<Resolved>],
) -> Result<(), Error> {
    let changes = changes(from, to);
    for (act, rules) in
        [(Act::Authorize, changes.added), (Act::Describe, changes.described), (Act::Revoke, changes.removed)]
    {
        let permissions: Vec<_> = rules.into_iter().map(|rule| write_rule(id, rule)).collect();
        if permissions.is_empty() {
            continue;
        }
        // All in one call, unless an earlier call did some of them already: EC2 refuses all for one then.
        match send(context, id, direction, act, permissions.clone()).await {
            Err(error) if is_done(act, &error) => {
                for permission in permissions {
                    match send(context, id, direction, act, vec![permission]).await {
                        Err(error) if is_done(act, &error) => {}
                        answer => answer?,
                    }
                }
            }
            answer => answer?,
        }
    }
    Ok(())
}

/// Whether EC2 refuses because it was done before.
fn is_done(act: Act, error: &Error) -> bool {
    match act {
        Act::Authorize => error.is_code("InvalidPermission.Duplicate"),
        Act::Revoke => error.is_code("InvalidPermission.NotFound"),
        Act::Describe => false,
    }
}

async fn send(
    context: &Context,
    id: &str,
    direction: Direction,
    act: Act,
    permissions: Vec<IpPermission>,
) -> Result<(), Error> {
    let ec2 = context.aws.ec2();
    macro_rules! send {
        ($request:ident, $call:literal) => {
            ec2.$request().group_id(id).set_ip_permissions(Some(permissions)).send().await.named($call).map(drop)
        };
    }
    match (act, direction) {
        (Act::Authorize, Direction::Ingress) => {
            send!(authorize_security_group_ingress, "ec2:AuthorizeSecurityGroupIngress")
        }
        (Act::Authorize, Direction::Egress) => {
            send!(authorize_security_group_egress, "ec2:AuthorizeSecurityGroupEgress")
        }
        (Act::Describe, Direction::Ingress) => {
            send!(update_security_group_rule_descriptions_ingress, "ec2:UpdateSecurityGroupRuleDescriptionsIngress")
        }
        (Act::Describe, Direction::Egress) => {
            send!(update_security_group_rule_descriptions_egress, "ec2:UpdateSecurityGroupRuleDescriptionsEgress")
        }
        (Act::Revoke, Direction::Ingress) => send!(revoke_security_group_ingress, "ec2:RevokeSecurityGroupIngress"),
        (Act::Revoke, Direction::Egress) => send!(revoke_security_group_egress, "ec2:RevokeSecurityGroupEgress"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Peer, Traffic};
    use super::*;

    #[test]
    fn only_what_differs_is_done() {
        let rule = |port: u16, description: &str| SecurityRule::<Resolved> {
            traffic: Traffic::Tcp(port.into()),
            peer: Peer::Itself,
            description: description.into(),
        };
        let (from, to) = ([rule(1, ""), rule(2, "old"), rule(3, "")], [rule(2, "new"), rule(3, ""), rule(4, "")]);
        let expected = Changes { added: vec![&to[2]], described: vec![&to[0]], removed: vec![&from[0]] };
        assert_eq!(changes(&from, &to), expected);
    }
}
