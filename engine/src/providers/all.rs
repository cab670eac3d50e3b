//! The list of providers, one for each kind of the library.

use super::Providers;
use ebbtide::aws::{autoscaling, budgets, cloudwatch, ec2, iam, logs, s3, sagemaker, secretsmanager, sns};

/// Returns the providers of all kinds of AWS resources.
pub fn providers() -> Providers {
    Providers::new()
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
    fn every_kind_of_the_library_has_a_provider() {
        let providers = providers();
        for kind in ebbtide::aws::kinds().iter() {
            assert!(providers.get(&kind.info().name).is_some(), "{} has no provider", kind.info().name);
        }
        assert_eq!(providers.kinds().iter().count(), ebbtide::aws::kinds().iter().count());
    }
}
