//! What stands on the page, and in which order.

/// Its beginning.
pub(crate) const OPENING: &str = "\
# When something is wrong

What `e3` does with broken files, on broken machines and with programs that misbehave. The tests write this page: each
row is what one of them did, and the text is what `e3` said (`…` stands for what differs from time to time). Exit codes:
0 is success, 1 something that you or the machine can put right, 2 a fault of E³, 130 Ctrl-C; a program's own is passed
on. *Nothing left* is looked for: namespaces, interfaces, processes, mounts, and files other than a run's record.
";

/// Sections and the rows in them.
pub(crate) fn contents() -> Vec<(&'static str, Vec<String>)> {
    let broken = ("e3.toml", crate::broken::titles());
    let others = SECTIONS
        .iter()
        .map(|(section, titles)| (*section, titles.iter().map(ToString::to_string).collect()));
    [broken].into_iter().chain(others).collect()
}

const SECTIONS: &[(&str, &[&str])] = &[
    (
        "Around e3.toml",
        &[
            "no e3.toml",
            "an e3.toml that is a folder",
            "an e3.toml that is a pipe",
            "an e3.toml that may not be read",
            "e3.toml changes during a run",
            "runs/ is removed during a run",
            "the current folder was removed",
            "damaged files in the state folder",
        ],
    ),
    (
        "Files and folders",
        &[
            "a home that cannot be written",
            "no room for an environment's state",
            "no room for the files of hosts",
            "no room for a run's record",
            "a folder that cannot be written",
            "a disk that fills up during a run",
            "a cache that cannot be written, and no Python environment yet",
            "a TMPDIR that does not exist",
            "no HOME",
            "a file where the state folder should be",
            "a state folder that belongs to somebody else",
            "a state folder that is a link",
            "a home with blanks, quotes and a line break",
            "a home whose name is no text",
            "a home deep below others",
            "umask 077",
            "umask 000",
        ],
    ),
    (
        "Namespaces",
        &[
            "no further user namespaces (user.max_user_namespaces=0)",
            "no user namespaces, but root",
            "root without its rights (--cap-drop ALL)",
            "no user namespaces for ordinary users (Debian)",
            "no user namespaces by AppArmor (Ubuntu)",
            "a filter of system calls, as in a container",
            "a chroot",
            "no /proc",
        ],
    ),
    (
        "Devices and programs of the machine",
        &[
            "no /dev/net/tun",
            "a /dev/net/tun that may not be opened",
            "a /dev/net/tun without a driver",
            "no nft, and a NAT",
            "nothing in /dev",
            "nothing in /sys",
            "nothing in /etc",
            "no Python",
            "a Python that is too old",
            "a Python without venv",
        ],
    ),
    (
        "Limits",
        &[
            "too few open files for a lab",
            "too few open files to start",
            "few open files, unless a program asks for more (`ulimit -Sn`)",
            "no further thread may be started",
            "no further process may be started",
            "a program that wants more memory than there is",
        ],
    ),
    (
        "Standard streams and the terminal",
        &[
            "standard output is full",
            "standard output is closed",
            "all standard streams are closed",
            "the reader of standard output has gone",
            "no TERM, no locale",
        ],
    ),
    (
        "Programs",
        &[
            "a program that crashes",
            "a program that is killed",
            "a program that prints a gigabyte",
            "a program that never ends",
            "a program that forks and detaches",
            "a program that kills all it can",
            "a program that kills its agent",
            "a program that removes its own files",
            "a program that closes its output and goes on",
            "a program that waits for input",
        ],
    ),
    (
        "Several commands at once",
        &[
            "two `up` at once",
            "`down` during `up`",
            "`run` during a run",
        ],
    ),
    ("Time", &["the clock jumps during a run"]),
];
