//! The programs under measurement: built once, found beside this one, weighed as an upload would be.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use flate2::Compression;
use flate2::write::DeflateEncoder;

use crate::harness::{cargo_build, function, own_folder, profile_of, program};

/// The profile of what is uploaded.
const DEPLOY: &str = "deploy";

/// Builds every program and runs this one again with the result in `BELLHOP_BIN`, where everything
/// here looks for it. Comes back only where that fails.
pub fn build_and_run_again(deploy: bool) -> String {
    // Asked now: the build may put another file in the place of this one.
    let own = std::env::current_exe().expect("the path of this program");
    let folder = own_folder();
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
    let mut build = cargo_build(profile);
    if profile != DEPLOY {
        // With the features this program was built with: nothing is compiled twice.
        build.args(["--bench", "desk"]);
    }
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
pub fn sizes(name: &str) -> (u64, u64) {
    let mut file = std::fs::File::open(function(name)).expect("the binary of a function");
    let mut deflated = DeflateEncoder::new(io::sink(), Compression::new(9));
    let size = io::copy(&mut file, &mut deflated).expect("a file that can be read");
    deflated.try_finish().expect("nothing fails to be thrown away");
    (size, deflated.total_out())
}
