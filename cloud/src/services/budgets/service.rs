//! The service AWS Budgets: its operations, and the way of a call through it.

use serde_json::Value;
use winterbaume_core::{MockRequest, MockResponse};

use super::input::Outcome;
use super::{action, action_list, budget, budget_list, input, notification, subscriber, tags};
use crate::documents::CallContext;
use crate::service::{Fault, Service};
use crate::wire::json;

/// AWS Budgets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Budgets;

impl Service for Budgets {
    fn name(&self) -> &'static str {
        "budgets"
    }

    fn global(&self) -> bool {
        true
    }

    fn call(&self, request: &MockRequest, context: &mut CallContext<'_>) -> MockResponse {
        let operation = json::operation(request);
        json::response(json::body(request).and_then(|input| respond(&operation, &input, context)))
    }
}

fn respond(operation: &str, input: &Value, context: &mut CallContext<'_>) -> Outcome {
    match operation {
        "TagResource" => return tags::tag(input, context),
        "UntagResource" => return tags::untag(input, context),
        "ListTagsForResource" => return tags::list(input, context),
        _ => {}
    }
    let operation = operation_of_account(operation).ok_or_else(|| {
        Fault::new(
            "UnknownOperationException",
            format!("Could not find operation {operation} of AWSBudgetServiceGateway"),
        )
    })?;
    // Every other call says whose budgets it means.
    input::check_account(input, context.account)?;
    operation(input, context)
}

type Operation = fn(&Value, &mut CallContext<'_>) -> Outcome;

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
