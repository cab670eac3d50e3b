//! Keys in pages: prefix, delimiter, the place to go on after, and how many.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::call::Call;
use super::refused::{Refused, invalid_argument};
use crate::wire::xml::written;

/// The characters that stay unencoded when a list asks for keys in URL form.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/');

/// The most entries of a page.
const MOST: usize = 1000;

/// The parameters of a list call.
pub(super) struct Asked {
    pub prefix: String,
    pub delimiter: String,
    pub most: usize,
    url: bool,
}

impl Asked {
    /// Returns the parameters that all lists share.
    pub fn of(call: &Call<'_>) -> Result<Self, Refused> {
        let invalid = |name: &str, value: &str| {
            invalid_argument("Provided max-keys not an integer or within integer range", name, value)
        };
        let most = match call.parameter("max-keys") {
            Some(text) => text.parse().map_err(|_| invalid("max-keys", &text))?,
            None => MOST,
        };
        let url = match call.parameter("encoding-type").as_deref() {
            None => false,
            Some("url") => true,
            Some(other) => {
                return Err(invalid_argument("Invalid Encoding Method specified in Request", "encoding-type", other));
            }
        };
        Ok(Self {
            prefix: call.parameter("prefix").unwrap_or_default(),
            delimiter: call.parameter("delimiter").unwrap_or_default(),
            most: most.min(MOST),
            url,
        })
    }

    /// Returns the common prefix that stands for a key, if the delimiter makes one.
    pub fn common_prefix<'a>(&self, key: &'a str) -> Option<&'a str> {
        if self.delimiter.is_empty() {
            return None;
        }
        let at = key[self.prefix.len()..].find(&self.delimiter)?;
        Some(&key[..self.prefix.len() + at + self.delimiter.len()])
    }

    /// Returns a key, prefix or delimiter in the form that was asked for.
    pub fn key(&self, name: &str, text: &str) -> String {
        if self.url { written(name, utf8_percent_encode(text, PLAIN)) } else { written(name, text) }
    }

    /// Returns the elements of a list that repeat the request.
    pub fn echoed(&self) -> String {
        let delimiter = if self.delimiter.is_empty() { String::new() } else { self.key("Delimiter", &self.delimiter) };
        let encoding = if self.url { written("EncodingType", "url") } else { String::new() };
        format!("{}{delimiter}{}{encoding}", self.key("Prefix", &self.prefix), written("MaxKeys", self.most))
    }

    /// Returns the common prefixes of a page.
    pub fn prefixes(&self, prefixes: &[String]) -> String {
        prefixes
            .iter()
            .map(|prefix| format!("<CommonPrefixes>{}</CommonPrefixes>", self.key("Prefix", prefix)))
            .collect()
    }
}
