//! What the lab needs of this machine.

use super::distribution::Distribution;
use super::{Finding, Wrong};

/// What the lab found by trying, with the command for the distribution at hand.
pub(super) fn findings(distribution: &Distribution) -> Vec<Finding> {
    e3_lab::probe()
        .into_iter()
        .map(|found| {
            let tried = if found.ok {
                Ok(found.detail)
            } else {
                Err(wrong(found.what, &found.detail, distribution))
            };
            Finding::new(found.what, found.needed_for, tried)
        })
        .collect()
}

/// The lab says `what is wrong; what to do: the command`.
fn wrong(what: &str, detail: &str, distribution: &Distribution) -> Wrong {
    let (detail, remedy) = detail
        .split_once("; ")
        .unwrap_or((detail, "look into the system's log"));
    let mend = match (what, remedy.rsplit_once(": ")) {
        ("TUN", _) => distribution.as_root("modprobe tun && chmod 0666 /dev/net/tun"),
        (_, Some((_, command))) if command.starts_with("sudo ") => {
            distribution.as_root(command.trim_start_matches("sudo "))
        }
        _ => remedy.to_owned(),
    };
    Wrong {
        detail: detail.to_owned(),
        mend,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_taken_out_of_what_the_lab_says() {
        let here = Distribution::here();
        let said = "switched off (x=0); switch it on: sudo sysctl -w x=1";
        let wrong = wrong("namespaces", said, &here);
        assert_eq!(wrong.detail, "switched off (x=0)");
        assert_eq!(wrong.mend, here.as_root("sysctl -w x=1"));
    }
}
