//! Changing the rules of a security group from one state to another.

use aws_sdk_ec2::types as sdk;

use super::security_rule::{rule_to_sdk, same_traffic};
use crate::sdk::{CallName, Context, Error};
use ebbtide::aws::ec2::SecurityRule;
use ebbtide::resource::Resolved;

/// The direction of the traffic that a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Ingress,
    Egress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Authorize,
    Describe,
    Revoke,
}

/// The rules to add, to describe anew and to remove.
#[derive(Debug, PartialEq)]
struct Changes<'a> {
    added: Vec<&'a SecurityRule<Resolved>>,
    described: Vec<&'a SecurityRule<Resolved>>,
    removed: Vec<&'a SecurityRule<Resolved>>,
}

fn changes<'a>(from: &'a [SecurityRule<Resolved>], to: &'a [SecurityRule<Resolved>]) -> Changes<'a> {
    let has = |rules: &[SecurityRule<Resolved>], rule: &SecurityRule<Resolved>| {
        rules.iter().any(|other| same_traffic(other, rule))
    };
    Changes {
        added: to.iter().filter(|rule| !has(from, rule)).collect(),
        described: to.iter().filter(|rule| has(from, rule) && !from.contains(rule)).collect(),
        removed: from.iter().filter(|rule| !has(to, rule)).collect(),
    }
}

/// Changes the rules of one direction of a group. Rules that stay are never interrupted, and new ones are added before old ones
/// are removed.
pub(super) async fn change_rules(
    context: &Context,
    id: &str,
    direction: Direction,
    from: &[SecurityRule<Resolved>],
    to: &[SecurityRule<Resolved>],
) -> Result<(), Error> {
    let changes = changes(from, to);
    for (action, rules) in
        [(Action::Authorize, changes.added), (Action::Describe, changes.described), (Action::Revoke, changes.removed)]
    {
        let permissions: Vec<_> = rules.into_iter().map(|rule| rule_to_sdk(id, rule)).collect();
        if permissions.is_empty() {
            continue;
        }
        // All in one call. EC2 refuses all of them if an earlier call did some already; then one by one.
        match send(context, id, direction, action, permissions.clone()).await {
            Err(error) if is_done(action, &error) => {
                for permission in permissions {
                    match send(context, id, direction, action, vec![permission]).await {
                        Err(error) if is_done(action, &error) => {}
                        result => result?,
                    }
                }
            }
            result => result?,
        }
    }
    Ok(())
}

/// Returns whether EC2 refuses an action because it was done before.
fn is_done(action: Action, error: &Error) -> bool {
    match action {
        Action::Authorize => error.is_code("InvalidPermission.Duplicate"),
        Action::Revoke => error.is_code("InvalidPermission.NotFound"),
        Action::Describe => false,
    }
}

async fn send(
    context: &Context,
    id: &str,
    direction: Direction,
    action: Action,
    permissions: Vec<sdk::IpPermission>,
) -> Result<(), Error> {
    let ec2 = context.aws.ec2();
    macro_rules! send {
        ($request:ident, $call:literal) => {
            ec2.$request().group_id(id).set_ip_permissions(Some(permissions)).send().await.named($call).map(drop)
        };
    }
    match (action, direction) {
        (Action::Authorize, Direction::Ingress) => {
            send!(authorize_security_group_ingress, "ec2:AuthorizeSecurityGroupIngress")
        }
        (Action::Authorize, Direction::Egress) => {
            send!(authorize_security_group_egress, "ec2:AuthorizeSecurityGroupEgress")
        }
        (Action::Describe, Direction::Ingress) => {
            send!(update_security_group_rule_descriptions_ingress, "ec2:UpdateSecurityGroupRuleDescriptionsIngress")
        }
        (Action::Describe, Direction::Egress) => {
            send!(update_security_group_rule_descriptions_egress, "ec2:UpdateSecurityGroupRuleDescriptionsEgress")
        }
        (Action::Revoke, Direction::Ingress) => send!(revoke_security_group_ingress, "ec2:RevokeSecurityGroupIngress"),
        (Action::Revoke, Direction::Egress) => send!(revoke_security_group_egress, "ec2:RevokeSecurityGroupEgress"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ebbtide::aws::ec2::{Peer, Traffic};

    #[test]
    fn only_rules_that_differ_are_changed() {
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
