//! A container of a model: the image that serves, and the artifact that it loads.

use std::collections::BTreeMap;

use aws_sdk_sagemaker::types::{
    ContainerDefinition, ContainerMode as SdkMode, ModelCompressionType, ModelDataSource, S3ModelDataSource,
    S3ModelDataType,
};
use serde::{Deserialize, Serialize};

use crate::resource::{Declared, Input, Phase, Problems, Resolved};

/// A container of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Container<P: Phase = Declared> {
    /// The image with its registry, `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG`.
    pub image: P::Of<String>,
    /// The model artifact; none if the image brings it along.
    #[serde(default)]
    pub model: Option<ModelData<P>>,
    /// Whether it serves one model or many.
    #[serde(default)]
    pub mode: ContainerMode,
    /// Environment variables. They stand in AWS and in the state in clear text: no secrets here.
    #[serde(default)]
    pub environment: BTreeMap<String, P::Of<String>>,
    /// The name by which a caller addresses one of several containers.
    #[serde(default)]
    pub hostname: Option<String>,
}

impl Container {
    /// A container that serves one model.
    pub fn new(image: impl Into<Input<String>>, model: Option<ModelData>) -> Self {
        Self {
            image: image.into(),
            model,
            mode: ContainerMode::SingleModel,
            environment: BTreeMap::new(),
            hostname: None,
        }
    }
}

/// A model artifact in S3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct ModelData<P: Phase = Declared> {
    /// Where it is, `s3://BUCKET/KEY`.
    pub uri: P::Of<String>,
    /// The form that it has there.
    #[serde(default)]
    pub form: ModelForm,
}

/// The form of a model artifact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelForm {
    /// One `.tar.gz`, which SageMaker unpacks. With several models in a container: the prefix of the archives.
    #[default]
    Archive,
    /// All objects under a prefix (which ends in `/`), uncompressed: starts faster with large models.
    Prefix,
    /// One object, uncompressed.
    Object,
}

/// How many models a container serves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContainerMode {
    /// One.
    #[default]
    SingleModel,
    /// Many, loaded from under one prefix when they are first called.
    MultiModel,
}

impl Container {
    /// Notes what AWS would refuse.
    pub(super) fn validate(&self, field: &str, problems: &mut Problems) {
        let mut problem = |name: &str, message: String| problems.refuse(format!("{field}.{name}"), message);
        if self.image.known().is_some_and(|image| image.is_empty() || image.contains(char::is_whitespace)) {
            problem("image", "the name of an image is needed".to_owned());
        }
        if let Some(model) = &self.model
            && let Some(uri) = model.uri.known()
        {
            let (bucket, key) = uri.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).unwrap_or_default();
            if bucket.is_empty() || key.is_empty() {
                problem("model", format!("`{uri}` is no artifact: write s3://BUCKET/KEY"));
            } else if model.form == ModelForm::Prefix && !uri.ends_with('/') {
                problem("model", format!("`{uri}` is used as a prefix, so it must end in `/`"));
            } else if model.form == ModelForm::Object && uri.ends_with('/') {
                problem("model", format!("`{uri}` is used as an object, so it must not end in `/`"));
            }
        }
        if self.mode == ContainerMode::MultiModel {
            let prefix = self.model.as_ref().filter(|model| model.form == ModelForm::Archive);
            if prefix.is_none_or(|model| model.uri.known().is_some_and(|uri| !uri.ends_with('/'))) {
                let message = "a container of several models needs the prefix of their archives, ending in `/`";
                problem("model", message.to_owned());
            }
        }
        if self.environment.len() > 100 {
            problem("environment", "AWS takes at most 100 variables".to_owned());
        }
        let is_name = |key: &String| {
            key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        for (key, value) in &self.environment {
            if !is_name(key) {
                problem("environment", format!("`{key}` is no name of a variable"));
            }
            if value.known().is_some_and(|value| value.len() > 1024) {
                problem("environment", format!("{key} has more than 1024 characters"));
            }
        }
    }
}

impl Container<Resolved> {
    pub(super) fn to_sdk(&self) -> ContainerDefinition {
        let mode = match self.mode {
            ContainerMode::SingleModel => SdkMode::SingleModel,
            ContainerMode::MultiModel => SdkMode::MultiModel,
        };
        let environment = self.environment.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        let container = ContainerDefinition::builder()
            .image(&self.image)
            .mode(mode)
            .set_environment(Some(environment))
            .set_container_hostname(self.hostname.clone());
        let source = |kind: S3ModelDataType, uri: &str| {
            let s3 = S3ModelDataSource::builder()
                .s3_uri(uri)
                .s3_data_type(kind)
                .compression_type(ModelCompressionType::None)
                .build();
            ModelDataSource::builder().s3_data_source(s3).build()
        };
        match &self.model {
            None => container,
            Some(ModelData { uri, form: ModelForm::Archive }) => container.model_data_url(uri),
            Some(ModelData { uri, form: ModelForm::Prefix }) => {
                container.model_data_source(source(S3ModelDataType::S3Prefix, uri))
            }
            Some(ModelData { uri, form: ModelForm::Object }) => {
                container.model_data_source(source(S3ModelDataType::S3Object, uri))
            }
        }
        .build()
    }

    pub(super) fn from_sdk(container: &ContainerDefinition) -> Self {
        let environment = container.environment().into_iter().flatten();
        Self {
            image: container.image().unwrap_or_default().to_owned(),
            model: model_data(container),
            mode: match container.mode() {
                Some(SdkMode::MultiModel) => ContainerMode::MultiModel,
                _ => ContainerMode::SingleModel,
            },
            environment: environment.map(|(key, value)| (key.clone(), value.clone())).collect(),
            hostname: container.container_hostname().map(str::to_owned),
        }
    }
}

/// AWS describes an archive both by its URL and as a compressed source; either is the same to us.
fn model_data(container: &ContainerDefinition) -> Option<ModelData<Resolved>> {
    if let Some(url) = container.model_data_url().filter(|url| !url.is_empty()) {
        return Some(ModelData { uri: url.to_owned(), form: ModelForm::Archive });
    }
    let source = container.model_data_source()?.s3_data_source()?;
    let form = match (source.compression_type(), source.s3_data_type()) {
        (Some(ModelCompressionType::Gzip), _) => ModelForm::Archive,
        (_, Some(S3ModelDataType::S3Prefix)) => ModelForm::Prefix,
        _ => ModelForm::Object,
    };
    Some(ModelData { uri: source.s3_uri().unwrap_or_default().to_owned(), form })
}

#[cfg(test)]
mod tests {
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
            assert_eq!(Container::from_sdk(&container.to_sdk()), container);
        }
    }

    #[test]
    fn what_aws_would_refuse_is_found() {
        let model = |uri: &str, form| Some(ModelData { uri: Input::from(uri), form });
        let mut container = Container::new("img:1", model("s3://models/llama.tar.gz", ModelForm::Archive));
        container.environment.insert("TOKENS".into(), "4096".into());
        let problems_of = |container: &Container| {
            let mut problems = Problems::new();
            container.validate("containers[0]", &mut problems);
            problems
        };
        assert_eq!(problems_of(&container), []);
        container.environment.insert("1-no".into(), "x".repeat(2000).into());
        container.model = model("https://models/llama", ModelForm::Prefix);
        container.image = "".into();
        let problems = problems_of(&container);
        assert_eq!(problems.len(), 4, "{problems:?}");
        container.model = model("s3://models/llama", ModelForm::Prefix);
        assert!(problems_of(&container).iter().any(|(_, message)| message.contains("must end in")));
        let mut several = Container::new("img:1", model("s3://models/all/", ModelForm::Archive));
        several.mode = ContainerMode::MultiModel;
        assert_eq!(problems_of(&several), []);
        several.model = model("s3://models/one.tar.gz", ModelForm::Archive);
        assert_eq!(problems_of(&several).len(), 1);
    }
}
