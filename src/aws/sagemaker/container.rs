//! A container of a model: the image that serves requests, and the artifact that it loads.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::resource::{Declared, Input, Phase, Problems};

/// A container of a model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Container<P: Phase = Declared> {
    /// The image with its registry, `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG`.
    pub image: P::Of<String>,
    /// The model artifact; none if the image contains it.
    #[serde(default)]
    pub model: Option<ModelData<P>>,
    /// Whether it serves one model or many.
    #[serde(default)]
    pub mode: ContainerMode,
    /// Environment variables. AWS and the state hold them in clear text, so they must not contain secrets.
    #[serde(default)]
    pub environment: BTreeMap<String, P::Of<String>>,
    /// The name by which callers address one of several containers.
    #[serde(default)]
    pub hostname: Option<String>,
}

impl Container {
    /// Creates a container that serves one model.
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
    /// The location, `s3://BUCKET/KEY`.
    pub uri: P::Of<String>,
    /// The form of the artifact at that location.
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
    /// All objects under a prefix that ends in `/`, uncompressed. Large models start faster this way.
    Prefix,
    /// One object, uncompressed.
    Object,
}

/// The number of models that a container serves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContainerMode {
    /// One.
    #[default]
    SingleModel,
    /// Many, each loaded from a common prefix when it is first called.
    MultiModel,
}

impl Container {
    /// Reports values that AWS would refuse.
    pub(super) fn validate(&self, field: &str, problems: &mut Problems) {
        let mut refuse = |name: &str, message: String| problems.refuse(format!("{field}.{name}"), message);
        if self.image.known().is_some_and(|image| image.is_empty() || image.contains(char::is_whitespace)) {
            refuse("image", "the name of an image is needed".to_owned());
        }
        if let Some(problem) = self.model.as_ref().and_then(ModelData::problem) {
            refuse("model", problem);
        }
        if self.mode == ContainerMode::MultiModel {
            let prefix = self.model.as_ref().filter(|model| model.form == ModelForm::Archive);
            if prefix.is_none_or(|model| model.uri.known().is_some_and(|uri| !uri.ends_with('/'))) {
                let message = "a container of several models needs the prefix of their archives, ending in `/`";
                refuse("model", message.to_owned());
            }
        }
        for problem in variable_problems(&self.environment) {
            refuse("environment", problem);
        }
    }
}

impl ModelData {
    /// Returns the problem with the location, as far as it is known.
    fn problem(&self) -> Option<String> {
        let uri = self.uri.known()?;
        let (bucket, key) = uri.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).unwrap_or_default();
        if bucket.is_empty() || key.is_empty() {
            return Some(format!("`{uri}` is not an artifact in S3: write s3://BUCKET/KEY"));
        }
        match self.form {
            ModelForm::Prefix if !uri.ends_with('/') => {
                Some(format!("`{uri}` is used as a prefix, so it must end in `/`"))
            }
            ModelForm::Object if uri.ends_with('/') => {
                Some(format!("`{uri}` is used as an object, so it must not end in `/`"))
            }
            ModelForm::Archive | ModelForm::Prefix | ModelForm::Object => None,
        }
    }
}

/// Returns the problems with environment variables.
pub(super) fn variable_problems(environment: &BTreeMap<String, Input<String>>) -> Vec<String> {
    let mut problems = Vec::new();
    if environment.len() > 100 {
        problems.push("AWS accepts at most 100 variables".to_owned());
    }
    for (name, value) in environment {
        problems.extend(variable_name_problem(name));
        if value.known().is_some_and(|value| value.len() > 1024) {
            problems.push(format!("{name} has more than 1024 characters"));
        }
    }
    problems
}

/// Returns the problem with the name of an environment variable.
fn variable_name_problem(name: &str) -> Option<String> {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let valid = starts_well && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (!valid).then(|| format!("`{name}` is not the name of a variable: use letters, digits and underscores"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_containers_are_refused() {
        let model = |uri: &str, form| Some(ModelData { uri: Input::from(uri), form });
        let mut container = Container::new("img:1", model("s3://models/llama.tar.gz", ModelForm::Archive));
        container.environment.insert("TOKENS".into(), "4096".into());
        let problems_of = |container: &Container| {
            let mut problems = Problems::new();
            container.validate("containers[0]", &mut problems);
            problems
        };
        assert!(problems_of(&container).is_empty());
        container.environment.insert("1-no".into(), "x".repeat(2000).into());
        container.model = model("https://models/llama", ModelForm::Prefix);
        container.image = "".into();
        let problems = problems_of(&container);
        assert_eq!(problems.len(), 4, "{problems:?}");
        container.model = model("s3://models/llama", ModelForm::Prefix);
        assert!(problems_of(&container).iter().any(|(_, message)| message.contains("must end in")));
        let mut several = Container::new("img:1", model("s3://models/all/", ModelForm::Archive));
        several.mode = ContainerMode::MultiModel;
        assert!(problems_of(&several).is_empty());
        several.model = model("s3://models/one.tar.gz", ModelForm::Archive);
        assert_eq!(problems_of(&several).len(), 1);
    }
}
