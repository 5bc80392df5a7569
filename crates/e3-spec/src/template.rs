//! Commented files to begin with.

/// The names of the templates, the simplest first.
pub const TEMPLATES: &[&str] = &["lab", "home", "world"];

/// The text of a template: an e3.toml that explains itself.
pub fn template(name: &str) -> Option<&'static str> {
    match name {
        "lab" => Some(include_str!("../templates/lab.toml")),
        "home" => Some(include_str!("../templates/home.toml")),
        "world" => Some(include_str!("../templates/world.toml")),
        _ => None,
    }
}
