//! Reading segments of the ledger: many at once, and from memory those that this process has read before.

use tokio::task::JoinSet;

use crate::state::backend::StoredSegment;
use crate::state::error::StateError;
use crate::state::ledger::DamagedLedger;
use crate::state::store::StateStore;
use ebbtide::cost::ledger::{LEDGER_FORMAT, Segment};

/// The number of segments that are read at once.
const AT_ONCE: usize = 32;

impl StateStore {
    /// Returns the stored segments of the ledger after a number. One that is missing is an error.
    pub(super) async fn listed_segments(&self, after: u64) -> Result<Vec<StoredSegment>, StateError> {
        let listed = self.backend().segments(after).await?;
        self.read_before().saw(&self.location(), &listed);
        match (after + 1..).zip(&listed).find(|(expected, stored)| stored.number != *expected) {
            Some((expected, _)) => Err(StateError::damaged_ledger(self.location(), DamagedLedger::Missing(expected))),
            None => Ok(listed),
        }
    }

    /// Returns the last stored segments of the ledger: at least one, if it has any.
    pub(super) async fn last_segments(&self) -> Result<Vec<StoredSegment>, StateError> {
        let (_, last) = self.read_before().ends(&self.location());
        let mut listed = self.backend().segments(last.saturating_sub(1)).await?;
        if listed.is_empty() && last > 1 {
            listed = self.backend().segments(0).await?;
        }
        self.read_before().saw(&self.location(), &listed);
        Ok(listed)
    }

    /// Returns segments of the ledger, in their order. `remember` keeps them for the next reader.
    pub(super) async fn read_segments(
        &self,
        listed: &[StoredSegment],
        remember: bool,
    ) -> Result<Vec<Segment>, StateError> {
        let (location, read) = (self.location(), self.read_before());
        let mut found: Vec<Option<Vec<u8>>> = listed.iter().map(|stored| read.get(&location, stored)).collect();
        let absent: Vec<usize> = (0..listed.len()).filter(|index| found[*index].is_none()).collect();
        let mut waiting = absent.into_iter();
        let mut reads = JoinSet::new();
        loop {
            while reads.len() < AT_ONCE
                && let Some(index) = waiting.next()
            {
                let (backend, number) = (self.shared_backend(), listed[index].number);
                reads.spawn(async move { (index, backend.segment(number).await) });
            }
            let Some(one) = reads.join_next().await else { break };
            let (index, bytes) = one.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()));
            found[index] = bytes?;
            if let Some(bytes) = found[index].as_ref().filter(|_| remember) {
                read.add(&location, &listed[index], bytes);
            }
        }
        let mut segments = Vec::with_capacity(listed.len());
        for (stored, bytes) in listed.iter().zip(found) {
            segments.push(self.decoded_segment(stored.number, bytes).await?);
        }
        Ok(segments)
    }

    /// Returns one segment of the ledger.
    pub(super) async fn segment(&self, number: u64) -> Result<Segment, StateError> {
        self.decoded_segment(number, self.backend().segment(number).await?).await
    }

    /// Decrypts and decodes a segment of this stack.
    async fn decoded_segment(&self, number: u64, bytes: Option<Vec<u8>>) -> Result<Segment, StateError> {
        let damaged = |cause: DamagedLedger| StateError::damaged_ledger(self.location(), cause);
        let bytes = bytes.ok_or_else(|| damaged(DamagedLedger::Missing(number)))?;
        let location = format!("{}, segment {number} of its ledger", self.location());
        let decrypted = self.keys().decrypt(bytes, &self.ledger_context(number), &location).await;
        let (bytes, _) = decrypted.map_err(|error| match error {
            StateError::Damaged { source, .. } => damaged(DamagedLedger::Changed { number, source }),
            other => other,
        })?;
        let segment: Segment =
            serde_json::from_slice(&bytes).map_err(|source| damaged(DamagedLedger::NotASegment { number, source }))?;
        match segment {
            Segment { format, .. } if !(1..=LEDGER_FORMAT).contains(&format) => {
                Err(damaged(DamagedLedger::Format { number, found: format }))
            }
            Segment { number: found, .. } if found != number => {
                Err(damaged(DamagedLedger::Renumbered { number, found }))
            }
            segment => Ok(segment),
        }
    }

    /// Returns the context that binds an encrypted segment to its place in the ledger of this stack.
    pub(super) fn ledger_context(&self, number: u64) -> String {
        format!("{}/ledger/{number}", self.context())
    }
}
