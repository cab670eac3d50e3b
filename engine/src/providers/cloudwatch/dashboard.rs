//! `cloudwatch_dashboard` in AWS.

use serde_json::Value;

use super::body;
use crate::providers::{Calls, Provider, Reading};
use crate::sdk::{CallName, Context, Error, OptionalCall, required};
use ebbtide::aws::Arn;
use ebbtide::aws::cloudwatch::{Dashboard, DashboardOutputs};
use ebbtide::resource::Resolved;

/// The codes with which AWS says that a dashboard does not exist.
const MISSING: &[&str] = &["DashboardNotFoundError", "ResourceNotFound"];

impl Provider for Dashboard {
    const CALLS: Option<Calls> = Some(Calls {
        arn: "arn:{partition}:cloudwatch::{account}:dashboard/{name}",
        reads: "cloudwatch:GetDashboard",
        creates: "cloudwatch:PutDashboard",
        updates: "cloudwatch:PutDashboard",
        deletes: "cloudwatch:DeleteDashboards",
    });

    async fn find(context: &Context, inputs: &Dashboard<Resolved>) -> Result<Option<String>, Error> {
        let name = inputs.aws_name(&context.identity);
        let get = context.aws.cloudwatch().get_dashboard().dashboard_name(&name);
        Ok(get.send().await.named("cloudwatch:GetDashboard").unless_missing(MISSING)?.map(|_| name))
    }

    async fn create(context: &Context, inputs: &Dashboard<Resolved>) -> Result<String, Error> {
        let name = inputs.aws_name(&context.identity);
        put(context, &name, inputs).await?;
        Ok(name)
    }

    async fn read(context: &Context, id: &str, last: &Dashboard<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let get = context.aws.cloudwatch().get_dashboard().dashboard_name(id);
        let Some(found) = get.send().await.named("cloudwatch:GetDashboard").unless_missing(MISSING)? else {
            return Ok(None);
        };
        let body: Value = serde_json::from_str(found.dashboard_body().unwrap_or_default()).unwrap_or_default();
        let inputs =
            Dashboard { name: last.name.clone(), widgets: body::read(&body, &last.widgets, &context.scope().region) };
        let arn = Arn(required(found.dashboard_arn, "DashboardArn")?);
        let outputs = DashboardOutputs::<Resolved> { name: id.to_owned(), arn };
        Ok(Some(Reading::ready(inputs, outputs)))
    }

    async fn update(
        context: &Context,
        id: &str,
        _from: &Dashboard<Resolved>,
        to: &Dashboard<Resolved>,
    ) -> Result<(), Error> {
        put(context, id, to).await
    }

    async fn delete(context: &Context, id: &str, _last: &Dashboard<Resolved>) -> Result<(), Error> {
        let delete = context.aws.cloudwatch().delete_dashboards().dashboard_names(id);
        delete.send().await.named("cloudwatch:DeleteDashboards").unless_missing(MISSING).map(drop)
    }
}

async fn put(context: &Context, name: &str, dashboard: &Dashboard<Resolved>) -> Result<(), Error> {
    let body = body::render(&dashboard.widgets, &context.scope().region).to_string();
    let put = context.aws.cloudwatch().put_dashboard().dashboard_name(name).dashboard_body(body);
    let output = put.send().await.named("cloudwatch:PutDashboard")?;
    // AWS accepts a dashboard with faults and only warns; the body is rendered here, so a warning is an error.
    match output.dashboard_validation_messages().first().and_then(|message| message.message()) {
        Some(message) => Err(Error::invalid(format!("dashboard `{name}`: {message}"))),
        None => Ok(()),
    }
}
