//! Who is served with what, and when something is fetched.

use super::lines::{lines_of, loud};
use super::*;

const MINUTE: u64 = 60;

#[test]
fn a_token_is_signed_once_and_served_until_it_is_due() {
    let world = World::new();
    for (seconds, signed_at) in [
        (0, 0),
        (0, 0),
        (1, 0),
        // From 10 to 12 minutes on, where the seed says.
        (10 * MINUTE - 1, 0),
        (12 * MINUTE, 12 * MINUTE),
        (22 * MINUTE - 1, 12 * MINUTE),
        (24 * MINUTE, 24 * MINUTE),
        // Long over.
        (100 * MINUTE, 100 * MINUTE),
    ] {
        assert_eq!(world.at(seconds).token_for(None), signed_at, "{seconds}");
    }
    assert_eq!(world.fetched.get(), 4);
}

#[test]
fn a_due_token_is_served_when_no_other_is_to_be_had() {
    let world = World::new();
    assert_eq!(world.token_for(None), 0);
    world.at(13 * MINUTE);
    let (found, lines) = lines_of(|| world.ask_token(Refresh::Early, None, false));
    assert_eq!(found, Ok(0));
    assert_eq!(
        loud(&lines),
        ["what is kept is used once more, since it cannot be refreshed: nobody answers"]
    );
    world.at(14 * MINUTE);
    assert_eq!(world.ask_token(Refresh::Early, None, false), Err(Failure));
    assert_eq!(world.fetched.get(), 3);
}

#[test]
fn a_due_token_is_served_while_another_process_refreshes_it() {
    let world = World::new();
    assert_eq!(world.token_for(None), 0);
    let held = hold(&world);
    assert_eq!(world.at(13 * MINUTE).token_for(None), 0);
    assert_eq!(world.fetched.get(), 1);
    drop(held);
    assert_eq!(world.token_for(None), 13 * MINUTE);
}

#[test]
fn without_the_lock_a_token_is_signed_all_the_same_and_kept() {
    let world = World::new();
    let directory = Directory::open_or_make(&world.cache.path).unwrap();
    drop(directory);
    let held = hold(&world);
    let (signed_at, lines) = lines_of(|| world.token_for(None));
    assert_eq!(signed_at, 0);
    assert_eq!(
        lines,
        [format!(
            "DEBUG no lock for {}: going on without",
            world.file(".json").display()
        )]
    );
    assert_eq!(world.at(1).token_for(None), 0);
    drop(held);
}

#[test]
fn a_person_is_not_asked_before_the_end() {
    let world = World::new();
    let hour = Duration::from_hours(1);
    let ask = |seconds, refresh| world.at(seconds).ask_credentials(refresh, None, hour);
    assert!(ask(0, Refresh::AtEnd));
    assert!(!ask(55 * MINUTE, Refresh::AtEnd));
    // What is signed with two minutes left is good for one.
    assert!(!ask(58 * MINUTE - 1, Refresh::AtEnd));
    assert!(ask(58 * MINUTE, Refresh::AtEnd));
    assert!(ask(113 * MINUTE, Refresh::Early));
}

#[test]
fn a_refresh_that_is_asked_for_is_made() {
    let world = World::new();
    assert_eq!(world.token_for(None), 0);
    assert_eq!(world.at(1).ask_token(Refresh::Now, None, true), Ok(1));
    // The others have it too.
    assert_eq!(world.at(2).token_for(None), 1);
    assert_eq!(world.ask_token(Refresh::Now, None, false), Err(Failure));
}

#[test]
fn an_entry_from_the_future_is_not_served() {
    let world = World::new();
    assert_eq!(world.at(3_600).token_for(None), 3_600);
    // The clock is set back: by how much nobody knows.
    assert_eq!(world.at(3_599).token_for(None), 3_599);
}

#[test]
fn credentials_that_end_soon_or_never_are_not_kept() {
    let world = World::new();
    let minutes = |minutes| Duration::from_mins(minutes);
    assert!(world.ask_credentials(Refresh::Early, None, minutes(2)));
    assert!(world.ask_credentials(Refresh::Early, None, minutes(2)));
    assert_eq!(world.names(), ["KEY.lock"]);
    let clock = world.clock();
    let ask = ask(&clock, Refresh::Early, None);
    let endless = world
        .cache
        .credentials(&key(), &ask, |_| Ok::<_, Failure>(credentials()));
    assert_eq!(texts(&endless.unwrap()), texts(&credentials()));
    assert_eq!(world.names(), ["KEY.lock"]);
    assert!(world.ask_credentials(Refresh::Early, None, minutes(3)));
    assert!(!world.ask_credentials(Refresh::Early, None, minutes(3)));
    assert_eq!(world.names(), ["KEY.json", "KEY.lock"]);
}

#[test]
fn keys_keep_entries_apart() {
    let world = World::new();
    assert_eq!(world.token_for(None), 0);
    let other = KeyBuilder::new("other").finish();
    let clock = world.clock();
    let ask = ask(&clock, Refresh::Early, None);
    let signed = world
        .cache
        .token(&other, &host("us-west-2"), &ask, |_| Err(Failure));
    assert_eq!(signed, Err(Failure));
}

#[cfg(unix)]
#[test]
fn everything_is_for_this_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new();
    world.token_for(parent(7));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(world.names(), ["KEY.json", "KEY.lock", "KEY.served"]);
    assert_eq!(mode(world.cache.path.parent().unwrap()), 0o700);
    assert_eq!(mode(&world.cache.path), 0o700);
    for suffix in [".json", ".lock", ".served"] {
        assert_eq!(mode(&world.file(suffix)), 0o600, "{suffix}");
    }
}

/// Holds the lock as another process would.
fn hold(world: &World) -> lock::Lock {
    let directory = Directory::open(&world.cache.path).unwrap().unwrap();
    lock::wait(&directory, &format!("{}.lock", key()), Duration::ZERO).unwrap()
}
