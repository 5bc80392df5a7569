//! Any bytes as what a member or a lighthouse tells of itself, and any text as a line of nebula's, some of whose words are
//! others': what is read is what would be written, no authority is believed that has not signed itself, and a line of
//! whoever is no party is no reason to stop.

#![no_main]

use e3_overlay_nebula::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    fuzzing::introduction(bytes);
    if let Ok(text) = str::from_utf8(bytes) {
        for line in text.lines() {
            fuzzing::line(line);
        }
    }
});
