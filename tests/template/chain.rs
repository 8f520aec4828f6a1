//! The steps that are Python: the transform CloudFormation would make, and the linter over its
//! result. This installs them once and asks one process about all templates; it does not know what a
//! good template is.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::ROOT;

/// The process that transforms and lints.
pub struct Tools {
    child: Child,
    asked: Option<ChildStdin>,
    said: BufReader<ChildStdout>,
    complaint: File,
}

/// What a step said.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Which step found something; none where there was nothing to find.
    pub step: Option<String>,
    /// What it found.
    pub findings: Vec<String>,
}

impl Tools {
    /// Starts them; none where they cannot be had and that may be skipped.
    pub fn start() -> Option<Tools> {
        match installed() {
            Ok(folder) => Some(Tools::in_folder(&folder)),
            Err(why) => {
                assert!(!must_not_skip(), "the template's tools are missing: {why}");
                println!("SKIPPED the template was not checked: {why}");
                None
            }
        }
    }

    fn in_folder(folder: &Path) -> Tools {
        // In a file, since nobody reads it unless something goes wrong.
        let complaint = tempfile::tempfile().expect("a temporary file");
        let stderr = complaint.try_clone().expect("a second handle of a file");
        let mut python = python();
        python.arg(format!("{ROOT}/infra/check/check.py")).arg("--serve").env("PYTHONPATH", folder);
        python.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(stderr);
        let mut child = python.spawn().expect("python3 ran a moment ago");
        let (asked, said) = (child.stdin.take(), child.stdout.take().expect("it is piped"));
        Tools { child, asked, said: BufReader::new(said), complaint }
    }

    /// The template as CloudFormation would deploy it.
    pub fn transform(&mut self, text: &str) -> Result<Value, Verdict> {
        let mut answer = self.ask(&json!({ "transform": text }));
        let verdict = verdict(&answer);
        if verdict.step.is_some() { Err(verdict) } else { Ok(answer["resolved"].take()) }
    }

    /// What the linter finds in a transformed template: everything, or the first thing.
    pub fn lint(&mut self, resolved: &Value, first_only: bool) -> Verdict {
        verdict(&self.ask(&json!({ "lint": resolved, "first_only": first_only })))
    }

    fn ask(&mut self, question: &Value) -> Value {
        let mut line = String::new();
        let asked = self.asked.as_mut().expect("it is open until the end");
        let sent = writeln!(asked, "{question}").and_then(|()| asked.flush());
        let read = sent.and_then(|()| self.said.read_line(&mut line));
        if !matches!(read, Ok(length) if length > 0) {
            let mut complaint = String::new();
            let _ = self.complaint.rewind();
            let _ = self.complaint.read_to_string(&mut complaint);
            panic!("check.py ended: {complaint}");
        }
        serde_json::from_str(&line).expect("check.py answers JSON")
    }
}

impl Drop for Tools {
    fn drop(&mut self) {
        self.asked = None;
        let _ = self.child.wait();
    }
}

fn verdict(answer: &Value) -> Verdict {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let findings = answer["findings"].as_array().into_iter().flatten();
    Verdict { step: text(&answer["step"]), findings: findings.filter_map(text).collect() }
}

/// The folder the tools are installed in, or why there is none. Installs into a folder of its own and
/// renames it, so that a folder with the right stamp is always whole, whoever else installs at the
/// same time and wherever they are stopped.
fn installed() -> Result<PathBuf, String> {
    let requirements = format!("{ROOT}/infra/check/requirements.txt");
    let text = std::fs::read(&requirements).map_err(|e| format!("no {requirements}: {e}"))?;
    let version = said(python().arg("-V"))?;
    let stamp = hex::encode(Sha256::new().chain_update(&text).chain_update(&version).finalize());
    let target = target();
    let folder = target.join("python-check");
    let is_ready = || std::fs::read_to_string(folder.join("stamp")).is_ok_and(|s| s == stamp);
    if is_ready() {
        return Ok(folder);
    }
    std::fs::create_dir_all(&target).map_err(|e| e.to_string())?;
    let fresh = tempfile::Builder::new().prefix("python-check-").tempdir_in(&target);
    let fresh = fresh.map_err(|e| e.to_string())?;
    println!("installing the template's tools into {}", folder.display());
    let mut pip = python();
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:"]);
    pip.args(["--no-compile", "--disable-pip-version-check", "--root-user-action", "ignore"]);
    said(pip.arg("--target").arg(fresh.path()).args(["-r", &requirements]))?;
    std::fs::write(fresh.path().join("stamp"), &stamp).map_err(|e| e.to_string())?;
    if is_ready() {
        return Ok(folder);
    }
    let old = tempfile::Builder::new().prefix("python-old-").tempdir_in(&target);
    let old = old.map_err(|e| e.to_string())?;
    // Either may lose against somebody who installs the same: what counts is what lies there then.
    let _ = std::fs::rename(&folder, old.path().join("python-check"));
    let _ = std::fs::rename(fresh.path(), &folder);
    if is_ready() { Ok(folder) } else { Err("the installed tools are not in place".into()) }
}

/// Where cargo puts what it builds: the folder this very program lies under.
fn target() -> PathBuf {
    let program = std::env::current_exe().expect("a test is a program");
    let above = program.ancestors().find(|path| path.join("CACHEDIR.TAG").exists());
    above.map_or_else(|| Path::new(ROOT).join("target"), Path::to_owned)
}

fn python() -> Command {
    let mut python = Command::new("python3");
    // What it compiles once it finds compiled the next time, seconds sooner.
    for name in ["PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"] {
        python.env_remove(name);
    }
    python.env("PYTHONNOUSERSITE", "1");
    python
}

fn said(command: &mut Command) -> Result<Vec<u8>, String> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|e| format!("python3 does not start: {e}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(complaint.lines().last().unwrap_or("python3 failed").to_owned())
}

#[allow(clippy::disallowed_methods, reason = "whether to skip is asked of the environment")]
fn must_not_skip() -> bool {
    std::env::var("BELLHOP_NO_SKIP").as_deref() == Ok("1")
}
