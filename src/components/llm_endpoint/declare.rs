//! Declares the resources of an endpoint.

use super::alarms::{declare_down, declare_quality, declare_successor};
use super::outputs::LlmEndpointOutputs;
use super::role::execution_role;
use super::scaling::declare_scaling;
use super::settings::{LlmEndpoint, Mode, SUCCESSOR, VARIANT};
use crate::aws::ModelName;
use crate::aws::logs::LogGroup;
use crate::aws::sagemaker::{
    Container, ContainerMode, Deployment, Endpoint, EndpointConfig, Hosting, Model, ModelForm, Strategy, Variant,
};
use crate::resource::Input;
use crate::stack::Stack;

impl LlmEndpoint {
    /// Declares the endpoint. All its resources are named `NAME` or `NAME-…`. Invalid settings are problems of the
    /// stack.
    pub fn declare(&self, stack: &mut Stack, name: &str) -> LlmEndpointOutputs {
        self.check_mode(stack, name);
        let role = match &self.role {
            Some(role) => role.clone(),
            None => {
                let role = execution_role(self, stack.scope());
                stack.add(name, role).arn
            }
        };
        let logs = LogGroup {
            kms_key: self.log_kms_key.clone(),
            tags: self.tags.clone(),
            ..LogGroup::new(&self.log_group(), self.log_retention_days)
        };
        let logs = stack.add(name, logs);
        let quality = declare_quality(self, stack, name);
        let model = |container: &Container| Model {
            vpc: self.network.clone(),
            network_isolation: self.isolated,
            tags: self.tags.clone(),
            ..Model::new(&role, container.clone())
        };
        let own = stack.add(name, model(&self.container)).name;
        let successor = self.successor.as_ref().map(|successor| {
            let model = stack.add(&format!("{name}-{SUCCESSOR}"), model(&successor.container)).name;
            let hosting = Hosting::Instances(successor.instances.clone());
            Variant { name: SUCCESSOR.into(), model: Some(model), hosting, weight: 0.0 }
        });
        let mut config = self.config(own);
        config.variants.extend(successor);
        let config = stack.add(name, config).name;
        let deployment = Deployment {
            rollback_alarms: quality.rollback.iter().map(|alarm| alarm.name.clone()).collect(),
            ..Deployment::new(self.deployment.clone())
        };
        let endpoint = Endpoint {
            deployment: Some(deployment),
            tags: self.tags.clone(),
            ..Endpoint::new(&self.endpoint_name, config)
        };
        let endpoint = stack.add(name, endpoint);
        // Without the log group SageMaker would create one of that name itself, with unlimited retention.
        stack.after(&endpoint.name, &logs.name);
        let down = declare_down(self, stack, name, &endpoint.name);
        let of_successor = declare_successor(self, stack, name, &endpoint.name);
        let alarms = quality.all.into_iter().chain(down).chain(of_successor).map(|alarm| alarm.arn).collect();
        declare_scaling(self, stack, name, &endpoint.name);
        LlmEndpointOutputs { endpoint_name: endpoint.name, endpoint_arn: endpoint.arn, role, alarms }
    }

    /// Reports the settings that SageMaker does not support for serverless endpoints, and a successor that cannot take over.
    fn check_mode(&self, stack: &mut Stack, name: &str) {
        if let Some(successor) = &self.successor {
            let problem = match &self.mode {
                Mode::RealTime(instances) => (*instances == successor.instances
                    && self.container == successor.container)
                    .then_some("it differs in nothing from the endpoint's own model, so there is nothing to roll out"),
                Mode::Async(..) => Some("an endpoint that queues its calls has no traffic to split"),
                Mode::Serverless(_) => Some("a serverless endpoint has one variant only"),
            };
            if let Some(problem) = problem {
                stack.problem(name, Some("successor".to_owned()), problem);
            }
            if matches!(self.deployment, Strategy::Rolling { .. }) {
                let message = "an endpoint with several variants cannot be deployed in batches";
                stack.problem(name, Some("deployment".to_owned()), message);
            }
        }
        if let Mode::RealTime(_) | Mode::Async(..) = self.mode {
            return;
        }
        let mut problem = |field: &str, message: &str| stack.problem(name, Some(field.to_owned()), message);
        if self.network.is_some() {
            problem("network", "a serverless endpoint cannot run in a VPC");
        }
        if self.data_capture.is_some() {
            problem("data_capture", "a serverless endpoint cannot capture its traffic");
        }
        if self.container.model.as_ref().is_some_and(|model| model.form != ModelForm::Archive) {
            problem("container.model", "a serverless endpoint loads its model from an archive only");
        }
        if self.container.mode == ContainerMode::MultiModel {
            problem("container.mode", "a serverless endpoint serves one model");
        }
        if matches!(self.deployment, Strategy::Rolling { .. }) {
            problem("deployment", "a serverless endpoint cannot be deployed in batches");
        }
    }

    fn config(&self, model: Input<ModelName>) -> EndpointConfig {
        let hosting = match &self.mode {
            Mode::RealTime(instances) | Mode::Async(instances, _) => Hosting::Instances(instances.clone()),
            Mode::Serverless(serverless) => Hosting::Serverless(*serverless),
        };
        let variant = Variant { name: VARIANT.into(), model: Some(model), hosting, weight: 1.0 };
        EndpointConfig {
            async_inference: self.async_inference().cloned(),
            data_capture: self.data_capture.clone(),
            kms_key: self.volume_kms_key.clone(),
            tags: self.tags.clone(),
            ..EndpointConfig::new(variant)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::aws::sagemaker::{AsyncInference, Instances, ModelData, Serverless};
    use crate::components::llm_endpoint::{Scaling, ScheduledBounds, Successor};
    use crate::resource::{Address, OnPause, Scope};
    use crate::stack::{Declarations, Problem};
    use serde_json::Value;

    fn llm() -> LlmEndpoint {
        let model = ModelData { uri: "s3://models/llama/".into(), form: ModelForm::Prefix };
        let image = "763104351884.dkr.ecr.eu-west-1.amazonaws.com/djl-inference:1";
        LlmEndpoint::new("llm-v1", Container::new(image, Some(model)), Instances::new("ml.g5.xlarge", 1))
    }

    fn declared(endpoint: &LlmEndpoint) -> Result<Declarations, Vec<Problem>> {
        let scope = Scope {
            environment: "test".into(),
            stack: "components".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let mut stack = Stack::new(scope, BTreeMap::new());
        endpoint.declare(&mut stack, "llm");
        stack.finish()
    }

    fn paused(declarations: &Declarations, address: &str) -> OnPause<Value> {
        let address: Address = address.parse().unwrap();
        let kind = crate::aws::kinds().get(address.kind()).unwrap();
        kind.paused(&declarations.resources[&address].inputs).unwrap()
    }

    fn addresses(declarations: &Declarations) -> Vec<String> {
        declarations.resources.keys().map(ToString::to_string).collect()
    }

    #[test]
    fn an_endpoint_is_declared_with_all_its_resources() {
        let declarations = declared(&llm()).unwrap();
        assert_eq!(
            addresses(&declarations),
            [
                "autoscaling_policy.llm",
                "autoscaling_target.llm",
                "cloudwatch_alarm.llm-down",
                "cloudwatch_alarm.llm-errors",
                "cloudwatch_alarm.llm-slow",
                "iam_role.llm",
                "logs_group.llm",
                "sagemaker_endpoint.llm",
                "sagemaker_endpoint_config.llm",
                "sagemaker_model.llm",
            ]
        );
        let of = |address: &str| &declarations.resources[&address.parse::<Address>().unwrap()];
        assert_eq!(paused(&declarations, "sagemaker_endpoint.llm"), OnPause::Delete);
        assert_eq!(paused(&declarations, "sagemaker_model.llm"), OnPause::Keep);
        for alarm in ["slow", "errors", "down"] {
            let OnPause::Reduce(reduced) = paused(&declarations, &format!("cloudwatch_alarm.llm-{alarm}")) else {
                panic!("{alarm} is not quiet during a pause");
            };
            assert_eq!(reduced["actions_enabled"], false, "{alarm}");
        }
        // Alarms that roll a deployment back come before the endpoint; the alarm for missing instances comes after it.
        let endpoint: Address = "sagemaker_endpoint.llm".parse().unwrap();
        assert!(of("sagemaker_endpoint.llm").depends_on.contains(&"cloudwatch_alarm.llm-errors".parse().unwrap()));
        assert!(of("sagemaker_endpoint.llm").depends_on.contains(&"logs_group.llm".parse().unwrap()));
        assert!(of("cloudwatch_alarm.llm-down").depends_on.contains(&endpoint));
        assert_eq!(of("cloudwatch_alarm.llm-slow").inputs["threshold"], 30_000_000.0);
    }

    /// "If any alarms are tripped during a deployment, SageMaker rolls back the deployment" (AutoRollbackConfig).
    #[test]
    fn latency_rolls_a_deployment_back_only_if_told_to() {
        let rollback = |latency_rolls_back| {
            let mut endpoint = llm();
            endpoint.alarms.latency_rolls_back = latency_rolls_back;
            let declarations = declared(&endpoint).unwrap();
            let endpoint = &declarations.resources[&"sagemaker_endpoint.llm".parse::<Address>().unwrap()];
            let alarms = endpoint.inputs["deployment"]["rollback_alarms"].to_string();
            (alarms.contains("llm-errors"), alarms.contains("llm-slow"))
        };
        assert_eq!(rollback(false), (true, false));
        assert_eq!(rollback(true), (true, true));
    }

    #[test]
    fn queued_calls_start_the_first_instance_of_an_asynchronous_endpoint() {
        let mut queued = llm();
        queued.mode = Mode::Async(Instances::new("ml.g5.xlarge", 1), Box::new(AsyncInference::to("s3://answers/llm/")));
        queued.scaling = Some(Scaling { min: 0, target: 5.0, ..Scaling::default() });
        queued.requests = Some("s3://questions/llm/".into());
        let declarations = declared(&queued).unwrap();
        let addresses = addresses(&declarations);
        assert!(addresses.contains(&"autoscaling_policy.llm-wake".to_owned()), "{addresses:?}");
        assert!(addresses.contains(&"cloudwatch_alarm.llm-wake".to_owned()), "{addresses:?}");
        assert!(!addresses.contains(&"cloudwatch_alarm.llm-down".to_owned()), "no instances may be normal here");
        let role = &declarations.resources[&"iam_role.llm".parse::<Address>().unwrap()].inputs;
        let allows = |action: &str, resource: &str| {
            let statements = role["inline_policies"]["serve"]["statements"].as_array().unwrap();
            statements.iter().any(|statement| {
                let has = |part: &str, text: &str| statement[part].to_string().contains(&format!("\"{text}\""));
                has("actions", action) && has("resources", resource)
            })
        };
        assert!(allows("s3:PutObject", "arn:aws:s3:::answers/llm/*"), "{role:#}");
        assert!(allows("s3:AbortMultipartUpload", "arn:aws:s3:::answers/llm/*"), "{role:#}");
        assert!(allows("s3:ListBucket", "arn:aws:s3:::answers"), "{role:#}");
        assert!(allows("s3:GetObject", "arn:aws:s3:::questions/llm/*"), "{role:#}");
        assert!(!allows("s3:PutObject", "arn:aws:s3:::questions/llm/*"), "{role:#}");
    }

    #[test]
    fn a_serverless_endpoint_has_neither_instance_alarms_nor_scaling() {
        let mut serverless = llm();
        serverless.mode =
            Mode::Serverless(Serverless { memory_mb: 4096, max_concurrency: 10, provisioned_concurrency: None });
        let problems = declared(&serverless).unwrap_err();
        let fields: Vec<_> = problems.iter().filter_map(|problem| problem.field.as_deref()).collect();
        assert_eq!(fields, ["container.model", "scaling"], "{problems:?}");
        serverless.scaling = None;
        serverless.container.model = None;
        let addresses = addresses(&declared(&serverless).unwrap());
        assert!(!addresses.iter().any(|address| address.starts_with("autoscaling_")), "{addresses:?}");
    }

    #[test]
    fn a_successor_is_a_second_variant_without_traffic() {
        let new = ModelData { uri: "s3://models/next/".into(), form: ModelForm::Prefix };
        let successor = Successor {
            container: Container { model: Some(new), ..llm().container },
            instances: Instances::new("ml.g5.2xlarge", 2),
        };
        let rolled = LlmEndpoint { successor: Some(successor), ..llm() };
        let declarations = declared(&rolled).unwrap();
        let inputs = |address: &str| &declarations.resources[&address.parse::<Address>().unwrap()].inputs;
        let variants = &inputs("sagemaker_endpoint_config.llm")["variants"];
        assert_eq!((&variants[0]["name"], &variants[0]["weight"]), (&"AllTraffic".into(), &1.0.into()));
        assert_eq!((&variants[1]["name"], &variants[1]["weight"]), (&"new".into(), &0.0.into()));
        assert!(variants[1].to_string().contains("ml.g5.2xlarge"), "{variants:#}");
        assert_eq!(inputs("autoscaling_target.llm-new")["of"]["variant"]["variant"], "new");
        assert!(inputs("iam_role.llm").to_string().contains("next/"), "it may read its model");
        for gate in ["slow", "errors", "down"] {
            assert_eq!(inputs(&format!("cloudwatch_alarm.llm-new-{gate}"))["missing_data"], "missing", "{gate}");
        }
        // Everything of the endpoint's own stays as it was.
        let before = declared(&llm()).unwrap();
        for (address, declaration) in &before.resources {
            let same = declarations.resources[address] == *declaration;
            assert_eq!(same, !["sagemaker_endpoint_config", "iam_role"].contains(&address.kind()), "{address}");
        }
        let mut same = rolled.clone();
        same.successor =
            Some(Successor { container: same.container.clone(), instances: Instances::new("ml.g5.xlarge", 1) });
        assert!(declared(&same).unwrap_err()[0].to_string().contains("differs in nothing"));
        let mut queued = rolled;
        queued.mode = Mode::Async(Instances::new("ml.g5.xlarge", 1), Box::new(AsyncInference::to("s3://answers/llm/")));
        assert_eq!(declared(&queued).unwrap_err()[0].field.as_deref(), Some("successor"));
    }

    #[test]
    fn a_minimum_of_zero_and_a_schedule_without_scaling_are_refused() {
        let mut endpoint = llm();
        endpoint.scaling = Some(Scaling { min: 0, ..Scaling::default() });
        assert_eq!(declared(&endpoint).unwrap_err()[0].field.as_deref(), Some("scaling.min"));
        endpoint.scaling = None;
        let evening = ScheduledBounds { schedule: "cron(0 18 ? * * *)".into(), zone: "UTC".into(), min: 1, max: 1 };
        endpoint.schedule.insert("evening".into(), evening);
        assert_eq!(declared(&endpoint).unwrap_err()[0].field.as_deref(), Some("schedule"));
    }
}
