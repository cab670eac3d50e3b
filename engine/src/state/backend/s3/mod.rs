//! State in a bucket of S3, shared by all who may read and write it. No database table is needed beside it.
//!
//! Under `PREFIX/ENVIRONMENT/STACK/`, `state.json` is the document. It is replaced only by a write that names the version
//! that was read (`If-Match`). `lease.json` names the writer, who renews it while at work; `journal/` has the journal of the
//! open run, and `history/` every earlier serial.
//!
//! Of two commands that race for the lease only one can get it, since S3 lets one conditional write win. A command that lost
//! the lease (frozen, cut off or unlocked) still cannot overwrite anything: the document has another version by then.

mod backend;
mod bucket;
mod date;
mod errors;
mod init;
mod lease;
mod names;
mod objects;
mod session;

pub use backend::S3Backend;
pub use bucket::StateBucket;
