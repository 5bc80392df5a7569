//! A program's own arguments, told apart from those that decide who is who.

/// Arguments that E³ gives to the runtime itself, with what to do instead.
const RESERVED: [(&str, &str, &str); 7] = [
    ("-P", "", "the parties' addresses come from the overlay"),
    (
        "-I",
        "--index",
        "the party's index comes from the environment",
    ),
    (
        "-M",
        "",
        "the number of parties is set by `--parties` of e3, or by the hosts in e3.toml",
    ),
    (
        "-C",
        "--config",
        "the parties' addresses come from the overlay",
    ),
    (
        "-B",
        "--base-port",
        "the port is set by `port` of the program in e3.toml",
    ),
    (
        "-T",
        "--threshold",
        "the threshold is set by `--threshold` of e3, or in e3.toml",
    ),
    (
        "",
        "--ssl",
        "encryption is the overlay's: choose one with `--overlay`",
    ),
];

/// An argument that would make the parties talk past one another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the program's argument `{argument}` is one that e3 gives to MPyC itself: {instead}")]
pub struct ReservedArgument {
    /// The argument as given.
    pub argument: String,
    /// How it is set instead.
    pub instead: &'static str,
}

/// Checks that a program's arguments leave alone what E³ sets.
///
/// `MPyC` reads its options anywhere in the command line, glued (`-I1`) and abbreviated (`--ind 1`) as well, and
/// the last one wins. After `--` everything is the program's.
///
/// # Errors
/// The first argument that is reserved.
pub fn check(arguments: &[String]) -> Result<(), ReservedArgument> {
    arguments
        .iter()
        .take_while(|argument| *argument != "--")
        .find_map(|argument| {
            let (.., instead) = RESERVED
                .into_iter()
                .find(|(short, long, _)| is_short(argument, short) || is_long(argument, long))?;
            Some(ReservedArgument {
                argument: argument.clone(),
                instead,
            })
        })
        .map_or(Ok(()), Err)
}

fn is_short(argument: &str, short: &str) -> bool {
    !short.is_empty() && argument.starts_with(short)
}

/// Whether an argument is a long option, or an abbreviation of it.
fn is_long(argument: &str, long: &str) -> bool {
    let name = argument.split('=').next().unwrap_or_default();
    name.len() > 2 && long.starts_with(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(argument: &str) -> bool {
        check(&["first".to_owned(), argument.to_owned()]).is_err()
    }

    #[test]
    fn refuses_what_e3_sets() {
        for argument in [
            "-P",
            "-Phost:1",
            "-I",
            "-I2",
            "-M3",
            "-T",
            "--index=1",
            "--ind",
            "--ssl",
            "--thr=1",
        ] {
            assert!(refused(argument), "{argument}");
        }
    }

    #[test]
    fn leaves_the_programs_own_alone() {
        for argument in [
            "-i",
            "1",
            "--size",
            "-",
            "--input=x",
            "--column",
            "--no-log",
            "-L64",
            "--indices",
            "-m",
        ] {
            assert!(!refused(argument), "{argument}");
        }
        assert_eq!(check(&["--".to_owned(), "-P".to_owned()]), Ok(()));
    }
}
