//! Records that go through transitions, in the tables of the region's document.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::kind::Kind;
use super::tags;
use super::transition::Transition;
use crate::documents::{CallContext, Tables};
use crate::service::Fault;
use crate::services::json::damaged;

/// Something that SageMaker remembers under a name and that is at times in a transition.
pub trait Record: Serialize + DeserializeOwned {
    /// The steps its transitions take.
    type Step;

    /// Its kind: table, ARN form and errors.
    const KIND: Kind;

    /// Returns its name.
    fn name(&self) -> &str;

    /// Returns the transition it is in.
    fn transition(&self) -> Option<&Transition<Self::Step>>;

    /// Returns the record after its transition, if that is over; none if the thing is gone.
    fn settled(self, now_ms: i64) -> Option<Self>;

    /// Notes, in the tables of SageMaker, what is over of it at an instant (in milliseconds since the Unix epoch).
    fn note_end(&self, _tables: &mut Tables, _now_ms: i64) -> Result<(), Fault> {
        Ok(())
    }

    /// Returns the record of a name as it stands at an instant (in milliseconds since the Unix epoch), if there is one.
    /// `tables` are SageMaker's, also as another service sees them.
    fn standing(tables: &Tables, now_ms: i64, name: &str) -> Result<Option<Self>, Fault> {
        let Some(record) = tables.get(Self::KIND.table, name) else { return Ok(None) };
        Ok(read::<Self>(record)?.settled(now_ms))
    }

    /// Returns the record of a name. [`settle`] has run before any handler, so it is up to date.
    fn find(context: &CallContext<'_>, name: &str) -> Result<Self, Fault> {
        read(Self::KIND.find(context, name)?)
    }

    /// Returns all records of the kind, in the order of their names.
    fn all(context: &CallContext<'_>) -> Result<Vec<Self>, Fault> {
        context.own.all(Self::KIND.table).map(|(_, record)| read(record)).collect()
    }

    /// Stores the record under its name.
    fn save(&self, context: &mut CallContext<'_>) -> Result<(), Fault> {
        let record = serde_json::to_value(self).map_err(|error| unreadable(&error))?;
        context.own.put(Self::KIND.table, self.name(), record);
        Ok(())
    }

    /// Returns whether it is in a transition, or in another change, that is over at an instant.
    fn is_over(&self, now_ms: i64) -> bool {
        self.transition().is_some_and(|transition| transition.is_over(now_ms))
    }
}

/// Ends the transitions of a kind that are over.
pub fn settle<T: Record>(context: &mut CallContext<'_>) -> Result<(), Fault> {
    let now_ms = context.now_ms;
    for record in T::all(context)?.into_iter().filter(|record| record.is_over(now_ms)) {
        let name = record.name().to_owned();
        record.note_end(context.own, now_ms)?;
        match record.settled(now_ms) {
            Some(record) => record.save(context)?,
            None => {
                context.own.remove(T::KIND.table, &name);
                tags::forget(context, &T::KIND.arn(context, &name));
            }
        }
    }
    Ok(())
}

/// Ends the transitions that are over in a document that another service reads. Unreadable records stay as they are;
/// SageMaker refuses the calls that need them.
pub fn settle_seen<T: Record>(tables: &mut Tables, now_ms: i64) {
    let over: Vec<(String, T)> = tables
        .all(T::KIND.table)
        .filter_map(|(name, record)| Some((name.to_owned(), read::<T>(record).ok()?)))
        .filter(|(_, record)| record.is_over(now_ms))
        .collect();
    for (name, record) in over {
        // As with unreadable records, SageMaker itself refuses the calls.
        let _ = record.note_end(tables, now_ms);
        match record.settled(now_ms).map(serde_json::to_value) {
            None => _ = tables.remove(T::KIND.table, &name),
            Some(Ok(settled)) => tables.put(T::KIND.table, name, settled),
            Some(Err(_)) => {}
        }
    }
}

fn read<T: Record>(record: &Value) -> Result<T, Fault> {
    T::deserialize(record).map_err(|error| unreadable(&error))
}

fn unreadable(error: &serde_json::Error) -> Fault {
    damaged("SageMaker", error)
}
