//! What it means that a signal has ended a program.

use rustix::process::Signal;

/// What usually lies behind it, and where to look.
pub(super) fn meaning(signal: i32) -> String {
    let Some(named) = Signal::from_named_raw(signal) else {
        return format!("signal {signal} has no meaning of its own: somebody sent it");
    };
    let meaning = match named {
        Signal::KILL => {
            "signal 9 (SIGKILL) without anybody sending it usually means that the machine ran out of memory"
        }
        Signal::SEGV => {
            "SIGSEGV is a crash in native code: of the interpreter, or of a library that the program imports"
        }
        Signal::BUS => {
            "SIGBUS is a crash in native code, or a file in memory that was cut short, as on a full disk"
        }
        Signal::ILL => {
            "SIGILL means native code made for another processor: install the libraries on this machine"
        }
        Signal::FPE => "SIGFPE is an integer division by zero in native code",
        Signal::ABORT => {
            "SIGABRT means that the interpreter or a native library gave up by itself: its last lines say why"
        }
        Signal::SYS => "SIGSYS means that a sandbox forbids one of its system calls",
        Signal::TERM | Signal::INT | Signal::HUP | Signal::QUIT => {
            "such a signal asks for the end: somebody sent it, or the program did so itself"
        }
        Signal::PIPE => "SIGPIPE means that it wrote to something that nobody reads",
        Signal::XCPU | Signal::XFSZ => {
            "SIGXCPU and SIGXFSZ mean that a limit was reached: `ulimit -a` shows the limits"
        }
        Signal::ALARM | Signal::VTALARM | Signal::PROF => {
            "a timer that the program has set ran out"
        }
        _ => "somebody sent that signal, or the program did so itself",
    };
    meaning.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_signal_9_is_about_memory() {
        for signal in 1..=64 {
            let told = meaning(signal);
            assert_eq!(
                told.contains("out of memory"),
                signal == 9,
                "{signal}: {told}"
            );
        }
        assert!(meaning(11).contains("crash in native code"));
        assert!(meaning(15).contains("asks for the end"));
    }
}
