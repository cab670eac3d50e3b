//! Data capture: keeps a sample of requests and responses in S3.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::resource::{Declared, Phase, Problems};

/// Keeps a sample of requests and responses in S3. They contain user data, so check
/// that it may be stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct DataCapture<P: Phase = Declared> {
    /// The destination, `s3://BUCKET/PREFIX`.
    pub destination: P::Of<String>,
    /// The share of the traffic that is captured, in percent (0 to 100).
    pub sampling_percent: u32,
    /// The parts of each call that are captured.
    pub modes: BTreeSet<CaptureMode>,
    /// The KMS key for the captured data; the bucket's default encryption unless given.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
    /// Content types kept as CSV.
    #[serde(default)]
    pub csv_content_types: BTreeSet<String>,
    /// Content types kept as JSON.
    #[serde(default)]
    pub json_content_types: BTreeSet<String>,
}

/// A part of a call that can be captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptureMode {
    /// The request.
    Input,
    /// The response.
    Output,
}

impl DataCapture {
    /// Reports values that AWS would refuse.
    pub(super) fn validate(&self, problems: &mut Problems) {
        if self.sampling_percent > 100 {
            problems.refuse("data_capture.sampling_percent", "it is 0 to 100 percent");
        }
        if self.modes.is_empty() {
            problems.refuse("data_capture.modes", "say what to keep: input, output or both");
        }
        if self.destination.known().is_some_and(|uri| !uri.starts_with("s3://")) {
            problems.refuse("data_capture.destination", "write s3://BUCKET/PREFIX");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_captures_are_refused() {
        let fields_of = |capture: &DataCapture| {
            let mut problems = Problems::new();
            capture.validate(&mut problems);
            problems.fields().into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        let mut capture = DataCapture {
            destination: "s3://captured/llm".into(),
            sampling_percent: 100,
            modes: BTreeSet::from([CaptureMode::Input]),
            kms_key: None,
            csv_content_types: BTreeSet::new(),
            json_content_types: BTreeSet::new(),
        };
        assert!(fields_of(&capture).is_empty());
        capture.destination = "captured/llm".into();
        capture.sampling_percent = 101;
        capture.modes.clear();
        let expected = ["data_capture.sampling_percent", "data_capture.modes", "data_capture.destination"];
        assert_eq!(fields_of(&capture), expected);
    }
}
