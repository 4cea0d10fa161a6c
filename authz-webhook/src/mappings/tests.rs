//! Sources that follow files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use iam_core::aws_auth::{self, Data};
use iam_core::principal::Principal;
use tempfile::TempDir;

use super::*;
use crate::config::Overrides;

/// A configuration and a mounted aws-auth in a directory of their own.
struct Home {
    directory: TempDir,
}

impl Home {
    fn new(config: &str, aws_auth: &str) -> Self {
        let home = Self {
            directory: tempfile::tempdir().unwrap(),
        };
        home.write("config.yaml", config);
        home.write("aws-auth.yaml", aws_auth);
        home
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let mounted = self.path("aws-auth.yaml");
        let text = text.replace("MOUNTED", &mounted.display().to_string());
        fs::write(self.path(name), text).unwrap();
    }

    fn sources(&self) -> (Arc<Sources>, Arc<Metrics>) {
        let metrics = Arc::new(Metrics::new());
        let config = Config::load(&self.path("config.yaml"), &Overrides::default()).unwrap();
        (
            Arc::new(Sources::open(&config, Arc::clone(&metrics)).unwrap()),
            metrics,
        )
    }
}

const CONFIG: &str = "\
clusterID: c
server:
  mountedFile: MOUNTED
  mapRoles:
  - {rolearn: 'arn:aws:iam::111122223333:role/A', username: a-of-config}
";

fn manifest(username: &str) -> String {
    format!(
        "kind: ConfigMap\nmetadata: {{name: aws-auth}}\ndata:\n  mapRoles: |\n    \
         - {{rolearn: 'arn:aws:iam::111122223333:role/A', username: {username}}}\n    \
         - {{rolearn: 'arn:aws:iam::111122223333:role/B', username: {username}}}\n"
    )
}

/// The username template of a role, and where it stands.
fn mapped(sources: &Sources, role: &str) -> Option<(String, String)> {
    let arn = format!("arn:aws:sts::111122223333:assumed-role/{role}/session");
    let principal: Principal = arn.parse().unwrap();
    let snapshot = sources.snapshot();
    let hit = snapshot.lookup(&Sought::new(&principal, "")).ok()??;
    let file = Path::new(&*hit.place.origin)
        .file_name()?
        .to_string_lossy()
        .into_owned();
    Some((hit.names?.username.to_string(), file))
}

fn username(sources: &Sources, role: &str) -> Option<String> {
    mapped(sources, role).map(|(username, _)| username)
}

fn state(sources: &Sources) -> SourceState {
    sources.readiness().remove(0).state
}

/// Waits until `holds` does: what follows a file follows it in its own time.
async fn eventually(what: &str, holds: impl Fn() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting)
        .await
        .expect(what);
}

#[tokio::test]
async fn nothing_is_ready_before_it_was_read() {
    let home = Home::new(CONFIG, &manifest("mounted"));
    let (sources, _) = home.sources();
    assert_eq!(
        sources.readiness(),
        [SourceReadiness {
            name: "MountedFile",
            state: SourceState::Loading(None)
        }]
    );
    sources.start();
    eventually("loaded", || state(&sources) == SourceState::Loaded).await;
}

#[tokio::test]
async fn the_configuration_comes_before_the_mounted_file() {
    let home = Home::new(CONFIG, &manifest("mounted"));
    let (sources, _) = home.sources();
    sources.start();
    eventually("loaded", || state(&sources) == SourceState::Loaded).await;
    let of = |username: &str, file: &str| Some((username.to_owned(), file.to_owned()));
    assert_eq!(mapped(&sources, "A"), of("a-of-config", "config.yaml"));
    assert_eq!(mapped(&sources, "B"), of("mounted", "aws-auth.yaml"));
    assert_eq!(mapped(&sources, "C"), None);
}

#[tokio::test]
async fn a_changed_file_acts_without_a_restart() {
    let home = Home::new(CONFIG, &manifest("before"));
    let (sources, _) = home.sources();
    sources.start();
    eventually("loaded", || {
        username(&sources, "B").as_deref() == Some("before")
    })
    .await;
    home.write("aws-auth.yaml", &manifest("after"));
    eventually("mounted", || {
        username(&sources, "B").as_deref() == Some("after")
    })
    .await;
    home.write("config.yaml", &CONFIG.replace("a-of-config", "a-again"));
    eventually("inline", || {
        username(&sources, "A").as_deref() == Some("a-again")
    })
    .await;
    home.write(
        "config.yaml",
        "clusterID: c\nserver: {mountedFile: MOUNTED}\n",
    );
    eventually("revoked", || {
        username(&sources, "A").as_deref() == Some("after")
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_keeps_the_last_good_mappings() {
    let broken = [
        ("aws-auth.yaml", "kind: ["),
        (
            "aws-auth.yaml",
            "kind: ConfigMap\nmetadata: {name: aws-auth}\ndata:\n  mapRoles: \"[\"\n",
        ),
        ("config.yaml", "clusterID: c\nserver: {prot: 1}\n"),
        ("config.yaml", ""),
    ];
    for (file, text) in broken {
        let home = Home::new(CONFIG, &manifest("good"));
        let (sources, metrics) = home.sources();
        sources.start();
        eventually("loaded", || state(&sources) == SourceState::Loaded).await;
        home.write(file, text);
        eventually("degraded", || {
            matches!(state(&sources), SourceState::Degraded(_))
        })
        .await;
        let SourceState::Degraded(why) = state(&sources) else {
            panic!("degraded")
        };
        assert!(why.contains(file), "{why}");
        assert_eq!(username(&sources, "A").as_deref(), Some("a-of-config"));
        assert_eq!(username(&sources, "B").as_deref(), Some("good"));
        let gauge = "authz_webhook_mapping_degraded{source=\"MountedFile\"} 1";
        assert!(
            metrics.encode().lines().any(|line| line == gauge),
            "{}",
            metrics.encode()
        );
        home.write("config.yaml", CONFIG);
        home.write("aws-auth.yaml", &manifest("mended"));
        eventually("mended", || {
            username(&sources, "B").as_deref() == Some("mended")
        })
        .await;
        eventually("loaded again", || state(&sources) == SourceState::Loaded).await;
    }
}

#[tokio::test]
async fn a_file_that_vanishes_empties_nothing() {
    let home = Home::new(CONFIG, &manifest("good"));
    let (sources, _) = home.sources();
    sources.start();
    eventually("loaded", || state(&sources) == SourceState::Loaded).await;
    fs::remove_file(home.path("aws-auth.yaml")).unwrap();
    eventually("degraded", || {
        matches!(state(&sources), SourceState::Degraded(_))
    })
    .await;
    assert_eq!(username(&sources, "B").as_deref(), Some("good"));
}

#[tokio::test]
async fn a_broken_file_does_not_hold_up_the_other() {
    let home = Home::new(CONFIG, "kind: [");
    let (sources, _) = home.sources();
    sources.start();
    eventually("inline", || {
        username(&sources, "A").as_deref() == Some("a-of-config")
    })
    .await;
    assert!(matches!(state(&sources), SourceState::Loading(_)));
    home.write("config.yaml", &CONFIG.replace("a-of-config", "a-again"));
    eventually("inline again", || {
        username(&sources, "A").as_deref() == Some("a-again")
    })
    .await;
    home.write("aws-auth.yaml", &manifest("mended"));
    eventually("mended", || state(&sources) == SourceState::Loaded).await;
    assert_eq!(username(&sources, "B").as_deref(), Some("mended"));
}

#[tokio::test]
async fn a_section_that_was_never_readable_is_not_loaded_and_hides_no_other() {
    let broken = manifest("good").replace("    - ", "    [ ");
    let users = "  mapUsers: |\n    \
                 - {userarn: 'arn:aws:iam::111122223333:user/Alice', username: alice}\n";
    let home = Home::new(CONFIG, &(broken + users));
    let (sources, _) = home.sources();
    sources.start();
    let alice: Principal = "arn:aws:iam::111122223333:user/Alice".parse().unwrap();
    eventually("held", || {
        sources
            .snapshot()
            .lookup(&Sought::new(&alice, ""))
            .is_ok_and(|hit| hit.is_some())
    })
    .await;
    assert!(matches!(state(&sources), SourceState::Loading(_)));
    home.write("aws-auth.yaml", &(manifest("mended") + users));
    eventually("loaded", || state(&sources) == SourceState::Loaded).await;
    assert_eq!(username(&sources, "B").as_deref(), Some("mended"));
    home.write("aws-auth.yaml", "kind: [");
    eventually("degraded", || {
        matches!(state(&sources), SourceState::Degraded(_))
    })
    .await;
}

#[tokio::test]
async fn one_faulty_entry_falls_alone_and_a_revocation_beside_it_lands() {
    let home = Home::new(CONFIG, &manifest("good"));
    let (sources, _) = home.sources();
    sources.start();
    eventually("loaded", || {
        username(&sources, "B").as_deref() == Some("good")
    })
    .await;
    let one_bad = manifest("good").replace("role/B', username: good", "role/C', username: ''");
    home.write("aws-auth.yaml", &one_bad);
    eventually("revoked", || username(&sources, "B").is_none()).await;
    assert_eq!(mapped(&sources, "C"), None);
    assert_eq!(state(&sources), SourceState::Loaded);
}

#[test]
fn a_kubeconfig_that_is_none_ends_the_start() {
    let home = Home::new(
        "clusterID: c\nserver: {backendMode: EKSConfigMap, kubeconfig: MOUNTED}\n",
        "clusters: [",
    );
    let config = Config::load(&home.path("config.yaml"), &Overrides::default()).unwrap();
    let error = Sources::open(&config, Arc::new(Metrics::new())).unwrap_err();
    let expected = format!(
        "cannot use the kubeconfig {}",
        home.path("aws-auth.yaml").display()
    );
    assert_eq!(error.to_string(), expected);
}

/// Access entries in a directory, beside a configuration that maps the same role.
fn with_entries() -> Home {
    let config = format!(
        "{CONFIG}  backendMode: [MountedFile, AccessEntries]\n  accessEntries: [ENTRIES]\n"
    );
    let home = Home::new("", &manifest("mounted"));
    fs::create_dir(home.path("entries")).unwrap();
    let entries = home.path("entries").display().to_string();
    home.write("config.yaml", &config.replace("ENTRIES", &entries));
    home.write("entries/a.yaml", &entry("A", "of-entry"));
    home
}

fn entry(role: &str, username: &str) -> String {
    format!("- {{principalArn: 'arn:aws:iam::111122223333:role/{role}', username: {username}}}\n")
}

fn states(sources: &Sources) -> Vec<SourceState> {
    let readiness = sources.readiness().into_iter();
    readiness.map(|source| source.state).collect()
}

fn are_loaded(sources: &Sources) -> bool {
    let mut states = states(sources).into_iter();
    states.all(|state| state == SourceState::Loaded)
}

#[tokio::test]
async fn an_access_entry_wins_whatever_the_order_of_the_sources() {
    let home = with_entries();
    let (sources, metrics) = home.sources();
    assert_eq!(mapped(&sources, "A"), None);
    sources.start();
    eventually("loaded", || are_loaded(&sources)).await;
    let of = |username: &str, file: &str| Some((username.to_owned(), file.to_owned()));
    assert_eq!(mapped(&sources, "A"), of("of-entry", "a.yaml"));
    assert_eq!(mapped(&sources, "B"), of("mounted", "aws-auth.yaml"));
    let snapshot = sources.snapshot();
    let shadowed = snapshot.shadowed().into_iter();
    let shadowed: Vec<_> = shadowed
        .map(|shadowed| (shadowed.winner.list, shadowed.loser.list))
        .collect();
    let wins = ("accessEntries", "mapRoles");
    assert_eq!(shadowed, [wins, wins], "over both files");
    let gauge = "authz_webhook_mapping_entries{source=\"AccessEntries\"} 1";
    assert!(metrics.encode().lines().any(|line| line == gauge));
}

#[tokio::test]
async fn nobody_is_mapped_otherwise_before_the_access_entries_have_loaded() {
    let home = with_entries();
    home.write("entries/b.yaml", "accessEntries: [");
    let (sources, _) = home.sources();
    sources.start();
    eventually("a file", || {
        username(&sources, "A").as_deref() == Some("of-entry")
    })
    .await;
    eventually("mounted", || state(&sources) == SourceState::Loaded).await;
    assert!(matches!(
        states(&sources).as_slice(),
        [SourceState::Loaded, SourceState::Loading(_)]
    ));
    assert_eq!(username(&sources, "B"), None, "b.yaml may yet name it");
    home.write("entries/b.yaml", &entry("B", "of-entry"));
    eventually("mended", || {
        username(&sources, "B").as_deref() == Some("of-entry")
    })
    .await;
    eventually("ready", || are_loaded(&sources)).await;
}

#[test]
fn a_later_source_has_no_word_before_an_earlier_one_has_loaded() {
    let held = |role: &str, username: &str| {
        let data = format!(
            "- {{rolearn: 'arn:aws:iam::111122223333:role/{role}', username: {username}}}\n"
        );
        let data = Data {
            map_roles: Some(&data),
            ..Data::default()
        };
        let document = Document::compile("aws-auth", &aws_auth::Document::parse(&data));
        Held::AwsAuth(vec![document])
    };
    let word = |snapshot: &Snapshot| {
        let principal: Principal = "arn:aws:iam::111122223333:role/A".parse().unwrap();
        let hit = snapshot.lookup(&Sought::new(&principal, ""))?;
        Ok(hit.map(|hit| hit.names.unwrap().username.to_string()))
    };
    let none = Snapshot::empty(&[BackendMode::EksConfigMap, BackendMode::MountedFile]);
    assert_eq!(word(&none), Err(NotLoaded));
    let later = none.with(1, held("A", "later"), Loading::Done);
    assert_eq!(word(&later), Err(NotLoaded));
    let partly = later.with(0, held("B", "b"), Loading::Unchanged);
    assert_eq!(word(&partly), Err(NotLoaded));
    let knows = later.with(0, held("A", "earlier"), Loading::Unchanged);
    assert_eq!(word(&knows), Ok(Some("earlier".to_owned())));
    let unknown = later.with(0, held("B", "b"), Loading::Done);
    assert_eq!(word(&unknown), Ok(Some("later".to_owned())));
    let earlier = none.with(0, held("A", "earlier"), Loading::Done);
    assert_eq!(word(&earlier), Ok(Some("earlier".to_owned())));
}

#[tokio::test]
async fn files_come_go_and_break_in_a_directory_of_access_entries() {
    let home = with_entries();
    let (sources, _) = home.sources();
    sources.start();
    eventually("loaded", || are_loaded(&sources)).await;
    home.write("entries/b.json", r#"{"accessEntries": [{"principalArn": "arn:aws:iam::111122223333:role/path/C", "username": "c"}]}"#);
    eventually("a new file", || {
        username(&sources, "C").as_deref() == Some("c")
    })
    .await;
    home.write("entries/a.yaml", "accessEntries: [");
    let is_degraded = || matches!(states(&sources).last(), Some(SourceState::Degraded(_)));
    eventually("degraded", is_degraded).await;
    assert_eq!(username(&sources, "A").as_deref(), Some("of-entry"));
    home.write("entries/a.yaml", &entry("A", "again"));
    eventually("mended", || {
        username(&sources, "A").as_deref() == Some("again")
    })
    .await;
    home.write("entries/z.yaml", &entry("a", "last"));
    eventually("replaced", || {
        username(&sources, "A").as_deref() == Some("last")
    })
    .await;
    fs::remove_file(home.path("entries/z.yaml")).unwrap();
    fs::remove_file(home.path("entries/b.json")).unwrap();
    eventually("gone", || username(&sources, "C").is_none()).await;
    eventually("back", || {
        username(&sources, "A").as_deref() == Some("again")
    })
    .await;
    fs::rename(home.path("entries"), home.path("elsewhere")).unwrap();
    eventually("degraded", is_degraded).await;
    assert_eq!(username(&sources, "A").as_deref(), Some("again"));
}

/// A configuration whose only source is a dynamic file, which does not exist yet.
fn with_dynamic_file() -> Home {
    let home = Home::new("", "");
    let file = home.path("dynamic.json").display().to_string();
    let config = "clusterID: c\nserver: {backendMode: DynamicFile, dynamicfilepath: FILE}\n";
    home.write("config.yaml", &config.replace("FILE", &file));
    home
}

fn dynamic(username: &str, written: u64) -> String {
    format!(
        "{{\"LastUpdatedDateTime\": \"{written}\", \"mapRoles\": [{{\"rolearn\": \
         \"arn:aws:iam::111122223333:role/A\", \"username\": \"{username}\"}}]}}"
    )
}

#[tokio::test]
async fn a_dynamic_file_is_followed_from_before_it_exists_until_after_it_is_deleted() {
    let home = with_dynamic_file();
    let (sources, metrics) = home.sources();
    sources.start();
    eventually("loaded", || state(&sources) == SourceState::Loaded).await;
    assert_eq!(username(&sources, "A"), None);
    let is = |expected: Option<&str>| username(&sources, "A").as_deref() == expected;
    home.write("dynamic.json", &dynamic("written", 1));
    eventually("written", || is(Some("written"))).await;
    for broken in ["", "{\"mapRoles\": [", "{\"mapRoles\": {}}", "[]"] {
        home.write("dynamic.json", broken);
        eventually("degraded", || {
            matches!(state(&sources), SourceState::Degraded(_))
        })
        .await;
        assert!(is(Some("written")), "{broken:?}");
        home.write("dynamic.json", &dynamic("written", 1));
        eventually("mended", || state(&sources) == SourceState::Loaded).await;
    }
    let gauge = "authz_webhook_mapping_entries{source=\"DynamicFile\"} 1";
    assert!(metrics.encode().lines().any(|line| line == gauge));
    fs::remove_file(home.path("dynamic.json")).unwrap();
    eventually("deleted", || is(None)).await;
    assert_eq!(state(&sources), SourceState::Loaded);
    home.write("dynamic.json", &dynamic("again", 1));
    eventually("again", || is(Some("again"))).await;
}

#[tokio::test]
async fn the_time_from_writing_a_dynamic_file_to_its_acting_is_measured_from_the_second_on() {
    let home = with_dynamic_file();
    home.write("dynamic.json", &dynamic("first", 1_000));
    let metrics = Arc::new(Metrics::new());
    let config = Config::load(&home.path("config.yaml"), &Overrides::default()).unwrap();
    let sources = Sources::open(&config, Arc::clone(&metrics)).unwrap();
    let clock = || UNIX_EPOCH + Duration::from_secs(2_004);
    let sources = Arc::new(sources.timed_by(clock));
    sources.start();
    let is = |expected: &str| username(&sources, "A").as_deref() == Some(expected);
    eventually("first", || is("first")).await;
    let series = "aws_iam_authenticator_dynamic_e2e_latency_seconds";
    assert!(!metrics.encode().contains(&format!("{series}_sum")));
    home.write("dynamic.json", &dynamic("second", 2_000));
    let sum = format!("{series}_sum{{type=\"dynamic_file\"}} 4.0");
    eventually("measured", || metrics.encode().contains(&sum)).await;
    // Written in the future, or at no time at all: not measured.
    home.write("dynamic.json", &dynamic("third", 3_000));
    eventually("third", || is("third")).await;
    home.write(
        "dynamic.json",
        &dynamic("fourth", 4).replace("\"4\"", "\"today\""),
    );
    eventually("fourth", || is("fourth")).await;
    assert!(metrics.encode().contains(&sum));
}
