//! A writer that replaces secrets in a log line before it is written.

use std::io::{self, Write};

use tracing::Metadata;
use tracing_subscriber::fmt::MakeWriter;
use zeroize::Zeroizing;

use super::secrets::Secrets;

/// Makes a redacting writer for each log line.
pub(super) struct Redacting<M> {
    inner: M,
    secrets: &'static Secrets,
}

impl<M> Redacting<M> {
    /// Wraps a maker of writers.
    pub(super) fn new(inner: M, secrets: &'static Secrets) -> Self {
        Self { inner, secrets }
    }
}

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for Redacting<M> {
    type Writer = Line<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        Line { inner: self.inner.make_writer(), secrets: self.secrets, text: Zeroizing::default() }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Self::Writer {
        Line { inner: self.inner.make_writer_for(metadata), secrets: self.secrets, text: Zeroizing::default() }
    }
}

/// A log line. It is collected and written as a whole: a secret may arrive in two parts.
pub(super) struct Line<W: Write> {
    inner: W,
    secrets: &'static Secrets,
    text: Zeroizing<Vec<u8>>,
}

impl<W: Write> Write for Line<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> Drop for Line<W> {
    fn drop(&mut self) {
        // A log that cannot be written must not end the command.
        let _ = self.inner.write_all(&self.secrets.redact(&self.text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_arrives_in_parts_is_replaced() {
        let secrets: &'static Secrets = Box::leak(Box::new(Secrets::new()));
        secrets.add(b"hunter2");
        let mut written = Vec::new();
        let mut line = Line { inner: &mut written, secrets, text: Zeroizing::default() };
        line.write_all(b"a=hun").unwrap();
        line.flush().unwrap();
        line.write_all(b"ter2\n").unwrap();
        drop(line);
        assert_eq!(written, b"a=[redacted]\n");
    }
}
