//! A browser that nobody sees: Chromium, driven over a pipe by its own protocol (DevTools), to do what
//! people do and to look at what they see. Fetched with apt where the machine has none.

use std::collections::HashMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::oneshot;

use super::setting;

/// How long one command may take.
const COMMAND: Duration = Duration::from_secs(30);
/// How long something may take to appear on a page.
const APPEARS: Duration = Duration::from_secs(30);
/// What Chromium is called, by system.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

type Waiting = Arc<Mutex<HashMap<u64, oneshot::Sender<Value>>>>;

/// A browser with one page.
pub struct Browser {
    _child: Child,
    _profile: TempDir,
    stdin: tokio::sync::Mutex<ChildStdin>,
    waiting: Waiting,
    next: AtomicU64,
    session: String,
    /// What went wrong on the page.
    complaints: Arc<Mutex<Vec<String>>>,
}

impl Browser {
    /// Starts one; none where there is none to be had and skipping is allowed.
    pub async fn start() -> Option<Browser> {
        let Some(program) = program().await else {
            let complete = setting("BELLHOP_NO_SKIP").as_deref() == Some("1");
            assert!(!complete, "there is no Chromium here, and apt has none");
            println!("SKIPPED the browser: there is no Chromium here, and apt has none");
            return None;
        };
        let profile = TempDir::new().expect("a folder for the browser");
        // DevTools listens at file 3 and answers at file 4.
        let script = r#"exec "$0" "$@" 3<&0 4>&1 >/dev/null 2>&1"#;
        let mut child = Command::new("sh")
            .args(["-c", script, &program])
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            .args(["--remote-debugging-pipe", "--no-first-run", "--hide-scrollbars"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the browser starts");
        let stdin = child.stdin.take().expect("a pipe");
        let stdout = child.stdout.take().expect("a pipe");
        let (waiting, complaints) = (Waiting::default(), Arc::new(Mutex::new(Vec::new())));
        tokio::spawn(read(BufReader::new(stdout), waiting.clone(), complaints.clone()));
        let mut browser = Browser {
            _child: child,
            _profile: profile,
            stdin: tokio::sync::Mutex::new(stdin),
            waiting,
            next: AtomicU64::new(1),
            session: String::new(),
            complaints,
        };
        let page = browser.call("Target.createTarget", json!({ "url": "about:blank" })).await;
        let attach = json!({ "targetId": page["targetId"], "flatten": true });
        let attached = browser.call("Target.attachToTarget", attach).await;
        browser.session = attached["sessionId"].as_str().expect("a session").to_owned();
        for domain in ["Page.enable", "Runtime.enable", "Log.enable"] {
            browser.call(domain, json!({})).await;
        }
        let size =
            json!({ "width": 1500, "height": 1150, "deviceScaleFactor": 1, "mobile": false });
        browser.call("Emulation.setDeviceMetricsOverride", size).await;
        Some(browser)
    }

    /// Goes to a page.
    pub async fn open(&self, url: &str) {
        self.call("Page.navigate", json!({ "url": url })).await;
        self.until("document.readyState === 'complete'").await;
    }

    /// What an expression says on the page; promises are waited for.
    pub async fn tell(&self, expression: &str) -> Value {
        let asked = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true,
        });
        let told = self.call("Runtime.evaluate", asked).await;
        assert!(told["exceptionDetails"].is_null(), "{expression}: {told}");
        told["result"]["value"].clone()
    }

    /// Waits until an expression is true on the page.
    pub async fn until(&self, expression: &str) {
        let begun = Instant::now();
        while self.tell(&format!("Boolean({expression})")).await != json!(true) {
            if begun.elapsed() > APPEARS {
                let seen = self.tell("document.body.innerText").await;
                let seen = seen.as_str().unwrap_or_default().to_owned();
                panic!("never on the page: {expression}\n{seen}");
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Writes a picture of the page.
    pub async fn picture(&self, path: &Path) {
        let shot = self.call("Page.captureScreenshot", json!({ "format": "png" })).await;
        let bytes = STANDARD.decode(shot["data"].as_str().expect("a picture")).expect("base64");
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a picture is written");
    }

    /// Exceptions, refused scripts and failed requests on the page so far.
    pub fn complaints(&self) -> Vec<String> {
        self.complaints.lock().expect("nobody panics with it").clone()
    }

    async fn call(&self, method: &str, params: Value) -> Value {
        let id = self.next.fetch_add(1, Ordering::SeqCst);
        let mut message = json!({ "id": id, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        let (answer, answered) = oneshot::channel();
        self.waiting.lock().expect("nobody panics with it").insert(id, answer);
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.stdin.lock().await.write_all(&bytes).await.expect("the browser listens");
        let within = tokio::time::timeout(COMMAND, answered).await;
        let answer = within.unwrap_or_else(|_| panic!("{method}: no answer")).expect("an answer");
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].clone()
    }
}

/// Hands answers to whoever waits, and remembers what the page complains of.
async fn read(
    mut from: BufReader<tokio::process::ChildStdout>,
    waiting: Waiting,
    complaints: Arc<Mutex<Vec<String>>>,
) {
    let mut bytes = Vec::new();
    while from.read_until(0, &mut bytes).await.is_ok_and(|read| read > 0) {
        bytes.pop();
        let message: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        bytes.clear();
        if let Some(id) = message["id"].as_u64() {
            let waiting = waiting.lock().expect("nobody panics with it").remove(&id);
            if let Some(waiting) = waiting {
                let _ = waiting.send(message);
            }
            continue;
        }
        let complaint = match message["method"].as_str() {
            Some("Runtime.exceptionThrown") => Some(message["params"].to_string()),
            Some("Log.entryAdded") if message["params"]["entry"]["level"] == "error" => {
                Some(message["params"]["entry"]["text"].to_string())
            }
            _ => None,
        };
        complaints.lock().expect("nobody panics with it").extend(complaint);
    }
}

/// Chromium, installed if need be and if one may.
async fn program() -> Option<String> {
    if let Some(found) = found().await {
        return Some(found);
    }
    for step in ["apt-get update -q", "apt-get install -q -y --no-install-recommends chromium"] {
        let mut words = step.split(' ');
        let mut apt = Command::new(words.next()?);
        apt.args(words).env("DEBIAN_FRONTEND", "noninteractive");
        let done = apt.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        done.await.ok()?;
    }
    found().await
}

async fn found() -> Option<String> {
    for name in NAMES {
        let asked = Command::new(name).arg("--version").stdin(Stdio::null()).output().await;
        if asked.is_ok_and(|answer| answer.status.success()) {
            return Some(name.to_owned());
        }
    }
    None
}
