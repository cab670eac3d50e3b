//! The services that this crate answers itself, one folder or file each.

pub mod ec2;

use crate::service::Service;

/// All of them.
pub fn all() -> Vec<Box<dyn Service>> {
    vec![Box::new(ec2::Ec2)]
}
