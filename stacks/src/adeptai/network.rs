//! The network: private subnets, with no way out but to what the stack uses.

use std::collections::{BTreeMap, BTreeSet};

use ebbtide::aws::SecurityGroupId;
use ebbtide::aws::ec2::{Cidr, Peer, SecurityGroup, SecurityRule};
use ebbtide::components::{Nat, Network, NetworkOutputs};
use ebbtide::resource::{Input, Scope};
use ebbtide::stack::Stack;
use serde_json::{Value, json};

use super::settings::Settings;
use super::storage::Storage;

/// The service that the back end calls.
const RUNTIME: &str = "sagemaker.runtime";

/// Declares the network.
pub(super) fn declare(stack: &mut Stack, settings: &Settings, storage: &Storage) -> NetworkOutputs {
    if settings.internet && settings.nat == Nat::None {
        let message = "the private subnets have no way to the internet: set `nat`, or leave `internet` out";
        stack.problem("adeptai", Some("internet".to_owned()), message);
    }
    let endpoint_policies = endpoint_policies(settings, storage, stack.scope());
    Network {
        zones: settings.zones.clone(),
        nat: settings.nat,
        public: settings.nat != Nat::None,
        interface_endpoints: vec![RUNTIME.into()],
        endpoint_policies,
        close_default_group: true,
        ..Network::new(settings.cidr)
    }
    .declare(stack, "main")
}

/// Declares the security group of the containers: no way in, and HTTPS out to S3 and the interface endpoints.
///
/// "Give SageMaker AI Hosted Endpoints Access to Resources in Your Amazon VPC" (SageMaker's guide) asks for a way to S3 alone.
/// SageMaker itself pulls images from ECR (`RepositoryAccessMode` Platform of CreateModel).
pub(super) fn declare_group(
    stack: &mut Stack,
    settings: &Settings,
    network: &NetworkOutputs,
) -> Input<SecurityGroupId> {
    let https = |peer, purpose: &str| SecurityRule::tcp(443, peer).describe(purpose);
    let lists = network.prefix_lists.values();
    let mut egress: Vec<_> = lists.map(|list| https(Peer::PrefixList(list.clone()), "HTTPS to S3")).collect();
    if let Some(group) = &network.endpoint_security_group {
        egress.push(https(Peer::group(group), "HTTPS to the interface endpoints"));
    }
    if settings.internet {
        egress.push(https(Peer::Cidr(Cidr::ANYWHERE), "HTTPS to the internet"));
    }
    let group = SecurityGroup { egress, ..SecurityGroup::new(&network.vpc_id, "Containers of the endpoints") };
    stack.add("endpoints", group).security_group_id
}

/// Returns the policies of the network's endpoints: the account's own principals alone, and in S3 the buckets of the stack and
/// those that the settings name, and AWS's with the layers of images. Without an account, as in `ebb validate`, there are none.
///
/// A policy of a gateway endpoint names principals by conditions only ("Control access to VPC endpoints using endpoint policies"
/// in the guide to PrivateLink). The bucket with layers is that of "Amazon ECR interface VPC endpoints" in the guide to ECR;
/// ECR signs the links to it, so that the principal is not of this account.
fn endpoint_policies(settings: &Settings, storage: &Storage, scope: &Scope) -> BTreeMap<String, Value> {
    if scope.account.is_empty() {
        return BTreeMap::new();
    }
    let arn = format!("arn:{}:s3:::", scope.partition());
    let own = storage.buckets().map(Input::text);
    let buckets = own.chain(named_buckets(settings).into_iter().map(Input::from));
    let resources: Vec<_> = buckets.flat_map(|bucket| [bucket.after(&arn), bucket.after(&arn).then("/*")]).collect();
    let own_principals = json!({ "StringEquals": { "aws:PrincipalAccount": scope.account } });
    let layers = format!("{arn}prod-{}-starport-layer-bucket/*", scope.region);
    let s3 = json!({ "Version": "2012-10-17", "Statement": [
        {
            "Sid": "Buckets", "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": resources,
            "Condition": own_principals,
        },
        { "Sid": "Layers", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": layers },
    ] });
    let runtime = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": own_principals },
    ] });
    BTreeMap::from([("s3".to_owned(), s3), (RUNTIME.to_owned(), runtime)])
}

/// Returns the buckets that the settings name: those with models, and others.
fn named_buckets(settings: &Settings) -> BTreeSet<String> {
    let of_endpoints = settings.endpoints.all().into_iter().flat_map(|endpoint| {
        let successor = endpoint.successor.as_ref().and_then(|successor| successor.model.as_deref());
        endpoint.model.as_deref().into_iter().chain(successor)
    });
    let uris = of_endpoints.chain(settings.models.as_deref());
    let bucket = |uri: &str| uri.strip_prefix("s3://")?.split('/').next().map(str::to_owned);
    let of_models = uris.filter_map(bucket).filter(|bucket| !bucket.is_empty());
    of_models.chain(settings.reachable_buckets.iter().cloned()).collect()
}
