//! What a resource needs and nobody has brought yet.

/// Something that has to be in AWS before a resource can be created, that no stack makes, and that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The thing: "no object under s3://BUCKET/PREFIX/".
    pub problem: String,
    /// The command that brings it, with capitals where it needs a value.
    pub remedy: String,
    /// What a rehearsal puts in its place.
    pub stand_in: StandIn,
}

/// What a rehearsal puts in the place of something missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StandIn {
    /// An object, `s3://BUCKET/KEY`.
    Object(String),
    /// An image in ECR.
    Image(String),
    /// Nothing.
    None,
}

/// What was found when a resource's needs were looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// What is not there.
    pub missing: Vec<Missing>,
    /// What could not be looked for, and why, in words.
    pub unchecked: Vec<String>,
}

impl Needs {
    /// Adds one thing that was looked for.
    pub fn add(&mut self, looked: Looked) {
        match looked {
            Looked::There => {}
            Looked::Missing(missing) => self.missing.push(missing),
            Looked::Unchecked(why) => self.unchecked.push(why),
        }
    }
}

/// The result of looking for one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// It is there, or there is nothing to look for.
    There,
    /// It is not there.
    Missing(Missing),
    /// It could not be looked for, in words.
    Unchecked(String),
}
