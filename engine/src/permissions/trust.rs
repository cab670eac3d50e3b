//! The trust policy of a role that a workflow of GitHub assumes.

use serde_json::{Value, json};

use super::stack::Purpose;
use ebbtide::resource::Scope;

/// A repository of GitHub whose workflows may assume the role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Repository {
    name: String,
    /// The part of the subject behind the repository, if it is given.
    part: Option<String>,
}

const PROVIDER: &str = "token.actions.githubusercontent.com";

impl std::str::FromStr for Repository {
    type Err = String;

    /// Reads `github:ORG/REPO`, `github:ORG/REPO@BRANCH` or `github:ORG/REPO#ENVIRONMENT`.
    fn from_str(text: &str) -> Result<Self, String> {
        let form = || "write github:ORG/REPO, github:ORG/REPO@BRANCH or github:ORG/REPO#ENVIRONMENT".to_owned();
        let rest = text.strip_prefix("github:").ok_or_else(form)?;
        let end = rest.find(['@', '#']).unwrap_or(rest.len());
        let (name, part) = rest.split_at(end);
        let plain = |word: &str| {
            !word.is_empty() && word.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter))
        };
        let (organization, repository) = name.split_once('/').ok_or_else(form)?;
        // A wildcard would let in other repositories.
        if !plain(organization) || !plain(repository) || part.len() == 1 || part.contains(['*', '?', ':', '"', '$']) {
            return Err(form());
        }
        let part = match part.split_at_checked(1) {
            Some(("@", branch)) => Some(format!("ref:refs/heads/{branch}")),
            Some((_, environment)) => Some(format!("environment:{environment}")),
            None => None,
        };
        Ok(Self { name: name.to_owned(), part })
    }
}

impl Repository {
    /// Returns the trust policy. Without a branch or an environment, the main branch may assume the role, and for plans pull
    /// requests too.
    ///
    /// Provider, audience and subject are those of "Configuring OpenID Connect in Amazon Web Services" of GitHub's documentation.
    pub(crate) fn trust(&self, scope: &Scope, purpose: Purpose) -> Value {
        let parts = match (&self.part, purpose) {
            (Some(part), _) => vec![part.as_str()],
            (None, Purpose::Plan) => vec!["ref:refs/heads/main", "pull_request"],
            (None, _) => vec!["ref:refs/heads/main"],
        };
        let subjects: Vec<String> = parts.iter().map(|part| format!("repo:{}:{part}", self.name)).collect();
        let provider = format!("arn:{}:iam::{}:oidc-provider/{PROVIDER}", scope.partition(), scope.account);
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Sid": "GitHub",
                "Effect": "Allow",
                "Principal": { "Federated": provider },
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": { "StringEquals": {
                    format!("{PROVIDER}:aud"): "sts.amazonaws.com",
                    format!("{PROVIDER}:sub"): subjects,
                } },
            }],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_read_with_its_branch_or_environment() {
        let part = |text: &str| text.parse::<Repository>().unwrap().part;
        assert_eq!(part("github:acme/llm"), None);
        assert_eq!(part("github:acme/llm@release/1"), Some("ref:refs/heads/release/1".to_owned()));
        assert_eq!(part("github:acme/llm#prod"), Some("environment:prod".to_owned()));
        for wrong in ["acme/llm", "github:acme", "github:acme/*", "github:acme/llm@", "github:acme/llm@*", "github:/x"]
        {
            assert!(wrong.parse::<Repository>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_plans_may_be_made_from_pull_requests() {
        let scope = Scope {
            environment: "prod".into(),
            stack: "adeptai".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let repository: Repository = "github:acme/llm".parse().unwrap();
        let subjects = |purpose| {
            let trust = repository.trust(&scope, purpose);
            trust["Statement"][0]["Condition"]["StringEquals"][format!("{PROVIDER}:sub")].clone()
        };
        assert_eq!(subjects(Purpose::Plan), json!(["repo:acme/llm:ref:refs/heads/main", "repo:acme/llm:pull_request"]));
        assert_eq!(subjects(Purpose::Apply), json!(["repo:acme/llm:ref:refs/heads/main"]));
    }
}
