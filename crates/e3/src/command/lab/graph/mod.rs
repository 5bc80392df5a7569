//! `e3 lab graph`: draws the network that is declared.

mod layout;
mod mermaid;
mod picture;
mod svg;

use std::process::ExitCode;

use serde::Serialize;

use self::picture::Picture;
use crate::cli::{Global, GraphFormat, LabGraph};
use crate::fault::Fault;
use crate::{json, load, out};

/// A picture, and what it shows.
#[derive(Serialize)]
struct Document<'a> {
    lab: &'a str,
    format: &'static str,
    text: &'a str,
    #[serde(flatten)]
    picture: &'a Picture,
}

/// Prints the picture.
///
/// # Errors
/// What is wrong with what is declared.
pub fn main(args: &LabGraph, global: &Global) -> Result<ExitCode, Fault> {
    let environment = load::network(&args.declared)?.environment;
    let world =
        e3_host::lab::world(&environment).map_err(|error| Fault::user(error.to_string()))?;
    let picture = Picture::of(&environment, &world);
    let (format, text) = match args.format {
        GraphFormat::Mermaid => ("mermaid", mermaid::draw(&picture)),
        GraphFormat::Svg => ("svg", svg::draw(&picture, environment.name.as_str())),
    };
    if global.json {
        let document = Document {
            lab: environment.name.as_str(),
            format,
            text: &text,
            picture: &picture,
        };
        json::print("lab-graph", &document)?;
    } else {
        out::write(text.as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}
