//! The dollars of a preview.

use jiff::Timestamp;

use crate::cli::context::CommandContext;
use crate::cli::dollars::{lenient_book, remarks};
use crate::environment::Environment;
use ebbtide::cost::{AmountRange, Costs, Levels, Pricing, Standing};
use ebbtide::plan::Target;
use ebbtide::record::StateDocument;
use ebbtide::schedule::Preview;

/// The hours and the dollars between the transitions of a preview.
pub(super) struct Priced {
    hours: Vec<f64>,
    /// `None` without a record.
    costs: Option<Vec<AmountRange>>,
    has_use: bool,
    remarks: Vec<String>,
}

impl Priced {
    /// Prices a preview by the record of its stack. Use is no part of the dollars: `[usage]` states that of a month.
    pub(super) fn new(
        context: &CommandContext,
        environment: &Environment,
        document: Option<&StateDocument>,
        preview: &Preview,
    ) -> Self {
        let transitions: Vec<_> = [&preview.start].into_iter().chain(&preview.transitions).collect();
        let ends = transitions.iter().skip(1).map(|next| next.at).chain([preview.to]);
        let hours = |(begin, end): (Timestamp, Timestamp)| end.duration_since(begin).as_secs_f64() / 3600.0;
        let hours: Vec<f64> = transitions.iter().map(|one| one.at).zip(ends).map(hours).collect();
        let Some(document) = document else {
            return Self { hours, costs: None, has_use: false, remarks: Vec::new() };
        };
        let region = &environment.aws().region;
        let book = lenient_book(context, region);
        let pricing = Pricing::new(&book, region);
        let levels = Levels::new(&Standing::declared(&document.declarations()), context.providers.kinds());
        let hourly = transitions.iter().map(|one| levels.hourly(one.target, &one.capacity, &pricing));
        let costs = hourly.zip(&hours).map(|(hourly, hours)| hourly * *hours).collect();
        let [_, most] = levels.at(Target::Running, &Default::default());
        let running = Costs::of(&most, &pricing);
        Self { hours, costs: Some(costs), has_use: !running.by_use.is_empty(), remarks: remarks(&running) }
    }

    /// Returns the hours from a transition to the next one.
    pub(super) fn hours(&self, index: usize) -> f64 {
        self.hours.get(index).copied().unwrap_or(0.0)
    }

    /// Returns the dollars from a transition to the next one.
    pub(super) fn cost(&self, index: usize) -> Option<AmountRange> {
        self.costs.as_ref()?.get(index).copied()
    }

    /// Returns the dollars of the whole time.
    pub(super) fn total(&self) -> Option<AmountRange> {
        Some(self.costs.as_ref()?.iter().fold(AmountRange::ZERO, |sum, one| sum + *one))
    }

    /// Returns whether something is billed by use as well.
    pub(super) fn has_use(&self) -> bool {
        self.has_use
    }

    /// Returns the remarks on prices.
    pub(super) fn remarks(&self) -> &[String] {
        &self.remarks
    }
}
