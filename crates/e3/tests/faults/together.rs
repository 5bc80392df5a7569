//! Several commands at once.

use crate::{
    page::row,
    program::{FOREVER, all_begun, put},
    support::{desk::Ran, workshop::Workshop},
};

pub(crate) fn two_up() {
    let workshop = Workshop::new();
    put(&workshop, 2, "print('done')");
    let both = [workshop.begin(&["up"]), workshop.begin(&["up"])];
    let [first, second] = both.map(|going| going.ended());
    assert_eq!((first.code, second.code), (0, 0), "{first:#?}{second:#?}");
    workshop.e3(&["run"]).succeeded();
    workshop.e3(&["down"]).succeeded();
    row(&workshop, "two `up` at once", "e3 up", &second);
}

pub(crate) fn down_during_up() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let far = "[hosts.a]\nregion = \"ams3\"\n[hosts.b]\nregion = \"syd1\"\n[program]\npath = \"program.py\"\n\
         [[network.pairs]]\nbetween = [\"ams3\", \"syd1\"]\nrtt = \"2 s\"\n";
    workshop.put("e3.toml", far);
    let mut up = workshop.begin(&["up"]);
    up.until("party 1");
    workshop.e3(&["down"]).succeeded();
    let ran = up.ended();
    assert_ne!(ran.code, 0, "{ran:#?}");
    row(&workshop, "`down` during `up`", "e3 up", &ran);
}

pub(crate) fn run_during_a_run() {
    let workshop = Workshop::new();
    put(&workshop, 2, FOREVER);
    let mut first = workshop.begin(&["run"]);
    all_begun(&mut first, 2);
    let second: Ran = workshop.e3(&["run"]).refused();
    first.signal(rustix::process::Signal::INT);
    assert_eq!(first.ended().code, 130);
    row(&workshop, "`run` during a run", "e3 run", &second);
}
