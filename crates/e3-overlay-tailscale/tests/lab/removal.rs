//! A party that a roster leaves out, while another cannot be reached.

use std::{
    thread,
    time::{Duration, Instant},
};

use e3_lab::Nat;
use e3_session::types::Options;

use crate::stage::{Coordinator, PORT, Session, headscale, host, join, lab};

/// Until nothing passes any more.
const SOON: Duration = Duration::from_secs(3);

/// Sends every tenth of a second, until nothing has come back for some, and says for how long it was answered.
fn talker(address: &str) -> String {
    format!(
        "import socket, time\nend = time.monotonic() + 6\nwhile True:\n  try:\n    c = socket.create_connection(({address:?}, {PORT}), 3)\n    break\n  except OSError:\n    if time.monotonic() > end: raise\n    time.sleep(0.1)\nprint('begun', flush=True)\nbegun = last = time.monotonic()\nc.settimeout(4)\ntry:\n  while time.monotonic() < begun + 30:\n    c.sendall(b'x')\n    if not c.recv(1): break\n    last = time.monotonic()\n    time.sleep(0.1)\nexcept OSError: pass\nprint(last - begun)"
    )
}

fn echo() -> String {
    format!(
        "import socket\ns = socket.create_server(('', {PORT}))\ns.settimeout(20)\nc, a = s.accept()\nc.settimeout(30)\ntry:\n  while True:\n    d = c.recv(100)\n    if not d: break\n    c.sendall(d)\nexcept OSError: pass"
    )
}

pub(crate) fn whom_a_roster_leaves_out_is_cut_off_before_anybody_is_waited_for() {
    let names = ["one", "two", "three"];
    let lab = lab(&names.map(|name| (name, Nat::None)));
    let coordinator = Coordinator::start(host(&lab, "hub"));
    let session = Session {
        options: Options::default(),
        coordinator: Some(&coordinator),
        overlay: headscale,
    };
    let hosts = names.map(|name| host(&lab, name));
    let folders = tempfile::tempdir().unwrap();
    let parties = join(&session, |_| headscale(), &hosts, folders.path());
    let mut all = parties[0].dial.parties.iter();
    let three = all.find(|reach| reach.name == "three").unwrap();
    let echoing = parties[2].python(hosts[2], &echo());
    let begun = Instant::now();
    let talking = parties[0].python(hosts[0], &talker(&three.address.to_string()));
    thread::sleep(Duration::from_secs(2));
    // Nothing answers there any more, and nobody has said goodbye.
    hosts[1].kill_all().unwrap();
    let removed = Instant::now();
    let done = parties[0].lose("three");
    let said = talking.said();
    done.recv_timeout(Duration::from_secs(30)).unwrap();
    assert!(
        removed.elapsed() > SOON * 2,
        "the one who is away was not waited for: {:?}",
        removed.elapsed()
    );
    let answered: f64 = said.lines().last().unwrap().parse().unwrap();
    let most = (removed - begun) + SOON;
    assert!(answered > 0.5, "{said}");
    assert!(answered < most.as_secs_f64(), "{answered} s of {most:?}");
    drop(echoing.output());
    drop(parties);
}
