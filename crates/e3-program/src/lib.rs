//! Programs that parties run: MPyC, its Python environment, inputs and files.
