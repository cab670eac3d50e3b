//! The tables of the kinds of OpenSearch.

use ebbtide::aws::CollectionEndpoint;
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
    vec![group(), collection(), security_policy(), access_policy(), index()]
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
