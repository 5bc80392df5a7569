//! Why a verb could not do what it was asked to, and the exit code that says so.

use std::fmt::Write as _;
use std::process::ExitCode;

use e3_spec::Diagnostics;
use serde::Serialize;

use crate::cli::Global;
use crate::json;
use crate::out;
use crate::remedy::remedy;

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something that the user or the machine can put right: exit code 1.
    User,
    /// A fault of E³: exit code 2.
    Ours,
    /// A program failed, and its own exit code is passed through.
    Program(u8),
    /// Somebody asked for the end by a signal: exit code 130, as shells have it.
    Interrupted,
}

/// An outcome other than success.
///
/// On standard error it reads `error: …`, then the detail, then a blank line and `hint: …`.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Whose it is.
    pub kind: Kind,
    /// What happened, in one sentence without a full stop.
    pub message: String,
    /// What there is to see: a program's last lines, for example.
    pub detail: Option<String>,
    /// What to do next.
    pub hint: Option<String>,
    /// Errors in a file, each pointing at its line. They are told before the message.
    pub diagnostics: Option<Diagnostics>,
}

impl Fault {
    /// Something that the user can put right.
    pub fn user(message: impl Into<String>) -> Self {
        Self::new(Kind::User, message)
    }

    /// A fault of E³ itself.
    pub fn ours(message: impl Into<String>) -> Self {
        Self::new(Kind::Ours, message).hint(REPORT)
    }

    /// A program ended with `code`.
    pub fn program(code: u8, message: impl Into<String>) -> Self {
        Self::new(Kind::Program(code), message)
    }

    /// Somebody asked for the end before there was an outcome.
    pub fn interrupted() -> Self {
        Self::new(Kind::Interrupted, "interrupted")
    }

    /// A panic, which has been announced on standard error already.
    pub fn panicked() -> Self {
        Self::ours("E³ met a case that it does not know")
    }

    fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            detail: None,
            hint: None,
            diagnostics: None,
        }
    }

    /// Adds what there is to see.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the errors of a file.
    #[must_use]
    pub fn diagnostics(mut self, diagnostics: Diagnostics) -> Self {
        self.diagnostics = Some(diagnostics);
        self
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        match self.kind {
            Kind::User => 1,
            Kind::Ours => 2,
            Kind::Program(code) => code,
            Kind::Interrupted => 130,
        }
    }

    /// Tells it: on standard error, or as the one document of `--json`. Returns the exit code.
    pub fn report(&self, global: &Global) -> ExitCode {
        if global.json {
            self.report_json();
        } else {
            out::aside(&self.render(global.color.on_stderr()));
        }
        ExitCode::from(self.code())
    }

    /// Prints the one document of `--json`.
    pub fn report_json(&self) {
        if let Err(second) = json::print("error", &Document::from(self)) {
            out::aside(&(self.render(false) + &second.render(false)));
        }
    }

    /// What to do next: about an error of the system's first.
    pub fn advice(&self) -> Option<String> {
        match (remedy(&self.message), &self.hint) {
            (Some(remedy), Some(hint)) => Some(format!("{remedy}; {hint}")),
            (remedy, hint) => remedy.map(str::to_owned).or_else(|| hint.clone()),
        }
    }

    /// As people read it.
    fn render(&self, color: bool) -> String {
        let (red, blue, plain) = if color {
            ("\x1b[1;31m", "\x1b[1;36m", "\x1b[0m")
        } else {
            ("", "", "")
        };
        let mut text = String::new();
        if let Some(diagnostics) = &self.diagnostics {
            let _ = writeln!(text, "{}\n", diagnostics.render(color));
        }
        let _ = writeln!(text, "{red}error{plain}: {}", self.message);
        if let Some(detail) = &self.detail {
            let _ = writeln!(text, "{}", detail.trim_end());
        }
        if let Some(hint) = self.advice() {
            let _ = writeln!(text, "\n{blue}hint{plain}: {hint}");
        }
        text
    }
}

const REPORT: &str =
    "this is a fault of E³; please report it with the command and what `-vv` shows";

/// A fault as `e3/error/1`.
#[derive(Serialize)]
struct Document<'a> {
    kind: &'static str,
    exit_code: u8,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diagnostics: Option<&'a Diagnostics>,
}

impl<'a> From<&'a Fault> for Document<'a> {
    fn from(fault: &'a Fault) -> Self {
        Self {
            kind: match fault.kind {
                Kind::User => "user",
                Kind::Ours => "ours",
                Kind::Program(_) => "program",
                Kind::Interrupted => "interrupted",
            },
            exit_code: fault.code(),
            message: &fault.message,
            detail: fault.detail.as_deref(),
            hint: fault.advice(),
            diagnostics: fault.diagnostics.as_ref(),
        }
    }
}

/// From now on a panic says where, in one line, and that it is no fault of the user's.
pub fn announce_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        let what = panic.payload_as_str().unwrap_or("without a message");
        out::aside(&format!(
            "e3 {}: panic{place}: {what}\n",
            env!("CARGO_PKG_VERSION")
        ));
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hint_stands_after_a_blank_line() {
        let fault = Fault::user("no such file")
            .detail("x.py")
            .hint("look again");
        assert_eq!(
            fault.render(false),
            "error: no such file\nx.py\n\nhint: look again\n"
        );
    }

    #[test]
    fn codes_say_whose_fault_it_is() {
        assert_eq!(Fault::user("").code(), 1);
        assert_eq!(Fault::ours("").code(), 2);
        assert_eq!(Fault::program(77, "").code(), 77);
    }
}
