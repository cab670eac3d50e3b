//! The loop on a schedule, with a clock of its own: windows, capacities, and clocks that jump.

use std::sync::Arc;

use ebbtide::cost::ledger::Span;
use ebbtide::cost::{Book, Pricing};
use ebbtide::plan::Target;
use ebbtide_engine::apply::{Shutdown, spending};
use ebbtide_engine::control::notify::Notifier;
use ebbtide_engine::control::{Controller, Outcome, StackReport};
use ebbtide_engine::environment::{self, Environment};
use ebbtide_engine::providers::providers;
use jiff::Timestamp;

use crate::fixture::Project;
use crate::named_scaling::scaled;
use crate::scheduled_capacity::{scaling, under};

const OFFICE_HOURS: &str = "[aws]\nregion = \"eu-west-1\"\nembedded = true\ntransition_ms = 30\n\n[schedule]\n\
     timezone = \"America/New_York\"\ndefault = \"paused\"\n[[schedule.windows]]\nname = \"office hours\"\n\
     days = \"mon-fri\"\nfrom = \"08:00\"\nto = \"18:00\"\ncapacity = { llm = { min = 2, max = 10 } }\n";

/// Creates a project whose stack runs, and an environment of this text in front of it.
pub async fn running(environment: &str) -> Project {
    let project = Project::new(scaled("llm"));
    project.run(Target::Running).await;
    let path = project.path();
    std::fs::create_dir_all(path.join("environments")).unwrap();
    std::fs::write(path.join("environments/test.toml"), environment).unwrap();
    // The environment's embedded cloud is that of the project.
    std::os::unix::fs::symlink(path.join("cloud"), path.join("state/test/cloud")).unwrap();
    project
}

/// Looks at the stack once, as `ebb tick` does at an instant. Each look is made by a new controller: nothing is remembered.
pub async fn tick(project: &Project, now: &str) -> StackReport {
    let found = environment::Project::find(project.path()).unwrap();
    let (environment, _) = Environment::load(&found, "test", &|_| Ok(None)).unwrap();
    let now: Timestamp = now.parse().unwrap();
    let controller = Controller {
        notifier: Notifier::of(&environment).unwrap(),
        environment,
        providers: providers(),
        clock: Arc::new(move || now),
        shutdown: Shutdown::default(),
        who: "test@host".into(),
        on_event: Arc::new(|_, _| {}),
        on_notice: Arc::new(|_| {}),
    };
    let report = Arc::new(controller).tick(false).await.unwrap();
    report.stacks.into_iter().next().unwrap()
}

pub async fn outcome(project: &Project, now: &str) -> (Outcome, Target) {
    let report = tick(project, now).await;
    assert!(report.unsent.is_empty(), "{:?}", report.unsent);
    (report.outcome, project.document().await.target)
}

#[tokio::test]
async fn a_clock_that_jumps_a_day_either_way_leads_to_what_holds_then() {
    let project = running(OFFICE_HOURS).await;
    // Monday, 10:00 in New York: the window is open.
    let monday = "2026-11-23T15:00:00Z";
    assert_eq!(outcome(&project, monday).await, (Outcome::Acted, Target::Running));
    assert_eq!(scaling(&project).await, under((2, 10)));
    assert_eq!(outcome(&project, monday).await, (Outcome::Nothing, Target::Running));
    // A day back: Sunday.
    assert_eq!(outcome(&project, "2026-11-22T15:00:00Z").await, (Outcome::Acted, Target::Paused));
    assert_eq!(scaling(&project).await, (Vec::new(), Vec::new()));
    assert_eq!(outcome(&project, "2026-11-22T15:00:00Z").await, (Outcome::Nothing, Target::Paused));
    // And forward again: the capacity of the window comes with the stack.
    assert_eq!(outcome(&project, monday).await, (Outcome::Acted, Target::Running));
    assert_eq!(scaling(&project).await, under((2, 10)));
    // A day forward: Tuesday, in the same window of another day.
    assert_eq!(outcome(&project, "2026-11-24T15:00:00Z").await, (Outcome::Nothing, Target::Running));
    // An outage of weeks ends in one action.
    assert_eq!(outcome(&project, "2026-12-19T12:00:00Z").await, (Outcome::Acted, Target::Paused));
    assert_eq!(outcome(&project, "2026-12-19T12:00:00Z").await, (Outcome::Nothing, Target::Paused));
}

#[tokio::test]
async fn one_look_by_a_clock_that_is_ahead_bills_no_stack_that_is_paused_after_it() {
    let project = running(OFFICE_HOURS).await;
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let last = async || project.state().ledger().await.unwrap().last().unwrap().entries.last().unwrap().at;
    let (monday, evening, ahead) = ("2026-11-23T15:00:00Z", "2026-11-23T23:30:00Z", "2026-11-24T15:00:00Z");
    assert_eq!(outcome(&project, monday).await, (Outcome::Acted, Target::Running));
    assert_eq!(outcome(&project, ahead).await, (Outcome::Nothing, Target::Running));
    assert_eq!(last().await, at(ahead), "the instances were counted");
    // The right clock is behind the ledger: nothing is counted, and that is said.
    let message = tick(&project, "2026-11-23T15:20:00Z").await.message.unwrap();
    assert!(message.contains("its instances were not counted") && message.contains("after this clock"), "{message}");
    // Seconds are between the clocks of any two machines.
    assert_eq!(tick(&project, "2026-11-24T14:59:40Z").await.message, None);
    assert_eq!(last().await, at(ahead));

    assert_eq!(outcome(&project, evening).await, (Outcome::Acted, Target::Paused));
    assert_eq!(last().await, at(evening), "the entries of the pause have its times");
    let spent = async |from: &str, to: &str| {
        let book = Book::embedded();
        let (pricing, span) = (Pricing::new(&book, "eu-west-1"), Span { from: at(from), to: at(to) });
        let spent = spending(&project.state(), providers().kinds(), &pricing, span, at(to)).await.unwrap().unwrap();
        let of_endpoint = spent.accrued.resources.get(&"sagemaker_endpoint.llm".parse().unwrap());
        of_endpoint.map_or((0.0, 0.0), |spend| (spend.low.known(), spend.high.known()))
    };
    let (low, high) = spent(monday, evening).await;
    assert!(low > 0.0 && low < high, "nobody knows the instances of that time: {low} to {high}");
    for now in ["2026-11-24T06:00:00Z", "2026-11-24T16:00:00Z"] {
        assert_eq!(spent(evening, now).await, (0.0, 0.0), "{now}");
    }
    // The stack runs again, and is counted again.
    assert_eq!(outcome(&project, ahead).await, (Outcome::Acted, Target::Running));
    assert_eq!(outcome(&project, "2026-11-24T15:10:00Z").await, (Outcome::Nothing, Target::Running));
    assert_eq!(last().await, at("2026-11-24T15:10:00Z"));
}

#[tokio::test]
async fn the_history_has_the_decision_and_the_version_of_the_time_zones() {
    let project = running(OFFICE_HOURS).await;
    let report = tick(&project, "2026-11-21T12:00:00Z").await;
    let decision = report.decision.unwrap();
    let document = project.document().await;
    let ended = document.ended.unwrap();
    assert_eq!((ended.command.as_str(), ended.target), ("tick", Target::Paused));
    let tzdb = decision.tzdb.expect("the schedule has a time zone");
    assert_eq!(ended.why, format!("{} (tzdb {tzdb})", decision.reason));
    assert_eq!(document.said["transition"], ended.id, "it was said, and is not said again");
}

#[tokio::test]
async fn an_endpoint_that_does_not_exist_is_reported_and_the_rest_is_carried_out() {
    let project = running(&OFFICE_HOURS.replace("llm =", "lmm =")).await;
    let report = tick(&project, "2026-11-21T12:00:00Z").await;
    assert_eq!(report.outcome, Outcome::Failed);
    let message = report.message.unwrap();
    assert!(message.contains("`lmm`") && message.contains("did you mean `llm`?"), "{message}");
    assert_eq!(project.document().await.target, Target::Paused, "a typo must not keep a stack billing at night");
}
