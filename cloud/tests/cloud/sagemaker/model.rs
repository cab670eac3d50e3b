//! Models.

use aws_sdk_sagemaker::types::{
    ContainerDefinition, ContainerMode, ModelCompressionType, ModelDataSource, S3ModelDataSource, S3ModelDataType,
    VpcConfig,
};

use super::{ROLE, Region, container, invalid, says};
use crate::support::code;

#[tokio::test]
async fn the_input_of_a_create_comes_back() {
    let region = Region::new().await;
    let ec2 = aws_sdk_ec2::Client::new(&region.fixture.sdk());
    let vpc = ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap().vpc_id.unwrap();
    let subnet = ec2.create_subnet().vpc_id(&vpc).cidr_block("10.0.1.0/24").send().await.unwrap();
    let subnet = subnet.subnet.unwrap().subnet_id.unwrap();
    let group = ec2.create_security_group().vpc_id(&vpc).group_name("g").description("d").send().await.unwrap();
    let network = VpcConfig::builder().subnets(subnet).security_group_ids(group.group_id.unwrap()).build();
    let primary = ContainerDefinition::builder()
        .image("1.dkr.ecr/vllm:1")
        .model_data_url("s3://bucket/model.tar.gz")
        .environment("MAX_LEN", "4096")
        .build();
    let call = region.client.create_model().model_name("Llama").execution_role_arn(ROLE).vpc_config(network.clone());
    let created = call.primary_container(primary).enable_network_isolation(true).send().await.unwrap();
    assert_eq!(created.model_arn(), Some("arn:aws:sagemaker:us-east-1:123456789012:model/llama"));

    let found = region.client.describe_model().model_name("Llama").send().await.unwrap();
    let primary = found.primary_container().unwrap();
    assert_eq!(primary.image(), Some("1.dkr.ecr/vllm:1"));
    assert_eq!(primary.environment().unwrap()["MAX_LEN"], "4096");
    assert_eq!(primary.mode(), Some(&ContainerMode::SingleModel));
    let source = primary.model_data_source().unwrap().s3_data_source().unwrap();
    assert_eq!(source.s3_uri(), Some("s3://bucket/model.tar.gz"));
    assert_eq!(found.vpc_config(), Some(&network));
    assert_eq!(found.execution_role_arn(), Some(ROLE));
    assert_eq!(found.enable_network_isolation(), Some(true));
    assert!(found.creation_time().unwrap().secs() > 1_700_000_000);
}

#[tokio::test]
async fn references_must_exist() {
    let region = Region::new().await;
    let create = |role: &str| {
        region.client.create_model().model_name("m").execution_role_arn(role).primary_container(container("i"))
    };
    let missing = create("arn:aws:iam::123456789012:role/nobody").send().await;
    says(&invalid(missing), "The execution role ARN \"arn:aws:iam::123456789012:role/nobody\" is invalid.");
    let wrong_path = create("arn:aws:iam::123456789012:role/path/models").send().await;
    says(&invalid(wrong_path), "is invalid. Please ensure that the role exists");
    let foreign = create("arn:aws:iam::210987654321:role/models").send().await;
    assert_eq!(code(foreign), "AccessDeniedException");
    says(&invalid(create("not-an-arn-of-a-role").send().await), "'executionRoleArn' failed to satisfy");
    let network = VpcConfig::builder().subnets("subnet-0a").security_group_ids("sg-0a").build();
    says(&invalid(create(ROLE).vpc_config(network).send().await), "The subnet 'subnet-0a' does not exist");
    says(&invalid(region.client.describe_model().model_name("m").send().await), "Could not find model \"arn:");
}

#[tokio::test]
async fn containers_are_checked() {
    let region = Region::new().await;
    let create = || region.client.create_model().model_name("m").execution_role_arn(ROLE);
    says(&invalid(create().send().await), "either PrimaryContainer or Containers");
    let both = create().primary_container(container("i")).containers(container("i"));
    says(&invalid(both.send().await), "both PrimaryContainer and Containers");
    says(
        &invalid(create().primary_container(ContainerDefinition::builder().build()).send().await),
        "exactly one of Image",
    );
    let source = |kind: S3ModelDataType, uri: &str| {
        let source = S3ModelDataSource::builder()
            .s3_uri(uri)
            .s3_data_type(kind)
            .compression_type(ModelCompressionType::None)
            .build();
        ModelDataSource::builder().s3_data_source(source).build()
    };
    let with = |source: ModelDataSource| ContainerDefinition::builder().image("i").model_data_source(source);
    let prefix = with(source(S3ModelDataType::S3Prefix, "s3://bucket/model")).build();
    says(&invalid(create().primary_container(prefix).send().await), "must end with a forward slash");
    let twice = with(source(S3ModelDataType::S3Prefix, "s3://bucket/model/")).model_data_url("s3://bucket/m.tar.gz");
    says(&invalid(create().primary_container(twice.build()).send().await), "both ModelDataUrl and ModelDataSource");
    let no_uri = ContainerDefinition::builder().image("i").model_data_url("bucket/m.tar.gz").build();
    says(&invalid(create().primary_container(no_uri).send().await), "'primaryContainer.modelDataUrl'");
    let many = (0..33).fold(ContainerDefinition::builder().image("i"), |container, index| {
        container.environment(format!("K{index}"), "x".repeat(1000))
    });
    says(&invalid(create().primary_container(many.build()).send().await), "32 KB");
    let pipeline = create()
        .containers(container("i"))
        .containers(ContainerDefinition::builder().image("j").container_hostname("b").build());
    says(&invalid(pipeline.send().await), "ContainerHostname");
}

#[tokio::test]
async fn names_are_checked_and_unique_without_regard_to_case() {
    let region = Region::new().await;
    region.model("Llama", "i").await;
    let create = |name: &str| {
        region.client.create_model().model_name(name).execution_role_arn(ROLE).primary_container(container("i"))
    };
    let arn = "arn:aws:sagemaker:us-east-1:123456789012:model/llama";
    assert_eq!(invalid(create("Llama").send().await), format!("Cannot create already existing model \"{arn}\"."));
    says(&invalid(create("llama").send().await), "already existing");
    says(&invalid(create("a_b").send().await), "regular expression");
    says(&invalid(create("-a").send().await), "regular expression");
    says(&invalid(create(&"a".repeat(64)).send().await), "less than or equal to 63");
    create(&"a".repeat(63)).send().await.unwrap();
}

#[tokio::test]
async fn a_deleted_model_is_gone_once() {
    let region = Region::new().await;
    region.model("m", "i").await;
    region.client.delete_model().model_name("m").send().await.unwrap();
    says(&invalid(region.client.describe_model().model_name("m").send().await), "Could not find model");
    says(&invalid(region.client.delete_model().model_name("m").send().await), "Could not find model");
    region.model("m", "i").await;
}

#[tokio::test]
async fn an_operation_that_is_not_there_is_named() {
    let region = Region::new().await;
    let refused = region.client.list_training_jobs().send().await;
    says(&format!("{refused:?}"), "The operation ListTrainingJobs is not one");
    assert_eq!(code(refused), "UnknownOperationException");
}

/// "Could not find model data at s3://…" (amazon-sagemaker-examples#4479, aws-ia/ecs-blueprints#223).
#[tokio::test]
async fn the_artifact_of_a_model_must_be_there() {
    let region = Region::new().await;
    let s3 = aws_sdk_s3::Client::from_conf(
        aws_sdk_s3::config::Builder::from(&region.fixture.sdk()).force_path_style(true).build(),
    );
    s3.create_bucket().bucket("models").send().await.unwrap();
    let model = |name: &str, key: &str| {
        let prefix = key.ends_with('/');
        let source = S3ModelDataSource::builder()
            .s3_uri(format!("s3://models/{key}"))
            .s3_data_type(if prefix { S3ModelDataType::S3Prefix } else { S3ModelDataType::S3Object })
            .compression_type(ModelCompressionType::None)
            .build();
        let source = ModelDataSource::builder().s3_data_source(source).build();
        let container = ContainerDefinition::builder().image("i").model_data_source(source).build();
        region.client.create_model().model_name(name).execution_role_arn(ROLE).primary_container(container).send()
    };
    says(&invalid(model("a", "llama/").await), "Could not find model data at s3://models/llama/");
    says(&invalid(model("a", "llama/config.json").await), "Could not find model data at");
    s3.put_object().bucket("models").key("llama/").send().await.unwrap();
    says(&invalid(model("a", "llama/").await), "Could not find model data at");
    s3.put_object().bucket("models").key("llama/config.json").send().await.unwrap();
    model("a", "llama/").await.unwrap();
    model("b", "llama/config.json").await.unwrap();
}
