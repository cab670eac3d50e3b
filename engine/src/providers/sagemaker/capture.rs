//! Conversions of data capture.

use std::collections::BTreeSet;

use aws_sdk_sagemaker::types::{CaptureContentTypeHeader, CaptureMode as SdkMode, CaptureOption, DataCaptureConfig};

use super::kms_key::key_as_declared;
use crate::providers::numbers::{signed, unsigned};
use ebbtide::aws::sagemaker::{CaptureMode, DataCapture};
use ebbtide::resource::Resolved;

/// Converts data capture for a create call.
pub(super) fn capture_to_sdk(capture: &DataCapture<Resolved>) -> DataCaptureConfig {
    let options = capture.modes.iter().map(|mode| {
        let mode = match mode {
            CaptureMode::Input => SdkMode::Input,
            CaptureMode::Output => SdkMode::Output,
        };
        CaptureOption::builder().capture_mode(mode).build()
    });
    let listed = |types: &BTreeSet<String>| (!types.is_empty()).then(|| types.iter().cloned().collect::<Vec<_>>());
    let (csv, json) = (listed(&capture.csv_content_types), listed(&capture.json_content_types));
    let header = (csv.is_some() || json.is_some())
        .then(|| CaptureContentTypeHeader::builder().set_csv_content_types(csv).set_json_content_types(json).build());
    DataCaptureConfig::builder()
        .enable_capture(true)
        .initial_sampling_percentage(signed(capture.sampling_percent))
        .destination_s3_uri(&capture.destination)
        .set_kms_key_id(capture.kms_key.clone())
        .set_capture_options(Some(options.collect()))
        .set_capture_content_type_header(header)
        .build()
}

/// Reads data capture; `None` if it is switched off. `last` is the declared one.
pub(super) fn read_capture(
    capture: &DataCaptureConfig,
    last: Option<&DataCapture<Resolved>>,
) -> Option<DataCapture<Resolved>> {
    if capture.enable_capture() == Some(false) {
        return None;
    }
    let modes = capture.capture_options().iter().flat_map(|option| match option.capture_mode() {
        Some(SdkMode::Input) => vec![CaptureMode::Input],
        Some(SdkMode::Output) => vec![CaptureMode::Output],
        _ => vec![CaptureMode::Input, CaptureMode::Output],
    });
    let header = capture.capture_content_type_header();
    let set = |types: &[String]| types.iter().cloned().collect::<BTreeSet<_>>();
    Some(DataCapture {
        destination: capture.destination_s3_uri().unwrap_or_default().to_owned(),
        sampling_percent: capture.initial_sampling_percentage().map_or(0, unsigned),
        modes: modes.collect(),
        kms_key: key_as_declared(capture.kms_key_id(), last.map(|last| &last.kms_key)),
        csv_content_types: header.map(|header| set(header.csv_content_types())).unwrap_or_default(),
        json_content_types: header.map(|header| set(header.json_content_types())).unwrap_or_default(),
    })
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
        assert_eq!(read_capture(&capture_to_sdk(&capture), None), Some(capture));
    }
}
