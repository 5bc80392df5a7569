//! `e3 compare`: the same work over several overlays, round after round in turns; attacks on each, what observers can tell of
//! it and what it takes; and what follows from all that.

mod ask;
mod attack;
mod child;
mod clock;
mod conclude;
mod count;
mod declared;
mod figures;
mod folder;
mod listed;
mod measure;
mod offers;
mod others;
mod own;
mod places;
mod sitting;
mod tell;
mod watch;
mod whole;

use std::cell::OnceCell;
use std::process::ExitCode;
use std::time::Duration;

use e3_evaluate::plan::{Done, Estimate, Part, Plan};

use self::clock::Clock;
use self::declared::Declared;
use self::measure::Measuring;
use self::offers::Offered;
use self::own::Own;
use self::whole::Whole;
use crate::cli::{Compare, Global};
use crate::fault::Fault;
use crate::stop::Stop;
use crate::{json, out};

/// A machine of which so much is used already is too busy to be measured.
const BUSY: f64 = 0.3;

/// Compares.
///
/// # Errors
/// What was asked for does not exist; a way failed whenever it was tried, a promise was broken, or a threshold is not kept.
pub fn main(args: &Compare, global: &Global) -> Result<ExitCode, Fault> {
    let stop = Stop::listen()?;
    let offered = offers::look()?;
    let (folder, plan, done) = if let Some(path) = &args.resume {
        let (folder, plan, done) = folder::resume(path)?;
        offers::still_there(&plan, &offered)?;
        (folder, plan, done)
    } else {
        let plan = planned(args, &offered)?;
        if args.dry_run {
            return tell_plan(&plan, &Done::default(), global);
        }
        let folder = folder::create(args.out.as_deref(), &plan)?;
        (folder, plan, Done::default())
    };
    if args.dry_run {
        return tell_plan(&plan, &done, global);
    }
    out::aside(&tell::plan(&plan, Estimate::of_plan(&plan, &done)));
    warn_of_others();
    sitting::begin(&folder, &offered)?;
    let limits = plan.limit_s.map(Duration::try_from_secs_f64);
    let limits = limits.and_then(Result::ok);
    let measuring = Measuring {
        e3: folder::this_program()?,
        folder: folder::absolute(folder.path())?,
        offered: &offered,
        own: Own::of_plan(&plan)?,
        listed: OnceCell::new(),
        clock: Clock::new(
            stop,
            limits.into_iter().chain(args.limit.map(Duration::from)),
        ),
    };
    let mut parts: Vec<Part> = args.only.iter().copied().map(Part::from).collect();
    if parts.is_empty() {
        parts = Part::ALL.to_vec();
    }
    let mut whole = Whole {
        plan,
        folder,
        done,
        measuring,
        unwatched: Vec::new(),
    };
    whole.go_on(&parts)?;
    conclude::conclude(&whole, global)
}

/// What e3.toml and the command line ask for.
fn planned(args: &Compare, offered: &[Offered]) -> Result<Plan, Fault> {
    let declared = Declared::read(args)?;
    let plan = ask::plan(&declared.args, declared.own.as_ref(), offered)?;
    Ok(declared.with_thresholds(plan))
}

fn tell_plan(plan: &Plan, done: &Done, global: &Global) -> Result<ExitCode, Fault> {
    if global.json {
        json::print("compare-plan", plan)?;
    } else {
        out::write(tell::plan(plan, Estimate::of_plan(plan, done)).as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Says that figures may be the doing of whatever else this machine does.
fn warn_of_others() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: f64 = load
        .split_ascii_whitespace()
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0.0);
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let most = BUSY * f64::from(u32::try_from(processors).unwrap_or(u32::MAX));
    if load > most {
        out::aside(&format!(
            "warning: this machine is busy (load {load} on {processors} processors): figures will differ more, and tables \
             say where it was not fit\n"
        ));
    }
}
