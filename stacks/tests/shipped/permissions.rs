//! The policies that `ebb permissions` prints: each shipped stack lives its whole life with what is allowed, and with nothing less.

use std::collections::BTreeSet;
use std::path::PathBuf;

use ebbtide_cloud::access::{Check, Decision, Policy, evaluate};
use serde_json::{Value, json};

use crate::project::{Project, text};

const LOCAL: &str = include_str!("../../../environments/local.toml");

/// A project whose commands run with the permissions of a policy.
struct Limited {
    project: Project,
    stack: &'static str,
}

impl Limited {
    fn new(stack: &'static str) -> Self {
        Self { project: Project::new(stack, LOCAL, ""), stack }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.project.path(name)
    }

    /// Returns the policy for a purpose, and writes it to a file of that name.
    fn policy(&self, purpose: &str) -> Value {
        let policy = self.project.ebb(&format!("permissions {} --for {purpose}", self.stack));
        std::fs::write(self.file(purpose), &policy).unwrap();
        serde_json::from_str(&policy).unwrap()
    }

    /// Runs a command with the permissions of a policy. Returns whether it succeeded, and all that it printed.
    fn run(&self, policy: &str, line: &str) -> (bool, String) {
        let mut command = self.project.command(&line.replace("STACK", self.stack));
        command.env("EBB_CLOUD_POLICIES", self.file(policy)).env("EBB_CLOUD_ACCESS_LOG", self.file("log"));
        let output = command.output().unwrap();
        (output.status.success(), text(&output.stdout) + &text(&output.stderr))
    }

    /// Runs a command that must succeed with the permissions of a policy.
    fn allowed(&self, policy: &str, line: &str) {
        let (success, said) = self.run(policy, line);
        assert!(success, "ebb {line} with the policy for {policy}: {said}");
    }

    /// Runs a command that a policy must keep from succeeding.
    fn refused(&self, policy: &str, line: &str) -> String {
        let (success, said) = self.run(policy, line);
        assert!(!success, "ebb {line} with the policy for {policy}: {said}");
        said
    }

    /// Returns the permissions that calls needed so far.
    fn checks(&self) -> BTreeSet<Check> {
        let log = std::fs::read_to_string(self.file("log")).unwrap();
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Lives the whole life of the stack with the permissions for it.
    fn live(&self) {
        for line in ["plan STACK", "apply STACK --yes", "plan STACK"] {
            self.allowed("apply", line);
        }
        self.project.settle("");
        let changed = LOCAL.replace("ManagedBy = \"ebbtide\"", "ManagedBy = \"ebb\"");
        assert_ne!(changed, LOCAL);
        std::fs::write(self.file("environments/local.toml"), changed).unwrap();
        // What cannot change its tags in place is replaced.
        for line in [
            "apply STACK --yes --include-data all",
            "pause STACK --yes",
            "tick",
            "resume STACK --yes",
            "tick",
            "plan STACK --target destroyed",
            "destroy STACK --yes --include-data all",
        ] {
            self.allowed("apply", line);
        }
    }
}

fn statements(policy: &Value) -> &Vec<Value> {
    policy["Statement"].as_array().unwrap()
}

fn without(policy: &Value, left_out: usize) -> Policy {
    let kept: Vec<&Value> =
        statements(policy).iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, one)| one).collect();
    Policy::read(&json!({ "Version": "2012-10-17", "Statement": kept })).unwrap()
}

/// Returns the names of the statements without which everything would have been allowed as well.
fn needless(policy: &Value, checks: &BTreeSet<Check>) -> Vec<String> {
    let refused = |policies: &[Policy]| checks.iter().any(|check| evaluate(policies, check) != Decision::Allowed);
    assert!(!refused(&[Policy::read(policy).unwrap()]), "the whole policy allows all of it");
    let numbers = 0..statements(policy).len();
    let needless = numbers.filter(|at| !refused(&[without(policy, *at)]));
    needless.map(|at| statements(policy)[at]["Sid"].as_str().unwrap().to_owned()).collect()
}

fn lives_with_its_policy(stack: &'static str) {
    let limited = Limited::new(stack);
    let policy = limited.policy("apply");
    limited.live();
    let checks = limited.checks();
    assert_eq!(needless(&policy, &checks), [""; 0], "statements that nothing needs");
    let names: BTreeSet<_> = statements(&policy).iter().map(|one| one["Sid"].as_str().unwrap()).collect();
    assert_eq!(names.len(), statements(&policy).len(), "every statement has a name of its own");
}

#[test]
fn adeptai_lives_with_its_policy_and_with_no_less() {
    lives_with_its_policy("adeptai");
}

#[test]
fn fine_tuning_lives_with_its_policy_and_with_no_less() {
    lives_with_its_policy("fine_tuning");
}

#[test]
fn a_missing_statement_stops_the_command_that_needs_it() {
    let limited = Limited::new("adeptai");
    let policy = limited.policy("apply");
    let creates = |one: &Value| one["Action"].as_array().unwrap().contains(&json!("sagemaker:CreateModel"));
    let kept: Vec<&Value> = statements(&policy).iter().filter(|one| !creates(one)).collect();
    let less = json!({ "Version": "2012-10-17", "Statement": kept }).to_string();
    std::fs::write(limited.file("less"), less).unwrap();
    // The simulation finds it before anything is created.
    let said = limited.refused("less", "apply STACK --yes");
    assert!(said.contains("no policy allows sagemaker:CreateModel to role/ebb on arn:aws:sagemaker:"), "{said}");
    assert!(said.contains("nothing was changed") && said.contains("ebb permissions adeptai"), "{said}");
    let said = limited.refused("less", "apply STACK --yes --no-preflight");
    assert!(
        said.contains("is not authorized to perform: sagemaker:CreateModel on resource: arn:aws:sagemaker:"),
        "{said}"
    );
    assert!(said.contains("because no identity-based policy allows the sagemaker:CreateModel action"), "{said}");
    assert!(said.contains("allow `sagemaker:CreateModel`"), "{said}");
    // With the permission, the same command carries on.
    limited.allowed("apply", "apply STACK --yes");
    assert_eq!(limited.project.operations("plan adeptai"), [""; 0]);
}

#[test]
fn the_policy_for_plans_reads_only() {
    let limited = Limited::new("adeptai");
    let policy = limited.policy("plan");
    for statement in statements(&policy) {
        for action in statement["Action"].as_array().unwrap() {
            let name = action.as_str().unwrap().split_once(':').unwrap().1;
            assert!(
                ["BatchGet", "Describe", "Get", "List", "Simulate", "View"].iter().any(|verb| name.starts_with(verb)),
                "{action}"
            );
        }
    }
    limited.allowed("plan", "plan STACK");
    let said = limited.run("plan", "plan STACK").1;
    assert!(said.contains("role/ebb may do none of the") && !said.contains("would refuse"), "{said}");
    let said = limited.refused("plan", "apply STACK --yes");
    assert!(said.contains("no policy allows "), "{said}");
    let said = limited.refused("plan", "apply STACK --yes --no-preflight");
    assert!(said.contains("is not authorized to perform: "), "{said}");
    limited.project.ebb("apply adeptai --yes");
    limited.allowed("plan", "plan STACK");
    let changed: Vec<_> = limited.checks().into_iter().filter(|check| check.action.contains(":Delete")).collect();
    assert_eq!(changed, []);
    let said = limited.refused("plan", "destroy STACK --yes");
    assert!(said.contains("is not authorized to perform: "), "{said}");
}

#[test]
fn the_policies_for_pauses_and_ticks_are_enough_for_them_and_for_no_apply() {
    let limited = Limited::new("adeptai");
    let hours = "[schedule]\ntimezone = \"UTC\"\ndefault = \"paused\"\n";
    limited.project.settle(hours);
    let apply = limited.policy("apply").to_string().len();
    for purpose in ["pause", "tick"] {
        let policy = limited.policy(purpose).to_string();
        assert!(policy.len() < apply, "{purpose}");
        assert!(!policy.contains("iam:CreateRole") && !policy.contains("s3:CreateBucket"), "{policy}");
        limited.refused(purpose, "apply STACK --yes");
    }
    limited.project.ebb("apply adeptai --yes");
    limited.allowed("tick", "tick");
    limited.allowed("pause", "resume STACK --yes");
    limited.allowed("pause", "pause STACK --yes");
}

#[test]
fn the_policies_for_logs_and_invocations_are_enough_for_them_and_for_nothing_else() {
    let limited = Limited::new("adeptai");
    limited.project.ebb("apply adeptai --yes");
    for purpose in ["logs", "invoke"] {
        limited.policy(purpose);
        limited.refused(purpose, "plan STACK");
        limited.refused(purpose, "pause STACK --yes");
    }
    limited.allowed("invoke", "invoke STACK job-parser {}");
    limited.allowed("invoke", "invoke STACK job-parser {} --stream");
    limited.allowed("logs", "logs STACK");
    let said = limited.refused("logs", "invoke STACK job-parser {}");
    assert!(said.contains("sagemaker:InvokeEndpoint on resource: arn:aws:sagemaker:eu-west-1:"), "{said}");
    assert!(said.contains("`ebb permissions adeptai --for invoke`"), "{said}");
    let said = limited.refused("invoke", "logs STACK");
    assert!(said.contains("`ebb permissions adeptai --for logs`"), "{said}");
    let actions = |purpose: &str| -> BTreeSet<String> {
        let policy = limited.policy(purpose);
        let actions = statements(&policy).iter().flat_map(|one| one["Action"].as_array().unwrap());
        actions.map(|action| action.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(actions("logs"), BTreeSet::from(["logs:FilterLogEvents".to_owned()]));
    let invoke = ["sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"].map(str::to_owned);
    assert!(BTreeSet::from(invoke).is_subset(&actions("invoke")), "{:?}", actions("invoke"));
}

#[test]
fn the_policy_of_one_stack_does_not_reach_another() {
    let limited = Limited::new("fine_tuning");
    limited.policy("apply");
    limited.project.ebb("apply adeptai --yes");
    let said = limited.refused("apply", "destroy adeptai --yes");
    assert!(said.contains("is not authorized to perform: "), "{said}");
    assert_eq!(limited.project.operations("plan adeptai"), [""; 0]);
}

#[test]
fn a_role_of_github_is_trusted_for_one_repository() {
    let limited = Limited::new("adeptai");
    let trust = limited.project.ebb("permissions adeptai --trust github:acme/llm#prod");
    let trust: Value = serde_json::from_str(&trust).unwrap();
    let statement = &trust["Statement"][0];
    let provider = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
    assert_eq!(statement["Principal"], json!({ "Federated": provider }));
    let keys = &statement["Condition"]["StringEquals"];
    assert_eq!(keys["token.actions.githubusercontent.com:aud"], "sts.amazonaws.com");
    assert_eq!(keys["token.actions.githubusercontent.com:sub"], json!(["repo:acme/llm:environment:prod"]));
    let refused = limited.project.command("permissions adeptai --trust acme/llm").output().unwrap();
    assert!(text(&refused.stderr).contains("github:ORG/REPO"), "{}", text(&refused.stderr));
}

#[test]
fn policies_that_are_written_fit_into_managed_policies() {
    let limited = Limited::new("adeptai");
    let whole = limited.policy("apply");
    let view = limited.project.json("permissions adeptai");
    assert_eq!(view["unknown"], json!([]));
    limited.project.ebb("permissions adeptai --out policies");
    let mut found = Vec::new();
    for number in 1..=view["policies"].as_array().unwrap().len() {
        let written = std::fs::read_to_string(limited.file(&format!("policies/adeptai-{number}.json"))).unwrap();
        let letters = written.chars().filter(|letter| !letter.is_whitespace()).count();
        assert!(letters <= 6144, "{number}: {letters}");
        found.extend(statements(&serde_json::from_str(&written).unwrap()).clone());
    }
    assert_eq!(&found, statements(&whole));
}

#[test]
fn document_intelligence_lives_with_its_policy_and_with_no_less() {
    lives_with_its_policy("document_intelligence");
}

#[test]
fn state_in_a_bucket_is_reached_with_the_policy() {
    let limited = Limited::new("fine_tuning");
    let place = "[state]\nbackend = \"s3\"\nbucket = \"acme-ebb-state\"\nprefix = \"teams/llm\"\n";
    limited.project.settle(place);
    limited.project.ebb("state init --yes");
    let policy = limited.policy("apply").to_string();
    assert!(policy.contains("\"arn:aws:s3:::acme-ebb-state/teams/llm/local/fine_tuning/*\""), "{policy}");
    assert!(!limited.policy("plan").to_string().contains("s3:PutObject"));
    limited.allowed("plan", "plan STACK");
    limited.allowed("apply", "apply STACK --yes");
    limited.allowed("plan", "plan STACK");
    limited.allowed("apply", "destroy STACK --yes --include-data all");
}
