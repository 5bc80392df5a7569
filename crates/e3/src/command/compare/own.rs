//! An environment of somebody's own, measured as its e3.toml has it: its hosts, its network, its program.

use std::path::{Path, PathBuf};
use std::time::Duration;

use e3_evaluate::plan::{self, Offer, Plan};
use e3_spec::{Environment, ProbeName, ProgramKind};

use crate::fault::Fault;
use crate::load;

/// The environment, and where it stands.
#[derive(Clone, Debug)]
pub struct Own {
    /// Its e3.toml, absolute.
    file: PathBuf,
    environment: Environment,
}

impl Own {
    /// One that declares hosts and a program.
    pub fn of(file: PathBuf, environment: Environment) -> Option<Self> {
        environment
            .program
            .is_some()
            .then_some(Self { file, environment })
    }

    /// That of a comparison which was begun before.
    ///
    /// # Errors
    /// The user's: it is not there any more, or no longer right.
    pub fn of_plan(plan: &Plan) -> Result<Option<Self>, Fault> {
        let Some(planned) = &plan.own else {
            return Ok(None);
        };
        let file = &planned.file;
        let declared = load::comparison(Some(Path::new(file)))?;
        let environment = declared.and_then(|declared| declared.environment);
        let own = environment.and_then(|environment| Self::of(file.into(), environment));
        let own = own.filter(|own| own.planned() == *planned);
        own.map(Some).ok_or_else(|| {
            Fault::user(format!(
                "{file} is no longer what this comparison began with"
            ))
            .hint("make it so again, or begin a new comparison: what was found stays where it is")
        })
    }

    /// What is kept of it.
    pub fn planned(&self) -> plan::Own {
        plan::Own {
            file: self.file.display().to_string(),
            // Of plain fields and texts: it cannot fail.
            environment: serde_json::to_value(&self.environment).unwrap_or_default(),
            has_routers: !self.routed_groups().is_empty(),
        }
    }

    /// How many parties it has.
    pub fn parties(&self) -> u16 {
        self.environment.party_count().into()
    }

    /// How long its program may take.
    pub fn limit(&self) -> Duration {
        let program = self.environment.program.as_ref();
        program.map_or(Duration::ZERO, |program| program.timeout.into())
    }

    /// The groups of hosts that are behind routers which nothing plain gets through.
    pub fn routed_groups(&self) -> Vec<&str> {
        let hosts = self.environment.hosts.iter();
        let mut groups: Vec<&str> = hosts
            .filter(|host| !host.nat.is_none())
            .map(|host| host.group.as_str())
            .collect();
        groups.dedup();
        groups
    }

    /// Whether its parties are all on one switch, so that what their programs say passes no router.
    pub fn is_one_site(&self) -> bool {
        let mut sites = self.environment.hosts.iter().map(|host| &host.site);
        let first = sites.next();
        sites.all(|site| Some(site) == first)
    }

    /// What of this machine's ways can be measured with it; each with the environment's own identity scheme, where it works
    /// with that.
    pub fn offers(&self, offers: &[Offer]) -> Vec<Offer> {
        let scheme = self.environment.identity.scheme().as_str();
        let is_mpyc = match self
            .environment
            .program
            .as_ref()
            .map(|program| &program.kind)
        {
            Some(ProgramKind::Mpyc(_)) => true,
            Some(ProgramKind::Command(_) | ProgramKind::Probe(_)) | None => false,
        };
        let has_routers = !self.routed_groups().is_empty();
        let adapted = offers.iter().cloned().map(|mut offer| {
            // The first is what is used where nobody says; the others keep their order.
            offer.identities.sort_by_key(|identity| identity != scheme);
            if offer.overlay == "tls" && !is_mpyc {
                offer.lacks = Some("overlay tls secures programs that use MPyC".to_owned());
            } else if offer.overlay == "tls" && has_routers {
                offer.lacks = Some("overlay tls does not get through home routers".to_owned());
            }
            offer
        });
        adapted.collect()
    }

    /// What says nothing that could be compared.
    ///
    /// # Errors
    /// The user's: its program is a probe that takes as long as it is told to.
    pub fn check(&self) -> Result<(), Fault> {
        let program = self
            .environment
            .program
            .as_ref()
            .map(|program| &program.kind);
        match program {
            Some(ProgramKind::Probe(probe)) if probe.name != ProbeName::Mesh => Err(Fault::user(format!(
                "the program of {} is a probe, which takes as long as it is told to",
                self.file.display()
            ))
            .hint("networks of E³'s own are measured by probes: `e3 compare --program round-trip --network far`")),
            _ => Ok(()),
        }
    }

    /// Its e3.toml as seen from a folder, so that both can be moved together.
    pub fn seen_from(&self, folder: &Path) -> String {
        let (mut from, mut to) = (
            folder.components().peekable(),
            self.file.components().peekable(),
        );
        while let (Some(one), Some(other)) = (from.peek(), to.peek())
            && one == other
        {
            from.next();
            to.next();
        }
        let up = from.map(|_| Path::new(".."));
        let path: PathBuf = up
            .chain(to.map(|part| Path::new(part.as_os_str())))
            .collect();
        path.display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn own(text: &str) -> Own {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("e3.toml"), text).unwrap();
        fs::write(folder.path().join("a.py"), "").unwrap();
        let declared = load::comparison(Some(folder.path())).unwrap().unwrap();
        Own::of(declared.file, declared.environment.unwrap()).unwrap()
    }

    const PROGRAM: &str = "[program]\npath = \"a.py\"\n";

    #[test]
    fn a_file_is_named_as_it_is_seen_from_a_folder() {
        let one = Own {
            file: "/home/me/study/e3.toml".into(),
            ..own(&format!("[hosts.a]\nregion = \"ams3\"\n{PROGRAM}"))
        };
        let seen = |folder| one.seen_from(Path::new(folder));
        assert_eq!(seen("/home/me/study/compare/1"), "../../e3.toml");
        assert_eq!(seen("/home/me/study"), "e3.toml");
        assert_eq!(seen("/tmp/1"), "../../home/me/study/e3.toml");
    }

    #[test]
    fn ways_are_those_that_its_hosts_and_program_go() {
        let offer = |overlay: &str, identities: &[&str]| Offer {
            overlay: overlay.to_owned(),
            identities: identities.iter().map(|word| (*word).to_owned()).collect(),
            lacks: None,
        };
        let offers = [
            offer("direct", &["pinned", "did", "ca"]),
            offer("tls", &["ca"]),
        ];
        let near =
            "identity = \"ca\"\n[hosts.a]\nregion = \"ams3\"\n[hosts.b]\nregion = \"fra1\"\n";
        let one = own(&format!("{near}{PROGRAM}"));
        assert_eq!(one.offers(&offers)[0].identities, ["ca", "pinned", "did"]);
        assert!(one.offers(&offers)[1].lacks.is_none());
        assert!(!one.is_one_site() && one.routed_groups().is_empty());
        let behind = own(&format!("{near}nat = \"home\"\n{PROGRAM}"));
        assert_eq!(behind.routed_groups(), ["b"]);
        assert!(behind.offers(&offers)[1].lacks.is_some());
        assert!(behind.planned().has_routers);
    }

    #[test]
    fn a_probe_says_nothing_by_its_time() {
        let probe = |name| {
            own(&format!(
                "[hosts.a]\nregion = \"ams3\"\ncount = 2\n[program]\nkind = \"probe\"\nprobe = \"{name}\"\n"
            ))
        };
        assert!(probe("throughput").check().is_err());
        assert!(
            own(&format!("[hosts.a]\nregion = \"ams3\"\n{PROGRAM}"))
                .check()
                .is_ok()
        );
    }
}
