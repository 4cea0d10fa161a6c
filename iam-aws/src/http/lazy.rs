//! Builds what a request needs when it is sent: no TLS for plain addresses.

use std::sync::{Arc, OnceLock};

use aws_smithy_http_client::{Builder, tls};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::config_bag::ConfigBag;

/// A client that is built in two halves, each when the first request needs it.
#[derive(Clone, Debug, Default)]
pub(super) struct LazyClient(Arc<Halves>);

#[derive(Debug, Default)]
struct Halves {
    plain: OnceLock<SharedHttpClient>,
    tls: OnceLock<SharedHttpClient>,
}

#[derive(Debug)]
struct LazyConnector {
    client: LazyClient,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl HttpClient for LazyClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(LazyConnector {
            client: self.clone(),
            settings: settings.clone(),
            components: components.clone(),
        })
    }

    /// The default builds a connector here, to load certificates early: what is to be avoided.
    fn validate_base_client_config(
        &self,
        _: &RuntimeComponentsBuilder,
        _: &ConfigBag,
    ) -> Result<(), BoxError> {
        Ok(())
    }
}

impl HttpConnector for LazyConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let halves = &self.client.0;
        let half = if request.uri().starts_with("http://") {
            halves.plain.get_or_init(|| Builder::new().build_http())
        } else {
            halves.tls.get_or_init(|| {
                Builder::new()
                    .tls_provider(tls::Provider::Rustls(
                        tls::rustls_provider::CryptoMode::Ring,
                    ))
                    .build_https()
            })
        };
        half.http_connector(&self.settings, &self.components)
            .call(request)
    }
}
