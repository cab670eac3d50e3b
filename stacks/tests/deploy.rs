//! The files in `deploy/`: they are well-formed, and the command lines in them are ones that `ebb` knows.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy")
}

fn read(file: &str) -> String {
    std::fs::read_to_string(folder().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Runs a program that may be missing on this machine. Returns what it printed if it failed.
fn checked(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).current_dir(folder()).output().ok()?;
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (!output.status.success()).then_some(said)
}

/// Asserts that `ebb` accepts a command line. `--help` after it changes nothing.
fn assert_known(file: &str, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ebb"));
    let output = command.args(arguments).arg("--help").output().unwrap();
    assert!(output.status.success(), "{file}: ebb {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Returns the members of a list in square brackets, with or without quotation marks.
fn list(text: &str) -> Vec<&str> {
    let inside = text.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map_or("", |(inside, _)| inside);
    inside.split(',').map(|member| member.trim().trim_matches('"')).collect()
}

#[test]
fn command_lines_in_deployments_are_known() {
    let mut found = 0;
    for (file, key) in [
        ("kubernetes/cronjob.yaml", "args:"),
        ("kubernetes/deployment.yaml", "args:"),
        ("eventbridge/template.yaml", "Command:"),
        ("Dockerfile", "CMD"),
    ] {
        let text = read(file);
        for line in text.lines().map(str::trim).filter(|line| line.starts_with(key)) {
            let arguments: Vec<_> = list(line).into_iter().filter(|argument| !argument.starts_with('!')).collect();
            // A flag whose value is a parameter of the template.
            let arguments =
                if arguments.last() == Some(&"-e") { [&arguments[..], &["prod"]].concat() } else { arguments };
            assert_known(file, &arguments);
            found += 1;
        }
    }
    for (file, key) in [
        ("systemd/ebb-tick.service", "ExecStart=/usr/local/bin/ebb "),
        ("systemd/ebb-serve.service", "ExecStart=/usr/local/bin/ebb "),
        ("github/ebb-tick.yml", "run: ~/.local/bin/ebb "),
    ] {
        let text = read(file);
        let line = text.lines().find_map(|line| line.trim().strip_prefix(key)).unwrap_or_else(|| panic!("{file}"));
        assert_known(file, &line.split_whitespace().collect::<Vec<_>>());
        found += 1;
    }
    assert_eq!(found, 7);
}

#[test]
fn permissions_are_policies_that_name_known_forms() {
    for file in ["state", "act", "notify", "costs", "customer-key"].map(|name| format!("permissions/{name}.json")) {
        let file = file.as_str();
        let policy: Value = serde_json::from_str(&read(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(policy["Version"], "2012-10-17", "{file}");
        for statement in policy["Statement"].as_array().unwrap() {
            assert!(statement["Effect"].is_string() && !statement["Resource"].is_null(), "{file}: {statement}");
            for action in statement["Action"].as_array().unwrap() {
                let (service, operation) = action.as_str().unwrap().split_once(':').unwrap();
                assert!(
                    service.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
                    "{file}: {action}"
                );
                assert!(operation.starts_with(|c: char| c.is_ascii_uppercase()), "{file}: {action}");
                assert!(!operation.contains('*'), "{file}: {action}: a policy names its actions");
            }
        }
    }
}

#[test]
fn permissions_on_a_customer_key_are_for_one_key_and_through_one_service() {
    let policy: Value = serde_json::from_str(&read("permissions/customer-key.json")).unwrap();
    for statement in policy["Statement"].as_array().unwrap() {
        assert_eq!(statement["Resource"], serde_json::json!(["arn:aws:kms:REGION:ACCOUNT:key/KEY-ID"]), "{statement}");
        let service = statement["Condition"]["StringEquals"]["kms:ViaService"].as_str().unwrap();
        assert!(service.ends_with(".REGION.amazonaws.com"), "{statement}");
    }
}

/// Returns the actions that a policy allows.
fn allowed(file: &str) -> BTreeSet<String> {
    let policy: Value = serde_json::from_str(&read(file)).unwrap();
    let statements = policy["Statement"].as_array().unwrap();
    let actions = statements.iter().flat_map(|statement| statement["Action"].as_array().unwrap());
    actions.map(|action| action.as_str().unwrap().to_owned()).collect()
}

/// Returns the permission that a call needs, by the Service Authorization Reference; `None` if it needs none.
fn permission(service: &str, operation: &str) -> Option<String> {
    let prefix = match service {
        "Application Auto Scaling" => "application-autoscaling",
        "CloudWatch Logs" => "logs",
        "Cost Explorer" => "ce",
        "Resource Groups Tagging API" => "tag",
        other => &other.to_ascii_lowercase(),
    };
    let action = match (service, operation) {
        ("STS", "GetCallerIdentity") => return None,
        ("Budgets", describe) if describe.starts_with("Describe") => "ViewBudget",
        ("S3", "GetBucketEncryption") => "GetEncryptionConfiguration",
        ("S3", "GetBucketLifecycleConfiguration") => "GetLifecycleConfiguration",
        ("S3", "GetPublicAccessBlock") => "GetBucketPublicAccessBlock",
        ("S3", "HeadBucket" | "ListObjectsV2") => "ListBucket",
        ("S3", "ListObjectVersions") => "ListBucketVersions",
        (_, operation) => operation,
    };
    Some(format!("{prefix}:{action}"))
}

/// Runs `ebb` with a log of its calls. Returns the permissions that they need.
fn needed(project: &Path, arguments: &[&str]) -> BTreeSet<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ebb"));
    let command = command.current_dir(project).args(arguments).env("EBB_LOG", "ebbtide_engine::sdk=debug");
    let output = command.output().unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "ebb {arguments:?}: {log}");
    let field = |line: &str, name: &str| {
        let rest = line.split_once(&format!("{name}=\""))?.1;
        Some(rest.split_once('"')?.0.to_owned())
    };
    let calls = log.lines().filter(|line| line.contains("AWS call"));
    let calls = calls.filter_map(|line| Some((field(line, " service")?, field(line, " operation")?)));
    calls.filter_map(|(service, operation)| permission(&service, &operation)).collect()
}

#[test]
fn permissions_are_enough_for_pauses_and_resumes() {
    let project = tempfile::tempdir().unwrap();
    let environments = project.path().join("environments");
    std::fs::create_dir(&environments).unwrap();
    // Settings that add resources, and a schedule that sets capacities.
    let local = include_str!("../../environments/local.toml");
    let schedule = "[schedule]\ntimezone = \"UTC\"\ndefault = \"running\"\n[[schedule.windows]]\nname = \"busy\"\n\
         from = \"00:00\"\nto = \"24:00\"\ncapacity = { query-enhancer = { min = 2, max = 4 } }\n";
    let own = "[stacks.adeptai]\n";
    let local = local.replace(own, &format!("{own}emails = [\"ops@example.com\"]\nnat = \"one\"\n"));
    let settings = format!("{local}\n{schedule}");
    std::fs::write(environments.join("local.toml"), settings).unwrap();
    let needed = |line: &str| needed(project.path(), &line.split_whitespace().collect::<Vec<_>>());
    needed("apply adeptai --yes --quiet");
    let mut used = needed("tick");
    used.extend(needed("pause adeptai --yes"));
    used.extend(needed("tick"));
    let allowed = allowed("permissions/act.json");
    assert!(used.len() > 40, "{used:?}");
    let missing: Vec<_> = used.difference(&allowed).collect();
    assert!(missing.is_empty(), "deploy/permissions/act.json lacks {missing:?}");
    // A budget that is reconciled makes the same call.
    let asked = needed("cost actual adeptai --from 2026-01-01 --to 2026-02-01");
    assert!(asked.contains("ce:GetCostAndUsage"), "{asked:?}");
    let missing: Vec<_> = asked.difference(&self::allowed("permissions/costs.json")).cloned().collect();
    assert!(missing.is_empty(), "deploy/permissions/costs.json lacks {missing:?}");
}

#[test]
fn files_are_well_formed_where_this_machine_can_tell() {
    let yaml = ["kubernetes/cronjob.yaml", "kubernetes/deployment.yaml", "github/ebb-tick.yml"];
    for file in yaml {
        assert!(!read(file).contains('\t'), "{file}: YAML has no tabs");
    }
    let parse = "import sys, yaml\nfor f in sys.argv[1:]:\n    list(yaml.safe_load_all(open(f)))";
    if checked("python3", &["-c", "import yaml"]).is_none() {
        assert_eq!(checked("python3", &[&["-c", parse][..], &yaml].concat()), None);
    }
    assert_eq!(checked("cfn-lint", &["eventbridge/template.yaml"]), None);
    for unit in ["ebb-tick.service", "ebb-tick.timer", "ebb-serve.service"] {
        let text = read(&format!("systemd/{unit}"));
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            assert!(line.starts_with('[') && line.ends_with(']') || line.contains('='), "{unit}: {line}");
        }
        // It also reports that the binary is not installed here.
        if let Ok(output) = Command::new("systemd-analyze")
            .args(["verify", "--man=no"])
            .arg(folder().join("systemd").join(unit))
            .output()
        {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            for wrong in ["Unknown key", "Unknown section", "Failed to parse", "Invalid"] {
                assert!(!said.contains(wrong), "{unit}: {said}");
            }
        }
    }
}
