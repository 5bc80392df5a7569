//! A picture as Mermaid's text, which Markdown shows on many sites.

use std::fmt::Write as _;

use super::picture::{Picture, Region};

/// A flowchart: a box per region, in it a box per site.
pub(super) fn draw(picture: &Picture) -> String {
    let mut text = "flowchart LR\n".to_owned();
    for (index, region) in picture.regions.iter().enumerate() {
        draw_region(&mut text, index, region);
    }
    for delay in &picture.delays {
        let _ = writeln!(text, "  r{} ---|\"{}\"| r{}", delay.a, delay.text, delay.b);
    }
    text
}

fn draw_region(text: &mut String, index: usize, region: &Region) {
    let _ = writeln!(text, "  subgraph r{index}[\"{}\"]", plain(&region.title()));
    for (number, site) in region.sites.iter().enumerate() {
        let (title, hosts) = (plain(&site.title()), plain(&site.hosts()));
        let _ = writeln!(text, "    s{index}x{number}[\"{title}<br/>{hosts}\"]");
    }
    if region.more > 0 {
        let _ = writeln!(text, "    s{index}more[\"{} more sites\"]", region.more);
    }
    text.push_str("  end\n");
}

/// Text that does not end a label: a city may be called anything.
fn plain(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace(['\n', '\r'], " ")
}
