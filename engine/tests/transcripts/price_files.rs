//! The files of prices of a project: what `ebb prices update` prints, and items that nothing bills.

use serde_json::Value;

use crate::project::{LOCAL, Project, text};
use crate::runner::Test;

pub const TESTS: &[Test] = &[
    ("an_update_of_prices_prints_the_lines_of_the_docs", an_update_of_prices_prints_the_lines_of_the_docs),
    ("a_price_that_nothing_bills_is_pointed_out_once", a_price_that_nothing_bills_is_pointed_out_once),
    ("an_hour_is_one_hour", an_hour_is_one_hour),
];

/// A book with a contract, and a price that was fetched long ago.
pub const OWN_BOOK: &str = "# Our book.
region = \"eu-west-1\"

[items.\"vpc.nat.data\"] # a contract
unit = \"GB\"
usd = 0.03
source = \"our contract\"
date = \"2026-01-01\"
confidence = \"bill\"

[items.\"vpc.nat.hour\"]
unit = \"hour\"
usd = 0.04 # as of spring
source = \"AWS Price List API, SKU OLD of version 1\"
date = \"2026-03-01\"
confidence = \"official\"
";

/// A line of the docs may end in `…` for items that it leaves out.
fn an_update_of_prices_prints_the_lines_of_the_docs() {
    let project = Project::new();
    project.write("prices/eu-west-1.toml", OWN_BOOK);
    let command = "prices update --region eu-west-1";
    let output = project.run(command);
    let shown = text(&output.stdout);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let docs = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/costs.md")).expect("the docs");
    let block = docs.split(&format!("$ ebb {command}\n")).nth(1).and_then(|rest| rest.split("```").next());
    let documented: Vec<&str> = block.expect("the docs have this command").lines().collect();
    assert_eq!(documented.len(), shown.lines().count(), "{shown}");
    for (documented, line) in documented.iter().zip(shown.lines()) {
        match documented.strip_suffix('…') {
            Some(beginning) => assert!(line.starts_with(beginning), "{shown}"),
            None => assert_eq!(documented.trim_end(), line.trim_end(), "{shown}"),
        }
    }
}

fn a_price_that_nothing_bills_is_pointed_out_once() {
    let project = Project::new();
    project.write("prices/eu-west-1.toml", &OWN_BOOK.replace("vpc.nat.hour", "vpc.nat.our"));
    let warning = "warning: prices/eu-west-1.toml:11:8: no kind bills `vpc.nat.our`, so this price counts nowhere; \
                   did you mean `vpc.nat.hour`?";
    for line in ["validate", "cost estimate shop", "cost report shop", "plan shop", "apply shop --yes", "status shop"] {
        let output = project.run(line);
        let said = text(&output.stderr);
        assert!(output.status.success(), "{line}: {said}");
        assert_eq!(said.matches(warning).count(), 1, "{line}: {said}");
    }
    let validated: Value = serde_json::from_slice(&project.run("validate --json").stdout).expect("JSON");
    assert_eq!(validated["prices"][0]["place"], "prices/eu-west-1.toml:11:8");
    // Prices that AWS's list has are of known items, whatever the region.
    assert!(project.run("prices update").status.success());
    let said = text(&project.run("validate").stderr);
    assert_eq!(said.matches("counts nowhere").count(), 1, "{said}");
    project.write("prices/eu-west-1.toml", &OWN_BOOK.replace("unit = \"GB\"\n", ""));
    let refused = project.run("validate");
    let said = text(&refused.stderr);
    assert!(
        !refused.status.success() && said.contains("prices/eu-west-1.toml:4: vpc.nat.data: `unit` is missing"),
        "{said}"
    );
}

fn an_hour_is_one_hour() {
    let project = Project::with(LOCAL);
    for format in ["table", "markdown"] {
        let shown = text(&project.run(&format!("cost estimate shop --hours 1 --format {format}")).stdout);
        assert!(shown.contains("a month of 1 hour\n"), "{shown}");
    }
}
