//! Before a run: files travel, and the parties agree on what runs.

use std::{
    collections::HashMap,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    time::Duration,
};

use e3_program::files::of_file;
use e3_session::{
    agreement,
    frame::MAX_BLOB,
    message::{Reply, Request, SendBlob},
    types::{Agreement, Digest, InputSource, Offer, OutputPolicy, PartyIndex, Program, RunId},
};
use e3_spec::{Input, Output};
use futures::future::try_join_all;
use serde_bytes::ByteBuf;

use super::{
    declared,
    link::LinkError,
    party::{Party, ask_all, unexpected},
    up::Up,
};
use crate::wire::{Fault, RunAsk};

/// How long an agent may take for one of these steps: a hundred megabytes are hashed in one of them.
const PATIENCE: Duration = Duration::from_mins(1);

/// Sends what each party lacks.
pub(crate) async fn stage(up: &Up, run: RunId, ask: &RunAsk) -> Result<(), Fault> {
    let program = program(ask)?;
    let sources: HashMap<Digest, PathBuf> = ask
        .manifest
        .files
        .iter()
        .map(|file| (file.sha256, ask.source.join(&file.path)))
        .collect();
    try_join_all(
        up.parties
            .iter()
            .map(|party| stage_at(party, run, &program, &sources, ask)),
    )
    .await?;
    Ok(())
}

/// What every party runs.
fn program(ask: &RunAsk) -> Result<Program, Fault> {
    let Some(declared) = &ask.environment.program else {
        return Err(Fault::ours("a run without a program"));
    };
    let (_, ports) = declared::dialling(Some(declared));
    let (kind, arguments) = declared::kind(declared, ask)?;
    Ok(Program {
        kind,
        entry: ask.entry.clone(),
        arguments,
        ports,
        timeout_s: Duration::from(declared.timeout).as_secs(),
        manifest: ask.manifest.clone(),
    })
}

async fn stage_at(
    party: &Party,
    run: RunId,
    program: &Program,
    sources: &HashMap<Digest, PathBuf>,
    ask: &RunAsk,
) -> Result<(), Fault> {
    // What was asked now decides, not what was declared when the environment came up.
    let declared = ask
        .environment
        .host(&party.host.name)
        .unwrap_or(&party.host);
    let (input, private) = match &declared.input {
        None => (InputSource::None, None),
        Some(Input::OnHost(path)) => (
            InputSource::OnHost {
                path: path.to_string(),
            },
            None,
        ),
        Some(Input::File(_)) => sent_input(party, ask)?,
    };
    let output = match declared.output {
        Output::Collect => OutputPolicy::Collect,
        Output::Keep => OutputPolicy::Keep,
    };
    let request = Request::Stage {
        run,
        program: program.clone(),
        input,
        output,
    };
    let missing = match party
        .link
        .ask("stage", request, PATIENCE)
        .await
        .map_err(Fault::from)?
    {
        Reply::Missing { files } => files,
        other => return Err(Fault::from(unexpected(&party.link, &other))),
    };
    for sha256 in missing {
        let private = private
            .as_ref()
            .filter(|(digest, _)| *digest == sha256)
            .map(|(_, path)| path);
        let Some(path) = private.or_else(|| sources.get(&sha256)) else {
            return Err(Fault::ours(format!(
                "host {} asks for a file that was not announced",
                party.host.name
            )));
        };
        if let Err(fault) = send(party, sha256, path).await {
            return Err(changed(path, sha256, &ask.source).unwrap_or(fault));
        }
    }
    Ok(())
}

/// Why a file that could not be sent is not what it was announced as, if that is so: somebody writes to it. Mostly that is
/// a shell that was told to write the command's own output into the program's folder.
fn changed(path: &Path, announced: Digest, source: &Path) -> Option<Fault> {
    let (found, _) = of_file(path).ok()?;
    let shown = path.strip_prefix(source).unwrap_or(path).display();
    (found != announced).then(|| {
        Fault::user(format!("{shown} changed while it was sent")).hint(
            "write elsewhere while a program runs, or list in `files` of e3.toml what the program needs",
        )
    })
}

fn sent_input(
    party: &Party,
    ask: &RunAsk,
) -> Result<(InputSource, Option<(Digest, PathBuf)>), Fault> {
    let Some(input) = ask
        .inputs
        .iter()
        .find(|input| input.host == party.host.name.as_str())
    else {
        return Err(Fault::ours(format!(
            "the input of {} was not found by the command",
            party.host.name
        )));
    };
    let path = &input.file;
    let unreadable = |error: io::Error| {
        Fault::user(format!(
            "cannot read the private input of {}, {}: {error}",
            party.host.name,
            path.display()
        ))
    };
    let (sha256, size) = of_file(path).map_err(unreadable)?;
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    Ok((
        InputSource::Sent { name, sha256, size },
        Some((sha256, path.clone())),
    ))
}

async fn send(party: &Party, sha256: Digest, path: &Path) -> Result<(), Fault> {
    let unreadable =
        |error: io::Error| Fault::user(format!("cannot read {}: {error}", path.display()));
    let mut file = fs::File::open(path).map_err(unreadable)?;
    let mut offset = 0;
    loop {
        let mut data = Vec::new();
        (&mut file)
            .take(MAX_BLOB as u64)
            .read_to_end(&mut data)
            .map_err(unreadable)?;
        let (length, last) = (data.len() as u64, data.len() < MAX_BLOB);
        let blob = SendBlob {
            sha256,
            offset,
            data: ByteBuf::from(data),
            last,
        };
        party
            .link
            .ask("blob", Request::Blob(blob), PATIENCE)
            .await
            .map_err(Fault::from)?;
        if last {
            return Ok(());
        }
        offset += length;
    }
}

/// What was agreed, and what should be known although it need not be the same.
pub(crate) struct Agreed {
    pub(crate) agreement: Agreement,
    pub(crate) offers: Vec<Offer>,
    pub(crate) warnings: Vec<String>,
}

/// Every party says what it would run, and every party compares and signs.
pub(crate) async fn agree(up: &Up, run: RunId) -> Result<Agreed, Fault> {
    let mut offers: Vec<Offer> = Vec::with_capacity(up.parties.len());
    let answers = ask_all(&up.parties, "agree", PATIENCE, |_, _| Request::Agree {
        run,
    })
    .await;
    for (party, reply) in up.parties.iter().zip(answers.map_err(Fault::from)?) {
        match reply {
            Reply::Offered { offer } => offers.push(*offer),
            other => return Err(Fault::from(unexpected(&party.link, &other))),
        }
    }
    let name = |index: &PartyIndex| {
        up.parties
            .get(usize::from(index.0))
            .map_or("?", |party| party.host.name.as_str())
    };
    let mut agreement = agreement::compare(&offers).map_err(|differences| {
        let lines = differences.iter().map(|difference| {
            let values = difference.values.iter().map(|(value, parties)| {
                let names: Vec<_> = parties.iter().map(name).collect();
                format!("    {value}: {}", names.join(", "))
            });
            format!(
                "  {}\n{}",
                difference.term,
                values.collect::<Vec<_>>().join("\n")
            )
        });
        let lines: Vec<_> = lines.collect();
        Fault::user(format!(
            "the parties would not run the same thing; nothing was started:\n{}",
            lines.join("\n")
        ))
    })?;
    let answers = ask_all(&up.parties, "confirm", PATIENCE, |_, _| Request::Confirm {
        offers: offers.clone(),
    })
    .await;
    for (party, reply) in up.parties.iter().zip(answers.map_err(Fault::from)?) {
        match reply {
            Reply::Confirmed { signature, .. } => agreement.signatures.push(signature),
            other => return Err(Fault::from(unexpected(&party.link, &other))),
        }
    }
    let warnings = agreement::warnings(&offers);
    let warnings = warnings
        .iter()
        .map(|difference| format!("the parties differ in {difference}"))
        .collect();
    Ok(Agreed {
        agreement,
        offers,
        warnings,
    })
}

/// The error that ends a run before it began, if its agent has died.
pub(crate) fn dead(party: &Party) -> Option<LinkError> {
    party.link.gone().map(|_| party.link.ended())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.txt");
        fs::write(&path, "").unwrap();
        let (announced, _) = of_file(&path).unwrap();
        assert!(changed(&path, announced, folder.path()).is_none());
        fs::write(&path, "the first line").unwrap();
        let fault = changed(&path, announced, folder.path()).unwrap();
        assert_eq!(fault.message, "log.txt changed while it was sent");
        assert!(fault.hint.unwrap().contains("`files`"));
    }
}
