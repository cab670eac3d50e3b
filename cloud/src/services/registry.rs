//! The list of the services.

use super::{
    autoscaling, bedrock, budgets, cloudcontrol, cost_explorer, ec2, kms, monitoring, pricing, quotas, sagemaker, sns,
    tagging,
};
use crate::service::Service;

/// Returns all services.
pub fn all() -> Vec<Box<dyn Service>> {
    vec![
        Box::new(autoscaling::AutoScaling),
        Box::new(bedrock::Bedrock),
        Box::new(budgets::Budgets),
        Box::new(cloudcontrol::CloudControl),
        Box::new(cost_explorer::CostExplorer),
        Box::new(ec2::Ec2),
        Box::new(cloudcontrol::Ecr),
        Box::new(kms::Kms),
        Box::new(monitoring::Monitoring),
        Box::new(pricing::Pricing),
        Box::new(quotas::Quotas),
        Box::new(sagemaker::SageMaker),
        Box::new(sns::Sns),
        Box::new(tagging::Tagging),
    ]
}
