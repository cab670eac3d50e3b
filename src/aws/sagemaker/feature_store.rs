//! The stores of a feature group, and their throughput.

use serde::{Deserialize, Serialize};

use super::text::location_problem;
use crate::resource::{Charge, Declared, Input, Phase, Problems};

/// The online store of a group: the latest record of each identifier.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct OnlineStore<P: Phase = Declared> {
    /// The KMS key for records at rest; a key of AWS unless given.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
}

/// The tier of an online store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnlineStorage {
    /// AWS's usual store. A group can move on to `StandardV2`, and not back.
    #[default]
    Standard,
    /// Single features of a record can be updated.
    StandardV2,
    /// In memory.
    InMemory,
}

/// The time after which records of the online store are deleted, counted from their event time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifetime {
    /// The number of units, at least 1.
    pub value: u32,
    /// The unit.
    pub unit: LifetimeUnit,
}

/// The unit of a lifetime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LifetimeUnit {
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days.
    Days,
    /// Weeks.
    Weeks,
}

/// The offline store of a group: all records that there ever were, as objects of a bucket. AWS deletes neither the objects nor the
/// table of Glue with the group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct OfflineStore<P: Phase = Declared> {
    /// The location, `s3://BUCKET/PREFIX`.
    pub uri: P::Of<String>,
    /// The KMS key for the objects; the bucket's default encryption unless given.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
    /// Whether AWS makes a table of Glue for queries.
    #[serde(default = "yes")]
    pub glue_table: bool,
    /// The table of Glue; AWS names it unless given.
    #[serde(default)]
    pub catalog: Option<DataCatalog>,
    /// The format of the table.
    #[serde(default)]
    pub format: TableFormat,
}

fn yes() -> bool {
    true
}

/// A table of Glue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataCatalog {
    /// The catalog, such as `AwsDataCatalog`.
    pub catalog: String,
    /// The database.
    pub database: String,
    /// The table.
    pub table: String,
}

/// The format of the table of an offline store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableFormat {
    /// A table of Glue.
    #[default]
    Glue,
    /// A table of Apache Iceberg.
    Iceberg,
}

/// The throughput of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Throughput {
    /// Reads and writes are billed as they happen.
    #[default]
    OnDemand,
    /// Capacity is billed by the hour, and what exceeds it is throttled. Only with `OnlineStorage::Standard`, or without an online
    /// store.
    Provisioned {
        /// The units of reads a second; 0 without an online store.
        read_units: u32,
        /// The units of writes a second.
        write_units: u32,
    },
}

/// The most units of reads or writes.
const MOST_UNITS: u32 = 10_000_000;

impl OfflineStore {
    /// Creates a store with a table of Glue.
    pub fn at(uri: impl Into<Input<String>>) -> Self {
        Self { uri: uri.into(), kms_key: None, glue_table: true, catalog: None, format: TableFormat::Glue }
    }

    /// Reports values that AWS would refuse.
    pub(super) fn validate(&self, problems: &mut Problems) {
        if let Some(problem) = self.uri.known().and_then(|uri| location_problem(uri, 1024)) {
            problems.refuse("offline_store.uri", problem);
        }
        if !self.glue_table && self.format == TableFormat::Iceberg {
            problems.refuse("offline_store.format", "AWS makes the table of Iceberg: it needs `glue_table`");
        }
        if let Some(DataCatalog { catalog, database, table }) = &self.catalog {
            let fits = |name: &String| (1..=255).contains(&name.chars().count()) && !name.contains(['\n', '\r', '\0']);
            if ![catalog, database, table].into_iter().all(fits) {
                problems.refuse("offline_store.catalog", "each of its names has 1 to 255 characters in one line");
            }
        }
    }
}

impl Throughput {
    /// Reports values that AWS would refuse.
    pub(super) fn validate(self, online: Option<OnlineStorage>, problems: &mut Problems) {
        let Self::Provisioned { read_units, write_units } = self else { return };
        if read_units > MOST_UNITS || write_units > MOST_UNITS {
            problems.refuse("throughput", format!("AWS provides up to {MOST_UNITS} units"));
        }
        if online.is_some_and(|storage| storage != OnlineStorage::Standard) {
            problems.refuse("throughput", "AWS provisions capacity for the storage `Standard` only");
        }
        if online.is_none() && read_units > 0 {
            problems.refuse("throughput", "there are no reads without an online store: declare 0 units of reads");
        }
    }

    /// Returns the charges.
    pub(super) fn charges(self, online: bool) -> Vec<Charge> {
        let item = |name: &str| format!("sagemaker.feature_store.{name}");
        match self {
            Self::OnDemand => {
                let reads = online.then(|| Charge::by_use(item("read_unit"), "read_units"));
                reads.into_iter().chain([Charge::by_use(item("write_unit"), "write_units")]).collect()
            }
            Self::Provisioned { read_units, write_units } => {
                let reads = online.then(|| Charge::hourly(item("provisioned.read_unit"), f64::from(read_units)));
                let writes = Charge::hourly(item("provisioned.write_unit"), f64::from(write_units));
                reads.into_iter().chain([writes]).collect()
            }
        }
    }
}
