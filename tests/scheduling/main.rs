//! Schedules: known vectors of windows, warnings, bad settings, and properties over generated schedules.

mod fixture;
mod properties;
mod pushed;
mod refused;
mod vectors;
mod warnings;
