//! Rules of a budget that the loop carries out: announced, once, and until the month is over.

use ebbtide::plan::Target;
use ebbtide::schedule::{BudgetOf, Cause, Hold};
use ebbtide_engine::control::Outcome;
use ebbtide_engine::state::LockOwner;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::fixture::Project;
use crate::scheduled_capacity::{scaling, under};
use crate::unattended::{outcome, running, tick};

const LOCAL: &str = "[aws]\nregion = \"eu-west-1\"\nembedded = true\ntransition_ms = 30\n\n";

/// Returns an instant of the first day of a later month: the stack ran since its beginning.
fn in_month(later: i32, hour: i64, minute: i64) -> String {
    let first = Timestamp::now().to_zoned(TimeZone::UTC).date().first_of_month();
    let day = first.checked_add(later.months()).unwrap().to_zoned(TimeZone::UTC).unwrap();
    day.checked_add(hour.hours().minutes(minute)).unwrap().timestamp().to_string()
}

async fn hold(project: &Project, since: &str, length: SignedDuration) {
    let since: Timestamp = since.parse().unwrap();
    let (until, by) = (since + length, "ann@host".to_owned());
    let hold = Hold { target: Target::Running, since, until, reason: "demo".to_owned(), by: by.clone() };
    let owner = LockOwner { by, process: 1, command: "hold".to_owned(), since };
    let state = project.state();
    let edited = state.edit(owner, "hold", |document| {
        document.hold = Some(hold);
        true
    });
    edited.await.unwrap();
}

#[tokio::test]
async fn a_pause_is_announced_carried_out_and_not_undone_by_its_own_effect() {
    let budget = "[budget]\nmonthly = 100\n[[budget.rules]]\nat = \"100%\"\nof = \"forecast\"\ndo = \"pause\"\n";
    let project = running(&format!("{LOCAL}{budget}")).await;
    // The rule is reached: a month of one instance alone costs more. It is announced, and recorded.
    assert_eq!(outcome(&project, &in_month(1, 12, 0)).await, (Outcome::Nothing, Target::Running));
    let document = project.document().await;
    let [latch] = document.latches.as_slice() else { panic!("{:?}", document.latches) };
    assert_eq!((latch.of, latch.rule.as_str()), (BudgetOf::Environment, "pause at 100% of the budget, forecast"));
    assert_eq!(latch.acts, in_month(1, 12, 30).parse().unwrap());
    assert!(latch.spent > 100.0, "{latch:?}");
    assert!(document.said["budget"].contains("pause at 100%"), "{:?}", document.said);
    // It is said once: nothing is recorded again.
    assert_eq!(outcome(&project, &in_month(1, 12, 10)).await, (Outcome::Nothing, Target::Running));
    assert_eq!(project.document().await.serial, document.serial);
    // The grace time is over.
    let report = tick(&project, &in_month(1, 12, 31)).await;
    assert_eq!((report.outcome, report.decision.unwrap().cause), (Outcome::Acted, Cause::Budget));
    let document = project.document().await;
    assert_eq!(document.target, Target::Paused);
    let why = document.ended.unwrap().why;
    assert!(why.contains("pause at 100% of the budget, forecast ($100.00)"), "{why}");
    // Paused, it costs less. It stays paused.
    assert_eq!(outcome(&project, &in_month(1, 12, 32)).await, (Outcome::Nothing, Target::Paused));
    // A hold made after the limit wins, and ends by itself.
    hold(&project, &in_month(1, 13, 0), SignedDuration::from_hours(1)).await;
    assert_eq!(outcome(&project, &in_month(1, 13, 1)).await, (Outcome::Acted, Target::Running));
    assert_eq!(outcome(&project, &in_month(1, 13, 2)).await, (Outcome::Nothing, Target::Running));
    assert_eq!(outcome(&project, &in_month(1, 14, 1)).await, (Outcome::Acted, Target::Paused));
    // The next month begins anew: a paused stack stays within the budget.
    assert_eq!(outcome(&project, &in_month(2, 0, 1)).await, (Outcome::Nothing, Target::Paused));
}

#[tokio::test]
async fn a_rule_that_a_clock_which_was_ahead_recorded_is_dropped() {
    let budget = "[budget]\nmonthly = 100\n[[budget.rules]]\nat = \"100%\"\nof = \"forecast\"\ndo = \"pause\"\n";
    let project = running(&format!("{LOCAL}{budget}")).await;
    let since = async || {
        let latches = project.document().await.latches;
        latches.iter().map(|latch| latch.since.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(outcome(&project, &in_month(1, 36, 0)).await, (Outcome::Nothing, Target::Running));
    assert_eq!(since().await, [in_month(1, 36, 0)]);
    // The right clock. The rule is reached by its own figures.
    assert_eq!(outcome(&project, &in_month(1, 12, 0)).await, (Outcome::Nothing, Target::Running));
    assert_eq!(since().await, [in_month(1, 12, 0)]);
    // Without such figures nothing is left of it, and nothing comes of it later.
    let raised = budget.replace("monthly = 100", "monthly = 100000000").replace("100%", "0.0001%");
    std::fs::write(project.path().join("environments/test.toml"), format!("{LOCAL}{raised}")).unwrap();
    assert_eq!(outcome(&project, &in_month(1, 36, 0)).await, (Outcome::Nothing, Target::Running));
    std::fs::write(project.path().join("environments/test.toml"), LOCAL).unwrap();
    assert_eq!(outcome(&project, &in_month(1, 12, 0)).await, (Outcome::Nothing, Target::Running));
    assert_eq!(since().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_reduction_bounds_endpoints_by_their_minimum_until_the_month_is_over() {
    let budget = "[budget]\nmonthly = 100000\n[[budget.rules]]\nat = \"0.001%\"\ndo = \"reduce\"\n";
    let project = running(&format!("{LOCAL}{budget}")).await;
    assert_eq!(outcome(&project, &in_month(1, 12, 0)).await, (Outcome::Acted, Target::Running));
    assert_eq!(scaling(&project).await, under((1, 1)));
    assert_eq!(outcome(&project, &in_month(1, 12, 5)).await, (Outcome::Nothing, Target::Running));
    // Nothing is spent at the beginning of a month.
    assert_eq!(outcome(&project, &in_month(2, 0, 0)).await, (Outcome::Acted, Target::Running));
    assert_eq!(scaling(&project).await, under((1, 4)));
}

#[tokio::test]
async fn a_day_above_daily_is_said_once() {
    let project = running(&format!("{LOCAL}[budget]\nmonthly = 100000\ndaily = 5\n")).await;
    assert_eq!(outcome(&project, &in_month(1, 1, 0)).await, (Outcome::Nothing, Target::Running));
    assert!(!project.document().await.said.contains_key("spike"), "an hour costs less");
    assert_eq!(outcome(&project, &in_month(1, 12, 0)).await, (Outcome::Nothing, Target::Running));
    let document = project.document().await;
    assert!(document.said["spike"].contains("Environment"), "{:?}", document.said);
    assert_eq!(outcome(&project, &in_month(1, 13, 0)).await, (Outcome::Nothing, Target::Running));
    assert_eq!(project.document().await.serial, document.serial, "it was said");
}
