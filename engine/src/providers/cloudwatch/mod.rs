//! Providers of CloudWatch: one file for each kind, of the same name as its declaration.

mod alarm;
mod body;
mod dashboard;
mod metric;
mod tags;
mod widget;
