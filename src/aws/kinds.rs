//! The list of kinds. A new kind is one file and one line here; a test fails on a file that is missing in the list.

use super::{autoscaling, budgets, cloudwatch, ec2, iam, logs, s3, sagemaker, secretsmanager, sns};
use crate::resource::Registry;

/// Returns the kinds of AWS resources.
pub fn kinds() -> Registry {
    Registry::new()
        // one line for each kind, in alphabetical order
        .with::<autoscaling::ScalableTarget>()
        .with::<autoscaling::ScalingPolicy>()
        .with::<autoscaling::ScheduledAction>()
        .with::<budgets::Budget>()
        .with::<cloudwatch::Alarm>()
        .with::<cloudwatch::Dashboard>()
        .with::<ec2::ElasticIp>()
        .with::<ec2::InternetGateway>()
        .with::<ec2::NatGateway>()
        .with::<ec2::RouteTable>()
        .with::<ec2::SecurityGroup>()
        .with::<ec2::Subnet>()
        .with::<ec2::Vpc>()
        .with::<ec2::VpcEndpoint>()
        .with::<iam::Role>()
        .with::<logs::LogGroup>()
        .with::<s3::Bucket>()
        .with::<sagemaker::Endpoint>()
        .with::<sagemaker::EndpointConfig>()
        .with::<sagemaker::Model>()
        .with::<secretsmanager::Secret>()
        .with::<sns::Subscription>()
        .with::<sns::Topic>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_a_kind_is_listed() {
        let kinds = kinds();
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
                if let Some(name) = declared.filter(|name| kinds.get(name).is_none()) {
                    missing.push(name.to_owned());
                }
            }
        }
        assert!(missing.is_empty(), "not in the list of kinds: {missing:?}");
    }

    #[test]
    fn every_kind_has_outputs_that_can_be_referred_to() {
        for kind in kinds().iter() {
            assert!(!kind.info().outputs.is_empty(), "{} has no outputs", kind.info().name);
        }
    }
}
