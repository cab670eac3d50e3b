//! Regions of other partitions: their name is part of every ARN.

use aws_config::SdkConfig;
use ebbtide_cloud::Settings;

use crate::support::{Fixture, code, sdk};

fn trust(principal: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"}}]}}"#
    )
}

async fn arns(config: &SdkConfig) -> Vec<String> {
    let iam = aws_sdk_iam::Client::new(config);
    let trust = trust(r#"{"Service":"sagemaker.amazonaws.com"}"#);
    let created = iam.create_role().role_name("models").assume_role_policy_document(&trust).send().await.unwrap();
    let read = iam.get_role().role_name("models").send().await.unwrap();
    let sns = aws_sdk_sns::Client::new(config);
    let topic = sns.create_topic().name("alerts").send().await.unwrap();
    let secrets = aws_sdk_secretsmanager::Client::new(config);
    let secret = secrets.create_secret().name("token").secret_string("x").send().await.unwrap();
    let described = secrets.describe_secret().secret_id(secret.arn().unwrap()).send().await.unwrap();
    let logs = aws_sdk_cloudwatchlogs::Client::new(config);
    logs.create_log_group().log_group_name("llm").send().await.unwrap();
    let groups = logs.describe_log_groups().send().await.unwrap();
    let caller = aws_sdk_sts::Client::new(config).get_caller_identity().send().await.unwrap();
    let key = aws_sdk_kms::Client::new(config).create_key().send().await.unwrap();
    let ec2 = aws_sdk_ec2::Client::new(config);
    let lists = ec2.describe_managed_prefix_lists().send().await.unwrap();
    [
        created.role.unwrap().arn,
        read.role.unwrap().arn,
        topic.topic_arn.unwrap(),
        secret.arn.unwrap(),
        described.arn.unwrap(),
        groups.log_groups()[0].arn().unwrap().to_owned(),
        caller.arn.unwrap(),
        key.key_metadata.unwrap().arn.unwrap(),
        lists.prefix_lists()[0].prefix_list_arn().unwrap().to_owned(),
    ]
    .into()
}

#[tokio::test]
async fn every_arn_has_the_partition_of_its_region() {
    for (region, partition) in [("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")] {
        let fixture = Fixture::new();
        for arn in arns(&sdk(&fixture.cloud, region)).await {
            assert!(arn.starts_with(&format!("arn:{partition}:")), "{region}: {arn}");
        }
    }
}

#[tokio::test]
async fn policies_name_resources_of_the_own_partition() {
    let fixture = Fixture::with(Settings::default());
    let config = sdk(&fixture.cloud, "cn-north-1");
    let iam = aws_sdk_iam::Client::new(&config);
    let trust = trust(r#"{"Service":"sagemaker.amazonaws.com"}"#);
    iam.create_role().role_name("models").assume_role_policy_document(trust).send().await.unwrap();
    let put = |partition: &str| {
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:{partition}:s3:::b/*"}}}}"#
        );
        iam.put_role_policy().role_name("models").policy_name("p").policy_document(policy).send()
    };
    assert_eq!(code(put("aws").await), "MalformedPolicyDocument");
    put("aws-cn").await.unwrap();
    let attach = |arn: &str| iam.attach_role_policy().role_name("models").policy_arn(arn).send();
    attach("arn:aws-cn:iam::aws:policy/ReadOnlyAccess").await.unwrap();
    assert_eq!(code(attach("arn:aws:iam::aws:policy/ReadOnlyAccess").await), "NoSuchEntity");
}

#[tokio::test]
async fn a_policy_of_ones_own_is_attached_by_its_arn() {
    let fixture = Fixture::new();
    let iam = aws_sdk_iam::Client::new(&sdk(&fixture.cloud, "cn-north-1"));
    let trust = trust(r#"{"Service":"sagemaker.amazonaws.com"}"#);
    iam.create_role().role_name("models").assume_role_policy_document(trust).send().await.unwrap();
    let document = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
    let policy = iam.create_policy().policy_name("read").policy_document(document).send().await.unwrap();
    let arn = policy.policy.unwrap().arn.unwrap();
    assert!(arn.starts_with("arn:aws-cn:iam::"), "{arn}");
    iam.attach_role_policy().role_name("models").policy_arn(&arn).send().await.unwrap();
    let attached = iam.list_attached_role_policies().role_name("models").send().await.unwrap();
    assert_eq!(attached.attached_policies()[0].policy_arn(), Some(arn.as_str()));
}
