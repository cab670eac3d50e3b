//! The meter: what existed for how long, in the units of AWS's bill.
//!
//! It is independent of any client: it knows the documents of the services and the clock of the cloud, nothing else. When a
//! call has changed a document, the [`record`] compares the uses that the service states ([`Use`](crate::usage::Use)) with
//! those that it has open in the same document: a use that is gone ends, a new one begins. Open uses lie in the document
//! itself, so they change together with it; uses that have ended are appended to the [`journal`], a file of the folder that is
//! never rewritten. [`entries`] returns both.
//!
//! A use may begin or end at an instant to come, such as the end of a transition, so time passes without calls.

mod folder;
mod journal;
mod record;

pub(crate) use folder::{entries, note};
