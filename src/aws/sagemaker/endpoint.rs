//! `sagemaker_endpoint`: what answers calls, and bills by the hour while it exists.

use aws_sdk_sagemaker::operation::describe_endpoint::DescribeEndpointOutput;
use aws_sdk_sagemaker::types::EndpointStatus;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::names::check_name;
use super::rollout::roll_out;
use super::tagging::{all_tags, creation_tags, update_tags};
use super::{Deployment, capacity};
use crate::aws::lists::repeats;
use crate::aws::{Arn, EndpointConfigName, EndpointName};
use crate::engine::providers::{Provider, Reading};
use crate::engine::sdk::{CallName, Context, Error, ErrorKind, OptionalCall};
use crate::resource::{
    Declared, Identity, Input, Persistence, Phase, Problems, Readiness, Resolved, Resource, Tags, fields, own_tags,
};

/// An endpoint. A pause deletes it and remembers the capacity that it really had.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Endpoint<P: Phase = Declared> {
    /// The name that callers use, exactly; another name is another endpoint.
    pub name: String,
    /// What it runs.
    pub config: P::Of<EndpointConfigName>,
    /// How it moves to another configuration; all at once unless given. It is an instruction for moves to come: AWS
    /// keeps none, so changing it changes nothing by itself.
    #[serde(default)]
    pub deployment: Option<Deployment<P>>,
    /// Tags.
    #[serde(default)]
    pub tags: Tags,
}

impl Endpoint {
    /// An endpoint that moves to another configuration all at once.
    pub fn new(name: impl Into<String>, config: impl Into<Input<EndpointConfigName>>) -> Self {
        Self { name: name.into(), config: config.into(), deployment: None, tags: Tags::new() }
    }
}

/// The outputs of an endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct EndpointOutputs<P: Phase> {
    /// The name.
    pub name: P::Of<EndpointName>,
    /// The ARN.
    pub arn: P::Of<Arn>,
}

impl Resource for Endpoint {
    const KIND: &'static str = "sagemaker_endpoint";
    const PERSISTENCE: Persistence = Persistence::Ephemeral;
    const REPLACE_ON: &'static [&'static str] = fields!(Endpoint: name);
    const TYPICAL_SECONDS: u32 = 600;
    type Resolved = Endpoint<Resolved>;
    type Outputs<P: Phase> = EndpointOutputs<P>;

    fn validate(&self, problems: &mut Problems) {
        check_name("name", &self.name, problems);
        if let Some(deployment) = &self.deployment {
            deployment.validate(problems);
        }
    }

    fn conflicts(all: &[Self]) -> Vec<(usize, String)> {
        // AWS tells endpoints apart without regard to case.
        let again = repeats(all, |endpoint| Some(endpoint.name.to_ascii_lowercase()));
        again.into_iter().map(|(index, _)| (index, format!("another endpoint is named {}", all[index].name))).collect()
    }

    fn known_outputs(&self, identity: &Identity) -> Map<String, Value> {
        let mut known = Map::new();
        known.insert("name".into(), self.name.clone().into());
        let scope = &identity.scope;
        // SageMaker writes ARNs in lower case; a name in mixed case is left to it.
        if !scope.account.is_empty() && !self.name.contains(|c: char| c.is_ascii_uppercase()) {
            let arn = format!(
                "arn:{}:sagemaker:{}:{}:endpoint/{}",
                scope.partition(),
                scope.region,
                scope.account,
                self.name
            );
            known.insert("arn".into(), arn.into());
        }
        known
    }
}

impl Provider for Endpoint {
    async fn find(context: &Context, inputs: &Endpoint<Resolved>) -> Result<Option<String>, Error> {
        let Some(found) = describe(context, &inputs.name).await? else { return Ok(None) };
        let Some(tags) = all_tags(context, found.endpoint_arn().unwrap_or_default()).await.optional()? else {
            return Ok(None);
        };
        Ok(context.identity.owns(&tags).then(|| inputs.name.clone()))
    }

    async fn create(context: &Context, inputs: &Endpoint<Resolved>) -> Result<String, Error> {
        let request = context
            .aws
            .sagemaker()
            .create_endpoint()
            .endpoint_name(&inputs.name)
            .endpoint_config_name(inputs.config.as_str())
            .set_deployment_config(inputs.deployment.as_ref().map(Deployment::to_sdk))
            .set_tags(Some(creation_tags(context, &inputs.tags)));
        match request.send().await.named("sagemaker:CreateEndpoint") {
            Ok(_) => Ok(inputs.name.clone()),
            // The configuration was created just before; SageMaker may not see it everywhere yet.
            Err(error) if error.kind == ErrorKind::NotFound => Err(error.as_kind(ErrorKind::NotYet)),
            Err(error) => Err(error),
        }
    }

    async fn read(context: &Context, id: &str, last: &Endpoint<Resolved>) -> Result<Option<Reading<Self>>, Error> {
        let Some(found) = describe(context, id).await? else { return Ok(None) };
        let arn = found.endpoint_arn().unwrap_or_default();
        let Some(tags) = all_tags(context, arn).await.optional()? else { return Ok(None) };
        let inputs = Endpoint {
            name: id.to_owned(),
            config: EndpointConfigName(found.endpoint_config_name().unwrap_or_default().to_owned()),
            deployment: last.deployment.clone(),
            tags: own_tags(tags),
        };
        let outputs = EndpointOutputs::<Resolved> { name: EndpointName(id.to_owned()), arn: Arn(arn.to_owned()) };
        let readiness = readiness(found.endpoint_status(), found.failure_reason());
        let remember = capacity::remember(&found)?;
        Ok(Some(Reading { readiness, pause_snapshot: remember, ..Reading::ready(inputs, outputs) }))
    }

    async fn update(
        context: &Context,
        id: &str,
        from: &Endpoint<Resolved>,
        to: &Endpoint<Resolved>,
    ) -> Result<(), Error> {
        if from.tags != to.tags
            && let Some(found) = describe(context, id).await?
        {
            update_tags(context, found.endpoint_arn().unwrap_or_default(), &from.tags, &to.tags).await?;
        }
        if from.config != to.config { roll_out(context, id, from.config.as_str(), to).await } else { Ok(()) }
    }

    async fn delete(context: &Context, id: &str, _last: &Endpoint<Resolved>) -> Result<(), Error> {
        let delete = context.aws.sagemaker().delete_endpoint().endpoint_name(id);
        delete.send().await.named("sagemaker:DeleteEndpoint").optional().map(drop)
    }

    async fn restore(
        context: &Context,
        id: &str,
        _inputs: &Endpoint<Resolved>,
        remembered: &Value,
    ) -> Result<bool, Error> {
        capacity::restore(context, id, remembered).await
    }
}

async fn describe(context: &Context, name: &str) -> Result<Option<DescribeEndpointOutput>, Error> {
    let describe = context.aws.sagemaker().describe_endpoint().endpoint_name(name);
    describe.send().await.named("sagemaker:DescribeEndpoint").optional()
}

fn readiness(status: Option<&EndpointStatus>, reason: Option<&str>) -> Readiness {
    let status_text = status.map_or("unknown", EndpointStatus::as_str);
    let failed =
        || Readiness::Failed(reason.map_or_else(|| status_text.to_owned(), |why| format!("{status_text}: {why}")));
    match status {
        Some(EndpointStatus::InService) => Readiness::Ready,
        Some(EndpointStatus::Deleting) => Readiness::Deleting(status_text.to_owned()),
        Some(EndpointStatus::Failed | EndpointStatus::UpdateRollbackFailed | EndpointStatus::OutOfService) => failed(),
        _ => Readiness::Pending(status_text.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Scope;

    #[test]
    fn every_status_tells_whether_to_wait() {
        let pending = ["Creating", "Updating", "SystemUpdating", "RollingBack", "SomethingNew"];
        for status in pending {
            assert_eq!(readiness(Some(&EndpointStatus::from(status)), None), Readiness::Pending(status.into()));
        }
        assert_eq!(readiness(Some(&EndpointStatus::InService), None), Readiness::Ready);
        assert_eq!(readiness(Some(&EndpointStatus::Deleting), None), Readiness::Deleting("Deleting".into()));
        for status in ["Failed", "UpdateRollbackFailed", "OutOfService"] {
            let Readiness::Failed(why) = readiness(Some(&EndpointStatus::from(status)), Some("no capacity")) else {
                panic!("{status} is a failure");
            };
            assert!(why.contains("no capacity") && why.contains(status));
        }
    }

    #[test]
    fn name_and_arn_are_known_beforehand() {
        let scope = Scope {
            environment: "prod".into(),
            stack: "adeptai".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let identity = scope.identity(&"sagemaker_endpoint.llm".parse().unwrap(), 1);
        let known = Endpoint::new("llm-v1", "config").known_outputs(&identity);
        assert_eq!(known["name"], "llm-v1");
        assert_eq!(known["arn"], "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/llm-v1");
        assert!(!Endpoint::new("LLM", "config").known_outputs(&identity).contains_key("arn"));
    }

    #[test]
    fn one_name_is_one_endpoint() {
        let all = [Endpoint::new("llm", "a"), Endpoint::new("other", "a"), Endpoint::new("LLM", "b")];
        assert_eq!(Endpoint::conflicts(&all).iter().map(|(index, _)| *index).collect::<Vec<_>>(), [2]);
    }
}
