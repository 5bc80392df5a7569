//! Hears what nebula says, line by line as it comes.

use serde_json::Value;
use tokio::sync::mpsc;

use crate::{log::Event, watch::Watch};

/// Words that may wait: one that it is up, and one alarm, after which nothing more matters.
const WORDS: usize = 4;

/// What whoever has started nebula has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word {
    /// It is up.
    Active,
    /// Programs must not go on, for this reason.
    Alarm(String),
}

/// What hears every line of a daemon and says of which kind it is, and what it tells.
pub(crate) fn ear(
    watch: Watch,
) -> (
    impl FnMut(&str) -> Option<String> + Send + 'static,
    mpsc::Receiver<Word>,
) {
    let (teller, words) = mpsc::channel(WORDS);
    let hear = move |line: &str| {
        let word = match Event::read(line) {
            Some(Event::Active) => Some(Word::Active),
            Some(event) => watch.heed(event).map(Word::Alarm),
            None => None,
        };
        if let Some(word) = word {
            // Where there is no room, there has been an alarm.
            let _ = teller.try_send(word);
        }
        Some(kind(line))
    };
    (hear, words)
}

/// What kind of line it is: lines of a kind differ in what they tell of whom.
pub(crate) fn kind(line: &str) -> String {
    let line: Option<Value> = serde_json::from_str(line).ok();
    let said = line.as_ref().and_then(|line| line.get("msg")?.as_str());
    said.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use std::{fmt::Write as _, fs, net::IpAddr};

    use e3_nebula::Version;
    use e3_stock::{Daemon, Found, Spec};

    use super::*;
    use crate::{
        identity::Identity,
        members::{Member, Members},
    };

    fn member(index: u16, name: &str) -> Member {
        let network = ["10.233.0.0/16".parse().unwrap()];
        let identity = Identity::make(name, Version::V2, &network).unwrap();
        Member {
            index: e3_session::types::PartyIndex(index),
            name: name.to_owned(),
            addresses: vec![address(index)],
            authority: identity.certificate(Version::V2).unwrap().clone(),
        }
    }

    fn address(index: u16) -> IpAddr {
        [10, 233, 0, u8::try_from(index).unwrap() + 1].into()
    }

    /// What is heard of a daemon that says this line.
    async fn heard(line: &str) -> Option<Word> {
        let (ams, nyc, light) = (member(0, "ams"), member(1, "nyc"), member(9, "light"));
        let line = line.replace("ISSUER", &nyc.authority.fingerprint().to_string());
        let watch = Watch::default();
        watch.take(
            &Members {
                version: Version::V2,
                network: vec!["10.233.0.0/16".parse().unwrap()],
                all: vec![ams, nyc],
                lighthouse: light.authority,
                lit: vec![[10, 233, 255, 254].into()],
            },
            "lighthouse",
        );
        let (ear, mut words) = ear(watch);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("log"), line + "\n").unwrap();
        let found = Found {
            name: "cat",
            path: "/bin/cat".into(),
        };
        let spec = Spec {
            found: &found,
            source: "nebula",
            arguments: vec!["log".into()],
            environment: Vec::new(),
            folder: folder.path(),
        };
        let daemon = Daemon::start_heard(spec, ear).unwrap();
        daemon.end().await;
        words.recv().await
    }

    /// A handshake with somebody who has so many addresses, the last of which is the first party's.
    fn shakes(count: u16) -> String {
        let mut all = String::new();
        for one in 0..count {
            let _ = write!(all, r#""10.233.{}.{}","#, 100 + one / 100, 100 + one % 100);
        }
        format!(
            r#"{{"msg":"Handshake message received","vpnAddrs":["10.233.0.2",{all}"{}"],"from":{{"direct":"192.0.2.1:4242"}},"issuer":"ISSUER"}}"#,
            address(0)
        )
    }

    #[tokio::test]
    async fn an_address_that_is_taken_among_hundreds_is_noticed() {
        for count in [0, 500] {
            let line = shakes(count);
            assert!(count == 0 || line.len() > 8000);
            let Some(Word::Alarm(why)) = heard(&line).await else {
                panic!("nobody has noticed a line of {} bytes", line.len());
            };
            assert!(
                why.starts_with("nyc has certified the address 10.233.0.1"),
                "{why}"
            );
        }
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_an_alarm() {
        let padded = shakes(1).replace(
            r#"{"msg""#,
            &format!(r#"{{"certName":"{}","msg""#, "x".repeat(1 << 20)),
        );
        let word = heard(&padded).await;
        assert!(
            matches!(&word, Some(Word::Alarm(why)) if why.contains("cannot be read")),
            "{word:?}"
        );
    }
}
