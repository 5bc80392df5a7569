//! What the lines of an `MPyC` program tell.
//!
//! The runtime logs to standard output, between the program's own lines, each of its lines behind a time stamp:
//!
//! ```text
//! 2026-11-22 09:26:06,043 Start MPyC runtime v0.11
//! 2026-11-22 09:26:06,145 All 3 parties connected.
//! hello [0, 1, 2]
//! 2026-11-22 09:26:06,149 Stop MPyC -- elapsed time: 0:00:00.003|bytes sent: 76
//! ```

use e3_session::types::ProgramEvent;

/// A line, and what it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Line<'a> {
    /// The runtime tells of its progress.
    Event(ProgramEvent),
    /// Something else that was logged, without its time stamp.
    Log(&'a str),
    /// The program's own output: what it computed.
    Output(&'a str),
}

impl<'a> Line<'a> {
    /// Reads one line, without its end. Whatever is not understood is the program's own.
    pub fn read(line: &'a str) -> Self {
        let line = line.trim_end_matches(['\r', '\n']);
        let Some(message) = after_time_stamp(line) else {
            return Self::Output(line);
        };
        event(message).map_or(Self::Log(message), Self::Event)
    }
}

/// The program's own output in all that it printed: without what the runtime and the program logged.
///
/// Parties that computed the same have the same outcome, though their time stamps differ.
pub fn outcome(printed: &str) -> String {
    printed
        .lines()
        .filter_map(|line| match Line::read(line) {
            Line::Output(line) => Some(line),
            Line::Event(_) | Line::Log(_) => None,
        })
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// What follows a stamp such as `2026-11-22 09:26:06,043 `.
fn after_time_stamp(line: &str) -> Option<&str> {
    const FORM: &[u8] = b"0000-00-00 00:00:00,000 ";
    let (stamp, rest) = line.split_at_checked(FORM.len())?;
    let fits = stamp.bytes().zip(FORM).all(|(byte, form)| match form {
        b'0' => byte.is_ascii_digit(),
        form => byte == *form,
    });
    fits.then_some(rest)
}

fn event(message: &str) -> Option<ProgramEvent> {
    if message.starts_with("Start MPyC runtime v") {
        return Some(ProgramEvent::Started);
    }
    if let Some(stop) = message.strip_prefix("Stop MPyC -- elapsed time: ") {
        let (elapsed, bytes) = stop.split_once("|bytes sent: ")?;
        return Some(ProgramEvent::Stopped {
            elapsed_s: seconds(elapsed)?,
            bytes_sent: bytes.parse().ok()?,
        });
    }
    let count = message.strip_prefix("All ")?;
    let count = count
        .strip_suffix(" parties connected.")
        .or_else(|| count.strip_suffix(" parties connected via SSL."))?;
    count.parse::<u16>().ok().map(|_| ProgramEvent::Connected)
}

/// Seconds of a Python `timedelta`: `0:00:01.234`, `1 day, 2:03:04.567`, `2 days, …`.
fn seconds(text: &str) -> Option<f64> {
    let (days, clock) = match text.split_once(", ") {
        None => (0, text),
        Some((days, clock)) => {
            let days = days
                .strip_suffix(" days")
                .or_else(|| days.strip_suffix(" day"))?;
            // Of a clock that was set back while the program ran, Python says `-1 day`: no duration.
            (days.parse::<u32>().ok()?, clock)
        }
    };
    let mut parts = clock.split(':');
    let hours: u32 = parts.next()?.parse().ok()?;
    let minutes: u32 = parts.next()?.parse().ok()?;
    let (whole, fraction) = parts.next()?.split_once('.')?;
    let millis: u32 = fraction.parse().ok().filter(|_| fraction.len() == 3)?;
    let whole: u32 = whole.parse().ok()?;
    if parts.next().is_some() || hours >= 24 || minutes >= 60 || whole >= 60 {
        return None;
    }
    let day_seconds = f64::from(days) * 86_400.0;
    Some(day_seconds + f64::from(hours * 3600 + minutes * 60 + whole) + f64::from(millis) / 1000.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Recorded from MPyC 0.11 with three parties.
    const RECORDED: &str = "\
2026-11-22 09:26:06,043 Start MPyC runtime v0.11
2026-11-22 09:26:06,145 All 3 parties connected.
2026-11-22 09:26:06,146 own log
hello [0, 1, 2]
2026-11-22 09:26:06,149 Stop MPyC -- elapsed time: 0:00:00.003|bytes sent: 76
";

    #[test]
    fn reads_a_recorded_run() {
        let lines: Vec<_> = RECORDED.lines().map(Line::read).collect();
        assert_eq!(
            lines,
            [
                Line::Event(ProgramEvent::Started),
                Line::Event(ProgramEvent::Connected),
                Line::Log("own log"),
                Line::Output("hello [0, 1, 2]"),
                Line::Event(ProgramEvent::Stopped {
                    elapsed_s: 0.003,
                    bytes_sent: 76
                }),
            ]
        );
        assert_eq!(outcome(RECORDED), "hello [0, 1, 2]\n");
    }

    #[test]
    fn reads_tls_and_long_runs() {
        let event = |message: &str| match Line::read(&format!("2026-01-02 03:04:05,006 {message}"))
        {
            Line::Event(event) => Some(event),
            Line::Log(_) | Line::Output(_) => None,
        };
        assert_eq!(
            event("All 12 parties connected via SSL."),
            Some(ProgramEvent::Connected)
        );
        assert_eq!(
            event("Stop MPyC -- elapsed time: 2 days, 1:02:03.500|bytes sent: 5"),
            Some(ProgramEvent::Stopped {
                elapsed_s: 176_523.5,
                bytes_sent: 5
            })
        );
        assert_eq!(
            event("Stop MPyC -- elapsed time: -1 day, 23:59:59.900|bytes sent: 5"),
            None
        );
        assert_eq!(
            event("Stop MPyC -- elapsed time: 0:00:01|bytes sent: 5"),
            None
        );
        assert_eq!(event("All the parties connected."), None);
    }

    #[test]
    fn a_program_cannot_fake_an_event_without_a_time_stamp() {
        let line = "Start MPyC runtime v0.11";
        assert_eq!(Line::read(line), Line::Output(line));
    }

    proptest! {
        #[test]
        fn never_panics(line in any::<String>()) {
            Line::read(&line);
        }

        #[test]
        fn never_panics_on_what_is_nearly_right(
            message in "(Stop MPyC -- elapsed time: |All |Start )?[0-9dayä,.: -]{0,20}(\\|bytes sent: )?[0-9]{0,30}"
        ) {
            Line::read(&format!("2026-01-02 03:04:05,006 {message}"));
        }

        #[test]
        fn reads_every_duration_that_python_writes(days in 0u32..1000, ms in 0u32..86_400_000) {
            let (s, frac) = (ms / 1000, ms % 1000);
            let clock = format!("{}:{:02}:{:02}.{frac:03}", s / 3600, s / 60 % 60, s % 60);
            let text = match days {
                0 => clock,
                1 => format!("1 day, {clock}"),
                days => format!("{days} days, {clock}"),
            };
            let expected = f64::from(days) * 86_400.0 + f64::from(ms) / 1000.0;
            prop_assert!((seconds(&text).unwrap() - expected).abs() < 1e-6);
        }
    }
}
