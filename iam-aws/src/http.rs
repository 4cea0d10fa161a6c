//! One HTTP client for everything, which costs nothing before it is used.

mod lazy;

use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::environment::Environment;
use crate::shared_config::Profile;

/// The client of these settings.
pub(crate) fn client(
    _environment: &Environment,
    _profile: Option<Profile<'_>>,
) -> SharedHttpClient {
    SharedHttpClient::new(lazy::LazyClient::default())
}
