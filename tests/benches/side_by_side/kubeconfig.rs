//! kubeconfig-gen as a whole process: at a large file, beside "hello world" and the AWS CLI, and
//! over many clusters of a slow service.

use std::fmt::Write as _;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use e2e::support::eks::{Eks, EksCluster};
use e2e::support::pki::Ca;
use e2e::support::programs::target_dir;
use e2e::support::sandbox::Sandbox;
use e2e::support::standin::{Fault, Front};
use e2e::support::sts::{STS_REGION, Sts};

use crate::client::lab::{self, Lab};
use crate::client::row::{Row, cpu, wall};
use crate::client::{PAIRS, aws_cli, beside};
use crate::table::{Figure, at_most};

/// The rows of one run.
struct Rows {
    hello: Row,
    small: Row,
    /// Each sets the current context that the other set before, so that both always write.
    large: [Row; 2],
    asking: Row,
    aws_cli: Option<Row>,
    all: Row,
}

pub(crate) fn figures(rounds: usize) -> Vec<Figure> {
    let lab = Lab::new(&target_dir().join("bench"));
    let program = lab.install(&lab::static_program("kubeconfig-gen"));
    let mut rows = Rows::new(&lab, &program);
    lab.measure(rows.rows_mut(), rounds);
    let mut figures: Vec<Figure> = rows.rows().into_iter().map(Row::absolute).collect();
    figures.extend(rows.bars());
    figures.extend(lab.instructions_told(&rows.large[0]));
    figures
}

impl Rows {
    fn new(lab: &Lab, program: &Path) -> Self {
        let small = own("kubeconfig-gen update --from-file, a new file", program);
        let small = small.args(["--from-file", EXAMPLE, "--no-set-context"]);
        let first = own("kubeconfig-gen update --from-file, 1,000 clusters", program);
        let file = first.sandbox.write("home/large", large());
        let choose = |row: Row, alias: &'static str| {
            let row = row.args(["--from-file", EXAMPLE, "--alias", alias, "--kubeconfig"]);
            row.args([&file])
        };
        let second = own("the same once more", program);
        let large = [choose(first, "one"), choose(second, "other")];
        let asking = ["--name", "demo", "--region", STS_REGION];
        let services = Rc::new(Services::new(1, None));
        let slow = Services::new(200, Some(Duration::from_millis(50)));
        let own_asking = own("kubeconfig-gen update --name", program).args(asking);
        Self {
            hello: Row::new(
                "hello, musl static-PIE",
                &lab.hello("x86_64-unknown-linux-musl"),
            ),
            small,
            large,
            asking: services.asked_by(own_asking),
            aws_cli: aws_cli().map(|python| {
                let row = Row::new("aws eks update-kubeconfig", &python);
                let row = row.args(["-m", "awscli", "eks", "update-kubeconfig"]);
                services.asked_by(row.args(asking))
            }),
            all: Rc::new(slow).asked_by(
                own(
                    "kubeconfig-gen update --all, 200 clusters 50 ms away",
                    program,
                )
                .args(["--all", "--region", STS_REGION]),
            ),
        }
    }

    fn rows_mut(&mut self) -> Vec<&mut Row> {
        let [one, other] = &mut self.large;
        let rows = [
            &mut self.hello,
            &mut self.small,
            one,
            other,
            &mut self.asking,
            &mut self.all,
        ];
        rows.into_iter().chain(&mut self.aws_cli).collect()
    }

    fn rows(&self) -> Vec<&Row> {
        let [one, _] = &self.large;
        let rows = [&self.hello, &self.small, one, &self.asking, &self.all];
        rows.into_iter().chain(&self.aws_cli).collect()
    }

    fn bars(&self) -> Vec<Figure> {
        let [large, _] = &self.large;
        let all = self.all.median_of(wall) / 1e6;
        let mut figures = vec![
            at_most(
                5.0,
                "update without a call: cpu / hello, musl",
                self.small.over(&self.hello, cpu),
                PAIRS,
            ),
            at_most(
                50.0,
                "update in a file of 1,000 clusters: cpu ms",
                large.median_of(cpu) / 1e3,
                "median",
            ),
            at_most(2.0, "update --all, 200 clusters: wall s", all, "median"),
        ];
        figures.extend(self.aws_cli.as_ref().map(|peer| {
            let times = peer.over(&self.asking, cpu);
            beside("aws eks update-kubeconfig", "cpu", times, 100.0)
        }));
        figures
    }
}

/// EKS and STS, and the keys that they know.
struct Services {
    sts: Sts,
    eks: Eks,
}

impl Services {
    fn new(clusters: usize, delay: Option<Duration>) -> Self {
        let sandbox = Sandbox::new("bench");
        let sts = Sts::start_plain(sandbox.secrets());
        let eks = Eks::start(Front::Plain, &sts);
        let ca = Ca::new("bench").pem();
        let more = (1..clusters).map(|number| format!("demo-{number}"));
        for name in std::iter::once("demo".to_owned()).chain(more) {
            eks.add(EksCluster::new(&name, &ca));
        }
        if let Some(delay) = delay {
            eks.set_fault(Fault::Delay(delay));
        }
        Self { sts, eks }
    }

    fn asked_by(self: &Rc<Self>, row: Row) -> Row {
        let keys = self.sts.add_user("ops");
        row.env("AWS_ACCESS_KEY_ID", keys.access_key_id)
            .env("AWS_SECRET_ACCESS_KEY", keys.secret_access_key)
            .env("AWS_ENDPOINT_URL_EKS", self.eks.url())
            .env("AWS_ENDPOINT_URL_STS", self.sts.url())
            .asking(Rc::clone(self))
    }
}

fn own(name: &'static str, program: &Path) -> Row {
    Row::new(name, program).args(["update"])
}

/// A thousand clusters with their contexts and users: a mebibyte, the certificates short.
fn large() -> String {
    let arn = |at: usize| format!("arn:aws:eks:us-west-2:111122223333:cluster/team-{at}");
    let mut text = String::from("apiVersion: v1\nclusters:\n");
    for at in 0..CLUSTERS {
        let data = "TFMwdExTMUNSVWRKVGlCRFJWSlVTVVpKUTBGVVJTMHRMUzB0".repeat(6);
        let _ = writeln!(
            text,
            "- cluster:\n    certificate-authority-data: {data}\n    server: https://{at}.example\n  name: {}",
            arn(at)
        );
    }
    text += "contexts:\n";
    for at in 0..CLUSTERS {
        let arn = arn(at);
        let _ = writeln!(
            text,
            "- context:\n    cluster: {arn}\n    user: {arn}\n  name: {arn}"
        );
    }
    text += "current-context: \"\"\nkind: Config\nusers:\n";
    for at in 0..CLUSTERS {
        let _ = writeln!(
            text,
            "- name: {}\n  user:\n    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      args:\n      - --region\n      - us-west-2\n      - --cluster-name\n      - team-{at}\n      command: token-exec\n      env:\n      - name: AWS_PROFILE\n        value: team-{at}\n      installHint: \"Install token-exec in a directory on PATH, or beside kubeconfig-gen\"\n      interactiveMode: Never\n      provideClusterInfo: false",
            arn(at)
        );
    }
    text
}

const CLUSTERS: usize = 1_000;
const EXAMPLE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../examples/describe-cluster.json"
);
