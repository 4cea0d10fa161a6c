//! `clean`, and what every write sweeps away.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;

/// What was removed, and what was left and why, by name.
fn clean(world: &World, now: SystemTime) -> (usize, Vec<String>) {
    let cleaned = world.cache.clean(now).unwrap();
    let left = cleaned.left.into_iter().map(|left| {
        let name = left.path.file_name().unwrap().to_string_lossy();
        format!(
            "{}: {}",
            name.replace(&key().to_string(), "KEY"),
            left.reason
        )
    });
    (cleaned.removed, left.collect())
}

fn touch(path: PathBuf, at: SystemTime) {
    let file = File::create(path).unwrap();
    file.set_permissions(fs::Permissions::from_mode(0o600))
        .unwrap();
    file.set_modified(at).unwrap();
}

#[test]
fn a_cache_that_is_not_there_is_clean() {
    let world = World::new();
    assert_eq!(clean(&world, start()), (0, Vec::new()));
    assert!(!world.cache.path.exists());
}

#[test]
fn removes_what_token_exec_wrote_and_nothing_else() {
    let world = World::new();
    world.token_for(parent(1));
    let outside = world.cache.path.with_file_name("outside");
    fs::write(&outside, "mine").unwrap();
    let other = "f".repeat(64);
    let file = |name: &str| world.cache.path.join(name);
    fs::write(file("notes.json"), "mine").unwrap();
    fs::create_dir(file(&format!("{other}.json"))).unwrap();
    symlink(&outside, file(&format!("{other}.lock"))).unwrap();
    symlink(&outside, file(&format!("{other}.served"))).unwrap();
    touch(world.file(".0123456789abcdef.tmp"), start());
    touch(
        world.file(".0123456789abcdee.tmp"),
        start() - Duration::from_mins(11),
    );
    assert_eq!(
        clean(&world, start()),
        (
            4,
            vec![
                "KEY.0123456789abcdef.tmp: another process is using it".to_owned(),
                format!("{other}.json: it is no regular file"),
                format!("{other}.lock: it is no regular file"),
                format!("{other}.served: it is no regular file"),
                "notes.json: token-exec gives no file such a name".to_owned(),
            ]
        )
    );
    assert_eq!(fs::read_to_string(&outside).unwrap(), "mine");
    assert_eq!(world.at(1).token_for(None), 1, "and the cache works");
}

#[test]
fn files_of_others_that_are_named_by_a_digest_stay() {
    let world = World::new();
    world.token_for(None);
    let file = |suffix: &str| world.cache.path.join(format!("{}{suffix}", "f".repeat(64)));
    for (suffix, contents) in [
        (".json", "{\"token\": 1}"),
        (".lock", "4711"),
        (".0123456789abcdef.tmp", "mine"),
    ] {
        fs::write(file(suffix), contents).unwrap();
        let opened = File::options().write(true).open(file(suffix)).unwrap();
        opened
            .set_modified(start() - Duration::from_hours(72))
            .unwrap();
    }
    world.ask_token(Refresh::Now, None, true).unwrap();
    let why = "token-exec did not write what is in it";
    let f = "f".repeat(64);
    let left = [".0123456789abcdef.tmp", ".json", ".lock"].map(|end| format!("{f}{end}: {why}"));
    assert_eq!(clean(&world, start()), (2, left.to_vec()));
}

#[test]
fn a_lock_that_is_held_is_left() {
    let world = World::new();
    world.token_for(None);
    let directory = Directory::open(&world.cache.path).unwrap().unwrap();
    let held = lock::wait(&directory, &format!("{}.lock", key()), Duration::ZERO).unwrap();
    let in_use = vec!["KEY.lock: another process is using it".to_owned()];
    assert_eq!(clean(&world, start()), (1, in_use));
    drop(held);
    assert_eq!(clean(&world, start()), (1, Vec::new()));
}

#[test]
fn a_lock_that_is_not_used_is_removed() {
    let world = World::new();
    world.token_for(None);
    fs::set_permissions(world.file(".lock"), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(clean(&world, start()), (2, Vec::new()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_lock_removed_while_it_was_waited_for_is_not_the_lock() {
    let world = World::new();
    world.token_for(None);
    let name = format!("{}.lock", key());
    let directory = Directory::open(&world.cache.path).unwrap().unwrap();
    let held = lock::wait(&directory, &name, Duration::ZERO).unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let directory = Directory::open(&world.cache.path).unwrap().unwrap();
            lock::wait(&directory, &name, Duration::from_mins(1)).unwrap()
        });
        while open_files(&world.file(".lock")) < 2 {
            std::thread::yield_now();
        }
        // As `clean` does it: removed while it is held.
        directory.remove(&name).unwrap();
        drop(held);
        let _lock = waiting.join().unwrap();
        let third = lock::wait(&directory, &name, Duration::ZERO);
        assert!(third.is_err(), "two processes hold the lock of one name");
    });
}

/// How often this process has the file open.
#[cfg(target_os = "linux")]
fn open_files(path: &Path) -> usize {
    fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter_map(|entry| fs::read_link(entry.unwrap().path()).ok())
        .filter(|target| target == path)
        .count()
}

#[test]
fn a_directory_of_others_is_not_cleaned() {
    let world = World::new();
    world.token_for(None);
    fs::set_permissions(&world.cache.path, fs::Permissions::from_mode(0o777)).unwrap();
    let error = world.cache.clean(start()).unwrap_err();
    assert_eq!(
        ErrorChain(&error).to_string(),
        format!(
            "{} is left as it is: others may write to it, its mode is 0777",
            world.cache.path.display()
        )
    );
    assert_eq!(world.names(), ["KEY.json", "KEY.lock"]);
}

#[test]
fn a_write_sweeps_away_what_is_too_old_to_be_of_use() {
    let world = World::new();
    world.token_for(None);
    let day = Duration::from_hours(24);
    let minutes = |minutes| Duration::from_mins(minutes);
    let file =
        |digit: &str, rest: &str| world.cache.path.join(format!("{}{rest}", digit.repeat(64)));
    for suffix in [".json", ".lock", ".served"] {
        touch(file("a", suffix), start() - 3 * day);
        touch(file("b", suffix), start() - day);
    }
    touch(file("c", ".0123456789abcdef.tmp"), start() - minutes(11));
    touch(file("d", ".0123456789abcdef.tmp"), start() - minutes(9));
    touch(world.cache.path.join("notes"), start() - 300 * day);
    world.ask_token(Refresh::Now, None, true).unwrap();
    let b = "b".repeat(64);
    let d = "d".repeat(64);
    let mut expected = vec![
        "KEY.json".to_owned(),
        "KEY.lock".to_owned(),
        format!("{b}.json"),
        format!("{b}.lock"),
        format!("{b}.served"),
        format!("{d}.0123456789abcdef.tmp"),
        "notes".to_owned(),
    ];
    expected.sort_unstable();
    assert_eq!(world.names(), expected);
}
