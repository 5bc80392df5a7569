//! What is said with several agents together.

use std::{fs, path::Path};

use anyhow::{Context as _, bail, ensure};
use e3_session::{
    message::{Reply, Request},
    types::{
        Command, Dial, InputSource, Kind, Manifest, OutputPolicy, Ports, Program, Roster, RunId,
    },
};

use crate::{party::Party, subject::overlay, traffic::Credentials, trust::Trust};

/// *endorse*: everybody whose place in the roster is another than before.
pub(crate) async fn endorse(
    parties: &mut [Party],
    roster: &mut Roster,
    trust: &Trust,
) -> anyhow::Result<()> {
    let entries = roster.parties.iter_mut();
    for (index, (party, entry)) in parties.iter_mut().zip(entries).enumerate() {
        let introduction = &entry.introduction;
        entry.endorsement = party.endorse(introduction, index, trust).await?;
    }
    Ok(())
}

/// From *admit* to *compare*: all take the roster, and all see the same words.
pub(crate) async fn admit(parties: &mut [Party], roster: &Roster) -> anyhow::Result<()> {
    let mut admissions = Vec::new();
    for party in parties.iter_mut() {
        admissions.push(party.admit(roster).await?);
    }
    let mut nonces = Vec::new();
    for party in parties.iter_mut() {
        let admissions = admissions.clone();
        match party.request(Request::Reveal { admissions }).await? {
            Reply::Revealed { nonce } => nonces.push(nonce),
            other => bail!("expected a nonce, found {other:?}"),
        }
    }
    let mut seen = Vec::new();
    for party in parties.iter_mut() {
        let nonces = nonces.clone();
        match party.request(Request::Compare { nonces }).await? {
            Reply::Compared { words } => seen.push(words),
            other => bail!("expected words, found {other:?}"),
        }
    }
    ensure!(
        seen.iter().all(|words| Some(words) == seen.first()),
        "the parties see different words: {seen:?}"
    );
    Ok(())
}

/// From *stage* to *conclude*: a program that leaves all that it finds in its working folder in `into/<index>`, so that
/// it is known what the overlay gives to programs.
pub(crate) async fn look_around(
    parties: &mut [Party],
    run: RunId,
    (dial, ports): (Dial, Ports),
    into: &Path,
) -> anyhow::Result<()> {
    fs::create_dir_all(into)?;
    let place = into.join("{index}");
    // A program that names none of what protects it would not be run.
    let words = overlay()?.program_words();
    let protection = words.iter().map(|word| format!("{{{word}}}"));
    let copy = ["-c", "cp -R . \"$0\"", &place.display().to_string()].map(str::to_owned);
    let arguments = copy.into_iter().chain(protection).collect();
    let program = Program {
        kind: Kind::Command(Command {
            environment: Vec::new(),
            input_as: None,
            dial,
            interpreter: None,
        }),
        entry: "sh".to_owned(),
        arguments,
        ports,
        timeout_s: 10,
        manifest: Manifest { files: Vec::new() },
    };
    let mut offers = Vec::new();
    for party in parties.iter_mut() {
        let stage = Request::Stage {
            run,
            program: program.clone(),
            input: InputSource::None,
            output: OutputPolicy::Collect,
        };
        party.request(stage).await?;
        match party.request(Request::Agree { run }).await? {
            Reply::Offered { offer } => offers.push(*offer),
            other => bail!("expected an offer, found {other:?}"),
        }
    }
    let mut agreement = None;
    let mut signatures = Vec::new();
    for party in parties.iter_mut() {
        let offers = offers.clone();
        match party.request(Request::Confirm { offers }).await? {
            Reply::Confirmed {
                agreement: hash,
                signature,
            } => {
                agreement = Some(hash);
                signatures.push(signature);
            }
            other => bail!("expected a signature, found {other:?}"),
        }
    }
    let agreement = agreement.context("nobody has agreed")?;
    let mut statements = Vec::new();
    for party in parties.iter_mut() {
        let signatures = signatures.clone();
        let run = Request::Run {
            agreement,
            signatures,
        };
        match party.request(run).await? {
            Reply::Ended(end) if end.outcome.ending.is_success() => {
                statements.extend(end.statement);
            }
            other => bail!("a program has not ended well: {other:?}"),
        }
    }
    for party in parties.iter_mut() {
        let statements = statements.clone();
        party.request(Request::Conclude { statements }).await?;
    }
    for (index, party) in parties.iter_mut().enumerate() {
        party.credentials = Credentials::of(&into.join(index.to_string()), index)?;
    }
    Ok(())
}
