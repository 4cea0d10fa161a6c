//! What lies in the cache's directory: an entry, the record of who was served, a file of the AWS
//! CLI. Whatever is served is right by itself, whoever wrote it; all else is as good as none.

#![no_main]

use std::fmt::{self, Display, Formatter};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use iam_core::sts_host::{StsHost, StsHosts};
use iam_core::token::Token;
use libfuzzer_sys::fuzz_target;
use token_exec::cache::{Ask, CacheDir, CacheVariables, Key, KeyBuilder, Parent, aws_cli_cache};

fuzz_target!(|bytes: &[u8]| {
    let (name, key) = (DIRECTORY.display(), key());
    write(&DIRECTORY.join(format!("{key}.json")), bytes);
    write(&DIRECTORY.join(format!("{key}.served")), bytes);
    let cache = CacheDir::locate(Some(&DIRECTORY), &CacheVariables::default());
    let cache = cache.unwrap_or_else(|| panic!("{name} was named"));
    check_token(&cache, &key);
    check_credentials(&cache, &key);
    let kept = aws_cli_cache::read(&DIRECTORY.join(format!("{key}.json")), now());
    if let Some(credentials) = kept {
        assert!(credentials.expiry >= Some(now() + Duration::from_mins(15)));
    }
});

fn check_token(cache: &CacheDir, key: &Key) {
    let (host, clock) = (host(), now);
    for parent in [None, Some(Parent::new(4242, 7))] {
        let ask = Ask {
            parent,
            wait: Duration::ZERO,
            ..Ask::new(&clock)
        };
        if let Ok(signed) = cache.token(key, &host, &ask, |_| Err(Nothing)) {
            let request = Token::parse(signed.token.expose(), &StsHosts::only(&host));
            let request = request.expect("a server would read it");
            assert_eq!(request.date().instant(), signed.signed_at);
            assert!(signed.signed_at <= now() && now() < signed.expiration);
            assert!(signed.expiration <= signed.signed_at + Duration::from_mins(15));
        }
    }
}

fn check_credentials(cache: &CacheDir, key: &Key) {
    let clock = now;
    let ask = Ask {
        wait: Duration::ZERO,
        ..Ask::new(&clock)
    };
    if let Ok(credentials) = cache.credentials(key, &ask, |_| Err(Nothing)) {
        let end = credentials.expiry.expect("what has no end is not kept");
        assert!(now() < end && end <= now() + Duration::from_hours(36));
    }
}

/// A source that gives nothing.
#[derive(Debug)]
struct Nothing;

impl Display for Nothing {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("nothing")
    }
}

impl std::error::Error for Nothing {}

/// As the cache writes: what others may read is not believed.
fn write(path: &Path, bytes: &[u8]) {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(bytes));
    written.expect("the directory is ours");
}

/// Of this process alone.
static DIRECTORY: LazyLock<PathBuf> = LazyLock::new(|| {
    let path = std::env::temp_dir().join(format!("fuzz-cache-{}", std::process::id()));
    // One that is there already is from a process that had the same id.
    let _ = fs::remove_dir_all(&path);
    fs::DirBuilder::new()
        .mode(0o700)
        .create(&path)
        .expect("there is room for temporary files");
    path
});

fn key() -> Key {
    KeyBuilder::new("token").field("profile", "dev").finish()
}

fn host() -> StsHost {
    StsHost::Regional {
        region: "us-west-2".parse().expect("a region"),
        fips: Default::default(),
        dual_stack: Default::default(),
    }
}

/// Minutes after the tokens among the seeds were signed.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_682_640_300)
}
