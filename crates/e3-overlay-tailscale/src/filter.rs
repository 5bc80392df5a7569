//! At which ports of this party the coordinator lets others in, as its `tailscaled` was told.
//!
//! In user space `tailscaled` hands connections to whatever listens on the host's 127.0.0.1, so that a coordinator that lies
//! could open all of it. So the rules that it hands out are compared with the ports that the parties have told it.

use serde::Deserialize;

use crate::ports::Open;

/// The number of TCP among protocols.
const TCP: i64 = 6;

/// Characters of an error that are repeated.
const REPEATED: usize = 128;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    #[serde(default)]
    dst_ports: Option<Vec<To>>,
    #[serde(default, rename = "IPProto")]
    protocols: Option<Vec<i64>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct To {
    ports: Range,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Range {
    first: u16,
    last: u16,
}

/// What the rules (`tailcfg.FilterRule`, JSON) let in that no program listens for, in a sentence; none where there is nothing.
/// What cannot be read might let anything in.
pub(crate) fn too_much(rules: &[u8], open: &Open) -> Option<String> {
    let Open::These(ports) = open else {
        return None;
    };
    let rules: Option<Vec<Rule>> = match serde_json::from_slice(rules) {
        Ok(rules) => rules,
        Err(error) => {
            let why: String = error.to_string().chars().take(REPEATED).collect();
            return Some(format!(
                "tailscaled tells in words that E³ does not know whom it lets in ({why}): is it older than 1.96?"
            ));
        }
    };
    let said = |Range { first, last }: &Range| {
        format!(
            "the coordinator lets others in at ports {first} to {last} of this party, and programs listen on none but {ports:?}"
        )
    };
    rules.unwrap_or_default().iter().find_map(|rule| {
        let is_tcp = rule.protocols.as_deref() == Some(&[TCP]);
        let mut to = rule.dst_ports.iter().flatten();
        let other = to.find(|to| {
            !is_tcp || to.ports.first != to.ports.last || !ports.contains(&to.ports.first)
        });
        other.map(|to| said(&to.ports))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rule(first: u16, last: u16, protocol: &str) -> String {
        format!(
            r#"[{{"SrcIPs":["100.64.0.1"],"DstPorts":[{{"IP":"100.64.0.2","Ports":{{"First":{first},"Last":{last}}}}}],"IPProto":{protocol}}}]"#
        )
    }

    #[test]
    fn only_the_programs_ports_may_be_open() {
        let open: Open = [11_365, 11_366].into_iter().collect();
        for (rules, is_well) in [
            (rule(11_365, 11_365, "[6]"), true),
            (rule(11_366, 11_366, "[6]"), true),
            ("null".to_owned(), true),
            ("[]".to_owned(), true),
            (rule(22, 22, "[6]"), false),
            (rule(0, 65_535, "[6]"), false),
            (rule(11_365, 11_365, "[6,17]"), false),
            (rule(11_365, 11_365, "null"), false),
            ("{}".to_owned(), false),
            (String::new(), false),
            (
                r#"[{"DstPorts":[{"Ports":{"First":"all"}}]}]"#.to_owned(),
                false,
            ),
        ] {
            assert_eq!(
                too_much(rules.as_bytes(), &open).is_none(),
                is_well,
                "{rules}"
            );
            assert_eq!(too_much(rules.as_bytes(), &Open::All), None);
        }
    }

    proptest! {
        #[test]
        fn rules_that_cannot_be_read_are_none_that_may_be(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let is_read = serde_json::from_slice::<Option<Vec<Rule>>>(&bytes).is_ok();
            prop_assert!(is_read || too_much(&bytes, &Open::These([1].into())).is_some());
        }
    }
}
