//! Lambda: functions, versions, aliases and permissions.

use ebbtide::aws::lambda::{
    Alias, AliasOutputs, Architecture, Code, Function, FunctionOutputs, LogFormat, LogLevel, Permission, Version,
    VersionOutputs, VersionWeight,
};
use ebbtide::resource::{Resolved, Tags};
use ebbtide_engine::sdk::ErrorKind;
use serde_json::json;

use crate::declared::resolved;
use crate::harness::{Made, World};

const ROLE: &str = "arn:aws:iam::123456789012:role/router";

async fn world() -> World {
    let world = World::new();
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    world.aws.iam().create_role().role_name("router").assume_role_policy_document(trust).send().await.unwrap();
    let place = aws_sdk_s3::types::CreateBucketConfiguration::builder();
    let place = place.location_constraint(aws_sdk_s3::types::BucketLocationConstraint::EuWest1).build();
    world.aws.s3().create_bucket().bucket("artifacts").create_bucket_configuration(place).send().await.unwrap();
    for key in ["a.zip", "b.zip"] {
        world.aws.s3().put_object().bucket("artifacts").key(key).body(Vec::new().into()).send().await.unwrap();
    }
    world
}

fn base() -> Function {
    Function::new(ROLE, Code::object("artifacts", "a.zip"), "python3.13", "router.handle")
}

async fn function(world: &World) -> (Made, FunctionOutputs<Resolved>) {
    let made = world.make::<Function>("Router", &resolved::<_, Function<Resolved>>(&base())).await;
    let outputs = made.outputs().await;
    (made, outputs)
}

#[tokio::test]
async fn a_function_goes_through_every_change() {
    let world = world().await;
    let (mut made, outputs) = function(&world).await;
    assert!(outputs.arn.as_str().ends_with(&format!("function:{}", made.id)), "{outputs:?}");
    let tags = Tags::from([("team".into(), "llm".into())]);
    let environment = [("BACK_END".to_owned(), "a".into())].into();
    let changes = [
        Function { code: Code::object("artifacts", "b.zip"), runtime: Some("python3.12".into()), ..base() },
        Function { memory_mb: 512, disk_mb: 1024, timeout_seconds: 60, environment, ..base() },
        Function { architecture: Architecture::Arm64, description: Some("Router".into()), ..base() },
        Function { log_format: LogFormat::Json, log_level: Some(LogLevel::Warn), ..base() },
        Function { reserved_concurrency: Some(5), tags, ..base() },
        base(),
    ];
    for changed in changes {
        made.change_to(&resolved::<_, Function<Resolved>>(&changed)).await;
    }
    let again: FunctionOutputs<Resolved> = made.outputs().await;
    assert_eq!(again.revision, outputs.revision);
    made.delete().await;
}

#[tokio::test]
async fn a_change_of_a_setting_keeps_the_code_and_a_missing_archive_is_refused() {
    let world = world().await;
    let (mut made, _) = function(&world).await;
    world.aws.s3().delete_object().bucket("artifacts").key("b.zip").send().await.unwrap();
    made.change_to(&resolved::<_, Function<Resolved>>(&Function { memory_mb: 256, ..base() })).await;
    let other = Function { code: Code::object("artifacts", "b.zip"), memory_mb: 256, ..base() };
    let other = json!(resolved::<_, Function<Resolved>>(&other));
    let error = made.kind.update(&made.context, &made.id, &made.inputs, &other).await.unwrap_err();
    assert!(error.message.contains("NoSuchKey"), "{error}");
    made.delete().await;
}

#[tokio::test]
async fn a_version_an_alias_and_a_permission_belong_to_a_function() {
    let world = world().await;
    let (mut made, outputs) = function(&world).await;
    let name = || outputs.name.clone();
    let version = Version::of(name(), outputs.revision.as_str());
    let first = world.make::<Version>("first", &resolved::<_, Version<Resolved>>(&version)).await;
    let of_first: VersionOutputs<Resolved> = first.outputs().await;
    assert_eq!((of_first.version.as_str(), of_first.arn.as_str()), ("1", first.id.as_str()));

    // Nothing has changed, so that AWS makes no other version.
    let again = Version::of(name(), "again");
    let context = world.context("lambda_version.again", 1);
    let again = json!(resolved::<_, Version<Resolved>>(&again));
    let error = first.kind.create(&context, &again).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists, "{error}");

    made.change_to(&resolved::<_, Function<Resolved>>(&Function { memory_mb: 256, ..base() })).await;
    let changed: FunctionOutputs<Resolved> = made.outputs().await;
    assert_ne!(changed.revision, outputs.revision);
    let second = Version::of(name(), changed.revision.as_str());
    let second = world.make::<Version>("second", &resolved::<_, Version<Resolved>>(&second)).await;
    let of_second: VersionOutputs<Resolved> = second.outputs().await;

    let base = || Alias::new(name(), "live", of_first.version.as_str());
    let mut alias = world.make::<Alias>("live", &resolved::<_, Alias<Resolved>>(&base())).await;
    let of_alias: AliasOutputs<Resolved> = alias.outputs().await;
    assert_eq!(of_alias.arn.as_str(), alias.id);
    let weights = vec![VersionWeight { version: of_second.version.as_str().into(), weight: 0.1 }];
    let changes = [
        Alias { provisioned_concurrency: Some(5), description: Some("Live".into()), ..base() },
        Alias { weights, ..base() },
    ];
    for changed in changes {
        alias.change_to(&resolved::<_, Alias<Resolved>>(&changed)).await;
    }
    // A part of the calls goes there.
    let error = second.kind.delete(&second.context, &second.id, &second.inputs).await.unwrap_err();
    assert!(error.message.contains("referenced by the alias"), "{error}");
    alias.change_to(&resolved::<_, Alias<Resolved>>(&Alias::new(name(), "live", of_second.version.as_str()))).await;

    let permission = Permission::of_service(name(), "apigateway.amazonaws.com")
        .from("arn:aws:execute-api:eu-west-1:123456789012:abc/*/POST/a");
    let permission = world.make::<Permission>("api", &resolved::<_, Permission<Resolved>>(&permission)).await;
    permission.delete().await;
    first.delete().await;
    alias.delete().await;
    second.delete().await;
    made.delete().await;
}
