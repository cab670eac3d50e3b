//! The ledger of a stack beside its state: segments that are written once, encrypted like documents.
//!
//! A stack whose instances are counted gets hundreds of segments a day. So the last segment of each block repeats those of its
//! block, with what counts at the beginning of it: a reader goes back block by block, and begins where it needs no more.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tracing::warn;

use crate::state::backend::StoredSegment;
use crate::state::error::{Cause, StateError};
use crate::state::store::StateStore;
use crate::state::writer::Writer;
use ebbtide::cost::ledger::{
    BLOCK, Block, Entry, LEDGER_FORMAT, LedgerBilling, LedgerEnd, Part, Segment, bills_after, entries_in_force,
    in_order, standing,
};

/// The number of segments in a block, beside their numbers.
const PLACES: u64 = BLOCK as u64;
/// The number of blocks that are read at once: at first, and at most. Twice as many each time.
const BLOCKS_AT_ONCE: (usize, usize) = (4, 32);

/// The reason why a segment is not used.
#[derive(Debug, thiserror::Error)]
pub(super) enum DamagedLedger {
    #[error("segment {0} of the ledger is missing; restore it from a backup, or from the versions of its object")]
    Missing(u64),
    #[error("segment {number} of the ledger says that it is number {found}")]
    Renumbered { number: u64, found: u64 },
    #[error("segment {number} of the ledger has format {found}, and this version of ebb reads format {LEDGER_FORMAT}")]
    Format { number: u64, found: u32 },
    #[error("segment {number} of the ledger: {source}")]
    Changed { number: u64, source: Cause },
    #[error("segment {number} of the ledger: {source}")]
    NotASegment { number: u64, source: serde_json::Error },
}

/// The ledger of a lineage, as far as it counts from an instant on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    /// The first instant that the whole ledger knows of; `None` if it is empty.
    pub since: Option<Timestamp>,
    /// The entries before `segments` that still count.
    pub before: Vec<Entry>,
    /// The segments, in the order in which they were written. Those within blocks have no bills.
    pub segments: Vec<Segment>,
}

impl Ledger {
    /// Returns the entries that count, in the order of their instants.
    pub fn entries(self, lineage: &str) -> Vec<Entry> {
        let mut entries = self.before;
        entries.extend(entries_in_force(self.segments, lineage));
        in_order(entries)
    }
}

impl StateStore {
    /// Returns all segments of the ledger, in the order in which they were written. A segment that is missing, or was changed, is
    /// an error.
    pub async fn ledger(&self) -> Result<Vec<Segment>, StateError> {
        self.read_segments(&self.listed_segments(0).await?, false).await
    }

    /// Returns the ledger of a lineage with all that counts from an instant on. A segment that is missing is an error, and so is
    /// one that was changed, if it is needed.
    pub async fn ledger_from(&self, lineage: &str, from: Timestamp) -> Result<Ledger, StateError> {
        let (location, mut needed, mut ledger) = (self.location(), BTreeSet::new(), None);
        // A reader that was here before needs the blocks that it has read, and new ones.
        let (first, _) = self.read_before().ends(&location);
        let after = first.saturating_sub(1) / PLACES * PLACES;
        if after > 0 {
            let listed = self.listed_segments(after).await?;
            ledger = self.ledger_of((after, &listed), Some(&mut needed), lineage, from).await?;
        }
        if ledger.is_none() {
            let listed = self.listed_segments(0).await?;
            ledger = self.ledger_of((0, &listed), Some(&mut needed), lineage, from).await?;
        }
        self.read_before().retain(&location, &needed);
        Ok(ledger.unwrap_or_default())
    }

    /// Returns the ledger that consists of the segments after a number, which ends a block. Remembers those that it
    /// reads, and notes their numbers, unless `needed` is `None`. Returns `None` if it needs earlier ones.
    async fn ledger_of(
        &self,
        (after, listed): (u64, &[StoredSegment]),
        mut needed: Option<&mut BTreeSet<u64>>,
        lineage: &str,
        from: Timestamp,
    ) -> Result<Option<Ledger>, StateError> {
        let mut end = listed.len() - listed.len() % BLOCK;
        let remember = needed.is_some();
        let mut note = |stored: &[StoredSegment]| {
            if let Some(needed) = needed.as_mut() {
                needed.extend(stored.iter().map(|stored| stored.number));
            }
        };
        note(&listed[end..]);
        let mut backwards = Backwards { lineage, earliest: from, parts: Vec::new() };
        backwards.push(self.read_segments(&listed[end..], remember).await?);
        let mut at_once = BLOCKS_AT_ONCE.0;
        while end > 0 {
            let blocks = listed[end.saturating_sub(at_once * BLOCK)..end].chunks(BLOCK);
            let lasts: Vec<StoredSegment> = blocks.filter_map(<[StoredSegment]>::last).cloned().collect();
            note(&lasts);
            for last in self.read_segments(&lasts, remember).await?.into_iter().rev() {
                end -= BLOCK;
                let own = last.lineage == lineage;
                let (since, through, before) = match opened(last) {
                    Ok((block, segments)) => {
                        backwards.push(segments);
                        (block.since, block.through, block.before)
                    }
                    Err(last) => {
                        let others = &listed[end..end + BLOCK - 1];
                        note(others);
                        let mut segments = self.read_segments(others, remember).await?;
                        segments.push(last);
                        backwards.push(segments);
                        continue;
                    }
                };
                if own && through.is_none_or(|through| through < backwards.earliest) {
                    return Ok(Some(Ledger { since, before, segments: backwards.in_order() }.with_since(lineage)));
                }
            }
            at_once = (2 * at_once).min(BLOCKS_AT_ONCE.1);
        }
        let all = (after == 0).then(|| Ledger { segments: backwards.in_order(), ..Ledger::default() });
        Ok(all.map(|ledger| ledger.with_since(lineage)))
    }

    /// Returns the end of the ledger of a lineage, read from its last segment. Segments of a part do not count.
    pub async fn ledger_end(&self, lineage: &str, without: Option<&Part>) -> Result<LedgerEnd, StateError> {
        let mut listed = self.last_segments().await?;
        let mut below = u64::MAX;
        loop {
            let first = listed.first().map_or(1, |stored| stored.number);
            for stored in listed.iter().rev().filter(|stored| stored.number < below) {
                let segment = self.segment(stored.number).await?;
                if segment.lineage == lineage && (without.is_none() || segment.part.as_ref() != without) {
                    return Ok(LedgerEnd::of(&segment));
                }
            }
            if first == 1 {
                return Ok(LedgerEnd::default());
            }
            (below, listed) = (first, self.backend().segments(0).await?);
        }
    }

    /// Returns the block that the next segment of a lineage ends; `None` if it ends none.
    async fn block(&self, number: u64, lineage: &str) -> Result<Option<Box<Block>>, StateError> {
        if !number.is_multiple_of(PLACES) {
            return Ok(None);
        }
        let listed = self.listed_segments(0).await?;
        if listed.last().is_none_or(|last| last.number + 1 != number) {
            return Ok(None);
        }
        let (earlier, of_block) = listed.split_at(listed.len() + 1 - BLOCK);
        let mut segments = self.read_segments(of_block, false).await?;
        for segment in &mut segments {
            (segment.bills, segment.block) = (LedgerBilling::new(), None);
        }
        let (since, entries) = self.entries_before(earlier, lineage).await?;
        let through = entries.last().map(|entry| entry.at);
        Ok(Some(Box::new(Block { since, through, before: standing(&entries), segments })))
    }

    /// Returns entries of a lineage that count at the end of some blocks, and the first instant that its ledger knows of.
    async fn entries_before(
        &self,
        listed: &[StoredSegment],
        lineage: &str,
    ) -> Result<(Option<Timestamp>, Vec<Entry>), StateError> {
        if let Some(stored) = listed.last() {
            let last = self.segment(stored.number).await?;
            let (own, bills) = (last.lineage == lineage, last.bills.clone());
            if let Ok((Block { since, before, .. }, segments)) = opened(last)
                && own
            {
                let ledger = Ledger { since, before, segments }.with_since(lineage);
                let (since, entries) = (ledger.since, ledger.entries(lineage));
                // A run that was told again in this block, and before it, is not in these entries as it is in all of them.
                if bills_after(&entries) == bills {
                    return Ok((since, entries));
                }
            }
        }
        let ledger = self.ledger_of((0, listed), None, lineage, Timestamp::MIN).await?;
        let ledger = ledger.unwrap_or_default();
        Ok((ledger.since, ledger.entries(lineage)))
    }
}

impl Ledger {
    /// Adds the first instant, if it lies in these segments.
    fn with_since(mut self, lineage: &str) -> Self {
        let own = self.segments.iter().filter(|segment| segment.lineage == lineage);
        let first = own.flat_map(|segment| &segment.entries).map(|entry| entry.at).min();
        self.since = self.since.or(first);
        self
    }
}

/// The segments that a reader has, the last ones first.
struct Backwards<'a> {
    lineage: &'a str,
    /// The instant from which on all is needed.
    earliest: Timestamp,
    parts: Vec<Vec<Segment>>,
}

impl Backwards<'_> {
    /// Adds the segments before those that there are. A run that was cut off is told again from the same instant on, and readers
    /// need both tellings: so all is needed from the first instant of what is read.
    fn push(&mut self, segments: Vec<Segment>) {
        let own = segments.iter().filter(|segment| segment.lineage == self.lineage);
        let first = own.flat_map(|segment| &segment.entries).map(|entry| entry.at).min();
        self.earliest = first.map_or(self.earliest, |first| first.min(self.earliest));
        self.parts.push(segments);
    }

    fn in_order(self) -> Vec<Segment> {
        self.parts.into_iter().rev().flatten().collect()
    }
}

/// Returns the block that a segment ends, and all segments of it; the segment as it is, if it has no whole block.
fn opened(mut last: Segment) -> Result<(Block, Vec<Segment>), Segment> {
    let Some(block) = last.block.take() else { return Err(last) };
    let mut block = *block;
    let numbers = (1..last.number).rev().take(BLOCK - 1);
    if block.segments.len() + 1 != BLOCK || !block.segments.iter().rev().map(|segment| segment.number).eq(numbers) {
        return Err(last);
    }
    let mut segments = std::mem::take(&mut block.segments);
    segments.push(last);
    Ok((block, segments))
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
        entries: Vec<Entry>,
    ) -> Result<(), StateError> {
        if entries.is_empty() {
            return Ok(());
        }
        self.check_lease()?;
        entries.iter().for_each(|entry| end.advance(entry));
        let number = self.store().last_segments().await?.last().map_or(0, |stored| stored.number) + 1;
        // Without its block, a segment is read like others. What is damaged is reported to its readers.
        let block = self.store().block(number, lineage).await.unwrap_or_else(|error| {
            warn!(number, %error, "a block of the ledger is left out");
            None
        });
        self.check_lease()?;
        let (lineage, LedgerEnd { bills, doubts, .. }) = (lineage.to_owned(), end);
        let format = Segment::format_of(&entries, block.as_deref());
        self.keep_segment(&Segment { format, lineage, number, part, entries, bills, doubts, block }).await
    }

    /// Writes a segment, encrypted with the present key.
    pub(super) async fn keep_segment(&mut self, segment: &Segment) -> Result<(), StateError> {
        let location = self.store().location();
        let bytes = serde_json::to_vec(segment).map_err(|error| StateError::inconsistent(&location, error))?;
        let context = self.store().ledger_context(segment.number);
        self.write_segment(segment.number, bytes, &context).await
    }
}
