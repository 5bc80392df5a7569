//! The built-in table: cities, the regions in them, and the measured round-trip times between the cities.
//!
//! **Source.** `WonderNetwork`, *Global Ping Statistics* (<https://wondernetwork.com/pings>): pings between servers in
//! these cities, taken on 10 November 2018 (those from Atlanta on 5 November 2018), as kept in the resources of the
//! Wittgenstein simulator (<https://github.com/ConsenSys/wittgenstein>, `core/src/main/resources/Data`, added on
//! 15 November 2018).
//!
//! **What was taken.** Each pair was measured from both ends; the figure here is the smaller of the two reported
//! *minima*, in milliseconds. A minimum, because waiting in queues is a setting of its own (jitter), and the smaller,
//! because some paths were then routed differently from either end.
//!
//! **What it is not.** It is the public Internet between those cities, not one provider's own network, and routes
//! have changed since: London–Bangalore went a long way round. Whoever needs today's figures overrides the pairs.

use std::time::Duration;

/// Where the built-in round-trip times come from, in one line for reports.
pub const SOURCE: &str =
    "WonderNetwork global ping statistics, minima of 2018-11-10 (city to city)";

/// The round-trip time between two sites of one region.
///
/// This is an assumption, not a measurement: two networks of one city meet at an exchange a millisecond away. (The
/// same source has 1.2 to 2.0 ms between data centres in and around New York.)
pub const SAME_REGION: Duration = Duration::from_millis(1);

/// A city: name, country, latitude, longitude (degrees).
pub(crate) struct City {
    pub(crate) name: &'static str,
    pub(crate) country: &'static str,
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
}

const fn city(name: &'static str, country: &'static str, latitude: f64, longitude: f64) -> City {
    City {
        name,
        country,
        latitude,
        longitude,
    }
}

/// The cities, in the order of the rows of [`RTT_MS`].
pub(crate) const CITIES: [City; 10] = [
    city("Amsterdam", "Netherlands", 52.37, 4.90),
    city("Frankfurt", "Germany", 50.11, 8.68),
    city("London", "United Kingdom", 51.51, -0.13),
    city("New York", "United States", 40.71, -74.01),
    city("Toronto", "Canada", 43.65, -79.38),
    city("Atlanta", "United States", 33.75, -84.39),
    city("San Francisco", "United States", 37.77, -122.42),
    city("Bangalore", "India", 12.97, 77.59),
    city("Singapore", "Singapore", 1.35, 103.82),
    city("Sydney", "Australia", -33.87, 151.21),
];

/// DigitalOcean's regions and the index of their city in [`CITIES`].
pub(crate) const REGIONS: [(&str, usize); 13] = [
    ("ams3", 0),
    ("atl1", 5),
    ("blr1", 7),
    ("fra1", 1),
    ("lon1", 2),
    ("nyc1", 3),
    ("nyc2", 3),
    ("nyc3", 3),
    ("sfo2", 6),
    ("sfo3", 6),
    ("sgp1", 8),
    ("syd1", 9),
    ("tor1", 4),
];

/// Round-trip times in milliseconds: row i holds those from city i to the cities before it.
pub(crate) const RTT_MS: [&[f64]; 10] = [
    // to       Amsterdam Frankfurt London New York Toronto Atlanta San Fran. Bangalore Singapore
    &[],
    &[11.50],
    &[8.13, 14.43],
    &[84.74, 96.84, 70.78],
    &[92.67, 92.55, 89.39, 19.40],
    &[99.88, 102.02, 90.32, 19.28, 35.65],
    &[153.06, 146.22, 151.25, 73.47, 65.91, 61.15],
    &[164.80, 138.61, 254.07, 210.19, 227.29, 240.16, 217.90],
    &[
        171.31, 164.02, 169.05, 243.93, 223.69, 241.39, 173.03, 41.23,
    ],
    &[
        284.50, 302.44, 261.96, 213.53, 251.47, 194.84, 189.05, 132.22, 92.77,
    ],
];

/// Round trips between different regions of one city, by city: New York–Secaucus and San Francisco–San Jose, as
/// between a city and the data centres beside it. Same source and date.
pub(crate) const SAME_CITY_MS: [(usize, f64); 2] = [(3, 1.83), (6, 2.10)];
