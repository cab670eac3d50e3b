//! The list of the services.

use super::{autoscaling, budgets, ec2, kms, monitoring, sagemaker, sns, tagging};
use crate::service::Service;

/// Returns all services.
pub fn all() -> Vec<Box<dyn Service>> {
    vec![
        Box::new(autoscaling::AutoScaling),
        Box::new(budgets::Budgets),
        Box::new(ec2::Ec2),
        Box::new(kms::Kms),
        Box::new(monitoring::Monitoring),
        Box::new(sagemaker::SageMaker),
        Box::new(sns::Sns),
        Box::new(tagging::Tagging),
    ]
}
