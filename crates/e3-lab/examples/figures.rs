//! Prints what a lab on this machine is worth.

use e3_lab::{EnterOptions, Role, bench};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    match e3_lab::enter(EnterOptions::default())? {
        Role::Guardian(guardian) => std::process::exit(guardian.wait()?),
        Role::Inside => {}
    }
    let all = [
        bench::rtt_idle_error_ms,
        bench::rtt_loaded_p99_ms,
        bench::stream_0ms_gbit_s,
        bench::stream_80ms_gbit_s,
    ];
    for measure in all {
        let figure = measure()?;
        println!(
            "{} = {:.3} (middle half {:.3} to {:.3}, {:?}: {})",
            figure.name,
            figure.value,
            figure.spread[0],
            figure.spread[1],
            figure.floor,
            if figure.met { "met" } else { "not met" }
        );
    }
    Ok(())
}
