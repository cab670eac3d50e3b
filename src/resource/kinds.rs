//! The list of kinds. A new kind is one file and one line here; a test fails on a file that nobody listed.

use super::Kind;
use super::erased::Erased;
use crate::aws;

/// Every kind of resource.
pub fn kinds() -> &'static [&'static dyn Kind] {
    const KINDS: &[&dyn Kind] = &[
        // one line for each kind, in alphabetical order
        &Erased::<aws::autoscaling::ScalableTarget>::NEW,
        &Erased::<aws::autoscaling::ScalingPolicy>::NEW,
        &Erased::<aws::autoscaling::ScheduledAction>::NEW,
        &Erased::<aws::budgets::Budget>::NEW,
        &Erased::<aws::cloudwatch::Alarm>::NEW,
        &Erased::<aws::cloudwatch::Dashboard>::NEW,
        &Erased::<aws::ec2::ElasticIp>::NEW,
        &Erased::<aws::ec2::InternetGateway>::NEW,
        &Erased::<aws::ec2::NatGateway>::NEW,
        &Erased::<aws::ec2::RouteTable>::NEW,
        &Erased::<aws::ec2::SecurityGroup>::NEW,
        &Erased::<aws::ec2::Subnet>::NEW,
        &Erased::<aws::ec2::Vpc>::NEW,
        &Erased::<aws::ec2::VpcEndpoint>::NEW,
        &Erased::<aws::iam::Role>::NEW,
        &Erased::<aws::logs::LogGroup>::NEW,
        &Erased::<aws::s3::Bucket>::NEW,
        &Erased::<aws::sagemaker::Endpoint>::NEW,
        &Erased::<aws::sagemaker::EndpointConfig>::NEW,
        &Erased::<aws::sagemaker::Model>::NEW,
        &Erased::<aws::secretsmanager::Secret>::NEW,
        &Erased::<aws::sns::Subscription>::NEW,
        &Erased::<aws::sns::Topic>::NEW,
    ];
    KINDS
}

/// The kind of a name.
pub fn kind(name: &str) -> Option<&'static dyn Kind> {
    kinds().iter().copied().find(|kind| kind.name() == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_file_of_a_kind_is_listed_and_names_are_unique() {
        let names: Vec<_> = kinds().iter().map(|kind| kind.name()).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
        let mut missing = Vec::new();
        for service in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/aws")).unwrap() {
            let service = service.unwrap().path();
            if !service.is_dir() {
                continue;
            }
            for file in std::fs::read_dir(&service).unwrap() {
                let text = std::fs::read_to_string(file.unwrap().path()).unwrap_or_default();
                let declared =
                    text.split("const KIND: &'static str = \"").nth(1).and_then(|rest| rest.split('"').next());
                if let Some(name) = declared.filter(|name| kind(name).is_none()) {
                    missing.push(name.to_owned());
                }
            }
        }
        assert!(missing.is_empty(), "not in the list of kinds: {missing:?}");
    }

    #[test]
    fn every_kind_has_outputs_that_can_be_referred_to() {
        for kind in kinds() {
            assert!(!kind.outputs().is_empty(), "{} has no outputs", kind.name());
        }
    }
}
