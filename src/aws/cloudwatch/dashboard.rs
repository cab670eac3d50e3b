//! `cloudwatch_dashboard`: metrics and alarms on one page.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Widget;
use crate::aws::Arn;
use crate::resource::{Billing, Charge, Declared, Identity, Persistence, Phase, Problems, Resolved, Resource, fields};

/// The length of the longest name that AWS accepts, in characters.
const MAX_NAME_LENGTH: usize = 255;

/// The length of the longest beginning of a name, which leaves room for a hash.
const MAX_BASE_LENGTH: usize = 240;

/// The number of widgets that AWS accepts.
const MAX_WIDGETS: usize = 500;

/// A dashboard.
///
/// ```
/// # use ebbtide::aws::cloudwatch::{Dashboard, TextWidget, Widget};
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack) {
/// let title = Widget::Text(TextWidget { markdown: "# Endpoints".into(), width: 24, height: 1 });
/// let dashboard = stack.add("overview", Dashboard { name: None, widgets: vec![title] });
/// stack.output("DASHBOARD", &dashboard.name);
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Dashboard<P: Phase = Declared> {
    /// The beginning of the name; derived from environment, stack and address unless given. A hash of the resource's
    /// identity follows it, so that the name is never that of another owner's dashboard.
    #[serde(default)]
    pub name: Option<String>,
    /// The widgets, from left to right and from top to bottom.
    pub widgets: Vec<Widget<P>>,
}

impl<P: Phase> Dashboard<P> {
    /// Returns the name that the dashboard has in AWS.
    #[doc(hidden)]
    pub fn aws_name(&self, identity: &Identity) -> String {
        match &self.name {
            Some(base) => identity.content_name(Some(base), MAX_NAME_LENGTH, &identity.token()),
            None => identity.name(MAX_NAME_LENGTH),
        }
    }
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
    const BILLED_WHILE_PAUSED: Option<&'static str> = Some("it shows the time before the pause");
    const REPLACE_ON: &'static [&'static str] = fields!(Dashboard: name);
    type Resolved = Dashboard<Resolved>;
    type Outputs<P: Phase> = DashboardOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::Charges(vec![Charge::monthly("cloudwatch.dashboard", 1.0)])
    }

    fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.name.as_deref().and_then(name_problem) {
            problems.refuse("name", problem);
        }
        if self.widgets.len() > MAX_WIDGETS {
            problems.refuse("widgets", format!("AWS accepts at most {MAX_WIDGETS} widgets"));
        }
        for (index, widget) in self.widgets.iter().enumerate() {
            widget.validate(&format!("widgets[{index}]"), problems);
        }
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let name = self.aws_name(identity);
        let scope = &identity.scope;
        let mut known = Map::new();
        if !scope.account.is_empty() {
            // Dashboards belong to no region, so `Scope::arn` does not fit.
            let arn = format!("arn:{}:cloudwatch::{}:dashboard/{name}", scope.partition(), scope.account);
            known.insert("arn".into(), arn.into());
        }
        known.insert("name".into(), name.into());
        known
    }
}

/// Returns the reason why a text cannot be the beginning of a name.
fn name_problem(name: &str) -> Option<String> {
    let fits = (1..=MAX_BASE_LENGTH).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    (!fits).then(|| format!("`{name}`: use 1 to {MAX_BASE_LENGTH} letters, digits, `-` and `_`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::cloudwatch::TextWidget;

    #[test]
    fn invalid_dashboards_are_refused() {
        let text = |width| Widget::Text(TextWidget { markdown: "# Endpoints".into(), width, height: 1 });
        let fields_of = |name: &str, widgets| {
            let mut problems = Problems::new();
            Dashboard { name: Some(name.into()), widgets }.validate(&mut problems);
            problems.fields().into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(fields_of("llm", vec![text(24)]), Vec::<String>::new());
        assert_eq!(fields_of("our page", vec![text(24), text(25)]), ["name", "widgets[1]"]);
        assert_eq!(fields_of("llm", vec![text(1); MAX_WIDGETS + 1]), ["widgets"]);
    }
}
