//! What keeps secrets inside the process when it dies.

use std::io::Write as _;
use std::panic::{self, PanicHookInfo};

/// No core dumps, no debugger of the same user, and panics that say where but not what.
///
/// Nothing here is needed for a right token, so what the system refuses is left as it is.
pub fn harden() {
    panic::set_hook(Box::new(say_where));
    without_core_dumps();
}

fn say_where(panic: &PanicHookInfo<'_>) {
    let place = panic
        .location()
        .map(|place| format!(" at {place}"))
        .unwrap_or_default();
    let text = format!("token-exec: internal error{place}\nhint: please report this line\n");
    // With stderr closed there is nobody left to tell.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

#[cfg(unix)]
fn without_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let _ = setrlimit(
        Resource::Core,
        Rlimit {
            current: Some(0),
            maximum: Some(0),
        },
    );
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

#[cfg(not(unix))]
fn without_core_dumps() {}
