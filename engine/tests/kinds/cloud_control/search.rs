//! OpenSearch Serverless: groups, collections, policies, indexes. And domains.

use ebbtide::aws::CollectionEndpoint;
use ebbtide::aws::opensearch::{Domain, DomainLog, DomainOutputs, Volume};
use ebbtide::aws::opensearchserverless::{
    AccessGrant, AccessPolicy, AccessPolicyOutputs, Collection, CollectionGroup, CollectionGroupOutputs,
    CollectionKind, CollectionOutputs, Field, FieldKind, Index, IndexOutputs, SecurityPolicy, SecurityPolicyOutputs,
    VectorAcceleration,
};
use ebbtide::resource::{Resolved, Tags};
use ebbtide_engine::sdk::ErrorKind;
use serde_json::json;

use crate::declared::resolved;
use crate::harness::{Made, World, provider};

fn tags(team: &str) -> Tags {
    Tags::from([("team".into(), team.into())])
}

async fn collection(world: &World, name: &str) -> Made {
    let collection = Collection { tags: tags("llm"), ..Collection::classic(CollectionKind::Vectors) };
    world.make::<Collection>(name, &resolved::<_, Collection<Resolved>>(&collection)).await
}

#[tokio::test]
async fn a_collection_group_goes_through_every_change() {
    let world = World::new();
    let base = || CollectionGroup { tags: tags("llm"), ..CollectionGroup::scaling_to_zero(4.0) };
    let mut made = world.make::<CollectionGroup>("Vectors", &base()).await;
    let outputs: CollectionGroupOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.id, made.id);
    let changes = [
        CollectionGroup { description: Some("Vectors".into()), ..base() },
        CollectionGroup { min_indexing_ocu: Some(1.0), min_search_ocu: Some(0.5), ..base() },
        CollectionGroup { max_indexing_ocu: None, max_search_ocu: Some(2.0), ..base() },
        CollectionGroup { tags: Tags::new(), ..base() },
    ];
    for changed in changes {
        made.change_to(&changed).await;
    }
    let within = Collection::within(outputs.name, CollectionKind::Vectors);
    let within = world.make::<Collection>("documents", &resolved::<_, Collection<Resolved>>(&within)).await;
    super::delete(within).await;
    made.delete().await;
}

#[tokio::test]
async fn a_collection_is_found_by_its_name_and_keeps_its_tags() {
    let world = World::new();
    let mut made = collection(&world, "documents").await;
    let outputs: CollectionOutputs<Resolved> = made.outputs().await;
    assert_eq!(outputs.id, made.id);
    assert!(outputs.endpoint.as_str().starts_with("https://"), "{outputs:?}");
    let base = || Collection { tags: tags("llm"), ..Collection::classic(CollectionKind::Vectors) };
    let changes = [
        Collection { description: Some("Documents".into()), ..base() },
        Collection { deletion_protection: true, ..base() },
        Collection { vector_acceleration: Some(VectorAcceleration::Enabled), ..base() },
        base(),
    ];
    for changed in changes {
        made.change_to(&resolved::<_, Collection<Resolved>>(&changed)).await;
    }
    let error = made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::HoldsData, "{error}");
    super::delete(made).await;
}

#[tokio::test]
async fn a_collection_of_another_owner_is_neither_found_nor_taken_over() {
    let world = World::new();
    let theirs = r#"{"Name":"theirs","Type":"SEARCH","EncryptionConfig":{"AWSOwnedKey":true}}"#;
    let create = world.aws.cloudcontrol().create_resource().type_name("AWS::OpenSearchServerless::Collection");
    create.desired_state(theirs).send().await.unwrap();
    let ours = Collection { name: Some("theirs".into()), ..Collection::classic(CollectionKind::Search) };
    let ours = serde_json::to_value(resolved::<_, Collection<Resolved>>(&ours)).unwrap();
    let kind = provider("opensearchserverless_collection");
    let context = world.context("opensearchserverless_collection.ours", 1);
    assert_eq!(kind.find(&context, &ours).await.unwrap(), None);
    let error = kind.create(&context, &ours).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::AlreadyExists, "{error}");
}

#[tokio::test]
async fn policies_go_through_every_change() {
    let world = World::new();
    let network = || SecurityPolicy::public(["documents"]);
    let changed =
        SecurityPolicy { description: Some("Ways".into()), ..SecurityPolicy::private(["d*"], ["vpce-1".into()]) };
    for (name, base, changed) in [
        ("network", network(), changed),
        ("encryption", SecurityPolicy::encryption(["documents"]), SecurityPolicy::encryption(["doc*", "vec*"])),
    ] {
        let mut made = world.make::<SecurityPolicy>(name, &resolved::<_, SecurityPolicy<Resolved>>(&base)).await;
        let outputs: SecurityPolicyOutputs<Resolved> = made.outputs().await;
        assert_eq!(made.id, format!("{name}|{}", outputs.name));
        made.change_to(&resolved::<_, SecurityPolicy<Resolved>>(&changed)).await;
        made.change_to(&resolved::<_, SecurityPolicy<Resolved>>(&base)).await;
        made.delete().await;
    }
    let grant = |name: &str| AccessGrant::everything([name]).to("arn:aws:iam::123456789012:role/writer");
    let base = AccessPolicy::of([grant("documents")]);
    let read = AccessGrant::on_indexes(["documents/*"], ["aoss:ReadDocument"]).to("arn:aws:iam::123456789012:role/a");
    let mut made = world.make::<AccessPolicy>("access", &resolved::<_, AccessPolicy<Resolved>>(&base)).await;
    let outputs: AccessPolicyOutputs<Resolved> = made.outputs().await;
    assert_eq!(made.id, format!("data|{}", outputs.name));
    let changed = AccessPolicy { description: Some("All".into()), ..AccessPolicy::of([grant("documents"), read]) };
    made.change_to(&resolved::<_, AccessPolicy<Resolved>>(&changed)).await;
    made.change_to(&resolved::<_, AccessPolicy<Resolved>>(&base)).await;
    made.delete().await;
}

#[tokio::test]
async fn an_index_takes_more_fields_and_keeps_those_that_are_there() {
    let world = World::new();
    let collection = collection(&world, "documents").await;
    let outputs: CollectionOutputs<Resolved> = collection.outputs().await;
    let endpoint = || CollectionEndpoint(outputs.endpoint.as_str().to_owned());
    let text = || Field::new(FieldKind::Text);
    let base =
        || Index { ef_search: Some(256), ..Index::of_vectors(endpoint(), "embedding", 1024).with("text", text()) };
    let mut made = world.make::<Index>("chunks", &resolved::<_, Index<Resolved>>(&base())).await;
    let index: IndexOutputs<Resolved> = made.outputs().await;
    assert_eq!((made.id.as_str(), index.uuid.is_empty()), (&*format!("{}|{}", index.name, endpoint()), false));
    for changed in [
        base().with("page", Field::new(FieldKind::Integer)),
        Index { refresh_interval: Some("10s".into()), ..base().with("page", Field::new(FieldKind::Integer)) },
        Index { ef_search: Some(512), ..base() },
    ] {
        made.change_to(&resolved::<_, Index<Resolved>>(&changed)).await;
    }
    let read = world.aws.cloudcontrol().get_resource().type_name("AWS::OpenSearchServerless::Index");
    let read = read.identifier(&made.id).send().await.unwrap().resource_description.unwrap().properties.unwrap();
    assert!(read.contains("page"), "a field that is no longer declared stays: {read}");
    let other = base().with("text", Field::new(FieldKind::Keyword));
    let other = serde_json::to_value(resolved::<_, Index<Resolved>>(&other)).unwrap();
    let error = made.kind.update(&made.context, &made.id, &made.inputs, &other).await.unwrap_err();
    assert!(error.message.contains("cannot be changed"), "{error}");
    super::delete(made).await;
    super::delete(collection).await;
}

#[tokio::test]
async fn a_domain_goes_through_every_change() {
    let world = World::new();
    let base = || Domain { volume: Some(Volume::gp3(100)), tags: tags("llm"), ..Domain::on("r6g.large.search", 2) };
    let mut made = world.make::<Domain>("Documents", &resolved::<_, Domain<Resolved>>(&base())).await;
    let outputs: DomainOutputs<Resolved> = made.outputs().await;
    assert_eq!((outputs.name.as_str(), &outputs.arn), (made.id.as_str(), &outputs.domain_arn));
    assert!(outputs.endpoint.is_some_and(|host| host.contains(&made.id)) && outputs.identity_store.is_none());
    let logs = [("ES_APPLICATION_LOGS".to_owned(), DomainLog::to("arn:aws:logs:eu-west-1:123456789012:log-group:a"))];
    let changes = [
        Domain { instance_count: 4, zone_awareness: true, ..base() },
        Domain { volume: Some(Volume { throughput: Some(250), ..Volume::gp3(200) }), ..base() },
        Domain { enforce_https: false, node_to_node: false, ..base() },
        Domain { access_policy: Some(json!({ "Version": "2012-10-17", "Statement": [] })), ..base() },
        Domain { logs: logs.into(), snapshot_hour: Some(3), ..base() },
        Domain { tags: Tags::new(), ..base() },
    ];
    for changed in changes {
        made.change_to(&resolved::<_, Domain<Resolved>>(&changed)).await;
    }
    let error = made.kind.delete(&made.context, &made.id, &made.inputs).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::HoldsData, "{error}");
    super::delete(made).await;
}

#[tokio::test]
async fn a_domain_keeps_what_its_update_does_not_name() {
    let world = World::new();
    let user = || Some("arn:aws:iam::123456789012:role/one".into());
    let base = || Domain { fine_grained: true, master_user: user(), ..Domain::on("r6g.large.search", 1) };
    let mut made = world.make::<Domain>("documents", &resolved::<_, Domain<Resolved>>(&base())).await;
    // AWS cannot change a part of this property, and another part is in no read.
    let other = Some("arn:aws:iam::123456789012:role/two".into());
    for changed in [Domain { master_user: other, ..base() }, Domain { auto_update: true, ..base() }] {
        made.change_to(&resolved::<_, Domain<Resolved>>(&changed)).await;
    }
    super::delete(made).await;
}
