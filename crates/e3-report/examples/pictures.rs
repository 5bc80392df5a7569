//! Takes pictures of a report, as phones and desktops show it: see scripts/report-pictures.

#[path = "../tests/browser/mod.rs"]
mod browser;

use std::path::PathBuf;

use base64ct::{Base64, Encoding as _};

/// How much of a page stands in one picture.
const HEIGHT: f64 = 1500.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(report), Some(out)) = (words.next(), words.next()) else {
        return Err("expected a report and a folder for the pictures".into());
    };
    let opens_all = words
        .next()
        .is_some_and(|word| word.as_os_str() == "--open");
    let program = browser::find()
        .ok_or("there is no Chromium in PATH (Debian: apt-get install chromium-headless-shell)")?;
    std::fs::create_dir_all(&out)?;
    let report = report.canonicalize()?;
    let mut browser = browser::Browser::start(&program);
    for (screen, width, is_dark, has_colours) in [
        ("desktop", 1280, false, true),
        ("desktop-dark", 1280, true, true),
        ("desktop-grey", 1280, false, false),
        ("phone", 360, false, true),
    ] {
        browser.look(is_dark, has_colours);
        browser.open(&report, width, 800);
        if opens_all {
            browser
                .evaluate("document.querySelectorAll('details').forEach(one => one.open = true)");
        }
        let whole = browser
            .evaluate("document.documentElement.scrollHeight")
            .as_f64()
            .ok_or("a page without a height")?;
        let mut top = 0.0;
        for number in 1_u32.. {
            let png = browser.picture(top, f64::from(width), HEIGHT.min(whole - top));
            let png = Base64::decode_vec(&png).map_err(|error| error.to_string())?;
            std::fs::write(out.join(format!("{screen}-{number:02}.png")), png)?;
            top += HEIGHT;
            if top >= whole {
                break;
            }
        }
    }
    println!("{}", out.display());
    Ok(())
}
