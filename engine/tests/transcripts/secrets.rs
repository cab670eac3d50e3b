//! A canary in every secret input: only AWS may hold it afterwards.

use std::path::Path;

use crate::outside::Server;
use crate::project::{LOCAL, Project};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("the_file_of_a_secret_is_relative_to_the_project", the_file_of_a_secret_is_relative_to_the_project),
    ("no_secret_is_found_anywhere", || no_secret_is_found_anywhere(&[], "")),
    ("no_secret_is_found_in_a_log_of_everything", || no_secret_is_found_anywhere(&[("EBB_LOG", "trace")], "")),
    ("no_secret_is_found_in_a_verbose_log", || no_secret_is_found_anywhere(&[], " -vv")),
    ("no_secret_is_found_in_an_unsafe_log_of_requests", unsafe_log),
];

/// Every secret input: values of secrets, passphrases of state, credentials of AWS.
const CANARIES: &[(&str, &str)] = &[
    ("CANARY_VALUE", "canary/of+the environment"),
    ("CANARY_OTHER", "canary-of-another-value"),
    ("EBB_STATE_PASSPHRASE", "canary-of-the-passphrase"),
    ("EBB_STATE_PASSPHRASE_PREVIOUS", "canary-of-the-passphrase-before"),
    ("AWS_SECRET_ACCESS_KEY", "canary-of-the-access-key"),
    ("AWS_SESSION_TOKEN", "canary-of-the-session"),
];
const FILE: &str = "canary-of-the-file";

/// Runs the commands with these variables and flags, and looks for the canaries in all that is printed and written.
fn no_secret_is_found_anywhere(variables: &[(&str, &str)], flags: &str) {
    let project = Project::new();
    project.write("canary.txt", &format!("{FILE}\n"));
    let mut said = Vec::new();
    let mut run = |line: &str, faults: &str, changed: &str| {
        let mut command = project.command(&format!("{line}{flags}"));
        command
            .envs(CANARIES.iter().copied())
            .envs(variables.iter().copied())
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("RUST_BACKTRACE", "full")
            .env("EBB_CLOUD_FAULTS", faults);
        if !changed.is_empty() {
            command.env("CANARY_VALUE", changed);
        }
        let output = command.output().expect("ebb starts");
        said.push((line.to_owned(), [output.stdout, output.stderr].concat()));
        output.status.success()
    };
    // A passphrase that is too short is refused, and not shown.
    let settle = |settings: &str| project.write("environments/local.toml", &format!("{LOCAL}{settings}"));
    assert!(run("validate safe", "", ""));
    assert!(run("plan safe --out safe.plan -v", "", ""));
    assert!(run("plan safe --json", "", ""));
    // Errors, cut connections and kills must not reveal a secret either.
    for faults in ["fail=error:20%:seed=3", "kill-before=12", "kill-after=13", "fail=cut:20%:seed=5"] {
        run("apply safe --yes --json -v", faults, "");
    }
    assert!(run("apply safe --yes -v", "", ""));
    assert!(run("apply safe --yes --json", "", "canary-of-a-new-value"));
    for line in [
        "status safe",
        "status safe --json",
        "output safe --json",
        "state show --stack safe",
        "graph safe --format dot",
    ] {
        assert!(run(line, "", ""), "{line}");
    }
    settle("\n[state.encryption]\nprovider = \"passphrase\"\n");
    assert!(run("pause safe --yes -v", "", ""));
    settle("\n[state.encryption]\nprovider = \"passphrase\"\n[state.encryption.previous]\nprovider = \"passphrase\"\n");
    assert!(run("state rekey --stack safe --yes --json", "", ""));
    settle("\n[state.encryption]\nprovider = \"passphrase\"\npassphrase_env = \"EBB_STATE_PASSPHRASE_PREVIOUS\"\n");
    assert!(!run("status safe", "", ""), "another passphrase");
    settle(
        "\n[state.encryption]\nprovider = \"none\"\n[state.encryption.previous]\nprovider = \"passphrase\"\npassphrase_env = \"EBB_STATE_PASSPHRASE\"\n",
    );
    assert!(run("state rekey --stack safe --yes", "", ""));
    assert!(run("history safe --json", "", ""));
    // Over HTTP, with credentials that are used.
    let server = Server::start(&project);
    let away = format!("endpoint_url = \"http://{}\"", server.address());
    project.write("environments/away.toml", &LOCAL.replace("embedded = true\ntransition_ms = 20", &away));
    assert!(run("plan safe -e away -v", "", ""));

    let canaries = canaries();
    let logs = !variables.is_empty() || !flags.is_empty();
    assert_eq!(said.iter().any(|(_, text)| contains(text, b"AWS call")), logs, "calls are logged if that is asked for");
    for (line, text) in &said {
        nothing_of(&canaries, text, &format!("the output of `ebb {line}`"));
    }
    let mut searched = 0;
    search(&project.path("."), &mut |path, bytes| {
        searched += 1;
        nothing_of(&canaries, bytes, &path.display().to_string());
    });
    assert!(searched >= 12, "only {searched} files were searched");
    // AWS has the canary, so the search could have found it.
    let mut alive = false;
    search_all(&project.path("state/local/cloud"), &mut |_, bytes| alive |= contains(bytes, FILE.as_bytes()));
    assert!(alive, "the value never reached AWS");
}

/// At trace, the SDK logs each request. No secret is in it, whatever the SDK shows of its body.
fn unsafe_log() {
    let project = Project::new();
    project.write("canary.txt", &format!("{FILE}\n"));
    let mut command = project.command("apply safe --yes");
    command.envs(CANARIES.iter().copied()).env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");
    command.env("EBB_LOG", "aws_smithy_runtime=trace").env("EBB_LOG_UNSAFE", "1");
    let output = command.output().expect("ebb starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(contains(&output.stderr, b"transmitting request"), "requests are logged");
    nothing_of(&canaries(), &output.stderr, "the log");
}

fn canaries() -> Vec<&'static str> {
    CANARIES.iter().map(|(_, canary)| *canary).chain([FILE, "canary-of-a-new-value"]).collect()
}

/// Fails if a text contains a secret, as it is or encoded.
fn nothing_of(canaries: &[&str], text: &[u8], place: &str) {
    for canary in canaries {
        let json = serde_json::to_string(canary).expect("text is JSON");
        let forms = [(*canary).to_owned(), json.trim_matches('"').to_owned(), base64(canary), hex(canary), url(canary)];
        for form in forms {
            assert!(!contains(text, form.as_bytes()), "{place} reveals {canary} as {form}");
        }
    }
}

/// Visits all files of a project except the sources of secrets and the store of the embedded cloud.
fn search(folder: &Path, see: &mut dyn FnMut(&Path, &[u8])) {
    search_all(folder, &mut |path, bytes| {
        if !path.ends_with("canary.txt") && !path.components().any(|part| part.as_os_str() == "cloud") {
            see(path, bytes);
        }
    });
}

fn search_all(folder: &Path, see: &mut dyn FnMut(&Path, &[u8])) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            search_all(&path, see);
        } else {
            see(&path, &std::fs::read(&path).expect("a file"));
        }
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    // Without its end, which depends on the following bytes.
    let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(text);
    encoded[..encoded.len() - 2].to_owned()
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn url(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

fn the_file_of_a_secret_is_relative_to_the_project() {
    let project = Project::new();
    project.write("canary.txt", FILE);
    let elsewhere = tempfile::tempdir().expect("a folder");
    let run = |line: &str, folder: &Path| {
        let mut command = project.command(line);
        command.envs(CANARIES.iter().copied()).env_remove("AWS_SESSION_TOKEN").current_dir(folder);
        let output = command.output().expect("ebb starts");
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let root = project.path("").display().to_string();
    // The plan file is named from where the command runs.
    run(&format!("-C {root} plan safe --out first.plan"), elsewhere.path());
    assert!(elsewhere.path().join("first.plan").exists() && !project.path("first.plan").exists());
    run(&format!("-C {root} apply first.plan --yes"), elsewhere.path());
    run("plan safe --out second.plan", &project.path("environments"));
    assert!(project.path("environments/second.plan").exists());
    run("-C .. apply safe --yes", &project.path("environments"));
}
