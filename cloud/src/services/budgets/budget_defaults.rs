//! Defaults of the members of a budget.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// The end of a budget without end: 15 June 2087, in seconds since the epoch.
const NEVER: i64 = 3_706_473_600;

/// Returns a budget as a describe returns it.
pub(super) fn filled(given: &Value, now_ms: i64) -> Value {
    let mut budget = given.clone();
    let unit = given["BudgetLimit"]["Unit"].as_str().unwrap_or("USD").to_owned();
    if let Some(amount) = given["BudgetLimit"]["Amount"].as_str() {
        budget["BudgetLimit"]["Amount"] = json!(decimal(amount));
    }
    if let Some(planned) = budget["PlannedBudgetLimits"].as_object_mut() {
        for limit in planned.values_mut() {
            limit["Amount"] = json!(decimal(limit["Amount"].as_str().unwrap_or_default()));
        }
    }
    if given["CostFilters"].is_null() && given["FilterExpression"].is_null() {
        budget["CostFilters"] = json!({});
    }
    // The newer fields FilterExpression and Metrics take the place of these.
    if given["BudgetType"] == "COST" && given["FilterExpression"].is_null() && given["Metrics"].is_null() {
        budget["CostTypes"] = cost_types(&given["CostTypes"]);
    }
    let start = match &given["TimePeriod"]["Start"] {
        Value::Null => json!(period_start(given["TimeUnit"].as_str().unwrap_or_default(), now_ms)),
        start => start.clone(),
    };
    let end = match &given["TimePeriod"]["End"] {
        Value::Null => json!(NEVER),
        end => end.clone(),
    };
    budget["TimePeriod"] = json!({ "Start": start, "End": end });
    budget["CalculatedSpend"] = json!({ "ActualSpend": { "Amount": "0.0", "Unit": unit } });
    budget["LastUpdatedTime"] = json!(now_ms / 1000);
    budget["HealthStatus"] = json!({ "Status": "HEALTHY" });
    budget
}

/// Returns an amount as Budgets writes it: with at least one decimal place.
fn decimal(amount: &str) -> String {
    if amount.chars().all(|letter| letter.is_ascii_digit()) { format!("{amount}.0") } else { amount.to_owned() }
}

/// Returns the default cost types: everything, unblended and not amortized.
fn cost_types(given: &Value) -> Value {
    let mut all = json!({
        "IncludeTax": true, "IncludeSubscription": true, "UseBlended": false, "IncludeRefund": true,
        "IncludeCredit": true, "IncludeUpfront": true, "IncludeRecurring": true, "IncludeOtherSubscription": true,
        "IncludeSupport": true, "IncludeDiscount": true, "UseAmortized": false,
    });
    for (name, value) in given.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
        all[name] = value.clone();
    }
    all
}

/// Returns the beginning of the period that an instant is in, in seconds since the epoch.
fn period_start(time_unit: &str, now_ms: i64) -> i64 {
    let today = jiff::Timestamp::from_millisecond(now_ms).unwrap_or_default().to_zoned(TimeZone::UTC).date();
    let start: Date = match time_unit {
        "DAILY" => today,
        "QUARTERLY" => date(today.year(), (today.month() - 1) / 3 * 3 + 1, 1),
        "ANNUALLY" => date(today.year(), 1, 1),
        _ => today.first_of_month(),
    };
    start.to_zoned(TimeZone::UTC).map_or(now_ms / 1000, |start| start.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_begin_where_the_calendar_says() {
        let now: jiff::Timestamp = "2026-11-21T02:48:00Z".parse().unwrap();
        for (unit, expected) in [
            ("DAILY", "2026-11-21T00:00:00Z"),
            ("MONTHLY", "2026-11-01T00:00:00Z"),
            ("QUARTERLY", "2026-10-01T00:00:00Z"),
            ("ANNUALLY", "2026-01-01T00:00:00Z"),
        ] {
            let expected: jiff::Timestamp = expected.parse().unwrap();
            assert_eq!(period_start(unit, now.as_millisecond()), expected.as_second(), "{unit}");
        }
    }

    #[test]
    fn given_members_stay_and_the_rest_is_filled_in() {
        let given = json!({
            "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": { "Amount": "100", "Unit": "EUR" },
            "CostTypes": { "UseAmortized": true }, "TimePeriod": { "Start": 5 },
        });
        let filled = filled(&given, 9_000);
        assert_eq!(filled["BudgetLimit"], json!({ "Amount": "100.0", "Unit": "EUR" }));
        assert_eq!(filled["CostTypes"]["UseAmortized"], true);
        assert_eq!(filled["CostTypes"]["IncludeTax"], true);
        assert_eq!(filled["TimePeriod"], json!({ "Start": 5, "End": NEVER }));
        assert_eq!(filled["CalculatedSpend"]["ActualSpend"], json!({ "Amount": "0.0", "Unit": "EUR" }));
        assert_eq!(filled["LastUpdatedTime"], 9);
    }
}
