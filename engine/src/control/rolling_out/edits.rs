//! The deeds of a roll-out: calls to AWS, and their records.
//!
//! A step is recorded as begun before its call, and as taken after it. A rollback calls first: it waits for no lock, and a record
//! that is missing is made by the next look, which sees the share in AWS.

use jiff::Timestamp;

use super::carrier::Carrier;
use crate::sdk::Error;
use crate::state::{LockOwner, StateError, StateStore};
use ebbtide::planner::record_share;
use ebbtide::record::StateDocument;
use ebbtide::resource::Registry;
use ebbtide::rollout::{Deed, Phase, Rollout};

/// A roll-out of a stack, and the means to change it.
pub struct RollingOut<'a> {
    /// The state of the stack.
    pub state: &'a StateStore,
    /// The kinds.
    pub kinds: &'a Registry,
    /// The owner of changes of the record.
    pub owner: LockOwner,
}

/// The result of a deed.
#[derive(Debug)]
pub enum Said {
    /// It is done and recorded. The document is the one after it.
    Done(Box<StateDocument>),
    /// The record has moved on since it was looked at: nothing was done.
    Outdated,
    /// AWS has it, and the record does not: another command is at work on the stack. The next look records it.
    Unrecorded(StateError),
    /// AWS refused it.
    Refused(Error),
    /// The record cannot be changed, so nothing was done.
    NotRecorded(StateError),
}

impl RollingOut<'_> {
    /// Gives the new side a percentage of traffic. `before` is the roll-out as it was decided on.
    pub async fn step(&self, before: &Rollout, carrier: &Carrier, percent: u8) -> Said {
        let begun = self.change(format!("roll-out: {percent} % is begun"), |rollout, _| {
            let is_same = rollout == before;
            rollout.moving = Some(percent);
            is_same
        });
        match begun.await {
            Ok(Some(_)) => {}
            Ok(None) => return Said::Outdated,
            Err(error) => return Said::NotRecorded(error),
        }
        if let Err(error) = carrier.set_share(percent).await {
            return Said::Refused(error);
        }
        let taken = self.taken(carrier.generation, percent).await;
        // A rollback came between: it holds.
        if matches!(taken, Said::Outdated)
            && let Err(error) = carrier.set_share(0).await
        {
            return Said::Refused(error);
        }
        taken
    }

    /// Records that a step has taken effect.
    pub async fn taken(&self, generation: u32, percent: u8) -> Said {
        let taken = self.note(format!("{percent} %"), |rollout, now| {
            let is_awaited = rollout.is_under_way() && rollout.moving == Some(percent);
            if is_awaited {
                rollout.gets(percent, generation, now);
            }
            is_awaited
        });
        taken.await
    }

    /// Sets the recorded percentage again.
    pub async fn set_again(&self, carrier: &Carrier, percent: u8) -> Said {
        if let Err(error) = carrier.set_share(percent).await {
            return Said::Refused(error);
        }
        let what = format!("{percent} % again: {} had another share", carrier.address);
        let set = self.note(what, |rollout, now| {
            let is_same = rollout.percent == percent;
            if is_same {
                rollout.gets(percent, carrier.generation, now);
            }
            is_same
        });
        set.await
    }

    /// Takes all traffic back, first of all things.
    pub async fn back(&self, carrier: &Carrier, reason: &str) -> Said {
        if let Err(error) = carrier.set_share(0).await {
            return Said::Refused(error);
        }
        self.rolled_back(carrier.generation, &self.owner.by, reason).await
    }

    /// Records that somebody took all traffic back.
    pub async fn rolled_back(&self, generation: u32, by: &str, reason: &str) -> Said {
        let recorded = self.note_by(by, format!("rolled back: {reason}"), |rollout, now| {
            rollout.gets(0, generation, now);
            rollout.phase = Phase::RolledBack { by: by.to_owned(), at: now, reason: reason.to_owned() };
            true
        });
        recorded.await
    }

    /// Records a deed of the owner of the changes, such as a hold or an approval. `change` returns whether it applies.
    pub async fn note(&self, what: String, change: impl FnOnce(&mut Rollout, Timestamp) -> bool + Send) -> Said {
        self.note_by(&self.owner.by, what, change).await
    }

    async fn note_by(
        &self,
        by: &str,
        what: String,
        change: impl FnOnce(&mut Rollout, Timestamp) -> bool + Send,
    ) -> Said {
        let noted = self.change(format!("roll-out: {what}"), |rollout, now| {
            let applies = change(rollout, now);
            if applies {
                note(rollout, now, by, &what);
            }
            applies
        });
        self.said(noted.await)
    }

    /// Begins a roll-out, in place of one that is over.
    pub async fn start(&self, rollout: Rollout) -> Result<Option<StateDocument>, StateError> {
        let command = format!("roll-out: started by {}", rollout.of);
        let mut started = false;
        let edited = self.state.edit(self.owner.clone(), &command, |document| {
            started = !document.rollout.as_ref().is_some_and(Rollout::is_under_way);
            if started {
                let mut rollout = rollout;
                note(&mut rollout, self.owner.since, &self.owner.by, "started");
                document.rollout = Some(rollout);
                record_share(document, self.kinds);
            }
            started
        });
        let edited = edited.await?;
        Ok(edited.filter(|_| started))
    }

    /// Forgets a roll-out that is over.
    pub async fn close(&self) -> Said {
        let edited = self.state.edit(self.owner.clone(), "roll-out: closed", |document| {
            let is_over = document.rollout.as_ref().is_some_and(|rollout| !rollout.is_under_way());
            if is_over {
                document.rollout = None;
            }
            is_over
        });
        self.said(edited.await)
    }

    async fn change(
        &self,
        command: String,
        change: impl FnOnce(&mut Rollout, Timestamp) -> bool + Send,
    ) -> Result<Option<StateDocument>, StateError> {
        let mut applies = false;
        let edited = self.state.edit(self.owner.clone(), &command, |document| {
            applies = document.rollout.as_mut().is_some_and(|rollout| change(rollout, self.owner.since));
            if applies {
                record_share(document, self.kinds);
            }
            applies
        });
        let edited = edited.await?;
        Ok(edited.filter(|_| applies))
    }

    fn said(&self, edited: Result<Option<StateDocument>, StateError>) -> Said {
        match edited {
            Ok(Some(document)) => Said::Done(Box::new(document)),
            Ok(None) => Said::Outdated,
            Err(error) => Said::Unrecorded(error),
        }
    }
}

fn note(rollout: &mut Rollout, at: Timestamp, by: &str, what: &str) {
    rollout.log.push(Deed { at, by: by.to_owned(), what: what.to_owned() });
}
