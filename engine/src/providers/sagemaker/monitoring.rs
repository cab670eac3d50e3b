//! Conversions of the parts of monitoring jobs.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_sagemaker::types::{
    BatchTransformInput, EndpointInput, MonitoringClusterConfig, MonitoringConstraintsResource,
    MonitoringCsvDatasetFormat, MonitoringDatasetFormat, MonitoringJsonDatasetFormat, MonitoringNetworkConfig,
    MonitoringOutput as SdkOutput, MonitoringOutputConfig, MonitoringParquetDatasetFormat, MonitoringResources,
    MonitoringS3Output, MonitoringStoppingCondition, ProcessingInstanceType, ProcessingS3DataDistributionType,
    ProcessingS3InputMode, ProcessingS3UploadMode,
};

use super::kms_key::key_as_declared;
use super::model::{read_vpc, vpc_to_sdk};
use super::variant::unless_left_open;
use crate::providers::numbers::{signed, unsigned};
use ebbtide::aws::EndpointName;
use ebbtide::aws::sagemaker::{
    DataDistribution, DataFormat, InputMode, MonitoringCluster, MonitoringImage, MonitoringInput, MonitoringNetwork,
    MonitoringOutput, MonitoringSource, UploadMode,
};
use ebbtide::resource::Resolved;

/// The parts of an image's settings, which the two kinds of definitions have in types of their own.
pub(super) struct ImageParts<'a> {
    pub(super) image: Option<&'a str>,
    pub(super) entrypoint: &'a [String],
    pub(super) arguments: &'a [String],
    pub(super) preprocessor: Option<&'a str>,
    pub(super) postprocessor: Option<&'a str>,
    pub(super) environment: Option<&'a HashMap<String, String>>,
}

pub(super) fn read_image(parts: &ImageParts<'_>) -> MonitoringImage<Resolved> {
    MonitoringImage {
        image: parts.image.unwrap_or_default().to_owned(),
        entrypoint: parts.entrypoint.to_vec(),
        arguments: parts.arguments.to_vec(),
        preprocessor: parts.preprocessor.map(str::to_owned),
        postprocessor: parts.postprocessor.map(str::to_owned),
        environment: parts
            .environment
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
    }
}

/// Returns a list for a request; AWS accepts no empty one.
pub(super) fn unless_empty(list: &[String]) -> Option<Vec<String>> {
    (!list.is_empty()).then(|| list.to_vec())
}

pub(super) fn environment_to_sdk(environment: &BTreeMap<String, String>) -> Option<HashMap<String, String>> {
    (!environment.is_empty()).then(|| environment.clone().into_iter().collect())
}

pub(super) fn constraints_to_sdk(uri: Option<&String>) -> Option<MonitoringConstraintsResource> {
    uri.map(|uri| MonitoringConstraintsResource::builder().s3_uri(uri).build())
}

/// Converts the input, whichever of the two forms it has.
pub(super) fn input_to_sdk(input: &MonitoringInput<Resolved>) -> (Option<EndpointInput>, Option<BatchTransformInput>) {
    let mode = input.mode.map(|mode| match mode {
        InputMode::File => ProcessingS3InputMode::File,
        InputMode::Pipe => ProcessingS3InputMode::Pipe,
    });
    let distribution = input.distribution.map(|distribution| match distribution {
        DataDistribution::FullyReplicated => ProcessingS3DataDistributionType::Fullyreplicated,
        DataDistribution::ShardedByS3Key => ProcessingS3DataDistributionType::Shardedbys3Key,
    });
    match &input.source {
        MonitoringSource::Endpoint(endpoint) => {
            let endpoint = EndpointInput::builder()
                .endpoint_name(endpoint.as_str())
                .local_path(&input.local_path)
                .set_s3_input_mode(mode)
                .set_s3_data_distribution_type(distribution)
                .set_features_attribute(input.features.clone())
                .set_inference_attribute(input.inference.clone())
                .set_probability_attribute(input.probability.clone())
                .set_probability_threshold_attribute(input.probability_threshold)
                .set_start_time_offset(input.start_offset.clone())
                .set_end_time_offset(input.end_offset.clone())
                .set_exclude_features_attribute(input.excluded.clone());
            (Some(endpoint.build()), None)
        }
        MonitoringSource::BatchTransform { uri, format } => {
            let batch = BatchTransformInput::builder()
                .data_captured_destination_s3_uri(uri)
                .dataset_format(format_to_sdk(*format))
                .local_path(&input.local_path)
                .set_s3_input_mode(mode)
                .set_s3_data_distribution_type(distribution)
                .set_features_attribute(input.features.clone())
                .set_inference_attribute(input.inference.clone())
                .set_probability_attribute(input.probability.clone())
                .set_probability_threshold_attribute(input.probability_threshold)
                .set_start_time_offset(input.start_offset.clone())
                .set_end_time_offset(input.end_offset.clone())
                .set_exclude_features_attribute(input.excluded.clone());
            (None, Some(batch.build()))
        }
    }
}

fn format_to_sdk(format: DataFormat) -> MonitoringDatasetFormat {
    let builder = MonitoringDatasetFormat::builder();
    match format {
        DataFormat::Csv { header } => builder.csv(MonitoringCsvDatasetFormat::builder().header(header).build()),
        DataFormat::Json { lines } => builder.json(MonitoringJsonDatasetFormat::builder().line(lines).build()),
        DataFormat::Parquet => builder.parquet(MonitoringParquetDatasetFormat::builder().build()),
    }
    .build()
}

fn read_format(format: Option<&MonitoringDatasetFormat>) -> DataFormat {
    match (format.and_then(MonitoringDatasetFormat::csv), format.and_then(MonitoringDatasetFormat::json)) {
        (Some(csv), _) => DataFormat::Csv { header: csv.header() == Some(true) },
        (None, Some(json)) => DataFormat::Json { lines: json.line() == Some(true) },
        (None, None) => DataFormat::Parquet,
    }
}

/// Reads the input. Settings that its declaration leaves to AWS stay so.
pub(super) fn read_input(
    endpoint: Option<&EndpointInput>,
    batch: Option<&BatchTransformInput>,
    last: Option<&MonitoringInput<Resolved>>,
) -> MonitoringInput<Resolved> {
    let mode = |mode: Option<&ProcessingS3InputMode>| match mode {
        Some(ProcessingS3InputMode::File) => Some(InputMode::File),
        Some(ProcessingS3InputMode::Pipe) => Some(InputMode::Pipe),
        _ => None,
    };
    let distribution = |distribution: Option<&ProcessingS3DataDistributionType>| match distribution {
        Some(ProcessingS3DataDistributionType::Fullyreplicated) => Some(DataDistribution::FullyReplicated),
        Some(ProcessingS3DataDistributionType::Shardedbys3Key) => Some(DataDistribution::ShardedByS3Key),
        _ => None,
    };
    let open_mode = last.map(|last| last.mode);
    let open_distribution = last.map(|last| last.distribution);
    let text = |text: Option<&str>| text.map(str::to_owned);
    match (endpoint, batch) {
        (None, Some(found)) => MonitoringInput {
            source: MonitoringSource::BatchTransform {
                uri: found.data_captured_destination_s3_uri().unwrap_or_default().to_owned(),
                format: read_format(found.dataset_format()),
            },
            local_path: found.local_path().unwrap_or_default().to_owned(),
            mode: unless_left_open(mode(found.s3_input_mode()), open_mode),
            distribution: unless_left_open(distribution(found.s3_data_distribution_type()), open_distribution),
            features: text(found.features_attribute()),
            inference: text(found.inference_attribute()),
            probability: text(found.probability_attribute()),
            probability_threshold: found.probability_threshold_attribute(),
            start_offset: text(found.start_time_offset()),
            end_offset: text(found.end_time_offset()),
            excluded: text(found.exclude_features_attribute()),
        },
        (endpoint, _) => MonitoringInput {
            source: MonitoringSource::Endpoint(EndpointName(
                endpoint.and_then(EndpointInput::endpoint_name).unwrap_or_default().to_owned(),
            )),
            local_path: endpoint.and_then(EndpointInput::local_path).unwrap_or_default().to_owned(),
            mode: unless_left_open(mode(endpoint.and_then(EndpointInput::s3_input_mode)), open_mode),
            distribution: unless_left_open(
                distribution(endpoint.and_then(EndpointInput::s3_data_distribution_type)),
                open_distribution,
            ),
            features: text(endpoint.and_then(EndpointInput::features_attribute)),
            inference: text(endpoint.and_then(EndpointInput::inference_attribute)),
            probability: text(endpoint.and_then(EndpointInput::probability_attribute)),
            probability_threshold: endpoint.and_then(EndpointInput::probability_threshold_attribute),
            start_offset: text(endpoint.and_then(EndpointInput::start_time_offset)),
            end_offset: text(endpoint.and_then(EndpointInput::end_time_offset)),
            excluded: text(endpoint.and_then(EndpointInput::exclude_features_attribute)),
        },
    }
}

pub(super) fn output_to_sdk(output: &MonitoringOutput<Resolved>) -> MonitoringOutputConfig {
    let upload = output.upload.map(|upload| match upload {
        UploadMode::Continuous => ProcessingS3UploadMode::Continuous,
        UploadMode::EndOfJob => ProcessingS3UploadMode::EndOfJob,
    });
    let s3 = MonitoringS3Output::builder()
        .s3_uri(&output.uri)
        .local_path(&output.local_path)
        .set_s3_upload_mode(upload)
        .build();
    MonitoringOutputConfig::builder()
        .monitoring_outputs(SdkOutput::builder().s3_output(s3).build())
        .set_kms_key_id(output.kms_key.clone())
        .build()
}

pub(super) fn read_output(
    config: Option<&MonitoringOutputConfig>,
    last: Option<&MonitoringOutput<Resolved>>,
) -> MonitoringOutput<Resolved> {
    let s3 = config.and_then(|config| config.monitoring_outputs().first()).and_then(SdkOutput::s3_output);
    let upload = match s3.and_then(MonitoringS3Output::s3_upload_mode) {
        Some(ProcessingS3UploadMode::Continuous) => Some(UploadMode::Continuous),
        Some(ProcessingS3UploadMode::EndOfJob) => Some(UploadMode::EndOfJob),
        _ => None,
    };
    let key = config.and_then(MonitoringOutputConfig::kms_key_id);
    MonitoringOutput {
        uri: s3.and_then(MonitoringS3Output::s3_uri).unwrap_or_default().to_owned(),
        local_path: s3.and_then(MonitoringS3Output::local_path).unwrap_or_default().to_owned(),
        upload: unless_left_open(upload, last.map(|last| last.upload)),
        kms_key: key_as_declared(key, last.map(|last| &last.kms_key)),
    }
}

pub(super) fn cluster_to_sdk(cluster: &MonitoringCluster<Resolved>) -> MonitoringResources {
    let config = MonitoringClusterConfig::builder()
        .instance_type(ProcessingInstanceType::from(cluster.instance_type.as_str()))
        .instance_count(signed(cluster.count))
        .volume_size_in_gb(signed(cluster.volume_gb))
        .set_volume_kms_key_id(cluster.volume_kms_key.clone());
    MonitoringResources::builder().cluster_config(config.build()).build()
}

pub(super) fn read_cluster(
    resources: Option<&MonitoringResources>,
    last: Option<&MonitoringCluster<Resolved>>,
) -> MonitoringCluster<Resolved> {
    let config = resources.and_then(MonitoringResources::cluster_config);
    let instance_type = config.and_then(MonitoringClusterConfig::instance_type);
    let key = config.and_then(MonitoringClusterConfig::volume_kms_key_id);
    MonitoringCluster {
        instance_type: instance_type.map(|name| name.as_str().to_owned()).unwrap_or_default(),
        count: config.and_then(MonitoringClusterConfig::instance_count).map_or(0, unsigned),
        volume_gb: config.and_then(MonitoringClusterConfig::volume_size_in_gb).map_or(0, unsigned),
        volume_kms_key: key_as_declared(key, last.map(|last| &last.volume_kms_key)),
    }
}

pub(super) fn network_to_sdk(network: &MonitoringNetwork<Resolved>) -> MonitoringNetworkConfig {
    MonitoringNetworkConfig::builder()
        .enable_inter_container_traffic_encryption(network.encrypted)
        .enable_network_isolation(network.isolated)
        .set_vpc_config(network.vpc.as_ref().map(vpc_to_sdk))
        .build()
}

/// Reads the network. AWS may report its default although none was given.
pub(super) fn read_network(
    config: Option<&MonitoringNetworkConfig>,
    last: Option<&MonitoringNetwork<Resolved>>,
) -> Option<MonitoringNetwork<Resolved>> {
    let config = config?;
    let network = MonitoringNetwork {
        encrypted: config.enable_inter_container_traffic_encryption() == Some(true),
        isolated: config.enable_network_isolation() == Some(true),
        vpc: config.vpc_config().map(|vpc| read_vpc(vpc, last.and_then(|last| last.vpc.as_ref()))),
    };
    let is_default = network == MonitoringNetwork { encrypted: false, isolated: false, vpc: None };
    (last.is_some() || !is_default).then_some(network)
}

pub(super) fn limit_to_sdk(seconds: Option<u32>) -> Option<MonitoringStoppingCondition> {
    seconds.map(|seconds| MonitoringStoppingCondition::builder().max_runtime_in_seconds(signed(seconds)).build())
}

pub(super) fn read_limit(condition: Option<&MonitoringStoppingCondition>, last: Option<u32>) -> Option<u32> {
    let seconds = condition.and_then(MonitoringStoppingCondition::max_runtime_in_seconds).map(unsigned);
    // AWS may report its own limit although none was given.
    last.and(seconds)
}
