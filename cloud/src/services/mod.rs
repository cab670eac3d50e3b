//! The services that this crate answers itself, one folder or file each.

pub mod autoscaling;
pub mod budgets;
pub mod ec2;
pub mod kms;
pub mod monitoring;
pub mod paging;
pub mod sagemaker;
pub mod shape;
pub mod sns;

use crate::service::Service;

/// All of them.
pub fn all() -> Vec<Box<dyn Service>> {
    vec![
        Box::new(autoscaling::AutoScaling),
        Box::new(budgets::Budgets),
        Box::new(ec2::Ec2),
        Box::new(kms::Kms),
        Box::new(monitoring::Monitoring),
        Box::new(sagemaker::SageMaker),
        Box::new(sns::Sns),
    ]
}
