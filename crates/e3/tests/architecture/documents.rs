//! What a reader finds: the README names all that `e3` does, and the book's index all its pages.

use std::path::Path;

use crate::tree::{File, Tree, finding};

/// The verbs and overlays that a file does not name.
pub(crate) fn unnamed(readme: &File, tree: &Tree) -> Vec<String> {
    let text = readme.lines.join("\n");
    let verbs = page(tree, "docs/verbs.md").lines.iter();
    let verbs = verbs.filter_map(|line| line.strip_prefix("## e3 "));
    // Verbs of verbs are their pages' to tell.
    let verbs = verbs.filter(|verb| !verb.contains(' '));
    let verbs = verbs.map(|verb| (format!("verb {verb}"), format!("e3 {verb}")));
    let overlays = pages(tree).filter(|file| {
        file.path.starts_with("docs/overlays") && !file.path.ends_with("conformance.md")
    });
    let overlays = overlays.map(|file| {
        let path = file.path.display().to_string();
        (format!("overlay of {path}"), path)
    });
    let named = verbs.chain(overlays).filter(|(_, as_it_is)| {
        !text
            .match_indices(as_it_is.as_str())
            .any(|(at, _)| ends_there(&text, at + as_it_is.len()))
    });
    named
        .map(|(what, _)| finding(readme, 1, &format!("does not name the {what}")))
        .collect()
}

/// Whether no word goes on at this place.
fn ends_there(text: &str, at: usize) -> bool {
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    !next.is_some_and(|next| next.is_alphanumeric() || next == '-')
}

/// The pages of the book to which its index has no link.
pub(crate) fn unlinked(index: &File, tree: &Tree) -> Vec<String> {
    let text = index.lines.join("\n");
    let folder = index.path.parent().unwrap();
    let others = pages(tree).filter(|file| file.path != index.path);
    let linked = |file: &File| {
        let path = file.path.strip_prefix(folder).unwrap();
        text.contains(&format!("({})", path.display()))
    };
    others
        .filter(|file| !linked(file))
        .map(|file| finding(index, 1, &format!("has no link to {}", file.path.display())))
        .collect()
}

/// Crates that the map lacks, and places of it that are not there.
pub(crate) fn unmapped(map: &File, tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for krate in &tree.crates {
        let row = format!("| `{}` |", krate.name);
        let mut lines = map.lines.iter().enumerate();
        let Some((at, line)) = lines.find(|(_, line)| line.starts_with(&row)) else {
            findings.push(finding(map, 1, &format!("has no row for {}", krate.name)));
            continue;
        };
        let folder = Path::new("crates").join(&krate.name);
        let places = line.split('`').filter(|word| word.starts_with("src/"));
        for place in places {
            if !krate
                .files
                .iter()
                .any(|file| file.path == folder.join(place))
            {
                let gone = format!("{} has no {place}", krate.name);
                findings.push(finding(map, at + 1, &gone));
            }
        }
    }
    findings
}

/// A page that is there.
pub(crate) fn page<'a>(tree: &'a Tree, path: &str) -> &'a File {
    let mut files = tree.others.iter();
    files.find(|file| file.path == Path::new(path)).unwrap()
}

fn pages(tree: &Tree) -> impl Iterator<Item = &File> {
    tree.others.iter().filter(|file| {
        file.path.starts_with("docs") && file.path.extension().is_some_and(|e| e == "md")
    })
}
