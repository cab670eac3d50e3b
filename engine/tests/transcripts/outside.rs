//! Other programs: a client of the embedded cloud, a signal, a reader that goes away.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("another_client_sees_the_effects_of_apply_and_pause", another_client_sees_the_effects_of_apply_and_pause),
    ("a_network_is_in_zones_that_the_account_has", a_network_is_in_zones_that_the_account_has),
    ("an_endpoint_can_be_any_server", an_endpoint_can_be_any_server),
    ("data_is_deleted_only_where_it_is_named", data_is_deleted_only_where_it_is_named),
    ("a_saved_plan_that_would_delete_data_is_stale", a_saved_plan_that_would_delete_data_is_stale),
    ("data_that_cannot_be_asked_about_is_said", data_that_cannot_be_asked_about_is_said),
    ("without_a_network_the_first_error_comes_soon", without_a_network_the_first_error_comes_soon),
    ("throttling_of_the_first_call_passes", throttling_of_the_first_call_passes),
    ("an_interrupted_apply_is_continued", an_interrupted_apply_is_continued),
    ("a_reader_that_goes_away_is_no_failure", a_reader_that_goes_away_is_no_failure),
];

/// A server that ends with the test, also if the test fails.
pub struct Server {
    process: Child,
    address: String,
    region: &'static str,
}

impl Server {
    pub fn start(project: &Project) -> Self {
        Self::start_in(project, "eu-west-1")
    }

    /// Starts a server whose calls go to a region.
    fn start_in(project: &Project, region: &'static str) -> Self {
        let mut command = project.command("cloud --listen 127.0.0.1:0");
        let mut process = command.stdout(Stdio::piped()).spawn().expect("ebb starts");
        let mut line = String::new();
        let mut stdout = BufReader::new(process.stdout.take().expect("its output"));
        stdout.read_line(&mut line).expect("it says where it listens");
        let address = line.split("http://").nth(1).and_then(|rest| rest.split(' ').next()).expect("an address");
        Self { process, address: address.to_owned(), region }
    }

    /// Returns the host and port that the server listens on.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Calls an EC2 action and returns the response.
    pub fn ec2(&self, action: &str) -> String {
        let form = "Content-Type: application/x-www-form-urlencoded";
        self.send("POST /", "ec2", form, &format!("Action={action}&Version=2016-11-15"))
    }

    /// Puts an object into a bucket.
    pub fn put(&self, bucket: &str, key: &str, body: &str) {
        self.send(&format!("PUT /{bucket}/{key}"), "s3", "x-amz-content-sha256: UNSIGNED-PAYLOAD", body);
    }

    /// Sends a request over plain HTTP. The signature is not checked; its service and region route the call.
    fn send(&self, what: &str, service: &str, header: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        write!(
            stream,
            "{what} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n{header}\r\nContent-Length: {}\r\n\
             X-Amz-Date: 20260101T000000Z\r\nAuthorization: AWS4-HMAC-SHA256 \
             Credential=AKIAEXAMPLE/20260101/{}/{service}/aws4_request, SignedHeaders=host, Signature=00\r\n\r\n{body}",
            self.address,
            body.len(),
            self.region,
        )
        .expect("the request is sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the answer is read");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn another_client_sees_the_effects_of_apply_and_pause() {
    let project = Project::new();
    assert!(project.run("apply shop --yes").status.success());
    let server = Server::start(&project);
    let id = |output: &str| text(&project.run(&format!("output shop {output}")).stdout).trim().to_owned();
    let (vpc, address) = (id("VPC_ID"), id("NAT_ADDRESS"));
    assert!(server.ec2("DescribeVpcs").contains(&vpc));
    assert!(server.ec2("DescribeNatGateways").contains("<state>available</state>"));
    assert!(server.ec2("DescribeAddresses").contains(&address));

    assert!(project.run("pause shop --yes").status.success());
    assert!(server.ec2("DescribeVpcs").contains(&vpc), "a pause leaves the network");
    assert!(!server.ec2("DescribeNatGateways").contains("<state>available</state>"), "a pause leaves no gateway");
    assert!(!server.ec2("DescribeAddresses").contains(&address), "a pause leaves no address that bills");
}

fn a_network_is_in_zones_that_the_account_has() {
    let project = Project::with(&LOCAL.replace("eu-west-1", "ap-northeast-1"));
    let valid = project.run("validate shop");
    assert!(text(&valid.stderr).contains("AWS was not asked"), "{}", text(&valid.stderr));
    let applied = project.run("apply shop --yes");
    assert!(applied.status.success(), "{}", text(&applied.stderr));
    let server = Server::start_in(&project, "ap-northeast-1");
    let subnets = server.ec2("DescribeSubnets");
    let zones = |letter: &str| subnets.matches(&format!("<availabilityZone>ap-northeast-1{letter}<")).count();
    assert_eq!((zones("a"), zones("b"), zones("c")), (2, 0, 2), "{subnets}");
    assert_eq!(project.run("plan shop --detailed-exitcode").status.code(), Some(0));
}

fn an_endpoint_can_be_any_server() {
    let project = Project::new();
    let server = Server::start(&project);
    let remote =
        LOCAL.replace("embedded = true\ntransition_ms = 20", &format!("endpoint_url = \"http://{}\"", server.address));
    project.write("environments/remote.toml", &remote);
    let run = |line: &str| {
        let mut command = project.command(line);
        command.env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE").env("AWS_SECRET_ACCESS_KEY", "secret");
        let output = command.output().expect("ebb starts");
        assert!(output.status.success(), "{line}: {}", text(&output.stderr));
        text(&output.stdout)
    };
    run("apply shop --yes --env remote");
    run("apply vault --yes --env remote");
    assert!(run("plan shop --env remote").contains("Plan: no changes, 12 unchanged."));
    assert!(run("plan vault --env remote").contains("Plan: no changes, 1 unchanged."));
    let vpc = run("output shop VPC_ID --env remote");
    assert!(server.ec2("DescribeVpcs").contains(vpc.trim()));
    assert!(
        !project.path("state/remote/cloud").exists(),
        "an environment that is not embedded has no cloud of its own"
    );
    run("destroy shop --yes --env remote");
}

fn data_is_deleted_only_where_it_is_named() {
    let mut project = Project::new();
    assert!(project.run("apply vault --yes").status.success());
    let bucket = text(&project.run("output vault BUCKET").stdout).trim().to_owned();
    Server::start(&project).put(&bucket, "weights", "precious");
    for line in [
        "pause vault --yes --quiet",
        "resume vault --yes --quiet",
        "plan vault --target destroyed",
        "destroy vault --yes --quiet",
        "state list --stack vault",
        "destroy vault --yes --quiet --include-data s3_bucket.models",
        "status vault",
    ] {
        project.type_in(line);
    }
    project.compare("data_is_deleted_only_where_it_is_named");
}

fn a_saved_plan_that_would_delete_data_is_stale() {
    let mut project = Project::new();
    assert!(project.run("apply vault --yes").status.success());
    let bucket = text(&project.run("output vault BUCKET").stdout).trim().to_owned();
    project.type_in("plan vault --target destroyed --out gone.plan");
    Server::start(&project).put(&bucket, "weights", "precious");
    project.type_in("apply gone.plan --yes");
    project.type_in("state list --stack vault");
    // A plan that keeps the data is not.
    project.type_in("plan vault --target destroyed --out kept.plan");
    project.type_in("apply kept.plan --yes --quiet");
    project.compare("a_saved_plan_that_would_delete_data_is_stale");
}

fn data_that_cannot_be_asked_about_is_said() {
    let project = Project::with(&format!("{LOCAL}\n[stacks.vault]\ncopies = true\n"));
    assert!(project.run("apply vault --yes").status.success());
    let denied = |line: &str| {
        let mut command = project.command(line);
        let output = command.env("EBB_CLOUD_FAULTS", "denied=ListObjectVersions").output().expect("ebb starts");
        (output.status.code(), text(&output.stderr))
    };
    let unread = "cannot read s3_bucket.models";
    let (code, said) = denied("plan vault --target destroyed --out gone.plan");
    assert!(code == Some(1) && said.contains(unread), "{code:?}: {said}");
    let (_, said) = denied("apply gone.plan --yes");
    assert!(said.contains(unread), "{said}");
    // What is wrong with a plan comes before what it could not ask.
    project.write(
        "environments/local.toml",
        &format!("{LOCAL}\n[stacks.vault]\ncopies = true\ncopies_name = \"archive\"\n"),
    );
    let (code, said) = denied("plan vault");
    assert!(code == Some(1) && said.contains("replacing AWS_Backup_BackupVault.copies"), "{code:?}: {said}");
    assert!(!said.contains("ListObjectVersions"), "{said}");
}

fn an_interrupted_apply_is_continued() {
    let project = Project::new();
    let mut command = project.command("apply shop --yes --json");
    command.env("EBB_CLOUD_FAULTS", "latency=100ms").stdout(Stdio::piped()).stderr(Stdio::null());
    let mut apply = command.spawn().expect("ebb starts");
    let mut events = BufReader::new(apply.stdout.take().expect("its output")).lines();
    let begun = events.by_ref().map(|line| line.expect("a line")).find(|line| line.contains("operation_started"));
    assert!(begun.is_some());
    let interrupted = Command::new("kill").args(["-INT", &apply.id().to_string()]).status().expect("kill runs");
    assert!(interrupted.success());
    let last = events.map(|line| line.expect("a line")).last().expect("more events");
    assert!(last.contains("\"event\":\"finished\"") && last.contains("\"success\":false"), "{last}");
    assert_eq!(apply.wait().expect("it ends").code(), Some(130));
    assert!(project.run("apply shop --yes").status.success());
    assert!(text(&project.run("plan shop").stdout).contains("Plan: no changes, 12 unchanged."));
}

fn a_reader_that_goes_away_is_no_failure() {
    let project = Project::new();
    let mut command = project.command("environment schema");
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("ebb starts");
    drop(process.stdout.take());
    let ended = process.wait_with_output().expect("it ends");
    assert!(ended.status.success(), "{}", text(&ended.stderr));
}

fn without_a_network_the_first_error_comes_soon() {
    let project = Project::new();
    let away = "endpoint_url = \"http://127.0.0.1:1\"";
    project.write("environments/away.toml", &LOCAL.replace("embedded = true\ntransition_ms = 20", away));
    let start = std::time::Instant::now();
    let mut command = project.command("plan shop -e away");
    let output = command.env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE").env("AWS_SECRET_ACCESS_KEY", "x").output().unwrap();
    let (took, said) = (start.elapsed(), text(&output.stderr));
    assert!(!output.status.success() && said.contains("check the network"), "{said}");
    assert!(took < std::time::Duration::from_secs(10), "{took:?}");
}

fn throttling_of_the_first_call_passes() {
    let project = Project::new();
    let output = project.command("plan shop").env("EBB_CLOUD_FAULTS", "fail=throttle:burst=1..9").output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}
