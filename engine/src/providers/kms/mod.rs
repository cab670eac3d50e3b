//! Providers of KMS: one file for each kind, of the same name as its declaration.

mod alias;
mod key;
mod key_policy;
