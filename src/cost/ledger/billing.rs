//! The bill of a resource as the ledger keeps it: by time, with the bounds of its instances.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cost::Rates;
use crate::resource::{Address, Charge, Per};

/// The bills of a set of resources.
pub type LedgerBilling = BTreeMap<Address, Bill>;

/// What one resource bills from an instant on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bill {
    /// The charges by the hour and by the month. Those by use are not in the ledger.
    pub charges: Vec<Charge>,
    /// The bounds between which scaling varies the instances of a variant.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scaling: BTreeMap<String, (u32, u32)>,
    /// The reason why the bill, or a part of it, is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown: Option<String>,
}

impl Bill {
    /// Returns the bills of rates, without resources that cost nothing.
    pub fn of(rates: &Rates) -> LedgerBilling {
        let bill = |(address, charges): (&Address, &Vec<Charge>)| {
            let is_by_time = |charge: &&Charge| charge.is_by_time();
            let bill = Self {
                charges: charges.iter().filter(is_by_time).cloned().collect(),
                scaling: rates.scaling.get(address).cloned().unwrap_or_default(),
                unknown: rates.unknown.get(address).cloned(),
            };
            (!bill.charges.is_empty() || bill.unknown.is_some()).then(|| (address.clone(), bill))
        };
        rates.resources.iter().filter_map(bill).collect()
    }

    /// Returns the bill without some of its charges; `None` if nothing is left of it.
    pub(super) fn without(&self, is_left_out: impl Fn(&Per) -> bool) -> Option<Self> {
        let mut bill = self.clone();
        bill.charges.retain(|charge| !is_left_out(&charge.per));
        (!bill.charges.is_empty() || bill.unknown.is_some()).then_some(bill)
    }

    /// Returns the bounds of the instances of a variant of which a number was seen; `None` if it does not vary. A number outside
    /// of the bounds of scaling was seen before scaling acted, or others changed it.
    pub(super) fn bounds(&self, variant: &str, seen: f64) -> Option<(f64, f64)> {
        let (min, max) = self.scaling.get(variant)?;
        let bounds = (seen.min(f64::from(*min)), seen.max(f64::from(*max)));
        (bounds.0 < bounds.1).then_some(bounds)
    }
}
