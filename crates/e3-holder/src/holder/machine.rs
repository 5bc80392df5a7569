//! The machine that a run was measured on.

use std::fs;

use crate::wire::Machine;

/// As the kernel describes it.
pub fn describe() -> Machine {
    let system = rustix::system::uname();
    let processor = field("/proc/cpuinfo", "model name")
        .unwrap_or_else(|| system.machine().to_string_lossy().into_owned());
    let memory = field("/proc/meminfo", "MemTotal")
        .and_then(|text| text.split_ascii_whitespace().next()?.parse::<u64>().ok())
        .unwrap_or(0);
    Machine {
        kernel: format!(
            "{} {}",
            system.sysname().to_string_lossy(),
            system.release().to_string_lossy()
        ),
        processor,
        processors: std::thread::available_parallelism()
            .map_or(1, |count| u32::try_from(count.get()).unwrap_or(u32::MAX)),
        memory: memory * 1024,
    }
}

/// The first value of a `name : value` line.
fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let values = text.lines().filter_map(|line| line.split_once(':'));
    values
        .into_iter()
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim().to_owned())
}
