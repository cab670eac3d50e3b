//! Checks of budgets.

use serde_json::Value;

use super::input::{invalid, need, need_one_of};
use crate::service::Fault;

const TYPES: [&str; 6] =
    ["USAGE", "COST", "RI_UTILIZATION", "RI_COVERAGE", "SAVINGS_PLANS_UTILIZATION", "SAVINGS_PLANS_COVERAGE"];
const TIME_UNITS: [&str; 5] = ["DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY", "CUSTOM"];

/// Checks a budget as CreateBudget and UpdateBudget take it.
pub(super) fn check(budget: &Value) -> Result<(), Fault> {
    name(need(budget, "BudgetName")?)?;
    let kind = need_one_of(budget, "BudgetType", &TYPES)?;
    let time_unit = need_one_of(budget, "TimeUnit", &TIME_UNITS)?;
    let of_money = kind == "COST";
    let utilization = !matches!(kind, "COST" | "USAGE");
    let present = |field: &str| !budget[field].is_null();

    let limits = ["BudgetLimit", "PlannedBudgetLimits", "AutoAdjustData"];
    match limits.iter().filter(|field| present(field)).count() {
        0 => return Err(invalid("One of BudgetLimit, PlannedBudgetLimits and AutoAdjustData must be given")),
        1 => {}
        _ if present("AutoAdjustData") && !present("PlannedBudgetLimits") => {}
        _ => return Err(invalid("BudgetLimit, PlannedBudgetLimits and AutoAdjustData exclude each other")),
    }
    if present("BudgetLimit") {
        spend(&budget["BudgetLimit"], of_money)?;
        if utilization && budget["BudgetLimit"]["Unit"] != "PERCENTAGE" {
            return Err(invalid(format!("A budget of type {kind} has a limit in PERCENTAGE")));
        }
    }
    if let Some(planned) = budget["PlannedBudgetLimits"].as_object() {
        if !matches!(time_unit, "MONTHLY" | "QUARTERLY") {
            return Err(invalid("PlannedBudgetLimits go with the time units MONTHLY and QUARTERLY"));
        }
        for (start, limit) in planned {
            if start.parse::<i64>().is_err() {
                return Err(invalid(format!("The key {start} of PlannedBudgetLimits must be seconds since the epoch")));
            }
            spend(limit, of_money)?;
        }
    }
    if present("FilterExpression") && (present("CostFilters") || present("CostTypes")) {
        return Err(invalid("FilterExpression cannot be used together with CostFilters or CostTypes"));
    }
    // CreateBudget in the API reference: "Either FilterExpression and Metrics or CostFilters and CostTypes, not both or a
    // different combination."
    if present("Metrics") && (present("CostTypes") || present("CostFilters")) {
        return Err(invalid("Metrics cannot be used together with CostFilters or CostTypes"));
    }
    if present("FilterExpression") {
        expression(&budget["FilterExpression"])?;
    }
    if present("CostTypes") && !of_money {
        return Err(invalid("CostTypes go with budgets of type COST"));
    }
    period(budget, time_unit)
}

fn name(name: &str) -> Result<(), Fault> {
    if name.chars().count() > 100 {
        return Err(invalid("Value at 'budgetName' must have length less than or equal to 100"));
    }
    if name.contains([':', '\\']) || name.contains("/action/") || name.starts_with("aws:") {
        return Err(invalid("The budget name must not contain ':', '\\' or '/action/'"));
    }
    Ok(())
}

/// Checks an expression: one operator or one leaf, and each leaf with a key and values.
fn expression(given: &Value) -> Result<(), Fault> {
    let members: Vec<_> = given.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()).collect();
    let [(name, value)] = members.as_slice() else {
        return Err(invalid("An expression has exactly one operator or one filter"));
    };
    match name.as_str() {
        "And" | "Or" => match value.as_array() {
            Some(parts) if parts.len() >= 2 => parts.iter().try_for_each(expression),
            _ => Err(invalid(format!("The operator {name} needs at least two expressions"))),
        },
        "Not" => expression(value),
        "Dimensions" | "Tags" | "CostCategories" | "ProductAttributes" => {
            need(value, "Key")?;
            match value["Values"].as_array() {
                Some(values) if !values.is_empty() => Ok(()),
                _ => Err(invalid(format!("Values of {name} must have length greater than or equal to 1"))),
            }
        }
        other => Err(invalid(format!("Unknown member {other} of an expression"))),
    }
}

/// Checks an amount and its unit.
pub(super) fn spend(spend: &Value, of_money: bool) -> Result<(), Fault> {
    let amount = need(spend, "Amount")?;
    let unit = need(spend, "Unit")?;
    let is_decimal =
        amount.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | '-' | '+' | 'E' | 'e'));
    match amount.parse::<f64>().ok().filter(|_| is_decimal) {
        None => return Err(invalid(format!("The amount {amount} is not a number"))),
        Some(number) if number <= 0.0 => return Err(invalid("The amount of a budget must be greater than zero")),
        Some(_) => {}
    }
    if of_money && (unit.len() != 3 || !unit.chars().all(|letter| letter.is_ascii_uppercase())) {
        return Err(invalid(format!("The unit {unit} of a cost budget must be a currency, e.g. USD")));
    }
    Ok(())
}

fn period(budget: &Value, time_unit: &str) -> Result<(), Fault> {
    let (start, end) = (budget["TimePeriod"]["Start"].as_f64(), budget["TimePeriod"]["End"].as_f64());
    if time_unit == "CUSTOM" && (start.is_none() || end.is_none()) {
        return Err(invalid("A budget with the time unit CUSTOM needs a TimePeriod with start and end"));
    }
    match start.zip(end) {
        Some((start, end)) if start >= end => Err(invalid("The start of the TimePeriod must be before its end")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(change: &Value) -> Result<(), Fault> {
        let mut budget = json!({
            "BudgetName": "monthly", "BudgetType": "COST", "TimeUnit": "MONTHLY",
            "BudgetLimit": { "Amount": "100", "Unit": "USD" },
        });
        for (field, value) in change.as_object().unwrap() {
            budget[field] = value.clone();
        }
        check(&budget)
    }

    #[test]
    fn right_budgets_are_accepted() {
        with(&json!({})).unwrap();
        with(&json!({ "BudgetType": "USAGE", "BudgetLimit": { "Amount": "1.5", "Unit": "GB" } })).unwrap();
        let both = json!([{ "Tags": { "Key": "a", "Values": ["b"] } }, { "Dimensions": { "Key": "SERVICE", "Values": ["c"] } }]);
        with(&json!({ "FilterExpression": { "And": both }, "Metrics": ["UnblendedCost"] })).unwrap();
        with(&json!({ "BudgetLimit": null, "AutoAdjustData": { "AutoAdjustType": "FORECAST" } })).unwrap();
        with(
            &json!({ "BudgetLimit": null, "PlannedBudgetLimits": { "1735689600": { "Amount": "1", "Unit": "USD" } } }),
        )
        .unwrap();
    }

    #[test]
    fn each_wrong_field_is_refused() {
        for change in [
            json!({ "BudgetName": null }),
            json!({ "BudgetName": "a:b" }),
            json!({ "BudgetName": "a".repeat(101) }),
            json!({ "BudgetType": "MONEY" }),
            json!({ "TimeUnit": "WEEKLY" }),
            json!({ "TimeUnit": "CUSTOM" }),
            json!({ "BudgetLimit": null }),
            json!({ "BudgetLimit": { "Amount": "-1", "Unit": "USD" } }),
            json!({ "BudgetLimit": { "Amount": "0", "Unit": "USD" } }),
            json!({ "BudgetLimit": { "Amount": "inf", "Unit": "USD" } }),
            json!({ "BudgetLimit": { "Amount": "a lot", "Unit": "USD" } }),
            json!({ "BudgetLimit": { "Amount": "1", "Unit": "dollars" } }),
            json!({ "BudgetType": "RI_UTILIZATION" }),
            json!({ "PlannedBudgetLimits": {} }),
            json!({ "FilterExpression": {}, "CostFilters": {} }),
            json!({ "FilterExpression": {} }),
            json!({ "FilterExpression": { "And": [{ "Tags": { "Key": "a", "Values": ["b"] } }] } }),
            json!({ "FilterExpression": { "Tags": { "Key": "a", "Values": [] } } }),
            json!({ "Metrics": ["UnblendedCost"], "CostFilters": {} }),
            json!({ "TimePeriod": { "Start": 2, "End": 1 } }),
        ] {
            assert_eq!(with(&change).expect_err(&change.to_string()).code, "InvalidParameterException");
        }
    }
}
