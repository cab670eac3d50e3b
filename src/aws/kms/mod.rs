//! KMS: keys and their aliases.

mod alias;
mod key;

pub use alias::{Alias, AliasOutputs};
pub use key::{Key, KeyOutputs, account_access};
