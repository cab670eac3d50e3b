//! The project directory: the directory that has `environments/`.

use std::path::{Path, PathBuf};

use crate::environment::error::EnvironmentError;

/// A project on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// Returns the project of a directory: its closest ancestor, or itself, that has `environments/`.
    pub fn find(start: &Path) -> Result<Self, EnvironmentError> {
        let absolute = std::path::absolute(start).unwrap_or_else(|_| start.to_owned());
        absolute
            .ancestors()
            .find(|folder| folder.join("environments").is_dir())
            .map(|root| Self { root: root.to_owned() })
            .ok_or_else(|| EnvironmentError::NoProject { start: absolute.clone() })
    }

    /// Returns the directory that has `environments/`.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the file of an environment.
    pub fn environment_file(&self, name: &str) -> PathBuf {
        self.root.join("environments").join(format!("{name}.toml"))
    }

    /// Returns the names of all environments, sorted.
    pub fn environments(&self) -> Vec<String> {
        let files = fs_err::read_dir(self.root.join("environments")).into_iter().flatten().flatten();
        let mut names: Vec<_> = files
            .map(|file| file.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .collect();
        names.sort();
        names
    }

    /// Returns a path for display: relative to the current directory if it lies in it.
    pub fn shown(path: &Path) -> String {
        let here = std::env::current_dir().ok();
        let relative = here.as_deref().and_then(|here| path.strip_prefix(here).ok());
        relative.unwrap_or(path).display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdk::Hint as _;

    #[test]
    fn a_project_is_found_from_its_subdirectories() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("environments")).unwrap();
        std::fs::create_dir_all(folder.path().join("a/b")).unwrap();
        std::fs::write(folder.path().join("environments/dev.toml"), "").unwrap();
        std::fs::write(folder.path().join("environments/schema.json"), "").unwrap();
        let project = Project::find(&folder.path().join("a/b")).unwrap();
        assert_eq!(project.root(), folder.path());
        assert_eq!(project.environments(), ["dev"]);
    }

    #[test]
    fn no_project_is_an_error_that_names_the_start() {
        let folder = tempfile::tempdir().unwrap();
        let error = Project::find(folder.path()).unwrap_err();
        assert!(error.to_string().contains(&folder.path().display().to_string()), "{error}");
        assert!(error.hint().unwrap().contains("ebb init"));
    }
}
