//! A program that declares stacks: run, asked, and read.

use std::io::{BufRead as _, BufReader, IsTerminal as _, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use ebbtide::program::{Exchange, PROGRAM_FORMAT, Reply};
use serde_json::Value;

use super::ProgramError;

/// A program that declares the stacks of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The command and its arguments.
    pub command: Vec<String>,
    /// The directory that it runs in: that of the project.
    pub directory: PathBuf,
}

/// An event of a program that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProgramEvent {
    /// It has run for so long.
    Running(Duration),
    /// It, or the compiler, printed a line on standard error.
    Line(String),
}

/// A part of what a program writes.
enum Written {
    /// Everything on standard output.
    Output(std::io::Result<Vec<u8>>),
    /// A line on standard error.
    Line(String),
    /// The end of standard error.
    EndOfErrors,
}

/// How long the program runs before an event says so, and then how often.
const QUIET: Duration = Duration::from_secs(2);
/// How long lines are awaited once the program has ended: a process that it leaves behind may keep standard error open.
const REST: Duration = Duration::from_millis(300);

impl Program {
    /// Runs the program with a document on standard input and returns its reply. `on_event` receives the lines on its standard
    /// error, such as the compiler's messages, and the time that it takes.
    pub fn exchange(&self, exchange: &Exchange, on_event: &dyn Fn(ProgramEvent)) -> Result<Reply, ProgramError> {
        let mut child = self.start()?;
        let document = serde_json::to_vec(exchange).map_err(|error| self.no_reply(error.to_string()))?;
        if let Some(mut input) = child.stdin.take() {
            // Beside reading: a program may print much before it reads. One that ends without reading says so by its exit
            // status.
            std::thread::spawn(move || drop(input.write_all(&document)));
        }
        let output = self.output(&mut child, on_event)?;
        let status = child.wait().map_err(|source| self.not_started(source))?;
        if !status.success() {
            return Err(ProgramError::Failed { command: self.shown(), status });
        }
        self.read(&output)
    }

    fn start(&self) -> Result<Child, ProgramError> {
        let (program, arguments) = match self.command.split_first() {
            Some((program, arguments)) => (program.as_str(), arguments),
            None => ("", [].as_slice()),
        };
        let mut command = Command::new(program);
        let chosen = ["CARGO_TERM_COLOR", "NO_COLOR"].iter().any(|name| std::env::var_os(name).is_some());
        if !chosen && std::io::stderr().is_terminal() {
            // Its standard error is no terminal, but ends up on one.
            command.env("CARGO_TERM_COLOR", "always");
        }
        command
            .args(arguments)
            .current_dir(&self.directory)
            .env("EBB_PROGRAM_FORMAT", PROGRAM_FORMAT.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| self.not_started(source))
    }

    /// Reads standard output to its end, and reports the lines on standard error.
    fn output(&self, child: &mut Child, on_event: &dyn Fn(ProgramEvent)) -> Result<String, ProgramError> {
        let Some(mut stdout) = child.stdout.take() else { return Ok(String::new()) };
        let (sender, receiver) = mpsc::channel();
        if let Some(stderr) = child.stderr.take() {
            let sender = sender.clone();
            std::thread::spawn(move || send_lines(stderr, &sender));
        }
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = stdout.read_to_end(&mut bytes).map(|_| bytes);
            // If the receiver is gone, so is the command.
            let _ = sender.send(Written::Output(read));
        });
        let (mut passed, mut output, mut errors_ended) = (Duration::ZERO, None, false);
        while output.is_none() || !errors_ended {
            let patience = if output.is_none() { QUIET } else { REST };
            match receiver.recv_timeout(patience) {
                Ok(Written::Output(read)) => output = Some(read.map_err(|source| self.not_started(source))?),
                Ok(Written::Line(line)) => on_event(ProgramEvent::Line(line)),
                Ok(Written::EndOfErrors) => errors_ended = true,
                Err(mpsc::RecvTimeoutError::Timeout) if output.is_none() => {
                    passed += QUIET;
                    on_event(ProgramEvent::Running(passed));
                }
                Err(mpsc::RecvTimeoutError::Timeout | mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
        Ok(String::from_utf8_lossy(&output.unwrap_or_default()).into_owned())
    }

    /// Reads the reply from the last line: stack code may print before.
    fn read(&self, output: &str) -> Result<Reply, ProgramError> {
        let line = output.lines().rev().find(|line| !line.trim().is_empty());
        let line = line.ok_or_else(|| self.no_reply("it wrote nothing to standard output".to_owned()))?;
        let value: Value = serde_json::from_str(line).map_err(|_| {
            let start: String = line.chars().take(80).collect();
            self.no_reply(format!("its last line on standard output is `{start}`, which is not JSON"))
        })?;
        match value.get("format").and_then(Value::as_u64) {
            Some(found) if found == u64::from(PROGRAM_FORMAT) => {}
            Some(found) => {
                return Err(ProgramError::Format { command: self.shown(), found, known: PROGRAM_FORMAT });
            }
            None => return Err(self.no_reply("its reply has no `format`".to_owned())),
        }
        serde_json::from_value(value).map_err(|error| self.no_reply(error.to_string()))
    }

    /// Returns the command as it is best shown.
    pub fn shown(&self) -> String {
        self.command.join(" ")
    }

    fn not_started(&self, source: std::io::Error) -> ProgramError {
        ProgramError::NotStarted { command: self.shown(), source }
    }

    fn no_reply(&self, message: String) -> ProgramError {
        ProgramError::NoReply { command: self.shown(), message }
    }
}

/// Sends the lines of standard error as they come.
fn send_lines(stderr: ChildStderr, to: &mpsc::Sender<Written>) {
    let mut lines = BufReader::new(stderr);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let text = String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned();
        line.clear();
        if to.send(Written::Line(text)).is_err() {
            return;
        }
    }
    let _ = to.send(Written::EndOfErrors);
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn exchange() -> Exchange {
        Exchange {
            format: PROGRAM_FORMAT,
            environment: "local".into(),
            region: "eu-west-1".into(),
            account: String::new(),
            zones: Default::default(),
            tags: Default::default(),
            settings: Default::default(),
            declare: None,
        }
    }

    fn ran(script: &str) -> Result<Reply, ProgramError> {
        let command = ["sh", "-c", script].map(str::to_owned).to_vec();
        Program { command, directory: std::env::temp_dir() }.exchange(&exchange(), &|_| {})
    }

    #[test]
    fn the_reply_is_the_last_line_and_the_document_reaches_the_program() {
        let reply = ran(
            r#"grep -q '"environment":"local"' && echo "hello" && echo '{"format": 1, "version": "0", "stacks": []}'"#,
        );
        assert!(reply.unwrap().stacks.is_empty());
    }

    #[test]
    fn programs_that_do_not_reply_are_reported() {
        for (script, expected) in [
            ("exit 3", "failed"),
            ("true", "wrote nothing"),
            ("echo hello", "`hello`, which is not JSON"),
            (r#"echo '{"format": 7}'"#, "uses format 7"),
            (r#"echo '{"stacks": []}'"#, "no `format`"),
            (r#"echo '{"format": 1}'"#, "missing field"),
        ] {
            let error = ran(script).unwrap_err();
            assert!(error.to_string().contains(expected), "{script}: {error}");
            assert!(!error.hint().is_empty());
        }
        let missing = Program { command: vec!["/nowhere/program".into()], directory: std::env::temp_dir() };
        let error = missing.exchange(&exchange(), &|_| {}).unwrap_err();
        assert!(matches!(error, ProgramError::NotStarted { .. }), "{error}");
    }

    #[test]
    fn a_program_may_print_much_before_it_reads_much() {
        let script = r#"head -c 300000 /dev/zero | tr '\\0' x; cat > /dev/null; echo; echo '{"format": 1, "version": "0", "stacks": []}'"#;
        let command = ["sh", "-c", script].map(str::to_owned).to_vec();
        let settings = [("large".to_owned(), Value::String("x".repeat(300_000)))].into();
        let exchange = Exchange { settings, ..exchange() };
        let program = Program { command, directory: std::env::temp_dir() };
        assert!(program.exchange(&exchange, &|_| {}).is_ok());
    }

    #[test]
    fn a_program_that_takes_long_is_announced() {
        let command = ["sh", "-c", r#"sleep 2.5; echo '{"format": 1, "version": "0", "stacks": []}'"#];
        let program = Program { command: command.map(str::to_owned).to_vec(), directory: std::env::temp_dir() };
        let notes = std::sync::Mutex::new(Vec::new());
        program.exchange(&exchange(), &|event| notes.lock().unwrap().push(event)).unwrap();
        assert_eq!(*notes.lock().unwrap(), [ProgramEvent::Running(QUIET)]);
    }

    #[test]
    fn lines_on_standard_error_are_reported_while_the_program_runs_and_after_its_reply() {
        // What it leaves behind keeps standard error open, and is not waited for.
        let script =
            r#"echo one >&2; echo '{"format": 1, "version": "0", "stacks": []}'; exec >&-; sleep 30 & printf two >&2"#;
        let command = ["sh", "-c", script].map(str::to_owned).to_vec();
        let program = Program { command, directory: std::env::temp_dir() };
        let (lines, start) = (std::sync::Mutex::new(Vec::new()), std::time::Instant::now());
        program.exchange(&exchange(), &|event| lines.lock().unwrap().push(event)).unwrap();
        assert_eq!(lines.lock().unwrap()[0], ProgramEvent::Line("one".to_owned()));
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}
