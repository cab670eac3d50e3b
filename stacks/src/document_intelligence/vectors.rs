//! The vector store: a collection that sleeps by itself, or a domain of OpenSearch.

use ebbtide::aws::RoleArn;
use ebbtide::aws::opensearch::{Domain, Volume};
use ebbtide::aws::opensearchserverless::{
    AccessGrant, AccessPolicy, Collection, CollectionGroup, CollectionKind, Field, FieldKind, Index, SecurityPolicy,
};
use ebbtide::resource::Input;
use ebbtide::stack::Stack;
use serde_json::json;

use super::settings::Cluster;
use super::{Settings, name};

/// The vector store.
pub(super) struct Store {
    /// The URL or the host name at which it is asked.
    pub(super) endpoint: Input<String>,
}

/// Declares the vector store. `reader` is the role that asks it.
pub(super) fn declare(stack: &mut Stack, settings: &Settings, reader: Option<&Input<RoleArn>>) -> Store {
    match &settings.vectors.domain {
        Some(cluster) => declare_domain(stack, cluster, reader),
        None => declare_collection(stack, settings, reader),
    }
}

/// Declares the domain. It bills around the clock: AWS cannot stop one, and a pause keeps it.
fn declare_domain(stack: &mut Stack, cluster: &Cluster, reader: Option<&Input<RoleArn>>) -> Store {
    let name = name(stack, "documents", 28);
    let scope = stack.scope();
    let all = format!("arn:{}:es:{}:{}:domain/{name}/*", scope.partition(), scope.region, scope.account);
    let access = reader.map(|role| {
        json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Principal": { "AWS": role },
                "Action": ["es:ESHttpGet", "es:ESHttpPost"],
                "Resource": all,
            }],
        })
    });
    let domain = Domain {
        name: Some(name),
        volume: Some(Volume::gp3(cluster.volume_gb)),
        zone_awareness: cluster.instances > 1,
        access_policy: access,
        ..Domain::on(&cluster.instance_type, cluster.instances)
    };
    Store { endpoint: stack.add("documents", domain).endpoint.text() }
}

/// Declares the collection, the ways to it, and its index if the stack makes that.
fn declare_collection(stack: &mut Stack, settings: &Settings, reader: Option<&Input<RoleArn>>) -> Store {
    // Policies have to know the name before the collection exists.
    let name = name(stack, "documents", 32);
    let group = stack.add("documents", CollectionGroup::scaling_to_zero(settings.vectors.max_ocu));
    stack.add("documents", SecurityPolicy::public([&name]));
    let deployer = settings.vectors.deployer.as_deref().map(Input::<RoleArn>::from);
    let all: Vec<_> = deployer.iter().chain(reader).collect();
    let has_users = !all.is_empty();
    let grant = all.into_iter().fold(AccessGrant::everything([&name]), |grant, role| grant.to(role));
    let access = has_users.then(|| stack.add("documents", AccessPolicy::of([grant])).name);
    let collection = Collection { name: Some(name), ..Collection::within(&group.name, CollectionKind::Vectors) };
    let collection = stack.add("documents", collection);
    if let (Some(_), Some(access)) = (&deployer, &access) {
        let index = Index::of_vectors(&collection.endpoint, "embedding", settings.vectors.dimension);
        let index = index.with("text", Field::new(FieldKind::Text)).with("document", Field::new(FieldKind::Keyword));
        let index = stack.add("chunks", index);
        stack.after(&index.name, access);
    }
    Store { endpoint: collection.endpoint.text() }
}
