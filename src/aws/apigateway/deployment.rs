//! `apigateway_deployment`: a snapshot of a REST API.

use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use crate::aws::{DeploymentId, RestApiId};
use crate::resource::cloud_control::{CloudControl, Placed, Property, canonical};
use crate::resource::{
    Billing, Declared, Identity, Input, Persistence, Phase, Problems, Resolved, Resource, digest, fields,
};

/// A deployment: a snapshot of the methods of a REST API, which a stage serves.
///
/// A change of what it was made of makes another snapshot, to which the stage moves before the old one is deleted. So it is given the
/// revisions of the API and of all methods, and comes after them.
///
/// ```
/// # use ebbtide::aws::RestApiId;
/// # use ebbtide::aws::apigateway::{Deployment, Stage};
/// # use ebbtide::resource::Input;
/// # use ebbtide::stack::Stack;
/// # fn declare(stack: &mut Stack, api: &Input<RestApiId>, get: &Input<String>, post: &Input<String>) {
/// let deployment = stack.add("deployment", Deployment::of(api).with(get).with(post));
/// stack.add("prod", Stage::new(api, "prod", &deployment.id));
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Deployment<P: Phase = Declared> {
    /// The API.
    pub api: P::Of<RestApiId>,
    /// A description. AWS shows it with a digest of the revisions behind it.
    #[serde(default)]
    pub description: Option<String>,
    /// The revisions of which it is a snapshot. Another one makes another deployment.
    pub revisions: Vec<P::Of<String>>,
}

impl Deployment {
    /// Creates a deployment of an API, without revisions.
    pub fn of(api: impl Into<Input<RestApiId>>) -> Self {
        Self { api: api.into(), description: None, revisions: Vec::new() }
    }

    /// Adds a revision: the output of a method or of the API, or any text whose change makes another deployment.
    #[must_use]
    pub fn with(mut self, revision: impl Into<Input<String>>) -> Self {
        self.revisions.push(revision.into());
        self
    }
}

/// The outputs of a deployment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct DeploymentOutputs<P: Phase> {
    /// The id.
    pub id: P::Of<DeploymentId>,
}

impl Resource for Deployment {
    const KIND: &'static str = "apigateway_deployment";
    const PERSISTENCE: Persistence = Persistence::Durable;
    const REPLACE_ON: &'static [&'static str] = fields!(Deployment: api, description, revisions);
    const DELETED_WITH: &'static [&'static str] = fields!(Deployment: api);
    const TYPICAL_SECONDS: u32 = 4;
    type Resolved = Deployment<Resolved>;
    type Outputs<P: Phase> = DeploymentOutputs<P>;

    fn billing(&self) -> Billing {
        Billing::free("AWS bills the requests of an API, not its deployments")
    }

    fn validate(&self, problems: &mut Problems) {
        if self.revisions.is_empty() {
            problems.refuse(
                "revisions",
                "is empty: name the output `revision` of each method, which the deployment follows",
            );
        }
    }
}

impl CloudControl for Deployment {
    const TYPE: &'static str = "AWS::ApiGateway::Deployment";
    const PROPERTIES: &'static [Property] = &[
        Property::plain("api", "RestApiId"),
        // AWS has both in its `Description`.
        Property::recorded("description"),
        Property::recorded("revisions"),
    ];
    const OUTPUTS: &'static [(&'static str, &'static str)] = &[("id", "DeploymentId")];

    fn placed(inputs: &Deployment<Resolved>, _identity: &Identity) -> Placed {
        // AWS has neither tags nor names for deployments. By the digest one is told from its predecessors.
        let digest = digest(&canonical(&json!(inputs.revisions)), 16);
        let description = match &inputs.description {
            Some(description) => format!("{description} ({digest})"),
            None => digest,
        };
        Placed { properties: Map::from_iter([("Description".to_owned(), json!(description))]), ..Placed::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_of_nothing_is_refused() {
        let mut problems = Problems::new();
        Deployment::of("api").validate(&mut problems);
        assert_eq!(problems.fields(), ["revisions"]);
        let mut problems = Problems::new();
        Deployment::of("api").with("a").validate(&mut problems);
        assert!(problems.is_empty());
    }
}
