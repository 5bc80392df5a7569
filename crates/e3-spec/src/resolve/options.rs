//! What is said of an overlay beyond its name.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Resolver;
use crate::choice::ServiceKind;
use crate::known::KnownOverlay;
use crate::near::{nearest, one_of};
use crate::number::Port;
use crate::option::{KnownOption, OWN, OptionShape, OptionValue};
use crate::quantity::Timeout;
use crate::raw::{At, List, Node, OptionsTable, Read, Value};
use crate::report::{Checked, Reported};
use crate::source::Place;

/// The options of one overlay.
pub(super) type Options = BTreeMap<String, OptionValue>;

impl Resolver<'_> {
    /// The options of the overlay that is used. Those of others are looked at, too: the same file serves several.
    pub(super) fn options(
        &mut self,
        tables: &[OptionsTable<'_>],
        used: Option<KnownOverlay<'_>>,
    ) -> Checked<Options> {
        let mut all = Ok(Options::new());
        for OptionsTable { overlay, options } in tables {
            let mut given = Options::new();
            let mut complete = true;
            for (name, node) in options {
                match self.option(*overlay, name, node) {
                    Ok(value) => drop(given.insert(name.value.clone(), value)),
                    Err(Reported) => complete = false,
                }
            }
            if !complete {
                all = Err(Reported);
            } else if used.is_some_and(|used| used.name == overlay.name) {
                all = all.map(|_| given);
            }
        }
        all
    }

    fn option(
        &mut self,
        overlay: KnownOverlay<'_>,
        name: &At<String>,
        node: &Node,
    ) -> Checked<OptionValue> {
        let mut known = overlay.options.iter();
        let Some(known) = known.find(|known| known.name == name.value) else {
            let names: Vec<&str> = overlay.options.iter().map(|known| known.name).collect();
            let message = format!("overlay {} has no option `{}`", overlay.name, name.value);
            let meant = nearest(&name.value, names.iter().copied());
            self.report
                .wrong(name.place, message)
                .expected(one_of(names.iter().copied()))
                .suggest(meant);
            return Err(Reported);
        };
        match known.shape {
            OptionShape::Duration(least, most) => self.duration(node, least, most),
            OptionShape::OneOf(words) => self.word(node, words),
            OptionShape::SomeOf(words) => self.some_of(node, words),
            OptionShape::Source(_, words) => self.origin(node, words),
            OptionShape::Port => {
                let port = Port::read(node, self.report).ok_or(Reported)?;
                Ok(OptionValue::Port(port))
            }
            OptionShape::File => self.file(node),
        }
    }

    fn duration(&mut self, node: &Node, least: Duration, most: Duration) -> Checked<OptionValue> {
        let given = Timeout::read(node, self.report).ok_or(Reported)?;
        let duration = Duration::from(given);
        if least <= duration && duration <= most {
            return Ok(OptionValue::Duration(given));
        }
        let bounds = format!("from {} to {}", shown(least), shown(most));
        self.report
            .wrong(node.place, format!("{given} is out of range"))
            .expected(bounds);
        Err(Reported)
    }

    fn word(&mut self, node: &Node, words: &[&str]) -> Checked<OptionValue> {
        let given = String::read(node, self.report).ok_or(Reported)?;
        self.one_word(&given, node.place, words)?;
        Ok(OptionValue::Word(given))
    }

    fn one_word(&mut self, given: &str, place: Place, words: &[&str]) -> Checked<()> {
        if words.contains(&given) {
            return Ok(());
        }
        let meant = nearest(given, words.iter().copied());
        self.report
            .wrong(place, format!("`{given}` is none of the words for this"))
            .expected(one_of(words.iter().copied()))
            .suggest(meant);
        Err(Reported)
    }

    fn some_of(&mut self, node: &Node, words: &[&str]) -> Checked<OptionValue> {
        let List(given) = List::<String>::read(node, self.report).ok_or(Reported)?;
        if given.is_empty() {
            self.report
                .wrong(node.place, "this list is empty")
                .expected(format!("at least one of {}", one_of(words.iter().copied())));
            return Err(Reported);
        }
        let mut all: Vec<String> = Vec::with_capacity(given.len());
        for At { place, value } in given {
            self.one_word(&value, place, words)?;
            if all.contains(&value) {
                self.report
                    .wrong(place, format!("`{value}` stands here for the second time"))
                    .expected("each word once");
                return Err(Reported);
            }
            all.push(value);
        }
        Ok(OptionValue::Words(all))
    }

    fn file(&mut self, node: &Node) -> Checked<OptionValue> {
        let given = String::read(node, self.report).ok_or(Reported)?;
        let path = self.path(&given, node.place)?;
        self.check_file(path.as_ref(), &given, node.place);
        Ok(OptionValue::File(path))
    }

    fn origin(&mut self, node: &Node, words: &[&str]) -> Checked<OptionValue> {
        if !matches!(node.value, Value::Array(_)) {
            let words: Vec<&str> = std::iter::once(OWN).chain(words.iter().copied()).collect();
            let given = String::read(node, self.report).ok_or(Reported)?;
            if is_url(&given) {
                self.report
                    .wrong(node.place, "addresses stand in a list")
                    .expected(format!("[\"{given}\"]"));
                return Err(Reported);
            }
            self.one_word(&given, node.place, &words)?;
            return Ok(OptionValue::Word(given));
        }
        let List(given) = List::<String>::read(node, self.report).ok_or(Reported)?;
        if given.is_empty() {
            self.report
                .wrong(node.place, "this list is empty")
                .expected("at least one address, such as \"https://relay.example.org\"");
            return Err(Reported);
        }
        let mut urls = Vec::with_capacity(given.len());
        for At { place, value } in given {
            if !is_url(&value) {
                self.report
                    .wrong(place, format!("`{value}` is no address of a service"))
                    .expected("a URL such as https://relay.example.org");
                return Err(Reported);
            }
            urls.push(value);
        }
        Ok(OptionValue::Words(urls))
    }
}

/// The services that an overlay needs when it is given these options.
pub(super) fn needed(overlay: KnownOverlay<'_>, options: &Options) -> Vec<ServiceKind> {
    let from_elsewhere = |kind: &ServiceKind| {
        overlay.options.iter().any(|known| {
            let KnownOption { name, shape, .. } = known;
            let own = OptionValue::Word(OWN.to_owned());
            matches!(shape, OptionShape::Source(service, _) if service == kind)
                && options.get(*name).is_some_and(|given| *given != own)
        })
    };
    let needed = overlay.services.iter().copied();
    needed.filter(|kind| !from_elsewhere(kind)).collect()
}

/// An `https` URL with a host and nothing that cannot stand in one (RFC 3986).
fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").unwrap_or_default();
    let host = rest.split('/').next().unwrap_or_default();
    !host.is_empty()
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte))
}

/// As e3.toml has it; to the second.
fn shown(duration: Duration) -> Timeout {
    Timeout::seconds(duration.as_secs())
}
