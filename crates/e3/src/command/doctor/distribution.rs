//! How packages are installed on the distribution at hand.

/// A distribution of Linux.
pub(super) struct Distribution {
    name: String,
    family: Option<Family>,
    root: bool,
}

/// Distributions that install in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Debian,
    Fedora,
    Arch,
    Alpine,
    Suse,
    NixOs,
}

/// Something that can be installed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Package {
    /// Python with `venv` and `ensurepip`.
    Python,
    /// The program `uv`.
    Uv,
}

impl Distribution {
    /// That of this machine, by os-release(5).
    pub(super) fn here() -> Self {
        let text = ["/etc/os-release", "/usr/lib/os-release"]
            .into_iter()
            .find_map(|path| std::fs::read_to_string(path).ok())
            .unwrap_or_default();
        Self::from_os_release(&text, rustix::process::geteuid().is_root())
    }

    fn from_os_release(text: &str, root: bool) -> Self {
        let field = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
                .map(|value| value.trim_matches(['"', '\'']).to_owned())
        };
        let ids = [field("ID"), field("ID_LIKE")]
            .map(Option::unwrap_or_default)
            .join(" ");
        Self {
            name: field("PRETTY_NAME").unwrap_or_else(|| "an unknown system".to_owned()),
            family: ids.split_whitespace().find_map(Family::from_id),
            root,
        }
    }

    /// Its name, for people.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// A command that an administrator runs.
    pub(super) fn as_root(&self, command: &str) -> String {
        if self.root {
            command.to_owned()
        } else {
            format!("sudo {}", command.replace(" && ", " && sudo "))
        }
    }

    /// The command that installs a package.
    pub(super) fn install(&self, package: Package) -> String {
        let Some(family) = self.family else {
            return format!("install the package that holds {}", package.plain());
        };
        if matches!((package, family), (Package::Uv, Family::Debian)) {
            // Debian has no package of it; PyPI has, and nobody needs to be root for that.
            let pipx = self.as_root("apt-get install -y pipx");
            return format!("{pipx} && pipx install uv");
        }
        let names = package.names(family);
        match family {
            Family::Debian => self.as_root(&format!("apt-get install -y {names}")),
            Family::Fedora => self.as_root(&format!("dnf install -y {names}")),
            Family::Arch => self.as_root(&format!("pacman -S --needed {names}")),
            Family::Alpine => self.as_root(&format!("apk add {names}")),
            Family::Suse => self.as_root(&format!("zypper install -y {names}")),
            Family::NixOs => format!("nix-shell -p {names}"),
        }
    }
}

impl Family {
    fn from_id(id: &str) -> Option<Self> {
        match id {
            "debian" | "ubuntu" => Some(Self::Debian),
            "fedora" | "rhel" | "centos" => Some(Self::Fedora),
            "arch" => Some(Self::Arch),
            "alpine" => Some(Self::Alpine),
            "suse" | "opensuse" => Some(Self::Suse),
            "nixos" => Some(Self::NixOs),
            _ => None,
        }
    }
}

impl Package {
    fn names(self, family: Family) -> &'static str {
        match (self, family) {
            (Self::Python, Family::Debian) => "python3 python3-venv",
            (Self::Python, Family::Arch) => "python",
            (Self::Python, _) => "python3",
            (Self::Uv, _) => "uv",
        }
    }

    fn plain(self) -> &'static str {
        match self {
            Self::Python => "Python 3.10 or later, with venv and ensurepip",
            Self::Uv => "uv",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installs(os_release: &str, root: bool) -> String {
        Distribution::from_os_release(os_release, root).install(Package::Python)
    }

    #[test]
    fn each_family_has_its_command() {
        assert_eq!(
            installs("ID=debian\n", true),
            "apt-get install -y python3 python3-venv"
        );
        assert_eq!(
            installs(
                "NAME=Mint\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n",
                false
            ),
            "sudo apt-get install -y python3 python3-venv"
        );
        assert_eq!(
            installs("ID=\"fedora\"", false),
            "sudo dnf install -y python3"
        );
        assert_eq!(
            installs("ID=manjaro\nID_LIKE=arch", false),
            "sudo pacman -S --needed python"
        );
        assert_eq!(installs("ID=alpine", true), "apk add python3");
        assert_eq!(installs("ID=nixos", false), "nix-shell -p python3");
    }

    #[test]
    fn an_unknown_system_is_told_in_words() {
        assert!(installs("", false).contains("Python 3.10"));
    }
}
