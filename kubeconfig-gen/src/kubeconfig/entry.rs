//! A named entry: as it is written where there is none, and as one that is there becomes it.

use iam_core::yaml::edit::{Change, ListChange, MapChange};
use iam_core::yaml::{Fresh, Node};

use crate::field::{self, items, text_of};

/// A named entry of one of the three lists.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The list.
    pub(crate) kind: Kind,
    /// Its name.
    pub(crate) name: String,
    /// What it is to say.
    pub(super) body: Vec<(&'static str, Fresh)>,
    /// `AWS_PROFILE`, which its program finds in its environment.
    pub(super) profile: Option<String>,
}

/// One of the three lists of named entries.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(crate) enum Kind {
    Cluster,
    Context,
    User,
}

impl Kind {
    /// All of them, in kubectl's order.
    pub(crate) const ALL: [Self; 3] = [Self::Cluster, Self::Context, Self::User];

    /// The key of the list.
    pub(crate) const fn list(self) -> &'static str {
        match self {
            Self::Cluster => "clusters",
            Self::Context => "contexts",
            Self::User => "users",
        }
    }

    /// The key of an entry's body.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Context => "context",
            Self::User => "user",
        }
    }

    /// What an entry says elsewhere and cannot say beside ours: kubectl refuses both together, or
    /// takes the other.
    const fn rivals(self) -> &'static [&'static str] {
        match self {
            Self::Cluster => &["certificate-authority", "insecure-skip-tls-verify"],
            Self::Context => &[],
            Self::User => &[
                "auth-provider",
                "client-certificate",
                "client-certificate-data",
                "client-key",
                "client-key-data",
                "password",
                "token",
                "tokenFile",
                "username",
            ],
        }
    }
}

impl Entry {
    /// The entry where there is none of its name.
    pub(crate) fn fresh(&self) -> Fresh {
        let mut body = self.body.clone();
        if let (Some(profile), Kind::User) = (&self.profile, self.kind) {
            // kubectl's order: env between command and installHint.
            body.insert(
                3.min(body.len()),
                ("env", Fresh::List(vec![variable(profile)])),
            );
        }
        let body = match self.kind {
            Kind::User => Fresh::map([("exec", Fresh::map(body))]),
            Kind::Cluster | Kind::Context => Fresh::map(body),
        };
        let (key, name) = (self.kind.key(), ("name", Fresh::text(&self.name)));
        Fresh::map(match self.kind {
            Kind::User => [name, (key, body)],
            Kind::Cluster | Kind::Context => [(key, body), name],
        })
    }

    /// What becomes of the entry of the same name that is there. Whatever ours does not speak of
    /// stays.
    pub(crate) fn change(&self, old: &Node) -> Change {
        let old_body = field::node(Some(old), self.kind.key());
        let set =
            |map: MapChange, (key, value): &(&'static str, Fresh)| map.set(*key, value.clone());
        let mut body = match self.kind {
            Kind::Cluster | Kind::Context => self.body.iter().fold(MapChange::default(), set),
            Kind::User => {
                let exec = field::node(old_body, "exec");
                let fields = self.body.iter().fold(MapChange::default(), set);
                let fields = match self.body.iter().any(|(key, _)| *key == "installHint") {
                    true => fields,
                    false => fields.remove("installHint"),
                };
                MapChange::default().change("exec", self.change_environment(fields, exec))
            }
        };
        for rival in self.kind.rivals() {
            if field::node(old_body, rival).is_some() {
                tracing::warn!(
                    "{rival} of the {} {} goes: it does not go together with what is written",
                    self.kind.key(),
                    self.name
                );
                body = body.remove(*rival);
            }
        }
        MapChange::default().change(self.kind.key(), body).into()
    }

    /// `AWS_PROFILE` comes, changes or goes; other variables stay.
    fn change_environment(&self, fields: MapChange, exec: Option<&Node>) -> MapChange {
        let items = items(exec, "env");
        let is_profile = |item: &Node| text_of(Some(item), "name").as_deref() == Some(PROFILE);
        let at = items.iter().position(is_profile);
        let change = match (at, &self.profile) {
            (None, None) => return fields,
            (Some(_), None) if items.len() == 1 => return fields.remove("env"),
            (Some(at), None) => ListChange::default().remove(at),
            (Some(at), Some(profile)) => ListChange::default()
                .change(at, MapChange::default().set("value", Fresh::text(profile))),
            (None, Some(profile)) => ListChange::default().push(variable(profile)),
        };
        fields.change("env", change)
    }
}

fn variable(profile: &str) -> Fresh {
    Fresh::map([
        ("name", Fresh::text(PROFILE)),
        ("value", Fresh::text(profile)),
    ])
}

const PROFILE: &str = "AWS_PROFILE";
