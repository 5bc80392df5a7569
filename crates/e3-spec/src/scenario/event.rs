//! What happens, in words.

use super::reader::{Reader, place_of};
use super::words::{Kind, Word};
use super::{Deed, PathChange};
use crate::near::{nearest, one_of};
use crate::quantity::Moment;
use crate::report::{Checked, Reported};
use crate::text::{HostName, SiteName};

/// What can be said of one place.
const SINGLE: &[&str] = &["pauses", "resumes", "moves", "forgets", "redials", "line"];

impl<'a> Reader<'a, '_> {
    /// Reads what stands behind the colon.
    pub(super) fn deed(&mut self) -> Checked<Deed> {
        let from = self.plain(
            "a place",
            "`ams3–sgp1 down for 60s` or `anna pauses for 10s`",
        )?;
        let both = match self.rest.first().map(|word| word.kind) {
            Some(Kind::Both) => true,
            Some(Kind::OneWay) => false,
            Some(Kind::Plain | Kind::Colon) | None => return self.of_one(&from),
        };
        self.next();
        let to = self.plain("the other end", "a site or host")?;
        let ends = self.ends(&from, &to);
        let change = self.path_change();
        let (from, to) = ends?;
        Ok(Deed::Path {
            from,
            to,
            both,
            change: change?,
        })
    }

    /// The sites at both ends of a path.
    fn ends(&mut self, from: &Word<'_>, to: &Word<'_>) -> Checked<(Vec<SiteName>, Vec<SiteName>)> {
        let (first, second) = (self.sites(from), self.sites(to));
        let (first, second) = (first?, second?);
        if first.iter().all(|a| second.iter().all(|b| a == b)) {
            let message = format!("`{}` and `{}` stand at the same site", from.text, to.text);
            let expected =
                "two sites: what hosts of one site say to one another does not pass the wide area";
            return Err(self.wrong(to, message, expected));
        }
        Ok((first, second))
    }

    /// Reads what happens to one place.
    fn of_one(&mut self, place: &Word<'a>) -> Checked<Deed> {
        let Some(verb) = self.next() else {
            return Err(self.lacks(
                "what happens",
                "a deed such as `moves`, or a path's other end",
            ));
        };
        let deed = match verb.text {
            "pauses" => Deed::Pause {
                host: self.host(place)?,
                time: self.duration()?,
            },
            "resumes" => Deed::Resume {
                host: self.host(place)?,
            },
            "moves" => Deed::Move {
                host: self.host(place)?,
            },
            "forgets" => Deed::Forget {
                site: self.site(place)?,
            },
            "redials" => Deed::Redial {
                site: self.site(place)?,
            },
            "line" => Deed::Line {
                sites: self.sites(place)?,
                change: self.line_change()?,
            },
            _ => return Err(self.no_verb(place, &verb)),
        };
        self.end()?;
        Ok(deed)
    }

    fn no_verb(&mut self, place: &Word<'_>, verb: &Word<'_>) -> Reported {
        let at = place_of(verb);
        if PathChange::WORDS.contains(&verb.text) {
            // Whoever writes a pair with a hyphen alone means one place that there is not.
            if self.sites(place).is_err() {
                return Reported;
            }
            let message = format!("`{}` is said of two places, and there is one", verb.text);
            let finding = self.report.wrong(at, message);
            finding.expected(format!(
                "a pair such as `ams3–sgp1`, or `{}–*` for all its paths",
                place.text
            ));
            return Reported;
        }
        let message = format!("`{}` is nothing that happens to a place", verb.text);
        let expected = format!(
            "{}, or between two places a path's change",
            one_of(SINGLE.iter().copied())
        );
        let meant = nearest(verb.text, SINGLE.iter().copied());
        self.report
            .wrong(at, message)
            .expected(expected)
            .suggest(meant);
        Reported
    }

    /// `for 10s`, if that is said.
    pub(super) fn duration(&mut self) -> Checked<Option<Moment>> {
        if !self.takes("for") {
            return Ok(None);
        }
        let (time, place) = self.quantity::<Moment>("how long", "a time, such as 60 s")?;
        if time == Moment::ZERO {
            let expected = "more than nothing; without `for` it lasts";
            self.report
                .wrong(place, "`0 s` is no time at all")
                .expected(expected);
            return Err(Reported);
        }
        Ok(Some(time))
    }

    fn sites(&mut self, word: &Word<'_>) -> Checked<Vec<SiteName>> {
        self.places
            .sites(word.text)
            .ok_or_else(|| self.stranger(word))
    }

    /// One site: not several of a region.
    fn site(&mut self, word: &Word<'_>) -> Checked<SiteName> {
        let mut sites = self.sites(word)?;
        if let (Some(site), true) = (sites.pop(), sites.is_empty()) {
            return Ok(site);
        }
        let message = format!("`{}` is more than one site", word.text);
        Err(self.wrong(word, message, "the name of one site, or of a host there"))
    }

    fn host(&mut self, word: &Word<'_>) -> Checked<HostName> {
        if let Some(host) = self.places.host(word.text) {
            return Ok(host);
        }
        let hosts: Vec<_> = self.places.hosts_at(word.text).collect();
        if hosts.is_empty() {
            return Err(self.stranger(word));
        }
        let message = format!("`{}` is a site of several hosts", word.text);
        let expected = one_of(hosts);
        self.report
            .wrong(place_of(word), message)
            .expected(expected);
        Err(Reported)
    }

    /// Says that there is no such place.
    fn stranger(&mut self, word: &Word<'_>) -> Reported {
        let message = format!("there is no site, host or region `{}`", word.text);
        let pair = self.pair_in(word.text);
        let meant = pair.or_else(|| self.places.near(word.text).map(str::to_owned));
        self.report
            .wrong(place_of(word), message)
            .expected("a place of this environment")
            .suggest(meant);
        Reported
    }

    /// The two places that a word names with a hyphen between them.
    fn pair_in(&self, text: &str) -> Option<String> {
        let known = |name: &&str| self.places.sites(name).is_some();
        text.match_indices('-').find_map(|(at, hyphen)| {
            let a = text.get(..at).filter(known)?;
            let b = text.get(at + hyphen.len()..).filter(known)?;
            Some(format!("{a}–{b}"))
        })
    }
}
