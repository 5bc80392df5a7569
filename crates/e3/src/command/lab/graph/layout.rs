//! Where the boxes of a picture stand: regions on an ellipse, their sites below one another.

use super::picture::{Picture, Region};

/// The height of a line of text, and the width of a letter, in the picture's units.
pub(super) const LINE: f64 = 17.0;
const LETTER: f64 = 6.9;
/// How much wider bold letters are.
pub(super) const BOLD: f64 = 1.1;
/// Around text in a box, and between boxes.
pub(super) const PAD: f64 = 9.0;
/// Between regions: delays are written there.
const GAP: f64 = 70.0;

/// A box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Frame {
    /// Its middle.
    pub(super) fn middle(&self) -> (f64, f64) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    fn overlaps(&self, other: &Self) -> bool {
        let apart = self.x + self.width + GAP <= other.x
            || other.x + other.width + GAP <= self.x
            || self.y + self.height + GAP <= other.y
            || other.y + other.height + GAP <= self.y;
        !apart
    }
}

/// The frames of the regions, and the size of the whole.
pub(super) fn place(picture: &Picture) -> (Vec<Frame>, f64, f64) {
    let sizes: Vec<(f64, f64)> = picture.regions.iter().map(size).collect();
    let mut radius = if sizes.len() > 1 { 60.0 } else { 0.0 };
    let mut frames = on_ellipse(&sizes, radius);
    while sizes.len() > 1 && any_overlap(&frames) {
        radius += 10.0;
        frames = on_ellipse(&sizes, radius);
    }
    let left = frames.iter().map(|frame| frame.x).fold(0.0, f64::min) - PAD;
    let top = frames.iter().map(|frame| frame.y).fold(0.0, f64::min) - PAD;
    for frame in &mut frames {
        frame.x -= left;
        frame.y -= top;
    }
    let far = |edge: fn(&Frame) -> f64| frames.iter().map(edge).fold(0.0, f64::max) + PAD;
    let (width, height) = (far(|f| f.x + f.width), far(|f| f.y + f.height));
    (frames, width, height)
}

/// Wide pictures read better than high ones.
const FLATNESS: f64 = 0.62;

fn on_ellipse(sizes: &[(f64, f64)], radius: f64) -> Vec<Frame> {
    #[allow(clippy::cast_precision_loss, reason = "a handful of regions")]
    let step = std::f64::consts::TAU / sizes.len().max(1) as f64;
    // Begins at the left, and goes clockwise.
    let mut angle = std::f64::consts::PI;
    let mut frames = Vec::with_capacity(sizes.len());
    for &(width, height) in sizes {
        frames.push(Frame {
            x: radius * angle.cos() - width / 2.0,
            y: radius * FLATNESS * angle.sin() - height / 2.0,
            width,
            height,
        });
        angle += step;
    }
    frames
}

fn any_overlap(frames: &[Frame]) -> bool {
    let mut rest = frames;
    while let Some((first, others)) = rest.split_first() {
        if others.iter().any(|other| first.overlaps(other)) {
            return true;
        }
        rest = others;
    }
    false
}

/// How large a region's box is: its title, a box for each site, and perhaps a line that there are more.
fn size(region: &Region) -> (f64, f64) {
    let sites = region.sites.iter();
    let inner = sites.flat_map(|site| [site.title(), site.hosts()]);
    let widest = inner
        .map(|text| width(&text) + 2.0 * PAD)
        .fold(0.0, f64::max);
    let widest = widest.max(width(&region.title()) * BOLD) + 2.0 * PAD;
    #[allow(clippy::cast_precision_loss, reason = "a handful of sites")]
    let sites = region.sites.len() as f64;
    let more = if region.more > 0 { LINE } else { 0.0 };
    (
        widest,
        LINE + PAD * 1.5 + sites * (site_height() + PAD) + more,
    )
}

/// Two lines of text with room around.
pub(super) fn site_height() -> f64 {
    2.0 * LINE + PAD
}

/// How wide a text is, roughly: fonts differ.
pub(super) fn width(text: &str) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "a short text")]
    let letters = text.chars().count() as f64;
    letters * LETTER
}
