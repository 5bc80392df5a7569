//! The parties' order.

use super::Resolver;
use super::hosts::Resolved;
use crate::near::{nearest, one_of};
use crate::raw::{At, Field, List};
use crate::report::{Checked, Reported};
use crate::text::HostName;

impl Resolver<'_> {
    /// Every host once, or nothing where the order is left open, which an empty list does too.
    pub(super) fn order(
        &mut self,
        field: &Field<List<HostName>>,
        resolved: &Resolved,
    ) -> Checked<Option<Vec<HostName>>> {
        let Field::Given(order) = field else {
            return field.absent().map(|()| None);
        };
        if order.value.0.is_empty() {
            return Ok(None);
        }
        let mut placed: Vec<HostName> = Vec::new();
        let mut right = true;
        for name in &order.value.0 {
            let hosts = self.named_hosts(name, resolved);
            right &= !hosts.is_empty();
            for host in hosts {
                if placed.contains(&host) {
                    self.report
                        .wrong(name.place, format!("`{host}` stands in the order already"))
                        .expected("every host once");
                    right = false;
                } else {
                    placed.push(host);
                }
            }
        }
        let all = resolved.groups.iter().flat_map(|(_, hosts)| hosts);
        let missing: Vec<&str> = all
            .filter(|host| !placed.contains(host))
            .map(HostName::as_str)
            .collect();
        if !missing.is_empty() {
            let message = format!(
                "the order leaves out {}",
                missing
                    .iter()
                    .map(|host| format!("`{host}`"))
                    .collect::<Vec<_>>()
                    .join(", ")
            );
            self.report
                .wrong(order.place, message)
                .expected("every host once, or no order at all");
            right = false;
        }
        if right {
            Ok(Some(placed))
        } else {
            Err(Reported)
        }
    }

    /// The hosts that a name stands for: one host, or all of a group.
    fn named_hosts(&mut self, name: &At<HostName>, resolved: &Resolved) -> Vec<HostName> {
        let word = name.value.as_str();
        for (group, hosts) in &resolved.groups {
            if group.as_str() == word {
                return hosts.clone();
            }
            if let Some(host) = hosts.iter().find(|host| **host == name.value) {
                return vec![host.clone()];
            }
        }
        // Where a group is wrong, the name may be one of its hosts'.
        if resolved.complete {
            let all: Vec<&str> = resolved
                .groups
                .iter()
                .flat_map(|(_, hosts)| hosts)
                .map(HostName::as_str)
                .collect();
            self.report
                .wrong(name.place, format!("there is no host `{word}`"))
                .expected(one_of(all.iter().copied()))
                .suggest(nearest(word, all));
        }
        Vec::new()
    }
}
