//! Built-in probes: what they measure is what was declared.

use serde_json::Value;

use crate::support::workshop::Workshop;

/// Three hosts, one of them behind a home router, with lines of 20 Mbit/s.
fn put(workshop: &Workshop) {
    workshop.put(
        "e3.toml",
        "[hosts.ams]\nregion = \"ams3\"\nrate = \"20 Mbit/s\"\n[hosts.lon]\nregion = \"lon1\"\n\
         rate = \"20 Mbit/s\"\n[hosts.home]\nregion = \"fra1\"\nrate = \"20 Mbit/s\"\nnat = \"home\"\n",
    );
}

/// The pairs of a record, as (from, to, what was measured).
fn pairs<'a>(record: &'a Value, measured: &str) -> Vec<(String, String, &'a Value)> {
    let text = |pair: &Value, key: &str| pair[key].as_str().unwrap().to_owned();
    let pairs = record["probe"]["pairs"].as_array().unwrap();
    let found = |pair: &'a Value| (text(pair, "from"), text(pair, "to"), &pair[measured]);
    pairs.iter().map(found).collect()
}

#[test]
fn round_trips_are_as_declared_in_both_directions() {
    let workshop = Workshop::alone();
    put(&workshop);
    let ran = workshop.e3(&["run", "--probe", "round-trip"]).succeeded();
    assert!(ran.out.contains("ams → lon"), "{}", ran.out);
    let record = workshop.record();
    let found = pairs(&record, "round_trip");
    assert_eq!(found.len(), 6);
    for link in record["links"].as_array().unwrap() {
        let expected = link["rtt_expected_ms"].as_f64().unwrap();
        let ends = [&link["a"], &link["b"]].map(|end| end.as_str().unwrap());
        let both = |(from, to, _): &&(String, String, &Value)| {
            ends.contains(&from.as_str()) && ends.contains(&to.as_str())
        };
        let of_link: Vec<_> = found.iter().filter(both).collect();
        assert_eq!(of_link.len(), 2, "{ends:?}");
        for (from, to, times) in of_link {
            let at = |key: &str| times[key].as_f64().unwrap();
            assert!(
                (at("min_ms") - expected).abs() < 1.0,
                "{from} {to}: {times} and not {expected}"
            );
            assert!(
                at("min_ms") <= at("median_ms") && at("p99_ms") <= at("max_ms"),
                "{times}"
            );
            assert!(times["samples"].as_u64().unwrap() > 20, "{times}");
        }
    }
    workshop.nothing_left();
}

#[test]
fn without_a_pause_there_are_as_many_round_trips_as_fit() {
    let workshop = Workshop::alone();
    put(&workshop);
    workshop
        .e3(&[
            "run",
            "--probe",
            "ping-pong",
            "--set",
            "program.limit=800 ms",
        ])
        .succeeded();
    let record = workshop.record();
    let found = pairs(&record, "round_trip");
    assert_eq!(found.len(), 6);
    for (from, to, times) in found {
        let at = |key: &str| times[key].as_f64().unwrap();
        let most = 800.0 / at("min_ms") + 1.0;
        let samples = at("samples");
        assert!(samples <= most, "{from} {to}: {times}");
        // The next one begins as soon as the one before has ended.
        assert!(
            samples + 1.0 >= 800.0 / at("max_ms"),
            "{from} {to}: {times}"
        );
    }
    workshop.nothing_left();
}

#[test]
fn throughput_is_that_of_the_lines() {
    let workshop = Workshop::alone();
    put(&workshop);
    let most = 20e6 / 8.0;
    for probe in ["throughput", "all-to-all"] {
        workshop
            .e3(&["run", "--probe", probe, "--set", "program.limit=1500 ms"])
            .succeeded();
        let record = workshop.record();
        let found = pairs(&record, "throughput");
        assert_eq!(found.len(), 6);
        let rate = |found: &Value| found["bytes_per_s"].as_f64().unwrap();
        for (from, to, found) in &found {
            // Headers take their part of a line.
            assert!(rate(found) < most, "{probe}, {from} to {to}: {found}");
            let alone = probe == "throughput";
            assert!(
                !alone || rate(found) > 0.6 * most,
                "{probe}, {from} to {to}: {found}"
            );
        }
        let into = |host: &str| -> f64 {
            let sent = found.iter().filter(|(_, to, _)| to == host);
            sent.map(|(.., found)| rate(found)).sum()
        };
        if probe == "all-to-all" {
            // Streams that share a line lose packets, and take a while to find their shares.
            for host in ["ams", "lon", "home"] {
                assert!(
                    (0.4 * most..1.2 * most).contains(&into(host)),
                    "{host}: {}",
                    into(host)
                );
            }
        }
    }
    workshop.nothing_left();
}

#[test]
fn a_probe_needs_no_file_and_no_python() {
    let workshop = Workshop::new();
    let mut command = workshop.command(&[
        "run",
        "--probe",
        "round-trip",
        "--parties",
        "2",
        "--set",
        "program.limit=200 ms",
    ]);
    command.env("XDG_CACHE_HOME", workshop.path("no-cache"));
    workshop.going(command).ended().succeeded();
    assert!(!workshop.path("no-cache").exists());
    assert_eq!(pairs(&workshop.record(), "round_trip").len(), 2);
    let ran = workshop.e3(&["probe", "round-trip"]).refused();
    assert!(ran.err.contains("E3_PEERS is \"\""), "{}", ran.err);
    workshop.nothing_left();
}

/// A product of many factors, one after the other: the same messages in every run.
const PROGRAM: &str = "from mpyc.runtime import mpc
secint = mpc.SecInt(32)
async def main():
    await mpc.start()
    product = mpc.input(secint(1), senders=0)
    for _ in range(40):
        product = product * product
    print(await mpc.output(product))
    await mpc.shutdown()
mpc.run(main())
";

#[test]
fn a_recorded_program_is_replayed_in_about_its_time() {
    let workshop = Workshop::alone();
    workshop.put(
        "e3.toml",
        "[hosts.h]\ncount = 3\nregion = \"ams3\"\nsite = \"own\"\n[[network.pairs]]\nbetween = [\"ams3\", \"ams3\"]\n\
         rtt = \"40 ms\"\n[program]\npath = \"program.py\"\n",
    );
    workshop.put("program.py", PROGRAM);
    let ran = workshop
        .e3(&["profile", "--out", "profile.json"])
        .succeeded();
    assert!(ran.out.contains("rounds"), "{}", ran.out);
    let profile: Value = serde_json::from_str(&workshop.read("profile.json")).unwrap();
    let rounds = profile["rounds"].as_array().unwrap().len();
    assert!((38..50).contains(&rounds), "{profile:#}");

    workshop.e3(&["run"]).succeeded();
    let real = workshop.record()["mpc_elapsed_s"].as_f64().unwrap();
    let mesh = [
        "run",
        "--probe",
        "mesh",
        "--set",
        "program.profile=profile.json",
    ];
    workshop.e3(&mesh).succeeded();
    let record = workshop.record();
    let replayed = &record["probe"]["replayed"]["h-0"];
    assert_eq!(replayed["rounds"], rounds);
    let ratio = replayed["elapsed_s"].as_f64().unwrap() / real;
    println!("replayed in {ratio:.2} of the program's {real:.3} s");
    assert!(
        (0.7..1.4).contains(&ratio),
        "{ratio} of {real} s: {replayed}"
    );

    // With more parties than it was recorded with.
    let more = [&mesh[..], &["--parties", "8"]].concat();
    workshop.e3(&more).succeeded();
    let record = workshop.record();
    assert_eq!(record["probe"]["replayed"].as_object().unwrap().len(), 8);
    assert_eq!(record["probe"]["replayed"]["h-7"]["rounds"], rounds);
    workshop.nothing_left();
}
