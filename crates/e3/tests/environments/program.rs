//! Small programs for parties, and environments for them. They need no MPyC, so that they start at once.

use crate::support::workshop::Workshop;

/// An environment of this many hosts on one switch that runs `program.py`.
pub(crate) fn environment(hosts: u16) -> String {
    format!(
        "[hosts.h]\ncount = {hosts}\nregion = \"ams3\"\n\n[program]\npath = \"program.py\"\ntimeout = \"1 min\"\n"
    )
}

/// A program that knows its party's index as `me`.
pub(crate) fn program(body: &str) -> String {
    format!("import os, signal, subprocess, sys, time\nme = int(os.environ['E3_PARTY'])\n{body}\n")
}

/// Puts an environment of this many hosts on the desk, and its program.
pub(crate) fn put(workshop: &Workshop, hosts: u16, body: &str) {
    workshop.put("e3.toml", &environment(hosts));
    workshop.put("program.py", &program(body));
}

/// Goes on until somebody puts a file named `go` on the desk.
pub(crate) fn until_told(workshop: &Workshop) -> String {
    let go = workshop.path("go");
    format!(
        "print('begun', me, flush=True)\nwhile not os.path.exists({:?}): time.sleep(0.02)\nprint('told')",
        go.display().to_string()
    )
}

/// Lets programs that wait for it go on.
pub(crate) fn tell(workshop: &Workshop) {
    workshop.put("go", "");
}

/// Waits until all of these parties have printed that they have begun.
#[track_caller]
pub(crate) fn all_begun(going: &mut crate::support::going::Going, parties: u16) {
    for party in 0..parties {
        going.until(&format!("begun {party}"));
    }
}

/// Never ends.
pub(crate) const FOREVER: &str = "print('begun', me, flush=True)\ntime.sleep(1000)";
