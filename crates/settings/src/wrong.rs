//! What is wrong with what somebody wrote: where, and what would be right.

/// One thing that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Which field, from the outside in: `policies[1].targets.high.resolution`. Empty where the whole
    /// text cannot be read.
    pub path: String,
    /// What is wrong with it and what would be right.
    pub message: String,
    /// The line it is in, counted from 1, where it came out of a file.
    pub line: Option<usize>,
}

impl Wrong {
    pub(crate) fn at(path: impl Into<String>, message: impl Into<String>) -> Wrong {
        Wrong { path: path.into(), message: message.into(), line: None }
    }
}

impl std::error::Error for Wrong {}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}
