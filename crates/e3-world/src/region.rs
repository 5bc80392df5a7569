//! One region: where machines stand.

/// A place where machines stand, such as DigitalOcean's `ams3`.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// The short name by which an environment refers to it: `ams3`.
    pub name: String,
    /// The city, in English; empty where nobody said.
    pub city: String,
    /// The country, in English; empty where nobody said.
    pub country: String,
    /// Where the city is, for maps; none where nobody said.
    pub coordinates: Option<Coordinates>,
}

/// A point on Earth in decimal degrees (WGS 84), to the precision of a city.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coordinates {
    /// Degrees north of the equator, −90 to 90.
    pub latitude: f64,
    /// Degrees east of Greenwich, −180 to 180.
    pub longitude: f64,
}

impl Region {
    /// A region of which nothing but its name is known.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            city: String::new(),
            country: String::new(),
            coordinates: None,
        }
    }

    /// The same region with its city and country.
    #[must_use]
    pub fn in_city(self, city: impl Into<String>, country: impl Into<String>) -> Self {
        Self {
            city: city.into(),
            country: country.into(),
            ..self
        }
    }

    /// The same region with its coordinates.
    #[must_use]
    pub fn at(self, latitude: f64, longitude: f64) -> Self {
        Self {
            coordinates: Some(Coordinates {
                latitude,
                longitude,
            }),
            ..self
        }
    }
}
