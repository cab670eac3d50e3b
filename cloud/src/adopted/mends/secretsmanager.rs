//! Mends.

use super::Mends;

/// The mends of this service.
pub(in super::super) struct SecretsManager;

impl Mends for SecretsManager {}
