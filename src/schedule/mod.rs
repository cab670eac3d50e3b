//! Schedules: windows, holidays and holds, and the target that follows from them at an instant.
//!
//! Everything here is a function of its arguments. The clock, the time zone and the version of its data are passed in.

mod bounds;
mod calendar;
mod check;
mod civil;
mod conflicts;
mod course;
mod cron;
mod cron_days;
mod days;
mod decide;
mod decision;
mod expectation;
mod level;
mod lint;
mod occurrence;
mod old_zones;
mod preview;
mod problem;
mod pushing;
mod settings;
mod situation;
mod sweep;
mod timeline;
mod times;
mod validated;
mod weekly;
mod window;
mod zone;

pub use bounds::{Bounds, Capacity};
pub use check::{Verdict, check};
pub use civil::{duration, elapsed, reached};
pub use course::{Course, CourseStretch};
pub use decide::{decide, idle_limit};
pub use decision::{Cause, Decision};
pub use expectation::instant;
pub use lint::lint;
pub use preview::{Hours, Preview, PreviewStretch, Transition, preview};
pub use problem::{Misspelt, Problem};
pub use settings::{ExpectSettings, Settings, WindowSettings};
pub use situation::{BudgetOf, Hold, Idleness, Latch, Limit, LimitAction, Situation, UnderWay};
pub use validated::Schedule;
pub use weekly::WeeklyChange;
pub use window::Window;
pub use zone::ambiguous_zone;
