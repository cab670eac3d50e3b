//! Describing budget actions.

use serde_json::{Value, json};

use super::action::{named, of_budget};
use super::input::{Outcome, need, paged};
use super::records::BUDGETS;
use crate::documents::CallContext;

/// DescribeBudgetAction.
pub(super) fn describe(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let account = context.account;
    let name = need(input, "BudgetName")?;
    let entry = named(input, context)?;
    Ok(json!({ "AccountId": account, "BudgetName": name, "Action": entry["Action"] }))
}

/// DescribeBudgetActionsForBudget.
pub(super) fn describe_for_budget(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let actions = of_budget(need(input, "BudgetName")?, context)?;
    let actions = in_order(actions.iter().map(|(id, entry)| (id.clone(), entry["Action"].clone())));
    let page = paged(input, actions, 100, 100)?;
    Ok(json!({ "Actions": page.items, "NextToken": page.next }))
}

/// DescribeBudgetActionsForAccount.
pub(super) fn describe_for_account(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let of_budget = |(name, record): (&str, &Value)| {
        let actions = record["Actions"].as_object().cloned().unwrap_or_default();
        let name = name.to_owned();
        actions.into_iter().map(move |(id, entry)| (format!("{name}:{id}"), entry["Action"].clone()))
    };
    let actions = in_order(context.own.all(BUDGETS).flat_map(of_budget));
    let page = paged(input, actions, 100, 100)?;
    Ok(json!({ "Actions": page.items, "NextToken": page.next }))
}

/// Pages go by key, and a JSON object need not keep its keys in order.
fn in_order(actions: impl Iterator<Item = (String, Value)>) -> Vec<(String, Value)> {
    let mut actions: Vec<(String, Value)> = actions.collect();
    actions.sort_by(|(one, _), (other, _)| one.cmp(other));
    actions
}
