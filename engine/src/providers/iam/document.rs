//! Policy documents in the form in which IAM returns them.

use percent_encoding::percent_decode_str;

use crate::sdk::Error;
use ebbtide::aws::iam::{Policy, PolicyDocumentError};
use ebbtide::resource::Resolved;

/// Reads a document, which IAM returns URL-encoded. Returns `last` if both policies are equivalent.
pub(super) fn read_policy(document: &str, last: Option<&Policy<Resolved>>) -> Result<Policy<Resolved>, Error> {
    if document.trim_start().starts_with('{') {
        return Ok(Policy::read(document, last, None)?);
    }
    Ok(Policy::read(&percent_decode_str(document).decode_utf8_lossy(), last, None)?)
}

impl From<PolicyDocumentError> for Error {
    fn from(error: PolicyDocumentError) -> Self {
        Self::invalid(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ebbtide::aws::iam::Effect;

    #[test]
    fn url_encoded_documents_are_decoded() {
        let document = "%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3AGet%2A%22%2C%22Resource%22%3A%22a+%C3%BC%22%7D%5D%7D";
        let read = read_policy(document, None).unwrap();
        assert_eq!(read.statements[0].resources, ["a+ü"]);
        assert_eq!(read.statements[0].effect, Effect::Allow);
        assert!(read_policy("not json", None).is_err());
    }

    #[test]
    fn plain_documents_are_not_decoded() {
        let read = read_policy(r#"{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "a%41"}}"#, None);
        assert_eq!(read.unwrap().statements[0].resources, ["a%41"]);
    }
}
