//! This party's QUIC endpoint.

use std::{
    collections::BTreeSet,
    net::{Ipv4Addr, Ipv6Addr},
    num::NonZeroU16,
};

use iroh::{
    Endpoint, RelayConfig, RelayMap, RelayMode, RelayUrl,
    dns::DnsResolver,
    endpoint::{
        AfterHandshakeOutcome, BindOpts, Connection, EndpointHooks, NetReportConfig,
        PortmapperConfig, QuicTransportConfig, VarInt, presets,
    },
    tls::CaTlsConfig,
};
use iroh_relay::RelayQuicConfig;
use rustls::pki_types::CertificateDer;

use crate::{
    ALPN, QuicError, elsewhere::Elsewhere, guests::Guests, key::SessionKey, names, relay::Told,
};

/// With this a connection is closed whose other end the roster does not name.
pub(crate) const STRANGER: VarInt = VarInt::from_u32(1);

/// Bytes that may be on their way: 100 Mbit/s times 250 ms is 3 MB, and a LAN's gigabits need more for their haste.
const WINDOW: u32 = 16 << 20;

/// Which relays an endpoint uses.
#[derive(Debug, Clone, Default)]
pub(crate) struct Relays {
    /// Relays that are services of the environment.
    pub(crate) own: Vec<Told>,
    /// Relays that somebody else runs.
    pub(crate) others: Elsewhere,
}

impl Relays {
    /// Their URLs: peers are reached by no other relay, whatever their contact records say.
    pub(crate) fn urls(&self) -> BTreeSet<RelayUrl> {
        let own = self.own.iter().filter_map(|told| told.url().parse().ok());
        own.chain(self.others.urls.iter().cloned()).collect()
    }

    /// What people call the relay at this URL.
    pub(crate) fn name_of(&self, url: &RelayUrl) -> String {
        let own = self.own.iter().find(|told| {
            let its: Option<RelayUrl> = told.url().parse().ok();
            its.as_ref() == Some(url)
        });
        match own {
            Some(told) => told.service.clone(),
            None => url.host_str().unwrap_or(url.as_str()).to_owned(),
        }
    }

    /// All of them, as people call them.
    pub(crate) fn names(&self) -> String {
        let urls = self.urls();
        let names: Vec<String> = urls.iter().map(|url| self.name_of(url)).collect();
        names.join(" or ")
    }

    fn map(&self) -> RelayMap {
        let own = self.own.iter().filter_map(|told| {
            let quic = Some(RelayQuicConfig::new(told.udp));
            let config = RelayConfig::new(told.url().parse().ok()?, quic);
            Some(config.with_auth_token(&told.token))
        });
        let others = self.others.urls.iter().map(|url| {
            let config = RelayConfig::from(url.clone());
            match &self.others.token {
                Some(token) => config.with_auth_token(token.expose()),
                None => config,
            }
        });
        own.chain(others).collect()
    }

    /// Whom relays' certificates have to be of: public authorities for none but relays that somebody else runs, and for
    /// these only if nobody else was named.
    pub(crate) fn roots(&self) -> CaTlsConfig {
        let own = self.own.iter();
        let own = own.map(|told| CertificateDer::from(told.certificate.clone()));
        let named: Vec<_> = own.chain(self.others.believed.iter().cloned()).collect();
        if named.is_empty() {
            // Without any relay nobody's certificate is looked at, but an endpoint wants roots all the same.
            CaTlsConfig::embedded()
        } else {
            CaTlsConfig::custom_roots(named)
        }
    }
}

/// Ends every handshake, in either direction, with somebody whom the roster does not name.
#[derive(Debug)]
struct Doorkeeper {
    guests: Guests,
}

impl EndpointHooks for Doorkeeper {
    async fn after_handshake<'a>(&'a self, connection: &'a Connection) -> AfterHandshakeOutcome {
        match self.guests.who(&connection.remote_id()) {
            Some(_) => AfterHandshakeOutcome::Accept,
            None => AfterHandshakeOutcome::Reject {
                error_code: STRANGER,
                reason: b"not in the roster".to_vec(),
            },
        }
    }
}

/// Makes the endpoint, on this port of UDP or on any that is free. It speaks to the relays named here and to peers, and to nobody else's servers.
pub(crate) async fn bind(
    key: &SessionKey,
    guests: Guests,
    relays: &Relays,
    port: Option<NonZeroU16>,
) -> Result<Endpoint, QuicError> {
    let names = names::resolver(&relays.own);
    Box::pin(bind_by(key, guests, relays, port, names)).await
}

/// The same; names are asked of this resolver.
pub(crate) async fn bind_by(
    key: &SessionKey,
    guests: Guests,
    relays: &Relays,
    port: Option<NonZeroU16>,
    names: DnsResolver,
) -> Result<Endpoint, QuicError> {
    let mode = if relays.urls().is_empty() {
        RelayMode::Disabled
    } else {
        RelayMode::Custom(relays.map())
    };
    let mut report = NetReportConfig::default();
    // It would ask for a web page in clear.
    report.captive_portal_check = false;
    let failed = |error: &dyn std::fmt::Display| QuicError::Endpoint {
        why: format!("{error:#}"),
    };
    let port = port.map_or(0, NonZeroU16::get);
    let six = BindOpts::default().set_is_required(false);
    Endpoint::builder(presets::Minimal)
        .secret_key(key.secret().clone())
        .alpns(vec![ALPN.to_vec()])
        .relay_mode(mode)
        .ca_tls_config(relays.roots())
        .dns_resolver(names)
        .transport_config(transport())
        .hooks(Doorkeeper { guests })
        // It would ask the gateway to open ports, which is its owner's to decide.
        .portmapper_config(PortmapperConfig::Disabled)
        .net_report_config(report)
        .max_tls_tickets(0)
        .bind_addr((Ipv4Addr::UNSPECIFIED, port))
        .map_err(|error| failed(&error))?
        .bind_addr_with_opts((Ipv6Addr::UNSPECIFIED, port), six)
        .map_err(|error| failed(&error))?
        .bind()
        .await
        .map_err(|error| failed(&error))
}

/// A stream a connection, and windows that do not hold it up.
fn transport() -> QuicTransportConfig {
    QuicTransportConfig::builder()
        .max_concurrent_bidi_streams(VarInt::from_u32(1))
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .datagram_receive_buffer_size(None)
        .stream_receive_window(VarInt::from_u32(WINDOW))
        .receive_window(VarInt::from_u32(WINDOW))
        .send_window(u64::from(WINDOW))
        .build()
}
