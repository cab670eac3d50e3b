//! Budgets that are reconciled with Cost Explorer: what it has beyond the ledger counts, and it is asked once a day.

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_costexplorer::types::{CostAllocationTagStatus, CostAllocationTagStatusEntry};
use ebbtide::plan::Target;
use ebbtide::schedule::Cause;
use ebbtide_cloud::faults::{Call, CallHook, FaultAction};
use ebbtide_cloud::service::Fault;
use ebbtide_cloud::{Charge, FaultInjector};
use ebbtide_engine::control::Outcome;
use ebbtide_engine::control::notify::NoticeKind;
use jiff::Timestamp;

use crate::fixture::{Project, network};
use crate::month::plant::Plant;

const AWS: &str = "[aws]\nregion = \"eu-west-1\"\nembedded = true\n\n";

/// A rule that the network reaches in no month: it costs less than three dollars a day.
const PAUSE: &str = "[[budget.rules]]\nat = \"10%\"\ndo = \"pause\"\ngrace = \"0m\"\n";

/// Returns a network that runs since the last day of February, with a budget of 1000 dollars.
async fn plant(settings: &str) -> Plant {
    let environment = format!("{AWS}[budget]\nmonthly = 1000\n{settings}");
    Plant::of(network("10.0.0.0/16"), &environment, "2027-02-28T12:00:00Z").await
}

/// Activates the tags by which Cost Explorer finds a stack.
async fn activate_tags(plant: &Plant) {
    for key in ["ebb:environment", "ebb:stack"] {
        let active = CostAllocationTagStatusEntry::builder().tag_key(key).status(CostAllocationTagStatus::Active);
        let aws = Project::aws(plant.cloud());
        let call = aws.costexplorer().update_cost_allocation_tags_status();
        call.cost_allocation_tags_status(active.build().unwrap()).send().await.unwrap();
    }
}

/// Returns traffic under the tags of the stack on the second of March.
fn traffic(usd: f64) -> Charge {
    let at: Timestamp = "2027-03-02T09:00:00Z".parse().unwrap();
    let tags = [("ebb:environment", "test"), ("ebb:stack", "net")];
    let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    Charge { tags, ..Charge::usage(at.as_millisecond(), "AWS Data Transfer", usd) }
}

async fn until(plant: &Plant, instant: &str) {
    let left = instant.parse::<Timestamp>().unwrap().duration_since(plant.now());
    tokio::time::sleep(Duration::try_from(left).unwrap()).await;
}

fn questions(plant: &Plant) -> u64 {
    plant.calls("GetCostAndUsage")
}

/// Returns the number of notifications that a bill cannot be read.
fn complaints(plant: &Plant) -> usize {
    plant.notices().iter().filter(|notice| notice.kind == NoticeKind::Bill).count()
}

#[tokio::test(start_paused = true)]
async fn costs_that_only_cost_explorer_has_reach_a_rule() {
    let plant = plant(&format!("reconcile = true\n{PAUSE}")).await;
    activate_tags(&plant).await;
    let credit = Charge { record_type: "Credit".to_owned(), ..traffic(-500.0) };
    for charge in [traffic(150.0), credit] {
        plant.cloud().charge(charge).await.unwrap();
    }
    // No day of the month is over for 48 hours.
    until(&plant, "2027-03-03T23:00:00Z").await;
    plant.tick().await;
    assert_eq!(questions(&plant), 0);

    until(&plant, "2027-03-05T06:00:00Z").await;
    assert_eq!(plant.look(true).await.outcome, Outcome::Nothing);
    assert_eq!(questions(&plant), 0, "a dry run asks nothing");
    let report = plant.look(false).await;
    assert_eq!((report.outcome, report.message, questions(&plant)), (Outcome::Nothing, None, 1));
    let answer = plant.document().await.bill.unwrap().answer.unwrap();
    assert_eq!(format!("{} {}", answer.from, answer.to), "2027-03-01 2027-03-03");
    assert!(answer.usd > 150.0 && answer.usd < 160.0, "{answer:?}");

    let report = plant.look(false).await;
    assert_eq!((report.outcome, report.decision.unwrap().cause), (Outcome::Acted, Cause::Budget));
    let document = plant.document().await;
    assert_eq!(document.target, Target::Paused);
    let [latch] = document.latches.as_slice() else { panic!("{:?}", document.latches) };
    assert!(latch.spent > 150.0 && latch.spent < 165.0, "{latch:?}");

    // Once a day, whether the stack runs or not.
    until(&plant, "2027-03-05T23:30:00Z").await;
    plant.tick().await;
    assert_eq!(questions(&plant), 1);
    until(&plant, "2027-03-06T00:30:00Z").await;
    plant.tick().await;
    plant.tick().await;
    assert_eq!(questions(&plant), 2);
    assert!(plant.document().await.bill.unwrap().answer.unwrap().usd < 165.0, "the days before it are in it once");
    assert_eq!(complaints(&plant), 0);
}

#[tokio::test(start_paused = true)]
async fn a_budget_that_is_not_reconciled_asks_nothing() {
    let plant = plant(&format!("{PAUSE}[stacks.other.budget]\nmonthly = 5\nreconcile = true\n")).await;
    activate_tags(&plant).await;
    plant.cloud().charge(traffic(150.0)).await.unwrap();
    until(&plant, "2027-03-05T06:00:00Z").await;
    for _ in 0..2 {
        assert_eq!(plant.look(false).await.outcome, Outcome::Nothing);
    }
    let document = plant.document().await;
    assert_eq!((questions(&plant), document.bill, document.latches), (0, None, Vec::new()));
}

/// Refuses questions to Cost Explorer.
#[derive(Debug)]
struct Refused(&'static str);

impl CallHook for Refused {
    fn before(&self, call: &Call) -> FaultAction {
        match call.operation.as_str() {
            "GetCostAndUsage" => FaultAction::Refuse(Fault::new(self.0, "not now")),
            _ => FaultAction::Act,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_question_without_an_answer_is_said_once_and_made_again_a_day_later() {
    for (code, words) in [
        ("AccessDeniedException", "allow ce:GetCostAndUsage"),
        // "You made too many calls in a short period of time" (botocore, `ce`).
        (
            "LimitExceededException",
            "Cost Explorer cannot be asked: ce:GetCostAndUsage: LimitExceededException: not now",
        ),
        ("ThrottlingException", "Cost Explorer cannot be asked: ce:GetCostAndUsage: ThrottlingException: not now"),
    ] {
        let plant = plant("reconcile = true\n").await;
        activate_tags(&plant).await;
        let refuse = || plant.cloud().faults().install(Arc::new(Refused(code)));
        refuse();
        until(&plant, "2027-03-05T06:00:00Z").await;
        let report = plant.look(false).await;
        let message = report.message.unwrap();
        assert!(message.contains("works from the ledger alone: ") && message.contains(words), "{message}");
        assert_eq!((report.outcome, questions(&plant)), (Outcome::Nothing, 1));
        plant.tick().await;
        let said = plant.notices().pop().unwrap();
        assert!(said.text.contains("budgets work from the ledger alone: ") && said.text.contains(words), "{said:?}");
        let serial = plant.document().await.serial;
        plant.tick().await;
        assert_eq!((plant.document().await.serial, complaints(&plant), questions(&plant)), (serial, 1, 1));
        // The next day it is asked again, and what was said is not repeated.
        until(&plant, "2027-03-06T06:00:00Z").await;
        plant.tick().await;
        plant.tick().await;
        assert_eq!((complaints(&plant), questions(&plant)), (1, 2));
        plant.cloud().faults().clear();
        until(&plant, "2027-03-07T06:00:00Z").await;
        plant.tick().await;
        let document = plant.document().await;
        assert!(document.bill.as_ref().unwrap().fault.is_none() && !document.said.contains_key("bill"));
        // A fault after an answer is said, and the answer stays.
        refuse();
        until(&plant, "2027-03-08T06:00:00Z").await;
        plant.tick().await;
        plant.tick().await;
        assert_eq!((complaints(&plant), questions(&plant)), (2, 4));
        let said = plant.notices().pop().unwrap().text;
        assert!(said.contains("from Cost Explorer's costs until 2027-03-04"), "{said}");
        assert_eq!(plant.document().await.bill.unwrap().answer, document.bill.unwrap().answer);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_costs_asks_for_the_activation_of_the_tags() {
    let plant = plant("reconcile = true\n").await;
    until(&plant, "2027-03-05T06:00:00Z").await;
    for _ in 0..3 {
        plant.tick().await;
    }
    assert_eq!((complaints(&plant), questions(&plant)), (1, 1));
    let said = plant.notices().pop().unwrap().text;
    assert!(said.contains("activate `ebb:environment` and `ebb:stack` as cost allocation tags"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_cost_explorer_that_hangs_delays_no_transition() {
    let night = "reconcile = true\n[schedule]\ntimezone = \"UTC\"\ndefault = \"paused\"\n";
    let plant = plant(night).await;
    activate_tags(&plant).await;
    plant.cloud().faults().install(FaultInjector::from_spec("hang=GetCostAndUsage").unwrap());
    until(&plant, "2027-03-05T06:00:00Z").await;
    let report = plant.look(false).await;
    assert_eq!((report.outcome, plant.document().await.target), (Outcome::Acted, Target::Paused));
    let document = plant.document().await;
    let fault = document.bill.as_ref().unwrap().fault.clone().unwrap();
    assert!(fault.contains("no answer in time"), "{fault}");
    let (ended, asked) = (document.ended.unwrap().ended, document.bill.unwrap().asked);
    assert!(asked >= ended, "the pause came first");
    let took = plant.now().duration_since(asked);
    assert!(took.as_secs() <= 20, "{took}");
    assert_eq!(questions(&plant), 1);
}
