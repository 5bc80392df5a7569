//! What a probe has found, for people.

use e3_holder::wire::{Measured, PairRecord, ProbeRecord};

use super::table::{Align, table};

/// A table of the pairs, or a line for each party that replayed a profile.
pub fn lines(probe: &ProbeRecord) -> Vec<String> {
    let replayed = probe.replayed.iter().map(|(host, replayed)| {
        format!(
            "{host}: {} rounds in {:.3} s, {} bytes sent",
            replayed.rounds, replayed.elapsed_s, replayed.bytes_sent
        )
    });
    let mut lines: Vec<String> = replayed.collect();
    let round_trips: Vec<_> = probe.pairs.iter().filter_map(round_trip).collect();
    if !round_trips.is_empty() {
        let head =
            ["least", "median", "p99", "greatest", "samples"].map(|name| (name, Align::Right));
        let [least, median, p99, greatest, samples] = head;
        let head = [("pair", Align::Left), least, median, p99, greatest, samples];
        lines.extend(table(head, &round_trips));
    }
    let received: Vec<_> = probe.pairs.iter().filter_map(received).collect();
    if !received.is_empty() {
        let head = [
            ("pair", Align::Left),
            ("received", Align::Right),
            ("within", Align::Right),
        ];
        lines.extend(table(head, &received));
    }
    lines
}

fn round_trip(pair: &PairRecord) -> Option<[String; 6]> {
    let Measured::RoundTrip(found) = &pair.measured else {
        return None;
    };
    // Between neighbours, hundredths would all be the same.
    let ms = |ms: f64| format!("{ms:.*} ms", if ms < 1.0 { 4 } else { 2 });
    Some([
        name(pair),
        ms(found.min_ms),
        ms(found.median_ms),
        ms(found.p99_ms),
        ms(found.max_ms),
        found.samples.to_string(),
    ])
}

fn received(pair: &PairRecord) -> Option<[String; 3]> {
    let Measured::Throughput(found) = &pair.measured else {
        return None;
    };
    let rate = format!("{:.2} Mbit/s", found.bytes_per_s * 8.0 / 1e6);
    Some([name(pair), rate, format!("{:.2} s", found.seconds)])
}

fn name(pair: &PairRecord) -> String {
    format!("{} → {}", pair.from, pair.to)
}
