//! Starts logging, once in a process.

use std::sync::atomic::{AtomicBool, Ordering};

use tracing::Subscriber;
use tracing_subscriber::filter::{EnvFilter, FilterExt as _, filter_fn};
use tracing_subscriber::fmt::{self, MakeWriter};
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};

use super::filter::Caps;
use super::secrets::{SECRETS, register_secret, start_redacting, stop_redacting};
use super::settings::{Settings, secrets};
use super::writer::Redacting;

/// Where only spans are exported, standard error still shows why this fails.
const EXPORT_ONLY: &str = "ebbtide_engine::logging=warn";

/// Whether log lines appear on standard error.
static USES_STDERR: AtomicBool = AtomicBool::new(false);

type Boxed<S> = Box<dyn Layer<S> + Send + Sync>;

/// The logging of this process. Dropped at its end, it exports the spans that are left and forgets the known secrets.
#[derive(Debug, Default)]
#[must_use = "logging ends when this is dropped"]
pub struct Logging {
    warnings: Vec<String>,
    started: bool,
    #[cfg(feature = "otlp")]
    exporter: Option<super::otlp::Exporter>,
}

/// Starts logging if `EBB_LOG`, `EBB_OTLP_ENDPOINT` or a `verbosity` of 2 (`-vv`) asks for it. Log lines go to standard
/// error, as text or as JSON.
pub fn start(json: bool, verbosity: u8) -> Logging {
    let variable = |name: &str| std::env::var(name).ok();
    let settings = Settings::new(verbosity, &variable);
    let mut logging = Logging::default();
    if settings.is_off() {
        return logging;
    }
    start_redacting();
    secrets(&variable).iter().for_each(|secret| register_secret(secret));
    let mut layers: Vec<Boxed<Registry>> = Vec::new();
    if let Some(url) = &settings.collector {
        layers.extend(logging.export_to(url));
    }
    let directives = settings.directives.as_deref().unwrap_or(EXPORT_ONLY);
    match EnvFilter::builder().parse(directives) {
        Ok(filter) => {
            let caps = Caps::new(directives, settings.lifted);
            logging.warn_of(&caps, settings.lifted);
            let form = Form { json, colors: !json && has_colors() };
            layers.push(lines(form, filter, caps, Redacting::new(std::io::stderr, &SECRETS)));
            USES_STDERR.store(settings.directives.is_some(), Ordering::Relaxed);
        }
        Err(error) => logging.warnings.push(format!("EBB_LOG is ignored: {error}")),
    }
    logging.started = !layers.is_empty() && install(layers);
    if !logging.started {
        stop_redacting();
    }
    logging
}

/// Whether log lines appear on standard error, where they would disturb live progress.
pub(crate) fn uses_stderr() -> bool {
    USES_STDERR.load(Ordering::Relaxed)
}

/// Makes the layers those of the process. A program that has installed a subscriber of its own keeps it.
fn install(layers: Vec<Boxed<Registry>>) -> bool {
    let installed = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layers)).is_ok();
    if !installed {
        USES_STDERR.store(false, Ordering::Relaxed);
    }
    installed
}

fn has_colors() -> bool {
    anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
}

/// How log lines look.
#[derive(Clone, Copy)]
struct Form {
    json: bool,
    colors: bool,
}

/// Returns the layer that writes log lines.
fn lines<S, M>(form: Form, filter: EnvFilter, caps: Caps, writer: Redacting<M>) -> Boxed<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    M: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let caps = filter_fn(move |metadata| caps.allow(metadata.target(), *metadata.level()));
    let layer = fmt::layer().with_writer(writer).with_ansi(form.colors).log_internal_errors(false);
    if form.json {
        layer.json().flatten_event(true).with_current_span(false).with_filter(filter.and(caps)).boxed()
    } else {
        layer.compact().with_filter(filter.and(caps)).boxed()
    }
}

impl Logging {
    /// Returns what the person who started this should know.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn warn_of(&mut self, caps: &Caps, lifted: bool) {
        let lowered = caps.lowered();
        if !lowered.is_empty() {
            self.warnings.push(format!(
                "EBB_LOG: `{}` is logged up to debug only: at trace it may show requests and responses; EBB_LOG_UNSAFE=1 \
                 permits it",
                lowered.join("`, `")
            ));
        }
        if lifted {
            self.warnings.push(
                "EBB_LOG_UNSAFE=1: the log may show requests and responses of AWS calls; secrets that are not known to ebb \
                 are not replaced in it, so do not share it"
                    .to_owned(),
            );
        }
    }

    #[cfg(feature = "otlp")]
    fn export_to(&mut self, url: &str) -> Option<Boxed<Registry>> {
        match super::otlp::Exporter::new(url, &SECRETS) {
            Ok(exporter) => {
                let layer = exporter.layer();
                self.exporter = Some(exporter);
                Some(layer)
            }
            Err(error) => {
                self.warnings.push(format!("EBB_OTLP_ENDPOINT: spans are not exported: {error}"));
                None
            }
        }
    }

    #[cfg(not(feature = "otlp"))]
    fn export_to(&mut self, _url: &str) -> Option<Boxed<Registry>> {
        self.warnings.push("EBB_OTLP_ENDPOINT is ignored: this `ebb` was built without the feature `otlp`".to_owned());
        None
    }
}

impl Drop for Logging {
    fn drop(&mut self) {
        #[cfg(feature = "otlp")]
        if let Some(exporter) = self.exporter.take() {
            exporter.shut_down();
        }
        if self.started {
            stop_redacting();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::super::secrets::Secrets;
    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(text)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// Returns the lines that some work logs.
    fn logged(directives: &str, json: bool, work: impl FnOnce()) -> String {
        let written = Written::default();
        let secrets: &'static Secrets = Box::leak(Box::new(Secrets::new()));
        secrets.add(b"hunter \"2\"");
        let to = written.clone();
        let writer = Redacting::new(move || to.clone(), secrets);
        let filter = EnvFilter::builder().parse(directives).unwrap();
        let form = Form { json, colors: false };
        let layers: Vec<Boxed<Registry>> = vec![lines(form, filter, Caps::new(directives, false), writer)];
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layers), work);
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_secret_is_replaced_in_text_and_json_also_where_it_is_escaped() {
        for json in [false, true] {
            let log = logged("debug", json, || {
                let span = tracing::info_span!("command", field = "hunter \"2\"");
                let _entered = span.enter();
                tracing::debug!(shown = "hunter \"2\"", quoted = ?"hunter \"2\"", "it is hunter \"2\"");
                tracing::info!(body = ?b"{\"a\":\"hunter \\\"2\\\"\"}".escape_ascii().to_string());
            });
            assert!(!log.contains("hunter"), "{log}");
            assert_eq!(log.matches("[redacted]").count(), 6, "{log}");
            assert_eq!(log.lines().count(), 2, "{log}");
        }
    }

    #[test]
    fn other_crates_log_no_bodies_whatever_is_asked_for_in_general() {
        let log = logged("trace", false, || {
            tracing::trace!(target: "aws_smithy_runtime::client::orchestrator", "request body");
            tracing::debug!(target: "hyper_util::client", "headers");
            tracing::info!(target: "aws_config::profile", "a chain");
            tracing::trace!(target: "ebbtide_engine::sdk::trace", "a call");
        });
        assert!(!log.contains("body") && !log.contains("headers"), "{log}");
        assert!(log.contains("a chain") && log.contains("a call"), "{log}");
    }

    #[test]
    fn json_lines_have_the_fields_of_the_event_at_the_top() {
        let log = logged("debug", true, || {
            let span = tracing::info_span!("operation", id = 3);
            let _entered = span.enter();
            tracing::debug!(ms = 12, "AWS call");
        });
        let line: serde_json::Value = serde_json::from_str(&log).unwrap();
        assert_eq!((&line["level"], &line["message"]), (&"DEBUG".into(), &"AWS call".into()));
        assert_eq!((&line["ms"], &line["spans"][0]["id"]), (&12.into(), &3.into()));
    }
}
