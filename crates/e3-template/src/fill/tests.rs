//! What templates become.

use proptest::prelude::*;

use super::*;
use crate::Least;

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
    text.parse::<Template>()
        .unwrap()
        .fill(&Party(1, 3), &mut Room::default())
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

#[test]
fn what_stands_for_a_lot_is_not_filled_in_without_end() {
    let short = format!("{{index:*}}{}", "{endpoints}".repeat(100));
    for values in [Party(1, 256), Party(0, 256)] {
        let failed = short.parse::<Template>().unwrap();
        let failed = failed.fill(&values, &mut Room::default()).unwrap_err();
        assert_eq!(failed, FillError::TooLong);
        assert!(failed.to_string().contains("1024 KiB"), "{failed}");
        assert!(failed.to_string().contains("`{peers_file}`"), "{failed}");
    }
}

#[test]
fn all_that_a_command_needs_shares_one_room() {
    let (mut room, values) = (Room::default(), Party(1, 256));
    let all: Template = "{endpoints}".parse().unwrap();
    let length = all.fill(&values, &mut room).unwrap().concat().len();
    let again = std::iter::repeat_with(|| all.fill(&values, &mut room));
    let filled = again.take_while(Result::is_ok).count();
    assert_eq!(filled + 1, Room::MOST / (length + 1));
}

#[test]
fn empty_texts_take_room_too() {
    let mut room = Room::default();
    let nothing: Template = "".parse().unwrap();
    let again = std::iter::repeat_with(|| nothing.fill(&Party(0, 1), &mut room));
    assert_eq!(again.take_while(Result::is_ok).count(), Room::MOST);
}

proptest! {
    /// So that nothing is refused beforehand that would have had room.
    #[test]
    fn nothing_is_shorter_than_the_least(
        text in "(\\{(index|name|address|port|endpoint)(:\\*|:0)?\\}|\\{(addresses|ports|endpoints|count|input)\\}|x){0,5}",
        count in 1u16..20,
    ) {
        let template: Template = text.parse().unwrap();
        let length = |filled: Vec<String>| filled.concat().len();
        let least = length(template.fill(&Least(count), &mut Room::default()).unwrap());
        let real = length(template.fill(&Party(0, count), &mut Room::default()).unwrap());
        prop_assert!(least <= real, "{} {}", least, real);
    }

    #[test]
    fn a_repeated_argument_stands_once_for_each_party(me in 0u16..20, more in 1u16..20) {
        let values = Party(me, me + more);
        let filled = |text: &str| text.parse::<Template>().unwrap().fill(&values, &mut Room::default()).unwrap();
        let all: Vec<String> = (0..me + more).map(|party| party.to_string()).collect();
        let mut others = all.clone();
        others.remove(usize::from(me));
        prop_assert_eq!(filled("{index:*}"), all);
        prop_assert_eq!(filled("{index:others}"), others);
    }
}
