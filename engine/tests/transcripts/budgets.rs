//! Budgets: their settings, the rules that act, and the refusal of an apply.

use crate::project::{LOCAL, Project};
use crate::runner::Test;

pub const TESTS: &[Test] = &[("mistakes_in_a_budget", mistakes_in_a_budget)];

const BUDGET: &str = "\n[budget]\nmonthly = 6190\nbuffer = \"20%\"\ndaily = 500\n\n[[budget.rules]]\nat = \"80%\"\n\
                      of = \"forecast\"\ndo = \"notify\"\n\n[[budget.rules]]\nat = \"buffer\"\ndo = \"pause\"\ngrace = \"1h\"\n";

/// Changes a part of the budget that is there once.
fn replaced(from: &str, to: &str) -> String {
    assert_eq!(BUDGET.matches(from).count(), 1, "{from}");
    format!("{LOCAL}{}", BUDGET.replace(from, to))
}

fn mistakes_in_a_budget() {
    let mut project = Project::new();
    let cases = [
        replaced("monthly = 6190", "monthly = -6190"),
        replaced("monthly = 6190", "monthly = 0"),
        replaced("monthly = 6190", "monthly = 619000000000"),
        replaced("monthly = 6190", "monthly = \"6190\""),
        replaced("monthly = 6190\n", ""),
        replaced("daily = 500", "daily = 7000"),
        replaced("buffer = \"20%\"", "buffer = \"20\""),
        replaced("buffer = \"20%\"\n", ""),
        replaced("at = \"80%\"", "at = \"eighty\""),
        replaced("of = \"forecast\"", "of = \"forcast\""),
        replaced("do = \"notify\"", "do = \"stop\""),
        replaced("do = \"notify\"", "do = \"notify\"\ngrace = \"1h\""),
        replaced("grace = \"1h\"", "grace = \"400h\""),
        replaced("monthly = 6190", "monthy = 6190"),
        format!("{LOCAL}[stacks.shop.budget]\nmonthly = -1\n"),
        format!("{LOCAL}[stacks.shop.budget]\nmonthly = 100\nrules = [{{ at = \"101\", do = \"reduce\" }}]\n"),
        // Several mistakes are reported at once.
        replaced("monthly = 6190", "monthly = -6190").replace("\"80%\"", "\"-80%\""),
        // And this is a budget.
        format!("{LOCAL}{BUDGET}\n[stacks.shop.budget]\nmonthly = 100\n"),
    ];
    for case in cases {
        project.write("environments/local.toml", &case);
        project.type_in("tick");
    }
    project.compare("mistakes_in_a_budget");
}
