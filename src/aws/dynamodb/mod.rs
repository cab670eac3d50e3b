//! DynamoDB: tables.

mod key;
mod table;

pub use key::{Attribute, AttributeType, Index, KeyPart, KeyRole, Projection};
pub use table::{StreamView, Table, TableClass, TableEncryption, TableKey, TableOutputs, TimeToLive};
