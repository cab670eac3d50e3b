//! Drawings of a stack. Running resources, sleeping ones and those that hold data differ in colour and shape.

mod dot;
mod layout;
mod mermaid;
mod model;
mod svg;

pub(super) use dot::to_dot;
pub(super) use mermaid::to_mermaid;
pub(super) use model::Drawing;
pub(super) use svg::{escape, to_svg};
