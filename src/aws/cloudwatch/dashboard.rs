//! `cloudwatch_dashboard`: metrics and alarms on one page.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Widget, body};
use crate::aws::Arn;
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, OptionalCall};
use crate::resource::{Charge, Declared, Identity, Persistence, Phase, Problems, Resolved, Resource, fields};

/// The longest name that AWS takes, in characters.
const LONGEST: usize = 255;

/// A dashboard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Dashboard<P: Phase = Declared> {
    /// How its name begins; a hash of who it is follows, so that it is never somebody else's. Derived from
    /// environment, stack and address unless given.
    #[serde(default)]
    pub name: Option<String>,
    /// The widgets, from left to right and from top to bottom.
    pub widgets: Vec<Widget<P>>,
}

/// The outputs of a dashboard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct DashboardOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<String>,
    /// The ARN.
    pub arn: P::Of<Arn>,
}

impl Resource for Dashboard {
    const KIND: &'static str = "cloudwatch_dashboard";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Dashboard: name);
    type Resolved = Dashboard<Resolved>;
    type Outputs<P: Phase> = DashboardOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        if let Some(name) = &self.name {
            let fits = (1..=240).contains(&name.len())
                && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
            if !fits {
                let message = format!("`{name}`: take 1 to 240 letters, digits, `-` and `_`");
                problems.refuse("name", message);
            }
        }
        if self.widgets.len() > 500 {
            problems.refuse("widgets", "AWS takes at most 500 widgets");
        }
        for (index, widget) in self.widgets.iter().enumerate() {
            widget.validate(&format!("widgets[{index}]"), problems);
        }
    }

    fn cost(&self) -> Vec<Charge> {
        vec![Charge::monthly("cloudwatch.dashboard", 1.0)]
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = aws_name(identity, self.name.as_deref());
        let scope = &identity.scope;
        let mut known = Map::new();
        if !scope.account.is_empty() {
            // Dashboards belong to no region.
            let arn = format!("arn:{}:cloudwatch::{}:dashboard/{name}", scope.partition(), scope.account);
            known.insert("arn".into(), arn.into());
        }
        known.insert("name".into(), name.into());
        known
    }
}

impl Provider for Dashboard {
    async fn find(context: &Context, inputs: &Dashboard<Resolved>) -> Result<Option<String>, Error> {
        let name = aws_name(&context.identity, inputs.name.as_deref());
        let get = context.aws.cloudwatch().get_dashboard().dashboard_name(&name);
        Ok(get.send().await.named("cloudwatch:GetDashboard").optional()?.map(|_| name))
    }

    async fn create(context: &Context, inputs: &Dashboard<Resolved>) -> Result<String, Error> {
        let name = aws_name(&context.identity, inputs.name.as_deref());
        put(context, &name, inputs).await?;
        Ok(name)
    }

    async fn read(context: &Context, id: &str, last: &Dashboard<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let get = context.aws.cloudwatch().get_dashboard().dashboard_name(id);
        let Some(found) = get.send().await.named("cloudwatch:GetDashboard").optional()? else { return Ok(None) };
        let body: Value = serde_json::from_str(found.dashboard_body().unwrap_or_default()).unwrap_or_default();
        let inputs =
            Dashboard { name: last.name.clone(), widgets: body::read(&body, &last.widgets, &context.scope().region) };
        let arn = Arn(found.dashboard_arn().unwrap_or_default().to_owned());
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
        delete.send().await.named("cloudwatch:DeleteDashboards").optional().map(drop)
    }
}

fn aws_name(identity: &Identity, base: Option<&str>) -> String {
    match base {
        Some(base) => identity.content_name(Some(base), LONGEST, &identity.token()),
        None => identity.name(LONGEST),
    }
}

async fn put(context: &Context, name: &str, dashboard: &Dashboard<Resolved>) -> Result<(), Error> {
    let body = body::render(&dashboard.widgets, &context.scope().region).to_string();
    let put = context.aws.cloudwatch().put_dashboard().dashboard_name(name).dashboard_body(body);
    let answer = put.send().await.named("cloudwatch:PutDashboard")?;
    // AWS accepts a dashboard with faults that it can draw around; a fault in what we rendered is ours to tell.
    match answer.dashboard_validation_messages().first().and_then(|message| message.message()) {
        Some(message) => Err(Error::invalid(format!("dashboard `{name}`: {message}"))),
        None => Ok(()),
    }
}
