//! Which process asks: the client that started this one.

/// The process that started this one: its id, and when it was itself started, because ids are
/// used again.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Parent {
    pub(super) id: u64,
    pub(super) started: u64,
}

impl Parent {
    /// The process `id`, started at `started` in any unit that is the same for all.
    #[must_use]
    pub fn new(id: u32, started: u64) -> Self {
        Self {
            id: id.into(),
            started,
        }
    }

    /// The parent of this process.
    ///
    /// When it was started is known on Linux alone; elsewhere the id must do, for as long as what
    /// was served is good. Where the system does not say who the parent is (Windows, or a parent
    /// outside the container), there is none.
    #[must_use]
    pub fn of_this_process() -> Option<Self> {
        #[cfg(unix)]
        {
            let id = rustix::process::getppid()?.as_raw_nonzero().get();
            Some(Self::new(u32::try_from(id).ok()?, started(id)))
        }
        #[cfg(not(unix))]
        None
    }
}

#[cfg(target_os = "linux")]
fn started(id: i32) -> u64 {
    use std::io::Read as _;
    let mut stat = [0; MAX_STAT_BYTES];
    // With /proc mounted `hidepid=2` it is not there, and the id must do.
    let length = std::fs::File::open(format!("/proc/{id}/stat"))
        .and_then(|mut file| file.read(&mut stat))
        .unwrap_or_default();
    stat.get(..length).and_then(start_time).unwrap_or_default()
}

#[cfg(all(unix, not(target_os = "linux")))]
fn started(_id: i32) -> u64 {
    0
}

/// Field 22 of `/proc/PID/stat`, in ticks since the start of the system:
/// <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>.
///
/// Field 2 is the program's name in parentheses and may hold anything, parentheses too.
#[cfg(target_os = "linux")]
fn start_time(stat: &[u8]) -> Option<u64> {
    let end_of_name = stat.iter().rposition(|byte| *byte == b')')?;
    let fields = std::str::from_utf8(stat.get(end_of_name + 1..)?).ok()?;
    // What follows begins with field 3.
    fields.split_ascii_whitespace().nth(22 - 3)?.parse().ok()
}

/// 52 fields of at most 20 digits, and a name of 64 bytes.
#[cfg(target_os = "linux")]
const MAX_STAT_BYTES: usize = 1_536;

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_start_time_is_found_behind_any_name() {
        for (stat, start) in [
            (
                "42 (kubectl) S 1 42 42 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 9 0 123456 99 88 1",
                Some(123_456),
            ),
            (
                "42 (a) b (c) 1 2) S 1 42 42 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 9 0 77 99 88 1",
                Some(77),
            ),
            ("42 (kubectl) S 1 42", None),
            ("42 kubectl S", None),
            ("", None),
        ] {
            assert_eq!(start_time(stat.as_bytes()), start, "{stat}");
        }
        assert_eq!(start_time(b"1 (\xff) \xff"), None);
    }

    #[test]
    fn the_parent_of_this_process_is_known_with_its_start() {
        let parent = Parent::of_this_process().unwrap();
        assert_eq!(Parent::of_this_process(), Some(parent));
        assert!(parent.started > 0);
        // This process was started later, and by that one.
        let own = u64::from(std::process::id());
        assert_ne!(parent.id, own);
        assert!(started(i32::try_from(own).unwrap()) >= parent.started);
    }
}
