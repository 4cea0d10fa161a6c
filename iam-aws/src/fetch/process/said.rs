//! What a command says on stderr, passed on as it comes: a question without an end of line is read
//! before its answer.

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// Tells what comes, line by line and the beginning of a line as soon as it is there, until the end.
/// Bytes that are no text are told as that.
pub(super) async fn pass_on(from: Option<impl AsyncRead + Unpin>, tell: impl Fn(&str)) {
    let Some(mut from) = from else { return };
    let mut bytes = vec![0; AT_ONCE];
    let mut kept = 0;
    loop {
        let room = bytes.get_mut(kept..).unwrap_or_default();
        // Who cannot be read any more has nothing more to say.
        let more = from.read(room).await.unwrap_or(0);
        let come = bytes.get(..kept + more).unwrap_or_default();
        let whole = if more == 0 { come.len() } else { whole(come) };
        let (now, later) = come.split_at_checked(whole).unwrap_or((come, &[]));
        for part in String::from_utf8_lossy(now).split_inclusive('\n') {
            tell(part);
        }
        if more == 0 {
            return;
        }
        kept = later.len();
        bytes.copy_within(whole..whole + kept, 0);
    }
}

/// How many of the bytes can be told, which is all but a character that has only begun.
fn whole(bytes: &[u8]) -> usize {
    let last = bytes.utf8_chunks().last();
    let rest = last.map_or(&[][..], |chunk| chunk.invalid());
    match std::str::from_utf8(rest) {
        Err(error) if error.error_len().is_none() => bytes.len() - rest.len(),
        Ok(_) | Err(_) => bytes.len(),
    }
}

/// More than most have to say at a time.
const AT_ONCE: usize = 8 << 10;

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::VecDeque;
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use tokio::io::ReadBuf;

    use super::*;

    /// What comes, one part at a read.
    struct Parts(VecDeque<Vec<u8>>);

    impl AsyncRead for Parts {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            buffer.put_slice(&self.0.pop_front().unwrap_or_default());
            Poll::Ready(Ok(()))
        }
    }

    fn told(parts: &[&[u8]]) -> Vec<String> {
        let told = RefCell::new(Vec::new());
        let tell = |part: &str| told.borrow_mut().push(part.to_owned());
        let parts = Parts(parts.iter().map(|part| part.to_vec()).collect());
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.unwrap().block_on(pass_on(Some(parts), tell));
        told.into_inner()
    }

    #[test]
    fn lines_and_beginnings_of_lines_are_told_at_once_and_characters_whole() {
        let table: [(&[&[u8]], &[&str]); 7] = [
            (&[], &[]),
            (&[b"one\ntwo\n"], &["one\n", "two\n"]),
            (&[b"code: "], &["code: "]),
            (&[b"10 %\r", b"20 %\r"], &["10 %\r", "20 %\r"]),
            (&[b"a\xf0\x9f", b"\x98", b"\x80b"], &["a", "\u{1f600}b"]),
            (
                &[b"\xffa\xc3(", b"\x9b"],
                &["\u{fffd}a\u{fffd}(", "\u{fffd}"],
            ),
            (&[b"a\xc3"], &["a", "\u{fffd}"]),
        ];
        for (parts, expected) in table {
            assert_eq!(told(parts), expected, "{parts:?}");
        }
    }
}
