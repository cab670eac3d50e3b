//! Schedules: known vectors of windows, warnings, bad settings, and properties over generated schedules.

mod fixture;
mod properties;
mod refused;
mod vectors;
mod warnings;
