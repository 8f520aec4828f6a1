//! The block of headers that Outlook and others put above a quoted or forwarded mail: `From:`, `Sent:`,
//! `To:`, `Subject:` in any of many languages. It is told from somebody's own list by having several of
//! them together; the values are given as written.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::field_names::FIELDS;
use super::lines::Line;

/// A block goes over at most this many lines.
const LINES: usize = 16;
/// A value may go on over this many lines.
const VALUE_LINES: usize = 2;
/// The name of a field is short.
const NAME_CHARACTERS: usize = 30;

/// What a header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    /// Who wrote.
    From,
    /// When.
    Sent,
    /// To whom.
    To,
    /// With a copy to whom.
    Copy,
    /// About what.
    Subject,
    /// Something else that stands among them.
    Other,
}

/// A block of headers.
#[derive(Debug, Default)]
pub(crate) struct Block {
    /// How many lines it takes.
    pub(crate) lines: usize,
    fields: Vec<(Field, String)>,
    emphasised: bool,
}

impl Block {
    /// The value of a field.
    pub(crate) fn value(&self, field: Field) -> Option<&str> {
        let found = self.fields.iter().find(|(name, _)| *name == field);
        found.map(|(_, value)| value.trim())
    }

    /// What is said a second time belongs to another block.
    fn is_full_with(&self, field: Field) -> bool {
        field != Field::Other && self.has(field)
    }

    /// The last value goes on over these lines.
    fn go_on(&mut self, lines: &[&str]) {
        if let Some((_, value)) = self.fields.last_mut() {
            for line in lines {
                value.push(' ');
                value.push_str(line);
            }
        }
    }

    fn has(&self, field: Field) -> bool {
        self.fields.iter().any(|(name, _)| *name == field)
    }

    /// A list of somebody's own, such as the legs of a journey, has no subject and no address.
    fn is_of_a_mail(&self) -> bool {
        let addressed = self.fields.iter().any(|(_, value)| value.contains('@'));
        let sure = addressed || self.has(Field::Subject) || self.emphasised;
        let kinds = [Field::From, Field::Sent, Field::To, Field::Subject];
        let count = kinds.into_iter().filter(|field| self.has(*field)).count();
        sure && (count >= 3 || (count == 2 && self.has(Field::From) && !self.has(Field::To)))
    }
}

/// The block that begins at a line.
pub(crate) fn block(lines: &[Line<'_>], index: usize) -> Option<Block> {
    let lines = lines.get(index..)?;
    let mut block = Block::default();
    let mut wrapped: Vec<&str> = Vec::new();
    for (count, line) in (1..).zip(lines.iter().take(LINES)) {
        match field(line) {
            Some((name, _)) if block.is_full_with(name) => break,
            Some((name, value)) => {
                block.go_on(&wrapped);
                wrapped.clear();
                block.fields.push((name, value.to_owned()));
                block.emphasised |= line.raw.trim_start().starts_with('*');
                block.lines = count;
            }
            // Another field may follow a blank line, but nothing else of the block.
            None if block.lines == 0 || wrapped.len() == VALUE_LINES || ends(&wrapped) => break,
            None => wrapped.push(line.raw.trim()),
        }
    }
    block.is_of_a_mail().then_some(block)
}

fn ends(wrapped: &[&str]) -> bool {
    wrapped.last().is_some_and(|line| line.is_empty())
}

/// The field a line begins with, and its value.
fn field<'a>(line: &Line<'a>) -> Option<(Field, &'a str)> {
    let around =
        |character: char| matches!(character, '*' | '|' | '>') || character.is_whitespace();
    let start = line.words.trim_start_matches(['*', ' ']);
    let start = crate::text::first_characters(start, NAME_CHARACTERS);
    let name = start.get(..start.find([':', '：'])?)?.trim_end_matches(['*', ' ']);
    let field = named(name)?;
    let raw = line.raw.trim_start_matches(around);
    let value = raw.get(raw.find([':', '：'])?..)?.trim_start_matches([':', '：', '*']);
    Some((field, value.trim()))
}

fn named(name: &str) -> Option<Field> {
    static NAMES: LazyLock<HashMap<&str, Field>> = LazyLock::new(|| {
        let all = FIELDS.iter().rev();
        all.flat_map(|(field, rows)| rows.iter().copied().flatten().map(|name| (*name, *field)))
            .collect()
    });
    NAMES.get(name).copied()
}
