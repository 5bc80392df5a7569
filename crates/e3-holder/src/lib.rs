//! The process that keeps an environment alive between commands.
