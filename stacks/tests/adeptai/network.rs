//! The ways out of the network, as another client sees them.

use crate::outside::Server;
use crate::project::{Project, text};

fn part<'a>(whole: &'a str, from: &str, to: &str) -> &'a str {
    whole.split(from).nth(1).and_then(|rest| rest.split(to).next()).unwrap_or_else(|| panic!("no {from}: {whole}"))
}

fn ec2(server: &Server, operation: &str) -> String {
    server.query("ec2", &format!("Action={operation}&Version=2016-11-15"))
}

/// Returns the rules that let traffic of the containers out.
fn egress(server: &Server) -> String {
    let groups = ec2(server, "DescribeSecurityGroups");
    let of_containers =
        groups.split("<groupDescription>").find(|group| group.starts_with("Containers of the endpoints"));
    part(of_containers.unwrap(), "<ipPermissionsEgress>", "</ipPermissionsEgress>").to_owned()
}

#[test]
fn containers_reach_s3_and_the_interface_endpoints_alone() {
    let project = Project::new();
    project.ebb("apply adeptai --yes");
    let server = Server::start(&project);
    let lists = ec2(&server, "DescribePrefixLists");
    let s3 = lists.split("<item>").find(|list| list.contains("com.amazonaws.eu-west-1.s3<")).unwrap();
    let s3 = part(s3, "<prefixListId>", "<").to_owned();
    let rules = egress(&server);
    assert!(rules.contains(&format!("<prefixListId>{s3}</prefixListId>")), "{rules}");
    assert!(rules.contains("<groupId>sg-") && rules.contains("<toPort>443</toPort>"), "{rules}");
    assert!(!rules.contains("<cidrIp>"), "{rules}");

    project.settle("[stacks.adeptai]\nnat = \"one\"\n");
    project.ebb("apply adeptai --yes");
    assert!(!egress(&server).contains("<cidrIp>"), "a route is no permission");
    project.settle("[stacks.adeptai]\nnat = \"one\"\ninternet = true\n");
    project.ebb("apply adeptai --yes");
    assert!(egress(&server).contains("<cidrIp>0.0.0.0/0</cidrIp>"));
    project.assert_no_changes("running");
}

#[test]
fn the_internet_needs_a_route() {
    let project = Project::new();
    project.settle("[stacks.adeptai]\ninternet = true\n");
    let refused = project.command("plan adeptai").output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let message = text(&refused.stderr);
    assert!(message.contains("internet") && message.contains("set `nat`"), "{message}");
}

#[test]
fn endpoints_let_the_accounts_own_principals_through_to_the_buckets_of_the_stack() {
    let project = Project::new();
    project.settle(
        "[stacks.adeptai]\nreachable_buckets = [\"shared\"]\n\
         [stacks.adeptai.endpoints.job_parser]\nmodel = \"s3://elsewhere/llama/\"\nenabled = false\n",
    );
    project.ebb("apply adeptai --yes");
    let server = Server::start(&project);
    let endpoints = ec2(&server, "DescribeVpcEndpoints");
    let policy = |service: &str| {
        let endpoint = endpoints.split("<vpcEndpointId>").find(|one| one.contains(&format!("{service}</serviceName>")));
        part(endpoint.unwrap(), "<policyDocument>", "<").replace("&quot;", "\"")
    };
    let s3 = policy("eu-west-1.s3");
    for allowed in [
        "\"arn:aws:s3:::uploaded/*\"",
        "\"arn:aws:s3:::elsewhere\"",
        "\"arn:aws:s3:::shared/*\"",
        "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*",
        "\"aws:PrincipalAccount\":\"123456789012\"",
    ] {
        assert!(s3.contains(allowed), "{allowed}: {s3}");
    }
    let own = s3.matches("arn:aws:s3:::").count();
    assert_eq!(own, 11, "two ARNs for each of five buckets, and one for the layers: {s3}");
    let runtime = policy("sagemaker.runtime");
    assert!(runtime.contains("\"aws:PrincipalAccount\":\"123456789012\""), "{runtime}");
    project.assert_no_changes("running");
}
