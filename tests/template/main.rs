//! The deployable template through the whole chain: transformed as CloudFormation would, measured
//! by what the functions' sources call, linted. Then the same with every mistake somebody could make
//! in it. Needs python3, and pip the first time; no account and no credentials.

mod chain;
mod mutations;
mod rules;
mod scan;
mod sources;
mod view;

use std::collections::BTreeSet;
use std::sync::{Mutex, OnceLock};

use chain::{Tools, Verdict};
use mutations::MUTATIONS;
use sources::Sources;

/// The root of the workspace.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// The chain, for one template at a time; none where it may be skipped.
fn chain() -> Option<&'static (Mutex<Tools>, Sources)> {
    static CHAIN: OnceLock<Option<(Mutex<Tools>, Sources)>> = OnceLock::new();
    let start = || Some((Mutex::new(Tools::start()?), sources::read()));
    CHAIN.get_or_init(start).as_ref()
}

/// Sends a template down the chain until a step finds something. The linter is slow and comes last.
fn check(text: &str, (tools, sources): &(Mutex<Tools>, Sources), first_only: bool) -> Verdict {
    let mut tools = tools.lock().expect("the other test did not panic here");
    let resolved = match tools.transform(text) {
        Ok(resolved) => resolved,
        Err(verdict) => return verdict,
    };
    let findings = rules::judge(&view::View { whole: &resolved }, sources);
    if !findings.is_empty() {
        return Verdict { step: Some("rules".into()), findings };
    }
    tools.lint(&resolved, first_only)
}

fn template() -> String {
    let path = format!("{ROOT}/infra/template.yaml");
    std::fs::read_to_string(path).expect("the template can be read")
}

#[test]
fn the_template_can_be_deployed_and_grants_what_the_sources_call() {
    let Some(chain) = chain() else { return };
    let verdict = check(&template(), chain, false);
    assert_eq!(verdict.findings, Vec::<String>::new(), "found by {:?}", verdict.step);
    assert_eq!(verdict.step, None);
}

#[test]
fn every_mistake_is_caught() {
    let Some(chain) = chain() else { return };
    let template = template();
    let mut missed = Vec::new();
    for one in &MUTATIONS {
        let verdict = check(&one.apply(&template), chain, true);
        let step = verdict.step.as_deref().unwrap_or("nobody");
        let first = verdict.findings.first().map_or("", String::as_str);
        println!("{step:>9} caught {}: {first}", one.name);
        if step != one.step {
            missed.push(format!("{} was caught by {step}, not by {}", one.name, one.step));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
    let names: BTreeSet<&str> = MUTATIONS.iter().map(|one| one.name).collect();
    assert_eq!(names.len(), MUTATIONS.len(), "two mistakes have one name");
}
