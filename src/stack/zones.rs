//! The availability zones of a region, as AWS reports them for the account.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The availability zones of the region, as AWS reports them for the account.
///
/// Letters differ between accounts: one has `ap-northeast-1a`, `-c` and `-d`, another one `-b`, `-c` and `-d`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionZones {
    /// The names, sorted; empty if AWS was not asked, or may not be asked with the credentials in use.
    #[serde(default)]
    pub names: Vec<String>,
    /// The zones of each service of AWS whose interface endpoints are not in all zones, by the full name of the service.
    #[serde(default)]
    pub endpoints: BTreeMap<String, Vec<String>>,
}

impl RegionZones {
    /// Returns whether interface endpoints of a service, given by its full name, can be in a zone as far as is known.
    pub fn has_endpoint(&self, service: &str, zone: &str) -> bool {
        self.endpoints.get(service).is_none_or(|zones| zones.iter().any(|other| other == zone))
    }
}
