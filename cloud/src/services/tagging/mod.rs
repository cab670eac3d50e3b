//! The Resource Groups Tagging API: finding the tagged resources of a region, whatever their service.

mod operations;
mod resources;
mod service;

pub(crate) use resources::tagged;
pub use service::Tagging;
