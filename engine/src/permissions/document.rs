//! Policy documents: statements with names, in as many managed policies as their size needs.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::statement::Statement;
use ebbtide::resource::Scope;

/// The longest document of a managed policy, white space not counted ("IAM and AWS STS quotas" of the IAM User Guide).
pub(crate) const MANAGED: usize = 6144;

/// The longest sum of the inline policies of a role, white space not counted.
pub(crate) const INLINE: usize = 10240;

/// Returns policies that each fit into a managed policy.
pub(super) fn policies(statements: Vec<Statement>, scope: &Scope, creating: &BTreeSet<String>) -> Vec<Value> {
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let mut groups: Vec<Vec<Value>> = Vec::new();
    let mut waiting: Vec<Statement> = statements.into_iter().rev().collect();
    while let Some(statement) = waiting.pop() {
        if size(&policy(&[statement.document("Sid", scope, creating)])) + SID > MANAGED
            && let Some([first, second]) = statement.halves()
        {
            waiting.extend([second, first]);
            continue;
        }
        let number = numbers.entry(statement.name()).or_default();
        *number += 1;
        let sid = if *number == 1 { statement.name() } else { format!("{}{number}", statement.name()) };
        let document = statement.document(&sid, scope, creating);
        let fits =
            |group: &&mut Vec<Value>| size(&policy(&[&group[..], std::slice::from_ref(&document)].concat())) <= MANAGED;
        match groups.last_mut().filter(fits) {
            Some(group) => group.push(document),
            None => groups.push(vec![document]),
        }
    }
    groups.iter().map(|group| policy(group)).collect()
}

/// The longest name of a statement.
const SID: usize = 40;

/// Returns a policy of statements.
pub(crate) fn policy(statements: &[Value]) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// Returns one policy with the statements of all.
pub(crate) fn joined(policies: &[Value]) -> Value {
    let statements: Vec<Value> =
        policies.iter().filter_map(|policy| policy["Statement"].as_array()).flatten().cloned().collect();
    policy(&statements)
}

/// Returns the length of a policy as AWS counts it, without white space.
pub(crate) fn size(policy: &Value) -> usize {
    policy.to_string().chars().filter(|letter| !letter.is_whitespace()).count()
}
