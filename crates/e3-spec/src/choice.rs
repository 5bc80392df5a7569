//! Choices from a fixed list of words.

/// Defines an enum whose variants are words in e3.toml.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident, $what:literal, { $($(#[$variant_meta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
        }

        impl $name {
            /// Every word, in the order of the variants.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word in e3.toml.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::text::Invalid;

            fn from_str(text: &str) -> Result<Self, crate::text::Invalid> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(crate::text::Invalid {
                        value: text.to_owned(),
                        what: $what,
                        expected: crate::near::one_of(Self::WORDS.iter().copied()),
                        suggestion: crate::near::nearest(text, Self::WORDS.iter().copied()).map(str::to_owned),
                    }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        crate::text::stored_as_text!($name);

        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "enum": Self::WORDS })
            }
        }
    };
}

choice!(
    /// The common kinds of NAT.
    NatPreset, "a NAT", {
        /// Nothing: hosts have public addresses.
        None = "none",
        /// Another word for port-restricted, as home routers are: nobody outside can open a connection inwards.
        Home = "home",
        /// Once a host has sent anything, everybody may send to it.
        FullCone = "full-cone",
        /// Whoever was sent to may answer, from any port.
        AddressRestricted = "address-restricted",
        /// Whoever was sent to may answer, from that port.
        PortRestricted = "port-restricted",
        /// As port-restricted, and each endpoint that is sent to sees another port.
        Symmetric = "symmetric",
        /// A home's router behind the NAT of a carrier.
        CarrierGrade = "carrier-grade",
        /// As port-restricted, and no UDP.
        UdpBlocked = "udp-blocked",
    }
);

choice!(
    /// What mapping and filtering depend on, in the words of RFC 4787.
    Dependence, "a kind of dependence", {
        /// Not on the peer.
        Endpoint = "endpoint-independent",
        /// On the peer's address.
        Address = "address-dependent",
        /// On the peer's address and port.
        AddressAndPort = "address-and-port-dependent",
    }
);

choice!(
    /// Which outside port a new mapping gets.
    NatPorts, "a way to choose ports", {
        /// The inside one if it is free.
        Preserve = "preserve",
        /// A random one.
        Random = "random",
    }
);

choice!(
    /// Which versions of IP hosts speak.
    Family, "a family of addresses", {
        /// IPv4 alone.
        V4 = "ipv4",
        /// IPv6 alone.
        V6 = "ipv6",
        /// Both.
        Dual = "dual",
    }
);

choice!(
    /// What becomes of a party's output.
    Output, "a place for output", {
        /// It is collected and shown.
        Collect = "collect",
        /// It stays on the party's host.
        Keep = "keep",
    }
);

choice!(
    /// A kind of program, as it stands in e3.toml.
    Kind, "a kind of program", {
        /// A Python program that uses MPyC.
        Mpyc = "mpyc",
        /// Any program, by its command line.
        Command = "command",
        /// A measurement that E³ itself carries out.
        Probe = "probe",
    }
);

choice!(
    /// Which parties of a program open connections to which.
    Dialling, "a way of dialling", {
        /// Any party may connect to any other.
        Mesh = "mesh",
        /// Party i connects to every party j > i.
        LowerToHigher = "lower-to-higher",
        /// Party i connects to every party j < i.
        HigherToLower = "higher-to-lower",
    }
);

choice!(
    /// How parties use their ports.
    Ports, "a way of using ports", {
        /// Every party listens on the same one.
        One = "one",
        /// Party i listens on the first one plus i.
        Indexed = "indexed",
        /// Parties listen on whichever they agree on among themselves.
        Any = "any",
    }
);

choice!(
    /// A measurement that E³ itself carries out.
    ProbeName, "a probe", {
        /// Round trips of each pair, all pairs at once.
        RoundTrip = "round-trip",
        /// Round trips of 64 bytes without a pause, one pair after another.
        PingPong = "ping-pong",
        /// Bytes in a time, one pair after another.
        Throughput = "throughput",
        /// Bytes in a time, all pairs at once.
        AllToAll = "all-to-all",
        /// Rounds, messages and computing times of a recorded program.
        Mesh = "mesh",
    }
);

choice!(
    /// How introductions are believed.
    IdentityScheme, "an identity scheme", {
        /// Each host's identity is given, or accepted once and remembered.
        Pinned = "pinned",
        /// Each host's DID is listed.
        Did = "did",
        /// An authority has certified them.
        Ca = "ca",
    }
);

choice!(
    /// Infrastructure that an overlay needs and no party is.
    ServiceKind, "a kind of service", {
        /// Forwards packets for pairs that cannot reach one another.
        Relay = "relay",
        /// Tells parties where others are.
        Lighthouse = "lighthouse",
        /// Introduces addresses to one another.
        Rendezvous = "rendezvous",
        /// Coordinates a mesh VPN.
        Coordinator = "coordinator",
        /// Holds messages for parties that are away.
        Mediator = "mediator",
    }
);

choice!(
    /// How long a service lives.
    Lifetime, "a lifetime of a service", {
        /// It comes up with the environment and ends with it.
        Environment = "environment",
        /// It stays up after `e3 down`, for the next environment.
        Kept = "kept",
    }
);

choice!(
    /// What carries ports.
    Transport, "a transport protocol", {
        /// TCP (RFC 9293).
        Tcp = "tcp",
        /// UDP (RFC 768).
        Udp = "udp",
    }
);

choice!(
    /// A declared part of all that can be compared.
    Suite, "a suite of comparisons", {
        /// What can be had within five minutes.
        Quick = "quick",
        /// Every network, program, size and identity.
        Standard = "standard",
    }
);
