//! Providers of IAM: one file for each kind, of the same name as its declaration.

mod document;
mod role;
mod role_policies;
