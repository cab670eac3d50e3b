//! Mends.

use super::Mends;

/// The mends of this service.
pub(in super::super) struct Logs;

impl Mends for Logs {}
