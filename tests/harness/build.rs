//! Builds the program once per run, with the cargo and the profile the tests were built with.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::{forget, setting};
use cargo_metadata::Message;

/// The program under test: `BELLHOP_BIN` when set, else built from this workspace.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let given = || setting("BELLHOP_BIN").map(|path| Ok(PathBuf::from(path)));
    // A failure is kept as well: building again for each test would only fail again.
    match PROGRAM.get_or_init(|| given().unwrap_or_else(build)) {
        Ok(program) => program,
        Err(why) => panic!("{why}"),
    }
}

/// The binary of a function, beside the program.
pub fn function(name: &str) -> PathBuf {
    let path = program().with_file_name(format!("bellhop-{name}"));
    assert!(path.exists(), "{} is not built", path.display());
    path
}

/// `cargo build` of every program of the workspace, with this profile.
pub fn cargo_build(profile: &str) -> Command {
    let cargo = setting("CARGO").unwrap_or_else(|| env!("CARGO").to_owned());
    let mut command = Command::new(cargo);
    // What cargo tells a program of its own package makes build scripts run again, and with them
    // everything that depends on theirs.
    forget(&mut command, &["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_"]);
    command.args(["build", "--workspace", "--bins", "--profile", profile]);
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    command
}

fn build() -> Result<PathBuf, String> {
    let mut command = cargo_build(&profile_of(&own_folder()));
    // With the tests beside them the programs have the tests' features: nothing is compiled twice.
    command.args(["--tests", "--quiet", "--message-format=json-render-diagnostics"]);
    let output = command.stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("cargo does not start: {error}"))?;
    if !output.status.success() {
        return Err("the workspace does not build: cargo says why above".into());
    }
    let messages = Message::parse_stream(output.stdout.as_slice()).map_while(Result::ok);
    let programs = messages.filter_map(|message| match message {
        Message::CompilerArtifact(built)
            if built.target.name == "bellhop" && !built.profile.test =>
        {
            built.executable
        }
        _ => None,
    });
    programs.last().map(PathBuf::from).ok_or_else(|| "cargo built no bellhop".into())
}

/// The folder of the profile this very program was built with: it lies in its `deps`.
pub fn own_folder() -> PathBuf {
    let own = std::env::current_exe().expect("the path of this program");
    own.ancestors().nth(2).expect("a profile's folder").to_owned()
}

/// A folder is named after its profile; `dev` writes to `debug`.
pub fn profile_of(folder: &Path) -> String {
    match folder.file_name().unwrap_or_default().to_string_lossy().as_ref() {
        "debug" => "dev".to_owned(),
        profile => profile.to_owned(),
    }
}
