//! What must be true of a deployable desk and what neither a transform nor a linter knows. Each file
//! is one concern; each rule answers with what is wrong, in a sentence.

mod failing;
mod functions;
mod kept;
mod mail;
mod rights;
mod watched;

use crate::sources::Sources;
use crate::view::View;

/// What is wrong.
pub type Findings = Vec<String>;

/// Everything that is wrong with a resolved template.
pub fn judge(view: &View<'_>, sources: &Sources) -> Findings {
    [
        functions::judge(view, sources),
        rights::judge(view, sources),
        kept::judge(view, sources),
        failing::judge(view, sources),
        mail::judge(view),
        watched::judge(view),
    ]
    .concat()
}

/// Notes a finding unless what should be true is.
pub fn expect(findings: &mut Findings, true_enough: bool, or_else: impl Into<String>) {
    if !true_enough {
        findings.push(or_else.into());
    }
}
