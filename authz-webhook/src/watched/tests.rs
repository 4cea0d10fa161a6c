//! Deadlines, in the time of the runtime.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

use super::*;

fn connection(heads: Heads) -> (DuplexStream, Watched<DuplexStream>, Arc<Activity>) {
    let (client, server) = tokio::io::duplex(1024);
    let activity = Activity::begin();
    let limits = Limits::with_connections(1);
    (
        client,
        Watched::new(server, Arc::clone(&activity), heads, limits),
        activity,
    )
}

#[tokio::test(start_paused = true)]
async fn cuts_a_connection_that_sends_nothing() {
    let (_client, mut stream, activity) = connection(Heads::Framed);
    let error = stream.read_u8().await.map_err(|error| error.kind());
    assert_eq!(error, Err(io::ErrorKind::TimedOut));
    assert_eq!(activity.cut(), Some(ConnectionEnd::HeadSlow));
    assert_eq!(activity.opened.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn cuts_a_head_that_does_not_end() {
    let (mut client, mut stream, activity) = connection(Heads::Plain);
    drop(activity.open_request());
    tokio::time::advance(Duration::from_secs(60)).await;
    client.write_all(b"PO").await.unwrap();
    stream.read_u16().await.unwrap();
    tokio::time::advance(Duration::from_secs(9)).await;
    client.write_all(b"ST").await.unwrap();
    stream.read_u16().await.unwrap();
    let error = stream.read_u8().await.map_err(|error| error.kind());
    assert_eq!(error, Err(io::ErrorKind::TimedOut));
    assert_eq!(activity.opened.elapsed().as_secs(), 70);
}

#[tokio::test(start_paused = true)]
async fn ends_an_idle_connection_as_if_the_client_had() {
    let (_client, mut stream, activity) = connection(Heads::Plain);
    drop(activity.open_request());
    assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
    assert_eq!(activity.cut(), Some(ConnectionEnd::Idle));
    assert_eq!(activity.opened.elapsed().as_secs(), 120);
}

#[tokio::test(start_paused = true)]
async fn leaves_a_connection_with_a_request_alone() {
    let (mut client, mut stream, activity) = connection(Heads::Plain);
    let request = activity.open_request();
    let waited = tokio::time::timeout(Duration::from_secs(3600), stream.read_u8()).await;
    assert!(waited.is_err());
    drop(request);
    client.write_all(b"G").await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), b'G');
    assert_eq!(activity.cut(), None);
}

#[tokio::test(start_paused = true)]
async fn pings_do_not_keep_a_framed_connection_from_being_idle() {
    let (mut client, mut stream, activity) = connection(Heads::Framed);
    drop(activity.open_request());
    tokio::time::advance(Duration::from_secs(100)).await;
    client.write_all(b"P").await.unwrap();
    stream.read_u8().await.unwrap();
    assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
    assert_eq!(activity.opened.elapsed().as_secs(), 120);
}

#[tokio::test(start_paused = true)]
async fn reads_on_while_closing_when_a_body_was_left_unread() {
    let (mut client, mut stream, activity) = connection(Heads::Plain);
    activity.open_request().leaves_body_unread();
    let writer = tokio::spawn(async move {
        let written = client.write_all(&[b'x'; 8192]).await;
        drop(client);
        written
    });
    stream.shutdown().await.unwrap();
    writer.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn cuts_a_connection_whose_client_takes_nothing_of_an_answer() {
    let (_client, mut stream, activity) = connection(Heads::Plain);
    let _request = activity.open_request();
    tokio::time::advance(Duration::from_secs(60)).await;
    let error = stream.write_all(&[b'x'; 1025]).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    assert_eq!(activity.cut(), Some(ConnectionEnd::WriteSlow));
    assert_eq!(activity.opened.elapsed().as_secs(), 70);
}

#[tokio::test(start_paused = true)]
async fn lets_a_client_take_an_answer_slowly() {
    let (mut client, mut stream, activity) = connection(Heads::Plain);
    let _request = activity.open_request();
    let writing = tokio::spawn(async move { stream.write_all(&[b'x'; 4096]).await });
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_secs(9)).await;
        client.read_exact(&mut [0; 1024]).await.unwrap();
    }
    writing.await.unwrap().unwrap();
    assert_eq!(activity.cut(), None);
}
