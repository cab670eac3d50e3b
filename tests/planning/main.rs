//! The planner, without AWS: tables of small stacks, and properties over generated ones.

mod capacity;
mod components;
mod destroying;
mod fixture;
mod jobs;
mod kinds;
mod pausing;
mod properties;
mod protecting;
mod renaming;
mod replacing;
mod rolling_out;
mod running;
mod taking_back;
