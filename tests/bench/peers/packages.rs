//! Fetches what the handlers in other languages need, once, into `peers` of cargo's target folder: for
//! each a folder with its packages and the handler beside them, as an upload has it. Says why where that
//! is impossible. Knows nothing of what is measured.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Peer;
use crate::harness::{forget, own_folder};

/// How Lambda bounds the heap of Node in a function of 256 MiB: a tenth for what is young, in two halves.
const HEAP: [&str; 2] = ["--max-semi-space-size=12", "--max-old-space-size=231"];
/// Says what runs the handler in Node, and that it can.
const NODE: &str = "`Node ${process.versions.node}, SDK ` + \
    require('@aws-sdk/client-dynamodb/package.json').version";
/// The same in Python.
const PYTHON: &str = "import boto3, platform; \
    print(f'Python {platform.python_version()}, boto3 {boto3.__version__}')";

/// The handler in Node.
pub fn node() -> Result<Peer, String> {
    let folder = folder("node")?;
    // What is found by name may be a script that looks for the program each time.
    let program = said(Command::new("node").args(["-p", "process.execPath"]))?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "@aws-sdk/client-dynamodb@3", "--prefix"]);
    fetch(npm.arg(&folder), &folder.join("node_modules"))?;
    let name = said(Command::new(&program).args(["-p", NODE]).current_dir(&folder))?;
    let handler = lay(folder.join("slack.mjs"), include_str!("slack.mjs"))?;
    let arguments = HEAP.map(OsString::from).into_iter().chain([handler]).collect();
    Ok(Peer { name, program: program.into(), arguments })
}

/// The handler in Python.
pub fn python() -> Result<Peer, String> {
    let folder = folder("python")?;
    let program = said(Command::new("python3").args(["-c", "import sys; print(sys.executable)"]))?;
    let mut pip = Command::new(&program);
    pip.args(["-m", "pip", "install", "--quiet", "boto3>=1,<2", "--target"]);
    fetch(pip.arg(&folder), &folder.join("boto3"))?;
    let name = said(Command::new(&program).args(["-c", PYTHON]).current_dir(&folder))?;
    let handler = lay(folder.join("slack.py"), include_str!("slack.py"))?;
    Ok(Peer { name, program: program.into(), arguments: vec![handler] })
}

/// Takes away what this machine tells these languages by the environment: Lambda does not.
pub fn plain(command: &mut Command) {
    forget(command, &["NODE_", "PYTHON"]);
    // Its SDK would tell this Node, at each start, until when it is supported.
    command.env("AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED", "true");
}

fn folder(language: &str) -> Result<PathBuf, String> {
    let folder = own_folder().with_file_name("peers").join(language);
    fs::create_dir_all(&folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    Ok(folder)
}

/// Fetches what is not there yet; half of it counts as nothing.
fn fetch(by: &mut Command, packages: &Path) -> Result<(), String> {
    if packages.exists() {
        return Ok(());
    }
    eprintln!("fetching {} …", packages.display());
    said(by).map(drop).inspect_err(|_| drop(fs::remove_dir_all(packages)))
}

/// The handler, put beside its packages.
fn lay(path: PathBuf, text: &str) -> Result<OsString, String> {
    fs::write(&path, text).map_err(|why| format!("{}: {why}", path.display()))?;
    Ok(path.into_os_string())
}

/// What a program says when it succeeds.
fn said(command: &mut Command) -> Result<String, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|why| format!("{program} does not start: {why}"))?;
    if !output.status.success() {
        return Err(format!("{program} failed with {}; it says why above", output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
