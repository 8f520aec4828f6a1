//! The programs under measurement: built once, found beside this one, weighed as an upload would be.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::harness::{program, setting};

/// The profile of what is uploaded.
const DEPLOY: &str = "deploy";

/// Builds every program and runs this one again with the result in `BELLHOP_BIN`, where everything
/// here looks for it. Comes back only where that fails.
pub fn build_and_run_again(deploy: bool) -> String {
    // Asked now: the build may put another file in the place of this one.
    let own = std::env::current_exe().expect("the path of this program");
    let folder = folder_of(&own);
    let profile = if deploy { DEPLOY.to_owned() } else { profile_of(&folder) };
    eprintln!("building the programs (profile {profile}) …");
    if !build(&profile).status().is_ok_and(|status| status.success()) {
        return "the workspace does not build: cargo says why above".into();
    }
    let folder = if deploy { folder.with_file_name(DEPLOY) } else { folder };
    let mut again = Command::new(own);
    again.args(std::env::args_os().skip(1)).env("BELLHOP_BIN", folder.join("bellhop"));
    format!("this program does not start again: {}", again.exec())
}

fn build(profile: &str) -> Command {
    let cargo = setting("CARGO").unwrap_or_else(|| env!("CARGO").to_owned());
    let mut build = Command::new(cargo);
    build.args(["build", "--workspace", "--bins", "--profile", profile]);
    if profile != DEPLOY {
        // With the features this program was built with: nothing is compiled twice.
        build.args(["--bench", "desk"]);
    }
    // What cargo tells a program of its own package would make build scripts run again.
    for (variable, _) in std::env::vars_os() {
        let told = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_"];
        if told.iter().any(|prefix| variable.to_string_lossy().starts_with(prefix)) {
            build.env_remove(variable);
        }
    }
    build.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    build
}

/// What is measured, for the heading.
pub fn described() -> String {
    let folder = program().parent().unwrap_or(Path::new("/"));
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    match name.as_ref() {
        DEPLOY => "profile deploy, as it is uploaded".into(),
        "release" => "profile release; `-- --deploy` measures what is uploaded".into(),
        _ => format!("{}: no profile that ships", folder.display()),
    }
}

/// The size of a function's binary in bytes: as it is, and as an archive holds it.
pub fn sizes(function: &str) -> (u64, u64) {
    let path = program().with_file_name(format!("bellhop-{function}"));
    let mut file = std::fs::File::open(path).expect("the binary of a function");
    let mut deflated = DeflateEncoder::new(io::sink(), Compression::new(9));
    let size = io::copy(&mut file, &mut deflated).expect("a file that can be read");
    deflated.try_finish().expect("nothing fails to be thrown away");
    (size, deflated.total_out())
}

/// A program lies in `deps` of its profile's folder.
fn folder_of(program: &Path) -> PathBuf {
    program.ancestors().nth(2).expect("a profile's folder").to_owned()
}

/// A folder is named after its profile, but `dev` writes to `debug`.
fn profile_of(folder: &Path) -> String {
    match folder.file_name().unwrap_or_default().to_string_lossy().as_ref() {
        "debug" => "dev".into(),
        profile => profile.into(),
    }
}
