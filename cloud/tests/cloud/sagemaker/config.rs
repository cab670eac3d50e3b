//! Endpoint configurations.

use aws_sdk_sagemaker::types::builders::ProductionVariantBuilder;
use aws_sdk_sagemaker::types::{
    AsyncInferenceClientConfig, AsyncInferenceConfig, AsyncInferenceOutputConfig, CaptureMode, CaptureOption,
    DataCaptureConfig, ManagedInstanceScalingStatus, ProductionVariant, ProductionVariantInstanceType,
    ProductionVariantManagedInstanceScaling, ProductionVariantServerlessConfig,
};

use super::{ROLE, Region, invalid, says, variant};

fn serverless(memory: i32, most: i32, provisioned: Option<i32>) -> ProductionVariant {
    let settings = ProductionVariantServerlessConfig::builder()
        .memory_size_in_mb(memory)
        .max_concurrency(most)
        .set_provisioned_concurrency(provisioned)
        .build();
    ProductionVariant::builder().variant_name("main").model_name("m").serverless_config(settings).build()
}

fn capture(enabled: bool) -> DataCaptureConfig {
    DataCaptureConfig::builder()
        .enable_capture(enabled)
        .initial_sampling_percentage(20)
        .destination_s3_uri("s3://b/capture")
        .capture_options(CaptureOption::builder().capture_mode(CaptureMode::InputAndOutput).build())
        .build()
}

#[tokio::test]
async fn the_input_of_a_create_comes_back() {
    let region = Region::new().await;
    region.model("m", "i").await;
    let output = AsyncInferenceOutputConfig::builder().s3_output_path("s3://bucket/out").build();
    let most = AsyncInferenceClientConfig::builder().max_concurrent_invocations_per_instance(4).build();
    let asynchronous = AsyncInferenceConfig::builder().output_config(output).client_config(most).build();
    let call = region.client.create_endpoint_config().endpoint_config_name("c").kms_key_id("alias/key");
    let local = call.clone().production_variants(variant("a", "m"));
    says(&invalid(local.send().await), "KmsKeyId cannot be specified for ml.g5.xlarge");
    let on_volumes =
        |name: &str| ProductionVariant::builder().variant_name(name).model_name("m").initial_instance_count(2);
    let on_volumes = |name: &str| on_volumes(name).instance_type(ProductionVariantInstanceType::MlInf2Xlarge).build();
    let call = call.production_variants(on_volumes("a")).production_variants(on_volumes("b"));
    call.data_capture_config(capture(true)).async_inference_config(asynchronous.clone()).send().await.unwrap();
    let found = region.client.describe_endpoint_config().endpoint_config_name("c").send().await.unwrap();
    assert_eq!(found.production_variants().len(), 2);
    assert_eq!(found.production_variants()[0].initial_variant_weight(), Some(1.0));
    assert_eq!(found.production_variants()[1].initial_instance_count(), Some(2));
    assert_eq!(found.data_capture_config(), Some(&capture(true)));
    assert_eq!(found.async_inference_config(), Some(&asynchronous));
    assert_eq!(found.kms_key_id(), Some("alias/key"));
    assert_eq!(found.endpoint_config_arn(), Some("arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/c"));
}

#[tokio::test]
async fn variants_are_checked() {
    let region = Region::new().await;
    region.model("m", "i").await;
    let create = |variants: Vec<ProductionVariant>| {
        let call = region.client.create_endpoint_config().endpoint_config_name("c");
        call.set_production_variants(Some(variants))
    };
    let arn = "arn:aws:sagemaker:us-east-1:123456789012:model/nothing";
    assert_eq!(invalid(create(vec![variant("a", "nothing")]).send().await), format!("Could not find model \"{arn}\"."));
    says(&invalid(create(vec![variant("a", "m"), variant("a", "m")]).send().await), "must be unique; 'a'");
    let eleven = (0..11).map(|index| variant(&format!("v{index}"), "m")).collect();
    says(&invalid(create(eleven).send().await), "less than or equal to 10");
    says(&invalid(create(vec![]).send().await), "greater than or equal to 1");
    let built = |change: fn(ProductionVariantBuilder) -> ProductionVariantBuilder| {
        vec![change(ProductionVariant::builder().variant_name("a").model_name("m")).build()]
    };
    says(&invalid(create(built(|variant| variant)).send().await), "one of InstanceType");
    let no_count = built(|variant| variant.instance_type(ProductionVariantInstanceType::MlG5Xlarge));
    says(&invalid(create(no_count).send().await), "needs an InitialInstanceCount");
    let wrong_type = built(|variant| variant.instance_type("ml.g5.3xlarge".into()).initial_instance_count(1));
    says(&invalid(create(wrong_type).send().await), "'ml.g5.3xlarge' at 'productionVariants.1.member.instanceType'");
    let none =
        built(|variant| variant.instance_type(ProductionVariantInstanceType::MlG5Xlarge).initial_instance_count(0));
    says(&invalid(create(none).send().await), "greater than or equal to 1");
    let nameless = variant("a", "m");
    let nameless = ProductionVariant::builder()
        .variant_name("a")
        .instance_type(nameless.instance_type().unwrap().clone())
        .initial_instance_count(1);
    says(&invalid(create(vec![nameless.clone().build()]).send().await), "needs a ModelName");
    let scaling = ProductionVariantManagedInstanceScaling::builder()
        .status(ManagedInstanceScalingStatus::Enabled)
        .min_instance_count(3)
        .max_instance_count(2)
        .build();
    let managed = built(|variant| {
        let scaling = ProductionVariantManagedInstanceScaling::builder().status(ManagedInstanceScalingStatus::Enabled);
        let variant = variant.instance_type(ProductionVariantInstanceType::MlG5Xlarge).initial_instance_count(1);
        variant.managed_instance_scaling(scaling.build())
    });
    says(&invalid(create(managed).send().await), "only supported for inference component endpoints");
    let crossed = create(vec![nameless.clone().managed_instance_scaling(scaling).build()]).execution_role_arn(ROLE);
    says(&invalid(crossed.send().await), "exceeds its MaxInstanceCount");
    create(vec![nameless.build()]).execution_role_arn(ROLE).send().await.unwrap();
    let again = create(vec![variant("a", "m")]).send().await;
    says(&invalid(again), "Cannot create already existing endpoint configuration \"arn:");
}

#[tokio::test]
async fn serverless_has_limits_and_excludes_much() {
    let region = Region::new().await;
    region.model("m", "i").await;
    let create = |variant: ProductionVariant| {
        region.client.create_endpoint_config().endpoint_config_name("c").production_variants(variant)
    };
    says(&invalid(create(serverless(1500, 1, None)).send().await), "1500 MB is not one of");
    says(&invalid(create(serverless(512, 1, None)).send().await), "greater than or equal to 1024");
    says(&invalid(create(serverless(8192, 1, None)).send().await), "less than or equal to 6144");
    says(&invalid(create(serverless(1024, 201, None)).send().await), "less than or equal to 200");
    says(&invalid(create(serverless(1024, 5, Some(6))).send().await), "at most MaxConcurrency");
    let two = create(serverless(1024, 5, None)).production_variants(variant("b", "m"));
    says(&invalid(two.send().await), "multiple production variants");
    says(&invalid(create(serverless(1024, 5, None)).data_capture_config(capture(true)).send().await), "data capture");
    let mixed = ProductionVariant::builder()
        .variant_name("main")
        .model_name("m")
        .instance_type(ProductionVariantInstanceType::MlG5Xlarge)
        .set_serverless_config(serverless(1024, 5, None).serverless_config().cloned())
        .build();
    says(&invalid(create(mixed).send().await), "cannot have InstanceType");
    create(serverless(6144, 200, Some(200))).send().await.unwrap();
}

#[tokio::test]
async fn capture_and_asynchronous_output_are_checked() {
    let region = Region::new().await;
    region.model("m", "i").await;
    let create =
        || region.client.create_endpoint_config().endpoint_config_name("c").production_variants(variant("a", "m"));
    let too_much = DataCaptureConfig::builder()
        .initial_sampling_percentage(101)
        .destination_s3_uri("bucket")
        .capture_options(CaptureOption::builder().capture_mode(CaptureMode::Input).build())
        .build();
    let message = invalid(create().data_capture_config(too_much).send().await);
    says(&message, "2 validation errors detected");
    says(&message, "'dataCaptureConfig.destinationS3Uri'");
    says(&message, "'dataCaptureConfig.initialSamplingPercentage'");
    let output = |path: Option<&str>| {
        let output = AsyncInferenceOutputConfig::builder().set_s3_output_path(path.map(str::to_owned)).build();
        AsyncInferenceConfig::builder().output_config(output).build()
    };
    says(&invalid(create().async_inference_config(output(None)).send().await), "S3OutputPath");
    says(&invalid(create().async_inference_config(output(Some("bucket"))).send().await), "s3OutputPath");
    create().async_inference_config(output(Some("s3://b/out"))).send().await.unwrap();
}
