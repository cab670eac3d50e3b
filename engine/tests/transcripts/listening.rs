//! The pages of a process, and a receiver of notifications.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::project::Project;

/// An `ebb serve`, and the address of its pages.
pub struct Serve {
    process: Child,
    address: String,
}

impl Serve {
    pub fn start(project: &Project) -> Self {
        Self::start_with(project, &[])
    }

    pub fn start_with(project: &Project, variables: &[(&str, &str)]) -> Self {
        let mut command = project.command("serve --listen 127.0.0.1:0");
        command.envs(variables.iter().copied());
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        let address = line.split("http://").nth(1).unwrap().split('/').next().unwrap().to_owned();
        // Read on, so that the process can write.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, address }
    }

    pub fn get(&self, path: &str) -> (u16, String) {
        self.request("GET", path, "localhost")
    }

    /// Sends a request; `host` may have further headers after it.
    pub fn request(&self, method: &str, path: &str, host: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    pub fn status(&self) -> Value {
        let (code, body) = self.get("/api/status");
        assert_eq!(code, 200, "{body}");
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
    }

    /// Waits until something is shown.
    pub fn until(&self, what: &str, is_shown: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let status = self.status();
            if is_shown(&status["environments"][0]) {
                return status;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "{what}: {status:#}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Asks it to end, as a service manager does.
    pub fn terminate(mut self) {
        let id = self.process.id().to_string();
        assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let start = Instant::now();
        while self.process.try_wait().unwrap().is_none() {
            assert!(start.elapsed() < Duration::from_secs(20), "it does not end");
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(self.process.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.process.kill();
    }
}

/// Listens on a port, and responds to each request with a status; without one, never.
pub fn receiver(status: Option<u16>) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, requests) = channel();
    std::thread::spawn(move || {
        let mut open: Vec<TcpStream> = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut request, mut length) = (vec![0; 65536], 0);
            while !String::from_utf8_lossy(&request[..length]).ends_with('}') {
                length += stream.read(&mut request[length..]).unwrap();
            }
            let _ = sender.send(String::from_utf8_lossy(&request[..length]).into_owned());
            match status {
                Some(status) => drop(write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n")),
                None => open.push(stream),
            }
        }
    });
    (port, requests)
}

/// Returns the notifications that were sent, as JSON.
pub fn bodies(requests: &Receiver<String>) -> Vec<Value> {
    let body = |request: String| serde_json::from_str(request.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    requests.try_iter().map(body).collect()
}
