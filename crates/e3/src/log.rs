//! What is logged: by `-v`, `-vv` and `RUST_LOG`, to standard error.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::cli::Global;

/// What is logged however little else is: the words of a roster that an agent shows its owner, and what daemons of others
/// say, which a run's folder keeps.
const ALWAYS: [&str; 2] = ["e3_words=info", "e3_daemons=info"];

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
    let always = ALWAYS.iter().filter_map(|always| always.parse().ok());
    let filter = always.fold(filter, EnvFilter::add_directive);
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
