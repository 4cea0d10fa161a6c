//! What is made, kept, renewed, and refused.

use std::time::Duration;

use tempfile::TempDir;

use super::*;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

fn days(count: u64) -> Duration {
    Duration::from_secs(count * 24 * 60 * 60)
}

fn names(hostname: &str) -> Names {
    Names::of(hostname, "127.0.0.1".parse().unwrap()).unwrap()
}

fn files(directory: &TempDir) -> CertificateFiles {
    CertificateFiles::new(directory.path().join("state"), names("localhost"))
}

fn made(directory: &TempDir) -> CertificateFiles {
    let files = files(directory);
    assert_eq!(files.ensure(now()).unwrap(), Origin::Made);
    files
}

fn bytes(files: &CertificateFiles) -> [Vec<u8>; 4] {
    [
        files.authority(),
        files.authority_key(),
        files.certificate(),
        files.key(),
    ]
    .map(|path| fs::read(path).unwrap())
}

#[test]
fn a_leaf_is_kept_until_a_third_of_its_life_is_left() {
    let directory = tempfile::tempdir().unwrap();
    let files = made(&directory);
    let first = bytes(&files);
    assert_eq!(files.ensure(now() + days(59)).unwrap(), Origin::Kept);
    assert_eq!(bytes(&files), first);
    assert_eq!(files.ensure(now() + days(61)).unwrap(), Origin::Made);
    let [authority, authority_key, certificate, key] = bytes(&files);
    assert_eq!([&authority, &authority_key], [&first[0], &first[1]]);
    assert_ne!([&certificate, &key], [&first[2], &first[3]]);
}

#[test]
fn a_leaf_that_does_not_serve_is_made_anew() {
    type Damage = fn(&CertificateFiles);
    let cases: [(&str, Damage); 5] = [
        ("no certificate", |files| {
            fs::remove_file(files.certificate()).unwrap()
        }),
        ("no key", |files| fs::remove_file(files.key()).unwrap()),
        ("torn certificate", |files| {
            fs::write(files.certificate(), "-----BEGIN").unwrap()
        }),
        ("torn key", |files| fs::write(files.key(), "").unwrap()),
        ("key of another", |files| {
            let ca = certificate::authority(now()).unwrap();
            fs::write(files.key(), ca.key).unwrap();
        }),
    ];
    for (case, damage) in cases {
        let directory = tempfile::tempdir().unwrap();
        let files = made(&directory);
        let authority = fs::read(files.authority()).unwrap();
        damage(&files);
        assert_eq!(files.ensure(now()).unwrap(), Origin::Made, "{case}");
        assert_eq!(files.ensure(now()).unwrap(), Origin::Kept, "{case}");
        assert_eq!(fs::read(files.authority()).unwrap(), authority, "{case}");
    }
}

#[test]
fn a_new_name_makes_a_new_leaf() {
    let directory = tempfile::tempdir().unwrap();
    let files = made(&directory);
    let renamed = CertificateFiles::new(files.directory.clone(), names("webhook.example"));
    assert_eq!(renamed.ensure(now()).unwrap(), Origin::Made);
    assert_eq!(renamed.ensure(now()).unwrap(), Origin::Kept);
}

#[test]
fn an_authority_that_ends_before_a_leaf_would_is_renewed_with_its_key() {
    let directory = tempfile::tempdir().unwrap();
    let files = made(&directory);
    let before = bytes(&files);
    let late = now() + days(3650 - 89);
    assert_eq!(files.ensure(late).unwrap(), Origin::Made);
    let after = bytes(&files);
    assert_ne!(after[0], before[0]);
    assert_eq!(after[1], before[1]);
    assert_eq!(files.ensure(late).unwrap(), Origin::Kept);
    // Whoever still trusts the old certificate accepts the new leaf while that one lasts.
    let old = CertificateDer::from_pem_slice(&before[0]).unwrap();
    let leaf = CertificateDer::from_pem_slice(&after[2]).unwrap();
    assert!(certificate::is_good(&leaf, &old, &names("localhost"), late));
}

#[test]
fn a_key_without_its_certificate_gets_one() {
    let directory = tempfile::tempdir().unwrap();
    let files = made(&directory);
    let key = fs::read(files.authority_key()).unwrap();
    fs::remove_file(files.authority()).unwrap();
    assert_eq!(files.ensure(now()).unwrap(), Origin::Kept);
    assert_eq!(fs::read(files.authority_key()).unwrap(), key);
}

#[test]
fn supplied_files_are_left_alone_however_bad() {
    let directory = tempfile::tempdir().unwrap();
    let files = files(&directory);
    fs::create_dir(&files.directory).unwrap();
    fs::write(files.certificate(), "theirs").unwrap();
    fs::write(files.key(), "theirs").unwrap();
    assert_eq!(files.ensure(now()).unwrap(), Origin::Supplied);
    assert_eq!(files.trusted(), files.certificate());
    fs::write(files.authority(), "theirs").unwrap();
    assert_eq!(files.ensure(now()).unwrap(), Origin::Supplied);
    assert_eq!(files.trusted(), files.authority());
    assert_eq!(fs::read(files.certificate()).unwrap(), b"theirs");
}

#[test]
fn half_of_what_belongs_together_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let files = files(&directory);
    fs::create_dir(&files.directory).unwrap();
    let cases = [
        (files.certificate(), files.key()),
        (files.key(), files.certificate()),
        (files.authority(), files.authority_key()),
    ];
    for (present, missing) in cases {
        fs::write(&present, "theirs").unwrap();
        let expected = format!("{} exists without {}", present.display(), missing.display());
        assert_eq!(files.ensure(now()).unwrap_err().to_string(), expected);
        fs::remove_file(&present).unwrap();
        let left = fs::read_dir(&files.directory)
            .unwrap()
            .map(|file| file.unwrap().file_name());
        assert_eq!(left.filter(|name| name != ".lock").count(), 0);
    }
}

#[test]
fn an_authority_of_somebody_else_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let files = made(&directory);
    let other = certificate::authority(now()).unwrap();
    fs::write(files.authority(), other.certificate).unwrap();
    let expected = format!(
        "{} did not sign with {}",
        files.authority().display(),
        files.authority_key().display()
    );
    assert_eq!(files.ensure(now()).unwrap_err().to_string(), expected);
}

#[test]
fn several_processes_at_once_agree_on_one_authority() {
    let directory = tempfile::tempdir().unwrap();
    let files = files(&directory);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| files.ensure(now()).unwrap());
        }
    });
    assert_eq!(files.ensure(now() + days(1)).unwrap(), Origin::Kept);
}

#[cfg(unix)]
#[test]
fn a_key_behind_a_link_that_leads_nowhere_is_missed_and_not_taken_for_none() {
    let directory = tempfile::tempdir().unwrap();
    let files = made(&directory);
    fs::remove_file(files.authority_key()).unwrap();
    let elsewhere = directory.path().join("volume/ca-key.pem");
    std::os::unix::fs::symlink(&elsewhere, files.authority_key()).unwrap();
    for error in [files.check().unwrap_err(), files.ensure(now()).unwrap_err()] {
        let path = files.authority_key();
        assert!(matches!(&error, CertificateError::Read { path: named, .. } if *named == path));
        let hint = "mend the symbolic link, or remove it";
        assert_eq!(error.hint().as_deref(), Some(hint));
    }
}

/// A Secret that is not mounted yet, say.
#[cfg(unix)]
#[test]
fn supplied_files_behind_links_that_lead_nowhere_are_missed_and_not_made_anew() {
    let directory = tempfile::tempdir().unwrap();
    let files = files(&directory);
    fs::create_dir(directory.path().join("state")).unwrap();
    let names = [files.certificate(), files.key(), files.authority()];
    for name in &names {
        std::os::unix::fs::symlink("volume/missing.pem", name).unwrap();
    }
    assert_eq!(files.check().unwrap(), Origin::Supplied);
    assert_eq!(files.ensure(now()).unwrap(), Origin::Supplied);
    assert_eq!(files.trusted(), files.authority());
    for name in &names {
        assert!(name.is_symlink(), "{}", name.display());
        let error = read(name).unwrap_err();
        let hint = "mend the symbolic link, or remove it";
        assert_eq!(error.hint().as_deref(), Some(hint));
    }
}

#[cfg(unix)]
#[test]
fn an_authority_behind_a_link_that_leads_nowhere_is_missed() {
    let directory = tempfile::tempdir().unwrap();
    let files = made(&directory);
    fs::remove_file(files.authority()).unwrap();
    std::os::unix::fs::symlink("volume/ca.pem", files.authority()).unwrap();
    for error in [files.check().unwrap_err(), files.ensure(now()).unwrap_err()] {
        let path = files.authority();
        assert!(matches!(&error, CertificateError::Read { path: named, .. } if *named == path));
    }
    fs::remove_file(files.authority_key()).unwrap();
    fs::remove_file(files.certificate()).unwrap();
    fs::remove_file(files.key()).unwrap();
    for error in [files.check().unwrap_err(), files.ensure(now()).unwrap_err()] {
        assert!(matches!(error, CertificateError::Half { .. }), "{error}");
    }
    assert!(files.authority().is_symlink());
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let error = ErrorChain(&read(&pipe).unwrap_err()).to_string();
    let expected = format!("cannot read {}: not a regular file", pipe.display());
    assert_eq!(error, expected);
}
