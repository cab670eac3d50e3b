//! The availability zones in which AWS looked for the instances of an endpoint.

use std::collections::BTreeSet;

use ebbtide::aws::ec2::Subnet;
use ebbtide::aws::sagemaker::{Endpoint, EndpointConfig, Model};
use ebbtide::record::StateDocument;
use ebbtide::resource::{Address, Resource as _};

/// The zones of a lack of capacity. No call chooses a zone: SageMaker chooses one of the subnets of a model, which stay the same
/// for as long as the model exists ("The ID of the subnets in the VPC to which you want to connect your training job or model",
/// SageMaker API Reference, `VpcConfig`; "Update requires: Replacement", CloudFormation Template Reference).
#[derive(Debug, Default, PartialEq)]
pub(super) struct Zones {
    /// The zones of the subnets of the models.
    tried: BTreeSet<String>,
    /// Further zones of the recorded network.
    others: BTreeSet<String>,
}

impl Zones {
    /// Returns the zones for endpoints. Subnets that the stack does not record are not known.
    pub(super) fn of(document: &StateDocument, endpoints: &[Address]) -> Self {
        let mut way: Vec<&Address> = endpoints.iter().collect();
        let mut subnets = BTreeSet::new();
        while let Some(address) = way.pop() {
            if address.kind() == Subnet::KIND {
                subnets.insert(address);
            } else if [Endpoint::KIND, EndpointConfig::KIND, Model::KIND].contains(&address.kind()) {
                way.extend(document.resources.get(address).into_iter().flat_map(|record| &record.depends_on));
            }
        }
        let zones = |addresses: &mut dyn Iterator<Item = &Address>| -> BTreeSet<String> {
            let inputs = addresses.filter_map(|address| Some(&document.resources.get(address)?.inputs));
            inputs.filter_map(|inputs| Some(inputs.get("zone")?.as_str()?.to_owned())).collect()
        };
        let tried = zones(&mut subnets.into_iter());
        if tried.is_empty() {
            return Self::default();
        }
        let all = zones(&mut document.resources.keys().filter(|address| address.kind() == Subnet::KIND));
        Self { others: &all - &tried, tried }
    }

    /// Returns where AWS looked, for a sentence that ends with it; empty if that is not known.
    pub(super) fn tried(&self) -> String {
        match self.tried.is_empty() {
            true => String::new(),
            false => format!(" in {}", listed(&self.tried)),
        }
    }

    /// Returns advice, if anything is known.
    pub(super) fn advice(&self) -> Option<String> {
        if self.tried.is_empty() {
            return None;
        }
        Some(match self.others.is_empty() {
            true => "SageMaker looks in every zone of the network at each try; the next look tries again".to_owned(),
            false => format!(
                "the network has subnets in {} as well: SageMaker looks there once the models have them, so declare that and \
                 run `ebb apply`; the next look tries again",
                listed(&self.others)
            ),
        })
    }
}

fn listed(zones: &BTreeSet<String>) -> String {
    let zones: Vec<&str> = zones.iter().map(String::as_str).collect();
    match zones.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        zones => zones.join(""),
    }
}

#[cfg(test)]
mod tests {
    use ebbtide::record::ResourceRecord;
    use ebbtide::resource::Scope;
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    fn document(model_subnets: &[&str]) -> StateDocument {
        let scope = Scope {
            environment: "test".into(),
            stack: "s".into(),
            region: "eu-west-1".into(),
            account: "123456789012".into(),
        };
        let mut document = StateDocument::empty(scope, Timestamp::UNIX_EPOCH, "lineage".into(), "key".into());
        let mut add = |address: &str, inputs: serde_json::Value, depends_on: Vec<String>| {
            let record =
                json!({"generation": 1, "version": 1, "inputs": inputs, "outputs": {}, "depends_on": depends_on});
            let record: ResourceRecord = serde_json::from_value(record).unwrap();
            document.resources.insert(address.parse().unwrap(), record);
        };
        for zone in ["a", "b", "c"] {
            add(&format!("ec2_subnet.{zone}"), json!({"zone": format!("eu-west-1{zone}")}), Vec::new());
        }
        let subnets = model_subnets.iter().map(|name| format!("ec2_subnet.{name}")).collect();
        add("sagemaker_model.llm", json!({}), subnets);
        add("sagemaker_endpoint_config.llm", json!({}), vec!["sagemaker_model.llm".into()]);
        add("sagemaker_endpoint.llm", json!({}), vec!["sagemaker_endpoint_config.llm".into()]);
        document
    }

    #[test]
    fn the_zones_of_a_model_are_told_apart_from_others_of_the_network() {
        let endpoints = ["sagemaker_endpoint.llm".parse().unwrap()];
        let some = Zones::of(&document(&["a", "b"]), &endpoints);
        assert_eq!(some.tried(), " in eu-west-1a and eu-west-1b");
        assert!(some.advice().unwrap().starts_with("the network has subnets in eu-west-1c as well"));
        let all = Zones::of(&document(&["a", "b", "c"]), &endpoints);
        assert_eq!(all.tried(), " in eu-west-1a, eu-west-1b and eu-west-1c");
        assert!(all.advice().unwrap().starts_with("SageMaker looks in every zone"));
        let unknown = Zones::of(&document(&[]), &endpoints);
        assert_eq!((unknown.tried(), unknown.advice()), (String::new(), None));
    }
}
