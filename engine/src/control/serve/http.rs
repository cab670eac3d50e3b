//! The pages of `ebb serve`. All of them only read.

use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use jiff::Timestamp;

use super::access::Access;
use super::board::Board;
use super::metrics::Metrics;
use super::page::page;

/// The state that the pages show.
pub(super) struct Shown {
    pub(super) access: Access,
    pub(super) metrics: Arc<Metrics>,
    board: RwLock<Arc<Board>>,
}

impl Shown {
    /// Starts with a board.
    pub(super) fn new(access: Access, metrics: Arc<Metrics>, board: Board) -> Self {
        Self { access, metrics, board: RwLock::new(Arc::new(board)) }
    }

    /// Changes the board.
    pub(super) fn update(&self, change: impl FnOnce(&mut Board)) {
        let mut shown = self.board.write().unwrap_or_else(PoisonError::into_inner);
        let mut board = Board::clone(&shown);
        change(&mut board);
        *shown = Arc::new(board);
    }

    fn board(&self) -> Arc<Board> {
        Arc::clone(&self.board.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Serves the pages until `shutdown` ends.
pub(super) async fn serve(
    shown: Arc<Shown>,
    listener: tokio::net::TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let router = Router::new().fallback(respond).with_state(shown);
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await
}

async fn respond(State(shown): State<Arc<Shown>>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "ebb serve only shows: there is nothing to write here\n");
    }
    let path = request.uri().path();
    // Probes of a cluster have no token, and learn nothing but that.
    match path {
        "/healthz" => return plain(StatusCode::OK, "ok\n"),
        "/readyz" => return ready(&shown.board()),
        _ => {}
    }
    let header = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    if !shown.access.allows(header(AUTHORIZATION), header(HOST)) {
        return refused(&shown.access);
    }
    match path {
        "/" => typed(StatusCode::OK, "text/html; charset=utf-8", page(&shown.board(), Timestamp::now())),
        "/metrics" => typed(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", shown.metrics.text()),
        "/api/status" => match serde_json::to_string(&*shown.board()) {
            Ok(text) => typed(StatusCode::OK, "application/json", text),
            Err(error) => plain(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error}\n")),
        },
        _ => plain(StatusCode::NOT_FOUND, "there are /, /api/status, /metrics, /healthz and /readyz\n"),
    }
}

/// Returns whether every environment was looked at once, by this process.
fn ready(board: &Board) -> Response {
    let waiting: Vec<&str> = board
        .environments
        .iter()
        .filter(|environment| environment.looked.is_none())
        .map(|environment| environment.name.as_str())
        .collect();
    match waiting.as_slice() {
        [] => plain(StatusCode::OK, "ready\n"),
        _ => plain(StatusCode::SERVICE_UNAVAILABLE, "not every environment was looked at yet\n"),
    }
}

fn refused(access: &Access) -> Response {
    if !access.has_token() {
        return plain(StatusCode::FORBIDDEN, "without a token, ebb serve is for this machine: use localhost\n");
    }
    let mut response = plain(StatusCode::UNAUTHORIZED, "a bearer token is needed, or the token as a password\n");
    let challenge = HeaderValue::from_static("Basic realm=\"ebb\", charset=\"UTF-8\"");
    response.headers_mut().insert("www-authenticate", challenge);
    response
}

fn plain(status: StatusCode, text: &str) -> Response {
    typed(status, "text/plain; charset=utf-8", text.to_owned())
}

fn typed(status: StatusCode, content_type: &'static str, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().extend(headers(content_type));
    response
}

fn headers(content_type: &'static str) -> HeaderMap {
    let pairs = [
        ("content-type", content_type),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
        ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    ];
    let header = |(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value));
    pairs.map(header).into_iter().collect()
}
