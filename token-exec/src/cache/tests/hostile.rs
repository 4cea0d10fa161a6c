//! Files and directories that are not what they should be.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::lines::{lines_of, loud};
use super::*;

/// A world with an entry that is served.
fn filled() -> World {
    let world = World::new();
    assert_eq!(world.token_for(None), 0);
    assert_eq!(world.at(1).token_for(None), 0);
    world
}

/// Asserts that the entry is passed over, that a new one is kept, and what is said aloud.
fn passes_over(world: &World, what: &str) -> Vec<String> {
    let (signed_at, lines) = lines_of(|| world.at(2).token_for(None));
    assert_eq!(signed_at, 2, "{what}");
    assert_eq!(
        world.at(3).token_for(None),
        2,
        "{what}: the new one is kept"
    );
    loud(&lines).into_iter().map(str::to_owned).collect()
}

#[test]
fn a_link_is_not_followed_but_replaced() {
    let world = filled();
    let elsewhere = world.cache.path.with_file_name("elsewhere.json");
    fs::rename(world.file(".json"), &elsewhere).unwrap();
    symlink(&elsewhere, world.file(".json")).unwrap();
    let before = fs::read(&elsewhere).unwrap();
    assert_eq!(passes_over(&world, "a link"), [""; 0]);
    assert_eq!(fs::read(&elsewhere).unwrap(), before);
    assert!(world.file(".json").symlink_metadata().unwrap().is_file());
}

#[test]
fn a_link_to_nothing_is_replaced() {
    let world = filled();
    fs::remove_file(world.file(".json")).unwrap();
    let nothing = world.cache.path.with_file_name("nothing");
    symlink(&nothing, world.file(".json")).unwrap();
    assert_eq!(passes_over(&world, "a link to nothing"), [""; 0]);
    assert!(!nothing.exists());
}

#[test]
fn a_second_name_of_the_file_is_not_written_through() {
    let world = filled();
    let elsewhere = world.cache.path.with_file_name("elsewhere.json");
    fs::hard_link(world.file(".json"), &elsewhere).unwrap();
    let before = fs::read(&elsewhere).unwrap();
    assert_eq!(passes_over(&world, "a hard link"), [""; 0]);
    assert_eq!(fs::read(&elsewhere).unwrap(), before);
}

#[test]
fn a_pipe_is_passed_over_without_waiting() {
    let world = filled();
    fs::remove_file(world.file(".json")).unwrap();
    pipe(&world.file(".json"));
    assert_eq!(passes_over(&world, "a pipe"), [""; 0]);
}

#[test]
fn a_directory_in_the_place_of_an_entry_costs_a_fetch_and_a_warning() {
    let world = filled();
    fs::remove_file(world.file(".json")).unwrap();
    fs::create_dir(world.file(".json")).unwrap();
    let (signed_at, lines) = lines_of(|| world.at(2).token_for(None));
    assert_eq!(signed_at, 2);
    assert_eq!(
        loud(&lines),
        [format!(
            "cannot write {}: Is a directory (os error 21)",
            world.file(".json").display()
        )]
    );
    assert_eq!(
        world.names(),
        ["KEY.json", "KEY.lock"],
        "nothing is left beside it"
    );
}

#[test]
fn a_file_that_others_may_read_is_passed_over_with_one_warning() {
    for mode in [0o640, 0o604, 0o620, 0o602, 0o666] {
        let world = filled();
        fs::set_permissions(world.file(".json"), Permissions::from_mode(mode)).unwrap();
        assert_eq!(
            passes_over(&world, "a file that others may read"),
            [format!(
                "{} is not used: others may read or write it, its mode is {mode:04o}: \
                 remove it",
                world.file(".json").display()
            )]
        );
    }
}

#[test]
fn garbage_is_passed_over() {
    for (what, bytes) in [
        ("nothing", Vec::new()),
        ("a mebibyte", vec![b' '; 1 << 20]),
        ("no text", vec![0xff; 100]),
        ("deep JSON", vec![b'['; 60_000]),
        ("zeros, as after a crash", vec![0; 700]),
    ] {
        let world = filled();
        fs::write(world.file(".json"), bytes).unwrap();
        assert_eq!(passes_over(&world, what), [""; 0], "{what}");
    }
}

#[test]
fn another_users_file_is_not_believed() {
    // As root we can make one; everybody else finds one.
    let file = if rustix::process::geteuid().is_root() {
        let file = tempfile::tempfile().unwrap();
        std::os::unix::fs::fchown(&file, Some(1), None).unwrap();
        file
    } else {
        File::open("/etc/passwd").unwrap()
    };
    let distrust = trust::Trusted::new(file).err().unwrap();
    assert!(
        matches!(distrust, trust::Distrust::Foreign { .. }),
        "{distrust:?}"
    );
    assert!(distrust.is_exposure());
}

#[test]
fn a_lock_or_record_that_is_a_link_is_left_alone() {
    let world = World::new();
    fs::create_dir_all(&world.cache.path).unwrap();
    fs::set_permissions(&world.cache.path, Permissions::from_mode(0o700)).unwrap();
    let elsewhere = world.cache.path.with_file_name("elsewhere");
    fs::write(&elsewhere, "mine").unwrap();
    symlink(&elsewhere, world.file(".lock")).unwrap();
    symlink(&elsewhere, world.file(".served")).unwrap();
    let (signed_at, lines) = lines_of(|| world.token_for(parent(1)));
    assert_eq!((signed_at, loud(&lines)), (0, Vec::new()));
    assert_eq!(world.at(1).token_for(parent(2)), 0);
    assert_eq!(
        world.at(2).token_for(parent(2)),
        2,
        "the record was made anew"
    );
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "mine");
}

#[test]
fn pipes_for_lock_and_record_cost_no_more_than_a_fetch() {
    let world = World::new();
    fs::create_dir_all(&world.cache.path).unwrap();
    fs::set_permissions(&world.cache.path, Permissions::from_mode(0o700)).unwrap();
    pipe(&world.file(".lock"));
    pipe(&world.file(".served"));
    assert_eq!(world.token_for(parent(1)), 0);
    assert_eq!(world.at(1).token_for(parent(2)), 0);
}

#[test]
fn a_directory_that_is_not_for_this_user_alone_is_left_alone() {
    let unsafe_modes = [0o770, 0o702, 0o777, 0o1777];
    for mode in unsafe_modes {
        let world = filled();
        fs::set_permissions(&world.cache.path, Permissions::from_mode(mode)).unwrap();
        let (signed_at, lines) = lines_of(|| world.at(2).token_for(None));
        assert_eq!(signed_at, 2);
        assert_eq!(
            loud(&lines),
            [format!(
                "nothing is kept in {}: others may write to it, its mode is {mode:04o}: take the \
                 permission away with chmod go-w, or give another with --cache-dir",
                world.cache.path.display()
            )]
        );
        let found = fs::metadata(&world.cache.path)
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(found & 0o7777, mode, "left as it is");
    }
}

#[test]
fn another_users_directory_is_left_alone() {
    let world = filled();
    let path = if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(&world.cache.path, Some(1), None).unwrap();
        world.cache.path.clone()
    } else {
        PathBuf::from("/usr")
    };
    let unusable = Directory::open(&path).map(|_| ()).unwrap_err();
    assert!(matches!(unusable, Unusable::Foreign { .. }), "{unusable}");
}

#[test]
fn a_directory_that_is_a_link_is_not_followed() {
    let world = filled();
    let elsewhere = world.cache.path.with_file_name("elsewhere");
    fs::rename(&world.cache.path, &elsewhere).unwrap();
    symlink(&elsewhere, &world.cache.path).unwrap();
    let (signed_at, lines) = lines_of(|| world.at(2).token_for(None));
    assert_eq!(signed_at, 2);
    assert_eq!(loud(&lines).len(), 1, "{lines:?}");
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 2);
}

#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_cannot_be_written_costs_a_warning_that_names_it() {
    // It is ours, its mode is 0555, and the system lets nobody make a file in it, root neither.
    let world = World {
        cache: CacheDir {
            path: PathBuf::from("/proc/self/task"),
        },
        ..World::new()
    };
    let (signed_at, lines) = lines_of(|| world.token_for(parent(1)));
    assert_eq!(signed_at, 0);
    let [line] = loud(&lines)[..] else {
        panic!("{lines:?}")
    };
    let key = key();
    let start = format!("cannot write /proc/self/task/{key}.json: ");
    assert!(line.starts_with(&start), "{line}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_directory_that_cannot_be_made_costs_a_warning_that_names_it() {
    let world = World {
        cache: CacheDir {
            path: PathBuf::from("/proc/self/task/none/token-exec"),
        },
        ..World::new()
    };
    let (signed_at, lines) = lines_of(|| world.token_for(None));
    assert_eq!(signed_at, 0);
    assert_eq!(
        loud(&lines),
        [
            "nothing is kept in /proc/self/task/none/token-exec: it cannot be made: No such file \
             or directory (os error 2): give another with --cache-dir, or --cache off"
        ]
    );
}

#[test]
fn nothing_secret_is_said_whatever_is_wrong() {
    let world = filled();
    let kept = fs::read_to_string(world.file(".json")).unwrap();
    for text in [
        kept.replace("Token", "Other"),
        kept.replace("v1.", "v9."),
        kept.replace('}', ""),
    ] {
        fs::write(world.file(".json"), text).unwrap();
        let (_, lines) = lines_of(|| world.token_for(parent(5)));
        assert!(!lines.is_empty());
        for line in lines {
            assert!(!line.contains("k8s-aws"), "{line}");
        }
    }
}

#[test]
fn a_name_that_is_swapped_for_a_link_is_never_read_or_written_through() {
    let world = filled();
    let outside = world.cache.path.with_file_name("outside");
    let text = fs::read_to_string(world.file(".json")).unwrap();
    // An entry that would be served, if it were read: only its time tells.
    fs::write(&outside, text.replace("22:24:31Z", "22:24:30Z")).unwrap();
    fs::set_permissions(&outside, Permissions::from_mode(0o600)).unwrap();
    let before = fs::read(&outside).unwrap();
    assert_ne!(before, text.as_bytes());
    let entry = world.file(".json");
    let spare = world.cache.path.with_file_name("spare");
    std::thread::scope(|scope| {
        let swapping = scope.spawn(|| {
            for _ in 0..3_000 {
                symlink(&outside, &spare).unwrap();
                fs::rename(&spare, &entry).unwrap();
            }
        });
        while !swapping.is_finished() {
            let directory = Directory::open(&world.cache.path).unwrap().unwrap();
            if let Some(file) = directory.read(&format!("{}.json", key())) {
                let is_outside = *file.contents().unwrap() == before;
                assert!(!is_outside, "the link was followed");
            }
            world.token_for(None);
        }
    });
    assert_eq!(fs::read(&outside).unwrap(), before);
}

fn pipe(path: &Path) {
    let made = std::process::Command::new("mkfifo").arg(path).status();
    assert!(made.unwrap().success());
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}
