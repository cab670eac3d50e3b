//! Validation of policies by their purpose, so that a plan finds the mistakes that AWS would refuse.

use std::collections::BTreeSet;

use super::condition::is_operator;
use super::policy::ITSELF;
use super::{Policy, Principal, Statement};
use crate::resource::{Phase, Resolved, resolve};

/// The use of a policy, which decides what it may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Says who may assume a role. Has principals and no resources.
    Trust,
    /// Says what a role may do. Has resources and no principals.
    Identity,
    /// Says who may use a bucket or topic. Has both.
    Resource,
}

/// The placeholder for values that are only known after apply. It cannot occur in a policy.
const UNKNOWN: char = '\0';

/// The most characters of a trust policy (the highest quota that AWS grants) and of a bucket policy.
const LONGEST_TRUST: usize = 4096;
const LONGEST_RESOURCE: usize = 20_480;

impl<P: Phase> Policy<P> {
    /// Returns the problems of the policy as far as it is known. References to other resources are not checked.
    pub fn problems(&self, purpose: Purpose) -> Vec<String> {
        let policy = match self.known() {
            Ok(policy) => policy,
            Err(error) => return vec![format!("is not a policy: {error}")],
        };
        let mut problems = Vec::new();
        if policy.statements.is_empty() {
            problems.push("has no statement; begin one with `allow` or `deny`".to_owned());
        }
        let mut sids = BTreeSet::new();
        for (index, statement) in policy.statements.iter().enumerate() {
            let name = statement.sid.as_ref().map_or(format!("statement {}", index + 1), |sid| format!("`{sid}`"));
            let mut found = Vec::new();
            check_statement(statement, purpose, &mut found);
            if statement.sid.as_ref().is_some_and(|sid| !sids.insert(sid)) {
                found.push("another statement has the same name".to_owned());
            }
            problems.extend(found.into_iter().map(|problem| format!("{name}: {problem}")));
        }
        let longest = match purpose {
            Purpose::Trust => LONGEST_TRUST,
            Purpose::Resource => LONGEST_RESOURCE,
            Purpose::Identity => usize::MAX,
        };
        let length = self.known_length();
        if length > longest {
            problems.push(format!("is {length} characters long; AWS accepts at most {longest}"));
        }
        problems
    }

    /// Returns the length of the document as AWS counts it, without white space and without unknown values.
    pub(super) fn known_length(&self) -> usize {
        let text = self.known().map(|policy| policy.to_string()).unwrap_or_default();
        text.replace("\\u0000", "").chars().filter(|c| !c.is_whitespace()).count()
    }

    /// Returns the policy with [`UNKNOWN`] for each reference.
    fn known(&self) -> Result<Policy<Resolved>, serde_json::Error> {
        let unknown = serde_json::Value::String(UNKNOWN.to_string());
        let (json, _) = resolve(&serde_json::to_value(self)?, &|_| Some(unknown.clone()));
        serde_json::from_value(json)
    }
}

fn check_statement(statement: &Statement<Resolved>, purpose: Purpose, problems: &mut Vec<String>) {
    if let Some(sid) = statement.sid.as_ref().filter(|sid| !is_sid(sid)) {
        problems.push(format!("`{sid}` is not a valid statement name: use letters and digits only"));
    }
    if statement.actions.is_empty() {
        problems.push("names no action".to_owned());
    }
    for action in &statement.actions {
        let action = action.as_str();
        if !super::Action::from(action).is_well_formed() {
            problems.push(format!("`{action}` is not an action: write SERVICE:ACTION, such as s3:GetObject"));
        } else if purpose == Purpose::Trust && !action.starts_with("sts:") {
            problems.push(format!("`{action}` cannot be in a trust policy, which has actions such as sts:AssumeRole"));
        }
    }
    match purpose {
        Purpose::Trust if !statement.resources.is_empty() => {
            problems.push("names a resource; a trust policy applies to the role itself".to_owned());
        }
        Purpose::Identity | Purpose::Resource if statement.resources.is_empty() => {
            problems.push("names no resource; add one with `on`".to_owned());
        }
        _ => {}
    }
    problems.extend(statement.resources.iter().filter_map(|resource| resource_problem(resource, purpose)));
    match purpose {
        Purpose::Identity if !statement.principals.is_empty() => {
            problems.push("names a principal; a policy of a role applies to the role itself".to_owned());
        }
        Purpose::Trust | Purpose::Resource if statement.principals.is_empty() => {
            problems.push("names no principal; add one with `to`".to_owned());
        }
        _ => {}
    }
    problems.extend(statement.principals.iter().filter_map(principal_problem));
    let mut compared = BTreeSet::new();
    for condition in &statement.conditions {
        let (operator, key) = (&condition.operator, &condition.key);
        if !is_operator(operator) {
            problems.push(format!("`{operator}` is not a condition operator, such as StringEquals"));
        }
        if key.is_empty() || condition.values.is_empty() {
            problems.push(format!("the condition {operator} needs a key and a value"));
        }
        if !compared.insert((operator, key)) {
            problems.push(format!("has two conditions {operator} on {key}: merge their values into one"));
        }
    }
    if let Some(name) = statement.other.keys().next() {
        problems.push(format!("`{name}` cannot be declared"));
    }
}

fn is_sid(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric())
}

fn resource_problem(text: &str, purpose: Purpose) -> Option<String> {
    if let Some(rest) = text.strip_prefix(ITSELF) {
        return match purpose {
            Purpose::Resource if rest.is_empty() || rest.starts_with(['/', UNKNOWN]) => None,
            Purpose::Resource => Some(format!("`{text}`: a path inside the resource begins with `/`")),
            Purpose::Trust | Purpose::Identity => {
                Some("a policy of a role cannot name itself as a resource".to_owned())
            }
        };
    }
    (text != "*" && !is_arn(text)).then(|| format!("`{}` is neither an ARN nor `*`", display(text)))
}

fn principal_problem(principal: &Principal<Resolved>) -> Option<String> {
    match principal {
        Principal::Everyone => None,
        Principal::Service(host) => {
            let good = host.contains('.') && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
            let good = good && (host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn"));
            (!good).then(|| format!("`{host}` is not a service: write it like sagemaker.amazonaws.com"))
        }
        Principal::Account(number) => {
            let good = number.len() == 12 && number.bytes().all(|b| b.is_ascii_digit());
            (!good).then(|| format!("`{number}` is not an account number: it has 12 digits"))
        }
        Principal::Aws(arn) if arn.contains(['*', '?']) => {
            Some(format!("`{}`: a principal cannot have wildcards; use a condition on aws:PrincipalArn", display(arn)))
        }
        Principal::Aws(arn) => {
            let service = arn.split(':').nth(2);
            let good = is_arn(arn) && (arn.contains(UNKNOWN) || matches!(service, Some("iam" | "sts")));
            (!good).then(|| format!("`{}` is not the ARN of a role, user or session", display(arn)))
        }
        Principal::Federated(provider) => {
            provider.is_empty().then(|| "an identity provider needs a name or an ARN".to_owned())
        }
    }
}

/// Returns whether a text is an ARN, or may be one once its unknown parts are known.
pub(super) fn is_arn(text: &str) -> bool {
    let known = text.split(UNKNOWN).next().unwrap_or_default();
    if known.len() < text.len() {
        return known.starts_with("arn:") || "arn:".starts_with(known);
    }
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [arn, partition, service, .., resource] = parts.as_slice() else { return false };
    parts.len() == 6
        && *arn == "arn"
        && (*partition == "*" || partition.starts_with("aws"))
        && !service.is_empty()
        && !resource.is_empty()
        && !text.contains(char::is_whitespace)
}

/// Returns a text with its unknown parts in words.
fn display(text: &str) -> String {
    text.replace(UNKNOWN, "(known after apply)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Input;

    fn arn() -> Input<String> {
        Input::reference("s3_bucket.b".parse().unwrap(), "arn")
    }

    #[test]
    fn valid_policies_pass() {
        let identity = Policy::new()
            .allow(["s3:Get*"])
            .on(arn().then("/*"))
            .on(arn())
            .on("arn:aws:s3:::x")
            .deny(["*"])
            .on_everything()
            .when("BoolIfExists", "aws:SecureTransport", ["false"]);
        assert_eq!(identity.problems(Purpose::Identity), Vec::<String>::new());
        let bucket = Policy::new().allow(["s3:GetObject"]).on_itself_then("/*").to(Principal::aws(arn())).named("One");
        assert_eq!(bucket.problems(Purpose::Resource), Vec::<String>::new());
        assert_eq!(Policy::trust("sagemaker.amazonaws.com").problems(Purpose::Trust), Vec::<String>::new());
    }

    #[test]
    fn invalid_policies_are_refused_with_the_reason() {
        let none: [&str; 0] = [];
        let get = || Policy::new().allow(["s3:GetObject"]);
        let trust = || Policy::trust("sagemaker.amazonaws.com");
        let cases = [
            (Policy::new(), Purpose::Identity, "no statement"),
            (Policy::new().on("*"), Purpose::Identity, "no action"),
            (Policy::new().allow(none).on("*"), Purpose::Identity, "no action"),
            (Policy::new().allow(["GetObject"]).on("*"), Purpose::Identity, "SERVICE:ACTION"),
            (get(), Purpose::Identity, "no resource"),
            (get().on("my-bucket"), Purpose::Identity, "neither an ARN"),
            (get().on("arn:aws:s3"), Purpose::Identity, "neither an ARN"),
            (get().on(arn().after("bucket ")), Purpose::Identity, "bucket (known after apply)"),
            (get().on_itself(), Purpose::Identity, "name itself"),
            (get().on("*").to(Principal::Everyone), Purpose::Identity, "names a principal"),
            (get().on("*"), Purpose::Resource, "no principal"),
            (get().on_itself_then("*").to(Principal::Everyone), Purpose::Resource, "begins with `/`"),
            (trust().on("*"), Purpose::Trust, "names a resource"),
            (get().to(Principal::Everyone), Purpose::Trust, "sts:AssumeRole"),
            (Policy::new().allow(["sts:AssumeRole"]), Purpose::Trust, "no principal"),
            (Policy::trust("sagemaker"), Purpose::Trust, "not a service"),
            (trust().to(Principal::account("12")), Purpose::Trust, "12 digits"),
            (trust().to(Principal::aws("arn:aws:iam::123456789012:role/*")), Purpose::Trust, "wildcards"),
            (trust().to(Principal::aws("arn:aws:s3:::bucket")), Purpose::Trust, "role, user"),
            (get().on("*").named("a b"), Purpose::Identity, "letters and digits"),
            (get().on("*").named("A").allow(["s3:*"]).on("*").named("A"), Purpose::Identity, "same name"),
            (get().on("*").when("Equals", "k", ["v"]), Purpose::Identity, "not a condition operator"),
            (get().on("*").when("Bool", "k", none), Purpose::Identity, "a key and a value"),
            (get().on("*").when("Bool", "k", ["1"]).when("Bool", "k", ["2"]), Purpose::Identity, "two conditions"),
            (trust().named(&"x".repeat(4096)), Purpose::Trust, "characters long"),
        ];
        for (policy, purpose, reason) in cases {
            let problems = policy.problems(purpose);
            assert!(problems.iter().any(|problem| problem.contains(reason)), "{reason}: {problems:?}");
        }
    }
}
