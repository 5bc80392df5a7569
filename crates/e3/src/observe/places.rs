//! Where observers are.

use std::path::Path;

use e3_spec::Environment;

use super::environment::{CURIOUS, CUSTOMER};

/// The services, and with them the observers that this environment has.
pub(super) struct Places {
    /// Each service's kind and host.
    services: Vec<(String, String)>,
}

/// Where packets are seen.
pub(super) const WIDE_AREA: &str = "wide-area.pcapng";
pub(super) const PROVIDER: &str = "provider.pcapng";
pub(super) const SITE: &str = "site.pcapng";
pub(super) const PARTY: &str = "party.pcapng";

impl Places {
    pub(super) fn of(environment: &Environment) -> Self {
        let services = environment.services.iter();
        let services = services.map(|one| (one.kind.to_string(), one.host.to_string()));
        Self {
            services: services.collect(),
        }
    }

    /// The hosts on which services run, each once.
    pub(super) fn hosts(&self) -> Vec<&str> {
        let mut hosts: Vec<_> = self
            .services
            .iter()
            .map(|(_, host)| host.as_str())
            .collect();
        hosts.sort_unstable();
        hosts.dedup();
        hosts
    }

    /// Those that relay; where nobody does nothing else, whoever brings parties together.
    pub(super) fn relays(&self) -> Vec<&str> {
        self.either(|kind| kind == "relay")
    }

    /// Those that bring parties together; where nobody does nothing else, whoever relays.
    pub(super) fn coordinators(&self) -> Vec<&str> {
        self.either(|kind| kind != "relay")
    }

    fn either(&self, is: impl Fn(&str) -> bool) -> Vec<&str> {
        let all = self.services.iter();
        let chosen: Vec<_> = all
            .filter(|(kind, _)| is(kind))
            .map(|(_, host)| host.as_str())
            .collect();
        if chosen.is_empty() {
            self.hosts()
        } else {
            chosen
        }
    }

    /// What is captured, as the file has it that `E3_CAPTURE` names.
    pub(super) fn captures(&self, folder: &Path) -> String {
        let fixed = [
            ("wide-area".to_owned(), WIDE_AREA.to_owned()),
            (format!("{CUSTOMER}:outside"), PROVIDER.to_owned()),
            (format!("{CUSTOMER}:inside"), SITE.to_owned()),
            (CURIOUS.to_owned(), PARTY.to_owned()),
        ];
        let services = self.hosts();
        let services = services.iter().map(|host| ((*host).to_owned(), line(host)));
        let all = fixed.into_iter().chain(services);
        let all = all.map(|(point, file)| format!("{point} {}\n", folder.join(file).display()));
        all.collect()
    }
}

/// The file with what passes at a service's host.
pub(super) fn line(host: &str) -> String {
    format!("{host}.pcapng")
}
