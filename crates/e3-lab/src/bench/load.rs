//! Other processes that keep the processors busy.

use std::io;
use std::process::{Child, Command, Stdio};
use std::thread;

use e3_sys::process;

/// Three for each processor, so that one of each is always waiting.
const FOR_EACH_PROCESSOR: usize = 3;

/// Processes that compute without end, as other people's programs would: each in a session of its own, with the same
/// niceness as this process. They end when this is dropped, or with the thread that has started them.
pub(super) struct Load(Vec<Child>);

impl Load {
    /// Starts them.
    pub(super) fn start() -> io::Result<Self> {
        let mut load = Self(Vec::new());
        let processors = thread::available_parallelism().map_or(2, usize::from);
        for _ in 0..processors * FOR_EACH_PROCESSOR {
            let mut command = Command::new("sh");
            command.args(["-c", "while :; do :; done"]);
            command.stdin(Stdio::null()).stdout(Stdio::null());
            process::tie_to_thread(&mut command);
            process::own_session(&mut command);
            load.0.push(command.spawn()?);
        }
        Ok(load)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for child in &mut self.0 {
            // One that has ended already is what is wanted.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
