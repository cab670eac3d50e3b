//! Resources of any type: the types that are known, mistakes in them, and a stack with one.

use crate::project::{LOCAL, Project};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("types_that_are_known", types_that_are_known),
    ("mistakes_in_resources_of_any_type", mistakes_in_resources_of_any_type),
    ("a_stack_with_a_resource_of_any_type", a_stack_with_a_resource_of_any_type),
];

fn types_that_are_known() {
    let mut project = Project::new();
    project.type_in("types AWS::Backup::BackupVault");
    project.type_in("types AWS::OpenSearchServerless::SecurityPolicy --json");
    project.type_in("types AWS::Backup::BackupVaults");
    project.compare("types_that_are_known");
}

fn mistakes_in_resources_of_any_type() {
    let mut project = Project::new();
    for mistake in ["any_property", "any_type", "any_output"] {
        project.write("environments/local.toml", &format!("{LOCAL}\n[stacks.wrong]\nmistake = \"{mistake}\"\n"));
        project.type_in("plan wrong");
    }
    project.write("environments/local.toml", &format!("{LOCAL}\n[stacks.wrong]\nmistake = \"any_unknown\"\n"));
    project.type_in("validate wrong");
    project.type_in("plan wrong");
    // Without the lines of operations that run at the same time, in any order.
    project.type_in("apply wrong --yes --quiet");
    project.compare("mistakes_in_resources_of_any_type");
}

fn a_stack_with_a_resource_of_any_type() {
    let mut project = Project::new();
    project.write("environments/local.toml", &format!("{LOCAL}\n[stacks.vault]\ncopies = true\n"));
    project.type_in("plan vault");
    project.type_in("apply vault --yes --quiet");
    project.type_in("output vault COPIES");
    project.type_in("cost estimate vault");
    // What is in it would be lost, so a change that AWS cannot make in place is refused until it is named.
    project.write(
        "environments/local.toml",
        &format!("{LOCAL}\n[stacks.vault]\ncopies = true\ncopies_name = \"archive\"\n"),
    );
    project.type_in("plan vault");
    project.type_in("apply vault --yes --quiet");
    project.type_in("apply vault --yes --quiet --include-data AWS_Backup_BackupVault.copies");
    project.type_in("pause vault --yes --quiet");
    project.type_in("destroy vault --yes");
    project.compare("a_stack_with_a_resource_of_any_type");
}
