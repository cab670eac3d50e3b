//! Why a project's program cannot be used.

/// Why a project's program cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// The command cannot be started.
    #[error("cannot run `{command}`, the program of this project: {source}")]
    NotStarted {
        /// The command.
        command: String,
        /// Why.
        source: std::io::Error,
    },
    /// The program, or the compiler, failed.
    #[error("`{command}`, the program of this project, failed ({status})")]
    Failed {
        /// The command.
        command: String,
        /// The exit status.
        status: std::process::ExitStatus,
    },
    /// The program wrote something other than its reply.
    #[error("`{command}`, the program of this project, did not reply as expected: {message}")]
    NoReply {
        /// The command.
        command: String,
        /// What is wrong with its output.
        message: String,
    },
    /// A stack has a name that it cannot have.
    #[error("`{0}` is not a valid name of a stack")]
    InvalidName(String),
    /// The program and this binary speak different formats.
    #[error(
        "`{command}`, the program of this project, uses format {found} of the exchange, and this `ebb` uses format {known}"
    )]
    Format {
        /// The command.
        command: String,
        /// The format of the reply.
        found: u64,
        /// The format of this binary.
        known: u32,
    },
}

impl ProgramError {
    /// Returns advice on what to do next.
    pub fn hint(&self) -> String {
        match self {
            Self::NotStarted { .. } => {
                "correct `command` under [program] in ebb.toml, or install what it names; nothing was changed"
                    .to_owned()
            }
            Self::Failed { .. } => {
                "see its messages above; correct the stack's code and run the same command again; nothing was changed"
                    .to_owned()
            }
            Self::NoReply { .. } => {
                "`main` returns `ebbtide::App::new().stack(…).main()`; `docs/programs.md` describes the reply"
                    .to_owned()
            }
            Self::InvalidName(_) => {
                "use letters, digits, `-` and `_`, at most 64, beginning with a letter or digit; nothing was changed"
                    .to_owned()
            }
            Self::Format { .. } => {
                "use the same version of `ebb` and of `ebbtide` in Cargo.toml; nothing was changed".to_owned()
            }
        }
    }
}
