//! The tables of kinds that Cloud Control manages.

use ebbtide::aws::cloudtrail::Trail;
use ebbtide::aws::dynamodb::Table as ItemTable;
use ebbtide::aws::ecr::Repository;
use ebbtide::aws::events::{Rule, Target};
use ebbtide::aws::s3vectors::{VectorBucket, VectorIndex};
use ebbtide::aws::sqs::{Queue, QueuePolicy};
use ebbtide::aws::stepfunctions::StateMachine;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Map, Value, json};

use super::table::{Shows, Table};

const DEAD: &str = "arn:aws:sqs:eu-west-1:123456789012:dead";

/// What a replacement of a resource that may hold data is refused with.
const HOLDS_DATA: &str = "--include-data";

pub fn tables() -> Vec<Table> {
    vec![
        queue(),
        queue_policy(),
        repository(),
        table(),
        rule(),
        state_machine(),
        trail(),
        vector_bucket(),
        vector_index(),
    ]
}

fn queue() -> Table {
    let base = Queue { name: Some("one".into()), ..Queue::new() };
    let queue = Table::new(&base, observe_queue)
        .entry("name", json!("another"), Shows::Refused(HOLDS_DATA))
        .entry("fifo", json!(true), Shows::Refused(HOLDS_DATA))
        .also("name", json!("another.fifo"))
        .entry("content_based_deduplication", json!(true), Shows::Refused(HOLDS_DATA))
        .also("fifo", json!(true))
        .also("name", json!("another.fifo"))
        .shows("delay_seconds", json!(5), json!(5))
        .shows("max_message_bytes", json!(2048), json!(2048))
        .shows("retention_seconds", json!(60), json!(60))
        .shows("receive_wait_seconds", json!(20), json!(20))
        .shows("visibility_timeout_seconds", json!(0), json!(0))
        .shows("kms_key", json!("alias/aws/sqs"), json!("alias/aws/sqs"))
        .shows("dead_letter", json!({ "queue": DEAD, "max_receives": 3 }), json!([DEAD, 3]))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { prepare: make_dead_letters, ..queue }
}

fn make_dead_letters(aws: &Aws) -> BoxFuture<'_, ()> {
    Box::pin(async move {
        let create = aws.cloudcontrol().create_resource().type_name("AWS::SQS::Queue");
        create.desired_state(r#"{"QueueName":"dead"}"#).send().await.unwrap();
    })
}

fn queue_policy() -> Table {
    let document = |source: &str| {
        let condition = json!({ "ArnEquals": { "aws:SourceArn": source } });
        let statement = json!({
            "Effect": "Allow", "Principal": { "Service": "events.amazonaws.com" }, "Action": "sqs:SendMessage", "Resource": DEAD,
            "Condition": condition,
        });
        json!({ "Version": "2012-10-17", "Statement": [statement] })
    };
    let url = |name: &str| format!("https://sqs.eu-west-1.amazonaws.com/123456789012/{name}");
    let table = Table::new(&QueuePolicy::new(url("dead"), document("one")), |aws, id| {
        Box::pin(async move {
            let model = model(aws, "AWS::SQS::QueueInlinePolicy", id).await;
            json!({ "queue": model["Queue"], "policy": model["PolicyDocument"] })
        })
    })
    .shows("queue", json!(url("other")), json!(url("other")))
    .shows("policy", document("two"), document("two"));
    Table { prepare: make_queues, ..table }
}

fn make_queues(aws: &Aws) -> BoxFuture<'_, ()> {
    Box::pin(async move {
        make_dead_letters(aws).await;
        let create = aws.cloudcontrol().create_resource().type_name("AWS::SQS::Queue");
        create.desired_state(r#"{"QueueName":"other"}"#).send().await.unwrap();
    })
}

/// Reads the properties of a resource.
pub(super) async fn model(aws: &Aws, type_name: &str, id: &str) -> Value {
    let read = aws.cloudcontrol().get_resource().type_name(type_name).identifier(id).send().await.unwrap();
    serde_json::from_str(&read.resource_description.unwrap().properties.unwrap()).unwrap()
}

pub(super) fn tags(model: &Value) -> Map<String, Value> {
    let tags = model["Tags"].as_array().into_iter().flatten();
    let pairs = tags.map(|tag| (tag["Key"].as_str().unwrap().to_owned(), tag["Value"].clone()));
    pairs.filter(|(key, _)| !key.starts_with("ebb:")).collect()
}

fn observe_queue<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let model = model(aws, "AWS::SQS::Queue", id).await;
        let redrive = &model["RedrivePolicy"];
        json!({
            "name": model["QueueName"],
            "fifo": model["FifoQueue"],
            "content_based_deduplication": model["ContentBasedDeduplication"],
            "delay_seconds": model["DelaySeconds"],
            "max_message_bytes": model["MaximumMessageSize"],
            "retention_seconds": model["MessageRetentionPeriod"],
            "receive_wait_seconds": model["ReceiveMessageWaitTimeSeconds"],
            "visibility_timeout_seconds": model["VisibilityTimeout"],
            "kms_key": model["KmsMasterKeyId"],
            "dead_letter": [redrive["deadLetterTargetArn"], redrive["maxReceiveCount"]],
            "tags": tags(&model),
        })
    })
}

fn repository() -> Table {
    let base = Repository { name: Some("router".into()), ..Repository::new() };
    let (lifecycle, key) = (Repository::keeping(3).lifecycle.unwrap(), "arn:aws:kms:eu-west-1:123456789012:key/1");
    Table::new(&base, observe_repository)
        .shows("name", json!("team/router"), json!("team/router"))
        .shows("tag_mutability", json!("immutable"), json!("IMMUTABLE"))
        .shows("scan_on_push", json!(true), json!(true))
        .shows("lifecycle", json!(lifecycle), json!(lifecycle))
        .shows("encryption", json!("kms"), json!("KMS"))
        .shows("kms_key", json!(key), json!(key))
        .also("encryption", json!("kms"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn observe_repository<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let model = model(aws, "AWS::ECR::Repository", id).await;
        let lifecycle = model["LifecyclePolicy"]["LifecyclePolicyText"].as_str();
        json!({
            "name": model["RepositoryName"],
            "tag_mutability": model["ImageTagMutability"],
            "scan_on_push": model["ImageScanningConfiguration"]["ScanOnPush"],
            "lifecycle": lifecycle.map(|text| serde_json::from_str::<Value>(text).unwrap()),
            "encryption": model["EncryptionConfiguration"]["EncryptionType"],
            "kms_key": model["EncryptionConfiguration"]["KmsKey"],
            "tags": tags(&model),
        })
    })
}

fn table() -> Table {
    let base = ItemTable { name: Some("items".into()), ..ItemTable::new("id") };
    let attributes = json!([{ "name": "id", "kind": "text" }, { "name": "at", "kind": "number" }]);
    let index =
        json!([{ "name": "by-time", "key": [{ "attribute": "at", "role": "hash" }], "projection": "keys_only" }]);
    Table::new(&base, observe_table)
        .entry("name", json!("others"), Shows::Refused(HOLDS_DATA))
        .shows("attributes", attributes.clone(), json!(["at", "id"]))
        .also("indexes", index.clone())
        .entry("key", json!([{ "attribute": "at", "role": "hash" }]), Shows::Refused(HOLDS_DATA))
        .also("attributes", json!([{ "name": "at", "kind": "number" }]))
        .shows("indexes", index, json!(["by-time", "KEYS_ONLY"]))
        .also("attributes", attributes)
        .shows("time_to_live", json!({ "attribute": "expires", "enabled": true }), json!(["expires", true]))
        .shows("stream", json!("new_image"), json!("NEW_IMAGE"))
        .shows("point_in_time_recovery", json!(true), json!(true))
        .shows("deletion_protection", json!(true), json!(true))
        .shows("class", json!("infrequent_access"), json!("STANDARD_INFREQUENT_ACCESS"))
        .shows("encryption", json!({ "enabled": true, "kind": "kms", "key": null }), json!([true, "KMS"]))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn observe_table<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let model = model(aws, "AWS::DynamoDB::Table", id).await;
        assert_eq!(model["BillingMode"], "PAY_PER_REQUEST");
        let defined = model["AttributeDefinitions"].as_array().unwrap();
        let mut names: Vec<_> = defined.iter().map(|one| one["AttributeName"].as_str().unwrap()).collect();
        names.sort_unstable();
        let (index, ttl) = (&model["GlobalSecondaryIndexes"][0], &model["TimeToLiveSpecification"]);
        json!({
            "name": model["TableName"],
            "attributes": names,
            "key": model["KeySchema"],
            "indexes": [index["IndexName"], index["Projection"]["ProjectionType"]],
            "time_to_live": [ttl["AttributeName"], ttl["Enabled"]],
            "stream": model["StreamSpecification"]["StreamViewType"],
            "point_in_time_recovery": model["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"],
            "deletion_protection": model["DeletionProtectionEnabled"],
            "class": model["TableClass"],
            "encryption": [model["SSESpecification"]["SSEEnabled"], model["SSESpecification"]["SSEType"]],
            "tags": tags(&model),
        })
    })
}

pub(super) const ROLE: &str = "arn:aws:iam::123456789012:role/one";
pub(super) const OTHER_ROLE: &str = "arn:aws:iam::123456789012:role/other";

pub(super) fn make_roles(aws: &Aws) -> BoxFuture<'_, ()> {
    Box::pin(async move {
        let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["events.amazonaws.com","states.amazonaws.com"]},"Action":"sts:AssumeRole"}]}"#;
        for name in ["one", "other"] {
            aws.iam().create_role().role_name(name).assume_role_policy_document(trust).send().await.unwrap();
        }
    })
}

fn rule() -> Table {
    let base = Rule { name: Some("drift".into()), ..Rule::matching(json!({ "source": ["aws.sagemaker"] })) };
    let base = base.to(Target::new("queue", DEAD));
    let target = json!([{
        "id": "queue", "arn": DEAD, "role": ROLE, "input": "{}", "input_path": null, "message_group": null, "retries": 3,
        "max_age_seconds": 60, "dead_letter": DEAD,
    }]);
    let rule = Table::new(&base, observe_rule)
        .shows("name", json!("others"), json!("others"))
        .shows("bus", json!("orders"), json!("orders"))
        .shows("description", json!("Drift"), json!("Drift"))
        .shows("pattern", json!({ "source": ["aws.s3"] }), json!({ "source": ["aws.s3"] }))
        .shows("schedule", json!("rate(5 minutes)"), json!("rate(5 minutes)"))
        .shows("state", json!("disabled"), json!("DISABLED"))
        .shows("role", json!(ROLE), json!(ROLE))
        .shows("targets", target, json!([ROLE, "{}", 3, 60, DEAD]))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { prepare: make_roles, ..rule }
}

fn observe_rule<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let model = model(aws, "AWS::Events::Rule", id).await;
        let target = &model["Targets"][0];
        let retry = &target["RetryPolicy"];
        let pattern = model["EventPattern"].as_str().unwrap();
        json!({
            "name": model["Name"],
            "bus": model["EventBusName"],
            "description": model["Description"],
            "pattern": serde_json::from_str::<Value>(pattern).unwrap(),
            "schedule": model["ScheduleExpression"],
            "state": model["State"],
            "role": model["RoleArn"],
            "targets": [
                target["RoleArn"], target["Input"], retry["MaximumRetryAttempts"], retry["MaximumEventAgeInSeconds"],
                target["DeadLetterConfig"]["Arn"],
            ],
            "tags": tags(&model),
        })
    })
}

fn state_machine() -> Table {
    let definition = |seconds: u32| json!({ "StartAt": "Wait", "States": { "Wait": { "Type": "Wait", "Seconds": seconds, "End": true } } });
    let base = StateMachine { name: Some("workflow".into()), ..StateMachine::new(ROLE, definition(1)) };
    let group = "arn:aws:logs:eu-west-1:123456789012:log-group:workflow:*";
    let logging = json!({ "level": "error", "data": true, "groups": [{ "arn": group }] });
    let encryption = json!({ "owner": "customer", "key": "alias/aws/states", "data_key_seconds": 60 });
    let machine = Table::new(&base, observe_state_machine)
        .shows("name", json!("others"), json!("others"))
        .shows("definition", definition(2), definition(2))
        .shows("role", json!(OTHER_ROLE), json!(OTHER_ROLE))
        .shows("kind", json!("express"), json!("EXPRESS"))
        .shows("logging", logging, json!(["ERROR", true, group]))
        .shows("tracing", json!(true), json!(true))
        .shows("encryption", encryption, json!(["CUSTOMER_MANAGED_KMS_KEY", "alias/aws/states", 60]))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { prepare: make_roles, ..machine }
}

fn observe_state_machine<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let model = model(aws, "AWS::StepFunctions::StateMachine", id).await;
        let (logging, encryption) = (&model["LoggingConfiguration"], &model["EncryptionConfiguration"]);
        json!({
            "name": model["StateMachineName"],
            "definition": serde_json::from_str::<Value>(model["DefinitionString"].as_str().unwrap()).unwrap(),
            "role": model["RoleArn"],
            "kind": model["StateMachineType"],
            "logging": [
                logging["Level"], logging["IncludeExecutionData"],
                logging["Destinations"][0]["CloudWatchLogsLogGroup"]["LogGroupArn"],
            ],
            "tracing": model["TracingConfiguration"]["Enabled"],
            "encryption": [encryption["Type"], encryption["KmsKeyId"], encryption["KmsDataKeyReusePeriodSeconds"]],
            "tags": tags(&model),
        })
    })
}

fn make_audit_buckets(aws: &Aws) -> BoxFuture<'_, ()> {
    Box::pin(async move {
        make_roles(aws).await;
        for name in ["audit-one", "audit-two"] {
            let place = aws_sdk_s3::types::CreateBucketConfiguration::builder();
            let place = place.location_constraint(aws_sdk_s3::types::BucketLocationConstraint::EuWest1).build();
            aws.s3().create_bucket().bucket(name).create_bucket_configuration(place).send().await.unwrap();
            let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::BUCKET/*"}]}"#;
            let policy = policy.replace("BUCKET", name);
            aws.s3().put_bucket_policy().bucket(name).policy(policy).send().await.unwrap();
        }
        aws.sns().create_topic().name("files").send().await.unwrap();
    })
}

fn trail() -> Table {
    let base = Trail { name: Some("audit".into()), ..Trail::to("audit-one") };
    let group = "arn:aws:logs:eu-west-1:123456789012:log-group:audit:*";
    let lists = json!([]);
    let field = json!({
        "field": "eventCategory", "equals": ["Data"], "not_equals": lists, "starts_with": lists, "not_starts_with": lists,
        "ends_with": lists, "not_ends_with": lists,
    });
    let trail = Table::new(&base, observe_trail)
        .shows("name", json!("others"), json!("others"))
        .shows("bucket", json!("audit-two"), json!("audit-two"))
        .shows("prefix", json!("calls"), json!("calls"))
        .shows("logging", json!(false), json!(false))
        .shows("global_services", json!(false), json!(false))
        .shows("multi_region", json!(true), json!(true))
        .shows("organization", json!(true), json!(true))
        .shows("validate_files", json!(true), json!(true))
        .shows("kms_key", json!("alias/aws/s3"), json!("alias/aws/s3"))
        .shows("topic_name", json!("files"), json!("files"))
        .shows("log_group", json!(group), json!([group, ROLE]))
        .also("log_role", json!(ROLE))
        .shows("log_role", json!(OTHER_ROLE), json!([group, OTHER_ROLE]))
        .also("log_group", json!(group))
        .shows("events", json!([{ "name": "data", "fields": [field] }]), json!(["data", "eventCategory", ["Data"]]))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { prepare: make_audit_buckets, ..trail }
}

fn observe_trail<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let model = model(aws, "AWS::CloudTrail::Trail", id).await;
        let selector = &model["AdvancedEventSelectors"][0];
        let field = &selector["FieldSelectors"][0];
        json!({
            "name": model["TrailName"],
            "bucket": model["S3BucketName"],
            "prefix": model["S3KeyPrefix"],
            "logging": model["IsLogging"],
            "global_services": model["IncludeGlobalServiceEvents"],
            "multi_region": model["IsMultiRegionTrail"],
            "organization": model["IsOrganizationTrail"],
            "validate_files": model["EnableLogFileValidation"],
            "kms_key": model["KMSKeyId"],
            "topic_name": model["SnsTopicName"],
            "log_group": [model["CloudWatchLogsLogGroupArn"], model["CloudWatchLogsRoleArn"]],
            "log_role": [model["CloudWatchLogsLogGroupArn"], model["CloudWatchLogsRoleArn"]],
            "events": [selector["Name"], field["Field"], field["Equals"]],
            "tags": tags(&model),
        })
    })
}

const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/alias/aws/s3";

fn vector_bucket() -> Table {
    Table::new(&VectorBucket { name: Some("docs".into()), ..VectorBucket::new() }, observe_vector_bucket)
        .shows("name", json!("others"), json!("others"))
        .shows("encryption", json!("kms"), json!(["aws:kms", KEY]))
        .also("kms_key", json!(KEY))
        .shows("kms_key", json!(KEY), json!(["aws:kms", KEY]))
        .also("encryption", json!("kms"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn encryption(model: &Value) -> Value {
    json!([model["EncryptionConfiguration"]["SseType"], model["EncryptionConfiguration"]["KmsKeyArn"]])
}

fn observe_vector_bucket<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let model = model(aws, "AWS::S3Vectors::VectorBucket", id).await;
        json!({
            "name": model["VectorBucketName"],
            "encryption": encryption(&model),
            "kms_key": encryption(&model),
            "tags": tags(&model),
        })
    })
}

const VECTORS: &str = "arn:aws:s3vectors:eu-west-1:123456789012:bucket/vectors";
const OTHER_VECTORS: &str = "arn:aws:s3vectors:eu-west-1:123456789012:bucket/other-vectors";

fn make_vector_buckets(aws: &Aws) -> BoxFuture<'_, ()> {
    Box::pin(async move {
        for name in ["vectors", "other-vectors"] {
            let desired = json!({ "VectorBucketName": name }).to_string();
            let create = aws.cloudcontrol().create_resource().type_name("AWS::S3Vectors::VectorBucket");
            create.desired_state(desired).send().await.unwrap();
        }
    })
}

fn vector_index() -> Table {
    let base = VectorIndex { name: Some("chunks".into()), ..VectorIndex::new(VECTORS, 256) };
    let refused = || Shows::Refused(HOLDS_DATA);
    let index = Table::new(&base, observe_vector_index)
        .entry("name", json!("others"), refused())
        .entry("bucket", json!(OTHER_VECTORS), refused())
        .entry("dimension", json!(512), refused())
        .entry("distance", json!("euclidean"), refused())
        .entry("hidden_keys", json!(["text"]), refused())
        .entry("encryption", json!("kms"), refused())
        .also("kms_key", json!(KEY))
        .entry("kms_key", json!(KEY), refused())
        .also("encryption", json!("kms"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }));
    Table { prepare: make_vector_buckets, ..index }
}

fn observe_vector_index<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let model = model(aws, "AWS::S3Vectors::Index", id).await;
        json!({
            "name": model["IndexName"],
            "bucket": model["VectorBucketArn"],
            "dimension": model["Dimension"],
            "distance": model["DistanceMetric"],
            "hidden_keys": model["MetadataConfiguration"]["NonFilterableMetadataKeys"],
            "encryption": encryption(&model),
            "kms_key": encryption(&model),
            "tags": tags(&model),
        })
    })
}
