//! What can be wrong with an overlay.

/// One thing that is wrong with an overlay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing, but everything passes a forwarder, as with the faulty ones.
    Sound,
    /// None either; its programs are behind a wall, so that it promises that nobody reaches them past it.
    Walled,
    /// None either; its programs are in namespaces of their own.
    Placed,
    /// One bit of a long stream is another.
    Corrupts,
    /// One byte of a stream is missing.
    Loses,
    /// Where one direction ends, it ends the other.
    ClosesBoth,
    /// Only lower parties reach higher ones.
    OneWay,
    /// Each peer is reached once.
    Once,
    /// That a connection has ended is kept from the other end.
    HidesEnds,
    /// Connections on which nothing is heard for a while are given up.
    Fragile,
    /// The last link is not told.
    Forgetful,
    /// It waits for nobody longer than a moment.
    Hasty,
    /// Its pings knock at the program's port.
    Knocks,
    /// Its pings always find everything well.
    Blind,
    /// It gives no reasons.
    Curt,
    /// It finds every link unreachable.
    Gloomy,
    /// It ends all connections whenever the roster changes.
    Clumsy,
    /// It never learns a new address.
    Stubborn,
    /// It leaves a process behind.
    Messy,
    /// It announces none of its connections.
    Secretive,
    /// It encrypts to its relay, and not between its parties.
    Gossips,
    /// The same, and says that its links are direct.
    Denies,
    /// It is `direct`, and promises everything.
    Boastful,
    /// The same; who is alone cannot join, for a reason that has nothing to do with who it is.
    Breaks,
    /// Its programs are behind forwards, and it promises that nobody reaches them.
    Forwarded,
    /// Its programs are behind forwards, and it promises that of namespaces.
    Homeless,
}

impl Fault {
    pub(crate) const ALL: [Self; 26] = [
        Self::Sound,
        Self::Walled,
        Self::Placed,
        Self::Corrupts,
        Self::Loses,
        Self::ClosesBoth,
        Self::OneWay,
        Self::Once,
        Self::HidesEnds,
        Self::Fragile,
        Self::Forgetful,
        Self::Hasty,
        Self::Knocks,
        Self::Blind,
        Self::Curt,
        Self::Gloomy,
        Self::Clumsy,
        Self::Stubborn,
        Self::Messy,
        Self::Secretive,
        Self::Gossips,
        Self::Denies,
        Self::Boastful,
        Self::Breaks,
        Self::Forwarded,
        Self::Homeless,
    ];

    /// The name of the overlay that has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::Walled => "walled",
            Self::Placed => "placed",
            Self::Corrupts => "corrupts",
            Self::Loses => "loses",
            Self::ClosesBoth => "closes-both",
            Self::OneWay => "one-way",
            Self::Once => "once",
            Self::HidesEnds => "hides-ends",
            Self::Fragile => "fragile",
            Self::Forgetful => "forgetful",
            Self::Hasty => "hasty",
            Self::Knocks => "knocks",
            Self::Blind => "blind",
            Self::Curt => "curt",
            Self::Gloomy => "gloomy",
            Self::Clumsy => "clumsy",
            Self::Stubborn => "stubborn",
            Self::Messy => "messy",
            Self::Secretive => "secretive",
            Self::Gossips => "gossips",
            Self::Denies => "denies",
            Self::Boastful => "boastful",
            Self::Breaks => "breaks",
            Self::Forwarded => "forwarded",
            Self::Homeless => "homeless",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fault| fault.name() == name)
    }
}
