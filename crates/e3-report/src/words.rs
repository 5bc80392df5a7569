//! How things are called, and figures are written.

use e3_evaluate::finding::{Attack, Figure, Means, Observer, Occasion, Question};
pub(crate) use e3_evaluate::plan::words::rank;

/// Thin, and never broken.
const SPACE: char = '\u{202f}';

/// A figure in its unit, with three digits.
pub(crate) fn figure(figure: Figure, value: f64) -> String {
    match figure.unit() {
        "s" => seconds(value),
        "B" => scaled(value, &["B", "kB", "MB", "GB", "TB"]),
        _ => scaled(value, &["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"]),
    }
}

/// `1.23 ms`.
pub(crate) fn seconds(value: f64) -> String {
    let (value, unit) = match value.abs() {
        v if v >= 1.0 || v == 0.0 => (value, "s"),
        v if v >= 1e-3 => (value * 1e3, "ms"),
        v if v >= 1e-6 => (value * 1e6, "µs"),
        _ => (value * 1e9, "ns"),
    };
    format!("{}{SPACE}{unit}", digits(value))
}

fn scaled(value: f64, units: &[&str]) -> String {
    let mut value = value;
    let mut units = units.iter();
    let mut unit = units.next().copied().unwrap_or_default();
    for next in units {
        if value.abs() < 1000.0 {
            break;
        }
        value /= 1000.0;
        unit = next;
    }
    format!("{}{SPACE}{unit}", digits(value))
}

/// Three digits that count.
pub(crate) fn digits(value: f64) -> String {
    match value.abs() {
        v if !v.is_finite() => "–".to_owned(),
        0.0 => "0".to_owned(),
        v if v >= 99.95 => format!("{value:.0}"),
        v if v >= 9.995 => format!("{value:.1}"),
        v if v >= 0.1 => format!("{value:.2}"),
        v if v >= 0.01 => format!("{value:.3}"),
        _ => format!("{value:.4}"),
    }
}

/// `1.23×`.
pub(crate) fn times(ratio: f64) -> String {
    format!("{}×", digits(ratio))
}

/// `1 party`, `3 parties`.
pub(crate) fn count(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}

/// `a, b and c`.
pub(crate) fn all_of<T: AsRef<str>>(words: &[T]) -> String {
    match words {
        [] => "none".to_owned(),
        [one] => one.as_ref().to_owned(),
        [most @ .., last] => {
            let most: Vec<&str> = most.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", most.join(", "), last.as_ref())
        }
    }
}

/// A network in words, after `over`.
pub(crate) fn network(word: &str) -> String {
    match word {
        "lan" => "one region",
        "near" => "two near regions",
        "far" => "two distant regions",
        "world" => "several distant regions",
        "nat" => "home routers",
        "loss" => "a network that loses 1\u{202f}%",
        "own" => "the network of e3.toml",
        other => return format!("the network {other}"),
    }
    .to_owned()
}

/// What a program is like.
pub(crate) fn program(word: &str) -> String {
    match word {
        "secret-santa" => "many rounds of small messages",
        "classify" => "few rounds of large messages",
        "round-trip" => "round trips",
        "throughput" => "one stream between two parties",
        "all-to-all" => "streams among all parties",
        "mesh" => "a synthetic mesh",
        "own" => "the program of e3.toml",
        other => return format!("the program {other}"),
    }
    .to_owned()
}

/// The figure by which a program is compared.
pub(crate) fn main_figure(program: &str) -> Figure {
    match program {
        "round-trip" => Figure::RoundTrip,
        "throughput" | "all-to-all" => Figure::Throughput,
        _ => Figure::Program,
    }
}

/// A figure's name.
pub(crate) fn figure_name(figure: Figure) -> &'static str {
    match figure {
        Figure::SetUp => "time to set up",
        Figure::Connect => "time to connect",
        Figure::Program => "the program’s time",
        Figure::RoundTrip => "round trip, median",
        Figure::RoundTripP99 => "round trip, 99th percentile",
        Figure::Throughput => "throughput",
        Figure::Processor => "processor time",
        Figure::OverlayProcessor => "processor time of agents and daemons",
        Figure::Memory => "memory of an agent with its daemons",
        Figure::Wire => "bytes on the wire",
        Figure::Payload => "bytes of payload",
    }
}

/// What an adversary does.
pub(crate) fn attack(attack: Attack) -> &'static str {
    match attack {
        Attack::OutsiderConnects => "An outsider connects to a party’s port",
        Attack::OutsiderJoins => "An outsider joins with an identity of its own making",
        Attack::MemberImpersonates => "A member takes another’s index",
        Attack::SplitRoster => "The organizer shows parties different rosters",
        Attack::BytesChanged => "Bytes are changed on their way",
        Attack::ReplayedNow => "Packets are sent again into the same session",
        Attack::ReplayedLater => "Packets are sent again into a later session",
        Attack::RevokedReturns => "A member that was put out comes back",
        Attack::AuthorityStolen => "The authority’s key is stolen and used",
        Attack::HostileCoordinator => "The coordinator or relay turns hostile",
        Attack::OpenedLater => "Recorded traffic is opened later with all long-term keys",
        Attack::Downgrade => "Somebody on the path asks for a weaker mode",
    }
}

/// Who looks.
pub(crate) fn observer(observer: Observer) -> &'static str {
    match observer {
        Observer::Provider => "A party’s Internet provider",
        Observer::SiteRouter => "The router of a party’s site",
        Observer::WideArea => "Whoever sees all that passes between sites",
        Observer::Relay => "The relay",
        Observer::Coordinator => "The lighthouse, coordinator or mediator",
        Observer::Party => "Another party",
    }
}

/// What it would like to know.
pub(crate) fn question(question: Question) -> &'static str {
    match question {
        Question::Participants => "who takes part",
        Question::Pairs => "which pairs talk",
        Question::Times => "when they talk",
        Question::Volumes => "how much they say",
        Question::Addresses => "real addresses",
        Question::Names => "names",
        Question::Dids => "DIDs",
        Question::Certificates => "certificates",
        Question::Keys => "public keys",
        Question::Program => "which program runs",
    }
}

/// What is to be done.
pub(crate) fn occasion(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::First => "the first session",
        Occasion::SameParties => "the next with the same parties",
        Occasion::OtherParties => "the next with others",
        Occasion::Add => "a party is added",
        Occasion::Remove => "a party is removed",
        Occasion::CleanUp => "cleaning up",
    }
}

/// All occasions, in the order of tables.
pub(crate) const OCCASIONS: [Occasion; 6] = [
    Occasion::First,
    Occasion::SameParties,
    Occasion::OtherParties,
    Occasion::Add,
    Occasion::Remove,
    Occasion::CleanUp,
];

/// How it is done.
pub(crate) fn means(means: Means) -> &'static str {
    match means {
        Means::ByHand => "by hand",
        Means::E3 => "by E³",
    }
}

/// The first letter as a sentence has it.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits() {
        assert_eq!(seconds(0.000_123_4), "123\u{202f}µs");
        assert_eq!(figure(Figure::Throughput, 4.664e9), "4.66\u{202f}Gbit/s");
        assert_eq!(figure(Figure::Memory, 17.9e6), "17.9\u{202f}MB");
        assert_eq!(times(1.0), "1.00×");
        assert_eq!(digits(f64::NAN), "–");
        assert_eq!(digits(0.014), "0.014");
    }

    #[test]
    fn lists_read_as_sentences_do() {
        assert_eq!(all_of(&["a", "b", "c"]), "a, b and c");
        assert_eq!(all_of::<&str>(&[]), "none");
    }
}
