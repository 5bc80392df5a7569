//! What Nebula demands of a certificate, and what E³ demands beyond that.

use crate::{Certificate, Details, Network, Refusal};

/// Whether a certificate is an authority's, signed by itself and valid at that moment (Unix seconds).
///
/// # Errors
/// [`Refusal`] says what is wrong.
pub fn verify_authority(authority: &Certificate, now: u64) -> Result<(), Refusal> {
    let details = authority.details();
    kind(details, true)?;
    if details.issuer.is_some() {
        return Err(Refusal::Issuer {
            name: details.name.clone(),
            authority: authority.fingerprint(),
        });
    }
    signature(authority, details)?;
    valid(details, now)
}

/// Whether a host's certificate was signed by an authority that may do so, and is valid at that moment (Unix seconds). The
/// authority has to be verified, too.
///
/// # Errors
/// [`Refusal`] says what is wrong.
pub fn verify_host(host: &Certificate, authority: &Certificate, now: u64) -> Result<(), Refusal> {
    let (details, may) = (host.details(), authority.details());
    kind(details, false)?;
    kind(may, true)?;
    if host.version() != authority.version() {
        return Err(Refusal::Version(details.name.clone()));
    }
    if details.issuer != Some(authority.fingerprint()) {
        return Err(Refusal::Issuer {
            name: details.name.clone(),
            authority: authority.fingerprint(),
        });
    }
    signature(host, may)?;
    valid(details, now)?;
    if details.not_before < may.not_before || details.not_after > may.not_after {
        return Err(Refusal::Outlives(details.name.clone()));
    }
    let alien = |group: &&String| !may.groups.is_empty() && !may.groups.contains(group);
    if let Some(group) = details.groups.iter().find(alien) {
        return Err(Refusal::Group {
            name: details.name.clone(),
            group: group.clone(),
        });
    }
    inside(details, &details.networks, &may.networks)?;
    inside(details, &details.unsafe_networks, &may.unsafe_networks)
}

fn kind(details: &Details, ca: bool) -> Result<(), Refusal> {
    let called = |ca| {
        if ca { "an authority's" } else { "a host's" }
    };
    if details.is_ca == ca {
        return Ok(());
    }
    Err(Refusal::Kind {
        name: details.name.clone(),
        is: called(details.is_ca),
        wanted: called(ca),
    })
}

fn signature(certificate: &Certificate, by: &Details) -> Result<(), Refusal> {
    if certificate.is_signed_by(&by.public_key) {
        return Ok(());
    }
    Err(Refusal::Signature(certificate.details().name.clone()))
}

fn valid(details: &Details, now: u64) -> Result<(), Refusal> {
    if (details.not_before..=details.not_after).contains(&now) {
        return Ok(());
    }
    Err(Refusal::Time {
        name: details.name.clone(),
        from: details.not_before,
        until: details.not_after,
        now,
    })
}

fn inside(details: &Details, named: &[Network], may: &[Network]) -> Result<(), Refusal> {
    let outside =
        |network: &&Network| !may.is_empty() && !may.iter().any(|may| may.contains(**network));
    match named.iter().find(outside) {
        None => Ok(()),
        Some(network) => Err(Refusal::Network {
            name: details.name.clone(),
            network: *network,
        }),
    }
}
