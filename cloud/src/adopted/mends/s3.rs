//! Mends.

use super::Mends;

/// The mends of this service.
pub(in super::super) struct S3;

impl Mends for S3 {}
