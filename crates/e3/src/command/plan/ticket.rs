//! What firewalls must let through, as text for whoever looks after them: it may be pasted into a ticket or an e-mail.

use std::net::IpAddr;

use e3_holder::firewall::{Direction, Firewall, HostRules, Rule};

use crate::view::table::{Align, table};

/// Plain text, in letters that every system has.
pub(super) fn lines(firewall: &Firewall) -> Vec<String> {
    let mut lines = vec!["what firewalls must let through:".to_owned()];
    if let Some(trouble) = &firewall.trouble {
        lines.push(format!("(whatever they let through: {trouble})"));
    }
    for host in &firewall.hosts {
        lines.push(String::new());
        lines.push(title(host));
        lines.extend(rules(&host.rules));
    }
    if !firewall.controller.is_empty() {
        lines.push(String::new());
        lines.push("this machine, which controls the hosts".to_owned());
        lines.extend(rules(&firewall.controller));
    }
    lines.push(String::new());
    let legend = [
        "in: others connect to the port on this host; out: this host connects to the",
        "port, from any port of its own. Answers pass as part of the same connection;",
        "where nobody listens on a port for measuring, the refusal is the answer.",
    ];
    lines.extend(legend.map(str::to_owned));
    lines
}

/// The host, who is on it, and where it is.
fn title(host: &HostRules) -> String {
    let party = host.party.map(|index| format!("party {index}"));
    let services = host.services.iter().map(|name| format!("service {name}"));
    let who: Vec<String> = party.into_iter().chain(services).collect();
    let mut title = format!(
        "host {} ({}), in {}",
        host.host,
        who.join(", "),
        host.region
    );
    let addresses = shown(&host.addresses);
    if !addresses.is_empty() {
        title = format!("{title}, address {addresses}");
    }
    if host.nat != "none" {
        title = format!("{title}, seen from outside as {}", shown(&host.seen_as));
    }
    title
}

fn rules(rules: &[Rule]) -> Vec<String> {
    if rules.is_empty() {
        return vec!["  nothing".to_owned()];
    }
    let row = |rule: &Rule| {
        let (direction, from_or_to) = match rule.direction {
            Direction::In => ("in", "from"),
            Direction::Out => ("out", "to"),
        };
        let addresses = shown(&rule.peer_addresses);
        let peer = if addresses.is_empty() || addresses == rule.peer {
            rule.peer.clone()
        } else {
            format!("{addresses} ({})", rule.peer)
        };
        [
            direction.to_owned(),
            rule.protocol.clone(),
            rule.port.clone(),
            format!("{from_or_to} {peer}"),
            rule.purpose.clone(),
        ]
    };
    let head = [
        ("", Align::Left),
        ("protocol", Align::Left),
        ("port", Align::Right),
        ("peer", Align::Left),
        ("for", Align::Left),
    ];
    let rows: Vec<_> = rules.iter().map(row).collect();
    let lines = table(head, &rows).into_iter();
    lines.map(|line| format!("  {line}")).collect()
}

fn shown(addresses: &[IpAddr]) -> String {
    let all: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    all.join(" or ")
}

/// Comma-separated values (RFC 4180), a head first.
pub(super) fn csv(firewall: &Firewall) -> Vec<String> {
    let head = "host,party,address,direction,protocol,port,peer,peer_address,purpose,needed";
    let mut lines = vec![head.to_owned()];
    for host in &firewall.hosts {
        let party = host.party.map(|index| index.to_string());
        let here = [
            host.host.clone(),
            party.unwrap_or_default(),
            shown(&host.addresses),
        ];
        lines.extend(host.rules.iter().map(|rule| row(&here, rule)));
    }
    let controller = ["(controller)".to_owned(), String::new(), String::new()];
    lines.extend(
        firewall
            .controller
            .iter()
            .map(|rule| row(&controller, rule)),
    );
    lines
}

fn row(here: &[String; 3], rule: &Rule) -> String {
    let [host, party, address] = here;
    let direction = match rule.direction {
        Direction::In => "in",
        Direction::Out => "out",
    };
    let addresses = shown(&rule.peer_addresses);
    let cells: [&str; 10] = [
        host,
        party,
        address,
        direction,
        &rule.protocol,
        &rule.port,
        &rule.peer,
        &addresses,
        &rule.purpose,
        if rule.needed { "yes" } else { "no" },
    ];
    cells.map(quoted).join(",")
}

/// A cell; in quotation marks where it holds what separates cells.
fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_kept_apart() {
        assert_eq!(quoted("joining"), "joining");
        assert_eq!(quoted("joining, the program"), "\"joining, the program\"");
        assert_eq!(quoted("a \"b\""), "\"a \"\"b\"\"\"");
    }
}
