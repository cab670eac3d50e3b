//! The stack in China, whose ARNs and host names differ.

use crate::project::Project;

#[test]
fn adeptai_lives_in_another_partition() {
    let project = Project::new();
    project.settle("[stacks.adeptai]\nmarket_intelligence_bulk = true\n");
    project.move_to("cn-north-1");
    project.ebb("apply adeptai --yes");
    project.assert_no_changes("running");
    let recorded = project.recorded();
    assert!(recorded.contains("arn:aws-cn:iam::123456789012:role/"), "the record has the ARNs of roles");
    let wrong = recorded.find("arn:aws:").map(|at| &recorded[at..recorded.len().min(at + 100)]);
    assert_eq!(wrong, None);
    project.ebb("pause adeptai --yes");
    project.ebb("resume adeptai --yes");
    project.assert_no_changes("running");
    project.ebb("destroy adeptai --yes --include-data all");
    assert_eq!(project.count("ec2_vpc", "running"), 0);
}
