//! Whole commands: exit code, standard output, standard error.

mod check;
mod command_line;
mod generated;
mod helper;
mod init;
mod machine;
