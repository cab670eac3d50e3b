//! Conversions of production variants.

use aws_sdk_sagemaker::types::builders::ProductionVariantBuilder;
use aws_sdk_sagemaker::types::{
    ManagedInstanceScalingStatus, ProductionVariant, ProductionVariantInferenceAmiVersion,
    ProductionVariantInstanceType, ProductionVariantManagedInstanceScaling, ProductionVariantRoutingConfig,
    ProductionVariantServerlessConfig, RoutingStrategy,
};

use crate::providers::lists::ordered_like;
use crate::providers::numbers::{signed, unsigned};
use ebbtide::aws::ModelName;
use ebbtide::aws::sagemaker::{Hosting, Instances, ManagedScaling, Routing, Serverless, Variant};
use ebbtide::resource::Resolved;

/// Converts a variant for a create call.
pub(super) fn variant_to_sdk(variant: &Variant<Resolved>) -> ProductionVariant {
    let request = ProductionVariant::builder()
        .variant_name(&variant.name)
        .set_model_name(variant.model.as_ref().map(|model| model.as_str().to_owned()))
        .initial_variant_weight(variant.weight);
    match &variant.hosting {
        Hosting::Instances(instances) => with_instances(request, instances),
        Hosting::Serverless(serverless) => request.serverless_config(
            ProductionVariantServerlessConfig::builder()
                .memory_size_in_mb(signed(serverless.memory_mb))
                .max_concurrency(signed(serverless.max_concurrency))
                .set_provisioned_concurrency(serverless.provisioned_concurrency.map(signed))
                .build(),
        ),
    }
    .build()
}

fn with_instances(request: ProductionVariantBuilder, instances: &Instances) -> ProductionVariantBuilder {
    let scaling = instances.managed_scaling.map(|scaling| {
        ProductionVariantManagedInstanceScaling::builder()
            .status(ManagedInstanceScalingStatus::Enabled)
            .min_instance_count(signed(scaling.min))
            .max_instance_count(signed(scaling.max))
            .build()
    });
    let routing = instances.routing.map(|routing| {
        let strategy = match routing {
            Routing::LeastOutstandingRequests => RoutingStrategy::LeastOutstandingRequests,
            Routing::Random => RoutingStrategy::Random,
        };
        ProductionVariantRoutingConfig::builder().routing_strategy(strategy).build()
    });
    let ami_version = instances.ami_version.as_deref().map(ProductionVariantInferenceAmiVersion::from);
    request
        .instance_type(ProductionVariantInstanceType::from(instances.instance_type.as_str()))
        .initial_instance_count(signed(instances.count))
        .set_volume_size_in_gb(instances.volume_gb.map(signed))
        .set_model_data_download_timeout_in_seconds(instances.download_timeout_seconds.map(signed))
        .set_container_startup_health_check_timeout_in_seconds(instances.startup_timeout_seconds.map(signed))
        .set_managed_instance_scaling(scaling)
        .set_routing_config(routing)
        .set_inference_ami_version(ami_version)
}

/// Reads the variants of a configuration. `last` are the variants as declared.
pub(super) fn read_variants(variants: &[ProductionVariant], last: &[Variant<Resolved>]) -> Vec<Variant<Resolved>> {
    let declared = |variant: &ProductionVariant| last.iter().find(|last| Some(&*last.name) == variant.variant_name());
    ordered_like(last, variants.iter().map(|variant| read_variant(variant, declared(variant))).collect())
}

/// Reads a variant. Settings that its declaration leaves to AWS stay so, whatever AWS chose.
fn read_variant(variant: &ProductionVariant, last: Option<&Variant<Resolved>>) -> Variant<Resolved> {
    let hosting = match variant.serverless_config() {
        Some(serverless) => Hosting::Serverless(Serverless {
            memory_mb: serverless.memory_size_in_mb().map_or(0, unsigned),
            max_concurrency: serverless.max_concurrency().map_or(0, unsigned),
            provisioned_concurrency: serverless.provisioned_concurrency().map(unsigned),
        }),
        None => Hosting::Instances(read_instances(variant, last.map(|last| &last.hosting))),
    };
    Variant {
        name: variant.variant_name().unwrap_or_default().to_owned(),
        model: variant.model_name().map(|model| ModelName(model.to_owned())),
        hosting,
        weight: variant.initial_variant_weight().unwrap_or(1.0),
    }
}

fn read_instances(variant: &ProductionVariant, last: Option<&Hosting>) -> Instances {
    let last = match last {
        Some(Hosting::Instances(last)) => Some(last),
        Some(Hosting::Serverless(_)) | None => None,
    };
    Instances {
        instance_type: variant.instance_type().map(|name| name.as_str().to_owned()).unwrap_or_default(),
        count: variant.initial_instance_count().map_or(0, unsigned),
        volume_gb: unless_left_open(variant.volume_size_in_gb().map(unsigned), last.map(|last| last.volume_gb)),
        download_timeout_seconds: unless_left_open(
            variant.model_data_download_timeout_in_seconds().map(unsigned),
            last.map(|last| last.download_timeout_seconds),
        ),
        startup_timeout_seconds: unless_left_open(
            variant.container_startup_health_check_timeout_in_seconds().map(unsigned),
            last.map(|last| last.startup_timeout_seconds),
        ),
        managed_scaling: variant
            .managed_instance_scaling()
            .filter(|scaling| scaling.status() == Some(&ManagedInstanceScalingStatus::Enabled))
            .map(|scaling| ManagedScaling {
                min: scaling.min_instance_count().map_or(0, unsigned),
                max: scaling.max_instance_count().map_or(0, unsigned),
            }),
        routing: unless_left_open(read_routing(variant), last.map(|last| last.routing)),
        ami_version: unless_left_open(
            variant.inference_ami_version().map(|version| version.as_str().to_owned()),
            last.map(|last| last.ami_version.clone()),
        ),
    }
}

fn read_routing(variant: &ProductionVariant) -> Option<Routing> {
    match variant.routing_config()?.routing_strategy() {
        Some(RoutingStrategy::LeastOutstandingRequests) => Some(Routing::LeastOutstandingRequests),
        Some(RoutingStrategy::Random) => Some(Routing::Random),
        _ => None,
    }
}

/// Returns a setting as AWS has it, or none if the declaration is known and leaves it to AWS.
pub(super) fn unless_left_open<T>(read: Option<T>, last: Option<Option<T>>) -> Option<T> {
    match last {
        Some(None) => None,
        Some(Some(_)) | None => read,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_read_back_as_they_were_sent() {
        let full = Instances {
            volume_gb: Some(64),
            download_timeout_seconds: Some(600),
            startup_timeout_seconds: Some(900),
            managed_scaling: Some(ManagedScaling { min: 0, max: 4 }),
            routing: Some(Routing::LeastOutstandingRequests),
            ami_version: Some("al2-ami-sagemaker-inference-gpu-3-1".into()),
            ..Instances::new("ml.g5.xlarge", 2)
        };
        let serverless = Serverless { memory_mb: 2048, max_concurrency: 20, provisioned_concurrency: Some(2) };
        for hosting in [
            Hosting::Instances(full),
            Hosting::Instances(Instances::new("ml.g5.xlarge", 1)),
            Hosting::Serverless(serverless),
        ] {
            let variant = Variant::<Resolved> { name: "v".into(), model: Some("llm".into()), hosting, weight: 0.25 };
            assert_eq!(read_variant(&variant_to_sdk(&variant), None), variant);
            let without = Variant { model: None, ..variant };
            assert_eq!(read_variant(&variant_to_sdk(&without), None), without);
        }
    }

    #[test]
    fn settings_that_aws_chooses_are_no_drift() {
        let on = |instances| Variant::<Resolved> {
            name: "v".into(),
            model: Some("llm".into()),
            hosting: Hosting::Instances(instances),
            weight: 1.0,
        };
        let declared = on(Instances::new("ml.m5.xlarge", 1));
        let filled = on(Instances {
            volume_gb: Some(30),
            download_timeout_seconds: Some(3600),
            startup_timeout_seconds: Some(3600),
            routing: Some(Routing::Random),
            ami_version: Some("al2-ami-sagemaker-inference-gpu-2".into()),
            ..Instances::new("ml.m5.xlarge", 1)
        });
        let read = read_variants(&[variant_to_sdk(&filled)], std::slice::from_ref(&declared));
        assert_eq!(read, [declared]);
        let read = read_variants(
            &[variant_to_sdk(&filled)],
            &[on(Instances { volume_gb: Some(64), ..Instances::new("", 1) })],
        );
        let Hosting::Instances(read) = &read[0].hosting else { panic!("{read:?}") };
        assert_eq!(read.volume_gb, Some(30), "another volume than the declared one is seen");
    }
}
