//! Describing budgets.

use serde_json::{Value, json};

use super::Outcome;
use super::budget::{BUDGETS, existing};
use super::input::{need, paged};
use crate::documents::World;

/// DescribeBudget.
pub(super) fn describe(input: &Value, world: &mut World<'_>) -> Outcome {
    let record = existing(need(input, "BudgetName")?, world)?;
    Ok(json!({ "Budget": record["Budget"] }))
}

/// DescribeBudgets: 100 a page, if nothing else is asked.
pub(super) fn describe_all(input: &Value, world: &mut World<'_>) -> Outcome {
    let budgets = world.own.all(BUDGETS).map(|(name, record)| (name.to_owned(), record["Budget"].clone()));
    let page = paged(input, budgets, 100, 1000)?;
    Ok(json!({ "Budgets": page.items, "NextToken": page.next }))
}
