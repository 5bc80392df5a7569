//! From a plan to namespaces, interfaces and addresses.
//!
//! Everything is made by one thread that walks from namespace to namespace; what lasts is held by descriptors, so
//! that the kernel removes it with the last of them.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::thread;

use e3_sys::namespace::{self, Doorway, Kind};

pub(crate) use site::{PORT, SWITCH};

use crate::error::{During, LabError};
use crate::nat::Nat;
use crate::plan::{HostPlan, Plan, SitePlan};
use crate::tun;

mod etc;
pub(crate) mod netlink;
pub(crate) mod site;
mod sys;
mod sysctl;

/// A built lab, by the indices of its plan.
pub(crate) struct Built {
    pub(crate) sites: Vec<BuiltSite>,
}

/// A built site.
pub(crate) struct BuiltSite {
    /// The router's network namespace.
    pub(crate) router: OwnedFd,
    /// The router's line to the wide area; none in a lab of one site.
    pub(crate) line: Option<File>,
    /// The hosts' namespaces, in order.
    pub(crate) hosts: Vec<Doorway>,
}

/// Builds what is planned.
pub(crate) fn build(plan: &Plan) -> Result<Built, LabError> {
    if plan.sites.len() > 1 {
        tun::check()?;
    }
    // A thread of its own, because it ends up in the namespaces of the last host.
    let built = thread::scope(|scope| scope.spawn(|| build_here(plan)).join());
    built.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn build_here(plan: &Plan) -> Result<Built, LabError> {
    let names = Names::of(plan);
    let line = plan.sites.len() > 1;
    namespace::unshare_directory().during("leave the shared working directory", "lab")?;
    let home = namespace::current(Kind::Mount).during("hold the mount namespace", "lab")?;
    let mut sites = Vec::with_capacity(plan.sites.len());
    for site in &plan.sites {
        let mut router = site::Router::build(site, line)?;
        let hosts = &site.hosts;
        let hosts = hosts.iter().enumerate().map(|(index, host)| {
            namespace::enter(Kind::Mount, &home)
                .during("return to the lab's mounts", &host.name)?;
            router.attach(index, host, site, &names)
        });
        let hosts = hosts.collect::<Result<_, _>>()?;
        let (router, line) = router.finish();
        sites.push(BuiltSite {
            router,
            line,
            hosts,
        });
    }
    Ok(Built { sites })
}

/// Which names a host can resolve, and to which addresses.
struct Names<'a> {
    public: Vec<&'a HostPlan>,
}

impl<'a> Names<'a> {
    fn of(plan: &'a Plan) -> Self {
        let public = plan.sites.iter().filter(|site| site.nat == Nat::None);
        Self {
            public: public.flat_map(|site| &site.hosts).collect(),
        }
    }

    /// All public hosts, and those of the same site.
    fn seen_from(&self, site: &'a SitePlan) -> BTreeMap<&'a str, &'a HostPlan> {
        let hosts = self.public.iter().copied().chain(&site.hosts);
        hosts.map(|host| (host.name.as_str(), host)).collect()
    }
}
