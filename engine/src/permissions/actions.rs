//! The actions of IAM that calls need, from the table in `actions.txt`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// An action that a call needs, on resources and under a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need {
    /// The action, `sagemaker:CreateEndpoint`.
    pub(super) action: String,
    pub(super) target: Target,
    pub(super) condition: Condition,
}

/// The resources of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// All of them.
    Any,
    /// The resource itself, and an ending for those below it.
    Own(&'static str),
    /// The resources of a type that the inputs refer to.
    Type { name: &'static str, is_optional: bool },
    /// A template of an ARN.
    Arn(&'static str),
}

/// The condition of an action.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Condition {
    /// None.
    Always,
    /// The request sets the tags of the stack.
    New,
    /// The tags come with one of the calls that make resources of EC2.
    Created,
    /// The request sets the tags of the stack on a resource that has those of no other stack.
    Take,
    /// The resource has the tags of the stack.
    Own,
    /// The resource has the tags of the stack, and the policy is one that is declared.
    Policies(Vec<String>),
    /// The role is passed to a service.
    PassedTo(String),
    /// The role is the one that a service makes for itself.
    Linked(String),
    /// The key is used through a service of the region.
    Through(String),
    /// The key has an alias.
    Aliased(String),
}

static TABLE: LazyLock<BTreeMap<&'static str, Vec<Need>>> = LazyLock::new(|| read(include_str!("actions.txt")));

/// Returns the actions that a call needs; `None` for a call that the table does not have.
pub(super) fn needs(call: &str) -> Option<&'static [Need]> {
    TABLE.get(call).map(Vec::as_slice)
}

fn read(text: &'static str) -> BTreeMap<&'static str, Vec<Need>> {
    let mut table = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let Some((calls, needs)) = line.split_once(" =") else { continue };
        for call in calls.split_whitespace() {
            table.insert(call, needs.split(';').filter_map(|need| Need::read(call, need)).collect());
        }
    }
    table
}

impl Need {
    fn read(call: &str, text: &'static str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let action = match words.next()? {
            "." => call,
            action => action,
        };
        let target = match words.next()? {
            "*" => Target::Any,
            arn if arn.starts_with("arn:") => Target::Arn(arn),
            own if own.starts_with("self") => Target::Own(&own["self".len()..]),
            name => match name.strip_prefix('?') {
                Some(name) => Target::Type { name, is_optional: true },
                None => Target::Type { name, is_optional: false },
            },
        };
        let condition = match words.next() {
            None => Condition::Always,
            Some("new") => Condition::New,
            Some("own") => Condition::Own,
            Some("take") => Condition::Take,
            Some("created") => Condition::Created,
            Some("policies") => Condition::Policies(Vec::new()),
            Some(word) => match word.split_once('=')? {
                ("to", service) => Condition::PassedTo(service.to_owned()),
                ("through", service) => Condition::Through(service.to_owned()),
                ("linked", service) => Condition::Linked(service.to_owned()),
                _ => return None,
            },
        };
        Some(Self { action: action.to_owned(), target, condition })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::providers::{KnownCalls, providers};

    fn named(calls: &str) -> impl Iterator<Item = &str> {
        calls.split_whitespace()
    }

    #[test]
    fn every_need_of_the_table_is_read() {
        for line in include_str!("actions.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (calls, needs) = line.split_once(" =").unwrap_or_else(|| panic!("{line}"));
            let count = needs.split(';').filter(|need| !need.trim().is_empty()).count();
            for call in calls.split_whitespace() {
                assert_eq!(TABLE[call].len(), count, "{call}: {line}");
            }
        }
    }

    #[test]
    fn every_kind_names_calls_that_the_table_has() {
        let providers = providers();
        for kind in ebbtide::aws::kinds().iter() {
            let name = &kind.info().name;
            let implementation = providers.get(name).unwrap();
            let calls = match implementation.provider.calls() {
                KnownCalls::Of(calls) => *calls,
                KnownCalls::CloudControl(_) => continue,
                KnownCalls::Unknown => panic!("{name} names no calls"),
            };
            for part in [calls.reads, calls.creates, calls.updates, calls.deletes] {
                let missing: Vec<_> = named(part).filter(|call| needs(call).is_none()).collect();
                assert!(missing.is_empty(), "{name}: not in actions.txt: {missing:?}");
            }
        }
    }

    /// Returns the calls that the sources of the providers name, but for those through Cloud Control.
    fn calls_in_sources() -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src/providers"))];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let text = std::fs::read_to_string(&path).unwrap();
                let literals = text.split('"').skip(1).step_by(2);
                found.extend(literals.filter(|literal| is_call(literal)).map(str::to_owned));
            }
        }
        found
    }

    fn is_call(literal: &str) -> bool {
        let plain =
            |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte.is_ascii_digit());
        literal.split_once(':').is_some_and(|(service, name)| {
            !service.is_empty()
                && plain(service)
                && service != "cloudformation"
                && name.starts_with(|first: char| first.is_ascii_uppercase())
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    }

    #[test]
    fn every_call_in_the_sources_of_the_providers_is_one_that_a_kind_names() {
        let providers = providers();
        let mut listed = BTreeSet::new();
        for kind in ebbtide::aws::kinds().iter() {
            let implementation = providers.get(&kind.info().name).unwrap();
            let KnownCalls::Of(calls) = implementation.provider.calls() else { continue };
            let parts = [calls.reads, calls.creates, calls.updates, calls.deletes];
            let names = parts.iter().flat_map(|part| named(part));
            listed.extend(names.map(|name| name.split('(').next().unwrap_or_default().to_owned()));
        }
        // Beside its purpose, the calls on a queue list the components of the endpoint.
        listed.insert("sagemaker:ListInferenceComponents".to_owned());
        // Actions in the policies of resources are no calls.
        listed.extend(["kms:Decrypt", "s3:GetObject", "sts:AssumeRole"].map(str::to_owned));
        let missing: Vec<_> = calls_in_sources().difference(&listed).cloned().collect();
        assert!(missing.is_empty(), "no `CALLS` has {missing:?}");
    }
}
