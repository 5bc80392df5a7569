//! Every overlay with every identity scheme, as docs/identities.md tells it, which is made from the code: what it
//! calls valid goes from nothing to an outcome, and all else is refused.

use std::{fmt::Write as _, fs};

use crate::{repository, support::workshop::Workshop};

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
