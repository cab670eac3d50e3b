//! Policies written as the JSON documents that AWS accepts.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value, json};

use super::policy::ITSELF;
use super::{Condition, Policy, Principal, Statement};
use crate::resource::Resolved;

impl Policy<Resolved> {
    /// Returns the document, of version 2012-10-17. `itself` is the ARN of the resource that carries the policy, if any.
    pub fn to_json(&self, itself: Option<&str>) -> Value {
        let statements: Vec<Value> =
            self.statements.iter().map(|statement| statement_to_json(statement, itself)).collect();
        json!({ "Version": "2012-10-17", "Statement": statements })
    }
}

impl fmt::Display for Policy<Resolved> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_json(None))
    }
}

fn statement_to_json(statement: &Statement<Resolved>, itself: Option<&str>) -> Value {
    let mut fields = Map::new();
    if let Some(sid) = &statement.sid {
        fields.insert("Sid".into(), json!(sid));
    }
    fields.insert("Effect".into(), json!(statement.effect));
    if !statement.principals.is_empty() {
        fields.insert("Principal".into(), principals_to_json(&statement.principals));
    }
    if !statement.actions.is_empty() {
        fields.insert("Action".into(), json!(statement.actions));
    }
    if !statement.resources.is_empty() {
        let named = |resource: &String| itself.map_or(resource.clone(), |itself| resource.replace(ITSELF, itself));
        fields.insert("Resource".into(), statement.resources.iter().map(named).collect());
    }
    if !statement.conditions.is_empty() {
        let mut operators: BTreeMap<&str, BTreeMap<&str, &[String]>> = BTreeMap::new();
        for Condition { operator, key, values } in &statement.conditions {
            operators.entry(operator).or_default().insert(key, values);
        }
        fields.insert("Condition".into(), json!(operators));
    }
    fields.extend(statement.other.clone());
    Value::Object(fields)
}

fn principals_to_json(principals: &[Principal<Resolved>]) -> Value {
    if let [Principal::Everyone] = principals {
        return json!("*");
    }
    let mut by_type: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for principal in principals {
        let (name, value) = match principal {
            Principal::Everyone => ("AWS", "*"),
            Principal::Account(account) => ("AWS", account.as_str()),
            Principal::Aws(arn) => ("AWS", arn.as_str()),
            Principal::Service(host) => ("Service", host.as_str()),
            Principal::Federated(provider) => ("Federated", provider.as_str()),
        };
        by_type.entry(name).or_default().push(value);
    }
    json!(by_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_every_part_of_the_statement() {
        let policy = Policy::new()
            .allow(["s3:GetObject", "s3:GetObjectVersion"])
            .on_itself_then("/*")
            .to(Principal::account("123456789012"))
            .when("StringEquals", "aws:SourceAccount", ["123456789012"])
            .named("Read");
        let resolved: Policy<Resolved> = serde_json::from_value(serde_json::to_value(policy).unwrap()).unwrap();
        assert_eq!(
            resolved.to_json(Some("arn:aws:s3:::models")),
            json!({"Version": "2012-10-17", "Statement": [{
                "Sid": "Read", "Effect": "Allow", "Principal": {"AWS": ["123456789012"]},
                "Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": ["arn:aws:s3:::models/*"],
                "Condition": {"StringEquals": {"aws:SourceAccount": ["123456789012"]}},
            }]})
        );
    }
}
