//! Sources in words, and as what a cache is keyed by.

use super::{ContainerEndpoint, Origin, RoleRequest, SingleSignOn, Source, WebIdentity};

impl Source {
    /// The source for people: where it was announced, and what it is; no secret.
    #[must_use]
    pub fn describe(&self) -> String {
        let mut words = String::new();
        let mut source = self;
        while let Self::Role(role) = source {
            let arn = &role.request.role_arn;
            words += &format!("{}: role {arn} through ", role.origin);
            source = &role.base;
        }
        words + &source.base_in_words()
    }

    /// Where it was announced.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        match self {
            Self::Keys(keys) => &keys.origin,
            Self::Role(role) => &role.origin,
            Self::WebIdentity(web_identity) => &web_identity.origin,
            Self::Process(process) => &process.origin,
            Self::SingleSignOn(sso) => &sso.origin,
            Self::Login(login) => &login.origin,
            Self::Container(container) => &container.origin,
            Self::InstanceMetadata(instance) => &instance.origin,
        }
    }

    /// Feeds every value that decides about the credentials, with a label, to `feed`, in an order
    /// that is always the same. Of keys it is the id alone. A process is its whole command line:
    /// `feed` must not show it.
    pub fn fingerprint(&self, feed: &mut dyn FnMut(&str, &[u8])) {
        let mut source = self;
        while let Self::Role(role) = source {
            feed("source", b"role");
            feed("origin", role.origin.to_string().as_bytes());
            role.request.fingerprint(feed);
            source = &role.base;
        }
        source.fingerprint_of_base(feed);
    }

    /// What is no role that other credentials assume.
    fn base_in_words(&self) -> String {
        let origin = self.origin();
        match self {
            Self::Keys(keys) => match &keys.origin {
                Origin::Variable(_) => "the exported keys".to_owned(),
                Origin::Profile { .. } | Origin::Argument(_) | Origin::Default => {
                    format!("the keys of {origin}")
                }
            },
            Self::Role(role) => format!("{origin}: role {}", role.request.role_arn),
            Self::WebIdentity(web_identity) => format!(
                "{origin}: role {} by the token in {}",
                web_identity.role_arn,
                web_identity.token_file.display(),
            ),
            Self::Process(_) => format!("{origin}: what its credential_process prints"),
            Self::SingleSignOn(sso) => format!("{origin}: {}", sso.in_words()),
            Self::Login(login) => format!("{origin}: login session {}", login.session),
            Self::Container(_) => format!("{origin}: the container's agent"),
            Self::InstanceMetadata(_) => match origin {
                Origin::Default => {
                    "the role of the EC2 instance, since no other source is set".to_owned()
                }
                Origin::Variable(_) | Origin::Profile { .. } | Origin::Argument(_) => {
                    format!("{origin}: the role of the EC2 instance")
                }
            },
        }
    }

    fn fingerprint_of_base(&self, feed: &mut dyn FnMut(&str, &[u8])) {
        let (kind, origin) = (self.kind(), self.origin().to_string());
        feed("source", kind.as_bytes());
        feed("origin", origin.as_bytes());
        match self {
            Self::Keys(keys) => {
                let id = &keys.credentials.access_key_id;
                feed("access_key_id", id.as_str().as_bytes());
            }
            Self::Role(role) => role.request.fingerprint(feed),
            Self::WebIdentity(web_identity) => web_identity.fingerprint(feed),
            Self::Process(process) => feed("command", process.command.as_bytes()),
            Self::SingleSignOn(sso) => sso.fingerprint(feed),
            Self::Login(login) => feed("session", login.session.as_bytes()),
            Self::Container(container) => match &container.endpoint {
                ContainerEndpoint::Relative(path) => feed("relative", path.as_bytes()),
                ContainerEndpoint::Full(url) => feed("full", url.as_bytes()),
            },
            Self::InstanceMetadata(_) => {}
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Keys(_) => "keys",
            Self::Role(_) => "role",
            Self::WebIdentity(_) => "web identity",
            Self::Process(_) => "process",
            Self::SingleSignOn(_) => "single sign-on",
            Self::Login(_) => "login",
            Self::Container(_) => "container",
            Self::InstanceMetadata(_) => "instance metadata",
        }
    }
}

impl RoleRequest {
    /// See [`Source::fingerprint`].
    pub fn fingerprint(&self, feed: &mut dyn FnMut(&str, &[u8])) {
        feed("role_arn", self.role_arn.to_string().as_bytes());
        let session_name = self.session_name.as_ref().map(ToString::to_string);
        let duration = self.duration.map(|duration| duration.as_secs().to_string());
        for (label, value) in [
            ("role_session_name", &session_name),
            ("external_id", &self.external_id),
            ("duration_seconds", &duration),
            ("mfa_serial", &self.mfa_serial),
        ] {
            if let Some(value) = value {
                feed(label, value.as_bytes());
            }
        }
    }
}

impl WebIdentity {
    fn fingerprint(&self, feed: &mut dyn FnMut(&str, &[u8])) {
        feed("role_arn", self.role_arn.to_string().as_bytes());
        feed("token_file", self.token_file.as_os_str().as_encoded_bytes());
        if let Some(name) = &self.session_name {
            feed("role_session_name", name.as_str().as_bytes());
        }
    }
}

impl SingleSignOn {
    fn in_words(&self) -> String {
        let (role, account) = (&self.role_name, &self.account_id);
        match &self.session {
            Some(session) => format!("{role} of account {account} by sso-session `{session}`"),
            None => format!("{role} of account {account} by {}", self.start_url),
        }
    }

    fn fingerprint(&self, feed: &mut dyn FnMut(&str, &[u8])) {
        if let Some(session) = &self.session {
            feed("sso_session", session.as_bytes());
        }
        for (label, value) in [
            ("sso_start_url", self.start_url.as_str()),
            ("sso_region", self.region.as_str()),
            ("sso_account_id", &self.account_id),
            ("sso_role_name", &self.role_name),
        ] {
            feed(label, value.as_bytes());
        }
    }
}
