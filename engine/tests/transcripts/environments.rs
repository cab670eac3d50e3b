//! `ebb environment`: listing, showing, making and comparing environments.

use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("environments_are_listed_shown_made_and_compared", environments_are_listed_shown_made_and_compared),
    ("an_environment_that_cannot_be_made_leaves_nothing", an_environment_that_cannot_be_made_leaves_nothing),
];

const PROD: &str = "# Production.\n[aws]\nregion = \"eu-west-1\"\naccount = \"111122223333\"\nprofile = \"prod\"\n\n[notify]\nwebhook = \
                    \"https://example.com/secret-token\"\n\n[stacks.shop]\ncidr = \"10.30.0.0/16\"   # larger\n";

fn environments_are_listed_shown_made_and_compared() {
    let mut project = Project::with(LOCAL);
    project.write("environments/prod.toml", PROD);
    project.write("environments/wrong.toml", "[aws]\nregoin = \"eu-west-1\"\n");
    for line in [
        "environment list",
        "environment show prod",
        "environment diff local prod",
        "environment new dev --from prod --account 444455556666",
        "environment diff prod dev",
        "environment new dev --from prod",
        "environment new preview",
        "environment diff local locla",
    ] {
        project.type_in(line);
    }
    project.compare("environments");
    assert!(project.read("environments/dev.toml").contains("10.30.0.0/16\"   # larger"));
    assert!(!text(&project.run("environment show prod --json").stdout).contains("secret-token"));
}

fn an_environment_that_cannot_be_made_leaves_nothing() {
    let project = Project::new();
    for (line, code, why) in [
        ("environment new dev --from local --region eu-wset-1", 1, "eu-west-1"),
        ("environment new Dev", 64, "lower-case letters"),
        ("environment new dev --from prod", 1, "there is no environment `prod`"),
    ] {
        let refused = project.run(line);
        assert_eq!(refused.status.code(), Some(code), "{line}: {}", text(&refused.stderr));
        assert!(text(&refused.stderr).contains(why), "{line}: {}", text(&refused.stderr));
    }
    assert!(!project.path("environments/dev.toml").exists());
}
