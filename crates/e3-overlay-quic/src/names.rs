//! Names of our own relays, which no name server knows; all others are asked of the host's own name servers, and of
//! nobody else's.

use std::{
    collections::BTreeMap,
    future::Future,
    net::{Ipv4Addr, Ipv6Addr},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use iroh::dns::{BoxIter, DnsError, DnsResolver, FallbackMode, Resolver, TxtRecordData};

use crate::relay::Told;

/// How long a name server may take.
const PATIENCE: Duration = Duration::from_secs(3);

type Answer<T> = Pin<Box<dyn Future<Output = Result<BoxIter<T>, DnsError>> + Send>>;

/// Of both versions of IP.
type Addresses = (Vec<Ipv4Addr>, Vec<Ipv6Addr>);

/// Answers for our own relays, and passes other questions on.
#[derive(Debug, Clone)]
struct Names {
    own: Arc<BTreeMap<String, Addresses>>,
    others: DnsResolver,
}

/// A resolver that knows these relays.
pub(crate) fn resolver(relays: &[Told]) -> DnsResolver {
    let own = relays
        .iter()
        .map(|told| (told.name.clone(), (told.ipv4(), told.ipv6())));
    let others = DnsResolver::builder()
        .with_system_defaults()
        .with_fallback_mode(FallbackMode::Never)
        .build();
    DnsResolver::custom(Names {
        own: Arc::new(own.collect()),
        others,
    })
}

/// Without the dot that makes a name absolute.
fn bare(host: &str) -> &str {
    host.strip_suffix('.').unwrap_or(host)
}

impl Resolver for Names {
    fn lookup_ipv4(&self, host: String) -> Answer<Ipv4Addr> {
        if let Some((found, _)) = self.own.get(bare(&host)) {
            let found: BoxIter<Ipv4Addr> = Box::new(found.clone().into_iter());
            return Box::pin(async { Ok(found) });
        }
        let others = self.others.clone();
        Box::pin(async move {
            let found = others.lookup_ipv4(host, PATIENCE).await?;
            let four = found.filter_map(|address| match address {
                std::net::IpAddr::V4(address) => Some(address),
                std::net::IpAddr::V6(_) => None,
            });
            Ok(Box::new(four.collect::<Vec<_>>().into_iter()) as BoxIter<Ipv4Addr>)
        })
    }

    fn lookup_ipv6(&self, host: String) -> Answer<Ipv6Addr> {
        if let Some((_, found)) = self.own.get(bare(&host)) {
            let found: BoxIter<Ipv6Addr> = Box::new(found.clone().into_iter());
            return Box::pin(async { Ok(found) });
        }
        let others = self.others.clone();
        Box::pin(async move {
            let found = others.lookup_ipv6(host, PATIENCE).await?;
            let six = found.filter_map(|address| match address {
                std::net::IpAddr::V4(_) => None,
                std::net::IpAddr::V6(address) => Some(address),
            });
            Ok(Box::new(six.collect::<Vec<_>>().into_iter()) as BoxIter<Ipv6Addr>)
        })
    }

    /// Nothing of ours asks for text.
    fn lookup_txt(&self, _host: String) -> Answer<TxtRecordData> {
        Box::pin(async { Ok(Box::new(std::iter::empty()) as BoxIter<TxtRecordData>) })
    }

    fn clear_cache(&self) {
        self.others.clear_cache();
    }

    fn reset(&self) -> Box<dyn Resolver> {
        self.others.reset();
        Box::new(self.clone())
    }
}
