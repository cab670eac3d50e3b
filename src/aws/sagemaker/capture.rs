//! Data capture: keeps a sample of requests and answers in S3.

use std::collections::BTreeSet;

use aws_sdk_sagemaker::types::{CaptureContentTypeHeader, CaptureMode as SdkMode, CaptureOption, DataCaptureConfig};
use serde::{Deserialize, Serialize};

use super::variant::{signed, unsigned};
use crate::resource::{Declared, Phase, Problems, Resolved};

/// Keeps a sample of what goes in and out. It holds what users sent: mind what may be kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct DataCapture<P: Phase = Declared> {
    /// Where to, `s3://BUCKET/PREFIX`.
    pub destination: P::Of<String>,
    /// How much of the traffic, in percent (0 to 100).
    pub sampling_percent: u32,
    /// What of it.
    pub modes: BTreeSet<CaptureMode>,
    /// The key that it is encrypted with; as the bucket does it unless given.
    #[serde(default)]
    pub kms_key: Option<P::Of<String>>,
    /// Content types kept as CSV.
    #[serde(default)]
    pub csv_content_types: BTreeSet<String>,
    /// Content types kept as JSON.
    #[serde(default)]
    pub json_content_types: BTreeSet<String>,
}

/// What of a call is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptureMode {
    /// The request.
    Input,
    /// The answer.
    Output,
}

impl DataCapture {
    /// Notes what AWS would refuse.
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

impl DataCapture<Resolved> {
    pub(super) fn to_sdk(&self) -> DataCaptureConfig {
        let options = self.modes.iter().map(|mode| {
            let mode = match mode {
                CaptureMode::Input => SdkMode::Input,
                CaptureMode::Output => SdkMode::Output,
            };
            CaptureOption::builder().capture_mode(mode).build()
        });
        let listed = |types: &BTreeSet<String>| (!types.is_empty()).then(|| types.iter().cloned().collect::<Vec<_>>());
        let (csv, json) = (listed(&self.csv_content_types), listed(&self.json_content_types));
        let header = (csv.is_some() || json.is_some()).then(|| {
            CaptureContentTypeHeader::builder().set_csv_content_types(csv).set_json_content_types(json).build()
        });
        DataCaptureConfig::builder()
            .enable_capture(true)
            .initial_sampling_percentage(signed(self.sampling_percent))
            .destination_s3_uri(&self.destination)
            .set_kms_key_id(self.kms_key.clone())
            .set_capture_options(Some(options.collect()))
            .set_capture_content_type_header(header)
            .build()
    }

    /// What AWS has; none if capturing is switched off.
    pub(super) fn from_sdk(capture: &DataCaptureConfig) -> Option<Self> {
        if capture.enable_capture() == Some(false) {
            return None;
        }
        let modes = capture.capture_options().iter().flat_map(|option| match option.capture_mode() {
            Some(SdkMode::Input) => vec![CaptureMode::Input],
            Some(SdkMode::Output) => vec![CaptureMode::Output],
            _ => vec![CaptureMode::Input, CaptureMode::Output],
        });
        let header = capture.capture_content_type_header();
        Some(Self {
            destination: capture.destination_s3_uri().unwrap_or_default().to_owned(),
            sampling_percent: capture.initial_sampling_percentage().map_or(0, unsigned),
            modes: modes.collect(),
            kms_key: capture.kms_key_id().filter(|key| !key.is_empty()).map(str::to_owned),
            csv_content_types: header
                .map(|header| header.csv_content_types().to_vec())
                .unwrap_or_default()
                .into_iter()
                .collect(),
            json_content_types: header
                .map(|header| header.json_content_types().to_vec())
                .unwrap_or_default()
                .into_iter()
                .collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_capture_reads_back_as_it_was_sent() {
        let capture = DataCapture::<Resolved> {
            destination: "s3://captured/llm".into(),
            sampling_percent: 5,
            modes: BTreeSet::from([CaptureMode::Input, CaptureMode::Output]),
            kms_key: Some("alias/captured".into()),
            csv_content_types: BTreeSet::new(),
            json_content_types: BTreeSet::from(["application/json".into()]),
        };
        assert_eq!(DataCapture::from_sdk(&capture.to_sdk()), Some(capture));
    }
}
