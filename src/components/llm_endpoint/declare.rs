//! Declaring the resources of an endpoint.

use super::alarms::{declare_down, declare_quality};
use super::role::execution_role;
use super::scaling::declare_scaling;
use super::{LlmEndpoint, Mode, VARIANT};
use crate::aws::logs::LogGroup;
use crate::aws::sagemaker::{
    ContainerMode, Deployment, Endpoint, EndpointConfig, Hosting, Model, ModelForm, Strategy, Variant,
};
use crate::aws::{AlarmArn, Arn, EndpointName, ModelName, RoleArn};
use crate::resource::Resource as _;
use crate::stack::{Address, Input, Stack};

/// What a declared endpoint offers to the rest of the stack.
#[derive(Clone, Debug, PartialEq)]
pub struct LlmEndpointOut {
    /// The name, as callers use it.
    pub endpoint_name: Input<EndpointName>,
    /// The ARN.
    pub endpoint_arn: Input<Arn>,
    /// The role that the containers act as.
    pub role: Input<RoleArn>,
    /// Its alarms.
    pub alarms: Vec<Input<AlarmArn>>,
}

impl LlmEndpoint {
    /// Declares the endpoint; everything that belongs to it is named `NAME`, or `NAME-…`.
    pub fn declare(&self, stack: &mut Stack, name: &str) -> LlmEndpointOut {
        self.check_mode(stack, name);
        let role = match &self.role {
            Some(role) => role.clone(),
            None => {
                let role = execution_role(self, stack.scope());
                stack.add(name, role).arn
            }
        };
        let logs = LogGroup { tags: self.tags.clone(), ..LogGroup::new(&self.log_group(), self.log_retention_days) };
        stack.add(name, logs);
        let quality = declare_quality(self, stack, name);
        let model =
            Model { vpc: self.network.clone(), tags: self.tags.clone(), ..Model::new(&role, self.container.clone()) };
        let model = stack.add(name, model).name;
        let config = stack.add(name, self.config(model)).name;
        let deployment = Deployment {
            rollback_alarms: quality.iter().map(|alarm| alarm.name.clone()).collect(),
            ..Deployment::new(self.deployment.clone())
        };
        let endpoint = Endpoint {
            deployment: Some(deployment),
            tags: self.tags.clone(),
            ..Endpoint::new(&self.endpoint_name, config)
        };
        let endpoint = stack.add(name, endpoint);
        let mut alarms: Vec<_> = quality.into_iter().map(|alarm| alarm.arn).collect();
        if let (Ok(logs), Ok(itself)) = (Address::new(LogGroup::KIND, name), Address::new(Endpoint::KIND, name)) {
            // SageMaker makes the log group itself where there is none, without an end to what it keeps.
            stack.after(Endpoint::KIND, name, &logs);
            alarms.extend(declare_down(self, stack, name, &itself).map(|alarm| alarm.arn));
        }
        declare_scaling(self, stack, name, &endpoint.name);
        LlmEndpointOut { endpoint_name: endpoint.name, endpoint_arn: endpoint.arn, role, alarms }
    }

    /// Notes what SageMaker does not offer in this mode.
    fn check_mode(&self, stack: &mut Stack, name: &str) {
        if let Mode::RealTime(_) | Mode::Async(..) = self.mode {
            return;
        }
        let mut problem = |field: &str, message: &str| stack.problem(name, Some(field.to_owned()), message);
        if self.network.is_some() {
            problem("network", "a serverless endpoint cannot run in a VPC");
        }
        if self.data_capture.is_some() {
            problem("data_capture", "a serverless endpoint captures nothing");
        }
        if self.container.model.as_ref().is_some_and(|model| model.form != ModelForm::Archive) {
            problem("container.model", "a serverless endpoint takes its model as an archive only");
        }
        if self.container.mode == ContainerMode::MultiModel {
            problem("container.mode", "a serverless endpoint serves one model");
        }
        if matches!(self.deployment, Strategy::Rolling { .. }) {
            problem("deployment", "a serverless endpoint cannot move batch by batch");
        }
    }

    fn config(&self, model: Input<ModelName>) -> EndpointConfig {
        let hosting = match &self.mode {
            Mode::RealTime(instances) | Mode::Async(instances, _) => Hosting::Instances(instances.clone()),
            Mode::Serverless(serverless) => Hosting::Serverless(*serverless),
        };
        let variant = Variant { name: VARIANT.into(), model, hosting, weight: 1.0 };
        EndpointConfig {
            async_inference: self.async_inference().cloned(),
            data_capture: self.data_capture.clone(),
            tags: self.tags.clone(),
            ..EndpointConfig::new(variant)
        }
    }
}
