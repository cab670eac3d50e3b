//! Conversions of the specification of an inference component: all that one call changes, apart from the number of its copies.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::operation::describe_inference_component::DescribeInferenceComponentOutput;
use aws_sdk_sagemaker::types::{
    InferenceComponentComputeResourceRequirements, InferenceComponentContainerSpecification,
    InferenceComponentSpecification, InferenceComponentSpecificationSummary, InferenceComponentStartupParameters,
};

use super::variant::unless_left_open;
use crate::providers::numbers::{signed, unsigned};
use ebbtide::aws::ModelName;
use ebbtide::aws::sagemaker::{ComponentContainer, ComponentNeeds, InferenceComponent, Served};
use ebbtide::resource::Resolved;

/// The fields of a component that make up its specification.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Specification {
    pub(super) serves: Served<Resolved>,
    pub(super) needs: ComponentNeeds,
    pub(super) download_timeout_seconds: Option<u32>,
    pub(super) startup_timeout_seconds: Option<u32>,
}

impl Specification {
    /// Returns the specification of a declaration.
    pub(super) fn of(inputs: &InferenceComponent<Resolved>) -> Self {
        Self {
            serves: inputs.serves.clone(),
            needs: inputs.needs,
            download_timeout_seconds: inputs.download_timeout_seconds,
            startup_timeout_seconds: inputs.startup_timeout_seconds,
        }
    }
}

/// Converts the specification of a component for a call.
pub(super) fn specification_to_sdk(inputs: &InferenceComponent<Resolved>) -> InferenceComponentSpecification {
    #[expect(clippy::cast_precision_loss, reason = "a number of accelerators is small")]
    let accelerators = inputs.needs.accelerators.map(|count| count as f32);
    let needs = InferenceComponentComputeResourceRequirements::builder()
        .set_number_of_accelerator_devices_required(accelerators)
        .set_number_of_cpu_cores_required(inputs.needs.cpu_cores)
        .min_memory_required_in_mb(signed(inputs.needs.min_memory_mb))
        .set_max_memory_required_in_mb(inputs.needs.max_memory_mb.map(signed));
    let (download, startup) = (inputs.download_timeout_seconds, inputs.startup_timeout_seconds);
    let parameters = InferenceComponentStartupParameters::builder()
        .set_model_data_download_timeout_in_seconds(download.map(signed))
        .set_container_startup_health_check_timeout_in_seconds(startup.map(signed));
    let request = InferenceComponentSpecification::builder()
        .compute_resource_requirements(needs.build())
        .set_startup_parameters(download.or(startup).map(|_| parameters.build()));
    match &inputs.serves {
        Served::Model(model) => request.model_name(model.as_str()),
        Served::Container(container) => {
            let environment = container.environment.clone().into_iter().collect();
            request.container(
                InferenceComponentContainerSpecification::builder()
                    .image(&container.image)
                    .set_artifact_url(container.artifact.clone())
                    .set_environment(Some(environment).filter(|all: &std::collections::HashMap<_, _>| !all.is_empty()))
                    .build(),
            )
        }
    }
    .build()
}

/// Reads the specification of a component. Settings that its declaration leaves to AWS stay so, whatever AWS chose.
pub(super) fn read_specification(
    found: &DescribeInferenceComponentOutput,
    last: &InferenceComponent<Resolved>,
) -> Specification {
    // Several specifications, one for each instance type, are somebody else's doing: the first one is another than the declared.
    let Some(found) = found.specification().or_else(|| found.specifications().first()) else {
        return Specification::of(last);
    };
    let needs = found.compute_resource_requirements();
    let number =
        |of: fn(&InferenceComponentComputeResourceRequirements) -> Option<i32>| needs.and_then(of).map(unsigned);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of accelerators is small")]
    let accelerators = needs.and_then(|needs| needs.number_of_accelerator_devices_required()).map(|count| count as u32);
    let cores = needs.and_then(|needs| needs.number_of_cpu_cores_required());
    let startup = found.startup_parameters();
    let seconds = |of: fn(&InferenceComponentStartupParameters) -> Option<i32>| startup.and_then(of).map(unsigned);
    let download = seconds(InferenceComponentStartupParameters::model_data_download_timeout_in_seconds);
    let health = seconds(InferenceComponentStartupParameters::container_startup_health_check_timeout_in_seconds);
    let most = number(InferenceComponentComputeResourceRequirements::max_memory_required_in_mb);
    Specification {
        serves: read_served(found, &last.serves),
        needs: ComponentNeeds {
            accelerators: unless_left_open(accelerators, Some(last.needs.accelerators)),
            cpu_cores: unless_left_open(cores, Some(last.needs.cpu_cores)),
            min_memory_mb: number(InferenceComponentComputeResourceRequirements::min_memory_required_in_mb)
                .unwrap_or_default(),
            max_memory_mb: unless_left_open(most, Some(last.needs.max_memory_mb)),
        },
        download_timeout_seconds: unless_left_open(download, Some(last.download_timeout_seconds)),
        startup_timeout_seconds: unless_left_open(health, Some(last.startup_timeout_seconds)),
    }
}

fn read_served(found: &InferenceComponentSpecificationSummary, last: &Served<Resolved>) -> Served<Resolved> {
    if let Some(model) = found.model_name() {
        return Served::Model(ModelName(model.to_owned()));
    }
    let container = found.container();
    let image = container.and_then(|container| container.deployed_image()?.specified_image());
    let Some(image) = image else { return last.clone() };
    let environment = container.and_then(|container| container.environment().cloned()).unwrap_or_default();
    Served::Container(ComponentContainer {
        image: image.to_owned(),
        artifact: container.and_then(|container| container.artifact_url().map(str::to_owned)),
        environment: environment.into_iter().collect::<BTreeMap<_, _>>(),
    })
}
