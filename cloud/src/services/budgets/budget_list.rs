//! Describing budgets.

use serde_json::{Value, json};

use super::input::{Outcome, need, paged};
use super::records::{BUDGETS, existing};
use crate::documents::CallContext;

/// DescribeBudget.
pub(super) fn describe(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let record = existing(need(input, "BudgetName")?, context)?;
    Ok(json!({ "Budget": record["Budget"] }))
}

/// DescribeBudgets: 100 a page, if nothing else is asked.
pub(super) fn describe_all(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let budgets = context.own.all(BUDGETS).map(|(name, record)| (name.to_owned(), record["Budget"].clone()));
    let page = paged(input, budgets, 100, 1000)?;
    Ok(json!({ "Budgets": page.items, "NextToken": page.next }))
}
