//! A framework that is not `MPyC`, and that nobody has prepared for E³.

use std::{fs, path::Path};

use crate::{example, support::workshop::Workshop};

/// The salaries of one company, in cents.
fn salaries(file: &Path) -> Vec<u64> {
    let text = fs::read_to_string(file).unwrap();
    let cents = |line: &str| line.replace('.', "").parse().unwrap();
    text.lines().map(cents).collect()
}

#[test]
fn cicada_computes_what_a_plain_computation_does() {
    computes(&["--overlay", "direct"]);
}

/// With these options.
pub(crate) fn computes(options: &[&str]) {
    let workshop = Workshop::new();
    let folder = example("cicada");
    workshop
        .e3(&[&["run", &folder], options].concat())
        .succeeded();
    let companies: Vec<Vec<u64>> = ["ams", "fra", "lon"]
        .iter()
        .map(|host| salaries(&Path::new(&folder).join(format!("inputs/{host}.txt"))))
        .collect();
    let all: Vec<u64> = companies.concat();
    #[allow(
        clippy::cast_precision_loss,
        reason = "what a company pays fits in 52 bits"
    )]
    let mean = |cents: &[u64]| cents.iter().sum::<u64>() as f64 / cents.len() as f64 / 100.0;
    let best = companies
        .iter()
        .map(|cents| mean(cents))
        .fold(0.0, f64::max);
    let expected = format!(
        "employees: {}\nmean salary: {:.2}\nbest company's mean: {best:.2}\n",
        all.len(),
        mean(&all)
    );
    let record = workshop.record();
    assert_eq!(record["outcome"]["same"], expected, "{record:#}");
    assert_eq!(record["program"], "salaries.py");
    let runtime = record["agreement"]["runtime"].as_str().unwrap();
    assert!(runtime.starts_with("requirements sha256:"), "{runtime}");
    workshop.nothing_left();
}
