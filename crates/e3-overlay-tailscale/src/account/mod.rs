//! An account with a coordinator of somebody else's: Tailscale's own service, or what speaks as it does.
//!
//! What lets a party in is in the environment of its own agent, and goes from there to the service alone: no other party,
//! no controller and no message of E³'s ever has it. Where an agent is started by the command that a person types, as in
//! the lab, that is the environment of this command.
//!
//! - [`api`]: how a key to register with is asked for.

mod api;

use std::{collections::BTreeMap, env, fmt, time::Duration};

use zeroize::Zeroizing;

use self::api::Api;
pub(crate) use self::api::read_answers;
use crate::{TailscaleError, desk::AuthKey};

/// A key to register with.
const KEY: &str = "TS_AUTHKEY";

/// An OAuth client, which may make such keys.
const CLIENT: &str = "TS_CLIENT_ID";
const SECRET: &str = "TS_CLIENT_SECRET";

/// The tags of nodes that register with keys that an OAuth client has made.
const TAGS: &str = "TS_TAGS";

/// Where the service is, for whoever has another.
const CONTROL: &str = "TS_LOGIN_SERVER";
const BASE: &str = "TS_API_URL";

/// Authorities that are believed instead of this machine's.
const AUTHORITIES: &str = "SSL_CERT_FILE";

/// All of them.
pub(crate) const VARIABLES: [&str; 7] = [KEY, CLIENT, SECRET, TAGS, CONTROL, BASE, AUTHORITIES];

/// How every OAuth client's secret begins.
const CLIENTS: &str = "tskey-client-";

/// Variables of an environment; shown by nothing.
#[derive(Clone)]
pub(crate) struct Environment(BTreeMap<&'static str, Zeroizing<String>>);

impl Environment {
    /// This process's own.
    pub(crate) fn own() -> Self {
        Self::of(|name| env::var(name).ok())
    }

    pub(crate) fn of(value: impl Fn(&str) -> Option<String>) -> Self {
        let all = VARIABLES.iter().filter_map(|name| {
            let value = value(name).filter(|value| !value.trim().is_empty())?;
            Some((*name, Zeroizing::new(value.trim().to_owned())))
        });
        Self(all.collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| value.as_str())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// An account, and what of it this host has.
#[derive(Debug)]
pub(crate) struct Account {
    /// The coordinator.
    pub(crate) url: String,
    /// A file with the authorities that are believed, if not this machine's.
    pub(crate) authorities: Option<String>,
    entry: Entry,
}

/// What lets a node in.
enum Entry {
    /// A key that somebody has made.
    Key(AuthKey),
    /// What makes keys.
    Client(Api),
}

impl Account {
    /// That of an environment. The error says which variable is missing.
    pub(crate) fn read(environment: &Environment) -> Result<Self, TailscaleError> {
        let url = environment
            .get(CONTROL)
            .unwrap_or("https://controlplane.tailscale.com");
        let authorities = environment.get(AUTHORITIES).map(str::to_owned);
        let client = (environment.get(CLIENT), environment.get(SECRET));
        let entry = match (environment.get(KEY), client) {
            (Some(key), _) if key.starts_with(CLIENTS) => {
                return Err(TailscaleError::Account(format!(
                    "{KEY} is the secret of an OAuth client: say it as {SECRET}, with its id as {CLIENT}"
                )));
            }
            (Some(key), _) if !key.bytes().all(|byte| byte.is_ascii_graphic()) => {
                return Err(TailscaleError::Account(format!("{KEY} is no key")));
            }
            (Some(key), _) => Entry::Key(Zeroizing::new(key.to_owned())),
            (None, (Some(id), Some(secret))) => Entry::Client(Api::new(
                environment.get(BASE).unwrap_or("https://api.tailscale.com"),
                (id, secret),
                environment.get(TAGS).unwrap_or("tag:e3"),
                authorities.as_deref(),
            )?),
            (None, (None, None)) => {
                return Err(TailscaleError::Account(format!(
                    "the environment of this host's agent has neither {KEY} (a key to register with) nor {CLIENT} and {SECRET} (an OAuth client that may make keys)"
                )));
            }
            (None, _) => {
                return Err(TailscaleError::Account(format!(
                    "an OAuth client takes both {CLIENT} and {SECRET}, and the environment of this host's agent has but one"
                )));
            }
        };
        Ok(Self {
            url: url.trim_end_matches('/').to_owned(),
            authorities,
            entry,
        })
    }

    /// A key with which this host's node can register.
    pub(crate) async fn key(&self, within: Duration) -> Result<AuthKey, TailscaleError> {
        match &self.entry {
            Entry::Key(key) => Ok(key.clone()),
            Entry::Client(api) => api.key(within).await,
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key(_) => "a key",
            Self::Client(_) => "an OAuth client",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Account, TailscaleError> {
        Account::read(&Environment::of(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        }))
    }

    #[test]
    fn who_has_nothing_is_told_what_to_say() {
        for (variables, said) in [
            (&[][..], "neither TS_AUTHKEY"),
            (&[("TS_AUTHKEY", " ")], "neither TS_AUTHKEY"),
            (&[("TS_CLIENT_ID", "k1")], "takes both"),
            (&[("TS_AUTHKEY", "tskey-client-1-2")], "TS_CLIENT_SECRET"),
            (&[("TS_AUTHKEY", "a b")], "is no key"),
            (
                &[
                    ("TS_CLIENT_ID", "k1"),
                    ("TS_CLIENT_SECRET", "s"),
                    ("TS_API_URL", "http://x"),
                ],
                "https",
            ),
        ] {
            let error = read(variables).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
    }

    #[tokio::test]
    async fn a_key_is_used_as_it_is_and_shown_by_nothing() {
        let account = read(&[("TS_AUTHKEY", "tskey-auth-secret\n")]).unwrap();
        assert_eq!(account.url, "https://controlplane.tailscale.com");
        let key = account.key(Duration::from_secs(1)).await.unwrap();
        assert_eq!(*key, "tskey-auth-secret");
        assert!(!format!("{account:?}").contains("secret"), "{account:?}");
    }
}
