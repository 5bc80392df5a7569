//! Nebulas that end, that are none, and that cannot be understood.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    field::{Field, Wanted},
    party::{Party, until, wire::Ask},
    stock::{Stock, scripted},
};

/// How soon it is told.
const SOON: Duration = Duration::from_secs(2);

pub(crate) fn an_old_one_is_killed() {
    killed(Stock::Old);
}

pub(crate) fn a_new_one_is_killed() {
    killed(Stock::New);
}

/// Its party hears why; afterwards nothing of it is left.
fn killed(stock: Stock) {
    let mut field = Field::connected(&Wanted {
        parties: &[stock, stock],
        lighthouse: stock,
        ..Wanted::default()
    });
    let before = interfaces(&field, 0);
    let at = field.at(1);
    field.parties[0].ask(&Ask::Call(at));
    let nebula = field.parties[0].nebula();
    let start = Instant::now();
    kill(nebula);
    let (at, why) = field.parties[0].severed_within(SOON);
    assert!(
        why.starts_with("nebula has ended with signal 9; it said last: "),
        "{why}"
    );
    println!("{stock:?}: told after {:?}", at - start);
    // Of the other one nobody knows: its program's end is told by its agent's controller.
    assert_eq!(field.parties[1].severed(), None);
    let other = field.parties[1].nebula();
    field.leave();
    assert_eq!(interfaces(&field, 0), before);
    for (party, nebula) in field.parties.iter().zip([nebula, other]) {
        assert!(!Path::new(&format!("/proc/{nebula}")).exists());
        let left: Vec<PathBuf> = files(&party.folder);
        assert!(left.is_empty(), "{left:?}");
    }
}

/// Whoever takes the party's process away takes its nebula away as well.
pub(crate) fn a_process_dies() {
    let mut field = Field::connected(&Wanted::default());
    let nebula = field.parties[0].nebula();
    let before = interfaces(&field, 1);
    let mut died = field.parties.remove(0);
    died.kill();
    let gone = || (!Path::new(&format!("/proc/{nebula}")).exists()).then_some(());
    assert!(until(SOON, gone).is_some(), "its nebula goes on");
    let own = || {
        interfaces(&field, 0)
            .iter()
            .all(|name| before.contains(name))
            .then_some(())
    };
    assert!(until(SOON, own).is_some(), "{:?}", interfaces(&field, 0));
}

/// What a host has in nebula's place, and what is said of it.
pub(crate) fn others_in_its_place() {
    let version = "[ \"$1\" = -version ] && echo Version: 1.6.1 && exit";
    for (script, said) in [
        (
            "echo bash 5.2",
            "says that it is `bash 5.2`, expected Nebula 1.6.1 or later",
        ),
        (
            "echo Version: 1.5.2",
            "says that it is `Version: 1.5.2`, expected Nebula 1.6.1 or later",
        ),
        (
            "exit 1",
            "says that it is ``, expected Nebula 1.6.1 or later",
        ),
        (
            "sleep 60",
            "says that it is ``, expected Nebula 1.6.1 or later",
        ),
        (
            &format!("{version}; echo it cannot; exit 3"),
            "nebula has ended with exit code 3; it said last: it cannot",
        ),
        (
            &format!("{version}; head -c 300000 /dev/urandom | tr -d '{{'; sleep 60"),
            "nebula was not up after 10 s",
        ),
        (
            &format!("{version}; echo '{{'; sleep 60"),
            "has told of something in words that cannot be read",
        ),
    ] {
        let why = refused(script);
        assert!(why.contains(said), "{script}: {why}");
    }
}

/// One that works and says nothing of handshakes is not used: nobody would notice who takes another's address.
pub(crate) fn one_that_says_nothing_of_handshakes() {
    let nebula = Stock::New.path().unwrap();
    let script = format!(
        "case $1 in -version) exec {0} -version;; esac; mkfifo said; grep --line-buffered -v Handshake <said & exec {0} \"$@\" >said 2>&1",
        nebula.display()
    );
    let why = refused(&script);
    assert!(
        why.contains("does not tell of its handshake with party p0"),
        "{why}"
    );
}

/// How the second of two parties is refused, with that script for a nebula.
fn refused(script: &str) -> String {
    let home = tempfile::tempdir().unwrap();
    let stocks = [
        Stock::New.folder(home.path()),
        scripted(home.path(), script),
    ];
    let wanted = Wanted {
        lighthouse: Stock::New,
        ..Wanted::default()
    };
    let mut field = match Field::with_stocks(&wanted, home, &stocks) {
        Ok(field) => field,
        Err(why) => return why,
    };
    field.admit();
    let before = interfaces(&field, 1);
    let ask = field.joining(0, &field.parties[0].folder);
    field.parties[0].tell(&ask);
    let ask = field.joining(1, &field.parties[1].folder);
    let why = field.parties[1].try_ask(&ask).expect_err("that works");
    let own = || (interfaces(&field, 1) == before).then_some(());
    assert!(until(SOON, own).is_some(), "{:?}", interfaces(&field, 1));
    why
}

/// A host without any.
pub(crate) fn none_at_all() {
    if Path::new("/usr/sbin/nebula").exists() || Path::new("/sbin/nebula").exists() {
        println!("skipped: this machine has a nebula where it is always looked for");
        return;
    }
    let field = Field::lay_out(&Wanted {
        parties: &[Stock::Old],
        ..Wanted::default()
    });
    let home = field.home.path().join("elsewhere");
    fs::create_dir(&home).unwrap();
    let mut party = Party::start_with(&field.host(0), &home, &home, |command| {
        command
            .env("PATH", "/nowhere")
            .env("HOME", "/nowhere")
            .env_remove("XDG_CACHE_HOME");
    });
    let why = party
        .try_ask(&field.introduce(0, party.folder.clone()))
        .unwrap_err();
    let said = "needs the program `nebula`, which this host does not have (on Debian and Ubuntu: apt-get install nebula; or scripts/peers";
    assert!(why.contains(said), "{why}");
}

fn kill(process: u32) {
    let process = Pid::from_raw(process.try_into().unwrap()).unwrap();
    kill_process(process, Signal::KILL).unwrap();
}

/// The interfaces of a party's host.
fn interfaces(field: &Field, index: usize) -> Vec<String> {
    let read = || fs::read_to_string("/proc/thread-self/net/dev").unwrap();
    let table = field
        .parties
        .get(index)
        .map_or_else(|| field.host(index), |party| party.host.clone());
    let table = table.run_in(read).unwrap();
    let names = table
        .lines()
        .filter_map(|line| Some(line.split_once(':')?.0.trim().to_owned()));
    names.collect()
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}
