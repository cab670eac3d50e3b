//! Describing budgets.

use serde_json::{Value, json};

use super::input::{Outcome, need, paged};
use super::records::{BUDGETS, existing};
use crate::documents::CallContext;

/// DescribeBudget.
pub(super) fn describe(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let record = existing(need(input, "BudgetName")?, context)?;
    Ok(json!({ "Budget": shown(&record["Budget"], input) }))
}

/// DescribeBudgets: 100 a page, if nothing else is asked.
pub(super) fn describe_all(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let budgets = context.own.all(BUDGETS).map(|(name, record)| (name.to_owned(), shown(&record["Budget"], input)));
    let page = paged(input, budgets, 100, 1000)?;
    Ok(json!({ "Budgets": page.items, "NextToken": page.next }))
}

/// Returns a budget as the call asks for it: with its filter expression only on request.
fn shown(budget: &Value, input: &Value) -> Value {
    let mut budget = budget.clone();
    if input["ShowFilterExpression"] != true
        && let Some(fields) = budget.as_object_mut()
    {
        fields.remove("FilterExpression");
    }
    budget
}
