//! Pictures of networks.

use std::path::{Path, PathBuf};

use crate::support::workshop::Workshop;

/// The network in the book's page of the lab.
const BOOK: &[&str] = &[
    "--site",
    "ams3",
    "--site",
    "office=lon1:symmetric*3",
    "--site",
    "home=nyc3:port-restricted",
    "--site",
    "phone=nyc3:carrier-grade",
    "--site",
    "sgp1*2",
    "--set",
    "hosts.phone.loss=1 %",
];

fn draw(workshop: &Workshop, format: &str, more: &[&str]) -> String {
    let args = [&["lab", "graph", "--format", format], more].concat();
    workshop.e3(&args).succeeded().out
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// `E3_BLESS=1` writes them anew.
#[test]
fn the_pictures_of_the_book_are_what_the_command_draws() {
    let workshop = Workshop::new();
    let (mermaid, svg) = (
        draw(&workshop, "mermaid", BOOK),
        draw(&workshop, "svg", BOOK),
    );
    let (page_path, svg_path) = (docs().join("lab.md"), docs().join("lab.svg"));
    let page = std::fs::read_to_string(&page_path).unwrap();
    let (before, rest) = page
        .split_once("```mermaid\n")
        .expect("the page has a picture");
    let (drawn, after) = rest.split_once("```").unwrap();
    if std::env::var_os("E3_BLESS").is_some() {
        std::fs::write(
            &page_path,
            format!("{before}```mermaid\n{mermaid}```{after}"),
        )
        .unwrap();
        std::fs::write(&svg_path, &svg).unwrap();
        return;
    }
    let anew = "write it anew: E3_BLESS=1 cargo test -p e3 --test lab graph";
    assert_eq!(
        drawn, mermaid,
        "docs/lab.md is not what `e3 lab graph` draws; {anew}"
    );
    let book = std::fs::read_to_string(&svg_path).unwrap_or_default();
    assert_eq!(
        book, svg,
        "docs/lab.svg is not what `e3 lab graph` draws; {anew}"
    );
    let command = format!("e3 lab graph {}", quoted(BOOK));
    assert!(page.contains(&command), "the page does not say: {command}");
}

/// The page's test of somebody else's program is the crate's example, which its own tests run.
#[test]
fn the_book_shows_an_example_that_is_run() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../e3-lab/examples");
    let example = std::fs::read_to_string(examples.join("their_program.rs")).unwrap();
    let page = std::fs::read_to_string(docs().join("lab.md")).unwrap();
    assert!(
        page.contains(&format!("```rust\n{example}```")),
        "docs/lab.md has another text"
    );
}

fn quoted(args: &[&str]) -> String {
    let quote = |arg: &&str| {
        if arg.contains(' ') {
            format!("\"{arg}\"")
        } else {
            (*arg).to_owned()
        }
    };
    args.iter().map(quote).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_picture_shows_what_is_declared() {
    let workshop = Workshop::new();
    let sites = [
        "--site",
        "ams3",
        "--site",
        "home=nyc3:home*8",
        "--site",
        "ams3:symmetric",
    ];
    let text = draw(&workshop, "mermaid", &sites);
    assert!(text.starts_with("flowchart LR\n"), "{text}");
    for shown in [
        "ams3 · Amsterdam",
        "nyc3 · New York",
        "84.7 ms",
        "home-0, home-1",
        "+2",
        "NAT",
    ] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    let svg = draw(&workshop, "svg", &sites);
    assert!(
        svg.starts_with("<svg ") && svg.ends_with("</svg>\n"),
        "{svg}"
    );
    assert!(svg.contains("prefers-color-scheme: dark"));
    // Neither what is declared nor a name can break out of the text around it.
    workshop.put(
        "e3.toml",
        "[hosts.a]\nregion = \"moon\"\n[network.regions]\nmoon = { city = \"<b>\\\"Sea\\\" & more\" }\n",
    );
    let svg = draw(&workshop, "svg", &[]);
    assert!(svg.contains("&lt;b&gt;") && !svg.contains("<b>"), "{svg}");
    let text = draw(&workshop, "mermaid", &[]);
    assert!(!text.contains("<b>"), "{text}");
    assert_eq!(
        workshop.e3(&["lab", "graph", "--site", "x"]).refused().code,
        1
    );
}

#[test]
fn many_regions_show_their_nearest() {
    let workshop = Workshop::new();
    let regions = [
        "ams3", "nyc3", "sgp1", "fra1", "lon1", "blr1", "sfo3", "syd1", "tor1",
    ];
    let sites: Vec<&str> = regions
        .iter()
        .flat_map(|region| ["--site", *region])
        .collect();
    let text = draw(&workshop, "mermaid", &sites);
    let lines = text.matches(" ---|").count();
    assert!((9..=18).contains(&lines), "{lines} of 36 delays: {text}");
}
