//! Where packets can be seen.

use std::fmt;

use serde::{Serialize, Serializer};

use super::CaptureError;
use crate::lab::Lab;

/// Where packets can be seen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Point {
    /// At a host's interface.
    Host(String),
    /// Inside a place's site: at its router's interface to its hosts. What hosts of one site say to one another does
    /// not pass there.
    Inside(String),
    /// Outside a place's site: between its router and the wide area. What arrives is seen before the router decides
    /// whether to let it in.
    Outside(String),
    /// In the wide area: all packets between sites.
    WideArea,
    /// In the wide area: the packets between the sites of two places, in both directions.
    Between(String, String),
}

impl Lab {
    /// The point that a person means: a host's name, `SITE:inside`, `SITE:outside`, `wide-area`, or a pair of places
    /// with `-`, `–` or `<->` between them.
    ///
    /// # Errors
    /// There is nothing of that name.
    pub fn point(&self, text: &str) -> Result<Point, CaptureError> {
        if text == "wide-area" {
            return Ok(Point::WideArea);
        }
        if let Some((site, side)) = text.split_once(':') {
            self.place(site)?;
            return match side {
                "inside" => Ok(Point::Inside(site.to_owned())),
                "outside" => Ok(Point::Outside(site.to_owned())),
                _ => Err(CaptureError::UnknownSide {
                    site: site.to_owned(),
                    side: side.to_owned(),
                }),
            };
        }
        if self.host(text).is_some() {
            return Ok(Point::Host(text.to_owned()));
        }
        if self.place(text).is_ok() {
            return Err(CaptureError::NoSide {
                site: text.to_owned(),
            });
        }
        self.pair(text)
    }

    fn pair(&self, text: &str) -> Result<Point, CaptureError> {
        let separated = ["<->", "–"]
            .iter()
            .find_map(|separator| text.split_once(separator));
        if let Some((a, b)) = separated {
            let (a, b) = (a.trim(), b.trim());
            self.ends(a, b)?;
            return Ok(Point::Between(a.to_owned(), b.to_owned()));
        }
        // Names hold hyphens themselves: the first that divides two places is meant.
        let known = |name: &&str| self.place(name).is_ok();
        let hyphens = text.match_indices('-');
        let pair = hyphens.filter_map(|(at, hyphen)| {
            let a = text.get(..at).map(str::trim).filter(known)?;
            let b = text.get(at + hyphen.len()..).map(str::trim);
            Some((a, b.filter(known)?))
        });
        if let Some((a, b)) = pair.into_iter().next() {
            self.ends(a, b)?;
            return Ok(Point::Between(a.to_owned(), b.to_owned()));
        }
        Err(self
            .place(text)
            .map_or_else(CaptureError::from, |_| CaptureError::NoPoint))
    }
}

/// As it is written for [`Lab::point`].
impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => f.write_str(host),
            Self::Inside(site) => write!(f, "{site}:inside"),
            Self::Outside(site) => write!(f, "{site}:outside"),
            Self::WideArea => f.write_str("wide-area"),
            Self::Between(a, b) => write!(f, "{a}–{b}"),
        }
    }
}

impl Serialize for Point {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
