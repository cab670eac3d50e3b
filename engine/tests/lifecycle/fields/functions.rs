//! The tables of Lambda.

use ebbtide::aws::ec2::{Cidr, SecurityGroup, Subnet, Vpc};
use ebbtide::aws::lambda::{Alias, Code, Function, Permission, Version};
use ebbtide::aws::{FunctionName, SecurityGroupId, SubnetId};
use ebbtide::resource::{Input, Resource};
use ebbtide::stack::Stack;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Map, Value, json};

use super::cloud_control::{OTHER_ROLE, ROLE, make_roles, model, tags};
use super::table::{Shows, Table};
use crate::fixture::scope;

pub fn tables() -> Vec<Table> {
    vec![function(), version(), alias(), permission()]
}

/// References to the resources around the one of a table.
struct Around {
    subnet: Input<SubnetId>,
    group: Input<SecurityGroupId>,
    /// Functions with their revisions.
    functions: [(Input<FunctionName>, Input<String>); 2],
}

fn declare_around(stack: &mut Stack) -> Around {
    let vpc = stack.add("around", Vpc::new(Cidr::new([10, 0, 0, 0], 16))).vpc_id;
    let subnet = Subnet::private(&vpc, Cidr::new([10, 0, 1, 0], 24), "eu-west-1a");
    let subnet = stack.add("around", subnet).subnet_id;
    let group = stack.add("around", SecurityGroup::new(&vpc, "Around")).security_group_id;
    let functions = ["near", "far"].map(|name| {
        let function = stack.add(name, Function::image(ROLE, "1.dkr.ecr.eu-west-1.amazonaws.com/around:1"));
        (function.name, function.revision)
    });
    Around { subnet, group, functions }
}

fn around() -> Around {
    declare_around(&mut Stack::new(scope(), [].into()))
}

fn add<R: Resource>(stack: &mut Stack, inputs: &Value) {
    declare_around(stack);
    stack.add("it", serde_json::from_value::<R>(inputs.clone()).unwrap());
}

async fn make(aws: &Aws, type_name: &str, desired: &Value) {
    let client = aws.cloudcontrol();
    let made = client.create_resource().type_name(type_name).desired_state(desired.to_string()).send().await.unwrap();
    let token = made.progress_event.unwrap().request_token.unwrap();
    loop {
        let status = client.get_resource_request_status().request_token(&token).send().await.unwrap();
        match status.progress_event.unwrap().operation_status().unwrap().as_str() {
            "SUCCESS" => return,
            "FAILED" => panic!("{desired}"),
            _ => tokio::time::sleep(std::time::Duration::from_millis(5)).await,
        }
    }
}

/// Makes roles, archives, and functions of somebody else: `outside` with two versions, and `other` with one.
fn make_around(aws: &Aws) -> BoxFuture<'_, ()> {
    Box::pin(async move {
        make_roles(aws).await;
        let place = aws_sdk_s3::types::CreateBucketConfiguration::builder();
        let place = place.location_constraint(aws_sdk_s3::types::BucketLocationConstraint::EuWest1).build();
        aws.s3().create_bucket().bucket("artifacts").create_bucket_configuration(place).send().await.unwrap();
        for key in ["a.zip", "b.zip"] {
            aws.s3().put_object().bucket("artifacts").key(key).body(Vec::new().into()).send().await.unwrap();
        }
        for name in ["outside", "other"] {
            let code = json!({ "ImageUri": "1.dkr.ecr/a:1" });
            let function = json!({ "FunctionName": name, "PackageType": "Image", "Code": code, "Role": ROLE });
            make(aws, "AWS::Lambda::Function", &function).await;
            make(aws, "AWS::Lambda::Version", &json!({ "FunctionName": name })).await;
        }
        let patch = r#"[{"op":"add","path":"/MemorySize","value":256}]"#;
        let update = aws.cloudcontrol().update_resource().type_name("AWS::Lambda::Function").identifier("outside");
        update.patch_document(patch).send().await.unwrap();
        while model(aws, "AWS::Lambda::Function", "outside").await["MemorySize"] != 256 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        make(aws, "AWS::Lambda::Version", &json!({ "FunctionName": "outside" })).await;
    })
}

/// Reads the properties of a resource by pointers, each with the name of its field; the tags are always there.
async fn observed(aws: &Aws, type_name: &str, id: &str, fields: &[(&str, &str)]) -> Value {
    let model = model(aws, type_name, id).await;
    let value =
        |(field, pointer): &(&str, &str)| ((*field).to_owned(), model.pointer(pointer).cloned().unwrap_or_default());
    let mut seen: Map<String, Value> = fields.iter().map(value).collect();
    seen.insert("tags".to_owned(), tags(&model).into());
    Value::Object(seen)
}

fn function() -> Table {
    let around = around();
    let base = Function::new(ROLE, Code::object("artifacts", "a.zip"), "python3.13", "a.handle");
    let image = json!(Code::image("1.dkr.ecr.eu-west-1.amazonaws.com/a:1"));
    let key = "arn:aws:kms:eu-west-1:123456789012:alias/aws/lambda";
    let dead = "arn:aws:sqs:eu-west-1:123456789012:dead";
    let layer = "arn:aws:lambda:eu-west-1:123456789012:layer:a:1";
    let runtime = "arn:aws:lambda:eu-west-1::runtime:1";
    let hidden = "AWS never shows it";
    let table = Table::new(&base, |aws, id| {
        let fields = &[
            ("name", "/FunctionName"),
            ("package", "/PackageType"),
            ("role", "/Role"),
            ("runtime", "/Runtime"),
            ("handler", "/Handler"),
            ("image_config", "/ImageConfig"),
            ("description", "/Description"),
            ("architecture", "/Architectures"),
            ("memory_mb", "/MemorySize"),
            ("disk_mb", "/EphemeralStorage/Size"),
            ("timeout_seconds", "/Timeout"),
            ("environment", "/Environment/Variables"),
            ("kms_key", "/KmsKeyArn"),
            ("layers", "/Layers"),
            ("subnets", "/VpcConfig/SubnetIds"),
            ("security_groups", "/VpcConfig/SecurityGroupIds"),
            ("dead_letter", "/DeadLetterConfig/TargetArn"),
            ("tracing", "/TracingConfig/Mode"),
            ("log_group", "/LoggingConfig/LogGroup"),
            ("log_format", "/LoggingConfig/LogFormat"),
            ("log_level", "/LoggingConfig/ApplicationLogLevel"),
            ("system_log_level", "/LoggingConfig/SystemLogLevel"),
            ("reserved_concurrency", "/ReservedConcurrentExecutions"),
            ("recursive_loop", "/RecursiveLoop"),
            ("runtime_update", "/RuntimeManagementConfig/UpdateRuntimeOn"),
            ("runtime_version_arn", "/RuntimeManagementConfig/RuntimeVersionArn"),
        ];
        Box::pin(observed(aws, "AWS::Lambda::Function", id, fields))
    })
    .entry("name", json!("router"), Shows::Another)
    .entry("package", json!("image"), Shows::Another)
    .also("code", image.clone())
    .also("runtime", Value::Null)
    .also("handler", Value::Null)
    .entry("code", json!(Code::object("artifacts", "b.zip")), Shows::Nothing(hidden))
    .shows("role", json!(OTHER_ROLE), json!(OTHER_ROLE))
    .shows("runtime", json!("python3.12"), json!("python3.12"))
    .shows("handler", json!("b.handle"), json!("b.handle"))
    .shows(
        "image_config",
        json!({ "command": ["a", "b"], "entry_point": [], "working_directory": null }),
        json!({ "Command": ["a", "b"] }),
    )
    .also("package", json!("image"))
    .also("code", image)
    .also("runtime", Value::Null)
    .also("handler", Value::Null)
    .shows("description", json!("Router"), json!("Router"))
    .shows("architecture", json!("arm64"), json!(["arm64"]))
    .shows("memory_mb", json!(256), json!(256))
    .shows("disk_mb", json!(1024), json!(1024))
    .shows("timeout_seconds", json!(10), json!(10))
    .shows("environment", json!({ "BACK_END": "a" }), json!({ "BACK_END": "a" }))
    .shows("kms_key", json!(key), json!(key))
    .shows("layers", json!([layer]), json!([layer]))
    .entry("subnets", json!([around.subnet]), Shows::Another)
    .also("security_groups", json!([around.group]))
    .entry("security_groups", json!([around.group]), Shows::Another)
    .also("subnets", json!([around.subnet]))
    .shows("dead_letter", json!(dead), json!(dead))
    .shows("tracing", json!("active"), json!("Active"))
    .shows("log_group", json!("/llm"), json!("/llm"))
    .shows("log_format", json!("json"), json!("JSON"))
    .shows("log_level", json!("warn"), json!("WARN"))
    .also("log_format", json!("json"))
    .shows("system_log_level", json!("debug"), json!("DEBUG"))
    .also("log_format", json!("json"))
    .shows("reserved_concurrency", json!(5), json!(5))
    .entry("snap_start", json!("published_versions"), Shows::Nothing(hidden))
    .shows("recursive_loop", json!("allow"), json!("Allow"))
    .shows("runtime_update", json!("function_update"), json!("FunctionUpdate"))
    .shows("runtime_version_arn", json!(runtime), json!(runtime))
    .also("runtime_update", json!("manual"))
    .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { prepare: make_around, add: add::<Function>, ..table }
}

fn version() -> Table {
    let [near, far] = around().functions;
    let table = Table::new(&Version::of(&near.0, &near.1), |aws, id| {
        let fields = &[("function", "/FunctionName"), ("revision", "/Description")];
        Box::pin(observed(aws, "AWS::Lambda::Version", id, fields))
    })
    .entry("function", json!(far.0), Shows::Another)
    .also("revision", json!(far.1))
    // The function is the same.
    .entry("revision", json!("second"), Shows::Refused("A version for this Lambda function exists"));
    Table { prepare: make_around, add: add::<Version>, ..table }
}

fn alias() -> Table {
    let weights = json!([{ "version": "2", "weight": 0.1 }]);
    let table = Table::new(&Alias::new("outside", "live", "1"), |aws, id| {
        let fields = &[
            ("function", "/FunctionName"),
            ("name", "/Name"),
            ("version", "/FunctionVersion"),
            ("description", "/Description"),
            ("weights", "/RoutingConfig/AdditionalVersionWeights/0/FunctionWeight"),
            ("provisioned_concurrency", "/ProvisionedConcurrencyConfig/ProvisionedConcurrentExecutions"),
        ];
        Box::pin(observed(aws, "AWS::Lambda::Alias", id, fields))
    })
    .shows("function", json!("other"), json!("other"))
    .shows("name", json!("next"), json!("next"))
    .shows("version", json!("2"), json!("2"))
    .shows("description", json!("Live"), json!("Live"))
    .shows("weights", weights, json!(0.1))
    .shows("provisioned_concurrency", json!(5), json!(5));
    Table { prepare: make_around, ..table }
}

fn permission() -> Table {
    let arn = "arn:aws:execute-api:eu-west-1:123456789012:abc/*/GET/a";
    let table = Table::new(&Permission::of_service("outside", "apigateway.amazonaws.com"), |aws, id| {
        let fields = &[
            ("function", "/FunctionName"),
            ("action", "/Action"),
            ("principal", "/Principal"),
            ("source_arn", "/SourceArn"),
            ("source_account", "/SourceAccount"),
            ("organization", "/PrincipalOrgID"),
            ("event_source_token", "/EventSourceToken"),
            ("url_authorization", "/FunctionUrlAuthType"),
            ("by_url_alone", "/InvokedViaFunctionUrl"),
        ];
        Box::pin(observed(aws, "AWS::Lambda::Permission", id, fields))
    })
    .shows("function", json!("other"), json!("other"))
    .shows("action", json!("lambda:*"), json!("lambda:*"))
    .shows("principal", json!("events.amazonaws.com"), json!("events.amazonaws.com"))
    .shows("source_arn", json!(arn), json!(arn))
    .shows("source_account", json!("123456789012"), json!("123456789012"))
    .shows("organization", json!("o-abcdefghij"), json!("o-abcdefghij"))
    .shows("event_source_token", json!("token"), json!("token"))
    .shows("url_authorization", json!("none"), json!("NONE"))
    .also("action", json!("lambda:InvokeFunctionUrl"))
    .shows("by_url_alone", json!(true), json!(true));
    Table { prepare: make_around, ..table }
}
