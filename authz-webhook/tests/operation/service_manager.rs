//! Under a service manager: sockets that it opened, and what it is told.

use std::fs;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Stdio};
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
fn a_descriptor_that_is_no_socket_is_refused_with_the_remedy() {
    let directory = tempfile::tempdir().unwrap();
    let program = program(directory.path());
    let pass = "export LISTEN_PID=$$ LISTEN_FDS=1; exec \"$0\" \"$@\" 3</dev/null";
    let output = Command::new("/bin/sh")
        .args(["-c", pass])
        .arg(program.get_program())
        .args(["serve", "--config"])
        .arg(configuration(directory.path(), ""))
        .env_clear()
        .env("HOME", directory.path())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("LISTEN_FDS"), "{stderr}");
    assert!(stderr.contains("fd 3 is not a socket"), "{stderr}");
    assert!(
        stderr.contains("hint: the .socket unit's ListenStream"),
        "{stderr}"
    );
}
