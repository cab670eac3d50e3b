//! Changes by hand: what the declaration does not say survives pauses and replacements.

use crate::outside::Server;
use crate::project::Project;

const ENDPOINT: &str = "adeptai-local-query-enhancer-v1";

/// Returns a running stack, one endpoint of which is scaled to 4 instances and has a scheduled action, both by hand.
fn scaled_by_hand(settings: &str) -> (Project, Server) {
    let project = Project::new();
    project.settle(settings);
    project.ebb("apply adeptai --yes");
    let server = Server::start(&project);
    server.scale_by_hand(ENDPOINT, 4);
    project.assert_no_changes("running");
    (project, server)
}

#[test]
fn a_resume_restores_the_real_capacity_of_an_endpoint_and_actions_scheduled_by_hand() {
    let (project, server) = scaled_by_hand("");
    project.ebb("pause adeptai --yes");
    assert!(server.scheduled_actions().is_empty());
    project.ebb("resume adeptai --yes");
    assert_eq!(server.instances(ENDPOINT), 4);
    assert_eq!(server.scheduled_actions(), ["by-hand"]);
    project.assert_no_changes("running");
}

#[test]
fn a_replacement_that_deletes_endpoints_first_restores_their_scaling() {
    let (project, server) = scaled_by_hand("");
    let policies = server.scaling_policies();
    assert_eq!((server.scaled_resources().len(), policies.len()), (5, 5), "{policies:?}");

    project.settle("[stacks.adeptai]\ncidr = \"10.1.0.0/16\"\n");
    project.ebb("apply adeptai --yes");
    project.assert_no_changes("running");
    assert_eq!(server.instances(ENDPOINT), 4);
    assert_eq!(server.scheduled_actions(), ["by-hand"]);
    assert_eq!(server.scaled_resources().len(), 5);
    assert_eq!(server.scaling_policies().len(), 5);
}

#[test]
fn a_pause_rolls_out_nothing_of_settings_that_were_not_applied() {
    let applied = "[stacks.adeptai]\nnat = \"one\"\n";
    let (project, server) = scaled_by_hand(applied);
    let gateways =
        || server.query("ec2", "Action=DescribeNatGateways&Version=2016-11-15").matches("<state>available").count();
    assert_eq!(gateways(), 1);
    let alarms = server.alarm_actions();
    assert!(!alarms.is_empty() && alarms.contains(&true), "{alarms:?}");

    project.settle("[stacks.adeptai]\nnat = \"none\"\n[stacks.adeptai.endpoints.query_enhancer]\nenabled = false\n");
    let pause = project.ebb("pause adeptai --yes");
    assert!(!pause.contains("no longer wanted"), "{pause}");
    assert!(server.alarm_actions().iter().filter(|on| **on).count() < alarms.iter().filter(|on| **on).count());
    let routes = server.query("ec2", "Action=DescribeRouteTables&Version=2016-11-15");
    assert!(!routes.contains("blackhole"), "{routes}");
    project.settle(applied);
    project.ebb("resume adeptai --yes");
    assert_eq!(server.instances(ENDPOINT), 4);
    assert_eq!(server.scheduled_actions(), ["by-hand"]);
    assert_eq!(server.alarm_actions(), alarms);
    assert_eq!(gateways(), 1);
    project.assert_no_changes("running");
}

#[test]
fn a_rollback_to_a_paused_serial_leaves_the_actions_of_alarms_on() {
    let (project, server) = scaled_by_hand("");
    let alarms = server.alarm_actions();
    project.ebb("pause adeptai --yes");
    let serial = project.json("plan adeptai --target paused")["serial"].as_u64().unwrap();
    assert_ne!(server.alarm_actions(), alarms);
    project.ebb("resume adeptai --yes");
    project.ebb(&format!("state --stack adeptai rollback --serial {serial} --yes"));
    assert_eq!(server.alarm_actions(), alarms);
    project.assert_no_changes("running");
}
