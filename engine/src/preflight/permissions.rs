//! The check of permissions: IAM simulates what the policies of the caller decide about the actions of a plan.
//!
//! "The policy simulator results can differ from your live AWS environment" (API reference of SimulatePrincipalPolicy): it sees neither
//! policies of resources nor those of a session, and not all keys of a request are known before it. A denial is an error only where the
//! plan cannot do without the call and no condition asks for what is not known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_iam::types::{
    ContextEntry, ContextKeyTypeEnum, EvaluationResult, PolicyEvaluationDecisionType as Decision,
};
use tokio::task::JoinSet;

use super::caller::{Caller, with_path};
use super::finding::{Check, Finding, Severity};
use super::planned::Planned;
use crate::permissions::NeededAction;
use crate::sdk::{Aws, CallName as _, Error, ErrorKind};
use ebbtide::resource::{Address, Scope};

/// The most results of a call: the greatest `MaxItems`.
const RESULTS: i32 = 1000;

/// The most combinations of actions and resources that one call asks for.
const COMBINATIONS: usize = 400;

/// How many calls are in flight. IAM allows few.
const IN_FLIGHT: usize = 4;

/// How many findings are listed; the others are counted.
const LISTED: usize = 12;

/// The context keys of a request.
type Keys = Vec<(String, Vec<String>)>;

/// The actions of a call with the resources of each, and the keys of their requests.
#[derive(Clone, Debug, Default, PartialEq)]
struct Question {
    keys: Keys,
    resources: BTreeMap<String, BTreeSet<String>>,
}

/// What the policies decide about an action on a resource.
#[derive(Clone, Debug, PartialEq)]
struct Answer {
    decision: Decision,
    /// The keys that conditions ask for and that are not known before the call.
    missing: Vec<String>,
}

/// The answers by action, resource and keys.
type Answers = BTreeMap<(String, String, Keys), Answer>;

/// Returns the findings about the permissions that a plan needs.
pub(super) async fn check(aws: &Arc<Aws>, needed: &[NeededAction], planned: Planned<'_>) -> Vec<Finding> {
    if needed.is_empty() {
        return Vec::new();
    }
    let scope = &planned.plan.scope;
    match simulate(aws, needed, scope).await {
        Ok((principal, answers)) => match none_allowed(&principal, needed, &answers) {
            Some(finding) if planned.is_shown => vec![finding],
            _ => findings(&principal, needed, &answers, &scope.stack),
        },
        Err(Stop::Unsupported(why)) => vec![Finding::unchecked(Check::Permission, why)],
        Err(Stop::Failed(error)) if error.kind == ErrorKind::Denied => {
            let call = error.call.as_deref().unwrap_or("iam:SimulatePrincipalPolicy");
            vec![Finding::unchecked(Check::Permission, format!("they may not call `{call}`"))]
        }
        Err(Stop::Failed(error)) => vec![Finding::unchecked(Check::Permission, error)],
    }
}

/// Why nothing was simulated.
enum Stop {
    Unsupported(&'static str),
    Failed(Box<Error>),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(Box::new(error))
    }
}

async fn simulate(aws: &Arc<Aws>, needed: &[NeededAction], scope: &Scope) -> Result<(String, Answers), Stop> {
    let principal = match Caller::look_up(aws).await? {
        Caller::Principal(principal) => principal,
        Caller::Unsupported(why) => return Err(Stop::Unsupported(why)),
    };
    let mut questions = questions(needed, &scope.region).into_iter();
    let Some(first) = questions.next() else { return Ok((principal, Answers::new())) };
    let (principal, mut answers) = match ask(aws, &principal, &first).await {
        Err(error) if error.kind == ErrorKind::NotFound && principal.contains(":role/") => {
            let principal = with_path(aws, &principal).await?;
            let answers = ask(aws, &principal, &first).await?;
            (principal, answers)
        }
        answers => (principal, answers?),
    };
    let mut running = JoinSet::new();
    for question in questions {
        if running.len() == IN_FLIGHT
            && let Some(Ok(done)) = running.join_next().await
        {
            let done: Result<Answers, Error> = done;
            answers.extend(done?);
        }
        let (aws, principal) = (Arc::clone(aws), principal.clone());
        running.spawn(async move { ask(&aws, &principal, &question).await });
    }
    for done in running.join_all().await {
        answers.extend(done?);
    }
    Ok((principal, answers))
}

/// Returns the calls to make: one for each service and set of keys, unless that asks for too many combinations.
fn questions(needed: &[NeededAction], region: &str) -> Vec<Question> {
    let mut groups: BTreeMap<(&str, &Keys), Vec<&NeededAction>> = BTreeMap::new();
    for one in needed {
        let service = one.action.split(':').next().unwrap_or_default();
        groups.entry((service, &one.keys)).or_default().push(one);
    }
    let mut questions = Vec::new();
    for ((service, keys), all) in groups {
        let mut keys = keys.clone();
        let region = if ["budgets", "iam", "route53"].contains(&service) { "us-east-1" } else { region };
        keys.push(("aws:RequestedRegion".to_owned(), vec![region.to_owned()]));
        let new = || Question { keys: keys.clone(), ..Question::default() };
        let mut question = new();
        for one in all {
            let mut larger = question.clone();
            larger.resources.entry(one.action.clone()).or_default().insert(one.resource.clone());
            if larger.combinations() > COMBINATIONS {
                questions.push(std::mem::replace(&mut question, new()));
                question.resources.entry(one.action.clone()).or_default().insert(one.resource.clone());
            } else {
                question = larger;
            }
        }
        questions.push(question);
    }
    questions
}

impl Question {
    /// Returns how many combinations the call evaluates: "Each API in the `ActionNames` parameter is evaluated for each resource in this
    /// list."
    fn combinations(&self) -> usize {
        let resources: BTreeSet<&String> = self.resources.values().flatten().collect();
        self.resources.len() * resources.len()
    }

    /// Returns one call for each action.
    fn split(&self) -> Vec<Self> {
        let one = |(action, resources): (&String, &BTreeSet<String>)| Self {
            keys: self.keys.clone(),
            resources: BTreeMap::from([(action.clone(), resources.clone())]),
        };
        self.resources.iter().map(one).collect()
    }
}

/// Asks, and asks for each action by itself where IAM does not simulate them together.
async fn ask(aws: &Aws, principal: &str, question: &Question) -> Result<Answers, Error> {
    match ask_once(aws, principal, question).await {
        Err(error) if error.kind == ErrorKind::Invalid && question.resources.len() > 1 => {
            let mut answers = Answers::new();
            for part in question.split() {
                answers.extend(ask_once(aws, principal, &part).await?);
            }
            Ok(answers)
        }
        answers => answers,
    }
}

async fn ask_once(aws: &Aws, principal: &str, question: &Question) -> Result<Answers, Error> {
    let entries = question.keys.iter().map(|(key, values)| {
        let kind = if values.len() == 1 { ContextKeyTypeEnum::String } else { ContextKeyTypeEnum::StringList };
        let entry = ContextEntry::builder().context_key_name(key).context_key_type(kind);
        entry.set_context_key_values(Some(values.clone())).build()
    });
    let entries: Vec<ContextEntry> = entries.collect();
    let resources: BTreeSet<&String> = question.resources.values().flatten().collect();
    let (mut answers, mut marker) = (Answers::new(), None);
    loop {
        let request = aws
            .iam()
            .simulate_principal_policy()
            .policy_source_arn(principal)
            .set_action_names(Some(question.resources.keys().cloned().collect()))
            .set_resource_arns(Some(resources.iter().map(|one| (*one).clone()).collect()))
            .set_context_entries(Some(entries.clone()))
            .max_items(RESULTS)
            .set_marker(marker);
        let page = request.send().await.named("iam:SimulatePrincipalPolicy")?;
        for result in page.evaluation_results() {
            read(result, question, &mut answers);
        }
        marker = page.marker.filter(|marker| !marker.is_empty());
        if !page.is_truncated || marker.is_none() {
            return Ok(answers);
        }
    }
}

/// Adds the answers of a result, as far as they were asked for. A result without resources is about all of them.
fn read(result: &EvaluationResult, question: &Question, answers: &mut Answers) {
    let action = result.eval_action_name();
    let Some(wanted) = question.resources.get(action) else { return };
    let specific = result.resource_specific_results();
    for resource in wanted {
        let of_resource = specific.iter().find(|one| one.eval_resource_name() == resource);
        let answer = match of_resource {
            Some(one) => Answer {
                decision: one.eval_resource_decision().clone(),
                missing: one.missing_context_values().to_vec(),
            },
            // Where each resource has a result of its own.
            None if result.eval_resource_name().is_some_and(|name| name != resource && wanted.contains(name)) => {
                continue;
            }
            None if specific.is_empty() => {
                let missing = result.missing_context_values().to_vec();
                Answer { decision: result.eval_decision().clone(), missing }
            }
            None => continue,
        };
        answers.insert((action.to_owned(), resource.clone(), question.keys.clone()), answer);
    }
}

/// Returns the finding about credentials that may plan and not apply, as those of a pipeline that looks at pull requests.
fn none_allowed(principal: &str, needed: &[NeededAction], answers: &Answers) -> Option<Finding> {
    let may_none = !answers.is_empty() && answers.values().all(|answer| answer.decision != Decision::Allowed);
    let (name, actions) = (name_of(principal), needed.iter().map(|one| &one.action).collect::<BTreeSet<_>>().len());
    may_none.then(|| {
        let message = format!("{name} may do none of the {actions} actions of this plan: others have to apply it");
        Finding::new(Check::Permission, Severity::Warning, Vec::new(), message)
    })
}

fn name_of(principal: &str) -> &str {
    principal.rsplit_once(':').map_or(principal, |(_, name)| name)
}

/// Returns the findings: one for each action that is denied, and its resources together.
fn findings(principal: &str, needed: &[NeededAction], answers: &Answers, stack: &str) -> Vec<Finding> {
    let mut denied: BTreeMap<(Severity, &str, bool), (BTreeSet<&str>, BTreeSet<Address>)> = BTreeMap::new();
    for one in needed {
        let answer = answers.iter().find(|((action, resource, keys), _)| {
            *action == one.action && *resource == one.resource && keys.starts_with(&one.keys)
        });
        let Some((_, answer)) = answer.filter(|(_, answer)| answer.decision != Decision::Allowed) else { continue };
        let is_explicit = answer.decision == Decision::ExplicitDeny;
        let is_certain = answer.missing.is_empty() && (is_explicit || one.is_certain);
        let severity = if is_certain { Severity::Error } else { Severity::Warning };
        let (resources, addresses) = denied.entry((severity, &one.action, is_explicit)).or_default();
        resources.insert(&one.resource);
        addresses.extend(one.addresses.iter().cloned());
    }
    let name = name_of(principal);
    let mut findings = Vec::new();
    let total = denied.len();
    for ((severity, action, is_explicit), (resources, addresses)) in denied.into_iter().take(LISTED) {
        let by = if is_explicit { "a policy denies" } else { "no policy allows" };
        let others = match resources.len() {
            1 => String::new(),
            more => format!(" and {} more", more - 1),
        };
        let first = resources.first().copied().unwrap_or_default();
        let doubt = if severity == Severity::Warning { " (a policy that the simulation does not see may)" } else { "" };
        let message = format!("{by} {action} to {name} on {first}{others}{doubt}");
        findings.push(Finding::new(Check::Permission, severity, addresses.into_iter().collect(), message));
    }
    if let Some(last) = findings.last_mut() {
        if total > LISTED {
            last.message.push_str(&format!("; and {} more actions", total - LISTED));
        }
        last.remedy = Some(format!("ebb permissions {stack}    (prints the policy that allows all of it)"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn action(action: &str, resource: &str, is_certain: bool) -> NeededAction {
        NeededAction {
            action: action.to_owned(),
            resource: resource.to_owned(),
            keys: vec![("aws:RequestTag/ebb:stack".to_owned(), vec!["shop".to_owned()])],
            is_certain,
            addresses: BTreeSet::from(["ec2_vpc.main".parse().unwrap()]),
        }
    }

    fn answered(needed: &NeededAction, decision: Decision, missing: &[&str]) -> Answers {
        let answer = Answer { decision, missing: missing.iter().map(|key| (*key).to_owned()).collect() };
        Answers::from([((needed.action.clone(), needed.resource.clone(), needed.keys.clone()), answer)])
    }

    fn severity(needed: NeededAction, decision: Decision, missing: &[&str]) -> Option<Severity> {
        let answers = answered(&needed, decision, missing);
        findings("arn:aws:iam::1:role/ci", &[needed], &answers, "shop").first().map(|finding| finding.severity)
    }

    #[test]
    fn a_denial_is_an_error_only_where_nothing_else_can_allow_the_call() {
        let vpc = || action("ec2:CreateVpc", "arn:aws:ec2:eu-west-1:1:vpc/*", true);
        assert_eq!(severity(vpc(), Decision::Allowed, &[]), None);
        assert_eq!(severity(vpc(), Decision::ImplicitDeny, &[]), Some(Severity::Error));
        assert_eq!(severity(vpc(), Decision::ImplicitDeny, &["aws:sourceip"]), Some(Severity::Warning));
        assert_eq!(severity(vpc(), Decision::ExplicitDeny, &["aws:sourceip"]), Some(Severity::Warning));
        assert_eq!(severity(vpc(), Decision::ExplicitDeny, &[]), Some(Severity::Error));
        let key = || action("kms:PutKeyPolicy", "arn:aws:kms:eu-west-1:1:key/*", false);
        assert_eq!(severity(key(), Decision::ImplicitDeny, &[]), Some(Severity::Warning));
    }

    #[test]
    fn actions_of_a_service_are_asked_for_together_up_to_a_limit() {
        let some = [
            action("ec2:CreateVpc", "a", false),
            action("ec2:CreateSubnet", "b", false),
            action("iam:CreateRole", "c", false),
        ];
        let asked = questions(&some, "eu-west-1");
        assert_eq!(asked.iter().map(|one| one.resources.len()).collect::<Vec<_>>(), [2, 1]);
        let many: Vec<_> = (0..1000).map(|number| action("logs:CreateLogGroup", &number.to_string(), false)).collect();
        let asked = questions(&many, "eu-west-1");
        assert_eq!(asked.len(), 3);
        assert!(asked.iter().all(|one| one.combinations() <= COMBINATIONS));
    }
}
