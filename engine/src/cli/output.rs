//! The one door to standard output and standard error.

use std::io::{IsTerminal as _, Write as _};

use owo_colors::OwoColorize as _;
use serde::Serialize;

use crate::cli::error::CommandError;

/// The format of everything that `--json` prints. Fields are added and never changed as long as it stays.
pub(super) const OUTPUT_FORMAT: u32 = 1;

/// How this process talks: to a person or a machine, in colour or not, much or little.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    json: bool,
    verbosity: i8,
    terminal: bool,
}

impl Output {
    /// Decides how to talk. `quiet` wins over `verbose`.
    pub(super) fn new(json: bool, no_color: bool, quiet: bool, verbose: u8) -> Self {
        if no_color || json {
            anstream::ColorChoice::Never.write_global();
        }
        let verbosity = if quiet { -1 } else { i8::try_from(verbose).unwrap_or(i8::MAX) };
        let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        Self { json, verbosity, terminal }
    }

    /// Whether a machine reads.
    pub(super) fn is_json(self) -> bool {
        self.json
    }

    /// Whether a person can be asked.
    pub(super) fn can_ask(self) -> bool {
        self.terminal && !self.json
    }

    /// Whether live progress can be drawn.
    pub(super) fn can_draw(self) -> bool {
        std::io::stderr().is_terminal() && !self.json && self.verbosity >= 0
    }

    /// Whether standard error takes colours.
    pub(super) fn has_colors(self) -> bool {
        anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
    }

    /// Whether only results and errors are wanted.
    pub(super) fn is_quiet(self) -> bool {
        self.verbosity < 0
    }

    /// Whether more than usual is wanted.
    pub(super) fn is_verbose(self) -> bool {
        self.verbosity > 0
    }

    /// Columns of the terminal; without one, what is easily read in a log.
    pub(super) fn width(self) -> usize {
        terminal_size::terminal_size().map_or(120, |(width, _)| usize::from(width.0)).clamp(60, 200)
    }

    /// A result, on standard output, as it is. Styles are stripped where there is no terminal.
    pub(super) fn result(self, text: &str) -> Result<(), CommandError> {
        let mut stdout = anstream::stdout().lock();
        survive(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
    }

    /// One JSON document on one line of standard output.
    pub(super) fn json(self, value: &impl Serialize) -> Result<(), CommandError> {
        let line = serde_json::to_string(value)
            .map_err(|error| CommandError::io("write the result", &std::io::Error::other(error)))?;
        self.result(&format!("{line}\n"))
    }

    /// What happens meanwhile, on standard error; silent with `--quiet`.
    pub(super) fn note(self, text: &str) {
        if !self.is_quiet() {
            let mut stderr = anstream::stderr().lock();
            // Nobody is left to be told that nobody listens.
            let _ = writeln!(stderr, "{text}");
        }
    }

    /// What must be told also with `--quiet`, on standard error.
    pub(super) fn warn(self, text: &str) {
        let mut stderr = anstream::stderr().lock();
        let _ = writeln!(stderr, "{text}");
    }

    /// An error on standard error, and with `--json` as an object on standard output as well.
    pub(super) fn error(self, error: &CommandError) {
        let mut stderr = anstream::stderr().lock();
        let _ = writeln!(stderr, "{} {}", "error:".red().bold(), error.message);
        if let Some(hint) = &error.hint {
            let _ = writeln!(stderr, "{} {hint}", "hint:".cyan().bold());
        }
        if self.json {
            #[derive(Serialize)]
            struct Told<'a> {
                event: &'static str,
                format: u32,
                kind: super::error::ErrorKind,
                message: &'a str,
                hint: Option<&'a str>,
                exit_code: u8,
            }
            let told = Told {
                event: "error",
                format: OUTPUT_FORMAT,
                kind: error.kind,
                message: &error.message,
                hint: error.hint.as_deref(),
                exit_code: error.code,
            };
            let _ = self.json(&told);
        }
    }

    /// Asks a question on standard error and answers the line that is typed, without white space around it.
    pub(super) fn ask(self, question: &str) -> Result<String, CommandError> {
        let mut stderr = anstream::stderr().lock();
        survive(write!(stderr, "{} ", question.bold()).and_then(|()| stderr.flush()))?;
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer).map_err(|error| CommandError::io("read the answer", &error))?;
        Ok(answer.trim().to_owned())
    }
}

/// `1 operation`, `2 operations`.
pub(super) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// A reader that went away (`ebb plan | head`) is no failure.
fn survive(written: std::io::Result<()>) -> Result<(), CommandError> {
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(CommandError::io("write the output", &error))
        }
        _ => Ok(()),
    }
}
