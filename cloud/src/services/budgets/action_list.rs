//! Describing budget actions.

use serde_json::{Value, json};

use super::Outcome;
use super::action::{named, of_budget};
use super::budget::BUDGETS;
use super::input::{need, paged};
use crate::documents::World;

/// DescribeBudgetAction.
pub(super) fn describe(input: &Value, world: &mut World<'_>) -> Outcome {
    let account = world.account;
    let name = need(input, "BudgetName")?;
    let entry = named(input, world)?;
    Ok(json!({ "AccountId": account, "BudgetName": name, "Action": entry["Action"] }))
}

/// DescribeBudgetActionsForBudget.
pub(super) fn describe_for_budget(input: &Value, world: &mut World<'_>) -> Outcome {
    let actions = of_budget(need(input, "BudgetName")?, world)?;
    let actions = in_order(actions.iter().map(|(id, entry)| (id.clone(), entry["Action"].clone())));
    let page = paged(input, actions, 100, 100)?;
    Ok(json!({ "Actions": page.items, "NextToken": page.next }))
}

/// DescribeBudgetActionsForAccount.
pub(super) fn describe_for_account(input: &Value, world: &mut World<'_>) -> Outcome {
    let of_budget = |(name, record): (&str, &Value)| {
        let actions = record["Actions"].as_object().cloned().unwrap_or_default();
        let name = name.to_owned();
        actions.into_iter().map(move |(id, entry)| (format!("{name}:{id}"), entry["Action"].clone()))
    };
    let actions = in_order(world.own.all(BUDGETS).flat_map(of_budget));
    let page = paged(input, actions, 100, 100)?;
    Ok(json!({ "Actions": page.items, "NextToken": page.next }))
}

/// Pages go by key, and a JSON object need not keep its keys in order.
fn in_order(actions: impl Iterator<Item = (String, Value)>) -> Vec<(String, Value)> {
    let mut actions: Vec<(String, Value)> = actions.collect();
    actions.sort_by(|(one, _), (other, _)| one.cmp(other));
    actions
}
