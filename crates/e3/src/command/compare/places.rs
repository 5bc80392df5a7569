//! The networks and programs of a comparison, as environments that `e3 run` takes.
//!
//! Each work has an `e3.toml` of its own in the comparison's folder, beside the programs, so that whoever has the folder can
//! do each run again by the command that stands with its figures.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use e3_evaluate::plan::Work;
use e3_program::probe::{Profile, Round};

use super::listed::Listed;
use crate::fault::Fault;

/// Where environments are, in the comparison's folder.
pub const ENVIRONMENTS: &str = "environments";
/// Where programs are.
const PROGRAMS: &str = "programs";

/// The programs, as they travel.
const FILES: [(&str, &str); 3] = [
    (
        "secret_santa.py",
        include_str!("../../../../../programs/secret_santa.py"),
    ),
    (
        "classify.py",
        include_str!("../../../../../programs/classify.py"),
    ),
    (
        "inputs.py",
        include_str!("../../../../../programs/inputs.py"),
    ),
];

/// Regions that are far from one another, in the order in which parties are put there.
const WORLD: [&str; 5] = ["ams3", "nyc3", "sgp1", "sfo3", "syd1"];

/// Writes what a work takes into the comparison's folder; returns its environment, relative to that.
///
/// # Errors
/// The user's: it cannot be written there.
pub fn write(
    folder: &Path,
    work: &Work,
    limit_s: u64,
    listed: Option<&Listed>,
) -> Result<String, Fault> {
    let failed = |error: std::io::Error| {
        Fault::user(format!("cannot write into {}: {error}", folder.display()))
    };
    let programs = folder.join(PROGRAMS);
    fs::create_dir_all(&programs).map_err(failed)?;
    for (name, text) in FILES {
        fs::write(programs.join(name), text).map_err(failed)?;
    }
    let mut name = name_of(work);
    let mut text = e3_toml(work, limit_s, listed);
    if let Some(listed) = listed {
        name.push_str("-listed");
        text.push_str(&listed.table(&host_names(work))?);
    }
    let environment = folder.join(ENVIRONMENTS).join(&name);
    fs::create_dir_all(&environment).map_err(failed)?;
    fs::write(environment.join("e3.toml"), text).map_err(failed)?;
    if work.program == "mesh" {
        let profile = serde_json::to_string_pretty(&profile(work))
            .map_err(|error| Fault::ours(format!("a profile cannot be written: {error}")))?;
        fs::write(environment.join("profile.json"), profile).map_err(failed)?;
    }
    Ok(format!("{ENVIRONMENTS}/{name}"))
}

fn name_of(work: &Work) -> String {
    work.to_string().replace('.', "-")
}

fn e3_toml(work: &Work, limit_s: u64, listed: Option<&Listed>) -> String {
    // Where a host's identity is, by its name.
    let identity = listed.map_or_else(String::new, |listed| {
        format!("identity = \"{}/{{host}}\"\n", listed.path().display())
    });
    format!(
        "# {work}\nname = \"{}\"\n{}\n{}",
        name_of(work),
        hosts(work, &identity),
        program(work, limit_s)
    )
}

/// The hosts of a network, each group with `more`.
fn hosts(work: &Work, more: &str) -> String {
    let line = match work.network.as_str() {
        // One switch, without delay.
        "lan" => "",
        "nat" => "site = \"own\"\nnat = \"home\"\n",
        // Each packet passes two lines.
        "loss" => "site = \"own\"\nloss = \"0.5 %\"\n",
        _ => "site = \"own\"\n",
    };
    let mut text = String::new();
    for (region, count) in regions(work) {
        // Writing into a text cannot fail.
        let _ = write!(
            text,
            "\n[hosts.{region}]\ncount = {count}\nregion = \"{region}\"\n{line}{more}"
        );
    }
    text
}

/// How many parties are where; their groups are named after it.
pub fn regions(work: &Work) -> Vec<(&'static str, u16)> {
    let regions: &[&str] = match work.network.as_str() {
        "lan" => &["ams3"],
        "far" => &["ams3", "sgp1"],
        "world" => &WORLD,
        // near, and what is as near.
        _ => &["ams3", "fra1"],
    };
    let several = u16::try_from(regions.len()).unwrap_or(1);
    (0..)
        .zip(regions)
        .map(|(at, region)| (*region, (work.parties + several - 1 - at) / several))
        .filter(|(_, count)| *count > 0)
        .collect()
}

/// The hosts' names, as E³ gives them.
fn host_names(work: &Work) -> Vec<String> {
    let of_group = |(group, count): (&str, u16)| -> Vec<String> {
        match count {
            1 => vec![group.to_owned()],
            count => (0..count).map(|at| format!("{group}-{at}")).collect(),
        }
    };
    regions(work).into_iter().flat_map(of_group).collect()
}

/// A program of one of three sizes.
fn program(work: &Work, limit_s: u64) -> String {
    // Drawn so often whatever comes, a Secret Santa seldom takes longer for want of luck.
    let (participants, draws) = sized(work, [("4", "10"), ("8", "20"), ("16", "50")]);
    let seconds = sized(work, ["500 ms", "2 s", "10 s"]);
    let said = match work.program.as_str() {
        "secret-santa" => format!(
            "path = \"../../{PROGRAMS}/secret_santa.py\"\nfiles = [\"secret_santa.py\"]\nargs = [\"--size\", \"{participants}\", \"--draws\", \"{draws}\"]"
        ),
        "classify" => format!(
            "path = \"../../{PROGRAMS}/classify.py\"\nfiles = [\"classify.py\", \"inputs.py\"]\nargs = [\"--invent\", \"1\", \"--size\", \"{}\"]",
            sized(work, ["1", "10", "100"])
        ),
        "round-trip" => probe("ping-pong", seconds),
        "mesh" => "kind = \"probe\"\nprobe = \"mesh\"\nprofile = \"profile.json\"".to_owned(),
        name => probe(name, seconds),
    };
    format!("[program]\n{said}\ntimeout = \"{limit_s} s\"\n")
}

/// What belongs to a work's size, of small, medium and large.
fn sized<T: Copy>(work: &Work, [small, medium, large]: [T; 3]) -> T {
    match work.size.as_str() {
        "small" => small,
        "medium" => medium,
        _ => large,
    }
}

fn probe(name: &str, limit: &str) -> String {
    format!("kind = \"probe\"\nprobe = \"{name}\"\nlimit = \"{limit}\"")
}

/// What a mesh replays: rounds that are all the same, of messages that grow with its size.
fn profile(work: &Work) -> Profile {
    let (rounds, bytes) = sized(work, [(50, 100), (100, 1000), (100, 20_000)]);
    let mut profile = Profile::of("mesh", std::slice::from_ref(&work.size), work.parties);
    profile.rounds = vec![
        Round {
            compute_ms: 0.5,
            bytes,
        };
        rounds
    ];
    profile
}

#[cfg(test)]
mod tests {
    use e3_evaluate::plan::words::{NETWORKS, PROGRAMS, SIZES};

    use super::*;
    use crate::cli::{EnvironmentArgs, OverrideArgs};
    use crate::load;

    fn read(path: &Path, identity: Option<&str>) -> e3_spec::Environment {
        let args = EnvironmentArgs {
            path: Some(path.to_owned()),
            overrides: OverrideArgs {
                identity: identity.map(str::to_owned),
                ..OverrideArgs::default()
            },
        };
        let loaded = load::environment(&args, &[]);
        loaded.map(|loaded| loaded.environment).unwrap()
    }

    #[test]
    fn identities_are_listed_where_they_have_to_be() {
        let (folder, listed) = (tempfile::tempdir().unwrap(), Listed::new().unwrap());
        let work = Work::new("near", "secret-santa", "small", 3);
        let path = write(folder.path(), &work, 60, Some(&listed)).unwrap();
        let environment = read(&folder.path().join(&path), Some("did"));
        let e3_spec::Identity::Did { dids } = &environment.identity else {
            panic!("{environment:?}");
        };
        assert_eq!(dids.len(), 3);
        assert!(environment.hosts.iter().all(|host| host.identity.is_some()));
        let again = write(folder.path(), &work, 60, Some(&listed)).unwrap();
        assert_eq!(read(&folder.path().join(again), Some("did")), environment);
    }

    /// What is written can be read, and has the parties that it should have.
    #[test]
    fn every_network_program_and_size_is_an_environment() {
        let folder = tempfile::tempdir().unwrap();
        for (network, _) in NETWORKS {
            for (program, _) in PROGRAMS {
                for (size, _) in SIZES {
                    for parties in [2, 3, 10] {
                        let work = Work::new(network, program, size, parties);
                        let path = write(folder.path(), &work, 60, None).unwrap();
                        let environment = read(&folder.path().join(path), None);
                        assert_eq!(environment.hosts.len(), usize::from(parties), "{work}");
                        assert!(environment.program.is_some(), "{work}");
                    }
                }
            }
        }
    }
}
