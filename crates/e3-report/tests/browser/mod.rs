//! Headless Chromium, spoken to over its debugging pipe (Chrome `DevTools` Protocol): no port, no outside request.

#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "helpers of tests may unwrap as tests do, and not each uses all"
)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Names under which distributions have it, the smallest first.
const NAMES: [&str; 5] = [
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
];
/// What a page of a megabyte takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A browser with one page.
pub(crate) struct Browser {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    session: Option<String>,
    last: u64,
    /// What the page has told so far.
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

/// Where it is, if this machine has one.
pub(crate) fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let all = NAMES
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    all.into_iter().find(|program| program.is_file())
}

impl Browser {
    pub(crate) fn start(program: &Path) -> Self {
        let profile = tempfile::tempdir().unwrap();
        // It speaks over descriptors 3 and 4, which a shell can give it.
        let mut child = Command::new("/bin/sh")
            .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>/dev/null"#])
            .arg(program)
            .args([
                "--headless",
                "--remote-debugging-pipe",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--hide-scrollbars",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
                "--host-resolver-rules=MAP * ~NOTFOUND",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (tell, told) = channel();
        std::thread::spawn(move || {
            for message in BufReader::new(from).split(0) {
                let read = message
                    .ok()
                    .and_then(|bytes| serde_json::from_slice(&bytes).ok());
                if read.is_none_or(|value: Value| tell.send(value).is_err()) {
                    break;
                }
            }
        });
        let mut browser = Self {
            child,
            to,
            from: told,
            session: None,
            last: 0,
            events: Vec::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = browser.call("Target.attachToTarget", &attach);
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network", "Accessibility"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        browser
    }

    /// Opens a file in a window of that size, and waits until it is there.
    pub(crate) fn open(&mut self, file: &Path, width: u32, height: u32) {
        self.events.clear();
        let is_phone = width < 600;
        self.call(
            "Emulation.setDeviceMetricsOverride",
            &json!({ "width": width, "height": height, "deviceScaleFactor": if is_phone { 2 } else { 1 }, "mobile": is_phone }),
        );
        self.call(
            "Page.navigate",
            &json!({ "url": format!("file://{}", file.display()) }),
        );
        self.wait_for("Page.loadEventFired");
    }

    /// Dark or light, with colours or without.
    pub(crate) fn look(&mut self, is_dark: bool, has_colours: bool) {
        let scheme = if is_dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.call("Emulation.setEmulatedMedia", &features);
        let deficiency = if has_colours { "none" } else { "achromatopsia" };
        self.call(
            "Emulation.setEmulatedVisionDeficiency",
            &json!({ "type": deficiency }),
        );
    }

    /// What an expression is, by value.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Value {
        let answer = self.call(
            "Runtime.evaluate",
            &json!({ "expression": expression, "returnByValue": true }),
        );
        assert!(
            answer.get("exceptionDetails").is_none(),
            "{expression}: {answer}"
        );
        answer["result"]["value"].clone()
    }

    /// A part of the page as PNG, in base64.
    pub(crate) fn picture(&mut self, top: f64, width: f64, height: f64) -> String {
        let clip = json!({ "x": 0, "y": top, "width": width, "height": height, "scale": 1 });
        let answer = self.call(
            "Page.captureScreenshot",
            &json!({ "format": "png", "captureBeyondViewport": true, "clip": clip }),
        );
        answer["data"].as_str().unwrap().to_owned()
    }

    /// What is there for a screen reader: role and name of everything.
    pub(crate) fn read_aloud(&mut self) -> Vec<(String, String)> {
        let tree = self.call("Accessibility.getFullAXTree", &json!({}));
        let word = |node: &Value, field: &str| {
            node[field]["value"].as_str().unwrap_or_default().to_owned()
        };
        let nodes = tree["nodes"].as_array().unwrap().iter();
        nodes
            .map(|node| (word(node, "role"), word(node, "name")))
            .collect()
    }

    /// What was told under a name since the page was opened.
    pub(crate) fn told(&mut self, name: &str) -> Vec<Value> {
        let told = self.events.iter().filter(|event| event["method"] == name);
        told.map(|event| event["params"].clone()).collect()
    }

    /// What one command answers.
    #[track_caller]
    pub(crate) fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.to.write_all(message.to_string().as_bytes()).unwrap();
        self.to.write_all(&[0]).unwrap();
        let (last, began) = (self.last, Instant::now());
        loop {
            let answer = self.next(began, method);
            if answer["id"] == last {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].clone();
            }
            self.events.push(answer);
        }
    }

    fn wait_for(&mut self, name: &str) {
        let began = Instant::now();
        while !self.events.iter().any(|event| event["method"] == name) {
            let event = self.next(began, name);
            self.events.push(event);
        }
    }

    #[track_caller]
    fn next(&self, began: Instant, what: &str) -> Value {
        let left = PATIENCE.saturating_sub(began.elapsed());
        let next = self.from.recv_timeout(left);
        next.unwrap_or_else(|error| panic!("Chromium said nothing to {what}: {error}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It ends by itself where nobody speaks to it any more; but not always.
        let _ = self
            .to
            .write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        for _ in 0..100 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
