//! `MPyC`'s TLS inside the tunnel, for who must not believe the coordinator even for seconds: whatever it hands out, programs
//! speak only with who has the key that its agent has vouched for.
//!
//! - [`certificate`]: what programs know one another by; [`letter`]: how it gets to the others;
//! - [`Inner`]: the exchange, which goes on for as long as the overlay is joined.
//!
//! Letters are sealed and signed by the agents (`carry`), so that neither who delivers them nor the coordinator can change
//! one.

pub(crate) mod certificate;
pub(crate) mod letter;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use e3_identity::authority::NetworkKey;
use e3_overlay::{Mailbox, Pen, ProgramNeeds, tls};
use e3_session::types::{PartyIndex, Roster};
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep},
};

use self::{certificate::Proof, letter::Letter};
use crate::TailscaleError;

/// Between questions to whom nothing has come from.
const AGAIN: Duration = Duration::from_millis(500);

/// Between looks at what has come.
const LOOK: Duration = Duration::from_millis(20);

/// How long the others may take.
const LEAST: Duration = Duration::from_secs(10);

/// A party's own key, and the others' certificates.
#[derive(Debug)]
pub(crate) struct Inner {
    key: NetworkKey,
    shared: Arc<Mutex<Shared>>,
    pen: Pen,
    reading: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    epoch: u32,
    me: PartyIndex,
    own: Proof,
    /// Others' certificates, DER.
    certificates: BTreeMap<PartyIndex, Vec<u8>>,
}

impl Shared {
    fn letter(&self, asks: bool) -> Vec<u8> {
        let (epoch, proof) = (self.epoch, self.own.clone());
        Letter { asks, epoch, proof }.bytes()
    }

    /// Takes what a peer has written; gives what to answer.
    fn take(&mut self, from: PartyIndex, bytes: &[u8]) -> Option<Vec<u8>> {
        let letter = Letter::read(bytes).filter(|letter| letter.epoch == self.epoch)?;
        let certificate = letter.proof.certificate(from)?;
        self.certificates.insert(from, certificate);
        letter.asks.then(|| self.letter(false))
    }
}

impl Inner {
    /// Makes a key, and begins to listen.
    pub(crate) fn begin(
        roster: &Roster,
        me: PartyIndex,
        mut mailbox: Mailbox,
    ) -> Result<Self, TailscaleError> {
        let key = NetworkKey::generate().map_err(TailscaleError::Key)?;
        let shared = Arc::new(Mutex::new(Shared {
            epoch: roster.epoch,
            me,
            own: Proof::make(&key, me)?,
            certificates: BTreeMap::new(),
        }));
        let pen = mailbox.pen();
        let (reader, answering) = (Arc::clone(&shared), pen.clone());
        let reading = tokio::spawn(async move {
            while let Some((from, bytes)) = mailbox.receive().await {
                let answer = lock(&reader).take(from, &bytes);
                if let Some(answer) = answer
                    && answering.send(from, answer).await.is_err()
                {
                    return;
                }
            }
        });
        Ok(Self {
            key,
            shared,
            pen,
            reading,
        })
    }

    /// Takes a changed roster: from now on certificates are those of its indices.
    pub(crate) fn change(&self, roster: &Roster, me: PartyIndex) -> Result<(), TailscaleError> {
        let own = Proof::make(&self.key, me)?;
        let mut shared = lock(&self.shared);
        *shared = Shared {
            epoch: roster.epoch,
            me,
            own,
            certificates: BTreeMap::new(),
        };
        Ok(())
    }

    /// Exchanges certificates with so many parties, and waits for them. A party from which nothing comes is one with which
    /// programs will not speak.
    pub(crate) async fn exchange(&self, parties: usize, patience: Duration) {
        let deadline = Instant::now() + patience.max(LEAST);
        let mut asked = None::<Instant>;
        loop {
            let (missing, question) = {
                let shared = lock(&self.shared);
                let all = (0..=u16::MAX).map(PartyIndex).take(parties);
                let missing: Vec<_> = all
                    .filter(|one| *one != shared.me && !shared.certificates.contains_key(one))
                    .collect();
                (missing, shared.letter(true))
            };
            let now = Instant::now();
            if missing.is_empty() {
                return;
            }
            if now >= deadline {
                tracing::warn!(
                    "nothing came from {} parties by which programs could know them in TLS",
                    missing.len()
                );
                return;
            }
            if asked.is_none_or(|asked| now.duration_since(asked) >= AGAIN) {
                asked = Some(now);
                for peer in missing {
                    if self.pen.send(peer, question.clone()).await.is_err() {
                        return;
                    }
                }
            }
            sleep(LOOK).await;
        }
    }

    /// What a program finds: its key, its certificate, and those that it is to believe.
    pub(crate) fn program_needs(&self) -> ProgramNeeds {
        let shared = lock(&self.shared);
        let own = shared.own.certificate(shared.me).unwrap_or_default();
        let others = shared.certificates.values();
        let all: Vec<&[u8]> = others.map(Vec::as_slice).chain([own.as_slice()]).collect();
        tls::program_needs(shared.me, &self.key, &own, &all)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(me: u16, epoch: u32) -> Shared {
        let key = NetworkKey::generate().unwrap();
        Shared {
            epoch,
            me: PartyIndex(me),
            own: Proof::make(&key, PartyIndex(me)).unwrap(),
            certificates: BTreeMap::new(),
        }
    }

    #[test]
    fn who_asks_is_answered_and_both_know_one_another() {
        let [mut one, mut two] = [shared(0, 7), shared(1, 7)];
        let answer = two.take(PartyIndex(0), &one.letter(true)).unwrap();
        assert_eq!(one.take(PartyIndex(1), &answer), None);
        let own = one.own.certificate(PartyIndex(0)).unwrap();
        assert_eq!(two.certificates[&PartyIndex(0)], own);
        assert!(one.certificates.contains_key(&PartyIndex(1)));
    }

    #[test]
    fn nothing_is_taken_of_another_roster_or_index() {
        let [one, mut two] = [shared(0, 7), shared(1, 8)];
        assert_eq!(two.take(PartyIndex(0), &one.letter(true)), None);
        two.epoch = 7;
        assert_eq!(two.take(PartyIndex(2), &one.letter(true)), None);
        assert!(two.certificates.is_empty());
    }
}
