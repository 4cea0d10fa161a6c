//! Sources that consist of files: all are read again when one of them changes, and each that
//! cannot be read leaves its last good version in force.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::remarks::Remarks;
use super::{Held, Publisher};
use crate::file_watch::FileWatch;

/// A source that consists of files.
pub(super) trait FileSource: Clone + Send + 'static {
    /// A file as it is read.
    type Read: PartialEq + Send + 'static;
    /// A file as it acts.
    type Compiled: Clone + Send;

    /// The files whose changes matter; a directory stands for the names in it.
    fn watched(&self) -> Vec<PathBuf>;

    /// Reads all files.
    fn read(&self) -> Vec<Reading<Self::Read>>;

    /// Compiles a file that was read at `origin`.
    fn compile(origin: &str, read: &Self::Read) -> Judgement<Self::Compiled>;

    /// What the files hold together, in the order in which they were read, and what is to be said
    /// of that.
    fn held(acting: &[Self::Compiled]) -> (Held, Vec<String>);

    /// When a file was written, in seconds since 1970, by its own account.
    fn written(_read: &Self::Read) -> Option<u64> {
        None
    }
}

/// What a file says, or why it says nothing. A directory that cannot be read is one, too.
#[derive(Debug, PartialEq)]
pub(super) struct Reading<D> {
    pub(super) path: PathBuf,
    pub(super) document: Result<D, String>,
}

/// A file as it acts.
#[derive(Debug)]
pub(super) struct Judgement<C> {
    pub(super) compiled: C,
    /// What is wrong with it, or deserves a look.
    pub(super) remarks: Vec<String>,
    /// Why it must not take the place of a good version.
    pub(super) fault: Option<String>,
}

/// Loads the files and keeps them fresh, for as long as the runtime lives.
pub(super) async fn follow<S: FileSource>(source: S, publisher: Publisher) {
    let mut reloads = publisher.reloads();
    let mut watch = FileWatch::new(source.watched());
    let mut files = Files::new(source);
    loop {
        // Before reading: what changes from then on is noticed.
        watch.turn_to(files.source.watched());
        files.load(&publisher).await;
        tokio::select! {
            () = watch.changed() => {}
            asked = reloads.changed() => if asked.is_err() { return },
        }
    }
}

struct Files<S: FileSource> {
    source: S,
    /// What was read last, good or bad: the same again is not judged again.
    last: Option<Vec<Reading<S::Read>>>,
    /// The last version of each file that could be read as a whole.
    good: BTreeMap<PathBuf, S::Compiled>,
    told: Remarks,
}

/// What acts from now on.
struct Acting<C> {
    files: Vec<C>,
    remarks: Vec<String>,
    /// The first thing that is wrong.
    fault: Option<String>,
    /// Whether every file was good once.
    is_whole: bool,
}

impl<S: FileSource> Files<S> {
    fn new(source: S) -> Self {
        Self {
            source,
            last: None,
            good: BTreeMap::new(),
            told: Remarks::default(),
        }
    }

    async fn load(&mut self, publisher: &Publisher) {
        let source = self.source.clone();
        let Ok(readings) = tokio::task::spawn_blocking(move || source.read()).await else {
            return;
        };
        if self.last.as_ref() == Some(&readings) {
            return;
        }
        let mut acting = self.judge(&readings);
        let is_change = self.last.is_some();
        let read = readings
            .iter()
            .filter_map(|reading| reading.document.as_ref().ok());
        let written: Vec<u64> = read.filter_map(S::written).filter(|_| is_change).collect();
        self.last = Some(readings);
        let (held, of_all) = S::held(&acting.files);
        acting.remarks.extend(of_all);
        self.told.tell(acting.remarks);
        match acting.fault {
            // A file that was never good: what can be read acts, but the source has not loaded.
            Some(why) if !acting.is_whole => {
                publisher.hold(&held);
                publisher.failed(&why);
            }
            fault => publisher.publish(&held, fault),
        }
        written.into_iter().for_each(|at| publisher.acts_after(at));
    }

    fn judge(&mut self, readings: &[Reading<S::Read>]) -> Acting<S::Compiled> {
        let before = std::mem::take(&mut self.good);
        let mut acting = Acting {
            files: Vec::new(),
            remarks: Vec::new(),
            fault: None,
            is_whole: true,
        };
        for reading in readings {
            // Of a directory, all that was good in it.
            let good: Vec<_> = before
                .iter()
                .filter(|(path, _)| path.starts_with(&reading.path))
                .map(|(path, compiled)| (path.clone(), compiled.clone()))
                .collect();
            let why = match &reading.document {
                Err(why) => why.clone(),
                Ok(read) => {
                    let origin = reading.path.display().to_string();
                    let Judgement {
                        compiled,
                        remarks,
                        fault,
                    } = S::compile(&origin, read);
                    acting.remarks.extend(remarks);
                    let Some(why) = fault else {
                        self.good.insert(reading.path.clone(), compiled.clone());
                        acting.files.push(compiled);
                        continue;
                    };
                    if good.is_empty() {
                        acting.files.push(compiled);
                    }
                    why
                }
            };
            acting.is_whole &= !good.is_empty();
            acting.fault.get_or_insert(why);
            acting
                .files
                .extend(good.iter().map(|(_, file)| file.clone()));
            self.good.extend(good);
        }
        acting
    }
}
