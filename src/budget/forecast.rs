//! The forecast of a month's spending, by the schedule to come.

use super::spend::Spend;

/// A stretch of time to come in which spending has one rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outlook {
    /// Its length in hours.
    pub hours: f64,
    /// The spending of an hour. Scaling between its bounds makes it a range.
    pub hourly: Spend,
}

/// Returns the spending of a month: the spending so far, and that of the stretches of time until its end. The stretches follow
/// the schedule; a straight line through the spending so far would miss that nights and weekends are paused.
pub fn forecast(so_far: Spend, to_come: &[Outlook]) -> Spend {
    so_far + to_come.iter().map(|outlook| outlook.hourly * outlook.hours).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forecast_adds_the_hours_to_come_at_their_rates() {
        let office = Outlook { hours: 10.0, hourly: Spend::between(8.0, 20.0) };
        let night = Outlook { hours: 14.0, hourly: Spend::exactly(0.5) };
        assert_eq!(forecast(Spend::exactly(100.0), &[office, night]), Spend::between(187.0, 307.0));
    }
}
