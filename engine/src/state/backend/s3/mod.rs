//! StateStore in a bucket of S3, shared by everybody who may read and write it. No table stands beside it.
//!
//! Under `PREFIX/ENVIRONMENT/STACK/`: `state.json` is the document, replaced only by who names the version it had when
//! they read it (`If-Match`); `lease.json` says who may write, and is renewed while they do; `journal/` has what the open
//! run completed; `history/` every earlier serial.
//!
//! Two that race for the lease cannot both get it, since S3 lets one conditional write win. Whoever lost it (frozen,
//! cut off, unlocked by somebody) can still not overwrite anything: the document's version is another one by then.

mod backend;
mod bucket;
mod date;
mod lease;
mod objects;
mod session;

pub use backend::S3Backend;
