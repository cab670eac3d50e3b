//! Instants as EC2 writes them.

/// `2026-03-01T12:00:00.000Z` of milliseconds since the Unix epoch.
pub fn text(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map(|instant| format!("{instant:.3}")).unwrap_or_default()
}
