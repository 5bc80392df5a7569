//! Whom an overlay lets in: agents here lie about who they are, and the courier helps them.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use e3_lab::{Change, Outage};
use e3_session::types::{Contact, Dial, LinkReport, PartyIndex, Path};

use crate::{
    field::Field,
    liar::Lie,
    party::Party,
    sites::{cities, outsider},
    stranger::Stranger,
};

/// How long an impostor tries.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long it is waited for its call: longer than it calls.
const CALLED: Duration = Duration::from_secs(20);

/// Somebody who has all public facts, an overlay of its own and a courier who helps, answers in a member's place, and
/// calls the others. It believes the true roster, and one in which it stands in that member's place.
pub(super) async fn a_stranger_gets_no_connection() -> anyhow::Result<()> {
    let mut sites = cities(2);
    sites.push(outsider());
    let mut field = Field::lay_out(sites, Dial::Mesh).await?;
    let mut stranger = Stranger::settle(&field, "outsider", "p1").await?;
    for (usurps, dial) in [(false, Dial::Mesh), (true, Dial::LowerToHigher)] {
        field.admit().await?;
        let mut roster = field.roster.clone();
        if usurps {
            *roster.parties.get_mut(1).context("no second party")? = stranger.entry()?;
        }
        let places = field.contacts_with(1, &stranger.party.host);
        let lie = Lie {
            me: PartyIndex(1),
            roster: Some(roster),
            contacts: Some(places.clone()),
        };
        lie.tell(&field.lie("outsider"))?;
        // It is there when the first party looks for the second.
        let asked = field
            .begin_connecting_at(&places, |index| index == 0)
            .await?;
        stranger.join(&field, dial).await?;
        field.finish_connecting(asked).await?;
        not_taken(field.party(0)?, 1, "the stranger")?;
        nobody_answers(field.party(0)?, 1, &stranger.party).await?;
    }

    // Now the true one is there, and the stranger calls.
    field.admit().await?;
    field.connect().await?;
    ensure!(field.broken().is_empty(), "{:?}", field.broken());
    nobody_calls(field.party(0)?, &stranger.party, 0).await?;
    field.leave().await
}

/// A member joins with its own keys and another's index, and calls a third one, which awaits that other.
pub(super) async fn a_member_calling_under_anothers_index_is_refused() -> anyhow::Result<()> {
    let mut field = three_with_a_liar().await?;
    tell(&field, 0)?;
    field.admit().await?;
    cut_off(&field, 0)?;
    let asked = field.begin_connecting(|index| index != 0).await?;
    field.finish_connecting(asked).await?;
    not_taken(field.party(2)?, 0, "the second party")?;

    // Whatever connection it gets must not be taken for one of the other's.
    let (liar, called) = (field.party(1)?, field.party(2)?);
    let door = called.listen()?;
    let other = called.table()?.parties.first();
    let other = other.context("the dial table lacks a party")?.address;
    let calling = async {
        let dialled = liar.dial(2).await;
        tokio::time::sleep(PATIENCE).await;
        drop(dialled);
    };
    tokio::select! {
        () = calling => {}
        somebody = door.caller(CALLED) => {
            // That nobody comes is as good.
            if let Some(at) = somebody? {
                let from = at.ip();
                ensure!(
                    from != other,
                    "the second party's call comes from {from}, the address of the first"
                );
            }
        }
    }
    field.leave().await
}

/// The courier sends to a member whoever looks for another; the member joins as it should, and then with the other's
/// index.
pub(super) async fn a_member_answering_for_another_is_not_reached() -> anyhow::Result<()> {
    let mut field = three_with_a_liar().await?;
    let host = field.party(1)?.host.clone();
    cut_off(&field, 2)?;
    // Connections that are others than before make every overlay join anew.
    for (lies, dial) in [(false, Dial::LowerToHigher), (true, Dial::Mesh)] {
        if lies {
            tell(&field, 2)?;
        }
        field.dial = dial;
        field.admit().await?;
        let places: Vec<Contact> = field.contacts_with(2, &host);
        let asked = field
            .begin_connecting_at(&places, |index| index != 2)
            .await?;
        field.finish_connecting(asked).await?;
        not_taken(field.party(0)?, 2, "the second party")?;
        nobody_answers(field.party(0)?, 2, field.party(1)?).await?;
    }
    field.leave().await
}

/// Three parties that are connected as they should be; the second one's overlay can be told lies from now on, when it
/// joins anew.
async fn three_with_a_liar() -> anyhow::Result<Field> {
    let mut field = Field::with_liar(cities(3), Dial::Mesh, Some(1)).await?;
    field.admit().await?;
    field.connect().await?;
    ensure!(field.broken().is_empty(), "{:?}", field.broken());
    field.dial = Dial::LowerToHigher;
    Ok(field)
}

/// Nobody reaches that party any more: an overlay that stays up while nobody asks it to could, and rightly so.
fn cut_off(field: &Field, index: usize) -> anyhow::Result<()> {
    let host = field.party(index)?.host.name();
    let change = Change {
        outage: Some(Outage::Endless),
        ..Change::default()
    };
    for other in field.lab.hosts().filter(|other| other.name() != host) {
        field.lab.set_path(host, other.name(), change)?;
        field.lab.set_path(other.name(), host, change)?;
    }
    Ok(())
}

/// The second party is told that it is another.
fn tell(field: &Field, index: u16) -> anyhow::Result<()> {
    let lie = Lie {
        me: PartyIndex(index),
        roster: None,
        contacts: None,
    };
    lie.tell(&field.lie("p1"))
}

/// The party's overlay has not taken an impostor for the peer.
fn not_taken(party: &Party, peer: u16, impostor: &str) -> anyhow::Result<()> {
    let to_peer = |link: &&LinkReport| link.to == PartyIndex(peer);
    let link = party.links.iter().find(to_peer);
    match link.map(|link| &link.path) {
        None | Some(Path::Unreachable { .. }) => Ok(()),
        Some(path) => bail!(
            "{} takes {impostor} for party {peer}: {path:?}",
            party.host.name()
        ),
    }
}

/// The party dials the peer, and the impostor, who listens in its place, gets no connection.
async fn nobody_answers(party: &Party, peer: usize, impostor: &Party) -> anyhow::Result<()> {
    let reach = party.table()?.parties.get(peer);
    let port = reach.context("the dial table lacks a party")?.port;
    let door = impostor.place().listen(port)?;
    let (_dialled, shut) = tokio::join!(party.dial(peer), door.stays_shut(PATIENCE));
    shut.with_context(|| {
        format!(
            "{} answers {} in the place of party {peer}",
            impostor.host.name(),
            party.host.name()
        )
    })
}

/// The stranger calls the party's program by every way that it knows, and gets no connection.
async fn nobody_calls(party: &Party, stranger: &Party, index: usize) -> anyhow::Result<()> {
    let door = party.listen()?;
    let port = door.port()?;
    let calling = async {
        let _dialled = stranger.dial(index).await;
        for address in party.host.addresses() {
            let at = (address, port).into();
            let _dialled = stranger.place().dial(index, at).await;
        }
    };
    let ((), shut) = tokio::join!(calling, door.stays_shut(PATIENCE));
    shut.with_context(|| format!("a stranger reaches the program of {}", party.host.name()))
}
