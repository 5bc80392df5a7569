//! Every table of an e3.toml.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::compare::CompareTable;
use super::nat::NatRule;
use super::node::{Node, Value};
use super::read::{At, Field, List, Named, Read, field, only_known, table, wrong_type};
use crate::choice::{
    Dialling, Family, IdentityScheme, Kind, Lifetime, Output, Ports, ProbeName, ServiceKind,
};
use crate::identity::{DidText, Pin};
use crate::number::{PartyCount, Port, Threshold};
use crate::quantity::{Probability, Rate, Time, Timeout};
use crate::report::Report;
use crate::service::ServicePort;
use crate::subnet::VirtualNetwork;
use crate::text::{
    AuthorityName, EnvironmentName, FilePath, GroupName, HostName, Invalid, RegionName,
    ServiceName, SiteName, TravelPath, VariableName, Version,
};

table! {
    /// An environment for E³: hosts, an overlay that connects them, and a program that they run together.
    Document {
        /// The environment's name. Default: that of its folder.
        name: EnvironmentName,
        /// The overlay that connects the parties. Default: "quic".
        overlay: String,
        /// How parties are believed to be who they are: "pinned" (each host's identity is given in `pins`, or accepted once and remembered), "did" (each is listed in `identities`), or "ca" (an authority certifies them). Default: what the overlay needs, else "pinned".
        identity: IdentityScheme,
        /// The authority that certifies identities, for `identity = "ca"`: its name, as `e3 ca init` made it. Default, in the lab: one that is made for the environment and goes with it.
        authority: AuthorityName,
        /// Where pseudo-random choices begin, for runs that can be repeated.
        seed: u64,
        /// The parties' order, by the names of their hosts; a group's name stands for all its hosts. Default: left open, E³ chooses an order in which the parties can reach one another.
        order: List<HostName>,
        /// Groups of hosts. A group's hosts are named after it: `ams`, or `ams-0`, `ams-1`, … when there are several.
        hosts: Named<GroupName, Group>,
        /// What the hosts' identities must be, for `identity = "pinned"`: a DID or its fingerprint each. A host that is not here is believed the first time, and held to that.
        pins: Named<HostName, Pin>,
        /// The DID of every host, for `identity = "did"`.
        identities: Named<HostName, DidText>,
        /// Infrastructure that the overlay needs and no party is. Default: what it needs, each on a host of its own.
        services: Named<ServiceName, ServiceTable>,
        /// The program that the parties run.
        program: ProgramTable,
        /// What is different from the Internet as E³ knows it.
        network: NetworkTable,
        /// What `e3 compare` compares, and what figures have to keep to.
        compare: CompareTable,
    }
}

impl Document {
    /// Whether it says what to compare, and declares no environment.
    pub(crate) fn only_compares(&self) -> bool {
        let Self {
            name: _,
            seed: _,
            compare,
            overlay,
            identity,
            authority,
            order,
            hosts,
            pins,
            identities,
            services,
            program,
            network,
        } = self;
        let environment = [
            overlay.is_absent(),
            identity.is_absent(),
            authority.is_absent(),
            order.is_absent(),
            hosts.is_absent(),
            pins.is_absent(),
            identities.is_absent(),
            services.is_absent(),
            program.is_absent(),
            network.is_absent(),
        ];
        !compare.is_absent() && environment.into_iter().all(|absent| absent)
    }
}

table! {
    /// A group of hosts that have everything but their names in common.
    Group {
        /// How many hosts. Default: 1.
        count: PartyCount,
        /// Who makes or finds the hosts. Default: "lab", which is this machine.
        provider: String,
        /// The region that the hosts are in, such as "ams3".
        region: String,
        /// What stands between the hosts and the Internet: a common kind of NAT, or a table of what it does. Default: "none".
        nat: NatRule,
        /// Which versions of IP the hosts speak: "ipv4" (the default), "ipv6", or "dual" for both.
        family: Family,
        /// Who shares a site, and so a switch and a router: "shared" for the group (the default), "own" for each host by itself, or a name that several groups use.
        site: SiteRule,
        /// The rate of each host's access link, in each direction, such as "100 Mbit/s". Default: as fast as can be.
        rate: Rate,
        /// How probably a packet is lost on the access link, such as "0.1 %". Default: never.
        loss: Probability,
        /// By how much the delay of the access link varies, such as "2 ms". Default: not at all.
        jitter: Time,
        /// The party's private input file, put on its host alone. In a group of several: a list, or a path with {index} or {host}. Or `{ on_host = "/path" }` for a file that is on the host already.
        input: InputRule,
        /// "collect" (the default) shows the party's output, "keep" leaves it on the host.
        output: Output,
        /// The folder on the host that holds the party's identity, made there by `e3 id new`: an absolute path, in a group of several with {index} or {host} where they share a machine. Default: one that E³ makes, which in the lab goes with `e3 down`.
        identity: String,
    }
}

table! {
    /// Infrastructure that an overlay needs and no party is.
    ServiceTable {
        /// What it is: "relay", "lighthouse", "rendezvous", "coordinator" or "mediator". Default: its name, where that is one of these.
        kind: ServiceKind,
        /// The host that it runs on: a party's, or that of another service. Default: one of its own, which is no party's and has the service's name.
        host: HostName,
        /// The region of its own host. Default: that of the first party's.
        region: String,
        /// Who makes or finds its own host. Default: "lab".
        provider: String,
        /// The ports that it listens on, such as "443/tcp" and "3478/udp". Default: those that the overlay takes.
        ports: List<ServicePort>,
        /// "environment" (the default): it comes and goes with the environment; "kept": it stays after `e3 down`, which none does in the lab.
        lifetime: Lifetime,
    }
}

table! {
    /// What the parties run together.
    ProgramTable {
        /// What kind of program it is: one that uses MPyC ("mpyc", the default), any other by its command line ("command"), or a measurement that E³ itself carries out ("probe").
        kind: Kind,
        /// The file of an MPyC program, relative to this e3.toml.
        path: FilePath,
        /// Its arguments; a command's are added to its command line.
        args: List<String>,
        /// How many parties may pool what they know and still learn nothing: less than half. Default: as many as possible.
        threshold: Threshold,
        /// When the program is ended, done or not, such as "10 min". Default: "1 h".
        timeout: Timeout,
        /// Your own Python interpreter. Default: one that E³ prepares.
        python: FilePath,
        /// The version of MPyC. Default: the one that E³ was tested with.
        mpyc: Version,
        /// Exactly which files travel beside the program, relative to its folder. Default: its whole folder.
        files: List<TravelPath>,
        /// The port that every party listens on, or the first of them. Default: 11599.
        port: Port,
        /// The command line, with templates such as `{index}`, `{count}`, `{address:0}` and `{peers_file}`. It begins with `./NAME` for a file that travels, with an absolute path or a name for a program of the host, or with `{python}`.
        command: List<String>,
        /// The folder that travels, and that the command runs in. Default: that of this e3.toml if the command begins with `./` or `files` names some, else an empty one.
        folder: FilePath,
        /// Variables of the command's environment; their values may hold templates.
        env: Named<VariableName, String>,
        /// The port of each party: "one" for the same (the default), "indexed" for the first plus the party's index, "any" if parties agree on further ones among themselves.
        ports: Ports,
        /// Which parties open connections to which: "mesh" (the default), "lower-to-higher" or "higher-to-lower".
        dial: Dialling,
        /// A requirements file: every package that the command's Python needs, with version and hashes. E³ makes an environment of them, and `{python}` is its interpreter.
        requirements: FilePath,
        /// Where in its working folder the command finds its party's private input, such as "Player-Data/Input-P{index}-0". It is always at `{input}` and `$E3_INPUT`.
        input_as: String,
        /// Which measurement: "round-trip", "ping-pong", "throughput", "all-to-all" or "mesh".
        probe: ProbeName,
        /// How long one measurement of a probe takes. Default: 2 s.
        limit: Timeout,
        /// The recorded profile that the probe "mesh" replays.
        profile: FilePath,
    }
}

table! {
    /// What is different from the Internet as E³ knows it.
    NetworkTable {
        /// Regions of your own.
        regions: Named<RegionName, RegionTable>,
        /// Pairs of regions whose delay is different.
        pairs: List<PairTable>,
        /// The networks that parties' virtual addresses are of, at most one of each version of IP, such as `10.233.0.0/16` and `fd12:3456:789a::/64`. Default: private ones that no host has a route to.
        r#virtual: List<VirtualNetwork>,
    }
}

table! {
    /// A region of your own.
    RegionTable {
        /// The city that it stands for. Default: its name.
        city: String,
        /// The round-trip time to every other region that the environment uses, such as { ams3 = "20 ms" }.
        rtt: Named<RegionName, Time>,
    }
}

table! {
    /// A pair of regions, with the round-trip time between them or the delay of each direction.
    PairTable {
        /// The two regions.
        between: List<String>,
        /// The round-trip time; each direction takes half of it.
        rtt: Time,
        /// The delay from the first to the second.
        there: Time,
        /// The delay from the second to the first.
        back: Time,
    }
}

/// Who shares a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SiteRule {
    Shared,
    Own,
    Named(SiteName),
}

impl std::str::FromStr for SiteRule {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "shared" => Ok(Self::Shared),
            "own" => Ok(Self::Own),
            name => name.parse().map(Self::Named).map_err(|invalid| Invalid {
                expected: format!("`shared`, `own`, or a name: {}", invalid.expected),
                ..invalid
            }),
        }
    }
}

impl JsonSchema for SiteRule {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Site".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let name = generator.subschema_for::<SiteName>();
        json_schema!({ "anyOf": [{ "enum": ["shared", "own"] }, name] })
    }
}

/// Where private inputs come from.
#[derive(Debug)]
pub(crate) enum InputRule {
    /// One path, perhaps with `{index}` or `{host}` in it.
    Template(String),
    /// One path for each host of the group.
    Each(Vec<At<String>>),
    /// A path on the host.
    OnHost(At<String>),
}

impl Read for InputRule {
    fn read(node: &Node, report: &mut Report) -> Option<Self> {
        const FIELDS: &[&str] = &["on_host"];
        match &node.value {
            Value::Text(template) => Some(Self::Template(template.clone())),
            Value::Array(_) => List::read(node, report).map(|List(paths)| Self::Each(paths)),
            Value::Table(_) => {
                only_known(node, FIELDS, report)?;
                match field::<String>(node, "on_host", FIELDS, report) {
                    Field::Given(path) => Some(Self::OnHost(path)),
                    Field::Wrong => None,
                    Field::Absent => {
                        report
                            .missing(node.place, "this names no file")
                            .expected("{ on_host = \"/path\" }");
                        None
                    }
                }
            }
            _ => {
                wrong_type(
                    node,
                    "a path in quotes, a list of paths, or { on_host = \"/path\" }",
                    report,
                );
                None
            }
        }
    }
}

impl JsonSchema for InputRule {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Input".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "string" },
            { "type": "array", "items": { "type": "string" } },
            {
                "type": "object",
                "properties": { "on_host": { "type": "string" } },
                "required": ["on_host"],
                "additionalProperties": false,
            },
        ] })
    }
}
