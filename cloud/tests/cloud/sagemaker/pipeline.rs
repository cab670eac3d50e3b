//! Pipelines.

use aws_sdk_sagemaker::types::{ParallelismConfiguration, PipelineDefinitionS3Location};

use super::{ROLE, Region, invalid, says};
use crate::support::code;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const DEFINITION: &str = r#"{"Version":"2020-12-01","Steps":[]}"#;

#[tokio::test]
async fn the_life_of_a_pipeline() {
    let region = Region::new().await;
    let client = &region.client;
    let create = |token: &str| {
        let create = client.create_pipeline().pipeline_name("training").role_arn(ROLE).client_request_token(token);
        create.pipeline_definition(DEFINITION)
    };
    let arn = create(TOKEN).send().await.unwrap().pipeline_arn.unwrap();
    assert_eq!(create(TOKEN).send().await.unwrap().pipeline_arn.unwrap(), arn, "a token creates once");
    says(&invalid(create(&TOKEN.replace('0', "1")).send().await), "Pipeline names must be unique within");
    let describe = || client.describe_pipeline().pipeline_name("training");
    let found = describe().send().await.unwrap();
    assert_eq!((found.pipeline_definition(), found.pipeline_display_name()), (Some(DEFINITION), Some("training")));
    let limit = ParallelismConfiguration::builder().max_parallel_execution_steps(2).build();
    let update = || client.update_pipeline().pipeline_name("training");
    update().pipeline_description("Trains").parallelism_configuration(limit.clone()).send().await.unwrap();
    update().pipeline_display_name("Training").send().await.unwrap();
    let found = describe().send().await.unwrap();
    assert_eq!((found.pipeline_description(), found.parallelism_configuration()), (Some("Trains"), Some(&limit)));
    assert_eq!(found.pipeline_definition(), Some(DEFINITION));
    says(&invalid(update().pipeline_definition("{").send().await), "Unable to parse");
    let location = PipelineDefinitionS3Location::builder().bucket("definitions").object_key("a.json").build();
    let elsewhere = update().pipeline_definition_s3_location(location);
    says(&invalid(elsewhere.send().await), "s3://definitions/a.json");
    let delete = || client.delete_pipeline().pipeline_name("training").client_request_token(TOKEN);
    delete().send().await.unwrap();
    assert_eq!(code(delete().send().await), "ResourceNotFound");
    assert!(client.list_pipelines().send().await.unwrap().pipeline_summaries().is_empty());
}
