//! Budget actions: recorded and echoed. No budget is ever exceeded here, so an action stands by until it is executed.

use serde_json::{Map, Value, json};

use super::input::{Outcome, invalid, limit, members, need, need_one_of, need_structure, not_found};
use super::records::existing;
use super::{notification_checks, tags};
use crate::documents::CallContext;
use crate::service::Fault;

/// The most actions of a budget.
const MOST: usize = 100;

/// CreateBudgetAction.
pub(super) fn create(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let name = need(input, "BudgetName")?;
    let action_tags = tags::given(input)?;
    let id = uuid::Uuid::new_v4().to_string();
    let actions = of_budget(name, context)?;
    if actions.len() >= MOST {
        return Err(limit(format!("A budget may have at most {MOST} actions")));
    }
    let mut action = json!({ "ActionId": id, "BudgetName": name, "Status": "STANDBY" });
    for field in
        ["NotificationType", "ActionType", "ActionThreshold", "Definition", "ExecutionRoleArn", "ApprovalModel"]
    {
        action[field] = input[field].clone();
    }
    action["Subscribers"] = json!(members(input, "Subscribers"));
    check(&action)?;
    actions.insert(id.clone(), json!({ "Action": action, "Tags": action_tags }));
    Ok(json!({ "AccountId": context.account, "BudgetName": name, "ActionId": id }))
}

/// UpdateBudgetAction: absent members keep their values.
pub(super) fn update(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let account = context.account;
    let name = need(input, "BudgetName")?;
    let entry = named(input, context)?;
    let old = entry["Action"].clone();
    let mut new = old.clone();
    for field in
        ["NotificationType", "ActionThreshold", "Definition", "ExecutionRoleArn", "ApprovalModel", "Subscribers"]
    {
        if !input[field].is_null() {
            new[field] = input[field].clone();
        }
    }
    check(&new)?;
    entry["Action"] = new.clone();
    Ok(json!({ "AccountId": account, "BudgetName": name, "OldAction": old, "NewAction": new }))
}

/// DeleteBudgetAction.
pub(super) fn delete(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let account = context.account;
    let (name, id) = (need(input, "BudgetName")?, need(input, "ActionId")?);
    let entry = of_budget(name, context)?.remove(id).ok_or_else(|| missing(id))?;
    Ok(json!({ "AccountId": account, "BudgetName": name, "Action": entry["Action"] }))
}

/// ExecuteBudgetAction: moves the action to the state that the execution leads to.
pub(super) fn execute(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let account = context.account;
    let (name, id) = (need(input, "BudgetName")?, need(input, "ActionId")?);
    let kinds = ["APPROVE_BUDGET_ACTION", "RETRY_BUDGET_ACTION", "REVERSE_BUDGET_ACTION", "RESET_BUDGET_ACTION"];
    let kind = need_one_of(input, "ExecutionType", &kinds)?;
    let entry = named(input, context)?;
    let status = entry["Action"]["Status"].as_str().unwrap_or_default();
    let next = match (kind, status) {
        ("APPROVE_BUDGET_ACTION" | "RETRY_BUDGET_ACTION", "STANDBY" | "PENDING") => "EXECUTION_SUCCESS",
        ("REVERSE_BUDGET_ACTION", "EXECUTION_SUCCESS") => "REVERSE_SUCCESS",
        ("RESET_BUDGET_ACTION", "EXECUTION_SUCCESS" | "REVERSE_SUCCESS") => "STANDBY",
        _ => return Err(invalid(format!("{kind} is not possible while the action is in {status}"))),
    };
    entry["Action"]["Status"] = json!(next);
    Ok(json!({ "AccountId": account, "BudgetName": name, "ActionId": id, "ExecutionType": kind }))
}

fn check(action: &Value) -> Result<(), Fault> {
    need_one_of(action, "NotificationType", &["ACTUAL", "FORECASTED"])?;
    need_one_of(action, "ApprovalModel", &["AUTOMATIC", "MANUAL"])?;
    let definition =
        match need_one_of(action, "ActionType", &["APPLY_IAM_POLICY", "APPLY_SCP_POLICY", "RUN_SSM_DOCUMENTS"])? {
            "APPLY_IAM_POLICY" => "IamActionDefinition",
            "APPLY_SCP_POLICY" => "ScpActionDefinition",
            _ => "SsmActionDefinition",
        };
    need_structure(need_structure(action, "Definition")?, definition)?;
    if !need(action, "ExecutionRoleArn")?.starts_with("arn:") {
        return Err(invalid("ExecutionRoleArn must be the ARN of a role"));
    }
    let threshold = need_structure(action, "ActionThreshold")?;
    need_one_of(threshold, "ActionThresholdType", &["PERCENTAGE", "ABSOLUTE_VALUE"])?;
    if threshold["ActionThresholdValue"].as_f64().is_none_or(|value| value < 0.0) {
        return Err(invalid("ActionThresholdValue must be zero or more"));
    }
    notification_checks::subscribers(members(action, "Subscribers"))
}

/// Returns the actions of a budget, by id, each with its tags.
pub(super) fn of_budget<'a>(name: &str, context: &'a mut CallContext<'_>) -> Result<&'a mut Map<String, Value>, Fault> {
    existing(name, context)?["Actions"].as_object_mut().ok_or_else(|| missing(name))
}

/// Returns the entry of the action that the input names.
pub(super) fn named<'a>(input: &Value, context: &'a mut CallContext<'_>) -> Result<&'a mut Value, Fault> {
    let (name, id) = (need(input, "BudgetName")?, need(input, "ActionId")?);
    of_budget(name, context)?.get_mut(id).ok_or_else(|| missing(id))
}

fn missing(id: &str) -> Fault {
    not_found(format!("Unable to find the budget action {id} - the action doesn't exist."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_must_have_the_definition_of_its_type() {
        let mut action = json!({
            "NotificationType": "ACTUAL", "ApprovalModel": "AUTOMATIC", "ActionType": "APPLY_IAM_POLICY",
            "Definition": { "IamActionDefinition": { "PolicyArn": "arn:aws:iam::1:policy/p", "Roles": ["r"] } },
            "ExecutionRoleArn": "arn:aws:iam::1:role/r",
            "ActionThreshold": { "ActionThresholdValue": 90.0, "ActionThresholdType": "PERCENTAGE" },
            "Subscribers": [{ "SubscriptionType": "EMAIL", "Address": "ops@example.com" }],
        });
        check(&action).unwrap();
        action["ActionType"] = json!("RUN_SSM_DOCUMENTS");
        assert_eq!(check(&action).unwrap_err().code, "InvalidParameterException");
    }
}
