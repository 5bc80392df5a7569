//! Every pair of kinds of NAT: direct or relayed, and by theory, too.
//!
//! In one lab there are two sites of every kind, with one party each. When they have connected, every pair must be what
//! theory allows (RFC 5128, section 3.3), and what the overlay's page in the book says.

mod elsewhere;
mod kinds;
mod table;
mod ways;

use std::{
    path::PathBuf,
    sync::OnceLock,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail, ensure};
use e3_lab::{Nat, testing::Test};
use e3_session::{
    message::{Reply, Request},
    types::{Dial, LinkReport, Path},
};

pub use self::elsewhere::Elsewhere;
use self::{
    kinds::{KINDS, theory},
    table::Table,
};
use crate::{
    checks::settle,
    field::Field,
    sites::{name_of, site},
    subject::{About, begin_or_exit, helper},
};

/// How long pairs may take to find their best way.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where the table stands in the book. Tests are started by a plain `fn()`, so they find it here.
static PAGE: OnceLock<PathBuf> = OnceLock::new();

/// What carries links of the overlay.
static CARRIED: OnceLock<Carried> = OnceLock::new();

/// What an overlay's links can ride on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried {
    /// UDP, and TCP where UDP does not pass.
    ByAny,
    /// UDP alone, to relays too.
    ByUdp,
}

/// What became of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Direct,
    Relayed,
    None,
}

/// Holds an overlay with a relay to what theory allows, and its page to what was found, and ends the process with the
/// outcome. On a host that is nobody's of the environment, `start` starts a relay. To be called first thing in `main` of a test binary without Rust's own runner.
pub fn traverse(
    overlay: &'static str,
    registry: fn() -> e3_overlay::Registry,
    page: PathBuf,
    start: fn(&e3_lab::Host) -> anyhow::Result<Elsewhere>,
) -> ! {
    elsewhere::set(start);
    let lan = Test::inside("neighbours_find_one_another_by_themselves", || {
        settle(
            "neighbours",
            ways::neighbours_find_one_another_by_themselves(),
        );
    });
    let more = [lan].into_iter().chain(elsewhere::tests());
    let more = more.map(Test::waiting).collect();
    traverse_with(overlay, registry, page, (Carried::ByAny, more))
}

/// The same, of an overlay with a relay of the environment, and no other.
pub fn traverse_by_own_relay(
    overlay: &'static str,
    registry: fn() -> e3_overlay::Registry,
    page: PathBuf,
    carried: Carried,
) -> ! {
    traverse_with(overlay, registry, page, (carried, Vec::new()))
}

fn traverse_with(
    overlay: &'static str,
    registry: fn() -> e3_overlay::Registry,
    page: PathBuf,
    (carried, more): (Carried, Vec<Test>),
) -> ! {
    begin_or_exit(About::overlay(overlay, registry));
    let _ = PAGE.set(page);
    let _ = CARRIED.set(carried);
    let name = "every_pair_of_nats_is_as_theory_allows";
    let test = Test::inside(name, || settle("every_pair", every_pair()));
    let relay = Test::inside("a_connection_outlives_its_relay", || {
        settle("its_relay", ways::a_connection_outlives_its_relay());
    });
    let soon = Test::inside("a_connection_goes_on_as_soon_as_its_relay_is_back", || {
        settle(
            "its_relay_again",
            ways::a_connection_goes_on_as_soon_as_its_relay_is_back(),
        );
    });
    let removed = Test::inside("who_is_removed_loses_the_relay", || {
        settle("removed", ways::who_is_removed_loses_the_relay());
    });
    let mut tests = vec![
        helper(),
        test.within(Duration::from_mins(4)),
        relay.waiting(),
        soon.within(Duration::from_mins(2)).waiting(),
        removed.waiting(),
    ];
    tests.extend(more);
    e3_lab::testing::run(&tests)
}

async fn every_pair() -> anyhow::Result<()> {
    let kinds = KINDS
        .iter()
        .flat_map(|(name, nat)| [(); 2].map(|()| (*name, nat())));
    let sites = kinds.enumerate().map(|(index, (name, nat))| {
        site(
            &format!("{name}-{index}"),
            "ams3",
            nat,
            vec![name_of(index)],
        )
    });
    let mut field = Field::lay_out(sites.collect(), Dial::Mesh).await?;
    field.patience = Duration::from_secs(20);
    field.admit().await?;
    let start = Instant::now();
    let asked = field.begin_connecting(|_| true).await?;
    field.finish_connecting(asked).await?;
    eprintln!("all have connected after {:?}", start.elapsed());
    let found = loop {
        let found = look(&mut field).await?;
        let odd = odd(&found);
        if odd.is_empty() {
            break found;
        }
        ensure!(
            start.elapsed() < PATIENCE,
            "after {PATIENCE:?}, these pairs are not what theory allows:\n{}",
            odd.join("\n")
        );
        tokio::time::sleep(Duration::from_secs(1)).await;
    };
    eprintln!("every pair is as theory allows after {:?}", start.elapsed());
    field.leave().await?;
    let page = PAGE.get().context("no page was named")?;
    Table::of(&found).hold(page)
}

/// The links between all pairs, by the indices of their kinds.
async fn look(field: &mut Field) -> anyhow::Result<Vec<(usize, usize, LinkReport)>> {
    let mut found = Vec::new();
    for from in 0..field.parties.len() {
        let links = match field.party_mut(from)?.request(Request::Links).await? {
            Reply::Links(links) => links,
            other => bail!("expected links, found {other:?}"),
        };
        for link in links {
            found.push((from / 2, usize::from(link.to.0) / 2, link));
        }
    }
    Ok(found)
}

/// The pairs that are not what theory allows, in words.
fn odd(found: &[(usize, usize, LinkReport)]) -> Vec<String> {
    let odd = found.iter().filter_map(|(from, to, link)| {
        let ((one, of_one), (other, of_other)) = (KINDS.get(*from)?, KINDS.get(*to)?);
        let carried = *CARRIED.get()?;
        let expected = theory(carried, &of_one(), &of_other());
        (way(link) != expected).then(|| format!("{one} to {other}: {expected:?}, found {link:?}"))
    });
    odd.collect()
}

fn way(link: &LinkReport) -> Way {
    match link.path {
        Path::Direct { .. } => Way::Direct,
        Path::Relayed { .. } => Way::Relayed,
        Path::Unreachable { .. } => Way::None,
    }
}

/// Makes a kind's NAT.
type Maker = fn() -> Nat;
