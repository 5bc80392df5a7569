//! Running the tests that were asked for, and showing their outcome as Rust's own runner would.

use std::env;
use std::io::{self, Write};
use std::panic::resume_unwind;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::arguments::Arguments;
use super::child::{self, Ended};
use super::{Place, Test, helper};

/// Tests that wait which run at the same time.
const LANES: usize = 4;

/// Runs the chosen tests, each in a process of its own.
pub(super) fn run(tests: &[Test], arguments: &Arguments) -> i32 {
    let shown: Vec<&Test> = tests
        .iter()
        .filter(|test| test.place != Place::Helper)
        .collect();
    let chosen: Vec<&Test> = shown
        .iter()
        .copied()
        .filter(|test| arguments.choose(test.name))
        .collect();
    if arguments.list {
        for test in chosen {
            println!("{}: test", test.name);
        }
        return 0;
    }
    let all = env::var_os("E3_ALL").is_some();
    let (chosen, long): (Vec<&Test>, Vec<&Test>) =
        chosen.into_iter().partition(|test| all || !test.long);
    println!("\nrunning {} tests", chosen.len() + long.len());
    for test in &long {
        announce(test);
        println!("skipped: it takes minutes (`./x test --all` runs it)");
    }
    let started = Instant::now();
    let (waiting, busy): (Vec<&Test>, Vec<&Test>) =
        chosen.iter().copied().partition(|test| test.waits);
    let mut failed = Vec::new();
    thread::scope(|scope| {
        let beside = scope.spawn(|| run_beside(&waiting, arguments.show_output));
        let mut tell = |test: &Test, ran: Ran| {
            let took = ran.took.as_secs_f64();
            match ran.outcome {
                Ok(()) => println!("ok <{took:.3}s>"),
                Err(why) => {
                    println!("FAILED <{took:.3}s>");
                    failed.push((test.name, why));
                }
            }
        };
        for test in busy {
            announce(test);
            tell(test, run_apart(test, arguments.show_output));
        }
        let outcomes = beside.join().unwrap_or_else(|panic| resume_unwind(panic));
        for (test, outcome) in waiting.iter().zip(outcomes) {
            announce(test);
            tell(test, outcome);
        }
    });
    report(
        &failed,
        (chosen.len(), long.len()),
        shown.len() - chosen.len() - long.len(),
        started.elapsed(),
    )
}

/// Runs tests that wait, a few at a time; how they went, in the same order.
fn run_beside(tests: &[&Test], show_output: bool) -> Vec<Ran> {
    let next = AtomicUsize::new(0);
    let take = || {
        let mut outcomes = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(test) = tests.get(number) else {
                return outcomes;
            };
            outcomes.push((number, run_apart(test, show_output)));
        }
    };
    let mut outcomes: Vec<_> = thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES).map(|_| scope.spawn(take)).collect();
        let ended = lanes.into_iter().map(thread::ScopedJoinHandle::join);
        ended
            .flat_map(|outcomes| outcomes.unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    outcomes.sort_by_key(|(number, _)| *number);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

fn announce(test: &Test) {
    print!("test {} ... ", test.name);
    let _ = io::stdout().flush();
}

/// How a test went.
struct Ran {
    /// Why it has failed, if it has.
    outcome: Result<(), String>,
    took: Duration,
}

fn run_apart(test: &Test, show_output: bool) -> Ran {
    let started = Instant::now();
    let mut command = helper(test.name);
    command.stdin(Stdio::null());
    if !show_output {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
    }
    let outcome = match child::run(&mut command, test.limit) {
        Ok(Ended { code: Some(0), .. }) => Ok(()),
        Ok(Ended { code: None, output }) => Err(format!("{output}\nkilled after {:?}", test.limit)),
        Ok(Ended {
            code: Some(code),
            output,
        }) => Err(format!("{output}\nended with code {code}")),
        Err(error) => Err(format!("could not be started: {error}")),
    };
    Ran {
        outcome,
        took: started.elapsed(),
    }
}

fn report(
    failed: &[(&str, String)],
    (run, left_out): (usize, usize),
    filtered: usize,
    took: Duration,
) -> i32 {
    for (name, why) in failed {
        println!("\n---- {name} ----\n{}", why.trim());
    }
    let word = if failed.is_empty() { "ok" } else { "FAILED" };
    println!(
        "\ntest result: {word}. {} passed; {} failed; {left_out} ignored; 0 measured; {filtered} filtered out; finished in {:.2}s\n",
        run - failed.len(),
        failed.len(),
        took.as_secs_f64()
    );
    if failed.is_empty() { 0 } else { 101 }
}
