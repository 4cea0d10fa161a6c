//! Which clients were served with an entry, so that one that asks again is known to be refused.
//!
//! client-go runs the plugin again when the API server answers 401, and does not say so. Nothing
//! but a refusal makes a client ask before what it was told about the end: so the second question
//! of the same process gets an answer made afresh.
//!
//! A shell script between the client and the plugin hides the client, being another process each
//! time; then a refused token is served until it ends, as it would be without the record.
//!
//! The record is a file beside the entry, of [`PLACES`] places of [`RECORD_BYTES`]. A process's
//! place follows from its id: one is read and one is written whatever else is going on, nothing
//! grows, and only an id that lies a multiple of [`PLACES`] away displaces it, whose price is one
//! token served twice. Each record names the entry by its time, so records need not be removed
//! with it; and as it need not outlive a crash, it is not flushed to the disk.

use std::fs::File;
use std::io;
use std::time::SystemTime;

use iam_core::time::Rfc3339;

use super::directory::{read_at, write_at};
use super::parent::Parent;

/// The record of one entry.
pub(super) struct Served(File);

impl Served {
    /// The record in `file`, which is read and written.
    pub(super) fn new(file: File) -> Self {
        Self(file)
    }

    /// Whether `parent` was served with the entry made at `made_at` and is content until after
    /// `now`.
    pub(super) fn includes(&self, parent: Parent, made_at: Rfc3339, now: SystemTime) -> bool {
        let mut record = [0; RECORD_BYTES];
        // A record that ends early is none.
        let read = read_at(&self.0, &mut record, place(parent));
        let [entry, id, started, until] = fields(&record);
        read.is_ok()
            && (entry, id, started) == (seconds(made_at), parent.id, parent.started)
            && seconds(Rfc3339::nearest(now)) < until
    }

    /// Notes that `parent` is served with the entry made at `made_at`, and content until `until`.
    ///
    /// One write: a process that dies has written all of it or nothing.
    pub(super) fn add(
        &self,
        parent: Parent,
        made_at: Rfc3339,
        until: SystemTime,
    ) -> io::Result<()> {
        let mut record = [0; RECORD_BYTES];
        let fields = [
            seconds(made_at),
            parent.id,
            parent.started,
            seconds(Rfc3339::nearest(until)),
        ];
        for (bytes, field) in record.chunks_exact_mut(8).zip(fields) {
            bytes.copy_from_slice(&field.to_be_bytes());
        }
        write_at(&self.0, &record, place(parent))
    }
}

/// Where the record of `parent` begins.
fn place(parent: Parent) -> u64 {
    parent.id % PLACES * RECORD_BYTES as u64
}

fn fields(record: &[u8; RECORD_BYTES]) -> [u64; 4] {
    let mut fields = [0; 4];
    for (field, bytes) in fields.iter_mut().zip(record.as_chunks().0) {
        *field = u64::from_be_bytes(*bytes);
    }
    fields
}

fn seconds(time: Rfc3339) -> u64 {
    time.instant()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// Entry, process id, its start, and until when it is content; eight bytes each, big-endian.
const RECORD_BYTES: usize = 32;

/// The file is one block of 4 KiB.
const PLACES: u64 = 128;

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn time(seconds: u64) -> Rfc3339 {
        Rfc3339::new(at(seconds)).unwrap()
    }

    #[test]
    fn a_parent_is_known_by_all_that_is_recorded() {
        let served = Served::new(tempfile::tempfile().unwrap());
        let parent = Parent::new(4_242, 77);
        assert!(!served.includes(parent, time(1_000), at(1_000)));
        served.add(parent, time(1_000), at(1_840)).unwrap();
        for (asking, entry, now, known) in [
            (parent, 1_000, 1_000, true),
            (parent, 1_000, 1_839, true),
            // What it was told has passed: it asks because it should.
            (parent, 1_000, 1_840, false),
            // Another entry.
            (parent, 1_001, 1_000, false),
            // Another process with the same id, one in the same place, one elsewhere.
            (Parent::new(4_242, 78), 1_000, 1_000, false),
            (Parent::new(4_242 + 128, 77), 1_000, 1_000, false),
            (Parent::new(4_243, 77), 1_000, 1_000, false),
        ] {
            assert_eq!(
                served.includes(asking, time(entry), at(now)),
                known,
                "{asking:?} {entry} {now}"
            );
        }
    }

    #[test]
    fn the_record_is_bounded_and_holds_the_last_of_every_place() {
        let file = tempfile::tempfile().unwrap();
        let served = Served::new(file.try_clone().unwrap());
        for id in 1..=1_000 {
            served.add(Parent::new(id, 1), time(9), at(10)).unwrap();
        }
        assert_eq!(file.metadata().unwrap().len(), 4_096);
        for id in 1..=1_000 {
            let known = served.includes(Parent::new(id, 1), time(9), at(9));
            assert_eq!(known, id > 1_000 - 128, "{id}");
        }
    }

    #[test]
    fn a_record_cut_off_or_overwritten_is_none() {
        let parent = Parent::new(1, 2);
        for bytes in [&b""[..], &[0; 63], &[0xff; 4_096], &[b'x'; 64]] {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(bytes).unwrap();
            let served = Served::new(file);
            assert!(!served.includes(parent, time(1), at(1)));
        }
    }
}
