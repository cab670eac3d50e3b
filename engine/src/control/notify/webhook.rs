//! A webhook: a signed POST, tried again a few times.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector as _, HttpConnectorSettings, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::notice::Notice;
use super::signature::SigningKey;
use crate::sdk::Backoff;

/// How long one attempt may take. A receiver that hangs must not keep the loop from its stacks.
const ATTEMPT: Duration = Duration::from_secs(5);
/// The number of attempts.
const ATTEMPTS: usize = 3;
/// The delays between attempts.
const DELAYS: Backoff = Backoff { first: Duration::from_millis(500), longest: Duration::from_secs(5), factor: 3.0 };

/// The receiver of notifications over HTTP.
pub(super) struct Webhook {
    url: Zeroizing<String>,
    key: Option<SigningKey>,
    connector: SharedHttpConnector,
    attempt: Duration,
    delays: Backoff,
}

impl Webhook {
    /// Creates the receiver; `None` if this build has no HTTP client.
    pub(super) fn new(url: Zeroizing<String>, secret: Option<&Zeroizing<String>>) -> Option<Self> {
        let settings = HttpConnectorSettings::builder().connect_timeout(ATTEMPT).read_timeout(ATTEMPT).build();
        let connector = aws_smithy_http_client::default_connector(&settings, None)?;
        Some(Self { url, key: secret.map(SigningKey::new), connector, attempt: ATTEMPT, delays: DELAYS })
    }

    /// Sends a notification. The error shows no part of the URL, which may be a secret.
    pub(super) async fn send(&self, notice: &Notice) -> Result<(), String> {
        let body = serde_json::to_vec(notice).map_err(|error| error.to_string())?;
        let mut delays = self.delays.delays();
        let mut failure = String::new();
        for attempt in 1..=ATTEMPTS {
            match tokio::time::timeout(self.attempt, self.post(notice, &body)).await {
                Ok(Ok(status)) if (200..300).contains(&status) => return Ok(()),
                // The receiver does not want it, now or later.
                Ok(Ok(status)) if (400..500).contains(&status) && status != 408 && status != 429 => {
                    return Err(format!("the webhook refuses it with status {status}"));
                }
                Ok(Ok(status)) => failure = format!("the webhook responds with status {status}"),
                Ok(Err(error)) => failure = error,
                Err(_) => failure = format!("the webhook did not respond within {} s", self.attempt.as_secs_f32()),
            }
            if attempt < ATTEMPTS {
                tokio::time::sleep(delays.next().unwrap_or(self.delays.longest)).await;
            }
        }
        Err(format!("{failure}, {ATTEMPTS} times"))
    }

    async fn post(&self, notice: &Notice, body: &[u8]) -> Result<u16, String> {
        // The time of this attempt, so that a receiver that checks it accepts the last one too.
        let seconds = Timestamp::now().as_second();
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST").map_err(|error| error.to_string())?;
        request.set_uri(self.url.as_str()).map_err(|_| "the URL of the webhook is not valid".to_owned())?;
        let headers = request.headers_mut();
        headers.insert("content-type", "application/json");
        headers.insert("user-agent", concat!("ebbtide/", env!("CARGO_PKG_VERSION")));
        headers.insert("ebb-notification", notice.id.clone());
        headers.insert("ebb-timestamp", seconds.to_string());
        if let Some(key) = &self.key {
            headers.insert("ebb-signature", key.sign(seconds, body));
        }
        let response = self.connector.call(request).await;
        let response = response.map_err(|error| match (error.is_timeout(), error.is_io()) {
            (true, _) => "the webhook did not respond in time".to_owned(),
            (_, true) => "the webhook cannot be reached".to_owned(),
            _ => "the request to the webhook failed".to_owned(),
        })?;
        Ok(response.status().as_u16())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::time::Instant;

    use ebbtide::plan::Target;

    use super::*;
    use crate::control::notify::{NOTICE_FORMAT, NoticeKind};

    fn notice() -> Notice {
        Notice {
            format: NOTICE_FORMAT,
            id: "n1".into(),
            kind: NoticeKind::Transition,
            environment: "prod".into(),
            stack: "shop".into(),
            target: Some(Target::Paused),
            at: "2026-11-22T18:00:00Z".parse().unwrap(),
            text: "shop in prod is paused".into(),
            reason: "outside of every window".into(),
            hint: None,
        }
    }

    fn webhook(address: &str, secret: Option<&str>) -> Webhook {
        let secret = secret.map(|secret| Zeroizing::new(secret.to_owned()));
        let url = Zeroizing::new(format!("http://{address}/T0/hidden"));
        let fast = Backoff { first: Duration::from_millis(1), longest: Duration::from_millis(5), factor: 2.0 };
        let webhook = Webhook::new(url, secret.as_ref()).unwrap();
        Webhook { attempt: Duration::from_millis(300), delays: fast, ..webhook }
    }

    /// Listens, and gives each connection to a function that returns the status line to send; `None` never responds.
    fn receiver(
        respond: impl Fn(usize) -> Option<u16> + Send + 'static,
    ) -> (String, std::sync::mpsc::Receiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (sender, requests) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut open: Vec<TcpStream> = Vec::new();
            for (nth, stream) in listener.incoming().enumerate() {
                let mut stream = stream.unwrap();
                let mut request = vec![0; 65536];
                let mut length = 0;
                while !String::from_utf8_lossy(&request[..length]).ends_with('}') {
                    length += stream.read(&mut request[length..]).unwrap();
                }
                let _ = sender.send(String::from_utf8_lossy(&request[..length]).into_owned());
                match respond(nth) {
                    Some(status) => {
                        let _ = write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                    }
                    None => open.push(stream),
                }
            }
        });
        (address, requests)
    }

    #[tokio::test]
    async fn a_request_is_signed_and_tried_again_until_it_is_accepted() {
        let (address, requests) = receiver(|nth| Some(if nth == 0 { 503 } else { 204 }));
        webhook(&address, Some("key")).send(&notice()).await.unwrap();
        let requests: Vec<String> = requests.try_iter().collect();
        assert_eq!(requests.len(), 2, "{requests:?}");
        let header = |name: &str| {
            let line = requests[1].lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
            line.unwrap_or_default().to_owned()
        };
        let body = requests[1].split("\r\n\r\n").nth(1).unwrap();
        let key = SigningKey::new(&Zeroizing::new("key".to_owned()));
        let seconds = header("ebb-timestamp").parse().unwrap();
        assert_eq!(header("ebb-signature"), key.sign(seconds, body.as_bytes()));
        assert_eq!(header("ebb-notification"), "n1");
        let body: serde_json::Value = serde_json::from_str(body).unwrap();
        assert_eq!((&body["text"], &body["kind"]), (&"shop in prod is paused".into(), &"transition".into()));
    }

    #[tokio::test]
    async fn a_receiver_that_hangs_is_given_up_and_its_url_is_not_shown() {
        let (address, requests) = receiver(|_| None);
        let start = Instant::now();
        let error = webhook(&address, None).send(&notice()).await.unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
        assert_eq!(requests.try_iter().count(), ATTEMPTS);
        assert!(error.contains("did not respond") && !error.contains("hidden"), "{error}");
    }

    #[tokio::test]
    async fn a_refusal_is_not_tried_again() {
        let (address, requests) = receiver(|_| Some(404));
        let error = webhook(&address, None).send(&notice()).await.unwrap_err();
        assert!(error.contains("404"), "{error}");
        assert_eq!(requests.try_iter().count(), 1);
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let error = webhook(&closed, None).send(&notice()).await.unwrap_err();
        assert!(error.contains("cannot be reached"), "{error}");
    }
}
