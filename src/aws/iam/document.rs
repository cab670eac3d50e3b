//! Policies as the JSON documents that AWS takes and hands back.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value, json};

use super::policy::ITSELF;
use super::{Condition, Effect, Policy, Principal, Statement};
use crate::engine::sdk::Error;
use crate::resource::Resolved;

impl Policy<Resolved> {
    /// The document, of version 2012-10-17. `itself` is the ARN of what carries the policy, if anything does.
    pub fn to_json(&self, itself: Option<&str>) -> Value {
        let statements: Vec<Value> = self.statements.iter().map(|statement| to_json(statement, itself)).collect();
        json!({ "Version": "2012-10-17", "Statement": statements })
    }

    /// Reads a document: plain, or URL-encoded as IAM hands it out.
    pub fn parse(document: &str) -> Result<Self, Error> {
        let text = if document.trim_start().starts_with('{') { document.to_owned() } else { url_decoded(document) };
        let json: Value = serde_json::from_str(&text)
            .map_err(|error| Error::invalid(format!("AWS has a policy that is not JSON: {error}")))?;
        let statements = list(json.get("Statement")).into_iter().map(parse_statement).collect();
        Ok(Self { statements })
    }

    /// Reads a document; `last` as it is if both say the same, so that only what differs in meaning is drift.
    pub(crate) fn read(document: &str, last: Option<&Self>, itself: Option<&str>) -> Result<Self, Error> {
        let read = Self::parse(document)?.marked(itself);
        match last {
            Some(last) if last.clone().marked(itself).says_the_same_as(&read) => Ok(last.clone()),
            _ => Ok(read),
        }
    }

    /// Whether both mean the same: the order of lists, and a single value in place of a list, mean nothing.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        canonical(self) == canonical(other)
    }

    /// The same with the ARN of what carries the policy written as `${self}`.
    fn marked(mut self, itself: Option<&str>) -> Self {
        let Some(itself) = itself else { return self };
        for resource in self.statements.iter_mut().flat_map(|statement| &mut statement.resources) {
            let rest = resource.strip_prefix(itself).filter(|rest| rest.is_empty() || rest.starts_with('/'));
            if let Some(rest) = rest {
                *resource = format!("{ITSELF}{rest}");
            }
        }
        self
    }
}

impl fmt::Display for Policy<Resolved> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_json(None))
    }
}

fn to_json(statement: &Statement<Resolved>, itself: Option<&str>) -> Value {
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

fn parse_statement(json: &Value) -> Statement<Resolved> {
    let mut statement = Statement::new(Effect::Deny);
    let Some(fields) = json.as_object() else {
        statement.other.insert("Statement".into(), json.clone());
        return statement;
    };
    for (name, value) in fields {
        let known = match name.as_str() {
            "Sid" => value.as_str().map(|sid| statement.sid = Some(sid.to_owned()).filter(|sid| !sid.is_empty())),
            "Effect" => serde_json::from_value(value.clone()).ok().map(|effect| statement.effect = effect),
            "Action" => texts(value).map(|actions| statement.actions = actions.into_iter().map(Into::into).collect()),
            "Resource" => texts(value).map(|resources| statement.resources = resources),
            "Principal" => parse_principals(value).map(|principals| statement.principals = principals),
            "Condition" => parse_conditions(value).map(|conditions| statement.conditions = conditions),
            _ => None,
        };
        if known.is_none() {
            statement.other.insert(name.clone(), value.clone());
        }
    }
    statement
}

fn parse_principals(json: &Value) -> Option<Vec<Principal<Resolved>>> {
    if json == "*" {
        return Some(vec![Principal::Everyone]);
    }
    let mut principals = Vec::new();
    for (name, values) in json.as_object()? {
        for text in texts(values)? {
            principals.push(match name.as_str() {
                "AWS" if text == "*" => Principal::Everyone,
                "AWS" => account_of(&text).map_or_else(|| Principal::Aws(text.clone()), Principal::Account),
                "Service" => Principal::Service(text),
                "Federated" => Principal::Federated(text),
                _ => return None,
            });
        }
    }
    Some(principals)
}

/// The account that a principal is: AWS turns its 12 digits into the ARN of its root.
fn account_of(principal: &str) -> Option<String> {
    let account = match principal.strip_suffix(":root") {
        Some(arn) if arn.starts_with("arn:") => arn.rsplit("::").next()?,
        _ => principal,
    };
    (account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit())).then(|| account.to_owned())
}

fn parse_conditions(json: &Value) -> Option<Vec<Condition<Resolved>>> {
    let mut conditions = Vec::new();
    for (operator, keys) in json.as_object()? {
        for (key, values) in keys.as_object()? {
            conditions.push(Condition { operator: operator.clone(), key: key.clone(), values: texts(values)? });
        }
    }
    Some(conditions)
}

/// A single value or a list, as a list.
fn list(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(members)) => members.iter().collect(),
        Some(single) => vec![single],
        None => Vec::new(),
    }
}

/// A text or a list of texts; numbers and flags count as the texts that they are compared as.
fn texts(value: &Value) -> Option<Vec<String>> {
    let text = |member: &Value| match member {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(member.to_string()),
        _ => None,
    };
    list(Some(value)).into_iter().map(text).collect()
}

/// One form for all documents that mean the same.
fn canonical(policy: &Policy<Resolved>) -> Vec<String> {
    let mut statements: Vec<String> = policy
        .statements
        .iter()
        .map(|statement| {
            let mut statement = statement.clone();
            statement.resources.sort();
            statement.resources.dedup();
            for principal in &mut statement.principals {
                if let Principal::Aws(arn) = principal
                    && let Some(account) = account_of(arn)
                {
                    *principal = Principal::Account(account);
                }
            }
            sort_by_text(&mut statement.principals, |principal| format!("{principal:?}"));
            for condition in &mut statement.conditions {
                condition.values.sort();
                condition.values.dedup();
            }
            sort_by_text(&mut statement.conditions, |condition| format!("{condition:?}"));
            format!("{statement:?}")
        })
        .collect();
    statements.sort();
    statements
}

fn sort_by_text<T: PartialEq>(members: &mut Vec<T>, text: impl Fn(&T) -> String) {
    members.sort_by_cached_key(text);
    members.dedup();
}

/// A text with its `%XX` decoded.
fn url_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let digits = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUCKET: &str = "arn:aws:s3:::models";

    fn parsed(json: Value) -> Policy<Resolved> {
        Policy::parse(&json.to_string()).unwrap()
    }

    fn resolved(policy: &Policy) -> Policy<Resolved> {
        serde_json::from_value(serde_json::to_value(policy).unwrap()).unwrap()
    }

    #[test]
    fn a_document_says_what_was_built() {
        let policy = Policy::new()
            .allow(["s3:GetObject", "s3:GetObjectVersion"])
            .on_itself_then("/*")
            .to(Principal::account("123456789012"))
            .when("StringEquals", "aws:SourceAccount", ["123456789012"])
            .named("Read");
        assert_eq!(
            resolved(&policy).to_json(Some(BUCKET)),
            json!({"Version": "2012-10-17", "Statement": [{
                "Sid": "Read", "Effect": "Allow", "Principal": {"AWS": ["123456789012"]},
                "Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": ["arn:aws:s3:::models/*"],
                "Condition": {"StringEquals": {"aws:SourceAccount": ["123456789012"]}},
            }]})
        );
    }

    #[test]
    fn order_and_single_values_are_no_drift() {
        let last = parsed(json!({"Statement": [
            {"Effect": "Allow", "Principal": {"AWS": ["123456789012", "*"]}, "Action": ["s3:B", "s3:A"],
             "Resource": ["arn:aws:s3:::models/b", "${self}"], "Condition": {"Bool": {"k": ["true"]}}},
            {"Sid": "Two", "Effect": "Deny", "Principal": "*", "Action": "s3:C", "Resource": "*"},
        ]}));
        let document = json!({"Version": "2008-10-17", "Statement": [
            {"Sid": "Two", "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": ["s3:C"], "Resource": ["*"]},
            {"Effect": "Allow", "Principal": {"AWS": ["*", "arn:aws:iam::123456789012:root"]},
             "Action": ["s3:A", "s3:B"], "Resource": [BUCKET, "arn:aws:s3:::models/b"],
             "Condition": {"Bool": {"k": true}}},
        ]});
        assert_eq!(Policy::read(&document.to_string(), Some(&last), Some(BUCKET)).unwrap(), last);
    }

    #[test]
    fn another_meaning_is_drift() {
        let last = parsed(json!({"Statement": {"Effect": "Allow", "Action": "s3:A", "Resource": "*"}}));
        for changed in [
            json!({"Effect": "Deny", "Action": "s3:A", "Resource": "*"}),
            json!({"Effect": "Allow", "Action": ["s3:A", "s3:B"], "Resource": "*"}),
            json!({"Effect": "Allow", "NotAction": "s3:A", "Resource": "*"}),
            json!({"Effect": "Allow", "Action": "s3:A", "Resource": "*", "Condition": {"Null": {"k": "true"}}}),
        ] {
            let document = json!({ "Statement": [changed] }).to_string();
            let read = Policy::read(&document, Some(&last), None).unwrap();
            assert_ne!(read, last, "{document}");
            assert!(read.says_the_same_as(&Policy::parse(&read.to_string()).unwrap()), "{document}");
        }
    }

    #[test]
    fn iam_hands_documents_out_url_encoded() {
        let read = Policy::parse("%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3AGet%2A%22%2C%22Resource%22%3A%22a+%C3%BC%22%7D%5D%7D").unwrap();
        assert_eq!(read.statements[0].resources, ["a+ü"]);
        assert_eq!(read.statements[0].effect, Effect::Allow);
        assert!(Policy::parse("not json").is_err());
    }
}
