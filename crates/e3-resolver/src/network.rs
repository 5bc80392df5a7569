//! From a DID to its document, over the network where need be.

use std::{sync::Arc, time::Duration};

use e3_identity::{Did, DidDocument, ResolveError, Resolver, Resolving};
use tokio::{sync::OnceCell, time::timeout};
use tokio_rustls::rustls::ClientConfig;

use crate::{
    exchange::{Answer, Failure, get},
    place::Place,
    roots::{self, RootsError},
};

/// Bytes that a document may have.
pub const LIMIT: usize = 64 * 1024;

/// How long fetching a document may take, from looking up its host's address to the last byte.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How often a host may send elsewhere on itself.
const REDIRECTS: usize = 3;

/// Resolves every DID that E³ knows. Keeps no document: every resolution of a `did:web` fetches it anew.
#[derive(Debug, Default)]
pub struct Network {
    /// Whom to trust, once that was needed.
    tls: OnceCell<Arc<ClientConfig>>,
}

impl Network {
    /// Trusts the certificate authorities that this machine trusts, or those in the file that `SSL_CERT_FILE` names.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts these certificate authorities (in DER) alone.
    pub fn trusting(authorities: Vec<Vec<u8>>) -> Result<Self, RootsError> {
        let tls = roots::trusting(authorities)?;
        Ok(Self {
            tls: OnceCell::new_with(Some(tls)),
        })
    }

    async fn look_up(&self, did: &Did) -> Result<DidDocument, ResolveError> {
        match (did.document(), did.url()) {
            (Err(ResolveError::NeedsNetwork { .. }), Some(url)) => self.fetch(did, &url).await,
            (derived, _) => derived,
        }
    }

    async fn fetch(&self, did: &Did, url: &str) -> Result<DidDocument, ResolveError> {
        let fetching = timeout(PATIENCE, self.follow(url));
        let failure = match fetching.await {
            Ok(Ok(body)) => {
                return DidDocument::from_json(&body, did).map_err(|source| {
                    ResolveError::Document {
                        did: did.clone(),
                        source: Box::new(source),
                    }
                });
            }
            Ok(Err(failure)) => failure,
            Err(_) => Failure::Late,
        };
        let (did, url) = (did.clone(), url.to_owned());
        Err(match failure {
            Failure::Unreachable(reason) => ResolveError::Unreachable { did, url, reason },
            Failure::Status(status) => ResolveError::Status { did, url, status },
            Failure::Elsewhere(to) => ResolveError::Redirected { did, url, to },
            Failure::TooLong => ResolveError::TooLong {
                did,
                url,
                limit: LIMIT,
            },
            Failure::Late => ResolveError::TimedOut {
                did,
                url,
                seconds: PATIENCE.as_secs(),
            },
        })
    }

    /// What stands at a URL, or where its host says that it stands on the same host.
    async fn follow(&self, url: &str) -> Result<Vec<u8>, Failure> {
        let mut place = Place::parse(url)
            .ok_or_else(|| Failure::Unreachable("the URL has no host".to_owned()))?;
        let tls = self
            .tls
            .get_or_try_init(roots::of_this_machine)
            .await
            .map_err(|error| Failure::Unreachable(error.to_string()))?;
        for _ in 0..=REDIRECTS {
            match get(&place, tls, LIMIT).await? {
                Answer::Body(body) => return Ok(body),
                Answer::See(to) => {
                    place = place.on_the_same_host(&to).ok_or(Failure::Elsewhere(to))?;
                }
            }
        }
        Err(Failure::Elsewhere(place.to_string()))
    }
}

impl Resolver for Network {
    fn resolve<'a>(&'a self, did: &'a Did) -> Resolving<'a> {
        Box::pin(self.look_up(did))
    }
}
