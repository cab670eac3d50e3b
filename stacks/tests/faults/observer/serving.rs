//! SageMaker, its scaling, and the roles.

use aws_sdk_applicationautoscaling::types::ServiceNamespace;
use ebbtide_engine::sdk::Aws;

use super::{Observed, plain};

/// All pages of a list.
macro_rules! all {
    ($pages:expr) => {{
        let mut pages = $pages;
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            found.push(page.unwrap());
        }
        found
    }};
}

pub async fn see(aws: &Aws, seen: &mut Observed) {
    let sagemaker = aws.sagemaker();
    for page in all!(sagemaker.list_models().into_paginator().send()) {
        page.models().iter().for_each(|model| seen.add("model", plain(model.model_name().unwrap_or_default())));
    }
    for page in all!(sagemaker.list_endpoint_configs().into_paginator().send()) {
        for config in page.endpoint_configs() {
            seen.add("endpoint config", plain(config.endpoint_config_name().unwrap_or_default()));
        }
    }
    for page in all!(sagemaker.list_endpoints().into_paginator().send()) {
        for endpoint in page.endpoints() {
            let name = endpoint.endpoint_name().unwrap_or_default();
            let described = sagemaker.describe_endpoint().endpoint_name(name).send().await.unwrap();
            let config = plain(described.endpoint_config_name().unwrap_or_default());
            let status = described.endpoint_status().map(|status| status.as_str().to_owned()).unwrap_or_default();
            let instances: i32 =
                described.production_variants().iter().filter_map(|variant| variant.desired_instance_count()).sum();
            seen.add("endpoint", format!("{name} {status} on {config} with {instances}"));
        }
    }
    for page in all!(sagemaker.list_inference_components().into_paginator().send()) {
        for component in page.inference_components() {
            let name = component.inference_component_name().unwrap_or_default();
            let found = sagemaker.describe_inference_component().inference_component_name(name).send().await.unwrap();
            let status =
                found.inference_component_status().map(|status| status.as_str().to_owned()).unwrap_or_default();
            let copies = found.runtime_config().and_then(|runtime| runtime.desired_copy_count());
            let container = found.specification().and_then(|specification| specification.container());
            let image = container.and_then(|container| container.deployed_image()?.specified_image());
            let endpoint = found.endpoint_name().unwrap_or_default();
            seen.add("inference component", format!("{name} {status} on {endpoint}: {copies:?} of {image:?}"));
        }
    }
    let scaling = aws.applicationautoscaling();
    let of = ServiceNamespace::Sagemaker;
    let targets = scaling.describe_scalable_targets().service_namespace(of.clone()).into_paginator().send();
    for page in all!(targets) {
        for target in page.scalable_targets() {
            let (min, max) = (target.min_capacity(), target.max_capacity());
            seen.add("scalable target", format!("{} {min:?} to {max:?}", target.resource_id()));
        }
    }
    let policies = scaling.describe_scaling_policies().service_namespace(of.clone()).into_paginator().send();
    for page in all!(policies) {
        for policy in page.scaling_policies() {
            seen.add("scaling policy", format!("{} of {}", plain(policy.policy_name()), policy.resource_id()));
        }
    }
    let actions = scaling.describe_scheduled_actions().service_namespace(of).into_paginator().send();
    for page in all!(actions) {
        for action in page.scheduled_actions() {
            let (name, schedule) = (plain(action.scheduled_action_name()), action.schedule());
            seen.add("scheduled action", format!("{name} {schedule} of {}", action.resource_id()));
        }
    }
    for page in all!(aws.iam().list_roles().into_paginator().send()) {
        for role in page.roles().iter().filter(|role| !role.path().starts_with("/aws-service-role/")) {
            let policies = aws.iam().list_role_policies().role_name(role.role_name()).send().await.unwrap();
            let count = policies.policy_names().len();
            seen.add("role", format!("{} policies {count}", plain(role.role_name())));
        }
    }
}
