//! The services that this crate answers itself, one folder or file each.

pub mod monitoring;
pub mod paging;
