//! Why a run is to end before its programs have ended.

use tokio::sync::watch;

use crate::wire::{Failure, Fault};

/// Who wants the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Halt {
    /// Whoever asked for the run, or has gone.
    Asked,
    /// Whoever puts these parties out, by their hosts' names.
    Removed(Vec<String>),
}

/// Where a run hears of it.
pub(crate) type Halted = watch::Receiver<Option<Halt>>;

/// Waits until somebody wants the end.
pub(crate) async fn halted(heard: &mut Halted) -> Halt {
    match heard.wait_for(Option::is_some).await {
        Ok(halt) => halt.clone().unwrap_or(Halt::Asked),
        // Nobody is there any more who could want anything.
        Err(_) => Halt::Asked,
    }
}

/// Waits until the party on a host is put out; as long as it is not, for ever. Gives what to say of its part of the run.
pub(crate) async fn put_out(heard: &mut Halted, host: &str) -> String {
    let is = |halt: &Option<Halt>| matches!(halt, Some(Halt::Removed(names)) if names.iter().any(|name| name == host));
    if heard.wait_for(is).await.is_err() {
        std::future::pending::<()>().await;
    }
    format!("{host} was put out of the environment")
}

impl Halt {
    /// The answer to whoever asked for a run of which no program has started.
    pub(crate) fn fault(&self) -> Fault {
        match self {
            Self::Asked => Fault::user("cancelled before the programs started"),
            Self::Removed(names) => Fault::user(format!(
                "{} put out of the environment before the programs started",
                were(names)
            ))
            .hint(AGAIN),
        }
    }

    /// The failure of a run whose programs have started.
    pub(crate) fn failure(&self) -> Failure {
        let (message, hint, exit) = match self {
            Self::Asked => ("cancelled".to_owned(), None, 130),
            Self::Removed(names) => (
                format!(
                    "{} put out of the environment, and a program cannot go on without one of the parties that it began with",
                    were(names)
                ),
                Some(AGAIN.to_owned()),
                1,
            ),
        };
        Failure {
            party: None,
            host: None,
            message,
            last_lines: Vec::new(),
            hint,
            exit,
        }
    }
}

/// What to do then.
const AGAIN: &str = "run again: the parties that are left take part in it";

fn were(names: &[String]) -> String {
    let verb = if names.len() == 1 { "was" } else { "were" };
    format!("{} {verb}", names.join(", "))
}
