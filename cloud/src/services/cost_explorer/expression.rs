//! Filters: expressions of dimensions and tags.
//!
//! `Not` negates one expression, and `And` takes two or more: "(USAGE_TYPE != DataTransfer)" is `{"Not": {"Dimensions": …}}` as an
//! operand of `And` (botocore, `ce`, shape `Expression`). So AWS itself leaves out credits and refunds, by `Not` of `RECORD_TYPE`
//! with the values `Credit` and `Refund` (aws/agent-toolkit-for-aws, `references/cost-explorer.md`). `LINKED_ACCOUNT` has the id
//! of the member account as its value (botocore, `ce`, `GetDimensionValues`).

use serde_json::Value;

use super::costs::Line;
use super::grouping::{DIMENSIONS, dimension};
use crate::service::Fault;
use crate::services::json::{invalid, text};

/// The members of an expression, of which it has one.
const ROOTS: [&str; 7] = ["And", "Or", "Not", "Dimensions", "Tags", "CostCategories", "ProductAttributes"];

/// Checks an expression, in the words of AWS.
pub fn check(expression: &Value) -> Result<(), Fault> {
    let roots: Vec<&str> = ROOTS.into_iter().filter(|root| !expression[*root].is_null()).collect();
    match roots.as_slice() {
        [] => Err(invalid("Expression is empty. One root operator is required for each expression")),
        ["And" | "Or"] => {
            let parts = expression[roots[0]].as_array().map(Vec::as_slice).unwrap_or_default();
            if parts.len() < 2 {
                return Err(invalid(format!("{} expressions must have at least 2 operands", roots[0])));
            }
            parts.iter().try_for_each(check)
        }
        ["Not"] => check(&expression["Not"]),
        ["Dimensions"] => {
            let key = text(&expression["Dimensions"], "Key");
            if DIMENSIONS.contains(&key) {
                return Ok(());
            }
            let known = DIMENSIONS.join(", ");
            Err(invalid(format!("The embedded cloud cannot filter by {key}; it knows the dimensions {known}")))
        }
        ["Tags"] => Ok(()),
        [other] => Err(invalid(format!("The embedded cloud cannot filter by {other}"))),
        _ => Err(invalid(
            "Expression has more than one roots. Only one root operator is allowed for each expression: And, Or, Not, \
             Dimensions, Tags, CostCategories",
        )),
    }
}

/// Returns whether a line fits an expression that was checked.
pub fn fits(expression: &Value, line: &Line) -> bool {
    let parts = |root: &str| expression[root].as_array().map(Vec::as_slice).unwrap_or_default();
    if !expression["And"].is_null() {
        return parts("And").iter().all(|part| fits(part, line));
    }
    if !expression["Or"].is_null() {
        return parts("Or").iter().any(|part| fits(part, line));
    }
    if !expression["Not"].is_null() {
        return !fits(&expression["Not"], line);
    }
    let given = &expression["Dimensions"];
    if !given.is_null() {
        return is_among(dimension(text(given, "Key"), line), given);
    }
    let given = &expression["Tags"];
    let options = given["MatchOptions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let absent = options.iter().any(|option| option == "ABSENT") || given["Values"].is_null();
    match given["Key"].as_str() {
        None => line.tags.is_empty(),
        Some(key) if absent => !line.tags.contains_key(key),
        // A resource without the tag has it with an empty value.
        Some(key) => is_among(line.tags.get(key).map_or("", String::as_str), given),
    }
}

fn is_among(value: &str, given: &Value) -> bool {
    given["Values"].as_array().into_iter().flatten().any(|wanted| wanted == value)
}
