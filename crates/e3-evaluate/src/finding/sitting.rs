//! When and where was something found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The machine that figures are true of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Operating system and kernel.
    pub kernel: String,
    /// Processor.
    pub processor: String,
    /// How many processors.
    pub processors: u32,
    /// Memory in bytes.
    pub memory: u64,
}

/// One command's share of a comparison: what was found until the next one begins was found here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sitting {
    /// [`SCHEMA`](super::SCHEMA).
    pub schema: String,
    /// When it began, RFC 3339.
    pub time: String,
    /// What tells one start of the machine from another.
    pub boot: String,
    /// Where.
    pub machine: Machine,
    /// Versions of what is measured, by program.
    pub versions: BTreeMap<String, String>,
    /// The command.
    pub command: Vec<String>,
}

impl Sitting {
    /// What is not as it was in an earlier one, one sentence each: figures of both are not simply figures of one machine.
    pub fn differences(&self, earlier: &Self) -> Vec<String> {
        let mut all = Vec::new();
        let mut differs = |what: &str, was: &str, is: &str| {
            if was != is {
                all.push(format!("{what} was {was} and is {is}"));
            }
        };
        let (was, is) = (&earlier.machine, &self.machine);
        differs("the kernel", &was.kernel, &is.kernel);
        differs("the processor", &was.processor, &is.processor);
        let (some, others) = (was.processors.to_string(), is.processors.to_string());
        differs("the number of processors", &some, &others);
        for (program, version) in &self.versions {
            if let Some(was) = earlier.versions.get(program) {
                differs(program, was, version);
            }
        }
        if self.boot != earlier.boot && all.is_empty() {
            all.push("the machine was started anew".to_owned());
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_machine_and_another_start_are_noticed() {
        let first = Sitting {
            schema: super::super::SCHEMA.to_owned(),
            time: "2026-11-23T12:00:00Z".to_owned(),
            boot: "one".to_owned(),
            machine: Machine::default(),
            versions: [("nebula".to_owned(), "1.11.1".to_owned())].into(),
            command: Vec::new(),
        };
        assert_eq!(first.differences(&first), [""; 0]);
        let mut second = first.clone();
        second.boot = "another".to_owned();
        assert_eq!(second.differences(&first), ["the machine was started anew"]);
        second.versions = [("nebula".to_owned(), "1.12".to_owned())].into();
        second.machine.processors = 2;
        assert_eq!(
            second.differences(&first),
            [
                "the number of processors was 0 and is 2",
                "nebula was 1.11.1 and is 1.12"
            ]
        );
    }
}
