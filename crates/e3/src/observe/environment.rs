//! The environment that is observed: four parties whose names nobody else has, some of them at home where the overlay can
//! reach them there.

use std::{fs, io, path::Path};

/// The parties, in the order in which those that talk are neighbours, and their regions.
pub(super) const PARTIES: [(&str, &str); 4] = [
    ("amber-quokka", "ams3"),
    ("bronze-wombat", "fra1"),
    ("coral-numbat", "lon1"),
    ("dune-bettong", "ams3"),
];

/// The one whose provider, site and line are looked at, and the one who looks at the others.
pub(super) const CUSTOMER: &str = "bronze-wombat";
pub(super) const CURIOUS: &str = "amber-quokka";

/// What runs.
pub(super) const PROGRAM: &str = "talk-of-the-marsupials.py";

/// It, as it is written into the environment.
const PATTERN: &str = include_str!("pattern.py");

/// How parties are on the Internet where an overlay needs no one's port to be open: neighbours that only a relay connects
/// are among them.
const APART: [&str; 4] = ["none", "home", "symmetric", "none"];

/// Overlays that cannot do without.
const OPEN: [&str; 2] = ["direct", "tls"];

/// Writes the environment and its program, which talks for so long, into a folder. What stands in `plant`, a file, the program says, too.
pub(super) fn write(folder: &Path, overlay: &str, seconds: u32, plant: &Path) -> io::Result<()> {
    let program = folder.join("program");
    fs::create_dir_all(&program)?;
    fs::write(program.join(PROGRAM), PATTERN)?;
    fs::write(folder.join("e3.toml"), text(overlay, seconds, plant))
}

fn text(overlay: &str, seconds: u32, plant: &Path) -> String {
    let is_open = OPEN.contains(&overlay);
    let hosts = PARTIES.iter().zip(APART).map(|((name, region), apart)| {
        let nat = if is_open { "none" } else { apart };
        format!("[hosts.{name}]\nregion = \"{region}\"\nnat = \"{nat}\"\n\n")
    });
    let tls = if overlay == "tls" {
        r#""--tls", "{tls_key}", "{tls_certificate}", "{tls_authority}", "#
    } else {
        ""
    };
    let plant = plant.display();
    let program = format!(
        r#"[program]
kind = "command"
command = ["python3", "{PROGRAM}", "--seconds", "{seconds}", "--plant", "{plant}", {tls}"--", "{{name:*}}"]
folder = "program"
dial = "lower-to-higher"
timeout = "3 min"
"#
    );
    let overlay = format!("overlay = \"{overlay}\"\n\n");
    let whole = [overlay].into_iter().chain(hosts).chain([program]);
    whole.collect()
}
