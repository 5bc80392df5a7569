//! An Internet of regions, sites and NATs on one Linux machine, without root.
