//! Providers of Secrets Manager: one file for each kind, of the same name as its declaration.

mod generated;
mod secret;
mod source;
mod value;
