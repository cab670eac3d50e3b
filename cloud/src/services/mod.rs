//! The services that this crate answers itself, one folder or file each.

use crate::service::Service;

/// All of them.
pub fn all() -> Vec<Box<dyn Service>> {
    Vec::new()
}
