//! The client as the AWS SDK knows one.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;

use super::{Http, HttpError, Limits, Route};

#[derive(Debug)]
struct Connector {
    http: Http,
    limits: Limits,
}

impl HttpClient for Http {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let limits = Limits::default();
        SharedHttpConnector::new(Connector {
            http: self.clone(),
            limits: Limits {
                connect: settings.connect_timeout().unwrap_or(limits.connect),
                answer: settings.read_timeout().unwrap_or(limits.answer),
                bytes: Limits::USUAL,
            },
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

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (http, limits) = (self.http.clone(), self.limits);
        HttpConnectorFuture::new(async move {
            let request = request
                .try_into_http1x()
                .map_err(|error| ConnectorError::user(error.into()))?;
            let answer = http.send(request, limits, Route::Settings).await?;
            HttpResponse::try_from(answer.map(SdkBody::from))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// The SDK asks again after what may be better next time.
impl From<HttpError> for ConnectorError {
    fn from(error: HttpError) -> Self {
        match error {
            HttpError::ConnectTimeout { .. } | HttpError::AnswerTimeout { .. } => {
                Self::timeout(error.into())
            }
            HttpError::Lookup { .. } | HttpError::Connect { .. } | HttpError::Exchange { .. } => {
                Self::io(error.into())
            }
            HttpError::Url { .. }
            | HttpError::Roots(_)
            | HttpError::ProxySetting { .. }
            | HttpError::ProxyProtocol { .. }
            | HttpError::Proxy { .. }
            | HttpError::Certificate { .. }
            | HttpError::Tls { .. }
            | HttpError::TooLarge { .. } => Self::user(error.into()),
        }
    }
}
