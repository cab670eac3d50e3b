//! Charges that no resource of the cloud makes, such as traffic, credits, and the usage of other accounts of an organization.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::documents::Tables;

/// Id → charge, in the document of Cost Explorer.
const TABLE: &str = "Charge";

/// One charge of AWS's bill that the meter does not know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Charge {
    /// The instant of the usage, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// The account that is charged; `None` for that of the cloud. "For the management account of an organization, this includes
    /// all cost management data incurred by all accounts within the organization" (AWS Cost Management User Guide, Billing View).
    pub account: Option<String>,
    /// The charge type, such as `Usage`, `Credit` or `Refund`.
    pub record_type: String,
    /// The name of the service in Cost Explorer.
    pub service: String,
    /// The usage type.
    pub usage_type: String,
    /// The dollars. Those of credits and refunds are below 0.
    pub usd: f64,
    /// The tags of the resource.
    pub tags: BTreeMap<String, String>,
}

impl Charge {
    /// Creates a charge for usage of a service by the account of the cloud.
    pub fn usage(at_ms: i64, service: &str, usd: f64) -> Self {
        let (record_type, service, usage_type) =
            ("Usage".to_owned(), service.to_owned(), "DataTransfer-Out".to_owned());
        Self { at_ms, account: None, record_type, service, usage_type, usd, tags: BTreeMap::new() }
    }
}

/// Adds a charge to the document of Cost Explorer.
pub fn add(document: &mut Tables, charge: &Charge) -> Result<(), serde_json::Error> {
    let number = document.all(TABLE).count();
    document.put(TABLE, format!("{number:08}"), serde_json::to_value(charge)?);
    Ok(())
}

/// Returns the charges of the document of Cost Explorer.
pub fn all(document: &Tables) -> Vec<Charge> {
    document.all(TABLE).filter_map(|(_, record)| Charge::deserialize(record).ok()).collect()
}
