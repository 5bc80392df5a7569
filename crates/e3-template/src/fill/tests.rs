//! What templates become.

use proptest::prelude::*;

use super::*;

struct Party(u16, u16);

impl Values for Party {
    fn me(&self) -> u16 {
        self.0
    }

    fn count(&self) -> u16 {
        self.1
    }

    fn address(&self, party: u16) -> String {
        format!("a{party}")
    }

    fn port(&self, party: u16) -> u16 {
        5000 + party
    }

    fn path(&self, word: Word) -> Result<String, String> {
        match word {
            Word::Input => Ok("/in".to_owned()),
            _ => Err("no such path".to_owned()),
        }
    }
}

fn fill(text: &str) -> Result<Vec<String>, FillError> {
    text.parse::<Template>().unwrap().fill(&Party(1, 3))
}

#[test]
fn fills_in_what_frameworks_ask_for() {
    for (template, expected) in [
        ("-N", vec!["-N"]),
        ("{count}", vec!["3"]),
        ("{number}/{count}", vec!["2/3"]),
        ("-h={address:0}", vec!["-h=a0"]),
        ("{base_port}", vec!["5000"]),
        ("{port}", vec!["5001"]),
        ("{endpoint:2}", vec!["a2:5002"]),
        ("{endpoints}", vec!["a0:5000,a1:5001,a2:5002"]),
        ("{addresses}|{ports}", vec!["a0,a1,a2|5000,5001,5002"]),
        ("{name:others}@{index}", vec!["0@1", "2@1"]),
        ("{input}", vec!["/in"]),
        ("{{{index}}}", vec!["{1}"]),
    ] {
        assert_eq!(fill(template).unwrap(), expected, "{template}");
    }
}

#[test]
fn a_party_or_path_that_is_not_there_is_told() {
    let failed = fill("{port:3}").unwrap_err();
    assert_eq!(failed, FillError::NoSuchParty { party: 3, count: 3 });
    assert!(failed.to_string().ends_with("expected 0 to 2"), "{failed}");
    assert!(matches!(fill("{python}"), Err(FillError::Path(_))));
}

proptest! {
    #[test]
    fn a_repeated_argument_stands_once_for_each_party(me in 0u16..20, more in 1u16..20) {
        let values = Party(me, me + more);
        let filled = |text: &str| text.parse::<Template>().unwrap().fill(&values).unwrap();
        let all: Vec<String> = (0..me + more).map(|party| party.to_string()).collect();
        let mut others = all.clone();
        others.remove(usize::from(me));
        prop_assert_eq!(filled("{index:*}"), all);
        prop_assert_eq!(filled("{index:others}"), others);
    }
}
