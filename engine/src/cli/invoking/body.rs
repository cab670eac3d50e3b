//! The body of a request: an argument, a file, or standard input.

use std::io::Read as _;

use crate::cli::error::{CommandError, CommandErrorKind};

/// A body, and whether it was typed on the command line.
pub(in crate::cli) struct Body {
    pub(in crate::cli) bytes: Vec<u8>,
    is_typed: bool,
}

/// Reads a body: `@FILE`, `-` for standard input, or the text itself.
pub(in crate::cli) fn read_body(word: &str) -> Result<Body, CommandError> {
    if word == "-" {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|error| CommandError::failed("read standard input", error))?;
        return Ok(Body { bytes, is_typed: false });
    }
    match word.strip_prefix('@') {
        Some(file) => {
            let bytes = fs_err::read(file).map_err(|error| CommandError::failed("read the body", error))?;
            Ok(Body { bytes, is_typed: false })
        }
        None => Ok(Body { bytes: word.as_bytes().to_vec(), is_typed: true }),
    }
}

impl Body {
    /// Refuses a typed body that is not the JSON that its content type says: mostly it is the name of an endpoint, or a shell has taken its
    /// quotes. A file is sent as it is.
    pub(in crate::cli) fn check(&self, content_type: &str) -> Result<(), CommandError> {
        if !self.is_typed || !content_type.starts_with("application/json") {
            return Ok(());
        }
        let Err(fault) = serde_json::from_slice::<serde::de::IgnoredAny>(&self.bytes) else { return Ok(()) };
        let shown = String::from_utf8_lossy(&self.bytes).chars().take(40).collect::<String>();
        let message = format!("the body `{shown}` is not JSON: {fault}");
        Err(CommandError::new(CommandErrorKind::Usage, message).hint(
            "write the body last, in single quotes: `ebb invoke STACK ENDPOINT '{…}'`; @FILE and - (standard input) are sent as they are, \
             and `--content-type text/plain` sends text",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_body_is_what_its_content_type_says() {
        let check = |word: &str, content_type: &str| read_body(word).and_then(|body| body.check(content_type));
        assert!(check("{\"inputs\": \"hi\"}", "application/json").is_ok());
        assert!(check("hello", "text/plain").is_ok());
        let error = check("{inputs: hi}", "application/json").unwrap_err();
        assert!(error.message.starts_with("the body `{inputs: hi}` is not JSON: key must be a string"), "{error}");
        assert!(read_body("@/no/such/file").err().unwrap().to_string().contains("/no/such/file"));
    }
}
