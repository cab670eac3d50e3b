//! Conversions of a model's containers.

use aws_sdk_sagemaker::types::{
    ContainerDefinition, ContainerMode as SdkMode, ModelCompressionType, ModelDataSource, S3ModelDataSource,
    S3ModelDataType,
};

use ebbtide::aws::sagemaker::{Container, ContainerMode, ModelData, ModelForm};
use ebbtide::resource::Resolved;

/// Converts a container for a create call.
pub(super) fn container_to_sdk(container: &Container<Resolved>) -> ContainerDefinition {
    let mode = match container.mode {
        ContainerMode::SingleModel => SdkMode::SingleModel,
        ContainerMode::MultiModel => SdkMode::MultiModel,
    };
    let environment = container.environment.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let definition = ContainerDefinition::builder()
        .image(&container.image)
        .mode(mode)
        .set_environment(Some(environment))
        .set_container_hostname(container.hostname.clone());
    match &container.model {
        None => definition,
        Some(ModelData { uri, form: ModelForm::Archive }) => definition.model_data_url(uri),
        Some(ModelData { uri, form: ModelForm::Prefix }) => {
            definition.model_data_source(uncompressed(S3ModelDataType::S3Prefix, uri))
        }
        Some(ModelData { uri, form: ModelForm::Object }) => {
            definition.model_data_source(uncompressed(S3ModelDataType::S3Object, uri))
        }
    }
    .build()
}

fn uncompressed(data_type: S3ModelDataType, uri: &str) -> ModelDataSource {
    let source = S3ModelDataSource::builder()
        .s3_uri(uri)
        .s3_data_type(data_type)
        .compression_type(ModelCompressionType::None)
        .build();
    ModelDataSource::builder().s3_data_source(source).build()
}

/// Reads a container.
pub(super) fn read_container(definition: &ContainerDefinition) -> Container<Resolved> {
    let environment = definition.environment().into_iter().flatten();
    Container {
        image: definition.image().unwrap_or_default().to_owned(),
        model: read_model_data(definition),
        mode: match definition.mode() {
            Some(SdkMode::MultiModel) => ContainerMode::MultiModel,
            _ => ContainerMode::SingleModel,
        },
        environment: environment.map(|(name, value)| (name.clone(), value.clone())).collect(),
        hostname: definition.container_hostname().map(str::to_owned),
    }
}

/// Reads the model artifact. AWS may describe an archive by its URL or as a compressed source; both mean the same.
fn read_model_data(definition: &ContainerDefinition) -> Option<ModelData<Resolved>> {
    if let Some(url) = definition.model_data_url().filter(|url| !url.is_empty()) {
        return Some(ModelData { uri: url.to_owned(), form: ModelForm::Archive });
    }
    let source = definition.model_data_source()?.s3_data_source()?;
    let form = match (source.compression_type(), source.s3_data_type()) {
        (Some(ModelCompressionType::Gzip), _) => ModelForm::Archive,
        (_, Some(S3ModelDataType::S3Prefix)) => ModelForm::Prefix,
        _ => ModelForm::Object,
    };
    Some(ModelData { uri: source.s3_uri().unwrap_or_default().to_owned(), form })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_container_reads_back_as_it_was_sent() {
        for form in [ModelForm::Archive, ModelForm::Prefix, ModelForm::Object] {
            let container = Container::<Resolved> {
                image: "img:1".into(),
                model: Some(ModelData { uri: "s3://models/llama/".into(), form }),
                mode: ContainerMode::MultiModel,
                environment: BTreeMap::from([("A".into(), "1".into())]),
                hostname: Some("first".into()),
            };
            assert_eq!(read_container(&container_to_sdk(&container)), container);
        }
    }
}
