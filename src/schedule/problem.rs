//! Problems of settings.

/// A mistake in the settings of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The keys and indices from the schedule's table to the mistake.
    pub path: Vec<String>,
    /// The mistake and its correction.
    pub message: String,
    /// The unknown name, if the mistake is one.
    pub misspelt: Option<Misspelt>,
}

/// A name that is not among the known ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misspelt {
    /// The given name.
    pub given: String,
    /// The known names.
    pub known: Vec<String>,
}

impl Problem {
    /// Creates a problem at a path.
    pub fn new(path: &[&str], message: impl Into<String>) -> Self {
        Self { path: path.iter().map(|key| (*key).to_owned()).collect(), message: message.into(), misspelt: None }
    }

    /// Creates the problem of a name that is not among the known ones. The message does not list them.
    pub fn unknown(path: &[&str], what: &str, given: &str, known: &[&str]) -> Self {
        let known = known.iter().map(|name| (*name).to_owned()).collect();
        let misspelt = Some(Misspelt { given: given.to_owned(), known });
        Self { misspelt, ..Self::new(path, format!("there is no {what} `{given}`")) }
    }

    /// Puts the path below the given keys.
    pub(super) fn below(mut self, keys: &[&str]) -> Self {
        self.path.splice(0..0, keys.iter().map(|key| (*key).to_owned()));
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path.join("."))?;
        }
        f.write_str(&self.message)?;
        match &self.misspelt {
            Some(misspelt) => write!(f, " (known: {})", misspelt.known.join(", ")),
            None => Ok(()),
        }
    }
}
