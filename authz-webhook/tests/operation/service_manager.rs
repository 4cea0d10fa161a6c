//! Under a service manager: sockets that it opened, and what it is told.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use crate::support::{configuration, program};

/// A webhook whose sockets were opened by somebody else, who listens to it.
struct Managed {
    child: Child,
    manager: UnixDatagram,
}

impl Managed {
    /// systemd passes sockets from descriptor 3 on; a shell moves them there from its own stdin
    /// and stderr, and names itself as the one they are for.
    fn start(directory: &Path, webhook: TcpListener, admin: TcpListener) -> Self {
        let socket = directory.join("notify");
        let manager = UnixDatagram::bind(&socket).unwrap();
        manager.set_read_timeout(Some(LONG)).unwrap();
        let program = program(directory);
        let pass = "export LISTEN_PID=$$ LISTEN_FDS=2; \
                    exec \"$0\" \"$@\" 3<&0 4<&2 0</dev/null 2>log";
        let child = Command::new("/bin/sh")
            .args(["-c", pass])
            .arg(program.get_program())
            .args(["serve", "--config"])
            .arg(configuration(directory, ""))
            .env_clear()
            .env("HOME", directory)
            .env("NOTIFY_SOCKET", socket)
            .current_dir(directory)
            .stdin(Stdio::from(OwnedFd::from(webhook)))
            .stderr(Stdio::from(OwnedFd::from(admin)))
            .spawn()
            .unwrap();
        Self { child, manager }
    }

    fn tells(&self) -> String {
        let mut text = [0; 200];
        let length = self.manager.recv(&mut text).unwrap();
        String::from_utf8(text[..length].to_vec()).unwrap()
    }

    /// Whether no program that it starts, such as a `credential_process`, inherits the descriptor.
    fn keeps_to_itself(&self, descriptor: u8) -> bool {
        let info = format!("/proc/{}/fdinfo/{descriptor}", self.child.id());
        let info = fs::read_to_string(info).unwrap();
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
        let flags = u32::from_str_radix(flags.unwrap().trim(), 8).unwrap();
        flags & CLOSE_ON_EXEC != 0
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill")
            .args([&format!("-{name}"), &id])
            .status();
        assert!(sent.unwrap().success());
    }
}

/// Nothing is left behind when a test fails.
impl Drop for Managed {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `O_CLOEXEC`
const CLOSE_ON_EXEC: u32 = 0o2_000_000;
const LONG: Duration = Duration::from_secs(30);

#[test]
fn serves_on_the_sockets_that_were_passed_and_tells_what_it_does() {
    let directory = tempfile::tempdir().unwrap();
    let [webhook, admin] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    let addresses = [&webhook, &admin].map(|socket| socket.local_addr().unwrap());
    let mut managed = Managed::start(directory.path(), webhook, admin);
    assert_eq!(managed.tells(), "READY=1\n");
    let log = || fs::read_to_string(directory.path().join("log")).unwrap();
    let [webhook, admin] = addresses;
    let expected = format!("serving on {webhook}, probes and metrics on {admin}");
    assert!(log().contains(&expected), "{}", log());
    let kubeconfig = directory.path().join("kube/kubeconfig.yaml");
    let kubeconfig = fs::read_to_string(kubeconfig).unwrap();
    assert!(kubeconfig.contains(&format!("localhost:{}/", webhook.port())));
    for descriptor in [3, 4] {
        assert!(managed.keeps_to_itself(descriptor), "fd {descriptor}");
    }

    managed.signal("HUP");
    let reloading = managed.tells();
    assert!(
        reloading.starts_with("RELOADING=1\nMONOTONIC_USEC="),
        "{reloading}"
    );
    assert_eq!(managed.tells(), "READY=1\n");
    managed.signal("TERM");
    assert_eq!(managed.tells(), "STOPPING=1\n");
    assert!(managed.child.wait().unwrap().success(), "{}", log());
}

#[test]
fn sockets_that_cannot_be_served_are_refused_with_the_remedy() {
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let connection = TcpStream::connect(tcp.local_addr().unwrap()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let file = File::create(directory.path().join("file")).unwrap();
    let unix = UnixListener::bind(directory.path().join("unix")).unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let table: [(OwnedFd, &str, &str); 6] = [
        (file.into(), "1", "fd 3 is not a socket"),
        (unix.into(), "1", "fd 3 is not a valid tcp socket"),
        (udp.into(), "1", "fd 3 is not a valid tcp socket"),
        (connection.into(), "1", "fd 3 does not listen"),
        (tcp.try_clone().unwrap().into(), "2", "fd 4 is not a socket"),
        (tcp.into(), "3", "3 sockets, where 2 are served"),
    ];
    for (passed, number, expected) in table {
        let output = passed_to("$$", number, directory.path(), passed);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        let why = format!("(LISTEN_FDS): {expected}");
        assert!(stderr.contains(&why), "{stderr}");
        let hint = "hint: the .socket unit's ListenStream";
        assert!(stderr.contains(hint), "{stderr}");
    }
}

/// A child of whoever was started with sockets must not take what its parent's descriptors are for
/// its own.
#[test]
fn sockets_that_were_passed_to_somebody_else_are_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    for process in ["1", ""] {
        let not_ours = File::open("/dev/null").unwrap();
        let output = passed_to(process, "1", directory.path(), not_ours.into());
        let stderr = String::from_utf8(output.stderr).unwrap();
        // It goes on to listen as configured, where it cannot.
        assert!(stderr.contains("cannot listen on 127.0.0.1:"), "{stderr}");
    }
}

/// Starts a webhook with `passed` as descriptor 3 and /dev/null as 4, which has no other place to
/// listen at.
fn passed_to(process: &str, number: &str, directory: &Path, passed: OwnedFd) -> Output {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let program = program(directory);
    let pass = format!(
        "export LISTEN_PID={process} LISTEN_FDS={number}; \
         exec \"$0\" \"$@\" 3<&0 4</dev/null 0</dev/null"
    );
    Command::new("/bin/sh")
        .args(["-c", &pass])
        .arg(program.get_program())
        .args(["serve", "--port", &port, "--config"])
        .arg(configuration(directory, ""))
        .env_clear()
        .env("HOME", directory)
        .stdin(Stdio::from(passed))
        .output()
        .unwrap()
}
