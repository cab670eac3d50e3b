//! Dollars: the price book, what resources bill, and estimates from both. Clock, files and use are passed in.

mod amount;
mod book;
mod book_error;
mod book_file;
mod break_even;
mod components;
mod costs;
mod estimate;
pub mod ledger;
mod levels;
mod planned;
mod price;
pub mod price_list;
mod range;
mod rates;
mod report;
mod scheduled;
mod standing;
mod usage;

pub use amount::Amount;
pub use book::{Book, GLOBAL};
pub use book_error::{BookError, BookFault};
pub use book_file::Prices;
pub use break_even::BreakEven;
pub use components::component_of;
pub use costs::{Costs, HOURS_PER_MONTH, Line, Pricing, Total, UnknownPart, UnpricedUse};
pub use estimate::{ComponentCost, Estimate, EstimatedLine};
pub use levels::{Levels, Share};
pub use planned::{OperationCost, PlanCosts};
pub use price::{Confidence, OFFERED, OLD_AFTER_DAYS, Price, PriceDate, Tier};
pub use range::AmountRange;
pub use rates::{Capacity, Rates};
pub use report::{ComponentReport, Report, Saving, Strategy};
pub use scheduled::Scheduled;
pub use standing::Standing;
pub use usage::{UsageFault, UsageSettings};
