//! When nobody can be put out, and when nobody comes back.

use crate::{
    program::put,
    support::{desk::Ran, workshop::Workshop},
};

/// It is refused, with a message that has these words.
#[track_caller]
fn refuses(ran: Ran, words: &[&str]) {
    let refused = ran.refused();
    for word in words {
        assert!(refused.err.contains(word), "no `{word}`: {}", refused.err);
    }
}

#[test]
fn who_cannot_be_put_out_is_said_and_what_to_do() {
    let workshop = Workshop::new();
    put(&workshop, 3, "print('hello')");
    let remove = |who: &str| workshop.e3(&["remove", who]);
    refuses(remove("h-1"), &["not up", "take h-1 out of e3.toml"]);
    workshop.e3(&["up", "--overlay", "quic"]).succeeded();
    refuses(remove("mars"), &["no host `mars`", "h-0, h-1, h-2"]);
    refuses(remove("3"), &["no host `3`"]);
    refuses(
        workshop.e3(&["remove", "0", "1"]),
        &["fewer than 2", "e3 down"],
    );
    let warned = remove("h-1").succeeded();
    assert!(warned.err.contains("--threshold 0"), "{}", warned.err);
    refuses(remove("h-1"), &["h-1 was put out", "--readmit h-1"]);
    refuses(remove("h-2"), &["fewer than 2", "e3 down"]);
    refuses(
        workshop.e3(&["run"]),
        &["a threshold of 1 needs at least 3", "--threshold 0"],
    );
    workshop.e3(&["run", "--threshold", "0"]).succeeded();
    workshop.e3(&["down"]).succeeded();

    workshop.put(
        "e3.toml",
        &format!("overlay = \"direct\"\n{}", crate::program::environment(3)),
    );
    workshop.e3(&["up", "--readmit", "h-1"]).succeeded();
    refuses(
        remove("h-1"),
        &["overlay `direct`", "e3 down", "take h-1 out"],
    );
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn a_service_on_the_host_of_a_party_keeps_it() {
    let workshop = Workshop::new();
    let relay = "[services.relay]\nhost = \"h-1\"\n";
    workshop.put(
        "e3.toml",
        &format!(
            "overlay = \"quic\"\n{}{relay}",
            crate::program::environment(3)
        ),
    );
    workshop.put("program.py", "");
    workshop.e3(&["up"]).succeeded();
    refuses(
        workshop.e3(&["remove", "h-1"]),
        &["service relay runs on h-1", "e3 down"],
    );
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn who_was_put_out_comes_back_only_if_somebody_says_so() {
    let workshop = Workshop::new();
    put(&workshop, 4, "print('hello')");
    workshop.e3(&["up"]).succeeded();
    workshop.e3(&["remove", "h-1"]).succeeded();
    let unchanged = workshop.e3(&["up"]).succeeded();
    assert!(unchanged.out.contains("without h-1"), "{}", unchanged.out);
    let status = workshop.e3(&["status"]).succeeded().out;
    assert!(
        status.contains("put out: h-1; the roster's epoch is 2"),
        "{status}"
    );
    refuses(
        workshop.e3(&["run", "--readmit", "h-1"]),
        &["without h-1", "e3 up --readmit"],
    );
    // Whatever its holder dies of.
    let guardian = workshop
        .process(crate::support::seen::Role::Guardian)
        .unwrap();
    crate::support::going::kill(guardian.pid, rustix::process::Signal::KILL);
    // Until the others have followed it, the environment is up.
    workshop.nobody_left();
    for verb in ["up", "run"] {
        refuses(
            workshop.e3(&[verb]),
            &[
                "h-1 was put out",
                "take h-1 out of e3.toml",
                "--readmit h-1",
            ],
        );
    }
    refuses(
        workshop.e3(&["up", "--readmit", "h-2"]),
        &["--readmit h-2", "was put out"],
    );
    let again = workshop
        .e3(&["run", "--readmit", "h-1", "--json"])
        .succeeded()
        .json();
    assert_eq!(again["parties"].as_array().unwrap().len(), 4);
    workshop.e3(&["run"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn what_is_up_is_the_same_whether_e3_toml_still_names_who_was_put_out() {
    let workshop = Workshop::new();
    let without = |without: &str| {
        let names = ["a", "b", "c", "d"].into_iter();
        let names = names.filter(|name| *name != without);
        let hosts = names.map(|name| format!("[hosts.{name}]\nregion = \"ams3\"\n"));
        let declared = hosts.collect::<Vec<_>>().concat();
        workshop.put(
            "e3.toml",
            &format!("{declared}[program]\npath = \"program.py\"\n"),
        );
    };
    without("nobody");
    workshop.put("program.py", "print('hello')");
    workshop.e3(&["up"]).succeeded();
    let session = |workshop: &Workshop| {
        let status = workshop.e3(&["status", "--json"]).succeeded().json();
        status["session"].clone()
    };
    let before = session(&workshop);
    workshop.e3(&["remove", "b"]).succeeded();
    workshop.e3(&["run"]).succeeded();
    without("b");
    workshop.e3(&["run"]).succeeded();
    let up = workshop.e3(&["up", "--json"]).succeeded().json();
    assert_eq!(up["done"], "unchanged", "{up:#}");
    assert_eq!(session(&workshop), before);
    // As it is declared now, it comes up anew without a word.
    workshop.e3(&["down"]).succeeded();
    workshop.e3(&["run"]).succeeded();
    without("nobody");
    refuses(workshop.e3(&["run"]), &["b was put out"]);
    workshop.nothing_left();
}
