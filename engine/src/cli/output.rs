//! The one module that writes to standard output and standard error.

use std::io::{IsTerminal as _, Write as _};

use owo_colors::OwoColorize as _;
use serde::Serialize;

use crate::cli::error::{CommandError, CommandErrorKind};
use ebbtide::resource::Address;

/// The format of everything that `--json` prints. As long as it stays, fields are added and never changed.
pub(super) const OUTPUT_FORMAT: u32 = 1;

/// The manner of output: for a person or a program, with or without colours, terse or verbose.
#[derive(Clone, Copy, Debug)]
pub(super) struct Output {
    json: bool,
    verbosity: i8,
    terminal: bool,
}

/// An error as `--json` prints it.
#[derive(Serialize)]
struct ErrorView<'a> {
    event: &'static str,
    format: u32,
    kind: CommandErrorKind,
    message: &'a str,
    hint: Option<&'a str>,
    exit_code: u8,
}

impl Output {
    /// Chooses the manner of output. `quiet` wins over `verbose`.
    pub(super) fn new(json: bool, no_color: bool, quiet: bool, verbose: u8) -> Self {
        if no_color || json {
            anstream::ColorChoice::Never.write_global();
        }
        let verbosity = if quiet { -1 } else { i8::try_from(verbose).unwrap_or(i8::MAX) };
        let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        Self { json, verbosity, terminal }
    }

    /// Returns whether output is JSON.
    pub(super) fn is_json(self) -> bool {
        self.json
    }

    /// Returns whether there is a person at a terminal to ask.
    pub(super) fn can_ask(self) -> bool {
        self.terminal && !self.json
    }

    /// Returns whether results are printed on a terminal.
    pub(super) fn prints_on_terminal(self) -> bool {
        std::io::stdout().is_terminal()
    }

    /// Returns whether live progress can be drawn.
    pub(super) fn can_draw(self) -> bool {
        std::io::stderr().is_terminal() && !self.json && self.verbosity >= 0 && !crate::logging::uses_stderr()
    }

    /// Returns whether standard error takes colours.
    pub(super) fn has_colors(self) -> bool {
        anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
    }

    /// Returns whether only results and errors are wanted.
    pub(super) fn is_quiet(self) -> bool {
        self.verbosity < 0
    }

    /// Returns whether more than usual is wanted.
    pub(super) fn is_verbose(self) -> bool {
        self.verbosity > 0
    }

    /// Returns the columns of the terminal, or those that COLUMNS asks for; without either, a width that suits a log.
    pub(super) fn width(self) -> usize {
        let asked = || std::env::var("COLUMNS").ok()?.parse().ok().filter(|width| *width > 0);
        let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        width.or_else(asked).unwrap_or(120).clamp(40, 200)
    }

    /// Returns the columns of the terminal; without one, those that fit everywhere.
    pub(super) fn columns(self) -> usize {
        terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0)).clamp(60, 200)
    }

    /// Prints a block of lines in place of the last one, which had `drawn` lines, and returns the number of its own. What does not fit on
    /// the terminal is left out. Without a terminal the block follows the last one.
    pub(super) fn redraw(self, drawn: usize, text: &str) -> Result<usize, CommandError> {
        let is_terminal = std::io::stdout().is_terminal()
            && anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
        if !is_terminal {
            self.result(&format!("{text}\n"))?;
            return Ok(0);
        }
        let rows = terminal_size::terminal_size().map_or(24, |(_, rows)| usize::from(rows.0)).max(2) - 1;
        let columns = terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0)).max(1);
        let (mut lines, mut used) = (String::new(), 0);
        for line in text.lines() {
            let takes = anstream::adapter::strip_str(line).to_string().chars().count().div_ceil(columns).max(1);
            if used + takes > rows {
                break;
            }
            used += takes;
            lines.push_str(line);
            lines.push('\n');
        }
        let back = if drawn > 0 { format!("\x1b[{drawn}F\x1b[J") } else { String::new() };
        self.result(&format!("{back}{lines}"))?;
        Ok(used)
    }

    /// Prints a result on standard output. Styles are stripped where there is no terminal.
    pub(super) fn result(self, text: &str) -> Result<(), CommandError> {
        let mut stdout = anstream::stdout().lock();
        ignore_broken_pipe(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
    }

    /// Prints a part of a longer result on standard output: text of which styles are stripped where there is no terminal. Returns
    /// whether there is still a reader.
    pub(super) fn stream(self, text: &[u8]) -> Result<bool, CommandError> {
        let mut stdout = anstream::stdout().lock();
        has_reader(stdout.write_all(text).and_then(|()| stdout.flush()))
    }

    /// Prints bytes as they are on standard output. Returns whether there is still a reader.
    pub(super) fn bytes(self, bytes: &[u8]) -> Result<bool, CommandError> {
        let mut stdout = std::io::stdout().lock();
        has_reader(stdout.write_all(bytes).and_then(|()| stdout.flush()))
    }

    /// Prints a JSON document on one line of standard output.
    pub(super) fn json(self, value: &impl Serialize) -> Result<(), CommandError> {
        let line = serde_json::to_string(value).map_err(|error| CommandError::failed("write the result", error))?;
        self.result(&format!("{line}\n"))
    }

    /// Prints a note on standard error, unless `--quiet` is passed.
    pub(super) fn note(self, text: &str) {
        if !self.is_quiet() {
            self.warn(text);
        }
    }

    /// Prints a warning on standard error, also with `--quiet`.
    pub(super) fn warn(self, text: &str) {
        let mut stderr = anstream::stderr().lock();
        // If standard error is closed, there is nowhere left to report it.
        let _ = writeln!(stderr, "{text}");
    }

    /// Prints an error on standard error, and with `--json` as an object on standard output as well.
    pub(super) fn error(self, error: &CommandError) {
        let message = error.to_string();
        self.warn(&format!("{} {message}", "error:".red().bold()));
        if let Some(hint) = &error.hint {
            self.warn(&format!("{} {hint}", "hint:".cyan().bold()));
        }
        if self.json {
            let view = ErrorView {
                event: "error",
                format: OUTPUT_FORMAT,
                kind: error.kind,
                message: &message,
                hint: error.hint.as_deref(),
                exit_code: error.code,
            };
            // The error was printed on standard error already.
            let _ = self.json(&view);
        }
    }

    /// Asks a question on standard error and returns the line that is typed, without white space around it.
    pub(super) fn ask(self, question: &str) -> Result<String, CommandError> {
        {
            // Not locked while the answer is typed: Ctrl-C has something to say.
            let mut stderr = anstream::stderr().lock();
            ignore_broken_pipe(write!(stderr, "{} ", question.bold()).and_then(|()| stderr.flush()))?;
        }
        let mut answer = String::new();
        let read = std::io::stdin().read_line(&mut answer);
        if !answer.ends_with('\n') {
            // Ctrl-D: the question is the end of a line that is not over.
            self.warn("");
        }
        read.map_err(|error| CommandError::failed("read the answer", error))?;
        Ok(answer.trim().to_owned())
    }
}

/// Returns the recorded reason of a change: without one, it is the command, which is shown as code.
pub(super) fn reason(why: &str) -> String {
    if why.starts_with("ebb ") { format!("`{why}`") } else { why.to_owned() }
}

/// Returns the first of some resources, and how many more there are.
pub(super) fn listed(addresses: &[Address], most: usize) -> String {
    let first: Vec<String> = addresses.iter().take(most).map(ToString::to_string).collect();
    match addresses.len().saturating_sub(most) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// Returns a number with its noun: `1 operation`, `2 operations`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Returns whether the reader of what was written is still there.
fn has_reader(written: std::io::Result<()>) -> Result<bool, CommandError> {
    let is_gone = matches!(&written, Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe);
    ignore_broken_pipe(written).map(|()| !is_gone)
}

/// Accepts that a reader has gone away, as in `ebb plan | head`.
fn ignore_broken_pipe(written: std::io::Result<()>) -> Result<(), CommandError> {
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(CommandError::failed("write the output", error))
        }
        _ => Ok(()),
    }
}
