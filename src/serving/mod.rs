//! Serving language models: whether a model fits on an instance, the settings of the server that follow from it, and the
//! images of AWS. Pure tables and arithmetic; nothing here declares a resource.

mod advice;
mod disks;
mod estimate;
mod fit;
mod gpu;
mod images;
mod instance;
mod misfit;
mod model;
mod weights;

pub use advice::Advice;
pub use disks::takes_volume_key;
pub use fit::{Fit, Serving};
pub use gpu::Gpu;
pub use images::{LMI_IMAGE, UnknownRegion, lmi_image};
pub use instance::{Instance, instance};
pub use misfit::Misfit;
pub use model::{Model, model, model_names};
pub use weights::Weights;
