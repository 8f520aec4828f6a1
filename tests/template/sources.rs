//! What the functions are and need, read from the workspace: their programs, the crates they link,
//! the variables they ask for, and every right their calls take. Nothing of a template is known here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

use crate::ROOT;
use crate::scan::{self, Routine};

/// The SDK's crate, its method, the right it takes. A transaction's rights are its items'.
const OPERATIONS: [(&str, &str, &str); 27] = [
    ("aws-sdk-dynamodb", "batch_get_item", "dynamodb:BatchGetItem"),
    ("aws-sdk-dynamodb", "batch_write_item", "dynamodb:BatchWriteItem"),
    ("aws-sdk-dynamodb", "create_table", "dynamodb:CreateTable"),
    ("aws-sdk-dynamodb", "delete_item", "dynamodb:DeleteItem"),
    ("aws-sdk-dynamodb", "describe_table", "dynamodb:DescribeTable"),
    ("aws-sdk-dynamodb", "get_item", "dynamodb:GetItem"),
    ("aws-sdk-dynamodb", "put_item", "dynamodb:PutItem"),
    ("aws-sdk-dynamodb", "query", "dynamodb:Query"),
    ("aws-sdk-dynamodb", "scan", "dynamodb:Scan"),
    ("aws-sdk-dynamodb", "transact_get_items", "dynamodb:GetItem"),
    ("aws-sdk-dynamodb", "transact_write_items", ""),
    ("aws-sdk-dynamodb", "update_item", "dynamodb:UpdateItem"),
    ("aws-sdk-dynamodb", "update_time_to_live", "dynamodb:UpdateTimeToLive"),
    ("aws-sdk-dynamodb", "wait_until_table_exists", "dynamodb:DescribeTable"),
    ("aws-sdk-eventbridge", "put_events", "events:PutEvents"),
    ("aws-sdk-lambda", "invoke", "lambda:InvokeFunction"),
    ("aws-sdk-s3", "copy_object", "s3:PutObject"),
    ("aws-sdk-s3", "create_multipart_upload", "s3:PutObject"),
    ("aws-sdk-s3", "delete_object", "s3:DeleteObject"),
    ("aws-sdk-s3", "delete_objects", "s3:DeleteObject"),
    ("aws-sdk-s3", "get_object", "s3:GetObject"),
    ("aws-sdk-s3", "head_object", "s3:GetObject"),
    ("aws-sdk-s3", "list_objects_v2", "s3:ListBucket"),
    ("aws-sdk-s3", "put_object", "s3:PutObject"),
    ("aws-sdk-ses", "send_bounce", "ses:SendBounce"),
    ("aws-sdk-ses", "send_email", "ses:SendEmail"),
    ("aws-sdk-ses", "send_raw_email", "ses:SendRawEmail"),
];
/// What clients are called in our sources: whatever they are asked for must be known above.
const CLIENTS: [&str; 4] = ["db", "s3", "ses", "events"];
/// A transaction's item, the right it takes.
const ITEMS: [(&str, &str); 4] = [
    ("put", "dynamodb:PutItem"),
    ("update", "dynamodb:UpdateItem"),
    ("delete", "dynamodb:DeleteItem"),
    ("condition_check", "dynamodb:ConditionCheckItem"),
];
/// Every commit can remove the message it settles, by the routine of this name; the right to it is
/// needed only by who says so.
const SETTLING: &str = "delete";
/// How that is said.
const SETTLES: &str = "settles: Some";
/// The service a right is of, and the crate without which nobody can use it.
const SERVICES: [(&str, &str); 5] = [
    ("dynamodb", "aws-sdk-dynamodb"),
    ("events", "aws-sdk-eventbridge"),
    ("lambda", "aws-sdk-lambda"),
    ("s3", "aws-sdk-s3"),
    ("ses", "aws-sdk-ses"),
];

/// A crate of the workspace, as it ships.
struct Crate {
    folder: PathBuf,
    links: BTreeSet<String>,
    programs: Vec<String>,
    routines: Vec<Routine>,
}

/// One function's needs.
#[derive(Debug)]
pub struct Function {
    /// Its program, such as `bellhop-api`.
    pub program: String,
    /// Every package it links that the workspace names.
    pub links: BTreeSet<String>,
    /// Rights its calls take, each with a call that takes it.
    pub rights: BTreeMap<String, String>,
    /// Variables that must be set.
    pub needed: BTreeSet<String>,
    /// Variables it reads, if they are set or not.
    pub known: BTreeSet<String>,
    /// All its sources and those of what it links, for looking up a text.
    pub text: String,
}

impl Function {
    /// Whether it links what a right of this service takes. Rights of other services are not the
    /// program's but Lambda's, and judged elsewhere.
    pub fn links_service(&self, service: &str) -> Option<bool> {
        let (_, package) = SERVICES.iter().find(|(name, _)| *name == service)?;
        Some(self.links.contains(*package))
    }
}

/// Everything a template is measured by.
#[derive(Debug)]
pub struct Sources {
    /// The functions, by the name of their folder.
    pub functions: BTreeMap<String, Function>,
    /// The table's indexes, as the store makes them.
    pub indexes: BTreeSet<String>,
    /// The attribute by which items expire.
    pub expiry: String,
    /// What every lane's partition begins with.
    pub lane: String,
}

/// Reads the workspace.
pub fn read() -> Sources {
    let crates = crates();
    let is_function = |folder: &Path| folder.parent().is_some_and(|f| f.ends_with("functions"));
    let functions = crates.iter().filter(|(_, one)| is_function(&one.folder));
    let functions = functions
        .map(|(name, _)| (name.clone(), function(name, &crates)))
        .collect::<BTreeMap<_, _>>();
    let store = |file: &str| text_of(&crates["store"].folder.join("src").join(file));
    let table = store("table.rs");
    Sources {
        functions,
        indexes: quotes(between(&table, "const INDEXES", "];")).into_iter().collect(),
        expiry: quotes(between(&table, "TimeToLiveSpecification::builder()", ".build()"))[0]
            .clone(),
        lane: quotes(between(&store("key.rs"), "pub const LANE:", ";"))[0].clone(),
    }
}

fn crates() -> BTreeMap<String, Crate> {
    let mut command = MetadataCommand::new();
    let metadata = command.manifest_path(format!("{ROOT}/Cargo.toml")).no_deps().exec();
    let packages = metadata.expect("cargo knows the workspace").packages;
    let ships = |package: &&Package| !["local", "tests"].contains(&package.name.as_str());
    packages.iter().filter(ships).map(|p| (p.name.to_string(), one_crate(p))).collect()
}

fn one_crate(package: &Package) -> Crate {
    let folder = package.manifest_path.parent().expect("a manifest lies in a folder");
    let shipping = package.dependencies.iter().filter(|d| d.kind == DependencyKind::Normal);
    let programs = package.targets.iter().filter(|target| target.is_bin());
    Crate {
        links: shipping.map(|dependency| dependency.name.clone()).collect(),
        programs: programs.map(|target| target.name.clone()).collect(),
        routines: scan::routines(&folder.as_std_path().join("src")),
        folder: folder.as_std_path().to_owned(),
    }
}

fn function(name: &str, crates: &BTreeMap<String, Crate>) -> Function {
    let links = closure(name, crates);
    let linked = links.iter().filter_map(|link| crates.get(link));
    let starts =
        text_of(&crates[name].folder.join("src/main.rs")) + &text_of_all(&crates["lambda"].folder);
    let [program] = &crates[name].programs[..] else { panic!("{name} is not one program") };
    Function {
        program: program.clone(),
        rights: rights(name, &links, crates),
        needed: variables(&starts, "needed("),
        known: variables(&starts, ""),
        text: linked.map(|one| text_of_all(&one.folder)).collect(),
        links,
    }
}

/// Every package that is linked, through the crates of the workspace.
fn closure(name: &str, crates: &BTreeMap<String, Crate>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![name.to_owned()];
    while let Some(next) = open.pop() {
        if let Some(one) = crates.get(&next).filter(|_| !found.contains(&next)) {
            open.extend(one.links.iter().cloned());
        }
        found.insert(next);
    }
    found
}

/// The rights of every call that can be reached from the function's own sources.
fn rights(
    function: &str,
    links: &BTreeSet<String>,
    crates: &BTreeMap<String, Crate>,
) -> BTreeMap<String, String> {
    let mut rights = BTreeMap::new();
    let own = &crates[function].routines;
    let mut open: Vec<(&str, &Routine, String)> =
        own.iter().map(|r| (function, r, format!("{function}::{}", r.name))).collect();
    let mut seen: BTreeSet<*const Routine> = own.iter().map(std::ptr::from_ref).collect();
    while let Some((home, routine, path)) = open.pop() {
        for right in taken(&crates[home].links, routine) {
            rights.entry(right).or_insert_with(|| path.clone());
        }
        let near = |name: &str| name == home || crates[home].links.contains(name);
        for (name, one) in crates.iter().filter(|(name, _)| near(name)) {
            let visible = |r: &&Routine| r.public || name == home;
            let called = one.routines.iter().filter(visible).filter(|r| calls(routine, r, name));
            let fresh = called.filter(|called| seen.insert(std::ptr::from_ref(*called)));
            let step = |r: &Routine| format!("{path} > {name}::{}", r.name);
            open.extend(fresh.map(|called| (name.as_str(), called, step(called))));
        }
    }
    let mut linked = links.iter().filter_map(|link| crates.get(link));
    let settles = |one: &Crate| text_of_all(&one.folder).contains(SETTLES);
    if let Some(path) = rights.remove(SETTLING).filter(|_| linked.any(settles)) {
        rights.insert("dynamodb:DeleteItem".into(), path);
    }
    rights
}

/// Whether one may call the other, which is at home in `home`. Everything in our sources that is a
/// store is called `store`, and `self` in its own methods: whatever else has a method of the same name
/// is not one.
fn calls(caller: &Routine, called: &Routine, home: &str) -> bool {
    let on_a_store = |on: &str| ["self", "store", "Self", "Store", ")", "?"].contains(&on);
    let fits = |on: &str| home != "store" || !called.method || on_a_store(on);
    caller.calls.iter().any(|(on, name)| *name == called.name && fits(on))
}

fn taken(links: &BTreeSet<String>, routine: &Routine) -> BTreeSet<String> {
    let mut taken = BTreeSet::new();
    for (receiver, method) in &routine.asked {
        let known =
            |(package, name, _): &&(&str, &str, &str)| name == method && links.contains(*package);
        let operation = OPERATIONS.iter().find(known);
        let is_client =
            CLIENTS.contains(&receiver.as_str()) && links.iter().any(|l| l.starts_with("aws-sdk"));
        let is_plain = ["clone", "config"].contains(&method.as_str());
        assert!(operation.is_some() || !is_client || is_plain, "which right does {method} take?");
        taken.extend(operation.map(|(_, _, right)| (*right).to_owned()));
    }
    for item in &routine.items {
        let right = ITEMS.iter().find(|(name, _)| name == item);
        let right = right.unwrap_or_else(|| panic!("which right does {item} take?")).1;
        let settles = item == "delete" && routine.name == SETTLING;
        taken.insert(if settles { SETTLING.to_owned() } else { right.to_owned() });
    }
    taken.remove("");
    taken
}

/// Names of our variables that stand in quotes behind a text.
fn variables(source: &str, behind: &str) -> BTreeSet<String> {
    let begin = format!("{behind}\"BELLHOP_");
    let found = source.split(&begin).skip(1).filter_map(|rest| rest.split('"').next());
    let is_name = |rest: &&str| rest.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    found.filter(is_name).map(|rest| format!("BELLHOP_{rest}")).collect()
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(begin).unwrap_or_else(|| panic!("nowhere is {begin}"));
    rest.split(end).next().unwrap_or(rest)
}

fn quotes(text: &str) -> Vec<String> {
    text.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn text_of_all(folder: &Path) -> String {
    scan::sources(&folder.join("src")).iter().map(|file| text_of(file)).collect()
}

fn text_of(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}
