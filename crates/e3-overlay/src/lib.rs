//! What every overlay is: the trait, dial tables, and the plain one.
