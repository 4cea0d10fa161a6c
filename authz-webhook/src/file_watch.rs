//! Notices that files changed: by the system's notifications where they work, and by a look at
//! each file every second where they do not.
//!
//! What is watched is the directory, so that a file replaced by a rename is seen, and a file
//! behind the symbolic links by which the kubelet swaps a mounted ConfigMap.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use notify::{RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::{Interval, MissedTickBehavior, interval, sleep};

/// A look at every file this often.
const LOOK: Duration = Duration::from_secs(1);
/// Several notifications of one change become one.
const SETTLE: Duration = Duration::from_millis(50);

/// Watches a few files for as long as it lives.
#[derive(Debug)]
pub struct FileWatch {
    files: Vec<PathBuf>,
    seen: Vec<Option<Fingerprint>>,
    notifications: mpsc::Receiver<()>,
    looks: Interval,
    _watcher: Option<notify::RecommendedWatcher>,
}

/// What shows, without reading it, that a file is another than before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Fingerprint {
    modified: Option<SystemTime>,
    length: u64,
    #[cfg(unix)]
    inode: (u64, u64),
}

impl FileWatch {
    /// Watches `files`; changes from now on are noticed.
    #[must_use]
    pub fn new(files: Vec<PathBuf>) -> Self {
        let (teller, notifications) = mpsc::channel(1);
        let watcher = watcher(&files, teller);
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let seen = files.iter().map(|file| Fingerprint::of(file)).collect();
        Self {
            files,
            seen,
            notifications,
            looks,
            _watcher: watcher,
        }
    }

    /// Watches these files from now on, if they are others than before.
    pub fn turn_to(&mut self, files: Vec<PathBuf>) {
        if files != self.files {
            *self = Self::new(files);
        }
    }

    /// Waits until one of the files may have changed.
    pub async fn changed(&mut self) {
        loop {
            tokio::select! {
                notified = self.notifications.recv(), if !self.notifications.is_closed() => {
                    if notified.is_some() {
                        sleep(SETTLE).await;
                        let _ = self.notifications.try_recv();
                        self.look();
                        return;
                    }
                }
                _ = self.looks.tick() => {
                    if self.look() {
                        return;
                    }
                }
            }
        }
    }

    /// Takes the fingerprints anew; whether any is another.
    fn look(&mut self) -> bool {
        let now: Vec<_> = self
            .files
            .iter()
            .map(|file| Fingerprint::of(file))
            .collect();
        let differs = now != self.seen;
        self.seen = now;
        differs
    }
}

impl Fingerprint {
    fn of(file: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(file).ok()?;
        Some(Self {
            modified: metadata.modified().ok(),
            length: metadata.len(),
            #[cfg(unix)]
            inode: {
                use std::os::unix::fs::MetadataExt as _;
                (metadata.dev(), metadata.ino())
            },
        })
    }
}

/// Notifications for the directories of `files`; without them the look every second remains.
fn watcher(files: &[PathBuf], teller: mpsc::Sender<()>) -> Option<notify::RecommendedWatcher> {
    let tell = move |event: notify::Result<notify::Event>| {
        // A full channel has told already.
        if event.is_ok_and(|event| !event.kind.is_access()) {
            let _ = teller.try_send(());
        }
    };
    let mut watcher = notify::recommended_watcher(tell).ok()?;
    for file in files {
        let directory = match file.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            Some(_) | None => Path::new("."),
        };
        let inside = file.is_dir().then_some(file.as_path());
        for watched in [Some(directory), inside].into_iter().flatten() {
            if let Err(error) = watcher.watch(watched, RecursiveMode::NonRecursive) {
                tracing::debug!(directory = %watched.display(), %error, "no notifications");
            }
        }
    }
    Some(watcher)
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn notices_a_file_written_in_place_replaced_or_removed() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("config.yaml");
        std::fs::write(&file, "a").unwrap();
        let mut watch = FileWatch::new(vec![file.clone()]);
        std::fs::write(&file, "ab").unwrap();
        timeout(LONG, watch.changed())
            .await
            .expect("written in place");
        let other = home.path().join("other");
        std::fs::write(&other, "cd").unwrap();
        std::fs::rename(&other, &file).unwrap();
        timeout(LONG, watch.changed()).await.expect("replaced");
        std::fs::remove_file(&file).unwrap();
        timeout(LONG, watch.changed()).await.expect("removed");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn notices_the_swap_of_a_mounted_config_map() {
        use std::os::unix::fs::symlink;
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        for version in ["..1", "..2"] {
            std::fs::create_dir(at(version)).unwrap();
            std::fs::write(at(version).join("mapRoles"), version).unwrap();
        }
        symlink("..1", at("..data")).unwrap();
        symlink("..data/mapRoles", at("mapRoles")).unwrap();
        let mut watch = FileWatch::new(vec![at("mapRoles")]);
        symlink("..2", at("..data_tmp")).unwrap();
        std::fs::rename(at("..data_tmp"), at("..data")).unwrap();
        timeout(LONG, watch.changed()).await.expect("swapped");
        assert_eq!(std::fs::read_to_string(at("mapRoles")).unwrap(), "..2");
    }

    #[tokio::test]
    async fn notices_a_change_without_any_notification() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("config.yaml");
        std::fs::write(&file, "a").unwrap();
        let mut watch = FileWatch::new(vec![file.clone()]);
        watch._watcher = None;
        std::fs::write(&file, "longer").unwrap();
        timeout(LONG, watch.changed())
            .await
            .expect("seen by looking");
    }
}
