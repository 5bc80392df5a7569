//! What to do about an error of the system's, recognised by the number that stands in its text: the same for a file of
//! ours, for the kernel's answer in a lab, and for what an agent says of its own host.

use std::path::Path;

/// What to do, if anything is known; `message` may hold the error's number as Rust writes it.
pub fn remedy(message: &str) -> Option<&'static str> {
    let (_, after) = message.rsplit_once("(os error ")?;
    let (number, _) = after.split_once(')')?;
    Some(match number.parse().ok()? {
        // The numbers are Linux's (errno(3)).
        1 | 13 => {
            "it may belong to somebody else, perhaps to root because of an e3 that ran with sudo: look with `ls -ld`, and \
             give it back with `sudo chown -R`"
        }
        2 if !Path::new("/dev/null").exists() => {
            "there is no /dev/null here, which every Linux has: mount a /dev"
        }
        11 => "this user may start no more processes: end some, or raise the limit (`ulimit -u`)",
        12 => "there is not enough memory: end something else, or take fewer hosts",
        20 => "a part of that path is a file, and must be a folder: move it away",
        23 | 24 => "more open files are needed: raise the limit, as by `ulimit -n 4096`",
        28 | 122 => {
            "the disk is full: make room, or name a folder on another one by XDG_STATE_HOME, XDG_DATA_HOME or `--runs`"
        }
        30 => {
            "that folder can only be read: name others by XDG_STATE_HOME, XDG_DATA_HOME and XDG_CACHE_HOME"
        }
        36 => "that path is too long: choose a folder less deep",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_the_system_have_a_remedy() {
        let error = std::io::Error::from_raw_os_error(28);
        let told = remedy(&format!("cannot write x: {error}; and so on"));
        assert!(told.is_some_and(|told| told.contains("disk is full")));
        assert_eq!(remedy("cannot write x"), None);
        assert_eq!(remedy("cannot write (os error x)"), None);
        assert_eq!(remedy("cannot write (os error 4)"), None);
    }
}
