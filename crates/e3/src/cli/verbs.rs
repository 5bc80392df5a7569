//! The verbs and what each takes.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use clap_complete::Shell;
use e3_spec::Moment;

use super::known::{KnownDid, name_and_did};
use super::{
    Ca, Compare, EnvironmentArgs, Experiment, Id, Lab, OverrideArgs, ProbeArgs, ProfileArgs,
};

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Write a commented e3.toml to begin with
    Init(Init),
    /// Say everything that is wrong with an environment, and what of it would travel; change nothing
    Check(Check),
    /// Say what `up` would create, change and destroy, and what firewalls must let through; change nothing
    Plan(Plan),
    /// Bring an environment up and keep it
    Up(Up),
    /// Show what is up: hosts, agents, links
    Status(Status),
    /// Run the program; on an environment that is not up, make it first and take it down afterwards
    Run(Run),
    /// Say whether the record of a run holds: who took part, in what, and that all saw the same end
    Verify(Verify),
    /// Show what the parties of a run wrote
    Logs(Logs),
    /// Run a command on a host of an environment that is up
    Exec(Exec),
    /// Measure the way between two hosts of an environment that is up
    Ping(Ping),
    /// Put a party out of an environment that is up: the others forget it at once, and go on without it
    Remove(Remove),
    /// Take an environment down and leave nothing behind; may be repeated, also after a crash
    Down(Down),
    /// The network by itself, for whatever program: bring it up, change it, look into it
    Lab(Lab),
    /// Identities of your own: make one, show it, give it a new key, look up somebody else's
    Id(Id),
    /// Authorities that certify parties, for `identity = "ca"`: make one, issue, revoke, look
    Ca(Ca),
    /// Say what this machine lacks, and the command that mends it; or how hosts are attached to the network
    Doctor(Doctor),
    /// Print completions for a shell
    Completions(Completions),
    /// Print the manual page, or write one for each verb
    Man(Man),
    /// Compare overlays: the same work over each, round after round, with what follows from it
    Compare(Compare),
    /// Write the report of a comparison, as one HTML file and as Markdown: the answer first, then all that it comes from
    Report(Report),
    /// Record what a program that uses MPyC does on the network, for the probe mesh
    Profile(ProfileArgs),
    /// Measure, as a party's program
    #[command(hide = true)]
    Probe(ProbeArgs),
    /// Find out by trying what an overlay withstands and what it shows
    #[command(hide = true)]
    Experiment(Experiment),
    /// Speak the conversation over standard input and output, on a host
    #[command(hide = true, disable_help_flag = true)]
    Agent(Internal),
    /// Keep an environment alive between commands
    #[command(hide = true, disable_help_flag = true)]
    Holder(Internal),
}

/// `e3 init`
#[derive(Args, Debug)]
pub struct Init {
    /// Where to write e3.toml; the folder is made when it does not exist
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// What to begin with
    #[arg(long, value_enum, default_value_t)]
    pub template: Template,
}

/// What an e3.toml may begin as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// Three hosts at one site: the shortest way to a first result
    #[default]
    Lab,
    /// Parties behind home routers
    Home,
    /// Parties on several continents
    World,
}

impl Template {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lab => "lab",
            Self::Home => "home",
            Self::World => "world",
        }
    }
}

/// `e3 check`
#[derive(Args, Debug)]
pub struct Check {
    /// Which environment.
    #[command(flatten)]
    pub environment: EnvironmentArgs,
}

/// `e3 plan`
#[derive(Args, Debug)]
pub struct Plan {
    /// Which environment.
    #[command(flatten)]
    pub environment: EnvironmentArgs,
    /// Only what this host's firewall must let through, for whoever looks after it
    #[arg(long, value_name = "NAME", help_heading = None)]
    pub host: Option<String>,
    /// What firewalls must let through, as comma-separated values
    #[arg(long, conflicts_with = "json", help_heading = None)]
    pub csv: bool,
}

/// `e3 up`
#[derive(Args, Debug)]
pub struct Up {
    /// Which environment.
    #[command(flatten)]
    pub environment: EnvironmentArgs,
    /// Believe the party of this host although it is not who it was (may be repeated)
    #[arg(long, value_name = "HOST", help_heading = None)]
    pub accept: Vec<String>,
    /// Let a party take part again that `e3 remove` has put out (may be repeated)
    #[arg(long, value_name = "PARTY", help_heading = None)]
    pub readmit: Vec<String>,
    /// Allow an overlay that protects nothing outside the lab too
    #[arg(long, help_heading = None)]
    pub insecure: bool,
}

/// `e3 status`
#[derive(Args, Debug)]
pub struct Status {
    /// Which environment.
    #[command(flatten)]
    pub environment: EnvironmentArgs,
    /// Again every second, until Ctrl-C: in place on a terminal, with --json a document a line
    #[arg(short, long, help_heading = None)]
    pub watch: bool,
}

/// `e3 run`
#[derive(Args, Debug)]
pub struct Run {
    /// Which environment.
    #[command(flatten)]
    pub environment: EnvironmentArgs,
    /// Where results are kept
    #[arg(long, value_name = "DIR", default_value = "runs", help_heading = None)]
    pub runs: PathBuf,
    /// What happens to the network meanwhile: a file of timed events, whose zero is when the programs start
    #[arg(long, value_name = "FILE", help_heading = None)]
    pub scenario: Option<PathBuf>,
    /// Believe the party of this host although it is not who it was (may be repeated)
    #[arg(long, value_name = "HOST", help_heading = None)]
    pub accept: Vec<String>,
    /// Let a party take part again that `e3 remove` has put out (may be repeated)
    #[arg(long, value_name = "PARTY", help_heading = None)]
    pub readmit: Vec<String>,
    /// Allow an overlay that protects nothing outside the lab too; the run's record says so
    #[arg(long, help_heading = None)]
    pub insecure: bool,
    /// The program's arguments, instead of those in e3.toml
    #[arg(last = true, value_name = "ARGS", help_heading = None)]
    pub args: Vec<String>,
}

/// `e3 verify`
#[derive(Args, Debug)]
pub struct Verify {
    /// The run: the name of its folder, its path, or `latest`
    #[arg(default_value = "latest")]
    pub run: String,
    /// Who a party is, as you know it by other ways than from the record; of a did:web with its key, as in
    /// ams=did:web:example.org#z6Mk… (may be repeated)
    #[arg(long, value_name = "NAME=DID[#KEY]", value_parser = name_and_did)]
    pub did: Vec<(String, KnownDid)>,
    /// A document that the domain of a did:web has published, as you know it (may be repeated)
    #[arg(long, value_name = "FILE")]
    pub document: Vec<PathBuf>,
    /// Who the authority is, as you know it
    #[arg(long, value_name = "DID[#KEY]")]
    pub authority: Option<KnownDid>,
    /// The program's files, as you know them: an environment that names it, or their folder
    #[arg(long, value_name = "PATH")]
    pub program: Option<PathBuf>,
    /// Where results are kept
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
}

/// `e3 logs`
#[derive(Args, Debug)]
pub struct Logs {
    /// The run: the name of its folder, its path, or `latest`
    #[arg(default_value = "latest")]
    pub run: String,
    /// Only this party
    #[arg(long, value_name = "N")]
    pub party: Option<u16>,
    /// Go on as more is written, until the run ends
    #[arg(short, long)]
    pub follow: bool,
    /// Where results are kept
    #[arg(long, value_name = "DIR", default_value = "runs")]
    pub runs: PathBuf,
}

/// `e3 exec`
#[derive(Args, Debug)]
pub struct Exec {
    /// The host, by its name or its party's index
    pub host: String,
    /// The environment: a folder that holds an e3.toml, or the file itself [default: ./e3.toml]
    #[arg(short, long, value_name = "PATH")]
    pub env: Option<PathBuf>,
    /// What to change in it.
    #[command(flatten)]
    pub overrides: OverrideArgs,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND", help_heading = None)]
    pub command: Vec<String>,
}

impl Exec {
    /// Which environment.
    pub fn environment(&self) -> EnvironmentArgs {
        EnvironmentArgs {
            path: self.env.clone(),
            overrides: self.overrides.clone(),
        }
    }
}

/// `e3 ping`
#[derive(Args, Debug)]
pub struct Ping {
    /// The host to measure from, by its name or its party's index
    #[arg(value_name = "FROM")]
    pub from: String,
    /// The host to measure to
    #[arg(value_name = "TO")]
    pub to: String,
    /// How often; when nothing is said, 5 times, and over an overlay that looks for paths until it has a direct one
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub count: Option<u32>,
    /// For how long a direct path is waited for, such as 10s
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = super::time)]
    pub timeout: Moment,
    /// The environment: a folder that holds an e3.toml, or the file itself [default: ./e3.toml]
    #[arg(short, long, value_name = "PATH")]
    pub env: Option<PathBuf>,
    /// What to change in it.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

impl Ping {
    /// Which environment.
    pub fn environment(&self) -> EnvironmentArgs {
        EnvironmentArgs {
            path: self.env.clone(),
            overrides: self.overrides.clone(),
        }
    }
}

/// `e3 remove`
#[derive(Args, Debug)]
pub struct Remove {
    /// The party, by its host's name or its index; with several, all are put out together
    #[arg(value_name = "PARTY", required = true)]
    pub who: Vec<String>,
    /// The environment: a folder that holds an e3.toml, or the file itself [default: ./e3.toml]
    #[arg(short, long, value_name = "PATH")]
    pub env: Option<PathBuf>,
    /// What to change in it.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

impl Remove {
    /// Which environment.
    pub fn environment(&self) -> EnvironmentArgs {
        EnvironmentArgs {
            path: self.env.clone(),
            overrides: self.overrides.clone(),
        }
    }
}

/// `e3 down`
#[derive(Args, Debug)]
pub struct Down {
    /// Which environment.
    #[command(flatten)]
    pub environment: EnvironmentArgs,
    /// Every environment of this user
    #[arg(long, conflicts_with = "path", help_heading = None)]
    pub all: bool,
}

/// `e3 doctor`
#[derive(Args, Debug)]
pub struct Doctor {
    /// Instead of this machine, how hosts of an environment that is up are attached to the network: by their names or
    /// their parties' indices
    #[arg(value_name = "HOST")]
    pub hosts: Vec<String>,
    /// The same of all hosts
    #[arg(long, conflicts_with = "hosts", help_heading = None)]
    pub all: bool,
    /// The environment: a folder that holds an e3.toml, or the file itself; all of its hosts, if none is named [default: ./e3.toml]
    #[arg(short, long, value_name = "PATH")]
    pub env: Option<PathBuf>,
    /// What to change in it.
    #[command(flatten)]
    pub overrides: OverrideArgs,
}

impl Doctor {
    /// Whether hosts of an environment are asked, and not this machine.
    pub fn is_about_hosts(&self) -> bool {
        self.all || self.env.is_some() || !self.hosts.is_empty()
    }

    /// Which environment.
    pub fn environment(&self) -> EnvironmentArgs {
        EnvironmentArgs {
            path: self.env.clone(),
            overrides: self.overrides.clone(),
        }
    }
}

/// `e3 report`
#[derive(Args, Debug)]
pub struct Report {
    /// The folder of the comparison, whether that has ended or not
    #[arg(value_name = "FOLDER", default_value = "compare/latest")]
    pub folder: PathBuf,
    /// Write nothing, but say whether this comparison found the same: fails where the intervals of less than 95 % of
    /// cells overlap
    #[arg(long, value_name = "FOLDER")]
    pub against: Option<PathBuf>,
}

/// `e3 completions`
#[derive(Args, Debug)]
pub struct Completions {
    /// For which shell
    pub shell: Shell,
}

/// `e3 man`
#[derive(Args, Debug)]
pub struct Man {
    /// Write e3.1 and a page for each verb into this folder
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Print all verbs as Markdown
    #[arg(long, hide = true, conflicts_with = "dir")]
    pub markdown: bool,
}

/// What E³ passes to its own processes.
#[derive(Args, Debug)]
pub struct Internal {
    /// Words between one version of E³ and itself.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub args: Vec<OsString>,
}
