//! The shape of the workspace: which package may know which, where the packages people look for are
//! called, and how long a file may be. Reads manifests and sources; runs nothing of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// The root of the workspace.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
/// A longer file is several ideas.
const LINES_AT_MOST: usize = 800;

/// What each library may know of the workspace; what is not listed here is no function and no program
/// either. The arrows point one way.
const ARROWS: [(&str, &[&str]); 8] = [
    ("desk", &[]),
    ("email", &["desk"]),
    ("settings", &["desk"]),
    ("store", &["desk"]),
    ("chat", &["desk"]),
    ("webhook", &[]),
    ("verbs", &["chat", "desk", "store"]),
    ("lambda", &["desk", "store"]),
];

/// Packages, and who alone may call them; `functions` stands for each of them.
const KEPT_TO: [(&str, &[&str]); 15] = [
    ("aws-sdk-dynamodb", &["store", "lambda", "local"]),
    ("aws-sdk-s3", &["store", "lambda", "local"]),
    ("aws-sdk-dynamodbstreams", &["local"]),
    ("aws-sdk-ses", &["notify", "local"]),
    ("aws-sdk-eventbridge", &["notify", "local"]),
    ("aws-sdk-lambda", &["lambda"]),
    ("lambda_runtime", &["functions", "lambda", "local"]),
    ("lambda_http", &["functions", "lambda", "local"]),
    ("dynoxide-rs", &["local"]),
    ("s3s", &["local"]),
    ("s3s-fs", &["local"]),
    ("rusqlite", &["local"]),
    ("mail-auth", &["local"]),
    ("serenity", &["chat", "gateway"]),
    ("slack-morphism", &["chat"]),
];

/// What the pure core must not know: networks, clocks that tick, services.
const NOT_IN_DESK: [&str; 12] = [
    "tokio",
    "async-trait",
    "futures",
    "http",
    "hyper",
    "reqwest",
    "axum",
    "url",
    "tracing",
    "rand",
    "lambda_runtime",
    "lambda_http",
];

/// Packages that the desk is built around, each called where it ships.
const CALLED: [&str; 10] = [
    "lambda_runtime",
    "aws-sdk-dynamodb",
    "aws-sdk-ses",
    "aws-sdk-s3",
    "aws-sdk-eventbridge",
    "serde",
    "tokio",
    "serenity",
    "slack-morphism",
    "tracing",
];

fn metadata() -> Metadata {
    let mut command = MetadataCommand::new();
    command.manifest_path(format!("{ROOT}/Cargo.toml")).no_deps();
    command.exec().expect("cargo knows the workspace")
}

/// Names of packages, and of what each calls when it ships.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let shipping = |package: &cargo_metadata::Package| {
        let kept = package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal);
        kept.map(|dependency| dependency.name.clone()).collect()
    };
    metadata().packages.iter().map(|p| (p.name.to_string(), shipping(p))).collect()
}

/// Names of the packages in one folder of the workspace.
fn packages_in(folder: &str) -> BTreeSet<String> {
    let inside = |package: &&cargo_metadata::Package| {
        let folder_above = package.manifest_path.parent().and_then(|path| path.parent());
        folder_above.and_then(|path| path.file_name()) == Some(folder)
    };
    metadata().packages.iter().filter(inside).map(|package| package.name.to_string()).collect()
}

#[test]
fn libraries_know_only_what_lies_below_them() {
    let dependencies = dependencies();
    let workspace: BTreeSet<&String> = dependencies.keys().collect();
    let functions = packages_in("functions");
    for (name, own) in &dependencies {
        let known: BTreeSet<&str> =
            own.iter().filter(|name| workspace.contains(name)).map(String::as_str).collect();
        if let Some((_, allowed)) = ARROWS.iter().find(|(library, _)| library == name) {
            let beyond: Vec<_> = known.iter().filter(|known| !allowed.contains(*known)).collect();
            assert!(beyond.is_empty(), "{name} knows {beyond:?}");
        }
        let above = |other: &&str| functions.contains(*other) || ["local", "tests"].contains(other);
        let above: Vec<_> = known.iter().filter(|other| above(other)).collect();
        let may = ["local", "tests"].contains(&name.as_str());
        assert!(may || above.is_empty(), "{name} knows {above:?}, which stand above it");
    }
    for (library, _) in ARROWS {
        assert!(dependencies.contains_key(library), "there is no {library} any more");
    }
}

#[test]
fn functions_never_know_each_other() {
    let functions = packages_in("functions");
    assert!(functions.len() >= 6, "{functions:?}");
    for (name, own) in dependencies() {
        if functions.contains(&name) {
            let others: Vec<_> = own.intersection(&functions).collect();
            assert!(others.is_empty(), "{name} knows {others:?}");
        }
    }
}

#[test]
fn the_core_knows_no_network_no_clock_and_no_service() {
    let dependencies = dependencies();
    let own = &dependencies["desk"];
    let wrong = |name: &&String| name.starts_with("aws") || NOT_IN_DESK.contains(&name.as_str());
    let wrong: Vec<_> = own.iter().filter(wrong).collect();
    assert!(wrong.is_empty(), "desk knows {wrong:?}");
}

#[test]
fn each_service_and_engine_is_known_where_it_belongs_alone() {
    let functions = packages_in("functions");
    for (name, own) in dependencies() {
        for (package, allowed) in KEPT_TO {
            let by_folder = functions.contains(&name) && allowed.contains(&"functions");
            let may = by_folder || allowed.contains(&name.as_str());
            assert!(may || !own.contains(package), "{name} knows {package}");
        }
    }
}

#[test]
fn what_the_desk_is_built_around_is_called_where_it_ships() {
    let sources: Vec<String> = shipping_sources().iter().map(|path| shipping_text(path)).collect();
    for package in CALLED {
        let path = format!("{}::", package.replace('-', "_"));
        let called = sources.iter().any(|text| names_path(text, &path));
        assert!(called, "nothing that ships calls {package}");
    }
}

/// Whether the text names this path from its root: not as a part of another.
fn names_path(text: &str, path: &str) -> bool {
    let part_of_another = |before: char| before.is_alphanumeric() || before == '_' || before == ':';
    text.match_indices(path).any(|(place, _)| !text[..place].ends_with(part_of_another))
}

/// Sources that are compiled into what ships.
fn shipping_sources() -> Vec<PathBuf> {
    let is_test = |path: &PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        name == "tests" || name.starts_with("test_") || name.ends_with("_tests")
    };
    let mut sources = sources(&["crates", "functions"]);
    sources
        .retain(|path| path.components().any(|part| part.as_os_str() == "src") && !is_test(path));
    sources
}

/// A source without its comments and without the tests at its end.
fn shipping_text(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("a source");
    let before_tests = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code = before_tests.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_file_says_what_it_is_and_none_is_too_long() {
    let sources = sources(&["crates", "functions", "tests"]);
    assert!(sources.len() > 50, "only {} sources found", sources.len());
    let mut wrong = Vec::new();
    for path in sources {
        let text = std::fs::read_to_string(&path).expect("a source");
        if !text.starts_with("//!") {
            wrong.push(format!("{} does not say what it is", path.display()));
        }
        if text.lines().count() > LINES_AT_MOST {
            wrong.push(format!("{} has more than {LINES_AT_MOST} lines", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Every Rust source in these folders of the workspace.
fn sources(folders: &[&str]) -> Vec<PathBuf> {
    let mut waiting: Vec<PathBuf> =
        folders.iter().map(|folder| Path::new(ROOT).join(folder)).collect();
    let mut found = Vec::new();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            let inside = std::fs::read_dir(&path).expect("a folder").filter_map(Result::ok);
            waiting
                .extend(inside.map(|entry| entry.path()).filter(|path| !path.ends_with("target")));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
