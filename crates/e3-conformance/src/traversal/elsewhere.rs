//! A relay that somebody else runs, on a host that is none of the environment's.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    sync::OnceLock,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use e3_lab::{Host, Lab, Nat, Site, testing::Test};
use e3_session::types::{Dial, OptionValue, Options, Path};

use crate::{
    checks::settle,
    field::Field,
    sites::{name_of, outsider, site},
    traffic,
};

/// What an environment says of a relay that was started, and runs as long as this process.
#[derive(Debug)]
pub struct Elsewhere {
    /// What parties need to use it.
    pub right: Options,
    /// The same, with another authority's certificate.
    pub deceived: Options,
    /// The same, with another token.
    pub uninvited: Options,
}

type Start = fn(&Host) -> anyhow::Result<Elsewhere>;

/// Tests are started by a plain `fn()`, so they find it here.
static START: OnceLock<Start> = OnceLock::new();

/// Beyond what a peer may take, that all others have taken.
const MARGIN: Duration = Duration::from_secs(5);

pub(super) fn set(start: Start) {
    let _ = START.set(start);
}

pub(super) fn tests() -> [Test; 4] {
    [
        Test::inside("a_pair_meets_at_a_relay_named_by_url", || {
            settle("meets", a_pair_meets());
        }),
        Test::inside("a_relay_of_another_authority_is_refused", || {
            let said = "`quic.relay_certificate`: name the certificate";
            settle("authority", nobody_meets(|relay| relay.deceived, said));
        }),
        Test::inside("a_relay_refuses_who_has_no_token", || {
            let said = "`quic.relay_token`";
            settle("token", nobody_meets(|relay| relay.uninvited, said));
        }),
        Test::inside("who_is_reached_directly_needs_no_relay", || {
            settle("direct", some_need_none());
        }),
    ]
}

/// Two parties that can meet nowhere but at a relay, and a host for it.
fn sites() -> Vec<Site> {
    vec![
        site("home", "ams3", Nat::symmetric(), vec![name_of(0)]),
        site("phone", "fra1", Nat::symmetric(), vec![name_of(1)]),
        outsider(),
    ]
}

/// Starts the relay.
fn start(lab: &Lab) -> anyhow::Result<Elsewhere> {
    let host = lab.host("outsider").context("there is nobody elsewhere")?;
    START.get().context("nobody said how")?(host)
}

async fn a_pair_meets() -> anyhow::Result<()> {
    let options = |lab: &Lab| Ok(start(lab)?.right);
    let mut field = Field::among_others(sites(), Dial::LowerToHigher, options).await?;
    let address = field.host("outsider")?.v4().context("it has no address")?;
    field.admit().await?;
    field.connect().await?;
    for party in &field.parties {
        let link = party.links.first().context("there is no link")?;
        let by = address.to_string();
        ensure!(link.path == Path::Relayed { by }, "{link:?}");
    }
    let mut talk = traffic::connect(&field, 0, 1).await?;
    talk.exchange(100_000, 10).await?;
    field.leave().await
}

/// What is said is wrong: nobody meets, and is told why.
async fn nobody_meets(wrong: fn(Elsewhere) -> Options, said: &str) -> anyhow::Result<()> {
    let options = |lab: &Lab| Ok(wrong(start(lab)?));
    let mut field = Field::among_others(sites(), Dial::LowerToHigher, options).await?;
    let start = Instant::now();
    field.admit().await?;
    field.connect().await?;
    ensure!(
        start.elapsed() < field.patience + MARGIN,
        "{:?}",
        start.elapsed()
    );
    for party in &field.parties {
        let link = party.links.first().context("there is no link")?;
        let told = matches!(&link.path, Path::Unreachable { reason } if reason.contains(said));
        ensure!(told, "{link:?}");
        eprintln!("{:?}", link.path);
    }
    field.leave().await
}

/// Where nothing is, there is no relay: who needs none does not wait for it.
async fn some_need_none() -> anyhow::Result<()> {
    let nowhere = IpAddr::from(Ipv4Addr::new(203, 0, 113, 1));
    let url = OptionValue::Words(vec![format!("https://{nowhere}")]);
    let options = Options(BTreeMap::from([("relay".to_owned(), url)]));
    let both = site("cloud", "ams3", Nat::None, vec![name_of(2)]);
    let sites = sites().into_iter().chain([both]).collect();
    let mut field = Field::with_options(sites, Dial::LowerToHigher, options).await?;
    field.admit().await?;
    let start = Instant::now();
    field.connect().await?;
    ensure!(
        start.elapsed() < field.patience + MARGIN,
        "{:?}",
        start.elapsed()
    );
    let broken = field.broken();
    ensure!(!broken.is_empty(), "two met nowhere");
    for link in broken {
        ensure!(link.from.0.max(link.to.0) == 1, "{link:?}");
        let said = format!("relay {nowhere} cannot be used");
        let told = matches!(&link.path, Path::Unreachable { reason } if reason.contains(&said));
        ensure!(told, "{link:?}");
        eprintln!("{:?}", link.path);
    }
    for from in [0, 1] {
        let mut talk = traffic::connect(&field, from, 2).await?;
        talk.exchange(10_000, 10).await?;
    }
    field.leave().await
}
