//! Endpoints: their life.

use aws_sdk_sagemaker::types::{
    CaptureMode, CaptureOption, CaptureStatus, DataCaptureConfig, EndpointStatus, VpcConfig,
};

use super::{ROLE, Region, invalid, says, variant};
use crate::support::code;

#[tokio::test]
async fn an_endpoint_comes_up_and_goes() {
    let region = Region::slow().await;
    region.model("m", "1.dkr.ecr/vllm:1").await;
    let capture = DataCaptureConfig::builder()
        .enable_capture(true)
        .initial_sampling_percentage(20)
        .destination_s3_uri("s3://b/capture")
        .capture_options(CaptureOption::builder().capture_mode(CaptureMode::Input).build())
        .build();
    let config = region.client.create_endpoint_config().endpoint_config_name("c").data_capture_config(capture);
    config.production_variants(variant("main", "m")).send().await.unwrap();
    let create = || region.client.create_endpoint().endpoint_name("e").endpoint_config_name("c");
    let created = create().send().await.unwrap();
    assert_eq!(created.endpoint_arn(), Some("arn:aws:sagemaker:us-east-1:123456789012:endpoint/e"));
    let found = region.describe("e").await;
    assert_eq!(found.endpoint_status(), Some(&EndpointStatus::Creating));
    assert_eq!(found.production_variants()[0].current_instance_count(), Some(0));
    says(&invalid(create().send().await), "Cannot create already existing endpoint \"arn:");
    let arn = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/e";
    let in_progress = format!("Cannot update in-progress endpoint \"{arn}\".");
    let delete = || region.client.delete_endpoint().endpoint_name("e");
    let update = || region.client.update_endpoint().endpoint_name("e").endpoint_config_name("c");
    assert_eq!(invalid(delete().send().await), in_progress);
    assert_eq!(invalid(update().send().await), in_progress);

    let found = region.becomes("e", EndpointStatus::InService).await;
    assert_eq!(found.endpoint_config_name(), Some("c"));
    assert!(found.last_modified_time() > found.creation_time());
    let shown = &found.production_variants()[0];
    assert_eq!((shown.current_instance_count(), shown.desired_instance_count()), (Some(2), Some(2)));
    assert_eq!((shown.current_weight(), shown.desired_weight()), (Some(1.0), Some(1.0)));
    assert_eq!(shown.deployed_images()[0].specified_image(), Some("1.dkr.ecr/vllm:1"));
    says(shown.deployed_images()[0].resolved_image().unwrap(), "1.dkr.ecr/vllm@sha256:");
    assert!(found.pending_deployment_summary().is_none());
    let capture = found.data_capture_config().unwrap();
    assert_eq!(capture.capture_status(), Some(&CaptureStatus::Started));
    assert_eq!(capture.current_sampling_percentage(), Some(20));

    delete().send().await.unwrap();
    assert_eq!(region.describe("e").await.endpoint_status(), Some(&EndpointStatus::Deleting));
    assert_eq!(invalid(delete().send().await), in_progress);
    says(&invalid(create().send().await), "already existing");
    region.goes("e").await;
    says(&invalid(delete().send().await), &format!("Could not find endpoint \"{arn}\"."));
    create().send().await.unwrap();
}

#[tokio::test]
async fn its_configuration_must_exist_with_its_models() {
    let region = Region::new().await;
    let create = || region.client.create_endpoint().endpoint_name("e").endpoint_config_name("c");
    let arn = "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/c";
    let message = invalid(create().send().await);
    assert_eq!(message, format!("Could not find endpoint configuration \"{arn}\"."));
    region.model("m", "i").await;
    region.config("c", "m").await;
    region.client.delete_model().model_name("m").send().await.unwrap();
    says(&invalid(create().send().await), "Could not find model");
}

#[tokio::test]
async fn a_failed_endpoint_can_only_be_deleted() {
    let region = Region::new().await;
    region.model("image", "1.dkr.ecr/will-fail:1").await;
    let data = super::container("i");
    let data = aws_sdk_sagemaker::types::ContainerDefinition::builder()
        .image(data.image().unwrap())
        .model_data_url("s3://b/fail.tar.gz")
        .build();
    let call = region.client.create_model().model_name("data").execution_role_arn(ROLE);
    call.primary_container(data).send().await.unwrap();
    for (name, reason) in [("image", "ping health check"), ("data", "s3://b/fail.tar.gz")] {
        region.config(name, name).await;
        region.client.create_endpoint().endpoint_name(name).endpoint_config_name(name).send().await.unwrap();
        let failed = region.becomes(name, EndpointStatus::Failed).await;
        says(failed.failure_reason().unwrap(), reason);
        let update = region.client.update_endpoint().endpoint_name(name).endpoint_config_name(name);
        says(&invalid(update.send().await), "Cannot update failed endpoint");
        region.client.delete_endpoint().endpoint_name(name).send().await.unwrap();
        region.goes(name).await;
    }
}

#[tokio::test]
async fn an_endpoint_without_instances_fails_after_its_creation_was_accepted() {
    let region = Region::new().await;
    region.model("m", "1.dkr.ecr/vllm:1").await;
    region.config("c", "m").await;
    region.fixture.cloud.faults().install(ebbtide_cloud::FaultInjector::from_spec("no-capacity=1").unwrap());
    let create = || region.client.create_endpoint().endpoint_name("e").endpoint_config_name("c");
    create().send().await.unwrap();
    let failed = region.becomes("e", EndpointStatus::Failed).await;
    says(failed.failure_reason().unwrap(), "Unable to provision requested ML compute capacity due to Insufficient");
    region.client.delete_endpoint().endpoint_name("e").send().await.unwrap();
    region.goes("e").await;
    create().send().await.unwrap();
    assert!(region.becomes("e", EndpointStatus::InService).await.failure_reason().is_none());
}

#[tokio::test]
async fn an_update_without_instances_leaves_the_endpoint_as_it_was() {
    let region = Region::new().await;
    region.endpoint("e").await;
    region.config("other", "e").await;
    region.fixture.cloud.faults().install(ebbtide_cloud::FaultInjector::from_spec("no-capacity=1").unwrap());
    region.client.update_endpoint().endpoint_name("e").endpoint_config_name("other").send().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    let back = region.becomes("e", EndpointStatus::InService).await;
    assert_eq!(back.endpoint_config_name(), Some("e"));
    says(back.failure_reason().unwrap(), "InsufficientInstanceCapacity");
}

#[tokio::test]
async fn another_process_sees_it() {
    let region = Region::new().await;
    region.endpoint("e").await;
    let other = aws_sdk_sagemaker::Client::new(&crate::support::sdk(&region.fixture.again(), "us-east-1"));
    let found = other.describe_endpoint().endpoint_name("e").send().await.unwrap();
    assert_eq!(found.endpoint_status(), Some(&EndpointStatus::InService));
    let elsewhere = aws_sdk_sagemaker::Client::new(&crate::support::sdk(&region.fixture.cloud, "eu-west-1"));
    says(&invalid(elsewhere.describe_endpoint().endpoint_name("e").send().await), "Could not find endpoint");
}

#[tokio::test]
async fn an_endpoint_holds_its_subnets_until_it_is_gone() {
    let region = Region::slow().await;
    let ec2 = aws_sdk_ec2::Client::new(&region.fixture.sdk());
    let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap().vpc_id.unwrap();
    let subnet = ec2.create_subnet().vpc_id(&vpc).cidr_block("10.0.1.0/24").send().await.unwrap();
    let subnet = subnet.subnet.unwrap().subnet_id.unwrap();
    let group = ec2.create_security_group().vpc_id(&vpc).group_name("g").description("d").send().await.unwrap();
    let network = VpcConfig::builder().subnets(&subnet).security_group_ids(group.group_id.unwrap()).build();
    let call = region.client.create_model().model_name("m").execution_role_arn(ROLE).vpc_config(network);
    call.primary_container(super::container("i")).send().await.unwrap();
    region.config("c", "m").await;
    region.client.create_endpoint().endpoint_name("e").endpoint_config_name("c").send().await.unwrap();
    region.becomes("e", EndpointStatus::InService).await;
    region.client.delete_endpoint().endpoint_name("e").send().await.unwrap();
    let delete = || ec2.delete_subnet().subnet_id(&subnet);
    assert_eq!(code(delete().send().await), "DependencyViolation");
    // A look that finds nothing changes nothing, and still EC2 knows that the endpoint is gone.
    region.goes("e").await;
    delete().send().await.unwrap();
}
