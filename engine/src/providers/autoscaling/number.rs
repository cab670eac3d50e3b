//! The numbers of the SDK, which are signed where the library's are not.

/// Returns a number as the SDK takes it; one that does not fit becomes the greatest.
pub(super) fn number_to_sdk(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Returns a number of the SDK; a negative one becomes 0.
pub(super) fn read_number(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}
