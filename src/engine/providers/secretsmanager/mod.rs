//! Providers of Secrets Manager: one file for each kind, of the same name as its declaration.
