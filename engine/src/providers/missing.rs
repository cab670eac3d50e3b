//! What a resource needs and nobody has brought yet.

/// Something that has to be in AWS before a resource can be created, that no stack makes, and that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The thing: "no object under s3://BUCKET/PREFIX/".
    pub problem: String,
    /// The command that brings it, with capitals where it needs a value.
    pub remedy: String,
    /// An object that would do, `s3://BUCKET/KEY`: a stand-in of a rehearsal. Empty for what is no object.
    pub object: String,
}
