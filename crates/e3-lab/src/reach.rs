//! Which address one host pings to reach another.

use std::net::IpAddr;

use crate::error::LabError;
use crate::host::Host;
use crate::lab::Lab;
use crate::nat::Nat;
use crate::ping::Probe;
use crate::plan::Outside;

/// Whether two hosts speak the same version of IP.
pub(crate) fn share_a_family(a: &Host, b: &Host) -> bool {
    (a.v4().is_some() && b.v4().is_some()) || (a.v6().is_some() && b.v6().is_some())
}

/// From whichever side can reach the other; where neither can, as far as the other's router. By IPv4 where both speak
/// it.
///
/// # Errors
/// They speak no version of IP that both understand.
pub(crate) fn probe<'a>(lab: &Lab, a: &'a Host, b: &'a Host) -> Result<Probe<'a>, LabError> {
    let reachable =
        |host: &Host| (host.site == a.site && host.site == b.site) || *host.nat() == Nat::None;
    let (from, target, to_router) = if reachable(b) {
        (a, b, false)
    } else if reachable(a) {
        (b, a, false)
    } else {
        (a, b, true)
    };
    let both_v4 = from.v4().is_some() && target.v4().is_some();
    let to = match (both_v4, to_router) {
        (true, false) => target.v4().map(IpAddr::V4),
        (true, true) => lab.router_as_seen(from, target).map(IpAddr::V4),
        (false, false) => target.v6().map(IpAddr::V6),
        (false, true) => lab
            .plan_of(target)
            .and_then(|site| Some(site.v6.as_ref()?.gateway.into())),
    };
    let shared = to.filter(|_| share_a_family(a, b));
    let to = shared.ok_or_else(|| LabError::NoSharedFamily {
        a: a.name().to_owned(),
        b: b.name().to_owned(),
    })?;
    Ok(Probe { from, to })
}

impl Lab {
    /// The address by which another site's router answers: its own where both have the same carrier.
    fn router_as_seen(&self, from: &Host, target: &Host) -> Option<std::net::Ipv4Addr> {
        let outside = |host| Some(self.plan_of(host)?.v4.as_ref()?.outside);
        match (outside(from)?, outside(target)?) {
            (
                Outside::Carried { carrier: ours, .. },
                Outside::Carried {
                    carrier: theirs, ..
                },
            ) if ours == theirs => self.outside_address(target),
            _ => self.public_address(target),
        }
    }
}
