//! Mends.

use super::Mends;

/// The mends of this service.
pub(in super::super) struct Iam;

impl Mends for Iam {}
