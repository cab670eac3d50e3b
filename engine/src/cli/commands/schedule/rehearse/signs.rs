//! Signs of life of a rehearsal: virtual time stands still for a person while a transition is played.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cli::error::CommandError;
use crate::cli::output::Output;

/// The time without a line after which a sign of life is printed.
const SILENCE: Duration = Duration::from_secs(2);

/// A line that changes in place on a terminal; elsewhere a line after each silence.
pub(super) struct Signs {
    output: Output,
    shared: Arc<Shared>,
    form: Form,
}

enum Form {
    Live(ProgressBar),
    Plain(Mutex<Option<JoinHandle<()>>>),
}

struct Shared {
    zone: TimeZone,
    state: Mutex<State>,
    over: Condvar,
}

struct State {
    /// The present of the rehearsal.
    now: Timestamp,
    last_line: Instant,
    over: bool,
}

impl Signs {
    /// Begins to give signs.
    pub(super) fn new(output: Output, zone: TimeZone, now: Timestamp) -> Self {
        let state = Mutex::new(State { now, last_line: Instant::now(), over: false });
        let shared = Arc::new(Shared { zone, state, over: Condvar::new() });
        let form = if output.can_draw() {
            let template = if output.has_colors() { "{spinner:.cyan} {wide_msg}" } else { "{spinner} {wide_msg}" };
            let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
            let bar = ProgressBar::new_spinner().with_style(style);
            bar.enable_steady_tick(Duration::from_millis(120));
            Form::Live(bar)
        } else {
            let watched = Arc::clone(&shared);
            // If no thread can be started, there are no signs of life; results are printed all the same.
            let watch = std::thread::Builder::new().name("signs".into()).spawn(move || watch(output, &watched));
            Form::Plain(Mutex::new(watch.ok()))
        };
        Self { output, shared, form }
    }

    /// Shows the present of the rehearsal.
    pub(super) fn show(&self, now: Timestamp) {
        self.shared.state().now = now;
        if let Form::Live(bar) = &self.form {
            bar.set_message(self.shared.sign(now));
        }
    }

    /// Prints a part of the result.
    pub(super) fn result(&self, text: &str) -> Result<(), CommandError> {
        match &self.form {
            Form::Live(bar) => bar.suspend(|| self.output.result(text)),
            Form::Plain(_) => {
                // Written while the lock is held, so that no sign comes in between.
                let mut state = self.shared.state();
                state.last_line = Instant::now();
                self.output.result(text)
            }
        }
    }

    /// Gives no more signs.
    pub(super) fn end(&self) {
        self.shared.state().over = true;
        self.shared.over.notify_all();
        match &self.form {
            Form::Live(bar) => bar.finish_and_clear(),
            Form::Plain(watcher) => {
                if let Some(watcher) = watcher.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    // The watcher only writes lines, so a panic in it changes nothing.
                    let _ = watcher.join();
                }
            }
        }
    }
}

impl Drop for Signs {
    fn drop(&mut self) {
        self.end();
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sign(&self, now: Timestamp) -> String {
        format!("rehearsing {}", now.to_zoned(self.zone.clone()).strftime("%a %Y-%m-%d %H:%M %Z"))
    }
}

fn watch(output: Output, shared: &Shared) {
    let mut state = shared.state();
    while !state.over {
        let silent = state.last_line.elapsed();
        if silent >= SILENCE {
            output.note(&shared.sign(state.now));
            state.last_line = Instant::now();
            continue;
        }
        state = shared.over.wait_timeout(state, SILENCE - silent).unwrap_or_else(PoisonError::into_inner).0;
    }
}
