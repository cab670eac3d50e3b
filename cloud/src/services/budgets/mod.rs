//! AWS Budgets: budgets, their notifications and subscribers, and their actions.
//!
//! Nothing is ever spent here: the spend of every budget is zero, and no notification is sent.

mod action;
mod action_list;
mod budget;
mod budget_checks;
mod budget_defaults;
mod budget_list;
mod input;
mod notification;
mod notification_checks;
mod subscriber;
mod tags;

use serde_json::Value;
use winterbaume_core::{MockRequest, MockResponse};

use crate::documents::World;
use crate::service::{Fault, Service};
use crate::wire::json;

/// AWS Budgets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Budgets;

/// The fields of an answer, or a refusal.
type Outcome = Result<Value, Fault>;

impl Service for Budgets {
    fn name(&self) -> &'static str {
        "budgets"
    }

    fn global(&self) -> bool {
        true
    }

    fn call(&self, request: &MockRequest, world: &mut World<'_>) -> MockResponse {
        let operation = json::operation(request);
        json::answer(json::body(request).and_then(|input| answer(&operation, &input, world)))
    }
}

fn answer(operation: &str, input: &Value, world: &mut World<'_>) -> Outcome {
    match operation {
        "TagResource" => return tags::tag(input, world),
        "UntagResource" => return tags::untag(input, world),
        "ListTagsForResource" => return tags::list(input, world),
        _ => {}
    }
    let operation = operation_of_account(operation).ok_or_else(|| {
        Fault::new(
            "UnknownOperationException",
            format!("Could not find operation {operation} of AWSBudgetServiceGateway"),
        )
    })?;
    // Every other call says whose budgets it means.
    input::check_account(input, world.account)?;
    operation(input, world)
}

type Operation = fn(&Value, &mut World<'_>) -> Outcome;

fn operation_of_account(name: &str) -> Option<Operation> {
    Some(match name {
        "CreateBudget" => budget::create,
        "UpdateBudget" => budget::update,
        "DeleteBudget" => budget::delete,
        "DescribeBudget" => budget_list::describe,
        "DescribeBudgets" => budget_list::describe_all,
        "CreateNotification" => notification::create,
        "UpdateNotification" => notification::update,
        "DeleteNotification" => notification::delete,
        "DescribeNotificationsForBudget" => notification::describe_for_budget,
        "DescribeBudgetNotificationsForAccount" => notification::describe_for_account,
        "CreateSubscriber" => subscriber::create,
        "UpdateSubscriber" => subscriber::update,
        "DeleteSubscriber" => subscriber::delete,
        "DescribeSubscribersForNotification" => subscriber::describe,
        "CreateBudgetAction" => action::create,
        "UpdateBudgetAction" => action::update,
        "DeleteBudgetAction" => action::delete,
        "ExecuteBudgetAction" => action::execute,
        "DescribeBudgetAction" => action_list::describe,
        "DescribeBudgetActionsForBudget" => action_list::describe_for_budget,
        "DescribeBudgetActionsForAccount" => action_list::describe_for_account,
        _ => return None,
    })
}
