//! Processes that are killed while they write.

use std::fs::File;
use std::io;
use std::thread;
use std::time::Duration;

use token_exec::cache::Ask;

use crate::child::{Fetch, HOUR, credentials, key, names, task, wait_for};

#[test]
fn a_kill_at_any_moment_leaves_an_entry_that_is_served() {
    let (_root, mut task) = task();
    let cache = task.cache();
    let clock = task.clock();
    let ask = Ask {
        parent: None,
        ..Ask::new(&clock)
    };
    let filled = cache.credentials(&key(), &ask, |_| {
        Ok::<_, io::Error>(credentials(0, clock() + HOUR, 100))
    });
    filled.unwrap();
    task.fetch = Fetch::Repeated;
    for round in 0_u64..ROUNDS {
        let mut child = task.start();
        let _stdout = wait_for(&mut child, "ready");
        // Over several writes, each time somewhere else in them.
        thread::sleep(Duration::from_micros(round * 7_919 % 5_000));
        child.kill().unwrap();
        child.wait().unwrap();

        let served = cache.credentials(&key(), &ask, |_| {
            Err(io::Error::other("there is nothing to serve"))
        });
        let served = served.unwrap();
        let whole = served.session_token.map(|token| token.expose().len());
        assert!(
            whole.is_some_and(|bytes| (1..8_192).contains(&bytes)),
            "round {round}"
        );
        let lock = File::open(cache.path().join(format!("{}.lock", key()))).unwrap();
        lock.try_lock().expect("the lock died with its holder");
    }
    let left = names(cache.path());
    let cleaned = cache.clean(clock() + 24 * 365 * 100 * HOUR).unwrap();
    assert_eq!(
        (cleaned.removed, cleaned.left.len()),
        (left.len(), 0),
        "{left:?}"
    );
}

const ROUNDS: u64 = 200;
