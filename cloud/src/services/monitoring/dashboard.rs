//! Dashboards.

use serde_json::{Value, json};

use super::clock::now;
use super::dashboard_body::problems;
use super::records::{DASHBOARDS, dashboard_arn};
use super::refusal::{Outcome, Refusal, bad_token, invalid_value, need, page_size, texts};
use super::tags;
use crate::documents::CallContext;
use crate::service::Fault;
use crate::services::paging::page;

/// PutDashboard.
pub(super) fn put(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let name = need(input, "DashboardName")?;
    let body = need(input, "DashboardBody")?;
    if name.len() > 255 || !name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')) {
        return Err(invalid_value(format!(
            "The value {name} for DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_)"
        )));
    }
    let problems = problems(body);
    if !problems.is_empty() {
        let message = "The dashboard body is invalid, please see the validation messages";
        let fault = Fault::new("InvalidParameterInput", message);
        return Err(Refusal { fault, details: json!({ "dashboardValidationMessages": problems }) });
    }
    let arn = dashboard_arn(context, name);
    if context.own.get(DASHBOARDS, name).is_none() {
        tags::at_creation(&arn, input, context)?;
    }
    let dashboard = json!({
        "DashboardName": name, "DashboardArn": arn, "DashboardBody": body, "LastModified": now(context), "Size": body.len(),
    });
    context.own.put(DASHBOARDS, name, dashboard);
    Ok(json!({ "DashboardValidationMessages": [] }))
}

/// GetDashboard.
pub(super) fn get(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let name = need(input, "DashboardName")?;
    let dashboard = context.own.get(DASHBOARDS, name).ok_or_else(|| missing(name))?;
    Ok(json!({
        "DashboardName": name,
        "DashboardArn": dashboard["DashboardArn"],
        "DashboardBody": dashboard["DashboardBody"],
    }))
}

/// ListDashboards.
pub(super) fn list(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let prefix = input["DashboardNamePrefix"].as_str().unwrap_or_default();
    let entries = context.own.all(DASHBOARDS).filter(|(name, _)| name.starts_with(prefix)).map(|(name, dashboard)| {
        let mut entry = dashboard.clone();
        entry["DashboardBody"] = Value::Null;
        (name.to_owned(), entry)
    });
    let size = page_size(input, "MaxRecords", 1000, 1000)?;
    let page = page(entries, input["NextToken"].as_str(), size).ok_or_else(bad_token)?;
    Ok(json!({ "DashboardEntries": page.items, "NextToken": page.next }))
}

/// DeleteDashboards: all of them, or none when one does not exist.
pub(super) fn delete(input: &Value, context: &mut CallContext<'_>) -> Outcome {
    let names = texts(input, "DashboardNames");
    if names.is_empty() {
        return Err(invalid_value("DashboardNames must have at least one member"));
    }
    if let Some(name) = names.iter().find(|name| context.own.get(DASHBOARDS, name).is_none()) {
        return Err(missing(name));
    }
    for name in names {
        let arn = dashboard_arn(context, name);
        context.own.remove(DASHBOARDS, name);
        context.own.remove(tags::TAGS, &arn);
    }
    Ok(json!({}))
}

fn missing(name: &str) -> Refusal {
    Fault { status: 404, ..Fault::new("ResourceNotFound", format!("Dashboard {name} does not exist")) }.into()
}
