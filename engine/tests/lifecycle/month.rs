//! A month of a stack in virtual time: the ledger and the meter of the cloud, which knows nothing of it, agree.

mod books;
mod kill;
pub mod plant;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::sleep;

use books::{agree, within};
use kill::Kill;
use plant::Plant;

/// The time between two looks while the stack runs: numbers of instances are certain for 15 minutes.
const LOOK: Duration = Duration::from_secs(13 * 60);
/// The time between two looks otherwise, where no transition is due.
const QUIET: Duration = Duration::from_secs(3 * 3600);

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// Waits until the next look, or until just after the next transition. Auto scaling changes the number of instances now and
/// then meanwhile.
async fn wait(plant: &Plant, dice: &mut Dice, due: Timestamp) {
    let now = plant.now();
    let due = Duration::try_from(due.duration_since(now)).ok().filter(|due| !due.is_zero());
    let pause = if plant.is_running().await { LOOK } else { QUIET };
    let pause = due.map_or(pause, |due| (due + Duration::from_millis(100)).min(pause));
    if dice.roll(6) == 0 {
        let before = pause.mul_f64(f64::from(u32::try_from(dice.roll(90)).unwrap()) / 100.0);
        sleep(before).await;
        plant.scale(dice.roll(2) == 0).await;
        sleep(pause - before).await;
    } else {
        sleep(pause).await;
    }
}

/// Looks after a plant until an instant.
async fn look_after(plant: &Plant, dice: &mut Dice, until: Timestamp) {
    while plant.now() < until {
        let due = plant.tick().await;
        wait(plant, dice, due.map_or(until, |due| due.min(until))).await;
    }
}

/// Lets the control plane be away until an instant, while scaling goes on.
async fn away(plant: &Plant, dice: &mut Dice, until: Timestamp) {
    while plant.now() < until {
        wait(plant, dice, until).await;
    }
}

#[tokio::test(start_paused = true)]
async fn ledger_and_meter_agree_over_a_month_of_schedules_scaling_kills_and_outages() {
    let plant = Plant::new("2027-03-01T00:00:00Z").await;
    let mut dice = Dice(7);
    let day = |day: u8, time: &str| -> Timestamp { format!("2027-03-{day:02}T{time}Z").parse().unwrap() };

    // A week of windows and scaling.
    look_after(&plant, &mut dice, day(8, "12:30:00")).await;
    agree(&plant.books().await, "a week");

    // Processes are killed at some call of the resume or of the pause, before it arrives or after it acted. Another one looks
    // some minutes later.
    for date in [8, 10, 12, 15, 17] {
        for (until, at) in [("12:59:00", "13:00:01"), ("16:19:00", "16:20:01")] {
            look_after(&plant, &mut dice, day(date, until)).await;
            plant.tick().await;
            away(&plant, &mut dice, day(date, at)).await;
            for _ in 0..2 {
                plant.killed(Kill::new(1 + dice.roll(60), dice.roll(2) == 0)).await;
                sleep(Duration::from_secs(60 * (1 + dice.roll(3)))).await;
            }
            within(&plant.books().await, "killed");
        }
    }
    look_after(&plant, &mut dice, day(19, "12:00:00")).await;
    agree(&plant.books().await, "kills");

    // The times in which it is looked at regularly.
    let mut looked = Vec::new();
    let mut since = plant.now();

    // Calls fail for an hour while a window opens, and while it closes.
    for (from, until) in [("12:50:00", "13:50:00"), ("16:00:00", "16:50:00")] {
        look_after(&plant, &mut dice, day(19, from)).await;
        looked.push((since, before(plant.now())));
        plant.breaks();
        while plant.now() < day(19, until) {
            plant.tick().await;
            sleep(LOOK).await;
        }
        plant.mends();
        within(&plant.books().await, "calls failed");
        plant.tick().await;
        since = plant.now();
    }

    // The control plane is away for hours: in a window, over the beginning of one, over the end of one; and, killed while it
    // deletes the endpoint, until the next day.
    for (date, from, until) in
        [(22, "14:00", "15:30"), (24, "12:00", "15:00"), (26, "15:40", "19:00"), (29, "16:19", "02:00")]
    {
        look_after(&plant, &mut dice, day(date, &format!("{from}:00"))).await;
        looked.push((since, before(plant.now())));
        let is_next_day = until < from;
        if is_next_day {
            away(&plant, &mut dice, day(date, "16:20:01")).await;
            plant.killed(Kill::after("DeleteEndpoint")).await;
        }
        away(&plant, &mut dice, day(date + u8::from(is_next_day), &format!("{until}:00"))).await;
        within(&plant.books().await, "away");
        plant.tick().await;
        within(&plant.books().await, "back again");
        since = plant.now();
    }
    look_after(&plant, &mut dice, day(31, "23:59:00")).await;
    looked.push((since, before(plant.now())));

    // Nobody knows what happened where nobody looked: there the bounds hold. Otherwise the books agree.
    within(&plant.books().await, "the month");
    let mut known = plant.books_of(day(1, "00:00:00"), day(19, "12:00:00")).await;
    for (from, to) in looked {
        known.add(plant.books_of(from, to).await);
    }
    agree(&known, "the month as far as somebody looked");
    let happened = plant.happened();
    assert!(happened["killed"] > 10 && happened["scaled"] > 15 && happened["transitions"] > 20, "{happened:?}");
}

/// Returns the time of a look before an instant, for sure.
fn before(instant: Timestamp) -> Timestamp {
    instant - SignedDuration::from_mins(15)
}
