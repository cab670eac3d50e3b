//! The tables of the kinds of OpenSearch.

use ebbtide::aws::CollectionEndpoint;
use ebbtide::aws::opensearch::{Domain, Volume};
use ebbtide::aws::opensearchserverless::{
    AccessGrant, AccessPolicy, Collection, CollectionGroup, CollectionKind, Field, FieldKind, Index, SecurityPolicy,
    SecurityRule,
};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;
use ebbtide_engine::sdk::{Aws, BoxFuture};
use serde_json::{Value, json};

use super::cloud_control::{model, tags};
use super::table::{Shows, Table};
use crate::fixture::scope;

/// What a replacement of a resource that may hold data is refused with.
const HOLDS_DATA: &str = "--include-data";

pub fn tables() -> Vec<Table> {
    vec![group(), collection(), security_policy(), access_policy(), index(), domain()]
}

fn group() -> Table {
    let base = CollectionGroup { name: Some("one".into()), ..CollectionGroup::scaling_to_zero(4.0) };
    Table::new(&base, observe_group)
        .shows("name", json!("another"), json!("another"))
        .shows("description", json!("Vectors"), json!("Vectors"))
        .shows("generation", json!("classic"), json!("CLASSIC"))
        .shows("standby", json!(false), json!("DISABLED"))
        .shows("min_indexing_ocu", json!(1.0), json!(1.0))
        .shows("min_search_ocu", json!(0.5), json!(0.5))
        .shows("max_indexing_ocu", json!(8.0), json!(8.0))
        .shows("max_search_ocu", json!(2.5), json!(2.5))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn observe_group<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let model = model(aws, "AWS::OpenSearchServerless::CollectionGroup", id).await;
        let limits = &model["CapacityLimits"];
        json!({
            "name": model["Name"],
            "description": model["Description"],
            "generation": model["Generation"],
            "standby": model["StandbyReplicas"],
            "min_indexing_ocu": limits["MinIndexingCapacityInOcu"],
            "min_search_ocu": limits["MinSearchCapacityInOcu"],
            "max_indexing_ocu": limits["MaxIndexingCapacityInOcu"],
            "max_search_ocu": limits["MaxSearchCapacityInOcu"],
            "tags": tags(&model),
        })
    })
}

const KEY: &str = "arn:aws:kms:eu-west-1:123456789012:key/0b1c2d3e-0000-4000-8000-000000000000";

fn collection() -> Table {
    let base = Collection { name: Some("documents".into()), ..Collection::classic(CollectionKind::Vectors) };
    let refused = || Shows::Refused(HOLDS_DATA);
    Table::new(&base, observe_collection)
        .entry("name", json!("others"), refused())
        .shows("description", json!("Documents"), json!("Documents"))
        .entry("kind", json!("search"), refused())
        .entry("group", json!("vectors"), refused())
        .entry("standby", json!(false), refused())
        .entry("aws_owned_key", json!(false), refused())
        .entry("kms_key", json!(KEY), refused())
        .also("aws_owned_key", json!(false))
        .shows("deletion_protection", json!(true), json!("ENABLED"))
        .shows("vector_acceleration", json!("enabled"), json!("ENABLED"))
        .entry("tags", json!({ "team": "llm" }), refused())
}

fn observe_collection<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let model = model(aws, "AWS::OpenSearchServerless::Collection", id).await;
        json!({
            "description": model["Description"],
            "deletion_protection": model["DeletionProtection"],
            "vector_acceleration": model["VectorOptions"]["ServerlessVectorAcceleration"],
        })
    })
}

fn security_policy() -> Table {
    let base = SecurityPolicy { name: Some("one".into()), ..SecurityPolicy::encryption(["documents"]) };
    let (network, other) = (SecurityPolicy::public(["documents"]), SecurityPolicy::encryption(["vectors*"]));
    let rules = json!([SecurityRule::collections(["vectors*"])]);
    Table::new(&base, observe_security_policy)
        .shows("name", json!("another"), json!("another"))
        .shows("kind", json!("network"), json!("network"))
        .also("policy", json!(network.policy))
        .shows("description", json!("Keys"), json!("Keys"))
        .shows("policy", json!(other.policy), json!({ "AWSOwnedKey": true, "Rules": rules }))
}

fn observe_security_policy<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move { policy(&model(aws, "AWS::OpenSearchServerless::SecurityPolicy", id).await) })
}

fn policy(model: &Value) -> Value {
    let document: Value = serde_json::from_str(model["Policy"].as_str().unwrap()).unwrap();
    json!({
        "name": model["Name"],
        "kind": model["Type"],
        "description": model["Description"],
        "policy": document,
    })
}

fn access_policy() -> Table {
    let grant = |name: &str| AccessGrant::everything([name]).to("arn:aws:iam::123456789012:role/writer");
    let base = AccessPolicy { name: Some("one".into()), ..AccessPolicy::of([grant("documents")]) };
    let other = json!([grant("vectors")]);
    Table::new(&base, observe_access_policy)
        .shows("name", json!("another"), json!("another"))
        .shows("description", json!("All"), json!("All"))
        .shows("policy", other.clone(), other)
}

fn observe_access_policy<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move { policy(&model(aws, "AWS::OpenSearchServerless::AccessPolicy", id).await) })
}

/// Declares two collections. AWS assigns their endpoints, so an index refers to them.
fn declare_collections(stack: &mut Stack) -> [Input<CollectionEndpoint>; 2] {
    ["near", "far"].map(|name| stack.add(name, Collection::classic(CollectionKind::Vectors)).endpoint)
}

fn add_index(stack: &mut Stack, inputs: &Value) {
    declare_collections(stack);
    stack.add("it", serde_json::from_value::<Index>(inputs.clone()).unwrap());
}

fn index() -> Table {
    let [near, far] = declare_collections(&mut Stack::new(scope(), [].into()));
    let base = Index {
        name: Some("chunks".into()),
        ..Index::of_vectors(&near, "embedding", 1024).with("text", Field::new(FieldKind::Text))
    };
    let refused = || Shows::Refused(HOLDS_DATA);
    let hidden = || Shows::Nothing("no read shows it");
    let index = Table::new(&base, observe_index)
        .entry("name", json!("others"), refused())
        .entry("collection", json!(far), refused())
        .entry("vectors", json!({ "embedding": { "dimension": 512 } }), refused())
        .entry("fields", json!({ "text": { "kind": "keyword" } }), Shows::Refused("cannot be changed from type"))
        .entry("approximate", json!(false), refused())
        .entry("ef_search", json!(256), hidden())
        .entry("refresh_interval", json!("10s"), hidden())
        .entry("analyzers", json!({ "words": { "tokenizer": "standard" } }), refused());
    Table { add: add_index, ..index }
}

fn observe_index<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move { model(aws, "AWS::OpenSearchServerless::Index", id).await })
}

/// The fields of a domain that a read shows, with the places of their properties.
const DOMAIN: &[(&str, &str)] = &[
    ("name", "/DomainName"),
    ("engine_version", "/EngineVersion"),
    ("use_case", "/UseCase"),
    ("instance_type", "/ClusterConfig/InstanceType"),
    ("instance_count", "/ClusterConfig/InstanceCount"),
    ("dedicated_masters", "/ClusterConfig/DedicatedMasterEnabled"),
    ("master_type", "/ClusterConfig/DedicatedMasterType"),
    ("master_count", "/ClusterConfig/DedicatedMasterCount"),
    ("zone_awareness", "/ClusterConfig/ZoneAwarenessEnabled"),
    ("zones", "/ClusterConfig/ZoneAwarenessConfig/AvailabilityZoneCount"),
    ("standby", "/ClusterConfig/MultiAZWithStandbyEnabled"),
    ("warm", "/ClusterConfig/WarmEnabled"),
    ("warm_type", "/ClusterConfig/WarmType"),
    ("warm_count", "/ClusterConfig/WarmCount"),
    ("cold_storage", "/ClusterConfig/ColdStorageOptions/Enabled"),
    ("nodes", "/ClusterConfig/NodeOptions/0/NodeConfig"),
    ("volume", "/EBSOptions"),
    ("node_to_node", "/NodeToNodeEncryptionOptions/Enabled"),
    ("enforce_https", "/DomainEndpointOptions/EnforceHTTPS"),
    ("tls_policy", "/DomainEndpointOptions/TLSSecurityPolicy"),
    ("custom_endpoint_enabled", "/DomainEndpointOptions/CustomEndpointEnabled"),
    ("custom_endpoint", "/DomainEndpointOptions/CustomEndpoint"),
    ("certificate", "/DomainEndpointOptions/CustomEndpointCertificateArn"),
    ("access_policy", "/AccessPolicies"),
    ("logs", "/LogPublishingOptions"),
    ("snapshot_hour", "/SnapshotOptions/AutomatedSnapshotStartHour"),
    ("off_peak", "/OffPeakWindowOptions/OffPeakWindow/WindowStartTime"),
    ("auto_update", "/SoftwareUpdateOptions/AutoSoftwareUpdateEnabled"),
    ("deployment", "/DeploymentStrategyOptions/DeploymentStrategy"),
    ("ip_address_type", "/IPAddressType"),
];

const LARGE: &str = "m7g.large.search";
const WARM: &str = "ultrawarm1.medium.search";
const HOST: &str = "search.example.com";
const CERTIFICATE: &str = "arn:aws:acm:eu-west-1:123456789012:certificate/1";

fn domain() -> Table {
    let base = Domain {
        name: Some("documents".into()),
        volume: Some(Volume::gp3(100)),
        fine_grained: true,
        master_user: Some("arn:aws:iam::123456789012:role/one".into()),
        ..Domain::on("r6g.large.search", 2)
    };
    let table = access(nodes(Table::new(&base, observe_domain)));
    table
        .shows("engine_version", json!("OpenSearch_3.3"), json!("OpenSearch_3.3"))
        .entry("engine_mode", json!("optimized"), Shows::Refused(HOLDS_DATA))
        .shows("use_case", json!("vector"), json!("VECTOR"))
        .shows("snapshot_hour", json!(3), json!(3))
        .shows("off_peak", json!({ "hour": 22 }), json!({ "Hours": 22, "Minutes": 0 }))
        .shows("auto_update", json!(true), json!(true))
        .shows("deployment", json!("capacity_optimized"), json!("CapacityOptimized"))
        .shows("ip_address_type", json!("dualstack"), json!("dualstack"))
        .shows("tags", json!({ "team": "llm" }), json!({ "team": "llm" }))
}

fn with_masters(table: Table) -> Table {
    table.also("dedicated_masters", json!(true)).also("master_type", json!(LARGE)).also("master_count", json!(3))
}

fn nodes(table: Table) -> Table {
    let coordinator = json!({ "instance_type": LARGE, "count": 2 });
    let table = table
        .shows("instance_type", json!(LARGE), json!(LARGE))
        .shows("instance_count", json!(4), json!(4))
        .shows("zone_awareness", json!(true), json!(true))
        .shows("zones", json!(2), json!(2))
        .also("zone_awareness", json!(true))
        .shows("nodes", json!([coordinator]), json!({ "Enabled": true, "Type": LARGE, "Count": 2 }))
        .shows(
            "volume",
            json!({ "size_gb": 200, "iops": 4000 }),
            json!({ "EBSEnabled": true, "VolumeType": "gp3", "VolumeSize": 200, "Iops": 4000, "Throughput": 125 }),
        );
    let table = with_masters(table.shows("dedicated_masters", json!(true), json!(true)));
    let table = with_masters(table.shows("master_type", json!(LARGE), json!(LARGE)));
    let table = with_masters(table.shows("master_count", json!(5), json!(5)));
    let table = table.also("master_count", json!(5));
    let zones = |table: Table| {
        table.also("zone_awareness", json!(true)).also("zones", json!(3)).also("instance_count", json!(3))
    };
    let table = zones(with_masters(table.shows("standby", json!(true), json!(true))));
    let warm = |table: Table| {
        with_masters(table.also("warm", json!(true)).also("warm_type", json!(WARM)).also("warm_count", json!(2)))
    };
    let table = warm(table.shows("warm", json!(true), json!(true)));
    let table = warm(table.shows("warm_type", json!(WARM), json!(WARM)));
    let table = warm(table.shows("warm_count", json!(2), json!(2)));
    warm(table.shows("cold_storage", json!(true), json!(true)))
}

fn access(table: Table) -> Table {
    let refused = || Shows::Refused(HOLDS_DATA);
    let absent = || Shows::Refused("does not exist");
    let statement = json!({ "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": "es:ESHttp*", "Resource": "*" });
    let document = json!({ "Version": "2012-10-17", "Statement": [statement] });
    let group = "arn:aws:logs:eu-west-1:123456789012:log-group:search";
    let log = json!({ "ES_APPLICATION_LOGS": { "CloudWatchLogsLogGroupArn": group, "Enabled": true } });
    let host = |table: Table| {
        let table = table.also("custom_endpoint_enabled", json!(true)).also("custom_endpoint", json!(HOST));
        table.also("certificate", json!(CERTIFICATE))
    };
    let table = table
        .entry("name", json!("others"), refused())
        .entry("encrypted", json!(false), refused())
        .also("fine_grained", json!(false))
        .also("master_user", json!(null))
        .entry("kms_key", json!(KEY), refused())
        .entry("fine_grained", json!(false), refused())
        .also("master_user", json!(null))
        .entry("master_user", json!("arn:aws:iam::123456789012:role/two"), Shows::Nothing("no read shows it"))
        // Permissions on indexes need both, and cannot be switched off.
        .entry("node_to_node", json!(false), refused())
        .also("fine_grained", json!(false))
        .also("master_user", json!(null))
        .entry("enforce_https", json!(false), refused())
        .also("fine_grained", json!(false))
        .also("master_user", json!(null))
        .shows("tls_policy", json!("Policy-Min-TLS-1-2-PFS-2023-10"), json!("Policy-Min-TLS-1-2-PFS-2023-10"))
        .entry("subnets", json!(["subnet-0a1b2c3d4e5f67890"]), absent())
        .entry("security_groups", json!(["sg-0a1b2c3d4e5f67890"]), absent())
        .also("subnets", json!(["subnet-0a1b2c3d4e5f67890"]))
        .shows("access_policy", document.clone(), document)
        .shows("logs", json!({ "ES_APPLICATION_LOGS": { "group": group } }), log);
    let table = host(table.shows("custom_endpoint_enabled", json!(true), json!(true)));
    let table = host(table.shows("custom_endpoint", json!(HOST), json!(HOST)));
    host(table.shows("certificate", json!(CERTIFICATE), json!(CERTIFICATE)))
}

fn observe_domain<'a>(aws: &'a Aws, id: &'a str) -> BoxFuture<'a, Value> {
    Box::pin(async move {
        let model = model(aws, "AWS::OpenSearchService::Domain", id).await;
        let mut seen = json!({ "tags": tags(&model) });
        for (field, pointer) in DOMAIN {
            seen[*field] = model.pointer(pointer).cloned().unwrap_or_default();
        }
        if let Some(text) = seen["access_policy"].as_str() {
            seen["access_policy"] = serde_json::from_str(text).unwrap();
        }
        seen
    })
}
