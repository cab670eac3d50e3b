//! Providers of CloudWatch Logs: one file for each kind, of the same name as its declaration.

mod group;
