//! The fields that kubectl knows, and what each may hold.
//!
//! <https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/>

use super::Shape;

pub(super) const FILE: Shape = Shape::Map(&[
    ("kind", Shape::Text),
    ("apiVersion", Shape::Text),
    ("current-context", Shape::Text),
    (
        "preferences",
        Shape::Map(&[("colors", Shape::Flag), ("extensions", EXTENSIONS)]),
    ),
    ("extensions", EXTENSIONS),
    ("clusters", Shape::List(&CLUSTER)),
    ("contexts", Shape::List(&CONTEXT)),
    ("users", Shape::List(&USER)),
]);

const EXTENSIONS: Shape = Shape::List(&Shape::Map(&[("name", Shape::Text)]));

static CLUSTER: Shape = Shape::Map(&[
    ("name", Shape::Text),
    (
        "cluster",
        Shape::Map(&[
            ("server", Shape::Text),
            ("tls-server-name", Shape::Text),
            ("insecure-skip-tls-verify", Shape::Flag),
            ("certificate-authority", Shape::Text),
            ("certificate-authority-data", Shape::Base64),
            ("proxy-url", Shape::Text),
            ("disable-compression", Shape::Flag),
            ("extensions", EXTENSIONS),
        ]),
    ),
]);

static CONTEXT: Shape = Shape::Map(&[
    ("name", Shape::Text),
    (
        "context",
        Shape::Map(&[
            ("cluster", Shape::Text),
            ("user", Shape::Text),
            ("namespace", Shape::Text),
            ("extensions", EXTENSIONS),
        ]),
    ),
]);

static USER: Shape = Shape::Map(&[
    ("name", Shape::Text),
    (
        "user",
        Shape::Map(&[
            ("client-certificate", Shape::Text),
            ("client-certificate-data", Shape::Base64),
            ("client-key", Shape::Text),
            ("client-key-data", Shape::Base64),
            ("token", Shape::Text),
            ("tokenFile", Shape::Text),
            ("as", Shape::Text),
            ("as-uid", Shape::Text),
            ("as-groups", Shape::List(&Shape::Text)),
            ("username", Shape::Text),
            ("password", Shape::Text),
            (
                "auth-provider",
                Shape::Map(&[("name", Shape::Text), ("config", Shape::TextMap)]),
            ),
            ("exec", EXEC),
            ("extensions", EXTENSIONS),
        ]),
    ),
]);

const EXEC: Shape = Shape::Map(&[
    ("command", Shape::Text),
    ("args", Shape::List(&Shape::Text)),
    (
        "env",
        Shape::List(&Shape::Map(&[
            ("name", Shape::Text),
            ("value", Shape::Text),
        ])),
    ),
    ("apiVersion", Shape::Text),
    ("installHint", Shape::Text),
    ("provideClusterInfo", Shape::Flag),
    ("interactiveMode", Shape::Text),
]);
