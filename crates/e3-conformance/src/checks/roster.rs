//! Members come and go while others go on.

use std::time::{Duration, Instant};

use anyhow::ensure;
use e3_lab::{Change, Outage};
use e3_session::types::Dial;

use crate::{field::Field, sites::cities, traffic};

/// How long a change of the roster may take where joining takes less.
const CHANGE: Duration = Duration::from_secs(4);

/// Everybody who is to take part takes it, without anybody waiting in vain: whoever is new joins in no more than twice the
/// time in which the first have `joined`.
async fn change(field: &mut Field, joined: Duration) -> anyhow::Result<()> {
    field.admit().await?;
    let took = connect(field).await?;
    let allowed = CHANGE.max(joined * 2);
    ensure!(
        took < allowed,
        "a change of the roster took {took:?}, and more than {allowed:?}: somebody waited in vain"
    );
    ensure!(field.broken().is_empty(), "{:?}", field.broken());
    let others = field.parties.len() - 1;
    for party in &field.parties {
        ensure!(
            party.links.len() == others,
            "expected links to {others} peers, found {:?}",
            party.links
        );
    }
    Ok(())
}

/// Connects the parties, and says how long it took.
async fn connect(field: &mut Field) -> anyhow::Result<Duration> {
    let start = Instant::now();
    field.connect().await?;
    Ok(start.elapsed())
}

/// A third party joins; what the first two were saying to one another goes on.
pub(super) async fn a_party_is_added_while_others_talk() -> anyhow::Result<()> {
    let mut field = Field::lay_out(cities(3), Dial::LowerToHigher).await?;
    // The third is there, but not a member yet.
    let (late, entry) = field.remove(2);
    field.admit().await?;
    let joined = connect(&mut field).await?;
    let mut talk = traffic::connect(&field, 0, 1).await?;
    talk.exchange(1000, 100).await?;

    field.parties.push(late);
    field.roster.parties.push(entry);
    change(&mut field, joined).await?;
    talk.exchange(1000, 100).await?;
    for from in [0, 1] {
        let mut talk = traffic::connect(&field, from, 2).await?;
        talk.exchange(1000, 100).await?;
    }
    field.leave().await
}

/// A party in the middle is left out; what the others were saying to one another goes on, and they can say more.
pub(super) async fn a_party_is_removed_while_others_talk() -> anyhow::Result<()> {
    let mut field = Field::lay_out(cities(3), Dial::LowerToHigher).await?;
    field.admit().await?;
    let joined = connect(&mut field).await?;
    let mut talk = traffic::connect(&field, 0, 2).await?;
    talk.exchange(1000, 100).await?;

    let (mut removed, entry) = field.remove(1);
    change(&mut field, joined).await?;
    talk.exchange(1000, 100).await?;
    for party in &field.parties {
        let table = party.table()?;
        ensure!(
            table.parties.iter().all(|reach| reach.name != entry.name),
            "a dial table still has the removed party: {table:?}"
        );
    }
    let mut talk = traffic::connect(&field, 0, 1).await?;
    talk.exchange(1000, 100).await?;
    removed.leave().await?;
    field.leave().await
}

/// A party is left out that does not answer, which takes a second; another gets another address in that second, and is
/// connected with anew while indices are changing. Nobody is taken for anybody else.
pub(super) async fn a_party_is_removed_while_another_moves() -> anyhow::Result<()> {
    let mut field = Field::lay_out(cities(6), Dial::LowerToHigher).await?;
    field.admit().await?;
    field.connect().await?;
    let mut talks = Vec::new();
    for (from, to) in [(1, 2), (1, 3), (2, 3), (2, 4), (2, 5), (3, 4), (3, 5)] {
        let mut talk = traffic::connect(&field, from, to).await?;
        talk.exchange(1000, 100).await?;
        talks.push(talk);
    }
    let silence = Change {
        outage: Some(Outage::Endless),
        ..Change::default()
    };
    for other in ["p1", "p2", "p3", "p5"] {
        field.lab.set_path("p0", other, silence)?;
        field.lab.set_path(other, "p0", silence)?;
    }
    let (mut removed, _) = field.remove(0);
    field.admit().await?;
    let asked = field.begin_connecting(|_| true).await?;
    field.lab.change_address("p3")?;
    field.finish_connecting(asked).await?;
    for talk in &mut talks {
        talk.exchange(1000, 100).await?;
    }
    removed.leave().await?;
    field.leave().await
}

/// A party that is left out loses the connections that it had, and gets no others.
pub(super) async fn a_removed_party_gets_no_connection() -> anyhow::Result<()> {
    let mut field = Field::lay_out(cities(3), Dial::Mesh).await?;
    field.admit().await?;
    let joined = connect(&mut field).await?;
    let mut talk = traffic::connect(&field, 2, 0).await?;
    talk.exchange(1000, 100).await?;

    let (mut removed, _) = field.remove(2);
    change(&mut field, joined).await?;
    let soon = Duration::from_secs(5);
    talk.listener.broken_within(soon).await?;
    let door = field.party(0)?.listen()?;
    // It goes by the dial table that it had; whether its own end seems to connect says nothing.
    let knocking = removed.dial(0);
    let (_, shut) = tokio::join!(knocking, door.stays_shut(soon));
    shut?;
    removed.leave().await?;
    field.leave().await
}
