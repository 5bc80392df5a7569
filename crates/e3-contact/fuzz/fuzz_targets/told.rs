//! Any bytes as what a relay's host tells: whatever is read of it is told again in the same way, and leads to nobody but
//! that host, by a name that is none of anybody else's.

#![no_main]

#[path = "../src/facts.rs"]
mod facts;

use e3_contact::Told;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(told) = Told::read(&facts::facts(bytes)) else {
        return;
    };
    let again = facts::joined(Told::tell(
        &told.name,
        &told.certificate,
        &told.token,
        (told.tcp, told.udp),
    ));
    assert!(Told::read(&facts::facts(&again)) == Ok(told.clone()));
    let url = told.url();
    let name = url.strip_prefix("https://").expect("a scheme");
    let name = name
        .strip_suffix(&format!(":{}/", told.tcp))
        .expect("a port");
    let label = name
        .strip_suffix(".invalid")
        .expect("a name that is nobody's");
    assert!((1..=63).contains(&label.len()));
    assert!(
        label
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_alphanumeric())
    );
    assert!(told.tcp > 0 && told.udp > 0);
});
