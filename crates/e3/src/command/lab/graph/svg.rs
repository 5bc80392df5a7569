//! A picture as SVG, with colours for light and for dark.

use std::fmt::Write as _;

use super::layout::{BOLD, Frame, LINE, PAD, place, site_height, width};
use super::picture::{Delay, Picture, Region};

/// How things look; what is drawn names these classes alone.
const STYLE: &str = "\
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.region { fill: #f6f8fa; stroke: #8c959f; }
.site { fill: #ddf4ff; stroke: #54aeff; }
.nat { fill: #fff8c5; stroke: #d4a72c; }
.path { stroke: #8c959f; stroke-width: 1.5; }
.title { font-weight: 600; }
.delay { fill: #57606a; text-anchor: middle; }
.under { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.region { fill: #161b22; stroke: #6e7681; }
.site { fill: #0c2d6b; stroke: #388bfd; }
.nat { fill: #4b2900; stroke: #bb8009; }
.path { stroke: #6e7681; }
.delay { fill: #b1bac4; }
.under { fill: #0d1117; }
}
";

/// The whole document.
pub(super) fn draw(picture: &Picture, name: &str) -> String {
    let (frames, width, height) = place(picture);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         height=\"{height:.0}\" role=\"img\">\n<title>The network {}</title>\n<style>\n{STYLE}</style>\n",
        plain(name)
    );
    for delay in &picture.delays {
        draw_path(&mut svg, delay, &frames);
    }
    for (region, frame) in picture.regions.iter().zip(&frames) {
        draw_region(&mut svg, region, frame);
    }
    // Above the boxes, so that none hides a figure.
    for delay in &picture.delays {
        draw_delay(&mut svg, delay, &frames);
    }
    svg.push_str("</svg>\n");
    svg
}

fn ends(delay: &Delay, frames: &[Frame]) -> Option<((f64, f64), (f64, f64))> {
    Some((frames.get(delay.a)?.middle(), frames.get(delay.b)?.middle()))
}

fn draw_path(svg: &mut String, delay: &Delay, frames: &[Frame]) {
    if let Some(((ax, ay), (bx, by))) = ends(delay, frames) {
        let _ = writeln!(
            svg,
            "<line class=\"path\" x1=\"{ax:.0}\" y1=\"{ay:.0}\" x2=\"{bx:.0}\" y2=\"{by:.0}\"/>"
        );
    }
}

/// Where two lines between opposite regions cross, their figures must not: they stand in the middle of what can be
/// seen of a line for neighbours, and before it for the others.
fn draw_delay(svg: &mut String, delay: &Delay, frames: &[Frame]) {
    let (Some(a), Some(b)) = (frames.get(delay.a), frames.get(delay.b)) else {
        return;
    };
    let steps = delay.b - delay.a;
    let neighbours = steps == 1 || steps + 1 == frames.len();
    let (start, end) = (leaves(a, b), 1.0 - leaves(b, a));
    let at = start + (end - start) * if neighbours { 0.5 } else { 0.3 };
    let ((ax, ay), (bx, by)) = (a.middle(), b.middle());
    let (x, y) = (ax + (bx - ax) * at, ay + (by - ay) * at + 4.0);
    let wide = width(&delay.text) + PAD;
    let under = Frame {
        x: x - wide / 2.0,
        y: y - LINE * 0.8,
        width: wide,
        height: LINE,
    };
    draw_box(svg, "under", &under);
    let text = plain(&delay.text);
    let _ = writeln!(
        svg,
        "<text class=\"delay\" x=\"{x:.0}\" y=\"{y:.0}\">{text}</text>"
    );
}

/// At which part of the way from one middle to another the line leaves the first box.
fn leaves(from: &Frame, to: &Frame) -> f64 {
    let ((fx, fy), (tx, ty)) = (from.middle(), to.middle());
    let part = |half: f64, way: f64| if way == 0.0 { 1.0 } else { half / way.abs() };
    part(from.width / 2.0, tx - fx)
        .min(part(from.height / 2.0, ty - fy))
        .min(1.0)
}

fn draw_region(svg: &mut String, region: &Region, frame: &Frame) {
    draw_box(svg, "region", frame);
    let (x, mut y) = (frame.x + PAD, frame.y + PAD);
    draw_text(svg, "title", x, y, &region.title());
    y += LINE + PAD / 2.0;
    for site in &region.sites {
        let class = if site.says.contains("NAT") {
            "nat"
        } else {
            "site"
        };
        let inner = Frame {
            x,
            y,
            width: frame.width - 2.0 * PAD,
            height: site_height(),
        };
        draw_box(svg, class, &inner);
        draw_text(svg, "name", x + PAD, y + PAD / 2.0, &site.title());
        draw_text(svg, "hosts", x + PAD, y + PAD / 2.0 + LINE, &site.hosts());
        y += site_height() + PAD;
    }
    if region.more > 0 {
        draw_text(
            svg,
            "more",
            x,
            y - PAD / 2.0,
            &format!("{} more sites", region.more),
        );
    }
}

fn draw_box(svg: &mut String, class: &str, frame: &Frame) {
    let Frame {
        x,
        y,
        width,
        height,
    } = frame;
    let _ = writeln!(
        svg,
        "<rect class=\"{class}\" x=\"{x:.0}\" y=\"{y:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" rx=\"6\"/>"
    );
}

/// Text below `y`, as wide as was reckoned with, whatever the font.
fn draw_text(svg: &mut String, class: &str, x: f64, y: f64, text: &str) {
    let bold = if class == "title" { BOLD } else { 1.0 };
    let (baseline, width, text) = (y + LINE * 0.75, width(text) * bold, plain(text));
    let _ = writeln!(
        svg,
        "<text class=\"{class}\" x=\"{x:.0}\" y=\"{baseline:.0}\" textLength=\"{width:.0}\">{text}</text>"
    );
}

fn plain(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
