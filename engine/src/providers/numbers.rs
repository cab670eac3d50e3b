//! Conversions between the unsigned numbers of declarations and the signed numbers of the SDK.

/// Converts a number for a request; a number that AWS could not represent becomes the greatest one.
pub(crate) fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Converts a number from a response of AWS; a negative number becomes 0.
pub(crate) fn unsigned(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}
