//! The bill of a resource: charges as keys of the price book.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One billed item of a resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Charge {
    /// The entry of the price book, e.g. `sagemaker.hosting.ml.g5.xlarge`.
    pub item: String,
    /// The number of these items: of one instance where the charge has a fleet, and of one unit of use where it is billed by
    /// use.
    pub quantity: f64,
    /// The time or the use over which the price counts.
    pub per: Per,
    /// The instances that are each billed `quantity` items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fleet: Option<Fleet>,
}

/// The time or the use over which a price counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// An hour of existence, billed by the second.
    Hour,
    /// An hour of existence that has begun: a part of one is billed as a whole. Hours are counted from the beginning of the bill.
    BegunHour(Since),
    /// A month of existence.
    Month,
    /// Once, when a job is run. If it is not known for how many items, the reason.
    Once(Option<String>),
    /// Use, which nothing declares: the key below `[usage]` with the amount of a month, such as `storage_gb`.
    Use(String),
}

/// The beginning of a bill by begun hours. Its end is the deletion, as soon as AWS accepts that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// AWS has accepted the creation.
    Accepted,
    /// The resource is available.
    Ready,
}

impl Per {
    /// Returns the hours that are billed for an uninterrupted existence of so many hours.
    pub fn billed_hours(&self, hours: f64) -> f64 {
        match self {
            Self::BegunHour(_) => hours.ceil(),
            Self::Hour | Self::Month => hours,
            Self::Once(_) | Self::Use(_) => 0.0,
        }
    }
}

/// Instances of one variant. A schedule or an observation may replace their number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fleet {
    /// The name of the variant.
    pub variant: String,
    /// The number that is declared.
    pub count: f64,
}

/// The bill of one resource while it exists, as far as its inputs determine it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Billing {
    /// The kind does not say what AWS bills.
    Unknown,
    /// AWS bills nothing for it.
    Free {
        /// The reason.
        because: String,
    },
    /// AWS bills these charges.
    Charges(Vec<Charge>),
    /// AWS bills nothing for the resource itself, and these charges for each resource of a kind that refers to it.
    Conferred {
        /// The kind that is billed.
        to: String,
        /// The charges.
        charges: Vec<Charge>,
        /// The bounds between which AWS varies the number of instances by itself, by variant.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        bounds: BTreeMap<String, (u32, u32)>,
    },
    /// AWS bills these charges, and those that a resource of another kind confers, to which this one refers.
    WithConferred {
        /// The kind that confers the other charges.
        from: String,
        /// The charges of its own.
        charges: Vec<Charge>,
    },
    /// AWS bills nothing for the resource itself. It lets the number of instances vary in the resource that it refers to.
    Scaling {
        /// The variant whose instances vary.
        variant: String,
        /// The least number of instances.
        min: u32,
        /// The greatest number of instances.
        max: u32,
    },
}

impl Billing {
    /// Creates the bill of a resource that costs nothing.
    pub fn free(because: impl Into<String>) -> Self {
        Self::Free { because: because.into() }
    }
}

impl Charge {
    /// Creates a charge by the hour.
    pub fn hourly(item: impl Into<String>, quantity: f64) -> Self {
        Self { item: item.into(), quantity, per: Per::Hour, fleet: None }
    }

    /// Creates a charge by the begun hour.
    pub fn by_begun_hour(item: impl Into<String>, quantity: f64, since: Since) -> Self {
        Self { item: item.into(), quantity, per: Per::BegunHour(since), fleet: None }
    }

    /// Creates a charge by the month.
    pub fn monthly(item: impl Into<String>, quantity: f64) -> Self {
        Self { item: item.into(), quantity, per: Per::Month, fleet: None }
    }

    /// Creates a charge by use: `usage` is the key of the monthly amount, and each unit of it is billed as one item.
    pub fn by_use(item: impl Into<String>, usage: impl Into<String>) -> Self {
        Self { item: item.into(), quantity: 1.0, per: Per::Use(usage.into()), fleet: None }
    }

    /// Creates a charge of a job, which is billed once when it is run.
    pub fn once(item: impl Into<String>, quantity: f64) -> Self {
        Self { item: item.into(), quantity, per: Per::Once(None), fleet: None }
    }

    /// Creates a charge of a job, of which it is not known for how many items it is billed.
    pub fn once_for_unknown(item: impl Into<String>, because: impl Into<String>) -> Self {
        Self { item: item.into(), quantity: 0.0, per: Per::Once(Some(because.into())), fleet: None }
    }

    /// Bills each unit of use as a number of items.
    #[must_use]
    pub fn times(mut self, quantity: f64) -> Self {
        self.quantity *= quantity;
        self
    }

    /// Bills each instance of a variant.
    #[must_use]
    pub fn each(mut self, variant: &str, count: u32) -> Self {
        self.fleet = Some(Fleet { variant: variant.to_owned(), count: f64::from(count) });
        self
    }

    /// Returns whether it is billed by use, and not by time.
    pub fn is_by_use(&self) -> bool {
        matches!(self.per, Per::Use(_))
    }

    /// Returns whether it is billed once, when a job is run.
    pub fn is_once(&self) -> bool {
        matches!(self.per, Per::Once(_))
    }

    /// Returns whether it is billed by the time that the resource exists.
    pub fn is_by_time(&self) -> bool {
        matches!(self.per, Per::Hour | Per::BegunHour(_) | Per::Month)
    }

    /// Returns the number of items of all instances.
    pub fn total(&self) -> f64 {
        self.quantity * self.fleet.as_ref().map_or(1.0, |fleet| fleet.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_begun_hour_is_billed_as_a_whole() {
        let begun = Per::BegunHour(Since::Ready);
        assert_eq!([0.0, 0.1, 1.0, 1.5].map(|hours| begun.billed_hours(hours)), [0.0, 1.0, 1.0, 2.0]);
        assert_eq!(Per::Hour.billed_hours(1.5), 1.5);
        assert_eq!(Per::Use("storage_gb".into()).billed_hours(1.5), 0.0);
    }
}
