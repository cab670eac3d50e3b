//! The services that this crate answers itself, one folder or file each.

pub mod autoscaling;
pub mod ec2;
pub mod paging;
pub mod sagemaker;
pub mod shape;

use crate::service::Service;

/// All of them.
pub fn all() -> Vec<Box<dyn Service>> {
    vec![Box::new(ec2::Ec2), Box::new(sagemaker::SageMaker), Box::new(autoscaling::AutoScaling)]
}
