//! Authorizing, revoking, describing and annotating the rules of security groups.

use serde_json::{Value, json};

use super::group_text::check_text;
use super::listing::Listing;
use super::records::groups::{Rule, SecurityGroup};
use super::{kind, rule, store, tags};
use crate::documents::CallContext;
use crate::service::Fault;
use crate::wire::query::Parameters;

/// How many rules a group may have in each direction, by default.
const MOST: usize = 60;

/// AuthorizeSecurityGroupIngress and AuthorizeSecurityGroupEgress: all of the rules or none.
pub fn authorize(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let group: SecurityGroup = store::find(context.own, parameters.need("GroupId")?)?;
    let rules = rule::of_request(parameters, &group, context)?;
    let tags = tags::specified(parameters, kind::SECURITY_GROUP_RULE)?;
    let mut present = present(&group, &rules, context)?;
    let mut added = Vec::new();
    for rule in rules {
        if let Some(same) = present.iter().find(|other| other.is_same(&rule)) {
            if added.contains(&same.id) {
                let message = "The same permission must not appear multiple times";
                return Err(Fault::new("InvalidParameterValue", message));
            }
            let message = format!("the specified rule \"{}\" already exists", rule.in_words());
            return Err(Fault::new("InvalidPermission.Duplicate", message));
        }
        added.push(rule.id.clone());
        present.push(rule);
    }
    if present.len() > MOST {
        let message = "The maximum number of rules per security group has been reached.";
        return Err(Fault::new("RulesPerSecurityGroupLimitExceeded", message));
    }
    let mut items = Vec::new();
    for rule in present.iter().filter(|rule| added.contains(&rule.id)) {
        store::save(context.own, rule)?;
        tags::add(context.own, &rule.id, tags.clone())?;
        items.push(rule::shown(rule, context));
    }
    Ok(json!({ "return": true, "securityGroupRuleSet": items }))
}

// The rules that the group has in the direction of those given.
fn present(group: &SecurityGroup, given: &[Rule], context: &CallContext<'_>) -> Result<Vec<Rule>, Fault> {
    let egress = given.first().is_some_and(|rule| rule.egress);
    let all = store::all::<Rule>(context.own)?;
    Ok(all.into_iter().filter(|rule| rule.group == group.id && rule.egress == egress).collect())
}

/// RevokeSecurityGroupIngress and RevokeSecurityGroupEgress, by rule ids or by permissions.
pub fn revoke(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let group: SecurityGroup = store::find(context.own, parameters.need("GroupId")?)?;
    let egress = parameters.operation().contains("Egress");
    let ids = parameters.strings("SecurityGroupRuleId");
    let mut revoked: Vec<Rule> = Vec::new();
    for id in &ids {
        let rule: Rule = store::find(context.own, id)?;
        if rule.group != group.id || rule.egress != egress {
            return Err(kind::SECURITY_GROUP_RULE.missing(id));
        }
        revoked.push(rule);
    }
    if ids.is_empty() {
        let given = rule::of_request(parameters, &group, context)?;
        let present = present(&group, &given, context)?;
        for rule in &given {
            let found = present.iter().find(|other| other.is_same(rule)).ok_or_else(|| {
                let message = "The specified rule does not exist in this security group.";
                Fault::new("InvalidPermission.NotFound", message)
            })?;
            revoked.push(found.clone());
        }
    }
    let mut items = Vec::new();
    for rule in &revoked {
        let mut item = rule::shown(rule, context);
        // This response names the other group by a plain field.
        item["referencedGroupId"] = item["referencedGroupInfo"]["groupId"].clone();
        for absent in ["referencedGroupInfo", "tagSet", "groupOwnerId", "securityGroupRuleArn"] {
            item[absent] = Value::Null;
        }
        items.push(item);
        store::remove::<Rule>(context.own, &rule.id);
    }
    Ok(json!({ "return": true, "revokedSecurityGroupRuleSet": items }))
}

/// DescribeSecurityGroupRules.
pub fn describe(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let items = store::all::<Rule>(context.own)?.iter().map(|rule| rule::shown(rule, context)).collect();
    let listing = Listing {
        ids: "SecurityGroupRuleId",
        kind: kind::SECURITY_GROUP_RULE,
        id_field: "securityGroupRuleId",
        set: "securityGroupRuleSet",
        filters: &[("group-id", "groupId"), ("security-group-rule-id", "securityGroupRuleId")],
    };
    listing.respond(parameters, items)
}

/// UpdateSecurityGroupRuleDescriptionsIngress and …Egress; a description that is not given is taken away.
pub fn update_descriptions(parameters: &Parameters, context: &mut CallContext<'_>) -> Result<Value, Fault> {
    let group: SecurityGroup = store::find(context.own, parameters.need("GroupId")?)?;
    let by_id = parameters.list("SecurityGroupRuleDescription");
    let mut changed: Vec<Rule> = Vec::new();
    for member in &by_id {
        let mut rule: Rule = store::find(context.own, member.need("SecurityGroupRuleId")?)?;
        if rule.group != group.id || rule.egress != parameters.operation().contains("Egress") {
            return Err(kind::SECURITY_GROUP_RULE.missing(&rule.id));
        }
        rule.description = member.get("Description").map(str::to_owned);
        check_text("Description", rule.description.as_deref().unwrap_or_default())?;
        changed.push(rule);
    }
    if by_id.is_empty() {
        let given = rule::of_request(parameters, &group, context)?;
        let present = present(&group, &given, context)?;
        for rule in given {
            let found = present.iter().find(|other| other.is_same(&rule)).ok_or_else(|| {
                let message = "The specified rule does not exist in this security group.";
                Fault::new("InvalidPermission.NotFound", message)
            })?;
            changed.push(Rule { description: rule.description, ..found.clone() });
        }
    }
    for rule in &changed {
        store::save(context.own, rule)?;
    }
    Ok(json!({ "return": true }))
}
