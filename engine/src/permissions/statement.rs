//! From actions to the statements of a policy: as few as possible, without allowing more.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::actions::Condition;
use super::resources::type_of;
use ebbtide::resource::Scope;

/// Actions with the resources that each of them needs under a condition.
#[derive(Clone, Debug, Default)]
pub(super) struct Actions {
    needed: BTreeMap<(Condition, String), BTreeSet<String>>,
    /// The calls of EC2 that set tags on what they make.
    creating: BTreeSet<String>,
}

/// A statement that allows actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) actions: BTreeSet<String>,
    pub(super) resources: BTreeSet<String>,
    condition: Condition,
}

impl Actions {
    pub(super) fn add(&mut self, action: &str, resource: String, condition: Condition) {
        self.needed.entry((condition, action.to_owned())).or_default().insert(resource);
    }

    /// Notes a call of EC2 that sets tags on what it makes.
    pub(super) fn add_creation(&mut self, call: &str) {
        self.creating.insert(call.split_once(':').map_or(call, |(_, name)| name).to_owned());
    }

    /// Returns the actions with their resources and conditions, and the calls of EC2 that set tags on what they make.
    pub(super) fn into_needed(self) -> (BTreeMap<(Condition, String), BTreeSet<String>>, BTreeSet<String>) {
        (self.needed, self.creating)
    }

    /// Returns the statements, by service.
    pub(super) fn statements(mut self) -> (Vec<Statement>, BTreeSet<String>) {
        self.drop_covered();
        let mut statements: Vec<Statement> = Vec::new();
        for ((condition, action), resources) in &self.needed {
            // What can be read of all resources only is one statement for all services.
            let anything = |action: &String| reads(action) && resources.contains("*");
            let same = |one: &&mut Statement| {
                one.condition == *condition
                    && one.resources == *resources
                    && one.actions.iter().all(anything) == anything(action)
                    && (anything(action) || service(&one.actions) == service_of(action))
            };
            match statements.iter_mut().find(same) {
                Some(statement) => drop(statement.actions.insert(action.clone())),
                None => statements.push(Statement {
                    actions: BTreeSet::from([action.clone()]),
                    resources: resources.clone(),
                    condition: condition.clone(),
                }),
            }
        }
        let types = self.types();
        let mut merged: Vec<Statement> = Vec::new();
        for statement in statements {
            match merged.iter_mut().find(|one| one.may_take(&statement, &types)) {
                Some(one) => {
                    one.actions.extend(statement.actions);
                    one.resources.extend(statement.resources);
                }
                None => merged.push(statement),
            }
        }
        merged.sort_by(|one, other| {
            (service(&one.actions), &one.condition).cmp(&(service(&other.actions), &other.condition))
        });
        (merged, self.creating)
    }

    /// Drops what is allowed under a condition and without it.
    fn drop_covered(&mut self) {
        let always: BTreeMap<String, BTreeSet<String>> = self
            .needed
            .iter()
            .filter(|((condition, _), _)| *condition == Condition::Always)
            .map(|((_, action), resources)| (action.clone(), resources.clone()))
            .collect();
        for ((condition, action), resources) in &mut self.needed {
            let Some(all) = always.get(action) else { continue };
            if *condition != Condition::Always {
                resources.retain(|resource| !all.contains(resource) && !all.contains("*"));
            } else if all.contains("*") {
                resources.retain(|resource| resource == "*");
            }
        }
        self.needed.retain(|_, resources| !resources.is_empty());
    }

    /// Returns the types of resources that each action is about.
    fn types(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut types: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for ((_, action), resources) in &self.needed {
            let of = resources.iter().map(|resource| type_of(resource).to_owned());
            types.entry(action.clone()).or_default().extend(of);
        }
        types
    }
}

impl Statement {
    /// Returns whether another statement can become part of this one without allowing more: no action is about the resources that
    /// come in with the others, unless it has them already.
    fn may_take(&self, other: &Self, types: &BTreeMap<String, BTreeSet<String>>) -> bool {
        let harmless = |actions: &BTreeSet<String>, own: &BTreeSet<String>, further: &BTreeSet<String>| {
            further.difference(own).all(|resource| {
                resource != "*" && actions.iter().all(|action| !types[action].contains(type_of(resource)))
            })
        };
        self.condition == other.condition
            && service(&self.actions) == service(&other.actions)
            && !self.resources.contains("*")
            && harmless(&self.actions, &self.resources, &other.resources)
            && harmless(&other.actions, &other.resources, &self.resources)
    }

    /// Returns the statement as a policy has it.
    pub(super) fn document(&self, sid: &str, scope: &Scope, creating: &BTreeSet<String>) -> Value {
        let mut statement = Map::new();
        statement.insert("Sid".to_owned(), json!(sid));
        statement.insert("Effect".to_owned(), json!("Allow"));
        statement.insert("Action".to_owned(), json!(self.actions));
        statement.insert("Resource".to_owned(), json!(self.resources));
        let condition = self.condition.document(scope, creating);
        if !condition.is_null() {
            statement.insert("Condition".to_owned(), condition);
        }
        Value::Object(statement)
    }

    /// Returns a name for the statement, without a number.
    pub(super) fn name(&self) -> String {
        let services: BTreeSet<&str> = self.actions.iter().map(|action| service_of(action)).collect();
        if services.len() > 1 {
            return "Read".to_owned();
        }
        let mut name: String = service(&self.actions).split('-').map(capitalized).collect();
        name.push_str(match &self.condition {
            Condition::Always if self.actions.iter().all(|action| reads(action)) => "Read",
            Condition::Always => "Named",
            Condition::New => "Create",
            Condition::Created => "TagNew",
            Condition::Take => "TakeOver",
            Condition::Own => "Change",
            Condition::Policies(_) => "Attach",
            Condition::PassedTo(_) => "Pass",
            Condition::Linked(_) => "Linked",
            Condition::Through(_) => "Through",
            Condition::Aliased(_) => "Aliased",
        });
        name
    }

    /// Returns two statements with half of the resources each; `None` for one that has a single resource.
    pub(super) fn halves(&self) -> Option<[Self; 2]> {
        let half = self.resources.len() / 2;
        (half > 0).then(|| {
            let part =
                |resources: Vec<&String>| Self { resources: resources.into_iter().cloned().collect(), ..self.clone() };
            [part(self.resources.iter().take(half).collect()), part(self.resources.iter().skip(half).collect())]
        })
    }
}

impl Condition {
    /// Returns whether a creation cannot do without. Service-linked roles mostly exist, and conditions on resources that exist are not
    /// simulated as calls meet them (aws/aws-sdk-java-v2, issue 1751).
    pub(super) fn is_certain(&self) -> bool {
        matches!(self, Self::Always | Self::New | Self::Created | Self::PassedTo(_))
    }

    /// Returns whether the request sets tags.
    pub(super) fn sets_tags(&self) -> bool {
        matches!(self, Self::New | Self::Created | Self::Take)
    }

    /// Returns the keys of a request that meets the condition.
    pub(super) fn keys(&self, scope: &Scope, creating: &BTreeSet<String>) -> Vec<(String, Vec<String>)> {
        let Value::Object(operators) = self.document(scope, creating) else { return Vec::new() };
        let keys = operators.into_iter().filter_map(|(_, keys)| match keys {
            Value::Object(keys) => Some(keys),
            _ => None,
        });
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let values = |value: Value| match &value {
            Value::Array(values) => values.iter().filter_map(text).collect(),
            one => text(one).into_iter().collect(),
        };
        keys.flatten().map(|(key, value)| (key, values(value))).collect()
    }

    fn document(&self, scope: &Scope, creating: &BTreeSet<String>) -> Value {
        let tags = |key: &str| {
            let keys = [("environment", &scope.environment), ("stack", &scope.stack)];
            keys.into_iter().map(|(tag, value)| (format!("aws:{key}/ebb:{tag}"), json!(value))).collect::<Map<_, _>>()
        };
        match self {
            Self::Always => Value::Null,
            Self::New => json!({ "StringEquals": tags("RequestTag") }),
            Self::Created => {
                let mut keys = tags("RequestTag");
                keys.insert("ec2:CreateAction".to_owned(), json!(creating));
                json!({ "StringEquals": keys })
            }
            Self::Take => json!({ "StringEquals": tags("RequestTag"), "StringEqualsIfExists": tags("ResourceTag") }),
            Self::Own => json!({ "StringEquals": tags("ResourceTag") }),
            Self::Policies(arns) => {
                json!({ "StringEquals": tags("ResourceTag"), "ArnEquals": { "iam:PolicyARN": arns } })
            }
            Self::PassedTo(service) => json!({ "StringEquals": { "iam:PassedToService": service } }),
            Self::Linked(service) => json!({ "StringEquals": { "iam:AWSServiceName": service } }),
            // The key that a call names by its ARN has the alias, too.
            Self::Aliased(alias) => json!({ "ForAnyValue:StringEquals": { "kms:ResourceAliases": alias } }),
            Self::Through(service) => {
                let service = format!("{service}.{}.{}", scope.region, scope.dns_suffix());
                json!({ "StringEquals": { "kms:ViaService": service } })
            }
        }
    }
}

fn service_of(action: &str) -> &str {
    action.split(':').next().unwrap_or_default()
}

fn service(actions: &BTreeSet<String>) -> &str {
    actions.first().map_or("", |action| service_of(action))
}

fn reads(action: &str) -> bool {
    let name = action.split_once(':').map_or(action, |(_, name)| name);
    ["BatchGet", "Describe", "Get", "List", "Simulate", "View"].iter().any(|verb| name.starts_with(verb))
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arn(end: &str) -> String {
        format!("arn:aws:ec2:eu-west-1:123456789012:{end}")
    }

    #[test]
    fn statements_are_joined_only_if_no_action_gets_more() {
        let mut actions = Actions::default();
        actions.add("ec2:DeleteVpc", arn("vpc/*"), Condition::Own);
        actions.add("ec2:DeleteSubnet", arn("subnet/*"), Condition::Own);
        actions.add("ec2:CreateSubnet", arn("subnet/*"), Condition::New);
        actions.add("ec2:CreateSubnet", arn("vpc/*"), Condition::Own);
        let (statements, _) = actions.statements();
        let own: Vec<_> = statements.iter().filter(|one| one.condition == Condition::Own).collect();
        // CreateSubnet is about subnets too, but under another condition.
        assert_eq!(own.len(), 2, "{statements:?}");
        let creating = own.iter().find(|one| one.actions.contains("ec2:CreateSubnet")).unwrap();
        assert!(!creating.resources.contains(&arn("subnet/*")), "{statements:?}");
    }

    #[test]
    fn what_is_allowed_everywhere_is_not_listed_again() {
        let mut actions = Actions::default();
        actions.add("ec2:DescribeVpcs", "*".to_owned(), Condition::Always);
        actions.add("ec2:DescribeVpcs", arn("vpc/*"), Condition::Own);
        assert_eq!(actions.statements().0.len(), 1);
    }
}
