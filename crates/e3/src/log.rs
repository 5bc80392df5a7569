//! What is logged: by `-v`, `-vv` and `RUST_LOG`, to standard error.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::cli::Global;

/// Under this name agents log the words of a roster.
const WORDS: &str = "e3_words=info";

/// Begins to log. `RUST_LOG` wins over `-v`.
pub fn start(global: &Global) {
    let level = match global.verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        _ => LevelFilter::DEBUG,
    };
    let filter = EnvFilter::builder()
        .with_default_directive(level.into())
        .from_env_lossy();
    // The words that an agent shows its owner are logged however little else is.
    let filter = match WORDS.parse() {
        Ok(always) => filter.add_directive(always),
        Err(_) => filter,
    };
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // It would tell standard error that standard error cannot be written, and panic.
        .log_internal_errors(false)
        .with_ansi(global.color.on_stderr())
        .finish();
    // It fails only when a subscriber is set already, and this is the only place that sets one.
    let _ = tracing::subscriber::set_global_default(subscriber);
}
