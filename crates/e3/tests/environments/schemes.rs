//! Every overlay with every identity scheme, as docs/identities.md tells it, which is made from the code: what it
//! calls valid goes from nothing to an outcome, and all else is refused.

use std::{env, fmt::Write as _, fs};

use crate::{
    repository,
    support::{skipped::skipped, workshop::Workshop},
};

const HOSTS: [&str; 2] = ["alice", "bob"];

/// What every overlay carries, `tls` included.
const PROGRAM: &str = "from mpyc.runtime import mpc\n\
    mpc.run(mpc.start())\n\
    print('met', len(mpc.parties))\n\
    mpc.run(mpc.shutdown())\n";

/// One cell: an overlay, a scheme, and whether they go together.
struct Cell {
    overlay: String,
    scheme: String,
    valid: bool,
}

/// The table's cells.
fn cells() -> Vec<Cell> {
    let page = repository().join("docs/identities.md");
    let page = fs::read_to_string(page).unwrap();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with('|') && !line.starts_with("|--"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let (head, rows) = rows.split_first().unwrap();
    let mut cells = Vec::new();
    for row in rows {
        for (scheme, cell) in head.iter().zip(row).skip(1) {
            cells.push(Cell {
                overlay: row[0].trim_matches('`').to_owned(),
                scheme: scheme.trim_matches('`').to_owned(),
                valid: cell.starts_with("yes"),
            });
        }
    }
    cells
}

fn environment(workshop: &Workshop, cell: &Cell) {
    let mut text = format!(
        "overlay = \"{}\"\nidentity = \"{}\"\n",
        cell.overlay, cell.scheme
    );
    let mut listed = String::from("[identities]\n");
    for host in HOSTS {
        let folder = workshop.path(host).display().to_string();
        let made = workshop.e3(&["id", "new", "--out", &folder, "--json"]);
        let did = made.succeeded().json()["did"].as_str().unwrap().to_owned();
        writeln!(
            text,
            "[hosts.{host}]\nregion = \"ams3\"\nidentity = \"{folder}\""
        )
        .unwrap();
        writeln!(listed, "{host} = \"{did}\"").unwrap();
    }
    if cell.scheme == "did" {
        text += &listed;
    }
    text += "[program]\npath = \"program.py\"\n";
    workshop.put("e3.toml", &text);
    workshop.put("program.py", PROGRAM);
}

/// Whether this machine lacks a program of others that the overlay needs; one that says that it must have them
/// (`E3_STOCK_REQUIRED`) fails then.
fn lacks(workshop: &Workshop, overlay: &str) -> bool {
    // Tailscale's own service, with somebody's account there.
    if overlay == "tailscale" {
        skipped(&format!("{overlay} takes an account and the internet"));
        return true;
    }
    let found = workshop.e3(&["doctor", "--json"]).succeeded().json();
    let missing = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| {
            let needed_for = finding["needed_for"].as_str().unwrap();
            let names = needed_for.strip_prefix("overlay");
            let names = names.and_then(|names| Some(names.split_once(' ')?.1));
            finding["ok"] == false
                && names.is_some_and(|names| names.split(", ").any(|name| name == overlay))
        });
    let Some(missing) = missing else { return false };
    let told = format!("{overlay} needs {}", missing["what"]);
    assert!(env::var_os("E3_STOCK_REQUIRED").is_none(), "{told}");
    skipped(&told);
    true
}

#[test]
fn every_overlay_goes_with_the_identities_that_its_page_names() {
    let cells = cells();
    assert!(cells.len() >= 9, "{}", cells.len());
    for cell in cells {
        let Cell {
            overlay,
            scheme,
            valid,
        } = &cell;
        println!("{overlay} with {scheme}");
        let workshop = Workshop::new();
        if *valid && lacks(&workshop, overlay) {
            continue;
        }
        environment(&workshop, &cell);
        if *valid {
            let record = workshop.e3(&["run", "--json"]).succeeded().json();
            assert_eq!(record["outcome"]["same"], "met 2\n", "{overlay}, {scheme}");
        } else {
            let ran = workshop.e3(&["run"]).refused();
            assert!(
                ran.err.contains("identity"),
                "{overlay}, {scheme}: {}",
                ran.err
            );
        }
        workshop.nothing_left();
    }
}
