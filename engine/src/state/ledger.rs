//! The ledger of a stack beside its state: segments that are written once, encrypted like documents.

use crate::state::error::StateError;
use crate::state::store::StateStore;
use crate::state::writer::Writer;
use ebbtide::cost::ledger::{Entry, LEDGER_FORMAT, LedgerEnd, Part, Segment};

/// The reason why a segment is not used.
#[derive(Debug, thiserror::Error)]
enum DamagedLedger {
    #[error("segment {0} of the ledger is missing; restore it from a backup, or from the versions of its object")]
    Missing(u64),
    #[error("segment {number} of the ledger says that it is number {found}")]
    Renumbered { number: u64, found: u64 },
    #[error("segment {number} of the ledger has format {found}, and this version of ebb reads format {LEDGER_FORMAT}")]
    Format { number: u64, found: u32 },
    #[error("segment {number} of the ledger: {source}")]
    NotASegment { number: u64, source: serde_json::Error },
}

impl StateStore {
    /// Returns the ledger, in the order in which it was written. A segment that is missing, or was changed, is an error.
    pub async fn ledger(&self) -> Result<Vec<Segment>, StateError> {
        let numbers = self.backend().segments().await?;
        let mut segments = Vec::with_capacity(numbers.len());
        for (expected, number) in (1..).zip(numbers) {
            if number != expected {
                return Err(StateError::damaged(self.location(), DamagedLedger::Missing(expected)));
            }
            segments.push(self.segment(number).await?);
        }
        Ok(segments)
    }

    /// Returns the end of the ledger of a lineage, read from its last segment. Segments of a part do not count.
    pub async fn ledger_end(&self, lineage: &str, without: Option<&Part>) -> Result<LedgerEnd, StateError> {
        for number in self.backend().segments().await?.into_iter().rev() {
            let segment = self.segment(number).await?;
            if segment.lineage == lineage && (without.is_none() || segment.part.as_ref() != without) {
                return Ok(LedgerEnd::of(&segment));
            }
        }
        Ok(LedgerEnd::default())
    }

    /// Returns one segment of the ledger.
    pub(super) async fn segment(&self, number: u64) -> Result<Segment, StateError> {
        let damaged = |cause: DamagedLedger| StateError::damaged(self.location(), cause);
        let bytes = self.backend().segment(number).await?.ok_or_else(|| damaged(DamagedLedger::Missing(number)))?;
        let location = format!("{}, segment {number} of its ledger", self.location());
        let (bytes, _) = self.keys().decrypt(bytes, &self.ledger_context(number), &location).await?;
        let segment: Segment =
            serde_json::from_slice(&bytes).map_err(|source| damaged(DamagedLedger::NotASegment { number, source }))?;
        match segment {
            Segment { format, .. } if format != LEDGER_FORMAT => {
                Err(damaged(DamagedLedger::Format { number, found: format }))
            }
            Segment { number: found, .. } if found != number => {
                Err(damaged(DamagedLedger::Renumbered { number, found }))
            }
            segment => Ok(segment),
        }
    }

    /// Returns the context that binds an encrypted segment to its place in the ledger of this stack.
    fn ledger_context(&self, number: u64) -> String {
        format!("{}/ledger/{number}", self.context())
    }
}

impl Writer<'_> {
    /// Appends entries to the ledger as a segment of its own, which is never changed. The caller reads or commits the document
    /// before, so that the segment is encrypted with the key of that document. `end` is the end of the ledger that the entries
    /// follow. They replace an earlier segment of the same part.
    pub async fn append_to_ledger(
        &mut self,
        lineage: &str,
        part: Option<Part>,
        mut end: LedgerEnd,
        mut entries: Vec<Entry>,
    ) -> Result<(), StateError> {
        if entries.is_empty() {
            return Ok(());
        }
        self.check_lease()?;
        entries.iter_mut().for_each(|entry| end.advance(entry));
        let number = self.store().backend().segments().await?.last().copied().unwrap_or(0) + 1;
        let (lineage, LedgerEnd { bills, doubts, .. }) = (lineage.to_owned(), end);
        self.keep_segment(&Segment { format: LEDGER_FORMAT, lineage, number, part, entries, bills, doubts }).await
    }

    /// Writes a segment, encrypted with the present key.
    pub(super) async fn keep_segment(&mut self, segment: &Segment) -> Result<(), StateError> {
        let location = self.store().location();
        let bytes = serde_json::to_vec(segment).map_err(|error| StateError::inconsistent(&location, error))?;
        let context = self.store().ledger_context(segment.number);
        self.write_segment(segment.number, bytes, &context).await
    }
}
